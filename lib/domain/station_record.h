/* station_record: 站点档案 (Z9), what an operator declares of a charging station: table station_record, form and flow
 * station-record. Not to be confused with table station, which holds what the operator's platform pushes; the two are
 * tied by (operator_id, code).
 *
 * Whose: an operator reads and writes its own; departments read those of their division from the first submission on;
 * anything else does not exist (404). A record that passed keeps what it said then (`passed`, JSON of the form's values)
 * while a change of it is reviewed; it is never deleted. */
#ifndef DOMAIN_STATION_RECORD_H
#define DOMAIN_STATION_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/form.h"

/* Guards and consequences of the flow, and its form; called by process_start(). */
void station_record_process(void);

/* May the actor read it? Also the file_reader of its pictures. */
bool station_record_readable(struct work *work, int64_t id);
/* Its values (form station-record) for whoever may read it; else the work ends with 404. */
struct form_values *station_record_values(struct work *work, int64_t id);
/* What it said when it last passed; NULL: it never did. Scope as above. This is what public pages and later procedures read. */
struct form_values *station_record_passed(struct work *work, int64_t id);
/* Detail view (form_view), what differs from the passed version marked; node.{Code, Name, Own, Editable, Removable,
 * Passed, Equipment} beside node.View. */
void station_record_view(struct work *work, int64_t id, HDF *node);

/* The actor's own, in a state in which it can be changed; else 404, or 409 with what to do first. */
struct form_values *station_record_to_change(struct work *work, int64_t id);
/* Stores a draft or a whole record as the actor's company (id 0: new). What passed or was refused becomes 「待提交」.
 * Returns the id; 0: values_error() says why not (the code is taken), nothing is stored. */
int64_t station_record_save(struct work *work, struct form_values *values, int64_t id);
/* 申请: moves it to 「档案申请中」. NULL, or why not; `reasons` as flow_move.reasons. */
const char *station_record_submit(struct work *work, int64_t id, HDF *reasons);
/* Deletes what never passed and is not under review, and is used by no facility; else 409 with the reason. */
void station_record_drop(struct work *work, int64_t id);

/* The actor's company's, newest first: node.N.{Value, Label, State} for a select; whose name or code
 * holds `sought` ("": all); at most `most`, `with` (0: none) always among them. True: there are more. */
bool station_record_options(struct work *work, const char *sought, int64_t with, int most, HDF *node);

/* It passed: keeps what it says now. The consequence of 「通过」; the demonstration calls it too. */
void station_record_keep(struct work *work, int64_t id);

#endif
