/* call: one message of an operator's platform on its way in. The checks stand in one order for every
 * interface (reference 3.4): size → envelope → partner known → MAC → token → time and replay → decrypt → business.
 *
 * HTTP is 200 for every result of the protocol, refusals included; what went wrong is Ret and Msg, signed with
 * the partner's key as soon as the partner is known. A refused message is logged and nothing of it is stored. */
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
    json_t               *data;          /* opened business JSON; released with the work */
};

enum call_token { TOKEN_NEEDED, TOKEN_NONE };

/* Runs the checks down to decryption; a message that fails one is answered and never comes back here. */
void call_enter(struct request *rq, enum call_token token, struct call *call);

_Noreturn void call_refuse(struct call *call, struct verdict verdict);
/* Ret 0; takes `data` over. `msg` is "" but where something was left out. */
_Noreturn void call_answer(struct call *call, const char *msg, json_t *data);

/* struct program.failed: our own failures in the protocol's form. */
void call_failed(struct request *rq);

#endif
