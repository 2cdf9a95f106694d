/* keyed: a number by a text, for many texts at once (the codes of a workbook, those of a company). Keeps a 64-bit hash of
 * each text, not the text: 16 bytes twice over for each. The hash is keyed anew each time, so that a hostile file cannot
 * make its texts collide. Memory is the process's, given back when the work ends. */
#ifndef CORE_KEYED_H
#define CORE_KEYED_H

#include <stddef.h>
#include <stdint.h>

#include "core/work.h"

struct keyed;

struct keyed *keyed_new(struct work *work);
/* The number of the text among those of `kind` (any number: one table serves several fields); 0: none. */
int64_t  keyed_get(const struct keyed *keyed, size_t kind, const char *text);
/* The place of its number, 0 when it is new; good until the next keyed_at(). A 0 left there is as good as absent. */
int64_t *keyed_at(struct keyed *keyed, size_t kind, const char *text);

#endif
