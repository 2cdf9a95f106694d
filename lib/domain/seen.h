/* seen: the replay guard. The digest of a whole authenticated envelope is stored in the transaction of what the message
 * stores, so that a message counts once, also when the program dies between commit and answer. Only seen.c writes
 * table exchange_seen. */
#ifndef DOMAIN_SEEN_H
#define DOMAIN_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

/* False: this envelope was stored before. */
bool    seen_first(struct work *work, const uint8_t digest[32]);
/* Clean-up: digests no TimeStamp can match any more, at most SEEN_SWEEP at a time: a short transaction of its own, repeated
 * until fewer go. Rows deleted. */
enum { SEEN_SWEEP = 5000 };
int64_t seen_sweep(struct work *work);

#endif
