/* partner: operators' platforms we exchange with, and the keys of both directions. Only partner.c, partner_save.c and
 * partner_key.c write tables partner and partner_key. Keys are sealed at rest (core/crypto.h), bound to their operator and
 * direction; never in a log. Writing: partner_save.h.
 *
 * Keys are rotated with an overlap: earlier sets go on holding until they end. A message's signature says which set it was
 * made with (partner_keys_fit), and the answer uses the same. Our own calls use the set in force.
 *
 * A process keeps opened partners for a few seconds (pushes are many, changes rare); partner_fresh() reads one
 * again when a message does not fit its keys, at most once a second, so that a new key works at once and a
 * stream of forged messages costs the database nothing. */
#ifndef DOMAIN_PARTNER_H
#define DOMAIN_PARTNER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/work.h"
#include "exchange/edition.h"
#include "exchange/envelope.h"
#include "exchange/seal.h"

enum { PARTNER_KEYS = 3 };           /* sets that may hold at the same time */

struct partner_keys {
    int64_t        id;
    int64_t        until;               /* milliseconds; 0: the set in force               */
    struct key_set set;
};

struct partner {
    int64_t        operator_id;
    char           code[10];            /* the operator's OperatorID                       */
    char           gov_id[10];          /* our OperatorID towards it                       */
    char           base_url[201];       /* of its platform; "" when it only pushes         */
    char           last_pull_at[24];    /* LastQueryTime known complete; "" never pulled   */
    bool           enabled;
    const struct edition *edition;      /* never NULL                                      */
    char           allow_list[2001];    /* who may call, by the department (core/address.h); "": anybody */
    char           own_list[4001];      /* the same by the operator (Step1, connection.addresses): in both, where both are set */
    int64_t        rate_limit;          /* messages a minute; 0: as many as come           */
    int64_t        token_seconds;       /* of the tokens it gets                           */
    int64_t        clock_window;        /* seconds its TimeStamp may lie away              */
    bool           keyed_in, keyed_out; /* to_gov, to_operator are there                   */
    struct key_set to_gov;              /* in force: calls into the portal                 */
    struct key_set to_operator;         /* in force: our calls out                         */
    struct partner_keys keys[PARTNER_KEYS];   /* to_gov, newest first, that in force among them */
    size_t         key_count;
};

/* NULL: no such, or switched off. Valid until the next call of the two. */
const struct partner *partner_by_code(struct work *work, const char *code);
const struct partner *partner_fresh(struct work *work, const char *code);
/* What the process knows already, however old; asks no database. For answers to failures. */
const struct partner *partner_known(const char *code);

/* Not cached; false: no such, or switched off. */
bool partner_load(struct work *work, int64_t operator_id, struct partner *out);

/* The set of calls into the portal this envelope was signed with; NULL: none that holds at `now`. */
const struct partner_keys *partner_keys_fit(const struct partner *partner, const struct envelope *envelope, int64_t now);
/* Is a caller at this address let in by both lists? */
bool partner_may_call(const struct partner *partner, const char *address);
/* Does the set still hold? */
bool partner_keys_hold(const struct partner *partner, int64_t key_id, int64_t now);

/* A good push came in: kept to the minute. */
void partner_heard(struct work *work, const struct partner *partner);
/* A pull that saw everything up to `their_time` ("2026-11-20 09:08:07") is complete. */
void partner_pulled(struct work *work, int64_t operator_id, const char *their_time);

/* The token the partner gave us; NULL: none, or it ends within a minute. */
const char *partner_token(struct work *work, int64_t operator_id);
void        partner_token_keep(struct work *work, int64_t operator_id, const char *token, int64_t seconds);

#endif
