/* session: who is logged in. Owns tables session and login_failure; reads account. The token lives only in
 * the visitor's cookie, the table has its SHA-256. */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

/* For struct program.identify: fills the actor; false: no such session, or it ended (idle, absolute limit,
 * account no longer active). Marks the session as used, at most once a minute. */
bool session_actor(struct work *work, const char *token, struct actor *actor);

/* Password log-in by account name or phone. Returns the account's id, or 0: wrong (the failure is counted).
 * Too many failures of this account or this address end the work with FAIL_TOO_MANY. */
int64_t session_check_password(struct work *work, const char *login, const char *password, const char *address);

const char *session_open(struct work *work, int64_t account_id, const char *address);    /* the new token */
void        session_close(struct work *work, const char *token);
void        session_purge(struct work *work);                          /* removes what has ended */

#endif
