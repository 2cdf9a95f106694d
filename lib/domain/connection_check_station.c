/* connection_check_station: the archives beside what was pulled, and the report as pages show it. Compared by record_pushed, as the
 * review page does; which differences decide stands in schema/record-compare.hdf. */
#include <stdlib.h>
#include <string.h>

#include "core/capability.h"
#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/connection_check.h"
#include "domain/connection_check_private.h"
#include "domain/job.h"
#include "domain/record_compare.h"
#include "domain/record_pushed.h"
#include "web/web.h"

#define Q_STATIONS "SELECT r.id, COALESCE(r.code, '') AS code, r.name FROM station_record r WHERE r.operator_id = ? AND r.passed_at IS NOT NULL" \
    " AND (EXISTS (SELECT 1 FROM connection c WHERE c.operator_id = r.operator_id AND c.platform_id = c.operator_id AND c.stations = 'all')" \
    " OR EXISTS (SELECT 1 FROM connection_station s WHERE s.station_record_id = r.id)) ORDER BY r.id LIMIT ?"
#define Q_EQUIPMENT "SELECT id, COALESCE(code, '') AS code, name FROM equipment_record WHERE station_record_id = ? AND submitted_at IS NOT NULL" \
    " ORDER BY id LIMIT 1000"

enum { DIFFERENCES = 60, STATIONS = 1500 };

struct station { struct check *check; struct check_row *row; json_t *list; int deciding, telling; };

static void release(void *hdf)
{
    HDF *tree = hdf;
    hdf_destroy(&tree);
}

static void release_json(void *json)
{
    json_decref(json);
}

static HDF *tree_new(struct work *work)
{
    HDF *tree;
    if (hdf_init(&tree))
        fail_ours(work, "out of memory");
    work_defer(work, release, tree);
    return tree;
}

static void difference(struct station *s, const char *of, const char *label, const char *declared, const char *pushed, const char *words,
                       bool decides)
{
    *(decides ? &s->deciding : &s->telling) += 1;
    if (json_array_size(s->list) < DIFFERENCES)
        json_array_append_new(s->list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "of", of, "label", label, "declared", declared,
                                                 "pushed", pushed, "words", words, "decides", decides));
}

/* What the platform leaves out of a member that decides is a difference; of the others only what is otherwise is told. */
static void rows_judge(struct station *s, const char *of, HDF *rows)
{
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row)) {
        int verdict = atoi(view_get(row, "Verdict"));
        bool decides = hdf_get_obj(row, "Decides");
        if (verdict == COMPARE_DIFFERS || (verdict == COMPARE_UNPUSHED && decides))
            difference(s, of, view_get(row, "Label"), view_get(row, "Declared"), view_get(row, "Pushed"), view_get(row, "Words"), decides);
    }
}

static void equipment_judge(struct station *s, HDF *record)
{
    struct work *work = s->check->work;
    HDF *node = tree_new(work);
    const char *of = arena_printf(work->arena, "充电设施 %s", view_get(record, "code"));
    struct record_pushed pushed = record_pushed_equipment(work, strtoll(view_get(record, "id"), NULL, 10), node);
    if (!pushed.there) {
        difference(s, of, "设施编码", view_get(record, "code"), "", "平台没有该设施", true);
        return;
    }
    rows_judge(s, of, hdf_get_obj(node, "Rows"));
    for (HDF *gun = hdf_get_child(node, "Guns"); gun; gun = hdf_obj_next(gun)) {
        const char *which = arena_printf(work->arena, "充电枪 %s", view_get(gun, "Code"));
        if (hdf_get_obj(gun, "Rows"))
            rows_judge(s, which, hdf_get_obj(gun, "Rows"));
        else {
            bool pushed_alone = strcmp(view_get(gun, "Words"), compare_words(COMPARE_UNPUSHED)) != 0;
            difference(s, which, "充电枪编码", pushed_alone ? "" : view_get(gun, "Code"), pushed_alone ? view_get(gun, "Code") : "",
                       view_get(gun, "Words"), true);
        }
    }
}

static void station_judge(struct station *s, HDF *record)
{
    struct work *work = s->check->work;
    HDF *node = tree_new(work), *equipment = tree_new(work);
    int64_t id = strtoll(view_get(record, "id"), NULL, 10);
    struct record_pushed pushed = record_pushed_station(work, id, node);
    if (!pushed.there) {
        difference(s, "充电站", "充电站编码", view_get(record, "code"), "", "平台没有该充电站", true);
        return;
    }
    rows_judge(s, "充电站", hdf_get_obj(node, "Rows"));
    db_rows(work, equipment, Q_EQUIPMENT, I(id));
    for (HDF *one = hdf_obj_child(equipment); one; one = hdf_obj_next(one))
        equipment_judge(s, one);
}

struct asked { struct check *check; HDF *record; };

static void station_check(struct work *work, void *arg)
{
    const struct asked *asked = arg;
    struct check *check = asked->check;
    struct station s = { .check = check, .list = json_array() };
    work_defer(work, release_json, s.list);
    s.row = check_row(check, "station", view_get(asked->record, "code"), view_get(asked->record, "name"));
    station_judge(&s, asked->record);
    if (json_array_size(s.list) && s.row) {
        char *text = json_dumps(s.list, JSON_COMPACT);
        s.row->detail = arena_copy(work->arena, text);
        free(text);
    }
    if (s.deciding)
        check_bad(check, s.row, arena_printf(work->arena, "%d 处与档案不一致", s.deciding));
    else if (s.telling && s.row)
        s.row->what = arena_printf(work->arena, "主要信息一致，另有 %d 处不同，请核对", s.telling);
    check->stations++;
}

/* Read as the company itself: records and what is pushed are its own. */
void check_stations(struct check *check)
{
    struct work *work = check->work;
    struct actor before = work->actor;
    HDF *records = tree_new(work);
    db_rows(work, records, Q_STATIONS, I(check->operator_id), I(STATIONS));
    work->actor.operator_id = check->operator_id;
    for (HDF *record = hdf_obj_child(records); record; record = hdf_obj_next(record)) {
        struct asked asked = { check, record };
        if (check_left(check) > 0)
            station_check(work, &asked);
        else {
            check_bad(check, check_row(check, "station", view_get(record, "code"), view_get(record, "name")), "核对时间已用完，未能比对");
            break;
        }
    }
    work->actor = before;
    if (!hdf_obj_child(records))
        check_bad(check, check_row(check, "station", "", "关联充电站"), "没有可核对的充电站档案，请先完成站点档案审核，并在 Step1 设置充电站关联");
    job_progress(work, arena_printf(work->arena, "已比对 %d 座充电站", check->stations));
}

/* --- the report ------------------------------------------------------------------------------------------------------------- */

int64_t connection_check_newest(struct work *work, int64_t operator_id)
{
    return db_int(work, 0, "SELECT id FROM connection_check WHERE operator_id = ? ORDER BY begun_at DESC, id DESC LIMIT 1", I(operator_id));
}

static void differences_show(struct work *work, const char *detail, HDF *row)
{
    static const char *const names[][2] = { { "of", "Of" }, { "label", "Label" }, { "declared", "Declared" }, { "pushed", "Pushed" }, { "words", "Words" } };
    json_t *list = json_loads(detail, 0, NULL), *one;
    size_t i;
    json_array_foreach(list, i, one) {
        HDF *node = view_node(row, arena_printf(work->arena, "Differences.%zu", i));
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            view_set(node, names[n][1], json_string_value(json_object_get(one, names[n][0])));
        view_set(node, "Decides", json_is_true(json_object_get(one, "decides")) ? "1" : NULL);
    }
    json_decref(list);
}

#define Q_REPORT "SELECT c.id AS Id, o.name AS Operator, o.code AS Code, c.state AS State, c.words AS Words, c.stations AS Count," \
    " DATE_FORMAT(c.begun_at, '%Y-%m-%d %H:%i:%s') AS BegunAt, DATE_FORMAT(c.ended_at, '%Y-%m-%d %H:%i:%s') AS EndedAt," \
    " IF(c.state = 'passed', '通过', IF(c.state = 'failed', '未通过', '核对中')) AS Label," \
    " IF(c.state = 'passed', 'good', IF(c.state = 'failed', 'bad', 'run')) AS Kind FROM connection_check c JOIN operator o ON o.id = c.operator_id" \
    " WHERE c.id = ? AND (c.operator_id = ? OR (? = 1 AND c.division_code LIKE ?))"
#define Q_REPORT_ROWS "SELECT code AS Code, name AS Name, good AS Good, IF(good, '通过', '未通过') AS Words, IF(good, 'good', 'bad') AS Kind," \
    " milliseconds AS Milliseconds, what AS What, detail AS Detail FROM connection_check_row WHERE check_id = ? AND part = ? ORDER BY good, position"

bool connection_check_show(struct work *work, int64_t id, HDF *node)
{
    const struct actor *actor = &work->actor;
    bool staff = actor->account_id && !actor->operator_id && actor->capabilities & CAP_BIT(CAP_CONNECT_VIEW);
    if (!db_row(work, node, Q_REPORT, I(id), I(actor->operator_id ? actor->operator_id : -1), I(staff), T(division_like(work->arena, actor->division))))
        return false;
    db_rows(work, view_node(node, "Interfaces"), Q_REPORT_ROWS, I(id), T("interface"));
    db_rows(work, view_node(node, "Stations"), Q_REPORT_ROWS, I(id), T("station"));
    for (HDF *row = hdf_get_child(node, "Stations"); row; row = hdf_obj_next(row))
        differences_show(work, view_get(row, "Detail"), row);
    return true;
}
