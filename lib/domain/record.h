/* record: what station records and equipment records have in common. Private to lib/domain/{station,equipment}_record*.c. */
#ifndef DOMAIN_RECORD_H
#define DOMAIN_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/db.h"
#include "core/work.h"
#include "web/form.h"

/* The actor's rows: its company's; a department's once submitted. Three binds: RECORD_MINE(work). */
#define RECORD_SCOPE " (operator_id = ? OR (? = 1 AND filed_division LIKE ?))"
#define RECORD_MINE(work) I(record_company(work)), I(record_staff(work)), T(record_division(work))
int64_t     record_company(struct work *work);               /* -1: none, which fits no row */
bool        record_staff(struct work *work);
const char *record_division(struct work *work);

/* One row as both tables have it: SELECT RECORD_COLUMNS. */
#define RECORD_COLUMNS "id, operator_id, state, removable, COALESCE(code, ''), name, DATE_FORMAT(passed_at, '%Y-%m-%d %H:%i'), passed, " RECORD_SAVED
/* Of reports too: SELECT RECORD_SAVED into struct record_saved. */
#define RECORD_SAVED "revision, saved_by, DATE_FORMAT(saved_at, '%Y-%m-%d %H:%i')"
struct record_saved {
    int64_t     revision;
    const char *by, *at;
};
struct record_row {
    int64_t     id, operator_id, removable;
    const char *state, *code, *name, *passed_at, *passed;    /* the last two NULL: it never passed */
    struct record_saved saved;
};
extern const struct db_column record_columns[];

/* Locks the actor's company: within it codes are compared before they are stored. Ends the work (403) without one. */
int64_t record_lock(struct work *work);
/* What is to be stored was typed over what was stored last; else `values` are in conflict, with who saved meanwhile and when.
 * `flow` and `state` (NULL: of a report, which has none): where the record is now. The revision counts moves too, all but a
 * withdrawal, so that an old form does not take back what was submitted, decided or linked after it was opened. */
bool record_check_saved(struct form_values *values, const struct record_saved *saved, const char *flow, const char *state);
/* The same while a department reviews it: what was typed stays on the page until somebody has withdrawn the record, and may
 * then be saved: its person has read what differs. */
bool record_check_open(struct work *work, struct form_values *values, const char *flow, const struct record_row *row);
/* Who stores it, and when. */
void record_sign(struct work *work, struct form_values *values);
/* 409 with what to do first while a department reviews it. */
void record_check_changeable(struct work *work, const struct record_row *row);
/* Begins the way of a new record; what had come to an end is 「待提交」 again once it was changed. */
void record_changed(struct work *work, const char *flow, int64_t id, const char *state);
/* What it said when it passed; NULL: never. */
struct form_values *record_passed(struct work *work, const char *form, const struct record_row *row);
/* node.View with what differs from the passed version, node.{Id, Code, Name, State, Own, Editable, Removable, PassedAt, Differs,
 * Restores: the state that 「放弃修改」 leads to, when there is a passed version}. */
void record_view(struct work *work, const struct record_row *row, struct form_values *values, struct form_values *passed, HDF *node);
/* 「放弃修改」. What it said when it passed, ready to be stored again; NULL with *wrong in words: it never passed, or the
 * rules have changed so much that this cannot be typed in today. */
struct form_values *record_to_restore(struct work *work, const char *form, const struct record_row *row, const char **wrong);
/* It passed: keeps what it says now and its pictures, which then outlive a change that drops them. Returns the JSON. */
const char *record_keep(struct work *work, const char *form, const char *table, int64_t id);
/* Of a record under review, for its reviewer: node.Lacks as the rules are today; they may have changed since it was submitted.
 * A warning, not a hindrance: the department decides (Z30). */
void record_lacks(struct work *work, const struct record_row *row, HDF *node, const char *(*complete)(struct work *work, int64_t id, HDF *reasons));
/* The fact of that label in a form_view() says this instead. */
void record_fact(HDF *view, const char *label, const char *value, const char *href);
void record_trail(struct work *work, const char *act, const char *kind, int64_t id);

#endif
