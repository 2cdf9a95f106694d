/* record_snapshot: what a record said each time it was submitted, and what changed since. Owns table record_snapshot. */
#ifndef DOMAIN_RECORD_SNAPSHOT_H
#define DOMAIN_RECORD_SNAPSHOT_H

#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/form.h"

/* Keeps what the record says now. The consequence of a submission; `flow` is its flow and the name of its form. */
void record_snapshot_keep(struct work *work, const char *flow, int64_t id);

/* What changed since the submission before the present one, for whoever may read the record (the caller has proved it):
 * node.{First, Since, Against, Count, Rows.N (as values_diff()), Report.{Label, Text, Path}}. First: nothing to compare with.
 * A record from before snapshots were kept is compared with what last passed; Against says with what. A type test report
 * that was replaced meanwhile is a change too. */
void record_snapshot_changes(struct work *work, const char *flow, int64_t id, HDF *node);

/* Rows of values_diff() of a record of that company: Before and Now of fields that hold the number of a station record or a
 * report say its name, for a number among the company's own; others are not told apart from those that are not there. */
void record_names_put(struct work *work, int64_t operator_id, HDF *rows);

#endif
