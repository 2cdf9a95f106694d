/* recovery: back in without the password. By SMS to the account's phone (Z7.2), or by a one-time link from staff (H1.5:
 * never a shared default). Owns table password_reset. Nothing here lets anybody find out which numbers exist: asking for
 * a code does the same work and says the same for each number; one that is nobody's is withheld by the outbox. */
#ifndef DOMAIN_RECOVERY_H
#define DOMAIN_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

/* FAIL_TOO_MANY when this number or this address asked too often. */
void recovery_ask(struct work *work, const char *phone, const char *address);
/* The account this code was sent to; 0: wrong, old or used. */
int64_t recovery_check(struct work *work, const char *phone, const char *code);

/* A used code need not be asked for again when the new password was not good enough: a sealed note for the same form,
 * for ten minutes and until the password is changed. */
const char *recovery_ticket(struct work *work, int64_t account_id);
int64_t     recovery_ticket_open(struct work *work, const char *ticket);  /* 0: not ours, too old, done; held until the commit */

/* By staff: the old password and all sessions end at once, the account must set a new one with this token within a day. */
const char *recovery_link(struct work *work, int64_t account_id, const char *address);
int64_t     recovery_link_open(struct work *work, const char *token);     /* 0: no such, old or used */
int64_t     recovery_link_take(struct work *work, const char *token);     /* the same for using it: of two at once one gets it */

/* The new password, whichever way; ends all sessions and links, forgives failures. It was checked before. */
void recovery_finish(struct work *work, int64_t account_id, const char *password, const char *address);
void recovery_purge(struct work *work);

#endif
