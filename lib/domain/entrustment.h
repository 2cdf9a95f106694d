/* entrustment: 委托运营 (H3.2). A builder without a platform of its own declares the operator that runs it, the operator
 * confirms; either may end it. EquipmentOwnerID of a pushed station (T/CEC 102 part 2, StationInfo) says for whom it was
 * built: station.built_by is that builder while a confirmed entrustment ties it to the platform that pushed. Neither side
 * can show itself another's stations alone: the platform must name the code, and both must agree. */
#ifndef DOMAIN_ENTRUSTMENT_H
#define DOMAIN_ENTRUSTMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* Of the actor's company, either side: node.N.{Id, Name, Code, State, Label, Kind, At, Mine (it is the builder), Stations}. */
void entrustment_list(struct work *work, HDF *node);
/* A builder declares a platform by its company's name or code. NULL: done; else what is wrong, in words. */
const char *entrustment_ask(struct work *work, const char *platform);
/* Of what was asked: "confirm" and "refuse" by the platform's company, "withdraw" by the builder; "end" by either. 404 not its, 409 in another state now. */
void entrustment_decide(struct work *work, int64_t id, const char *action);
/* By a department's decision on a stamped application (S2.3, H3.1), in place of the platform's own confirmation; `confirmed`
 * false ends it. */
void entrustment_grant(struct work *work, int64_t builder_id, int64_t operator_id, bool confirmed);
/* Ties this platform's stations anew; after a decision and after each pull. Inside WORK_WRITE. */
void entrustment_apply(struct work *work, int64_t operator_id);

#endif
