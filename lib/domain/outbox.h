/* outbox: mail and SMS as jobs. Owns table outbox. A message is written in the transaction of what caused it and sent
 * by a job; in demonstration mode it becomes a file VAR/outbox/<time>-<mail|sms>-<recipient>.txt. */
#ifndef DOMAIN_OUTBOX_H
#define DOMAIN_OUTBOX_H

#include "core/work.h"

/* FAIL_TOO_MANY past the limits a recipient has (Outbox.PerHour, Outbox.PerDay). `secret` parts of `text` (a code) are
 * given apart, so that staff see them masked. */
void outbox_mail(struct work *work, const char *to, const char *subject, const char *text, const char *secret);
void outbox_sms(struct work *work, const char *phone, const char *text, const char *secret);

/* One-time codes: purpose ("register", "recover", …) and target (address or phone). Six digits, hashed at rest, ten
 * minutes, five tries, works once. code_send() sends a fresh one; code_check() is false on wrong, old or used. */
void code_send_mail(struct work *work, const char *purpose, const char *address);
void code_send_sms(struct work *work, const char *purpose, const char *phone);
bool code_check(struct work *work, const char *purpose, const char *target, const char *code);

#endif
