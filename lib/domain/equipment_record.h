/* equipment_record: 设施档案 (Z11, S5, S6), what an operator declares of a pile and its guns: tables equipment_record and
 * connector_record (rows of form equipment-record), flow equipment-record. Each belongs to a station record and names a
 * report. Table equipment holds what the platform pushes, tied by (operator_id, code).
 *
 * Scope, drafts, passed version: as station_record.h. connected_at says when its interconnection last passed; it stays
 * while a change is reviewed. */
#ifndef DOMAIN_EQUIPMENT_RECORD_H
#define DOMAIN_EQUIPMENT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/form.h"

/* Guards and consequences of the flow, and its forms; called by process_start(). */
void equipment_record_process(void);

bool equipment_record_readable(struct work *work, int64_t id);      /* also its file_reader */
struct form_values *equipment_record_values(struct work *work, int64_t id);
struct form_values *equipment_record_passed(struct work *work, int64_t id);     /* NULL: it never passed */
void equipment_record_view(struct work *work, int64_t id, HDF *node);           /* as station_record_view(); + Station, Report */

struct form_values *equipment_record_to_change(struct work *work, int64_t id);
/* One record (form equipment-record), as station_record_save(). */
int64_t equipment_record_save(struct work *work, struct form_values *values, int64_t id);
/* Several of one station at once (form equipment-new): what they share, the guns each of them has, and a row each. Stores
 * one record a row and, unless `draft`, submits each. Returns how many; 0: values_error(), and the caller ends the work
 * (form_refuse), so that nothing is stored. */
size_t equipment_record_add(struct work *work, struct form_values *values, bool draft);
/* What its station and report still lack before it can be submitted, as values_error() of those fields (either form). */
void equipment_record_check_ties(struct work *work, struct form_values *values);
/* Form equipment-new filled with what this record says, without its codes and serial number: 「复制」. */
struct form_values *equipment_record_copy(struct work *work, int64_t id);
const char *equipment_record_submit(struct work *work, int64_t id, HDF *reasons);
void equipment_record_drop(struct work *work, int64_t id);

/* Z11.2: what must be there first. node.{Stations, Reports}: how many the actor's company has. False: one of them is missing. */
bool equipment_record_ready(struct work *work, HDF *node);

/* It passed: keeps what it says now. The consequence of 「通过」; the demonstration calls it too. */
void equipment_record_keep(struct work *work, int64_t id);

#endif
