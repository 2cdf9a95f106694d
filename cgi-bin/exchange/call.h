/* call: one message of an operator's platform on its way in. The checks stand in one order for every
 * interface (reference 3.4): size → envelope → partner known → MAC → token → time and replay → decrypt → business.
 *
 * HTTP is 200 for every result of the protocol, refusals included; what went wrong is Ret and Msg, signed with
 * the partner's key as soon as the partner is known. Nothing of a refused message is stored but its trace in the message log
 * (domain/exchange_log.h), which holds good ones too. */
#ifndef EXCHANGE_CALL_H
#define EXCHANGE_CALL_H

#include <jansson.h>

#include "domain/partner.h"
#include "exchange/envelope.h"
#include "exchange/message.h"
#include "web/web.h"

struct call {
    struct request       *rq;
    struct envelope       envelope;
    const struct partner *partner;
    const struct key_set *keys;          /* the set the message was signed with: the answer uses it */
    int64_t               key_id;
    json_t               *data;          /* opened business JSON; released with the work */
    const struct message *message;       /* of call_checked() */
    bool                  wrote;         /* call_first_time() stored the digest */
    int64_t               began;         /* clock_micro() */
};

enum call_token { TOKEN_NEEDED, TOKEN_NONE };

/* Runs the checks down to decryption; a message that fails one is answered and never comes back here. */
void call_enter(struct request *rq, enum call_token token, struct call *call);
/* The fields of the interface the path names: a finding is refused with RET_BUSINESS, its members named. What comes back
 * is plain (message.h) and may be read with message_text() and its like. */
void call_check(struct call *call);
/* A message that names its operator must name the caller: else it is refused, `path` named. */
void call_own(struct call *call, const json_t *object, const char *path);
/* All of it, with token: how a handler begins. */
void call_checked(struct request *rq, struct call *call);
/* The replay guard: stores the envelope's digest in this transaction, or refuses the message as seen before. Call it
 * after the checks that only read and before the first write; call_refuse() may still follow. */
void call_first_time(struct call *call);

struct verdict call_replayed(void);      /* for whoever keeps the guard itself (status_push_store) */

/* What the handler has written is undone. */
_Noreturn void call_refuse(struct call *call, struct verdict verdict);
/* The same with RET_BUSINESS; `path` is the member ("ConnectorID"), `what` the rest of the sentence. */
_Noreturn void call_refuse_field(struct call *call, const char *path, const char *what, ...)
    __attribute__((format(printf, 3, 4)));
/* Ret 0; takes `data` over. `msg` is "" but where something was left out. */
_Noreturn void call_answer(struct call *call, const char *msg, json_t *data);

/* struct program.failed: our own failures in the protocol's form. */
void call_failed(struct request *rq);

#endif
