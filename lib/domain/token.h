/* token: what we give out at query_token. The same token while it lives; several may be valid at once (two
 * nodes of one operator, or one issued anew shortly before the old one ends). Stored as a hash to look up and
 * sealed to give again. Only token.c writes table exchange_token. */
#ifndef DOMAIN_TOKEN_H
#define DOMAIN_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"
#include "domain/partner.h"

/* A token good for *seconds more, for whoever asked with this key set: it ends with the set. */
const char *token_issue(struct work *work, const struct partner *partner, int64_t key_id, int64_t *seconds);
/* Does it belong to the partner and live? Kept in the process for 3 seconds. */
bool        token_holds(struct work *work, const struct partner *partner, const char *token);
/* Every token the operator has been given ends at `at` (SQL time), if not before. */
void        token_end(struct work *work, int64_t operator_id, const char *at);
/* Clean-up, for a job: expired tokens. Rows deleted. */
int64_t     token_sweep(struct work *work);

#endif
