/* equipment_record: see the header. With equipment_record_add.c and record_sheets.c the only writer of tables equipment_record and
 * connector_record. What an attacker would try: as in station_record.c, and a station or report of another company
 * (compared within the own company alone). */
#include "domain/equipment_record.h"

#include <string.h>

#include "domain/checks.h"
#include "domain/connection.h"
#include "domain/file.h"
#include "domain/record.h"
#include "domain/record_snapshot.h"
#include "domain/report.h"
#include "flow/flow.h"
#include "web/web.h"

#define FLOW "equipment-record"
#define FORM "equipment-record"

#define Q_ROW      "SELECT " RECORD_COLUMNS " FROM equipment_record WHERE id = ? AND" RECORD_SCOPE
#define Q_OWN      "SELECT " RECORD_COLUMNS " FROM equipment_record WHERE id = ? AND operator_id = ? FOR UPDATE"
#define Q_ANY      "SELECT " RECORD_COLUMNS " FROM equipment_record WHERE id = ?"
#define Q_WAS_LINKED "SELECT COUNT(*) FROM equipment_record WHERE id = ? AND connected_at >= passed_at"
#define Q_TAKEN    "SELECT COUNT(*) FROM equipment_record WHERE operator_id = ? AND code = ? AND id <> ?"
#define Q_GUN_TAKEN "SELECT COUNT(*) FROM connector_record c JOIN equipment_record e ON e.id = c.equipment_record_id" \
                   " WHERE c.code = ? AND e.operator_id = ? AND e.id <> ?"
#define Q_STATION  "SELECT division_code FROM station_record WHERE id = ? AND operator_id = ?"
#define Q_STATION_PASSED "SELECT COUNT(*) FROM station_record WHERE id = ? AND operator_id = ? AND passed_at IS NOT NULL"
#define Q_REPORT   "SELECT COUNT(*) FROM report WHERE id = ? AND operator_id = ?"
#define Q_FILED    "UPDATE equipment_record SET submitted_at = COALESCE(submitted_at, NOW(3)), revision = revision + 1 WHERE id = ?"
#define Q_PASSED   "UPDATE equipment_record SET passed_at = NOW(3), passed = ?, revision = revision + 1 WHERE id = ?"
#define Q_MOVED    "UPDATE equipment_record SET revision = revision + 1 WHERE id = ?"
#define Q_LINKED   "UPDATE equipment_record SET connected_at = NOW(3), revision = revision + 1 WHERE id = ?"
#define Q_DROP     "DELETE FROM equipment_record WHERE id = ? AND operator_id = ? AND removable = 1"
#define Q_NEEDS    "SELECT " REPORT_IS ", s.name, s.passed_at IS NOT NULL," \
                   " o.connected_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM partner p WHERE p.operator_id = o.id AND p.enabled = 0), e.operator_id, s.id" \
                   " FROM equipment_record e JOIN station_record s ON s.id = e.station_record_id JOIN operator o ON o.id = e.operator_id" \
                   " LEFT JOIN report r ON r.id = e.report_id AND r.operator_id = e.operator_id WHERE e.id = ?"
#define Q_NAMES    "SELECT s.id AS StationId, s.name AS Station, COALESCE(r.id, '') AS ReportId, COALESCE(CONCAT(r.name, '（', r.number, '）'), '') AS Report" \
                   " FROM equipment_record e JOIN station_record s ON s.id = e.station_record_id LEFT JOIN report r ON r.id = e.report_id WHERE e.id = ?"
#define Q_STATIONS "SELECT COUNT(*) FROM station_record WHERE operator_id = ?"
#define Q_REPORTS  "SELECT COUNT(*) FROM report WHERE operator_id = ?"

static const char *complete(struct work *work, int64_t id, HDF *reasons);

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void row_must(struct work *work, int64_t id, struct record_row *row)
{
    if (!db_struct(work, record_columns, row, Q_ROW, I(id), RECORD_MINE(work)))
        fail(work, FAIL_MISSING, "%s", "");
}

bool equipment_record_readable(struct work *work, int64_t id)
{
    struct record_row row;
    return db_struct(work, record_columns, &row, Q_ROW, I(id), RECORD_MINE(work));
}

struct form_values *equipment_record_values(struct work *work, int64_t id)
{
    struct record_row row;
    row_must(work, id, &row);
    return form_load(work, FORM, id);
}

struct form_values *equipment_record_passed(struct work *work, int64_t id)
{
    struct record_row row;
    row_must(work, id, &row);
    return record_passed(work, FORM, &row);
}

void equipment_record_view(struct work *work, int64_t id, HDF *node)
{
    struct record_row row;
    row_must(work, id, &row);
    record_view(work, &row, form_load(work, FORM, id), record_passed(work, FORM, &row), node);
    record_lacks(work, &row, node, complete);
    if (row.passed && db_int(work, 0, Q_WAS_LINKED, I(id)))
        view_set(node, "Restores", "linked");
    db_row(work, node, Q_NAMES, I(id));
    record_fact(view_node(node, "View"), "所属充电站", view_get(node, "Station"),
                arena_printf(work->arena, "/archives/stations/%s", view_get(node, "StationId")));
    if (*view_get(node, "Report"))
        record_fact(view_node(node, "View"), "检测报告", view_get(node, "Report"),
                    arena_printf(work->arena, "/archives/reports/%s", view_get(node, "ReportId")));
}

bool equipment_record_ready(struct work *work, HDF *node)
{
    int64_t stations = db_int(work, 0, Q_STATIONS, I(record_company(work)));
    int64_t reports = db_int(work, 0, Q_REPORTS, I(record_company(work)));
    view_set_int(node, "Stations", stations);
    view_set_int(node, "Reports", reports);
    return stations && reports;
}

/* --- changing ------------------------------------------------------------------------------------------------------- */

static void own_must(struct work *work, int64_t id, int64_t own, struct record_row *row)
{
    if (!db_struct(work, record_columns, row, Q_OWN, I(id), I(own)))
        fail(work, FAIL_MISSING, "%s", "");
}

struct form_values *equipment_record_to_change(struct work *work, int64_t id)
{
    struct record_row row;
    row_must(work, id, &row);
    if (row.operator_id != record_company(work))
        fail(work, FAIL_MISSING, "%s", "");
    record_check_changeable(work, &row);
    return form_load(work, FORM, id);
}

static void check_guns(struct work *work, struct form_values *values, int64_t own, int64_t id)
{
    for (size_t i = 0; i < values_count(values, "guns"); i++) {
        struct form_values *gun = values_row(values, "guns", i);
        const char *code = values_text(gun, "code");
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice = twice || strcmp(values_text(values_row(values, "guns", k), "code"), code) == 0;
        if (*code && (twice || db_int(work, 0, Q_GUN_TAKEN, T(code), I(own), I(id))))
            values_error(gun, "code", "「充电枪编码」%s %s，请核对", code, twice ? "重复" : "已用于本企业的另一份设施档案");
    }
}

/* What only the database knows. Returns the division of the station. */
static const char *check_ties(struct work *work, struct form_values *values, int64_t own, int64_t id)
{
    const char *division = db_text(work, Q_STATION, I(values_int(values, "station_record_id")), I(own));
    const char *code = values_text(values, "code");
    if (!division)
        values_error(values, "station_record_id", "请选择「所属充电站」");
    if (values_has(values, "report_id") && !db_int(work, 0, Q_REPORT, I(values_int(values, "report_id")), I(own)))
        values_error(values, "report_id", "请选择「检测报告」");
    if (*code && db_int(work, 0, Q_TAKEN, I(own), T(code), I(id)))
        values_error(values, "code", "「设施编码」%s 已用于本企业的另一份设施档案，请核对", code);
    check_guns(work, values, own, id);
    return division;
}

void equipment_record_check_ties(struct work *work, struct form_values *values)
{
    int64_t own = record_lock(work);               /* before the first look: what another form stored meanwhile is seen */
    const char *report = report_usable(work, own, values_int(values, "report_id"));
    if (!db_int(work, 0, Q_STATION_PASSED, I(values_int(values, "station_record_id")), I(own)))
        values_error(values, "station_record_id", "所属充电站的站点档案尚未通过审核，通过后可提交；现在可以先保存");
    if (report)
        values_error(values, "report_id", "%s", report);
}

int64_t equipment_record_save(struct work *work, struct form_values *values, int64_t id)
{
    int64_t own = record_lock(work);
    struct record_row row = { .state = NULL };
    if (id)
        own_must(work, id, own, &row);
    if (id && (!record_check_open(work, values, FLOW, &row) || !record_check_saved(values, &row.saved, FLOW, row.state)))
        return 0;
    const char *division = check_ties(work, values, own, id);
    if (values_wrong(values))
        return 0;
    values_give(values, "operator_id", I(own));
    values_give(values, "division_code", T(division));
    values_give(values, "connectors", I((int64_t)values_count(values, "guns")));
    record_sign(work, values);
    id = form_store(work, values, id);
    record_changed(work, FLOW, id, row.state);
    record_trail(work, "record-save", FLOW, id);
    return id;
}

const char *equipment_record_submit(struct work *work, int64_t id, HDF *reasons)
{
    return flow_try(work, &(struct flow_move){ .flow = FLOW, .id = id, .action = "submit", .reasons = reasons });
}

void equipment_record_drop(struct work *work, int64_t id)
{
    int64_t own = record_lock(work);
    struct record_row row;
    own_must(work, id, own, &row);
    record_check_changeable(work, &row);
    if (row.passed_at)
        fail(work, FAIL_CONFLICT, "该设施档案曾通过审核，不能删除。");
    file_link(work, "equipment_record", id, "photos", NULL, 0);
    if (db_exec(work, Q_DROP, I(id), I(own)) != 1)
        fail(work, FAIL_CONFLICT, "该设施档案已有变化，请刷新页面后查看。");
    record_trail(work, "record-drop", FLOW, id);
}

/* --- the flow --------------------------------------------------------------------------------------------------------- */

struct needs { int64_t station_passed, connected, operator_id, station_id; const char *report_is, *station; };

static bool needs_read(struct work *work, int64_t id, struct needs *needs)
{
    static const struct db_column columns[] = {
        DB_TEXT(struct needs, report_is), DB_TEXT(struct needs, station), DB_INT(struct needs, station_passed), DB_INT(struct needs, connected),
        DB_INT(struct needs, operator_id), DB_INT(struct needs, station_id), DB_END };
    return db_struct(work, columns, needs, Q_NEEDS, I(id));
}

static void also(struct work *work, HDF *reasons, const char *text)
{
    int n = 0;
    for (HDF *r = hdf_obj_child(reasons); r; r = hdf_obj_next(r))
        n++;
    view_set(reasons, arena_printf(work->arena, "%d.Text", n), text);
}

static const char *complete(struct work *work, int64_t id, HDF *reasons)
{
    struct needs needs = { 0 };
    bool whole = form_complete(work, FORM, id, reasons) && needs_read(work, id, &needs);
    if (!whole)
        return "档案信息不完整或有误，完善后可申请";
    const char *report = report_is_wrong(needs.report_is);
    if (!needs.station_passed)
        also(work, reasons, arena_printf(work->arena, "所属充电站「%s」的站点档案尚未通过审核", needs.station));
    if (report)
        also(work, reasons, report);
    if (!needs.station_passed)
        return "所属充电站的站点档案尚未通过审核，通过后可申请";
    return report;
}

static const char *linkable(struct work *work, int64_t id, HDF *reasons)
{
    struct needs needs = { 0 };
    (void)reasons;
    if (!needs_read(work, id, &needs) || !needs.connected)
        return "运营商平台尚未完成系统互联互通，请先在「互联配置申请」办理";
    return connection_station_wrong(work, needs.operator_id, needs.station_id);
}

static void filed(struct work *work, int64_t id)
{
    db_exec(work, Q_FILED, I(id));
    record_snapshot_keep(work, FLOW, id);
}

void equipment_record_keep(struct work *work, int64_t id)
{
    db_exec(work, Q_PASSED, T(record_keep(work, FORM, "equipment_record", id)), I(id));
}

/* 「放弃修改」: what passed comes back, unless its codes went to another record or its report was deleted meanwhile. */
static struct form_values *to_restore(struct work *work, int64_t id, const char **wrong)
{
    struct record_row row;
    if (!db_struct(work, record_columns, &row, Q_ANY, I(id)))
        fail(work, FAIL_MISSING, "%s", "");
    struct form_values *passed = record_to_restore(work, FORM, &row, wrong);
    const char *division = passed ? check_ties(work, passed, row.operator_id, id) : NULL;
    if (passed && values_wrong(passed))
        *wrong = "原审核通过的设施编码、充电枪编码已用于本企业的另一份设施档案，或者原检测报告已删除，不能恢复";
    if (passed && division)
        values_give(passed, "division_code", T(division));
    return *wrong ? NULL : passed;
}

static const char *restorable(struct work *work, int64_t id, HDF *reasons)
{
    const char *wrong;
    (void)reasons;
    (void)record_lock(work);
    if (!db_int(work, 0, Q_WAS_LINKED, I(id)))
        return (void)to_restore(work, id, &wrong), wrong;
    return "该设施已通过互联互通，请刷新页面后重新操作";
}

static const char *restorable_linked(struct work *work, int64_t id, HDF *reasons)
{
    const char *wrong;
    (void)reasons;
    (void)record_lock(work);
    if (db_int(work, 0, Q_WAS_LINKED, I(id)))
        return (void)to_restore(work, id, &wrong), wrong;
    return "该设施尚未通过互联互通，请刷新页面后重新操作";
}

static void restored(struct work *work, int64_t id)
{
    const char *wrong;
    struct form_values *passed = to_restore(work, id, &wrong);
    if (!passed)
        fail(work, FAIL_CONFLICT, "%s。", wrong);
    values_give(passed, "connectors", I((int64_t)values_count(passed, "guns")));
    record_sign(work, passed);
    form_store(work, passed, id);
}

static void linked(struct work *work, int64_t id)
{
    db_exec(work, Q_LINKED, I(id));
}

/* A form opened before is no longer of this record as it is. */
static void moved(struct work *work, int64_t id)
{
    db_exec(work, Q_MOVED, I(id));
}

void equipment_record_process(void)
{
    checks_register();
    form_open(FORM);
    flow_guard_register("equipment-record-complete", complete);
    flow_guard_register("equipment-record-linkable", linkable);
    flow_guard_register("equipment-record-restorable", restorable);
    flow_guard_register("equipment-record-restorable-linked", restorable_linked);
    flow_then_register("equipment-record-restored", restored);
    flow_then_register("equipment-record-filed", filed);
    flow_then_register("equipment-record-passed", equipment_record_keep);
    flow_then_register("equipment-record-linked", linked);
    flow_then_register("equipment-record-moved", moved);
}
