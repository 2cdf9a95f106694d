/* exchange_log: messages exchanged with operators' platforms, in both directions, as the debugging console shows them
 * (Z12.2). Only exchange_log.c writes table exchange_log.
 *
 * A message is given as it went over the wire; the plain texts and the base string of the signature are derived here, and
 * only of messages that are kept. Refused ones are kept, good ones some a second (a bucket an operator and process, each
 * kind its own): who sends a hundred a second is written down a few times a second, with how many were left out between.
 * Messages that bear an OperatorID but no good signature of it have their own bucket and their own place in the log, so that
 * nobody can push an operator's messages out by sending garbage in its name. Messages of unknown operators are not kept.
 *
 * Secrets never reach the table: the values of the key set, and of members that carry secrets or people's data by their
 * name, are masked; bodies are cut at EXCHANGE_LOG_BODY. The newest EXCHANGE_LOG_KEPT an operator and place are kept. */
#ifndef DOMAIN_EXCHANGE_LOG_H
#define DOMAIN_EXCHANGE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/work.h"
#include "exchange/seal.h"

enum { EXCHANGE_LOG_KEPT = 200, EXCHANGE_LOG_BODY = 16384 };

struct exchange_record {
    int64_t               operator_id;
    const struct key_set *keys;          /* of this direction; opens what is kept, and is masked out of it; NULL: not known */
    bool                  incoming;      /* the operator's platform called here */
    const char           *source;        /* "push" of incoming ones; else who called: pull, console, check */
    const char           *interface;     /* "notification_stationStatus"; cut at 64 */
    const char           *address;       /* of the caller; NULL or "" for our own calls */
    int64_t               micro;         /* how long it took, clock_micro() */
    int                   http_status;   /* 0: no answer */
    bool                  answered;      /* `ret` is told */
    int                   ret;
    bool                  good;
    const char           *what;          /* what was wrong, in words; "" */
    const char           *request;       /* the envelope as sent; NULL: none */
    size_t                request_size;
    const char           *answer;        /* the answer as sent; NULL: none */
    size_t                answer_size;
};

/* Inside WORK_WRITE, at the end of the message's own transaction. A good incoming one also counts as the interface's
 * trial (connection_tried.h). Returns its id, 0 when it was left out. Costs nothing but a look at a clock when the bucket is empty. */
int64_t exchange_log_write(struct work *work, const struct exchange_record *record);

/* The newest messages alone stay; run by the ticker every few seconds. Returns rows deleted. Inside WORK_WRITE. */
int64_t exchange_log_prune(struct work *work);

/* A text with the secrets of `keys` (or NULL) and secret members masked, cut at EXCHANGE_LOG_BODY; for pages that show what
 * is not stored. Any bytes in, valid UTF-8 out. */
const char *exchange_log_masked(struct arena *arena, const struct key_set *keys, const char *text, size_t size);

#endif
