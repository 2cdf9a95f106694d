/* scope: which divisions a department sees: its own and those below. Codes are GB/T 2260, six digits padded with 00
 * (province 440000, city 440400, county 440402), and longer ones below; what lies inside begins with the prefix. */
#ifndef CORE_SCOPE_H
#define CORE_SCOPE_H

#include <stdbool.h>

#include "core/arena.h"

/* "440402" -> "440402", "440400" -> "4404", "440000" -> "44". */
const char *division_prefix(struct arena *arena, const char *code);

/* The prefix as a pattern for LIKE; "" (no division) gives a pattern that no code fits. */
const char *division_like(struct arena *arena, const char *code);

#endif
