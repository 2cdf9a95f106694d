/* lockout: slows guessing down, for each account and for each address. Owns table login_failure. Passwords, second
 * factors and confirmations all count here. After Session.LoginFailures the account waits Session.LoginWaitMinutes,
 * doubled with each further failure up to Session.LoginWaitMost; an address waits after five times as many. Names that
 * belong to nobody are counted alike, so that waiting tells nothing. */
#ifndef DOMAIN_LOCKOUT_H
#define DOMAIN_LOCKOUT_H

#include <stdbool.h>

#include "core/work.h"

/* FAIL_TOO_MANY with the minutes left while the account or the address waits. */
void lockout_check(struct work *work, const char *login, const char *address);
void lockout_failed(struct work *work, const char *login, const char *address);
void lockout_forgive(struct work *work, const char *login);            /* the log-in is complete */
/* Has there been so much guessing (Session.CaptchaFailures) that a person must prove to be one? login may be NULL. */
bool lockout_wants_captcha(struct work *work, const char *login, const char *address);
void lockout_purge(struct work *work);

#endif
