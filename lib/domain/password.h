/* password: the rules for passwords, and their change. Owns tables password_history and common_password, and the columns password_hash and
 * password_at of account. Length, classes of characters, history and rotation are parameters (Password.*): rule books
 * differ (domain.md 6). Each password is argon2id; an old hash is made anew at the next log-in when the cost went up. */
#ifndef DOMAIN_PASSWORD_H
#define DOMAIN_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/work.h"

/* What is wrong with it whoever it is for: length, classes, too common. NULL: nothing; else a sentence for the visitor. */
const char *password_fault(struct work *work, const char *password);
/* Also against whom it is for: not the account's name, login or phone. For registration. */
const char *password_fault_for(struct work *work, const char *password, const char *login, const char *name, const char *phone);
/* The same for an account there is, and none of its last Password.History ones. Slow: each is an argon2id. */
const char *password_fault_of(struct work *work, int64_t account_id, const char *password);
/* 「10 至 64 个字符，……」: the hint beside the field. */
const char *password_rule(struct work *work);

/* Reads the list of common passwords the build makes, a word a line, into table common_password (OWASP ASVS 5, 6.2.4);
 * what is there already stays. Inside the caller's transaction. Returns the lines read. */
int64_t password_common_load(struct work *work, FILE *file);

/* Stores it, the old one goes into the history; a forced change is done with it. Ends no session. */
void password_store(struct work *work, int64_t account_id, const char *password);
bool password_is(struct work *work, int64_t account_id, const char *password);

#endif
