/* charging: a driver starts and stops a charge through the operator's platform (T/CEC 102 part 3; Henan: 充值启停对接). Only
 * charging*.c write tables charge and charge_hold. Offered in Demo.Mode, or when Charging.Enabled is switched on.
 *
 *   checking → ready → starting → charging → stopping → ended
 *      │         │         │  ↘ unclear ↗ │        ↗
 *   refused  cancelled   failed          lost (its end was never told)
 *
 * Every call to a platform is a job. query_start_charge is sent once a charge, never again: when the answer does not come,
 * query_equip_charge_status is asked until it is known what became of it (unclear), so that no lost answer and no killed
 * process starts a second charge. One running charge a driver and a connector: rows of charge_hold, which the primary key
 * guards, from the driver's first step (connector: from the start) until the charge is over.
 * A driver sees his own charges and nobody else's; staff see counts. */
#ifndef DOMAIN_CHARGING_H
#define DOMAIN_CHARGING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

bool charging_offered(void);                       /* at all, in this portal */
/* Can charges be started at this station's connectors: its operator's platform can be called. */
bool charging_at_station(struct work *work, int64_t station_id);

/* --- the driver's steps; each inside WORK_WRITE, each may be repeated (a double click) without doing more -------------- */
/* The first step: asks the platform for the connector and its prices (a job). The id of the charge: a new one, or the one
 * the driver has under way already. FAIL_MISSING: no such connector. FAIL_CONFLICT, in words: it cannot be used now. */
int64_t charging_ask(struct work *work, int64_t connector_id);
/* ready → starting. FAIL_CONFLICT: somebody else charges there. Other states: nothing happens. FAIL_MISSING: not his. */
void    charging_start(struct work *work, int64_t charge_id);
void    charging_stop(struct work *work, int64_t charge_id);          /* charging, starting, unclear → stopping;
                                                                         not yet sent: → cancelled; stopping: said again */
void    charging_cancel(struct work *work, int64_t charge_id);        /* checking, ready → cancelled */

/* --- pages (charging_show.c) --------------------------------------------------------------------------------------------
 * node.{id seq state label kind why station station_id connector park_no operator asked_at start_at started_at ended_at sampled_at
 * heard_age soc power energy elec service total live}, Prices.N.{From To Elec Service Sum Now}, Steps.N of macro steps.
 * `live`: it may still change. With an order: Order.{start_at end_at energy elec service total stop doubt}, Order.Details.N.{From To
 * Energy Elec Service Price}; `settling`: it is still awaited. False: not his. */
bool charging_show(struct work *work, int64_t charge_id, HDF *node);
/* node.{id name type power station station_id operator state_label}; false: no such, or not offered. */
bool charging_connector(struct work *work, int64_t connector_id, HDF *node);
/* The charge the driver has under way; 0: none. */
int64_t charging_running(struct work *work);
int  charging_own(struct work *work, int limit, HDF *node);           /* node.N, newest first */
/* Counts of the last `days` days by operator, below the actor's division: node.N.{operator asked started ended failed lost energy}. */
int  charging_counts(struct work *work, int days, HDF *node);

/* --- what platforms say (charging_told.c), inside WORK_WRITE ------------------------------------------------------------ */
enum told { TOLD_TAKEN, TOLD_UNKNOWN };            /* unknown: no charge of ours at this operator has that number */
enum told charging_start_told(struct work *work, int64_t operator_id, const json_t *result);
enum told charging_snapshot_told(struct work *work, int64_t operator_id, const json_t *snapshot);
enum told charging_stop_told(struct work *work, int64_t operator_id, const json_t *result);

/* --- jobs (charging_call.c), WORK_PLAIN; payload {"charge":id} ----------------------------------------------------------- */
void charging_check_job(struct work *work, const json_t *payload);     /* charging.check */
void charging_start_job(struct work *work, const json_t *payload);     /* charging.start */
void charging_stop_job(struct work *work, const json_t *payload);      /* charging.stop  */
void charging_follow_job(struct work *work, const json_t *payload);    /* charging.follow */
/* Asks for charging.follow of what has been silent too long, and ends what was left lying. WORK_PLAIN, every few seconds. */
void charging_tick(struct work *work);

#endif
