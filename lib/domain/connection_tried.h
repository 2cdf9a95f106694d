/* connection_tried: Step2 of the connection (Z12.2), which interfaces must be tried, which have been, and which passed. Only
 * connection_tried.c writes table connection_tried. What is required stands in schema/connection-required.hdf, by what the
 * connection is for: basic (part 2 of T/CEC 102) or charging (with part 3). */
#ifndef DOMAIN_CONNECTION_TRIED_H
#define DOMAIN_CONNECTION_TRIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* From process_start(): reads schema/connection-required.hdf; a mistake stops the start. */
void connection_required_load(void);

/* One try. A later failure does not take back what passed. Inside WORK_WRITE. */
void connection_tried(struct work *work, int64_t operator_id, const char *interface, bool incoming, bool passed,
                      const char *what);
/* Keys or the platform's address changed: everything is to be tried again. */
void connection_tried_reset(struct work *work, int64_t operator_id);

/* Has each required interface passed? For 「提交系统核对申请」. */
bool connection_tried_all(struct work *work, int64_t operator_id);
/* node.N.{Interface, Label, Incoming (1, or absent), Direction, Passed, Tried, At, What, Words, Kind (tone of macro state)} of the
 * required ones in the order they are tried; returns how many have not passed. */
int connection_tried_list(struct work *work, int64_t operator_id, HDF *node);

/* Is the interface required of this operator in this direction? */
bool connection_required(struct work *work, int64_t operator_id, const char *interface, bool incoming);

/* The i-th required interface that the automatic check calls; "" of those it does not call; NULL: no more. */
const char *connection_required_at(struct work *work, int64_t operator_id, size_t i, const char **label);

#endif
