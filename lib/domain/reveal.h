/* reveal: the full value of personal data that pages show masked (domain.md 6). Needs a reason; stands in the trail with
 * kind, record and reason, never the value. One row of the table in reveal.c a kind of data. */
#ifndef DOMAIN_REVEAL_H
#define DOMAIN_REVEAL_H

#include <stdint.h>

#include "core/work.h"

const char *reveal_label(const char *kind);         /* 「账号手机号」; NULL: no such kind */
/* NULL: no such record in the actor's scope, or nothing there; nothing is noted then. */
const char *reveal(struct work *work, const char *kind, int64_t id, const char *reason, const char *address);

#endif
