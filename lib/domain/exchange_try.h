/* exchange_try: a message sent to the operator's platform from the debugging console (Z12.2). Only exchange_try.c writes table
 * exchange_try.
 *
 * The call is a job of the prompt lane (job.h), not part of the request: a platform that hangs would hold one of the few
 * processes that serve pages for as long as the call may take, and two engineers with such platforms would hold all of them.
 * The page asks once a second how far it is. One try an operator at a time. A message is sent once: a runner that dies while it
 * sends leaves a try that says so, because some messages start something on the other side. */
#ifndef DOMAIN_EXCHANGE_TRY_H
#define DOMAIN_EXCHANGE_TRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* Asks for a try of the actor's company. NULL with *id; else what is wrong with the request, in words. */
const char *exchange_try_ask(struct work *work, const char *interface, const char *request, int64_t *id);
/* node.{Id, Interface, Label, State, Running, Good, What, LogId}; false: no such, or another company's. */
bool exchange_try_show(struct work *work, int64_t id, HDF *node);
/* kind exchange.try, payload {"id":…} */
void exchange_try_job(struct work *work, const json_t *payload);
void exchange_try_purge(struct work *work);           /* older than a week; by the daily job */

/* An example request for the interface, indented, with the operator's own stations where known; secrets masked. */
const char *exchange_example(struct work *work, int64_t operator_id, const char *interface, bool incoming);

const char *exchange_operator_code(struct work *work, int64_t operator_id);      /* its OperatorID */

#endif
