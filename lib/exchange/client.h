/* client: calls an operator's platform: query_token when needed, one refresh on 4002, envelope out, envelope in.
 *
 * Made for jobs, outside any transaction. One struct client keeps its connection open for many calls. Only
 * http and https, no redirects, bounded times and bytes; certificates are checked. The signature of every answer
 * with Ret 0 must be right; refusals are believed unsigned, because many peers do not sign them. */
#ifndef EXCHANGE_CLIENT_H
#define EXCHANGE_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "exchange/seal.h"

struct edition;

/* One HTTP exchange as it went over the wire: a call, or the query_token before it. Valid during trace() alone. */
struct client_trace {
    const char *interface;
    const char *request;         /* our envelope */
    const char *answer;          /* what came back, as far as it came; NULL: nothing */
    size_t      answer_size;
    int         http_status;     /* 0: no answer */
    bool        answered;        /* with a Ret */
    int         ret;
    bool        good;
    const char *why;             /* Chinese, what went wrong; "" */
    int64_t     micro;           /* how long it took */
};

struct client {
    const char           *base_url;      /* with or without a closing slash */
    const char           *own_id;        /* our OperatorID */
    const struct key_set *keys;
    const char           *token;         /* NULL or "": asked for at the first call */
    size_t                answer_limit;  /* bytes */
    long                  connect_seconds, whole_seconds;
    /* a new token came; may store it. NULL: nobody wants to know */
    void                (*token_new)(void *arg, const char *token, int64_t seconds);
    /* each exchange, for the message log; must not end the work. NULL: nobody wants to know */
    void                (*trace)(void *arg, const struct client_trace *trace);
    void                 *arg;
    bool                  strict;        /* the members of answers are checked too: client_answer.fault */
    const struct edition *edition;       /* by which they are; NULL: as the table says */
    bool                  once;          /* for calls that must not be said twice: on a connection of its own, because libcurl
                                            sends a request again when a kept one breaks before the answer */
    void                 *curl, *body;   /* private */
    char                  token_kept[420];   /* private: lives longer than one call's arena */
};

struct client_answer {
    json_t     *data;        /* NULL: failed; else to be json_decref()ed */
    int         ret;         /* as the peer said; 0 when it said nothing */
    bool        answered;    /* it said one */
    bool        reached;     /* a whole answer of HTTP came, whatever it says */
    const char *why;         /* Chinese, what went wrong; "" */
    const char *fault;       /* with data: what is wrong with its members (strict clients); "" */
    bool        later;       /* trying again later may help */
};

/* Not thread-safe; `arena` holds what the answer points to. */
void client_call(struct client *client, struct arena *arena, const char *interface, const json_t *request,
                 struct client_answer *out);
/* Asks for a token whether there is one or not. False with out->why; out->data is NULL either way. */
bool client_token(struct client *client, struct arena *arena, struct client_answer *out);
void client_close(struct client *client);

#endif
