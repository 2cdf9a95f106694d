/* charge_snapshot: what a running charge looks like, the newest sample an operator's platform told of it (T/CEC 102 part 3,
 * query_ and notification_equip_charge_status, and the supervision form). Only charge_snapshot.c writes table
 * charge_snapshot; samples older than a week are swept. Of the standard's form the order is StartChargeSeq, of the
 * supervision's OrderNo. */
#ifndef DOMAIN_CHARGE_SNAPSHOT_H
#define DOMAIN_CHARGE_SNAPSHOT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

struct charge_snapshot {
    int64_t     connector_id;
    const char *order_code, *sampled_at, *told_at;
    const char *started_at;                  /* NULL: not told */
    int64_t     order_status;                /* StartChargeSeqStat: 1 starting 2 charging 3 stopping 4 ended 5 unknown */
    int64_t     connector_state;             /* -1: not told */
    double      current_a, voltage_a, soc;   /* 0: not told */
    double      energy;                      /* kWh */
    const char *elec_money, *service_money, *total_money;     /* "12.30", yuan; NULL: not told */
};

/* A checked message of either form. False: the operator has no such connector, nothing is stored. A sample older than the
 * one that is known changes nothing. */
bool charge_snapshot_store(struct work *work, int64_t operator_id, const json_t *data);

/* False: none. */
bool charge_snapshot_load(struct work *work, int64_t operator_id, const char *order_code, struct charge_snapshot *out);
/* The newest of a connector, told since `since` (SQL time). */
bool charge_snapshot_of_connector(struct work *work, int64_t connector_id, const char *since, struct charge_snapshot *out);

/* Clean-up, for a job. Rows deleted. */
int64_t charge_snapshot_sweep(struct work *work);

#endif
