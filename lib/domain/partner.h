/* partner: operators' platforms we exchange with, and the keys of both directions. Only partner.c writes table
 * partner. Keys are sealed at rest (core/crypto.h), bound to their row and column; never in a log.
 *
 * A process keeps opened partners for a few seconds (pushes are many, changes rare); partner_fresh() reads one
 * again when a message does not fit its keys, at most once a second, so that a new key works at once and a
 * stream of forged messages costs the database nothing. */
#ifndef DOMAIN_PARTNER_H
#define DOMAIN_PARTNER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"
#include "exchange/seal.h"

struct partner {
    int64_t        operator_id;
    char           code[10];            /* the operator's OperatorID                       */
    char           gov_id[10];          /* our OperatorID towards it                       */
    char           base_url[201];       /* of its platform; "" when it only pushes         */
    char           last_pull_at[24];    /* LastQueryTime known complete; "" never pulled   */
    bool           enabled;
    struct key_set to_gov;              /* calls into the portal                           */
    struct key_set to_operator;         /* our calls out                                   */
};

/* NULL: no such, or switched off. Valid until the next call of the two. */
const struct partner *partner_by_code(struct work *work, const char *code);
const struct partner *partner_fresh(struct work *work, const char *code);
/* What the process knows already, however old; asks no database. For answers to failures. */
const struct partner *partner_known(const char *code);

/* Not cached; false: no such, or switched off. */
bool partner_load(struct work *work, int64_t operator_id, struct partner *out);

/* Stores {operator_id, gov_id, base_url, to_gov{}, to_operator{}, name?}; the operator is made when absent.
 * FAIL_INVALID names the member that is wrong. Returns the operator's id. */
int64_t partner_import(struct work *work, const json_t *file);

/* A good push came in: kept to the minute. */
void partner_heard(struct work *work, const struct partner *partner);
/* A pull that saw everything up to `their_time` ("2026-11-20 09:08:07") is complete. */
void partner_pulled(struct work *work, int64_t operator_id, const char *their_time);

/* The token the partner gave us; NULL: none, or it ends within a minute. */
const char *partner_token(struct work *work, int64_t operator_id);
void        partner_token_keep(struct work *work, int64_t operator_id, const char *token, int64_t seconds);

#endif
