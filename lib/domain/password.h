/* password: the rules for passwords, and their change. Owns table password_history and the columns password_hash and
 * password_at of account. Length, classes of characters, history and rotation are parameters (Password.*): rule books
 * differ (domain.md 6). Each password is argon2id; an old hash is made anew at the next log-in when the cost went up. */
#ifndef DOMAIN_PASSWORD_H
#define DOMAIN_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

/* What is wrong with it whoever it is for: length, classes, too common. NULL: nothing; else a sentence for the visitor. */
const char *password_fault(struct work *work, const char *password);
/* Also against whom it is for: not the account's name, login or phone. For registration. */
const char *password_fault_for(struct work *work, const char *password, const char *login, const char *name, const char *phone);
/* The same for an account there is, and none of its last Password.History ones. Slow: each is an argon2id. */
const char *password_fault_of(struct work *work, int64_t account_id, const char *password);
/* 「10 至 64 个字符，……」: the hint beside the field. */
const char *password_rule(struct work *work);

/* Stores it, the old one goes into the history; a forced change is done with it. Ends no session. */
void password_store(struct work *work, int64_t account_id, const char *password);
bool password_is(struct work *work, int64_t account_id, const char *password);

#endif
