/* report: see the header. Only this file writes tables report and report_file. */
#include "domain/report.h"

#include <stdio.h>
#include <string.h>

#include "domain/checks.h"
#include "domain/file.h"
#include "domain/record.h"
#include "core/text.h"
#include "web/web.h"

#define SCOPE      " (r.operator_id = ? OR (? = 1 AND (r.division_code LIKE ? OR EXISTS (SELECT 1 FROM equipment_record e" \
                   " WHERE e.report_id = r.id AND e.filed_division LIKE ?))))"
#define MINE(work) RECORD_MINE(work), T(record_division(work))
#define Q_READ     "SELECT r.operator_id, r.name, COALESCE(r.valid_until, ''), r.valid_until IS NULL OR r.valid_until >= CURDATE()" \
                   " FROM report r WHERE r.id = ? AND" SCOPE
#define Q_OF_FILE  "SELECT report_id FROM report_file WHERE id = ?"
#define Q_DIVISION "SELECT COALESCE(division_code, '') FROM operator WHERE id = ?"
#define Q_TAKEN    "SELECT COUNT(*) FROM report WHERE operator_id = ? AND number = ? AND id <> ?"
#define Q_OWN      "SELECT version FROM report WHERE id = ? AND operator_id = ? FOR UPDATE"
#define Q_SAVED    "SELECT " RECORD_SAVED " FROM report WHERE id = ? AND operator_id = ? FOR UPDATE"
#define Q_VERSION  "INSERT INTO report_file (report_id, version, number, agency, issued_on, valid_until, reason, account_id, actor_name)" \
                   " VALUES (?, ?, ?, ?, ?, NULLIF(?, ''), ?, ?, ?)"
#define Q_IN_FORCE "UPDATE report SET number = ?, agency = ?, issued_on = ?, valid_until = NULLIF(?, ''), version = ? WHERE id = ?"
#define Q_VERSIONS "SELECT f.id AS Id, f.version AS Version, f.number AS Number, f.agency AS Agency, f.issued_on AS Issued," \
                   " COALESCE(f.valid_until, '长期') AS Until, DATE_FORMAT(f.at, '%Y-%m-%d %H:%i') AS At, f.actor_name AS Who," \
                   " f.reason AS Reason, NULLIF(f.version = r.version, 0) AS Now FROM report_file f JOIN report r ON r.id = f.report_id" \
                   " WHERE f.report_id = ? ORDER BY f.version DESC"
#define Q_USERS    "SELECT id AS Id, COALESCE(code, '') AS Code, name AS Name FROM equipment_record WHERE report_id = ? AND" RECORD_SCOPE \
                   " ORDER BY id LIMIT 20"
#define Q_USED     "SELECT COUNT(*) FROM equipment_record WHERE report_id = ? AND" RECORD_SCOPE
#define Q_FILES    "SELECT id FROM report_file WHERE report_id = ?"
#define Q_FILES_DROP "DELETE FROM report_file WHERE report_id = ?"
#define Q_DROP     "DELETE FROM report WHERE id = ? AND operator_id = ?"
#define Q_USABLE   "SELECT " REPORT_IS " FROM report r WHERE r.id = ? AND r.operator_id = ?"
#define Q_OPTIONS  "SELECT id AS Value, CONCAT(name, '（', number, '）') AS Label FROM report WHERE operator_id = ? AND (? = '' OR id = ? OR INSTR(name, ?)" \
                   " OR INSTR(number, ?) OR INSTR(model, ?)) ORDER BY id <> ?, id DESC LIMIT ?"


struct read { int64_t operator_id, valid; const char *name, *until; };

static bool row_read(struct work *work, int64_t id, struct read *row)
{
    static const struct db_column columns[] = { DB_INT(struct read, operator_id), DB_TEXT(struct read, name),
                                                DB_TEXT(struct read, until), DB_INT(struct read, valid), DB_END };
    return db_struct(work, columns, row, Q_READ, I(id), MINE(work));
}

bool report_readable(struct work *work, int64_t id)
{
    struct read row;
    return row_read(work, id, &row);
}

bool report_file_readable(struct work *work, int64_t id)
{
    return report_readable(work, db_int(work, 0, Q_OF_FILE, I(id)));
}

/* --- storing ------------------------------------------------------------------------------------------------------ */

static bool number_free(struct work *work, struct form_values *values, int64_t own, int64_t id)
{
    const char *number = values_text(values, "number");
    if (db_int(work, 0, Q_TAKEN, I(own), T(number), I(id)))
        values_error(values, "number", "「报告编号」%s 已用于本企业的另一份报告档案，请核对", number);
    return !values_wrong(values);
}

/* The type test report of `values` becomes version `version`, and what is in force. */
static void version_store(struct work *work, struct form_values *values, int64_t id, int64_t version, const char *reason)
{
    const char *number = values_text(values, "number"), *agency = values_text(values, "agency");
    const char *issued = values_text(values, "issued_on"), *until = values_text(values, "valid_until");
    size_t count = values_count(values, "paper");
    int64_t *files = arena_alloc(work->arena, (count + 1) * sizeof *files);
    int64_t file = db_insert(work, Q_VERSION, I(id), I(version), T(number), T(agency), T(issued), T(until), T(reason),
                             I(work->actor.account_id), T(work->actor.name ? work->actor.name : ""));
    for (size_t i = 0; i < count; i++)
        files[i] = values_int_at(values, "paper", i);
    file_link(work, "report_file", file, "paper", files, count);
    db_exec(work, Q_IN_FORCE, T(number), T(agency), T(issued), T(until), I(version), I(id));
}

int64_t report_add(struct work *work, struct form_values *values)
{
    int64_t own = record_lock(work);
    if (!number_free(work, values, own, 0))
        return 0;
    values_give(values, "operator_id", I(own));
    values_give(values, "division_code", T(db_text(work, Q_DIVISION, I(own))));
    record_sign(work, values);
    int64_t id = form_store(work, values, 0);
    version_store(work, values, id, 1, "");
    record_trail(work, "report-save", "report", id);
    return id;
}

static int64_t own_version(struct work *work, int64_t id, int64_t own)
{
    int64_t version = db_int(work, 0, Q_OWN, I(id), I(own));
    if (!version)
        fail(work, FAIL_MISSING, "%s", "");
    return version;
}

struct form_values *report_to_change(struct work *work, int64_t id)
{
    struct form_values *values = form_load(work, "report-edit", id, I(record_company(work)));
    if (!values)
        fail(work, FAIL_MISSING, "%s", "");
    return values;
}

int64_t report_save(struct work *work, struct form_values *values, int64_t id)
{
    static const struct db_column columns[] = { DB_INT(struct record_saved, revision), DB_TEXT(struct record_saved, by),
                                                DB_TEXT(struct record_saved, at), DB_END };
    struct record_saved saved;
    int64_t own = record_lock(work);
    if (!db_struct(work, columns, &saved, Q_SAVED, I(id), I(own)))
        fail(work, FAIL_MISSING, "%s", "");
    if (!record_check_saved(values, &saved, NULL, NULL))
        return 0;
    values_give(values, "operator_id", I(own));
    record_sign(work, values);
    record_trail(work, "report-save", "report", id);
    return form_store(work, values, id);
}

int64_t report_replace(struct work *work, struct form_values *values, int64_t id)
{
    int64_t own = record_lock(work), version = own_version(work, id, own);
    if (!number_free(work, values, own, id))
        return 0;
    version_store(work, values, id, version + 1, values_text(values, "reason"));
    record_trail(work, "report-replace", "report", id);
    return id;
}

/* --- deleting ------------------------------------------------------------------------------------------------------- */

static const char *user_names(struct work *work, int64_t id)
{
    HDF *users;
    char *names = "";
    int n = 0;
    if (hdf_init(&users))
        fail_ours(work, "out of memory");
    db_rows(work, users, Q_USERS, I(id), RECORD_MINE(work));
    for (HDF *u = hdf_obj_child(users); u && n < 3; u = hdf_obj_next(u), n++)
        names = arena_printf(work->arena, "%s%s%s", names, *names ? "、" : "", *view_get(u, "Code") ? view_get(u, "Code") : view_get(u, "Name"));
    hdf_destroy(&users);
    return names;
}

static void files_drop(struct work *work, int64_t id)
{
    HDF *files;
    if (hdf_init(&files))
        fail_ours(work, "out of memory");
    db_rows(work, files, Q_FILES, I(id));
    for (HDF *f = hdf_obj_child(files); f; f = hdf_obj_next(f))
        file_link(work, "report_file", hdf_get_int_value(f, "id", 0), "paper", NULL, 0);
    hdf_destroy(&files);
    file_link(work, "report", id, "papers", NULL, 0);
    db_exec(work, Q_FILES_DROP, I(id));
}

void report_drop(struct work *work, int64_t id)
{
    int64_t own = record_lock(work);
    (void)own_version(work, id, own);
    int64_t used = db_int(work, 0, Q_USED, I(id), RECORD_MINE(work));
    if (used)
        fail(work, FAIL_CONFLICT, "该报告已用于 %lld 份设施档案（%s%s），不能删除。", (long long)used, user_names(work, id), used > 3 ? "等" : "");
    files_drop(work, id);
    if (db_exec(work, Q_DROP, I(id), I(own)) != 1)
        fail(work, FAIL_MISSING, "%s", "");
    record_trail(work, "report-drop", "report", id);
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

void report_view(struct work *work, int64_t id, HDF *node)
{
    struct read row;
    if (!row_read(work, id, &row))
        fail(work, FAIL_MISSING, "%s", "");
    bool own = row.operator_id == record_company(work);
    int64_t used = db_int(work, 0, Q_USED, I(id), RECORD_MINE(work));
    view_set_int(node, "Id", id);
    view_set(node, "Name", row.name);
    view_set(node, "Own", own ? "1" : NULL);
    view_set(node, "Valid", row.valid ? "1" : NULL);
    view_set(node, "Until", row.until);
    view_set(node, "Removable", own && !used ? "1" : NULL);
    view_set_int(node, "UserCount", used);
    form_view(work, form_load(work, "report-edit", id), NULL, view_node(node, "View"));
    HDF *versions = view_node(node, "Versions");
    db_rows(work, versions, Q_VERSIONS, I(id));
    for (HDF *v = hdf_obj_child(versions); v; v = hdf_obj_next(v))
        file_list(work, "report_file", hdf_get_int_value(v, "Id", 0), "paper", view_node(v, "Files"));
    db_rows(work, view_node(node, "Users"), Q_USERS, I(id), RECORD_MINE(work));
}

const char *report_usable(struct work *work, int64_t operator_id, int64_t id)
{
    return report_is_wrong(db_text(work, Q_USABLE, I(id), I(operator_id)));
}

const char *report_is_wrong(const char *is)
{
    if (!is || strcmp(is, "none") == 0)
        return "请选择检测报告";
    if (strcmp(is, "late") == 0)
        return "检测报告已超过有效期，请在「报告档案」更换报告";
    return strcmp(is, "bare") == 0 ? "检测报告没有上传型式试验报告，请在「报告档案」更换报告" : NULL;
}

bool report_options(struct work *work, const char *sought, int64_t with, int most, HDF *node)
{
    return db_rows(work, node, Q_OPTIONS, I(record_company(work)), T(sought), I(with), T(sought), T(sought), T(sought), I(with), I(most)) == most;
}
