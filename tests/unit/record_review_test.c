/* record_review: the reviewers' side of the archives: verdicts of the comparison, what the platform pushes, the position against
 * city and neighbours, duplicates and what of them is told, the queue and its neighbours, snapshots, stored phrases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/config.h"
#include "domain/checks.h"
#include "domain/record_compare.h"
#include "domain/record_position.h"
#include "domain/record_pushed.h"
#include "domain/record_queue.h"
#include "domain/record_snapshot.h"
#include "domain/record_twins.h"
#include "domain/review_phrase.h"
#include "flow_world.h"

#undef fail
#include <cmocka.h>

static int set_up(void **state)
{
    (void)case_new, (void)act, (void)steps_of, (void)in_state, (void)move_as;
    world(state);
    flow_notify_register(NULL);
    checks_register();
    db_fixture_sql("INSERT IGNORE INTO division (code, parent_code, level, name) VALUES ('440000', NULL, 1, '广东省'), ('440400', '440000', 2, '珠海市'),"
                   " ('440402', '440400', 3, '香洲区'), ('440403', '440400', 3, '斗门区'), ('440100', '440000', 2, '广州市'), ('440103', '440100', 3, '荔湾区')");
    return 0;
}

static int reset(void **state)
{
    static const char *const tables[] = { "flow_copy", "flow_due", "flow_step", "record_snapshot", "review_phrase", "equipment_record", "report_file",
                                          "report", "station_record", "connector", "equipment", "station" };
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
        db_fixture_sql(sql);
    }
    return 0;
}

/* --- doing something as somebody --------------------------------------------------------------------------------------- */

struct call { void (*fn)(struct work *work, struct call *call); int64_t id, result; const char *flow, *words; bool shared; HDF *node; struct queue_asked asked; };

static void run(struct work *work, void *arg)
{
    struct call *call = arg;
    call->fn(work, call);
}

static int as(int who, struct call *call)
{
    db->actor = people[who];
    if (who != OWNER && who != OTHER_OWNER)
        db->actor.capabilities |= CAP_BIT(CAP_RECORD_VIEW) | CAP_BIT(CAP_RECORD_REVIEW);
    bool good = work_run(db, WORK_WRITE, run, call);
    if (!good && db->failed == FAIL_OURS)
        fail_msg("%s", db->fail_detail);
    return good ? 200 : fail_status(db->failed);
}

static const char *text(HDF *node, const char *name) { return hdf_get_value(node, name, ""); }

/* Any value below the node that holds these words. */
static bool says(HDF *node, const char *words)
{
    for (HDF *n = node; n; n = hdf_obj_next(n))
        if ((hdf_obj_value(n) && strstr(hdf_obj_value(n), words)) || says(hdf_obj_child(n), words))
            return true;
    return false;
}

/* --- verdicts ------------------------------------------------------------------------------------------------------------- */

struct pair { const char *field, *declared, *pushed; enum compare_verdict verdict; };

static enum compare_verdict verdict_of(enum compare_what what, const struct pair *p)
{
    struct arena *arena = arena_new();
    HDF *declared, *pushed, *rows;
    enum compare_verdict verdict = COMPARE_VERDICTS;
    hdf_init(&declared), hdf_init(&pushed), hdf_init(&rows);
    hdf_set_value(declared, p->field, p->declared);
    hdf_set_value(pushed, p->field, p->pushed);
    struct record_compared sum = record_compare(arena, what, declared, pushed, rows);
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row))
        if (strcmp(text(row, "Field"), p->field) == 0)
            verdict = (enum compare_verdict)atoi(text(row, "Verdict"));
    assert_int_equal(sum.of[COMPARE_DIFFERS], verdict == COMPARE_DIFFERS);
    hdf_destroy(&declared), hdf_destroy(&pushed), hdf_destroy(&rows);
    arena_free(arena);
    return verdict;
}

static void values_are_compared_by_their_kind(void **state)
{
    static const struct pair stations[] = {
        { "name", "香洲 （一）站", "香洲(一)站", COMPARE_SAME }, { "name", "香洲一站", "香洲二站", COMPARE_DIFFERS },
        { "name", "香洲一站", "", COMPARE_UNPUSHED }, { "address", "", "人民路", COMPARE_BLANK },
        { "station_type", "1", "1", COMPARE_SAME }, { "station_type", "1", "2", COMPARE_DIFFERS },
        { "station_status", "50", "0", COMPARE_UNPUSHED },                       /* 0: the platform does not know */
        { "service_tel", "0756-2222333", "07562222333", COMPARE_SAME }, { "service_tel", "+86 13800000000", "13800000000", COMPARE_SAME },
        { "park_nums", "20", "0", COMPARE_UNPUSHED }, { "park_nums", "20", "21", COMPARE_DIFFERS },
        { "division_code", "440402", "440400", COMPARE_SAME }, { "division_code", "440402", "440403", COMPARE_DIFFERS },
        { "owner_code", "ma4ufx123", "MA4UFX123", COMPARE_SAME } };
    static const struct pair equipment[] = {
        { "power", "60", "60.5", COMPARE_SAME }, { "power", "60", "60.6", COMPARE_DIFFERS }, { "power", "60", "0", COMPARE_UNPUSHED },
        { "power", "60", "0.0", COMPARE_UNPUSHED }, { "production_date", "2024-01-01", "2024-01-01 00:00:00", COMPARE_SAME },
        { "production_date", "2024-01-01", "2024-01-02", COMPARE_DIFFERS }, { "equipment_type", "1", "2", COMPARE_DIFFERS } };
    (void)state;
    for (size_t i = 0; i < sizeof stations / sizeof *stations; i++)
        if (verdict_of(COMPARE_STATION, &stations[i]) != stations[i].verdict)
            fail_msg("%s: %s beside %s", stations[i].field, stations[i].declared, stations[i].pushed);
    for (size_t i = 0; i < sizeof equipment / sizeof *equipment; i++)
        if (verdict_of(COMPARE_EQUIPMENT, &equipment[i]) != equipment[i].verdict)
            fail_msg("%s: %s beside %s", equipment[i].field, equipment[i].declared, equipment[i].pushed);
}

static enum compare_verdict place_verdict(const char *lat)
{
    struct arena *arena = arena_new();
    HDF *declared, *pushed, *rows;
    hdf_init(&declared), hdf_init(&pushed), hdf_init(&rows);
    hdf_set_value(declared, "lng", "113.570000"), hdf_set_value(declared, "lat", "22.270000");
    hdf_set_value(pushed, "lng", "113.570000"), hdf_set_value(pushed, "lat", lat);
    struct record_compared sum = record_compare(arena, COMPARE_STATION, declared, pushed, rows);
    assert_true(says(hdf_obj_child(rows), "不超过 100 米视为一致"));
    hdf_destroy(&declared), hdf_destroy(&pushed), hdf_destroy(&rows);
    arena_free(arena);
    return sum.of[COMPARE_DIFFERS] ? COMPARE_DIFFERS : COMPARE_SAME;
}

static void positions_are_compared_by_metres(void **state)
{
    (void)state;
    assert_int_equal(place_verdict("22.270800"), COMPARE_SAME);          /*  89 m */
    assert_int_equal(place_verdict("22.271000"), COMPARE_DIFFERS);       /* 111 m */
}

static void nothing_pushed_is_no_difference(void **state)
{
    struct arena *arena = arena_new();
    HDF *declared;
    (void)state;
    hdf_init(&declared);
    hdf_set_value(declared, "name", "甲站");
    struct record_compared sum = record_compare(arena, COMPARE_STATION, declared, NULL, NULL);
    assert_int_equal(sum.of[COMPARE_DIFFERS] + sum.of[COMPARE_SAME] + sum.of[COMPARE_BLANK], 0);
    assert_true(sum.of[COMPARE_UNPUSHED] > 10);
    hdf_destroy(&declared);
    arena_free(arena);
}

/* --- makers --------------------------------------------------------------------------------------------------------------- */

#define POINT "113.570000, 22.270000"
static void station_record(int id, int owner, const char *code, const char *name, const char *division, const char *point, int minutes_ago)
{
    char sql[600];
    snprintf(sql, sizeof sql, "INSERT INTO station_record (id, operator_id, code, name, division_code, lng, lat, state, state_at, submitted_at, station_type)"
             " VALUES (%d, %d, '%s', '%s', '%s', %s, 'filed', NOW(3) - INTERVAL %d MINUTE, NOW(3), 1)", id, owner, code, name, division, point, minutes_ago);
    db_fixture_sql(sql);
}

static void equipment_record(int id, int owner, int station, const char *code, const char *serial, const char *division, const char *state)
{
    char sql[600];
    snprintf(sql, sizeof sql, "INSERT INTO equipment_record (id, operator_id, station_record_id, code, name, serial_no, division_code, state, state_at, submitted_at,"
             " equipment_type, power) VALUES (%d, %d, %d, '%s', '桩%d', '%s', '%s', '%s', NOW(3), NOW(3), 1, 60)", id, owner, station, code, id, serial, division, state);
    db_fixture_sql(sql);
}

static void pushed_station(int id, int owner, const char *code, const char *division, const char *point)
{
    char sql[500];
    snprintf(sql, sizeof sql, "INSERT INTO station (id, operator_id, code, name, division_code, lng, lat, station_type, source, seen_at)"
             " VALUES (%d, %d, '%s', '平台%d', '%s', %s, 2, 'demo', '2026-11-01 08:00:00')", id, owner, code, id, division, point);
    db_fixture_sql(sql);
}

/* --- what the platform pushes ------------------------------------------------------------------------------------------------ */

static void pushed(struct work *work, struct call *call)
{
    hdf_init(&call->node);
    struct record_pushed p = strcmp(call->flow, "station-record") == 0 ? record_pushed_station(work, call->id, call->node)
                                                                       : record_pushed_equipment(work, call->id, call->node);
    call->result = record_pushed_differs(&p, strcmp(call->flow, "station-record") == 0);
}

static void a_station_is_found_at_its_platform_by_operator_and_code(void **state)
{
    struct call call = { .fn = pushed, .id = 1, .flow = "station-record" };
    (void)state;
    station_record(1, 1, "S1", "平台9", "440402", POINT, 1);
    pushed_station(8, 2, "S1", "440402", POINT);                     /* the same code at another operator is not it */
    assert_int_equal(as(COUNTY, &call), 200);
    assert_string_equal(text(call.node, "Sum"), "平台未推送");
    hdf_destroy(&call.node);
    pushed_station(9, 1, "S1", "440402", POINT);
    assert_int_equal(as(COUNTY, &call), 200);
    assert_string_equal(text(call.node, "Sum"), "与平台数据 1 处不一致");         /* station_type */
    assert_string_equal(text(call.node, "SeenAt"), "2026-11-01 08:00");
    hdf_destroy(&call.node);
    assert_int_equal(as(OTHER_COUNTY, &call), 404);
    hdf_destroy(&call.node);
    assert_int_equal(as(OTHER_OWNER, &call), 404);
    hdf_destroy(&call.node);
}

static void guns_on_one_side_alone_are_differences(void **state)
{
    struct call call = { .fn = pushed, .id = 5, .flow = "equipment-record" };
    (void)state;
    station_record(1, 1, "S1", "甲站", "440402", POINT, 1);
    equipment_record(5, 1, 1, "E1", "", "440402", "filed");
    pushed_station(9, 1, "S1", "440402", POINT);
    db_fixture_sql("INSERT INTO equipment (id, station_id, operator_id, code, name, equipment_type, power) VALUES (7, 9, 1, 'E1', '桩5', 1, 60)");
    db_fixture_sql("INSERT INTO connector (equipment_id, station_id, operator_id, code, power) VALUES (7, 9, 1, 'E1-1', 60), (7, 9, 1, 'E1-3', 60)");
    db_fixture_sql("INSERT INTO connector_record (equipment_record_id, code, power) VALUES (5, 'E1-1', 60), (5, 'E1-2', 60)");
    assert_int_equal(as(COUNTY, &call), 200);
    assert_int_equal(call.result, 2);                                /* E1-2 not pushed, E1-3 not declared */
    assert_true(says(hdf_obj_child(call.node), "档案未录入"));
    hdf_destroy(&call.node);
}

/* --- position ------------------------------------------------------------------------------------------------------------------- */

static void position(struct work *work, struct call *call)
{
    hdf_init(&call->node);
    record_position(work, call->flow, call->id, call->node);
    call->result = atoi(text(call->node, "Count"));
}

static void two_thirds_of_the_neighbours_say_the_county(void **state)
{
    static const char *const mixed[] = { "440402", "440403", "440402", "440403", "440403", "440403" }, *const few[] = { "440403", "440403", "440403", "440403" };
    size_t agree;
    (void)state;
    assert_string_equal(record_position_majority(mixed, 6, "440402", &agree), "440403");
    assert_int_equal(agree, 4);
    assert_null(record_position_majority(mixed, 6, "440403", &agree));          /* it is the one named */
    assert_null(record_position_majority(mixed, 5, "440402", &agree));          /* three of five */
    assert_null(record_position_majority(few, 4, "440402", &agree));
}

static void a_position_against_neighbours_of_another_county_is_pointed_out(void **state)
{
    struct call call = { .fn = position, .id = 1, .flow = "station-record" };
    (void)state;
    station_record(1, 1, "S1", "甲站", "440402", POINT, 1);
    for (int i = 0; i < 6; i++) {
        char code[8], point[40];
        snprintf(code, sizeof code, "P%d", i), snprintf(point, sizeof point, "113.57%d000, 22.272000", i + 1);
        pushed_station(20 + i, 2, code, "440403", point);
    }
    assert_int_equal(as(CITY, &call), 200);
    assert_true(says(hdf_obj_child(call.node), "6 座属于斗门区") && says(hdf_obj_child(call.node), "没有县级边界数据"));
    hdf_destroy(&call.node);
    db_fixture_sql("UPDATE station SET division_code = '440402'");
    assert_int_equal(as(CITY, &call), 200);
    assert_int_equal(call.result, 0);
    hdf_destroy(&call.node);
}

static void another_station_close_by_is_named_in_scope_only(void **state)
{
    struct call call = { .fn = position, .id = 1, .flow = "station-record" };
    (void)state;
    station_record(1, 1, "S1", "甲站", "440402", POINT, 1);
    station_record(2, 2, "S2", "乙方斗门站", "440403", "113.570100, 22.270100", 1);      /* 15 m */
    assert_int_equal(as(CITY, &call), 200);
    assert_true(says(hdf_obj_child(call.node), "乙方斗门站"));
    hdf_destroy(&call.node);
    assert_int_equal(as(COUNTY, &call), 200);
    assert_true(says(hdf_obj_child(call.node), "另一运营商的一座充电站"));
    assert_false(says(hdf_obj_child(call.node), "乙方斗门站") || says(hdf_obj_child(call.node), "乙的"));
    hdf_destroy(&call.node);
    db_fixture_sql("UPDATE station_record SET lat = 22.2720 WHERE id = 2");             /* 220 m */
    assert_int_equal(as(CITY, &call), 200);
    assert_int_equal(call.result, 0);
    hdf_destroy(&call.node);
}

static void the_city_is_the_base_maps(void **state)
{
    (void)state;
    if (access(path_in_root("htdocs/vendor/basemap/outline/440000.bin"), R_OK) != 0)
        skip();
    assert_int_equal(record_position_city("440402", (struct point){ 113.5500, 22.2700 }), POSITION_INSIDE);
    assert_int_equal(record_position_city("440402", (struct point){ 113.2644, 23.1291 }), POSITION_OUTSIDE);
    assert_int_equal(record_position_city("440103", (struct point){ 113.2644, 23.1291 }), POSITION_INSIDE);
    assert_int_equal(record_position_city("44", (struct point){ 113.26, 23.12 }), POSITION_UNKNOWN);
}

/* --- duplicates -------------------------------------------------------------------------------------------------------------------- */

static void twins(struct work *work, struct call *call)
{
    hdf_init(&call->node);
    call->result = record_twins(work, call->flow, call->id, call->node);
}

static void the_same_code_or_serial_number_is_pointed_out(void **state)
{
    struct call call = { .fn = twins, .id = 5, .flow = "equipment-record" };
    (void)state;
    station_record(1, 1, "S1", "甲站", "440402", POINT, 1);
    station_record(2, 2, "S2", "乙站", "440403", "113.200000, 22.100000", 1);
    equipment_record(5, 1, 1, "E1", "SN-77", "440402", "filed");
    equipment_record(6, 2, 2, "E1", "", "440403", "filed");
    equipment_record(7, 1, 1, "E7", "SN-77", "440402", "filed");
    equipment_record(8, 2, 2, "E8", "SN-77", "440403", "draft");
    db_fixture_sql("UPDATE equipment_record SET submitted_at = NULL WHERE id = 8");      /* never submitted: nobody's business */
    db_fixture_sql("INSERT INTO connector_record (equipment_record_id, code) VALUES (5, 'G1'), (6, 'G1'), (7, ''), (5, '')");
    assert_int_equal(as(COUNTY, &call), 200);
    assert_int_equal(call.result, 3);
    assert_true(says(hdf_obj_child(call.node), "出厂编号相同") && says(hdf_obj_child(call.node), "/archives/equipment/7"));
    assert_true(says(hdf_obj_child(call.node), "另一运营商的档案（不在本辖区）"));
    assert_false(says(hdf_obj_child(call.node), "/archives/equipment/6") || says(hdf_obj_child(call.node), "桩6"));
    hdf_destroy(&call.node);
    assert_int_equal(as(CITY, &call), 200);
    assert_true(says(hdf_obj_child(call.node), "/archives/equipment/6"));
    hdf_destroy(&call.node);
}

static void the_same_name_near_by_is_pointed_out(void **state)
{
    struct call call = { .fn = twins, .id = 1, .flow = "station-record" };
    (void)state;
    station_record(1, 1, "S1", "人民广场站", "440402", POINT, 1);
    station_record(2, 2, "S2", "人民广场站", "440402", "113.573000, 22.270000", 1);      /* 310 m */
    station_record(3, 2, "S3", "人民广场站", "440402", "113.600000, 22.270000", 1);
    assert_int_equal(as(COUNTY, &call), 200);
    assert_int_equal(call.result, 1);
    assert_true(says(hdf_obj_child(call.node), "/archives/stations/2"));
    hdf_destroy(&call.node);
}

/* --- the queue ----------------------------------------------------------------------------------------------------------------------- */

static void queue(struct work *work, struct call *call)
{
    struct queue_place after = { 0 };
    hdf_init(&call->node);
    record_queue(work, &call->asked, &after, 50, call->node);
    call->result = record_queue_count(work, &call->asked);
}

static int64_t waiting(int who, struct queue_asked asked)
{
    struct call call = { .fn = queue, .asked = asked };
    int rows = 0;
    assert_int_equal(as(who, &call), 200);
    for (HDF *row = hdf_obj_child(call.node); row; row = hdf_obj_next(row))
        rows++;
    assert_int_equal(rows, call.result);
    hdf_destroy(&call.node);
    return call.result;
}

#define ASKED(...) (struct queue_asked){ __VA_ARGS__ }

static void five_wait(void)
{
    station_record(1, 1, "S1", "甲站", "440402", POINT, 60 * 24 * 4);
    station_record(2, 2, "S2", "乙站", "440403", POINT, 5);
    equipment_record(5, 1, 1, "E1", "", "440402", "filed");
    equipment_record(6, 1, 1, "E2", "", "440402", "linking");
    equipment_record(7, 2, 2, "E3", "", "440403", "linking");
    equipment_record(8, 2, 2, "E4", "", "440403", "passed");
    db_fixture_sql("UPDATE equipment_record SET state_at = '2026-11-02 10:00:00'");      /* the same moment: order by kind and id */
    db_fixture_sql("INSERT INTO flow_due (flow, case_id, due_on, since, from_on, days) VALUES ('equipment-record', 6, '2026-01-05', NOW(3), '2026-01-01', 5),"
                   " ('station-record', 6, '2026-01-05', NOW(3), '2026-01-01', 5)");
}

static void the_queue_holds_what_waits_in_the_division(void **state)
{
    (void)state;
    five_wait();
    assert_int_equal(waiting(CITY, ASKED()), 5);
    assert_int_equal(waiting(COUNTY, ASKED()), 3);
    assert_int_equal(waiting(OTHER_COUNTY, ASKED()), 2);
    assert_int_equal(waiting(OWNER, ASKED()), 0);
    assert_int_equal(waiting(VISITOR, ASKED()), 0);
    assert_int_equal(waiting(CITY, ASKED(.only = "link")), 2);
    assert_int_equal(waiting(CITY, ASKED(.area = "440403")), 2);
    assert_int_equal(waiting(COUNTY, ASKED(.area = "440403")), 0);               /* a filter never widens the scope */
    assert_int_equal(waiting(CITY, ASKED(.owner = "甲")), 3);
    assert_int_equal(waiting(CITY, ASKED(.owner = "%")), 0);
    assert_int_equal(waiting(CITY, ASKED(.only = "station", .days = 3)), 1);
    assert_int_equal(waiting(CITY, ASKED(.overdue = true)), 1);
}

static void walk(struct work *work, struct call *call)
{
    struct queue_place place = { 0 };
    static char seen[200];
    seen[0] = '\0';
    for (struct queue_case c = record_queue_next(work, &call->asked, NULL); c.id; c = record_queue_next(work, &call->asked, &place)) {
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%c%d ", c.flow[0], (int)c.id);
        assert_true(record_queue_place(work, c.flow, c.id, &place));
        assert_string_equal(queue_place_read(work, queue_place_text(work, &place)).since, place.since);
    }
    strcat(seen, "| ");
    for (struct queue_case c = record_queue_previous(work, &call->asked, &place); c.id; c = record_queue_previous(work, &call->asked, &place)) {
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%c%d ", c.flow[0], (int)c.id);
        assert_true(record_queue_place(work, c.flow, c.id, &place));
    }
    call->words = seen;
}

static void next_and_previous_visit_each_once(void **state)
{
    struct call call = { .fn = walk, .asked = ASKED() };
    (void)state;
    five_wait();
    db_fixture_sql("UPDATE station_record SET state_at = '2026-11-01 10:00:00' WHERE id = 2");
    db_fixture_sql("UPDATE station_record SET state_at = '2026-11-02 10:00:00' WHERE id = 1");
    assert_int_equal(as(CITY, &call), 200);
    assert_string_equal(call.words, "s2 s1 e5 e6 e7 | e6 e5 s1 s2 ");
}

/* --- snapshots -------------------------------------------------------------------------------------------------------------------------- */

static void keep(struct work *work, struct call *call) { record_snapshot_keep(work, call->flow, call->id); }

static void changes(struct work *work, struct call *call)
{
    hdf_init(&call->node);
    record_snapshot_changes(work, call->flow, call->id, call->node);
    call->result = atoi(text(call->node, "Count"));
}

static void what_changed_since_the_last_submission_is_listed(void **state)
{
    struct call call = { .fn = keep, .id = 5, .flow = "equipment-record" };
    (void)state;
    station_record(1, 1, "S1", "甲站", "440402", POINT, 1);
    equipment_record(5, 1, 1, "E1", "", "440402", "filed");
    db_fixture_sql("INSERT INTO report (id, operator_id, name, model, equipment_type, number, agency, issued_on) VALUES (3, 1, '报告甲', 'M', 1, 'R1', 'A', '2024-01-01')");
    db_fixture_sql("UPDATE equipment_record SET report_id = 3 WHERE id = 5");
    db_fixture_sql("INSERT INTO connector_record (equipment_record_id, code, power) VALUES (5, 'G1', 60), (5, 'G2', 60)");
    assert_int_equal(as(OWNER, &call), 200);
    call.fn = changes;
    assert_int_equal(as(COUNTY, &call), 200);
    assert_string_equal(text(call.node, "First"), "1");
    hdf_destroy(&call.node);
    db_fixture_sql("UPDATE equipment_record SET power = 120, name = '新桩' WHERE id = 5");
    db_fixture_sql("UPDATE connector_record SET power = 120 WHERE code = 'G1'");
    db_fixture_sql("UPDATE connector_record SET code = 'G3' WHERE code = 'G2'");
    db_fixture_sql("UPDATE report SET version = 2 WHERE id = 3");
    call.fn = keep;
    assert_int_equal(as(OWNER, &call), 200);
    call.fn = changes;
    assert_int_equal(as(COUNTY, &call), 200);
    assert_int_equal(call.result, 6);        /* name, power, G1's power, G3 added, G2 removed, the report's paper */
    assert_true(says(hdf_obj_child(call.node), "60 kW") || says(hdf_obj_child(call.node), "60.0 kW"));
    assert_true(says(hdf_obj_child(call.node), "充电枪 G1：额定功率") && says(hdf_obj_child(call.node), "第 1 版 → 第 2 版"));
    hdf_destroy(&call.node);
}

static void a_yes_stays_a_yes(void **state)
{
    struct call call = { .fn = keep, .id = 1, .flow = "station-record" };
    (void)state;
    station_record(1, 1, "S1", "甲站", "440402", POINT, 1);
    db_fixture_sql("UPDATE station_record SET support_order = 1 WHERE id = 1");
    assert_int_equal(as(OWNER, &call), 200);
    assert_int_equal(as(OWNER, &call), 200);
    call.fn = changes;
    assert_int_equal(as(COUNTY, &call), 200);
    assert_int_equal(call.result, 0);
    hdf_destroy(&call.node);
}

/* --- phrases --------------------------------------------------------------------------------------------------------------------------- */

static void phrase_save(struct work *work, struct call *call) { call->words = review_phrase_save(work, call->id, call->words, call->shared); }
static void phrase_read(struct work *work, struct call *call) { call->result = *review_phrase_words(work, call->id) != '\0'; }
static void phrase_drop(struct work *work, struct call *call) { review_phrase_drop(work, call->id); }

static bool reads(int who, int64_t id)
{
    struct call call = { .fn = phrase_read, .id = id };
    assert_int_equal(as(who, &call), 200);
    return call.result;
}

static void phrases_are_ones_own_or_the_departments(void **state)
{
    struct call own = { .fn = phrase_save, .words = "坐标有误" }, shared = { .fn = phrase_save, .words = "铭牌不清晰", .shared = true };
    (void)state;
    assert_int_equal(as(COUNTY, &own), 200);
    assert_int_equal(as(COUNTY, &shared), 200);
    int64_t mine = db_fixture_int("SELECT id FROM review_phrase WHERE shared = 0"), ours = db_fixture_int("SELECT id FROM review_phrase WHERE shared = 1");
    assert_true(reads(COUNTY, mine) && reads(COUNTY, ours) && reads(COUNTY_PLAIN, ours));
    assert_false(reads(COUNTY_PLAIN, mine) || reads(OTHER_COUNTY, ours) || reads(CITY, ours) || reads(OWNER, ours) || reads(VISITOR, ours));
    struct call change = { .fn = phrase_save, .id = mine, .words = "x" }, drop = { .fn = phrase_drop, .id = ours };
    assert_int_equal(as(OTHER_COUNTY, &change), 404);
    assert_int_equal(as(OTHER_COUNTY, &drop), 404);
    assert_int_equal(as(COUNTY_PLAIN, &drop), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM review_phrase"), 1);
}

static void opinion(struct work *work, struct call *call) { call->words = review_opinion(work, call->words, call->id); }

static void a_phrase_chosen_joins_what_was_typed(void **state)
{
    struct call save = { .fn = phrase_save, .words = "坐标有误" };
    (void)state;
    assert_int_equal(as(COUNTY, &save), 200);
    int64_t id = db_fixture_int("SELECT id FROM review_phrase");
    struct call call = { .fn = opinion, .words = " ", .id = id };
    assert_int_equal(as(COUNTY, &call), 200);
    assert_string_equal(call.words, "坐标有误");
    call = (struct call){ .fn = opinion, .words = "请核对", .id = id };
    assert_int_equal(as(COUNTY, &call), 200);
    assert_string_equal(call.words, "请核对\n坐标有误");
    call = (struct call){ .fn = opinion, .words = "坐标有误，请改", .id = id };
    assert_int_equal(as(COUNTY, &call), 200);
    assert_string_equal(call.words, "坐标有误，请改");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(values_are_compared_by_their_kind, reset),
        cmocka_unit_test_setup(positions_are_compared_by_metres, reset),
        cmocka_unit_test_setup(nothing_pushed_is_no_difference, reset),
        cmocka_unit_test_setup(a_station_is_found_at_its_platform_by_operator_and_code, reset),
        cmocka_unit_test_setup(guns_on_one_side_alone_are_differences, reset),
        cmocka_unit_test_setup(two_thirds_of_the_neighbours_say_the_county, reset),
        cmocka_unit_test_setup(a_position_against_neighbours_of_another_county_is_pointed_out, reset),
        cmocka_unit_test_setup(another_station_close_by_is_named_in_scope_only, reset),
        cmocka_unit_test_setup(the_city_is_the_base_maps, reset),
        cmocka_unit_test_setup(the_same_code_or_serial_number_is_pointed_out, reset),
        cmocka_unit_test_setup(the_same_name_near_by_is_pointed_out, reset),
        cmocka_unit_test_setup(the_queue_holds_what_waits_in_the_division, reset),
        cmocka_unit_test_setup(next_and_previous_visit_each_once, reset),
        cmocka_unit_test_setup(what_changed_since_the_last_submission_is_listed, reset),
        cmocka_unit_test_setup(a_yes_stays_a_yes, reset),
        cmocka_unit_test_setup(phrases_are_ones_own_or_the_departments, reset),
        cmocka_unit_test_setup(a_phrase_chosen_joins_what_was_typed, reset) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
