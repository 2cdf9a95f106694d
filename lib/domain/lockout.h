/* lockout: slows guessing down, for each account and for each network address. Owns table login_failure. Passwords, second
 * factors and confirmations all count here. After Session.LoginFailures the account waits Session.LoginWaitMinutes,
 * doubled with each further failure up to Session.LoginWaitMost; an address waits after five times as many. Names that
 * belong to nobody are counted alike, so that waiting tells nothing.
 *
 * A try is counted before the secret is looked at, in a transaction of its own: neither a request that is rolled back nor
 * many requests at the same moment give more tries (OWASP ASVS 5, 6.3.1 and 6.6.3). Of several at the last try all may be
 * told to wait; never are all let in.
 *
 *     int64_t try = lockout_try(work, login, rq->address);
 *     if (!password_is(…)) …                                   the try stays counted as a failure
 *     lockout_right(work, try);                                it was none */
#ifndef DOMAIN_LOCKOUT_H
#define DOMAIN_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

/* FAIL_TOO_MANY with the minutes left while the account or the address waits. */
void    lockout_check(struct work *work, const char *login, const char *address);
int64_t lockout_try(struct work *work, const char *login, const char *address);     /* the same, and takes one try */
void    lockout_right(struct work *work, int64_t try);
void    lockout_forgive(struct work *work, const char *login);            /* the log-in is complete */
/* Has there been so much guessing (Session.CaptchaFailures) that a person must prove to be one? login may be NULL. */
bool    lockout_wants_captcha(struct work *work, const char *login, const char *address);
void    lockout_purge(struct work *work);

/* What one guesser commands: of IPv6 the network of 64 bits ("2001:db8:0:1::/64"), else the address itself. */
const char *lockout_network(struct work *work, const char *address);

#endif
