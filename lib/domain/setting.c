/* setting: the counter all processes watch, taking over what changed, and the history. */
#include "domain/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/dict.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/setting_private.h"
#include "domain/trail.h"
#include "web/form.h"

#define Q_VERSION    "SELECT version FROM setting_version WHERE id = 1"
#define Q_COUNT      "UPDATE setting_version SET version = version + 1 WHERE id = 1"
#define Q_PARAMETERS "SELECT name, value FROM parameter"
#define Q_ENTRIES    "SELECT dict, code, label, position, hidden FROM dict_entry ORDER BY dict, code"
#define Q_NOTE       "INSERT INTO setting_change (subject, version, was, became, reason, changed_at, account_id)" \
                     " VALUES (?, ?, ?, ?, ?, NOW(3), ?)"
#define Q_HISTORY    "SELECT DATE_FORMAT(c.changed_at, '%Y-%m-%d %H:%i') AS At, COALESCE(a.name, '') AS Who," \
                     " CONCAT(c.was, ' → ', c.became) AS Title, CONCAT('变更依据：', c.reason) AS Text FROM setting_change c" \
                     " LEFT JOIN account a ON a.id = c.account_id WHERE c.subject = ? ORDER BY c.version DESC LIMIT 50"

enum { EVERY_MICRO = 2000000 };

static int64_t known = -1, looked_at;          /* the version taken over; when it was last asked for */

struct row {
    const char *name, *value, *label;
    int64_t     position, hidden;
    struct row *next;
};
struct rows {
    struct work *work;
    struct row  *first, **end;
};

static void keep(void *row, void *arg)
{
    struct rows *rows = arg;
    struct row *copy = arena_alloc(rows->work->arena, sizeof *copy);
    const struct row *r = row;
    *copy = *r;
    copy->name = arena_copy(rows->work->arena, r->name);
    copy->value = r->value ? arena_copy(rows->work->arena, r->value) : NULL;
    copy->label = r->label ? arena_copy(rows->work->arena, r->label) : NULL;
    copy->next = NULL;
    *rows->end = copy;
    rows->end = &copy->next;
}

/* What an older release knew is left aside. */
static void take(struct work *work, const struct row *parameters, const struct row *entries)
{
    parameters_plain();
    for (const struct row *r = parameters; r; r = r->next)
        if (!parameter_editable(r->name) || !config_overlay(r->name, r->value))
            log_line(LOG_WARN_, work, "setting.ignored", "parameter %s", r->name);
    dict_overlay_begin();
    for (const struct row *r = entries; r; r = r->next)
        if (!dict_overlay(r->name, r->value, r->label, (long)r->position, r->hidden != 0))
            log_line(LOG_WARN_, work, "setting.ignored", "dictionary %s entry %s", r->name, r->value);
    dict_overlay_end();
}

/* One snapshot, all of it read before any is taken over: the counter and what it counts belong together. */
static void look(struct work *work, void *arg)
{
    static const struct db_column parameter[] = { DB_TEXT(struct row, name), DB_TEXT(struct row, value), DB_END };
    static const struct db_column entry[] = { DB_TEXT(struct row, name), DB_TEXT(struct row, value), DB_TEXT(struct row, label),
                                              DB_INT(struct row, position), DB_INT(struct row, hidden), DB_END };
    struct row row = { 0 };
    struct rows parameters = { work, NULL, &parameters.first }, entries = { work, NULL, &entries.first };
    int64_t version = db_int(work, -1, Q_VERSION);
    (void)arg;
    if (version == known)
        return;
    db_each(work, parameter, &row, keep, &parameters, Q_PARAMETERS);
    db_each(work, entry, &row, keep, &entries, Q_ENTRIES);
    take(work, parameters.first, entries.first);
    known = version;
}

void settings_refresh(struct work *work)
{
    looked_at = clock_micro();
    if (!work_run(work, WORK_READ, look, NULL) && work->failed != FAIL_UNAVAILABLE)      /* what was true stays */
        log_line(LOG_WARN_, work, "setting.unread", "%s %s", work->fail_text, work->fail_detail);
}

static void refresh_sometimes(struct work *work)
{
    if (work->db && (known < 0 || clock_micro() - looked_at >= EVERY_MICRO))
        settings_refresh(work);
}

void settings_start(void)
{
    parameters_load();
    work_begin_register(refresh_sometimes);
}

/* --- the forms that check ---------------------------------------------------------------------------------------- */

void settings_form_of(const char *name, HDF *field, const char *as)
{
    HDF *fields;                                         /* stays for the life of the process */
    NEOERR *error = hdf_init(&fields);
    if (!error)
        error = hdf_set_value(fields, as, hdf_obj_value(field));
    for (const HDF_ATTR *a = hdf_obj_attr(field); a && !error; a = a->next)
        if (strcmp(a->key, "key") != 0 && strcmp(a->key, "scale") != 0)
            error = hdf_set_attr(fields, as, a->key, a->value);
    if (error) {
        nerr_log_error(error);
        exit(2);
    }
    form_register(name, fields);
}

void settings_forms(void)
{
    parameters_forms();
    dictionaries_forms();
}

const char *setting_field_wrong(struct work *work, const char *form, const char *field, const char *value)
{
    struct form_values *values = values_new(work, form_find(work, form));
    HDF *reasons;
    values_put(values, field, value);
    if (values_check(values, false))
        return NULL;
    if (hdf_init(&reasons))
        abort();
    values_reasons(values, reasons);
    const char *text = arena_copy(work->arena, hdf_get_value(reasons, "0.Text", "不符合要求"));
    hdf_destroy(&reasons);
    return text;
}

void setting_note(struct work *work, const struct setting_noted *n)
{
    db_exec(work, Q_NOTE, T(n->subject), I(n->version), T(n->was), T(n->became), T(n->reason), I(work->actor.account_id));
    db_exec(work, Q_COUNT);
    trail_write(work, n->act, n->subject, "done",
                arena_printf(work->arena, "%s：%s → %s；依据：%s", n->label, n->was, n->became, n->reason), n->address);
}

void setting_history(struct work *work, const char *subject, HDF *node)
{
    db_rows(work, node, Q_HISTORY, T(subject));
}
