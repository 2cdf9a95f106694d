/* connection_check: 系统核对 (Z12.3, Step3). A job calls the operator's platform over every required interface
 * (schema/connection-required.hdf), pulls the stations that take part, compares them with the archives by record_compare, and
 * ends the case of the flow connection by connection_checked(). Only connection_check*.c write tables connection_check and
 * connection_check_row.
 *
 * Within Exchange.CheckSeconds it always comes to a verdict: a platform that is away is asked three times, then the verdict says
 * so, and the operator submits again. A killed runner's check begins anew in the same report; report, verdict and the move of the
 * case are one transaction, so that it is never decided twice. */
#ifndef DOMAIN_CONNECTION_CHECK_H
#define DOMAIN_CONNECTION_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* kind connection.check, payload {"operator_id":…} */
void connection_check_job(struct work *work, const json_t *payload);

/* The case is not being checked any more, for a reason in words: the verdict of what still runs does not count. In the
 * transaction of the case's move. */
void connection_check_end(struct work *work, int64_t operator_id, const char *words);

/* Cases whose check was given up (its job failed for good) fail, so that the operator can submit again. One transaction. */
void connection_check_tend(struct work *work);

/* The newest report of an operator: its id; 0: none. */
int64_t connection_check_newest(struct work *work, int64_t operator_id);

/* node.{Id, Operator, State, Label, Kind, BegunAt, EndedAt, Words, Interfaces.N.{Code, Name, Good, Words, Kind, Milliseconds, What},
 * Stations.N.{Code, Name, Good, Words, Kind, What, Differences.M.{Of, Label, Declared, Pushed, Words, Decides}}}. False: no such, or
 * outside the actor's company and division. */
bool connection_check_show(struct work *work, int64_t id, HDF *node);

#endif
