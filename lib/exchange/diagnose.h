/* diagnose: goes through a request envelope step by step, as the portal does, and says of the step that fails what its sender
 * most likely did: which key was used instead, what was signed instead, how the text was spelled instead. For the console's
 * 「报文自查」 and for messages that were refused. Pure; says nothing of any secret. */
#ifndef EXCHANGE_DIAGNOSE_H
#define EXCHANGE_DIAGNOSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "exchange/envelope.h"

enum { DIAGNOSE_STEPS = 6 };

struct diagnose_step {
    const char *label;           /* 「验证签名」 */
    enum { STEP_GOOD, STEP_BAD, STEP_SKIPPED } state;
    const char *text;            /* what was found; what is wrong */
    const char *mend;            /* how to mend it, and what was probably done instead; "" */
};

struct diagnosed {
    struct diagnose_step steps[DIAGNOSE_STEPS];
    const char          *base;   /* the text that is signed; NULL: not known */
    const char          *plain;  /* Data decrypted, any bytes; NULL: it could not be */
    size_t               plain_size;
    json_t              *data;   /* opened business JSON or NULL; the caller decrefs */
    bool                 good;   /* no step is bad (the members of Data are not looked at) */
};

struct diagnose_with {
    const char           *code;      /* OperatorID the sender is known by */
    const struct key_set *keys;      /* of this direction */
    const struct key_set *other;     /* of the other one; or NULL */
    int64_t               now, window;   /* milliseconds */
};

void diagnose_request(struct arena *arena, const char *text, size_t size, const struct diagnose_with *with, struct diagnosed *out);

/* What was probably signed or which key was used; "" nothing of that. */
const char *diagnose_sig(const struct envelope *envelope, const struct diagnose_with *with, struct arena *arena);

/* The same of an answer whose signature is wrong. */
const char *diagnose_reply_sig(struct arena *arena, const struct reply *reply, const struct key_set *keys, const struct key_set *other);

#endif
