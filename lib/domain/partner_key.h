/* partner_key: the key sets of a partner, both directions, with their history: table partner_key. One set of a direction is
 * in force; earlier ones hold until they end and are removed a day later. Private to partner*.c. */
#ifndef DOMAIN_PARTNER_KEY_H
#define DOMAIN_PARTNER_KEY_H

#include "domain/partner.h"

#define KEYS_TO_GOV      "to_gov"
#define KEYS_TO_OPERATOR "to_operator"

/* Those that hold at work->now, newest first; at most `most`. A set in force that cannot be opened ends the work. */
size_t partner_keys_read(struct work *work, int64_t operator_id, const char *direction, struct partner_keys *out, size_t most);

/* Puts a set in force; the earlier one holds for `overlap` more milliseconds, and none beyond. Tokens given for sets that
 * have ended end with them; of to_operator the token the partner gave goes. The same set again: nothing happens. */
void partner_keys_put(struct work *work, int64_t operator_id, const char *direction, const struct key_set *keys, int64_t overlap);

/* Those that are not in force end now, and every token: the next ones are given for the set in force. How many ended. */
int64_t partner_keys_end(struct work *work, int64_t operator_id, const char *direction);

/* All of both directions end now, those in force too, and every token. */
void partner_keys_end_all(struct work *work, int64_t operator_id);

/* Clean-up, for a job: sets that ended a day ago. Rows deleted. */
int64_t partner_keys_sweep(struct work *work);

#endif
