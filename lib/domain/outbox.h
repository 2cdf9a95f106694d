/* outbox: mail and SMS as jobs. Owns tables outbox and outbox_quota. A message is written in the transaction of what
 * caused it and sent by a job (lib/exchange/{mail,sms}.h by configuration Mail.*, Sms.*); in demonstration mode it becomes
 * a file VAR/outbox/<time>-<mail|sms>-<recipient>.txt. Exactly once as far as SMTP allows: a job that dies between the
 * server's answer and its note sends again, under the same Message-ID (of an SMS: the same nonce). */
#ifndef DOMAIN_OUTBOX_H
#define DOMAIN_OUTBOX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

/* `secret` is the part of `text` that staff see masked (a code); NULL or "": none. Past the limits a recipient has
 * (Outbox.PerHour, Outbox.PerDay) a notice is kept back for staff to see, and never stops what caused it; a message with
 * a secret, which somebody asks for, ends the work with FAIL_TOO_MANY. An address or phone that is none: FAIL_INVALID. */
void outbox_mail(struct work *work, const char *to, const char *subject, const char *text, const char *secret);
void outbox_sms(struct work *work, const char *phone, const char *text, const char *secret);

/* The same with all there is to say. withheld: written like any other but never sent, so that a visitor cannot tell
 * whether there is an account behind an address. */
struct message {
    bool        sms, withheld;
    const char *to, *subject, *text, *secret;
};
int64_t outbox_add(struct work *work, const struct message *message);

/* Lower case, trimmed, half-width; NULL: neither an e-mail address nor a phone number of China (sms). */
const char *outbox_target(struct work *work, const char *to, bool sms);
const char *outbox_shown(struct arena *arena, const char *to);           /* 138****0001, z***@a.cn */

/* Takes one more of `limit` in this hour ('H') or day ('D'); false: none left. Callers at the same moment wait for each
 * other until their transactions end. */
bool outbox_quota(struct work *work, const char *subject, char window, int64_t limit);

/* Job kinds mail.send and sms.send, payload {"outbox": id}. With WORK_PLAIN. */
void outbox_send_job(struct work *work, const json_t *payload);

/* A failed or held message is due again; writes the trail. False: it is neither (any more), or its code has expired. */
bool outbox_send_again(struct work *work, int64_t id, const char *address);
/* For the tick, in a transaction: what is older than Outbox.KeepDays, expired codes, old counts. */
void outbox_purge(struct work *work);

/* --- one-time codes (code.c) ------------------------------------------------------------------------------- */

/* Purpose ("register", "recover", …) and target (address or phone). Six digits, hashed at rest, Outbox.CodeMinutes,
 * Outbox.CodeTries, works once; a fresh one ends the one before. Too soon or too many: FAIL_TOO_MANY, in words. */
struct code_request {
    const char *purpose, *target;
    bool        sms;
    const char *about;         /* what the code is for, as the message says: 「注册账号」; NULL: 「身份验证」 */
    const char *address;       /* network address of who asks (rq->address), for the limit; NULL: not limited */
    bool        nobody;        /* no account behind the target: the same work and the same answer, but nothing is sent */
};
void code_request_send(struct work *work, const struct code_request *request);
void code_send_mail(struct work *work, const char *purpose, const char *address);
void code_send_sms(struct work *work, const char *purpose, const char *phone);

/* False on wrong, old or used. A try counts even when the caller's transaction is rolled back; the use counts only when
 * it is committed, so that a form refused for another reason keeps its code. */
bool code_check(struct work *work, const char *purpose, const char *target, const char *code);

#endif
