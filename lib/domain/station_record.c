/* station_record: see the header. Only this file and record_sheets.c write table station_record. An attacker would try another company's
 * id (404: the scope stands in each statement), a code of its own twice (under the company's lock) and deleting what
 * passed (the DELETE says it itself). */
#include "domain/station_record.h"

#include "domain/checks.h"
#include "domain/file.h"
#include "domain/record.h"
#include "domain/record_snapshot.h"
#include "flow/flow.h"
#include "web/web.h"

#define FLOW "station-record"
#define FORM "station-record"

#define Q_ROW      "SELECT " RECORD_COLUMNS " FROM station_record WHERE id = ? AND" RECORD_SCOPE
#define Q_OWN      "SELECT " RECORD_COLUMNS " FROM station_record WHERE id = ? AND operator_id = ? FOR UPDATE"
#define Q_ANY      "SELECT " RECORD_COLUMNS " FROM station_record WHERE id = ?"
#define Q_TAKEN    "SELECT COUNT(*) FROM station_record WHERE operator_id = ? AND code = ? AND id <> ?"
#define Q_FILED    "UPDATE station_record SET submitted_at = COALESCE(submitted_at, NOW(3)), revision = revision + 1 WHERE id = ?"
#define Q_PASSED   "UPDATE station_record SET passed_at = NOW(3), passed = ?, revision = revision + 1 WHERE id = ?"
#define Q_MOVED    "UPDATE station_record SET revision = revision + 1 WHERE id = ?"
/* A station that moves takes along what was never submitted; the rest stays with its department until the move has passed. */
#define Q_PLACES   "UPDATE equipment_record SET division_code = ? WHERE station_record_id = ? AND division_code <> ? AND submitted_at IS NULL"
#define Q_FOLLOW   "UPDATE equipment_record e JOIN station_record s ON s.id = e.station_record_id SET e.division_code = s.division_code" \
                   " WHERE s.id = ? AND e.division_code <> s.division_code"
#define Q_USED     "SELECT COUNT(*) FROM equipment_record WHERE station_record_id = ?"
#define Q_DROP     "DELETE FROM station_record WHERE id = ? AND operator_id = ? AND removable = 1"
#define Q_OPTIONS  "SELECT id AS Value, CONCAT(IF(name = '', '未命名', name), IF(code IS NULL, '', CONCAT('（', code, '）'))) AS Label," \
                   " state AS State FROM station_record WHERE operator_id = ? AND (? = '' OR id = ? OR INSTR(name, ?) OR INSTR(LOWER(code), LOWER(?)))" \
                   " ORDER BY id <> ?, id DESC LIMIT ?"

static const char *complete(struct work *work, int64_t id, HDF *reasons)
{
    return form_complete(work, FORM, id, reasons) ? NULL : "档案信息不完整或有误，完善后可申请";
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static bool row_read(struct work *work, int64_t id, struct record_row *row)
{
    return db_struct(work, record_columns, row, Q_ROW, I(id), RECORD_MINE(work));
}

static void row_must(struct work *work, int64_t id, struct record_row *row)
{
    if (!row_read(work, id, row))
        fail(work, FAIL_MISSING, "%s", "");
}

bool station_record_readable(struct work *work, int64_t id)
{
    struct record_row row;
    return row_read(work, id, &row);
}

struct form_values *station_record_values(struct work *work, int64_t id)
{
    struct record_row row;
    row_must(work, id, &row);
    return form_load(work, FORM, id);
}

struct form_values *station_record_passed(struct work *work, int64_t id)
{
    struct record_row row;
    row_must(work, id, &row);
    return record_passed(work, FORM, &row);
}

void station_record_view(struct work *work, int64_t id, HDF *node)
{
    struct record_row row;
    row_must(work, id, &row);
    record_view(work, &row, form_load(work, FORM, id), record_passed(work, FORM, &row), node);
    record_lacks(work, &row, node, complete);
    view_set_int(node, "Equipment", db_int(work, 0, Q_USED, I(id)));
}

bool station_record_options(struct work *work, const char *sought, int64_t with, int most, HDF *node)
{
    return db_rows(work, node, Q_OPTIONS, I(record_company(work)), T(sought), I(with), T(sought), T(sought), I(with), I(most)) == most;
}

/* --- changing ------------------------------------------------------------------------------------------------------- */

static void own_must(struct work *work, int64_t id, int64_t own, struct record_row *row)
{
    if (!db_struct(work, record_columns, row, Q_OWN, I(id), I(own)))
        fail(work, FAIL_MISSING, "%s", "");
}

struct form_values *station_record_to_change(struct work *work, int64_t id)
{
    struct record_row row;
    row_must(work, id, &row);
    if (row.operator_id != record_company(work))
        fail(work, FAIL_MISSING, "%s", "");
    record_check_changeable(work, &row);
    return form_load(work, FORM, id);
}

int64_t station_record_save(struct work *work, struct form_values *values, int64_t id)
{
    int64_t own = record_lock(work);
    struct record_row row = { .state = NULL };
    if (id)
        own_must(work, id, own, &row);
    if (id && (!record_check_open(work, values, FLOW, &row) || !record_check_saved(values, &row.saved, FLOW, row.state)))
        return 0;
    if (values_has(values, "code") && db_int(work, 0, Q_TAKEN, I(own), T(values_text(values, "code")), I(id)))
        values_error(values, "code", "「充电站编码」%s 已用于本企业的另一份站点档案，请核对", values_text(values, "code"));
    if (values_wrong(values))
        return 0;
    values_give(values, "operator_id", I(own));
    record_sign(work, values);
    id = form_store(work, values, id);
    record_changed(work, FLOW, id, row.state);
    db_exec(work, Q_PLACES, T(values_text(values, "division_code")), I(id), T(values_text(values, "division_code")));
    record_trail(work, "record-save", FLOW, id);
    return id;
}

const char *station_record_submit(struct work *work, int64_t id, HDF *reasons)
{
    return flow_try(work, &(struct flow_move){ .flow = FLOW, .id = id, .action = "submit", .reasons = reasons });
}

void station_record_drop(struct work *work, int64_t id)
{
    int64_t own = record_lock(work), used;
    struct record_row row;
    own_must(work, id, own, &row);
    record_check_changeable(work, &row);
    if (row.passed_at)
        fail(work, FAIL_CONFLICT, "该站点档案曾通过审核，不能删除。");
    if ((used = db_int(work, 0, Q_USED, I(id))))
        fail(work, FAIL_CONFLICT, "该站点下有 %lld 份设施档案，请先删除设施档案。", (long long)used);
    file_link(work, "station_record", id, "photos", NULL, 0);
    if (db_exec(work, Q_DROP, I(id), I(own)) != 1)
        fail(work, FAIL_CONFLICT, "该站点档案已有变化，请刷新页面后查看。");
    record_trail(work, "record-drop", FLOW, id);
}

/* --- the flow --------------------------------------------------------------------------------------------------------- */

static void filed(struct work *work, int64_t id)
{
    db_exec(work, Q_FILED, I(id));
    record_snapshot_keep(work, FLOW, id);
}

void station_record_keep(struct work *work, int64_t id)
{
    db_exec(work, Q_PASSED, T(record_keep(work, FORM, "station_record", id)), I(id));
    db_exec(work, Q_FOLLOW, I(id));
}

/* 「放弃修改」: what passed comes back, unless its code went to another record meanwhile. */
static struct form_values *to_restore(struct work *work, int64_t id, const char **wrong)
{
    struct record_row row;
    if (!db_struct(work, record_columns, &row, Q_ANY, I(id)))
        fail(work, FAIL_MISSING, "%s", "");
    struct form_values *passed = record_to_restore(work, FORM, &row, wrong);
    if (passed && db_int(work, 0, Q_TAKEN, I(row.operator_id), T(values_text(passed, "code")), I(id)))
        *wrong = arena_printf(work->arena, "原「充电站编码」%s 已用于本企业的另一份站点档案，不能恢复", values_text(passed, "code"));
    return *wrong ? NULL : passed;
}

static const char *restorable(struct work *work, int64_t id, HDF *reasons)
{
    const char *wrong;
    (void)reasons;
    (void)record_lock(work);
    (void)to_restore(work, id, &wrong);
    return wrong;
}

static void restored(struct work *work, int64_t id)
{
    const char *wrong;
    struct form_values *passed = to_restore(work, id, &wrong);
    if (!passed)
        fail(work, FAIL_CONFLICT, "%s。", wrong);
    record_sign(work, passed);
    form_store(work, passed, id);
    db_exec(work, Q_PLACES, T(values_text(passed, "division_code")), I(id), T(values_text(passed, "division_code")));
}

/* A form opened before is no longer of this record as it is. */
static void moved(struct work *work, int64_t id)
{
    db_exec(work, Q_MOVED, I(id));
}

void station_record_process(void)
{
    checks_register();
    form_open(FORM);
    flow_guard_register("station-record-complete", complete);
    flow_guard_register("station-record-restorable", restorable);
    flow_then_register("station-record-restored", restored);
    flow_then_register("station-record-filed", filed);
    flow_then_register("station-record-passed", station_record_keep);
    flow_then_register("station-record-moved", moved);
}
