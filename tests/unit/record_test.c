/* record: station records, reports and facilities on a real database: drafts, guards, the states and withdrawals of Z9.4
 * and Z11.3, the passed version, deleting, several facilities at once, scopes, decisions upon a thousand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "domain/checks.h"
#include "domain/equipment_record.h"
#include "domain/report.h"
#include "domain/station_record.h"
#include "flow_world.h"
#include "web/form_declared.h"
#include "web/io.h"

#undef fail
#include <cmocka.h>

struct call {
    void      (*fn)(struct work *work, struct call *call);
    int64_t     id, other, result;
    bool        draft;
    const char *field, *value, *flow, *action, *opinion;
    HDF        *node;
    struct form_values *values;
};

static char said[1300];                         /* what the last work was refused with */

static void run(struct work *work, void *arg)
{
    struct call *call = arg;
    call->fn(work, call);
}

/* 200, or the status of the failure. */
static int as(int who, struct call call, struct call *out)
{
    struct actor actor = people[who];
    uint64_t own = CAP_BIT(CAP_OPERATOR_OWN) | CAP_BIT(CAP_RECORD_OWN) | CAP_BIT(CAP_RECORD_VIEW);
    if (who == OWNER || who == OTHER_OWNER)
        actor.capabilities = SIGNED | own;
    else if (who != VISITOR && who != SYSTEM)
        actor.capabilities |= CAP_BIT(CAP_RECORD_VIEW) | CAP_BIT(CAP_RECORD_REVIEW);
    db->actor = actor;
    db->idempotency = NULL;
    int status = work_run(db, WORK_WRITE, run, &call) ? 200 : fail_status(db->failed);
    snprintf(said, sizeof said, "%s %s", status == 200 ? "" : db->fail_text, status == 500 ? db->fail_detail : "");
    if (out)
        *out = call;
    return status;
}

static int set_up(void **state)
{
    (void)case_new, (void)act, (void)steps_of, (void)in_state;
    world(state);
    flow_notify_register(NULL);
    checks_register();
    form_open("report"), form_open("report-edit"), form_open("report-replace"), form_open("equipment-new");
    forms_tie();
    db_fixture_sql("INSERT IGNORE INTO division (code, parent_code, level, name) VALUES ('440000', NULL, 1, '广东省'), ('440400', '440000', 2, '珠海市'),"
                   " ('440402', '440400', 3, '香洲区'), ('440403', '440400', 3, '斗门区')");
    return 0;
}

static int reset(void **state)
{
    (void)state;
    static const char *const tables[] = { "flow_copy", "flow_due", "flow_step", "file_link", "file", "equipment_record", "report_file",
                                          "report", "station_record" };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
        db_fixture_sql(sql);
    }
    db_fixture_sql("INSERT INTO file (id, sha256, kind, size, name, account_id) VALUES (71, REPEAT('a', 32), 'png', 10, 'a.png', 11),"
                   " (72, REPEAT('b', 32), 'pdf', 10, 'b.pdf', 11), (73, REPEAT('c', 32), 'pdf', 10, 'c.pdf', 11)");
    db_fixture_sql("UPDATE operator SET connected_at = NULL, division_code = '440402'");
    return 0;
}

/* --- makers ------------------------------------------------------------------------------------------------------ */

static void put_all(struct form_values *values, const char *const (*pairs)[2])
{
    for (; (*pairs)[0]; pairs++)
        values_put(values, (*pairs)[0], (*pairs)[1]);
}

static const char *const station_fields[][2] = {
    { "code", "ST0001" }, { "name", "香洲一站" }, { "station_type", "1" }, { "station_status", "50" }, { "construction", "9" },
    { "opened_on", "2024-05-01" }, { "division_code", "440402" }, { "address", "人民东路1号" }, { "place", "113.570000,22.270000 WGS-84" },
    { "service_tel", "4001234567" }, { "park_nums", "20" },
    { "busine_hours", "00:00-24:00" }, { "electricity_fee", "1.2 元/度" }, { "service_fee", "0.6 元/度" }, { NULL, NULL } };

static void station_save(struct work *work, struct call *call)
{
    struct form_values *values = values_new(work, form_find(work, "station-record"));
    put_all(values, station_fields);
    if (call->field)
        values_put(values, call->field, call->value);
    if (!values_check(values, call->draft) && call->draft)
        (fail)(work, FAIL_INVALID, "%s", "draft");
    call->result = station_record_save(work, values, call->id);
    call->values = values;
    if (!call->result)
        (fail)(work, FAIL_INVALID, "%s", "wrong");
}

static int64_t station_new(const char *field, const char *value)
{
    struct call out;
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .draft = true, .field = field, .value = value }, &out), 200);
    return out.result;
}

static void photo(int64_t station)
{
    char sql[200];
    snprintf(sql, sizeof sql, "INSERT INTO file_link (record, record_id, field, position, file_id) VALUES ('station_record', %lld, 'photos', 0, 71)", (long long)station);
    db_fixture_sql(sql);
}

static void move(struct work *work, struct call *call)
{
    flow_take(work, &(struct flow_move){ .flow = call->flow, .action = call->action, .id = call->id, .opinion = call->opinion });
}

static int moved(int who, const char *flow, int64_t id, const char *action)
{
    return as(who, (struct call){ .fn = move, .flow = flow, .id = id, .action = action, .opinion = "请核对" }, NULL);
}

static int64_t station_passed(void)
{
    int64_t id = station_new(NULL, NULL);
    photo(id);
    assert_int_equal(moved(OWNER, "station-record", id, "submit"), 200);
    assert_int_equal(moved(COUNTY, "station-record", id, "pass"), 200);
    return id;
}

static void expect_state(const char *table, int64_t id, const char *state)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM %s WHERE id = %lld AND state = '%s'", table, (long long)id, state);
    if (!db_fixture_int(sql))
        fail_msg("%s %lld is not %s; %s", table, (long long)id, state, said);
}

static const char *const report_fields[][2] = {
    { "name", "DC-60 报告" }, { "model", "DC-60" }, { "equipment_type", "1" }, { "manufacturer_name", "南粤电气" }, { "agency", "检测中心" },
    { "issued_on", "2025-01-01" }, { NULL, NULL } };

static void paper_put(struct work *work, struct form_values *values, int64_t file)
{
    struct entry *paper = values_entry(values, "paper");
    size_t at = entry_grow(work, paper);
    paper->integer[at] = file;
    paper->text[at] = "a.pdf";
}

static void report_save_new(struct work *work, struct call *call)
{
    struct form_values *values = values_new(work, form_find(work, "report"));
    put_all(values, report_fields);
    values_put(values, "number", call->value);
    if (call->field)
        values_put(values, "valid_until", call->field);
    paper_put(work, values, call->other);
    call->result = report_add(work, values);
    if (!call->result)
        (fail)(work, FAIL_INVALID, "%s", "wrong");
}

static int64_t report_new(const char *number, const char *until)
{
    struct call out;
    int status = as(OWNER, (struct call){ .fn = report_save_new, .value = number, .field = until, .other = strcmp(number, "R-0") ? 72 : 73 }, &out);
    if (status != 200)
        fail_msg("%d %s", status, said);
    return out.result;
}

static const char *const shared_fields[][2] = {
    { "equipment_type", "1" }, { "manufacturer_name", "南粤电气" }, { "model", "DC-60" }, { "power", "60" }, { "voltage_lower", "200" },
    { "voltage_upper", "1000" }, { "current", "250" }, { "national_standard", "2" }, { "production_date", "2024-01-01" },
    { "commissioned_on", "2024-05-01" }, { NULL, NULL } };
static const char *const gun_fields[][2] = {
    { "suffix", "1" }, { "connector_type", "4" }, { "national_standard", "2" }, { "power", "60" }, { "voltage_lower", "200" },
    { "voltage_upper", "1000" }, { "current", "250" }, { NULL, NULL } };

/* id: station, other: report, value: codes "A1,A2" */
static void equipment_add(struct work *work, struct call *call)
{
    struct form_values *values = values_new(work, form_find(work, "equipment-new"));
    put_all(values, shared_fields);
    values_put(values, "station_record_id", arena_printf(work->arena, "%lld", (long long)call->id));
    values_put(values, "report_id", arena_printf(work->arena, "%lld", (long long)call->other));
    struct form_values *gun = values_row_more(values, "guns");
    put_all(gun, gun_fields);
    gun = values_row_more(values, "guns");
    put_all(gun, gun_fields);
    values_put(gun, "suffix", "2");
    char *rest = arena_copy(work->arena, call->value), *code;
    while ((code = strsep(&rest, ","))) {
        struct form_values *item = values_row_more(values, "items");
        values_put(item, "code", code);
        values_put(item, "name", code);
        values_put(item, "serial_no", code);
    }
    assert_true(values_check(values, call->draft));
    call->result = (int64_t)equipment_record_add(work, values, call->draft);
    if (call->result)
        return;
    HDF *reasons;
    hdf_init(&reasons);
    values_reasons(values, reasons);
    const char *words = arena_copy(work->arena, hdf_get_value(reasons, "0.Text", "?"));
    hdf_destroy(&reasons);
    (fail)(work, FAIL_INVALID, "%s", words);
}

static int add(int who, int64_t station, int64_t report, const char *codes, bool draft, struct call *out)
{
    return as(who, (struct call){ .fn = equipment_add, .id = station, .other = report, .value = codes, .draft = draft }, out);
}

static int64_t newest(const char *table)
{
    char sql[80];
    snprintf(sql, sizeof sql, "SELECT COALESCE(MAX(id), 0) FROM %s", table);
    return db_fixture_int(sql);
}

/* --- stations ------------------------------------------------------------------------------------------------------ */

static void a_draft_may_be_incomplete_but_is_not_submitted(void **state)
{
    (void)state;
    int64_t id = station_new("service_tel", "");
    expect_state("station_record", id, "draft");
    assert_int_equal(moved(OWNER, "station-record", id, "submit"), 422);
    expect_state("station_record", id, "draft");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station_record WHERE datum = 'wgs84' AND typed_lng = 113.57 AND lng BETWEEN 113.571 AND 113.58"), 1);
}

static void try_submit(struct work *work, struct call *call)
{
    call->node = NULL;
    hdf_init(&call->node);
    call->result = station_record_submit(work, call->id, call->node) != NULL;
}

static void what_is_missing_is_named(void **state)
{
    struct call out;
    (void)state;
    int64_t id = station_new("service_tel", "");
    assert_int_equal(as(OWNER, (struct call){ .fn = try_submit, .id = id }, &out), 200);
    assert_true(out.result);
    bool tel = false, photos = false;
    for (HDF *r = hdf_obj_child(out.node); r; r = hdf_obj_next(r)) {
        tel = tel || strstr(hdf_get_value(r, "Text", ""), "服务电话");
        photos = photos || strstr(hdf_get_value(r, "Text", ""), "站点照片");
    }
    hdf_destroy(&out.node);
    assert_true(tel && photos);
}

static void conditional_fields_are_asked_for(void **state)
{
    struct call out;
    (void)state;
    int64_t id = station_new("construction", "255");            /* 其他 asks for 备注 */
    photo(id);
    assert_int_equal(as(OWNER, (struct call){ .fn = try_submit, .id = id }, &out), 200);
    assert_true(out.result && strstr(hdf_get_value(out.node, "0.Text", ""), "备注"));
    hdf_destroy(&out.node);
}

static void the_states_of_a_station_are_those_of_the_manual(void **state)
{
    (void)state;
    int64_t id = station_new(NULL, NULL);
    photo(id);
    assert_int_equal(moved(OWNER, "station-record", id, "withdraw"), 409);
    assert_int_equal(moved(OWNER, "station-record", id, "submit"), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .id = id, .draft = true }, NULL), 409);     /* under review */
    assert_int_equal(moved(OWNER, "station-record", id, "withdraw"), 200);
    expect_state("station_record", id, "draft");
    assert_int_equal(moved(OWNER, "station-record", id, "submit"), 200);
    assert_int_equal(moved(OWNER, "station-record", id, "pass"), 403);
    assert_int_equal(moved(OTHER_COUNTY, "station-record", id, "pass"), 404);
    assert_int_equal(moved(COUNTY, "station-record", id, "refuse"), 200);
    expect_state("station_record", id, "refused");
    assert_int_equal(moved(OWNER, "station-record", id, "submit"), 409);                       /* only in 「待提交」 */
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .id = id, .draft = true }, NULL), 200);
    photo(id);
    expect_state("station_record", id, "draft");
}

static void passed_of(struct work *work, struct call *call)
{
    struct form_values *passed = station_record_passed(work, call->id);
    call->result = passed && strcmp(values_text(passed, "name"), "香洲一站") == 0;
}

static void a_changed_record_keeps_what_passed(void **state)
{
    struct call out;
    (void)state;
    int64_t id = station_passed();
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .id = id, .draft = true, .field = "name", .value = "香洲新站" }, NULL), 200);
    expect_state("station_record", id, "draft");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station_record WHERE name = '香洲新站' AND passed_at IS NOT NULL"), 1);
    assert_int_equal(as(COUNTY, (struct call){ .fn = passed_of, .id = id }, &out), 200);
    assert_true(out.result);
}

static void a_change_of_a_passed_record_is_given_up(void **state)
{
    (void)state;
    int64_t draft = station_new("code", "ST0003"), id = station_passed();
    assert_int_equal(moved(OWNER, "station-record", draft, "abandon"), 422);                   /* it never passed */
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .id = id, .draft = true, .field = "name", .value = "香洲新站" }, NULL), 200);
    db_fixture_sql("DELETE FROM file_link WHERE record = 'station_record' AND field = 'photos'");
    assert_int_equal(moved(OTHER_OWNER, "station-record", id, "abandon"), 404);
    assert_int_equal(moved(CITY, "station-record", id, "abandon"), 403);
    int status = moved(OWNER, "station-record", id, "abandon");
    if (status != 200)
        fail_msg("%d %s", status, said);
    expect_state("station_record", id, "passed");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station_record WHERE code = 'ST0001' AND name = '香洲一站' AND service_tel = '4001234567' AND typed_lng = 113.57 AND datum = 'wgs84'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM file_link WHERE record = 'station_record' AND field = 'photos' AND file_id = 71"), 1);
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .id = id, .draft = true, .field = "code", .value = "ST0004" }, NULL), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .draft = true }, NULL), 200);                 /* its code goes to another */
    assert_int_equal(moved(OWNER, "station-record", id, "abandon"), 422);
    assert_non_null(strstr(said, "ST0001"));
}

static void drop(struct work *work, struct call *call) { station_record_drop(work, call->id); }

static void only_what_never_passed_is_deleted(void **state)
{
    (void)state;
    int64_t passed = station_passed(), draft = station_new("code", "ST0002");
    assert_int_equal(as(OTHER_OWNER, (struct call){ .fn = drop, .id = draft }, NULL), 404);
    assert_int_equal(as(OWNER, (struct call){ .fn = drop, .id = passed }, NULL), 409);
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .id = passed, .draft = true }, NULL), 200);  /* in change: still not */
    assert_int_equal(as(OWNER, (struct call){ .fn = drop, .id = passed }, NULL), 409);
    assert_int_equal(as(OWNER, (struct call){ .fn = drop, .id = draft }, NULL), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station_record"), 1);
}

static void a_code_is_used_once_within_a_company(void **state)
{
    (void)state;
    (void)station_new(NULL, NULL);
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .draft = true }, NULL), 422);
    assert_int_equal(as(OTHER_OWNER, (struct call){ .fn = station_save, .draft = true }, NULL), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .draft = true, .field = "code", .value = "" }, NULL), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = station_save, .draft = true, .field = "code", .value = "" }, NULL), 200);
}

static void read_one(struct work *work, struct call *call) { (void)station_record_values(work, call->id); }

static void departments_read_from_the_submission_on(void **state)
{
    (void)state;
    int64_t id = station_new(NULL, NULL);
    photo(id);
    assert_int_equal(as(COUNTY, (struct call){ .fn = read_one, .id = id }, NULL), 404);
    assert_int_equal(moved(OWNER, "station-record", id, "submit"), 200);
    assert_int_equal(as(COUNTY, (struct call){ .fn = read_one, .id = id }, NULL), 200);
    assert_int_equal(as(PROVINCE, (struct call){ .fn = read_one, .id = id }, NULL), 200);
    assert_int_equal(as(OTHER_COUNTY, (struct call){ .fn = read_one, .id = id }, NULL), 404);
    assert_int_equal(as(OTHER_OWNER, (struct call){ .fn = read_one, .id = id }, NULL), 404);
    assert_int_equal(as(VISITOR, (struct call){ .fn = read_one, .id = id }, NULL), 404);
}

/* --- reports ---------------------------------------------------------------------------------------------------------- */

static void replace(struct work *work, struct call *call)
{
    struct form_values *values = values_new(work, form_find(work, "report-replace"));
    values_put(values, "number", "R-2"), values_put(values, "agency", "新检测中心"), values_put(values, "issued_on", "2026-01-01");
    values_put(values, "reason", "型号换版");
    paper_put(work, values, 73);
    call->result = report_replace(work, values, call->id);
}

static void drop_report(struct work *work, struct call *call) { report_drop(work, call->id); }

static void a_replaced_report_stays_in_the_history(void **state)
{
    (void)state;
    int64_t id = report_new("R-1", NULL);
    assert_int_equal(as(OTHER_OWNER, (struct call){ .fn = replace, .id = id }, NULL), 404);
    assert_int_equal(as(OWNER, (struct call){ .fn = replace, .id = id }, NULL), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM report WHERE number = 'R-2' AND version = 2"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM report_file f JOIN file_link l ON l.record = 'report_file' AND l.record_id = f.id"
                                    " WHERE (f.number = 'R-1' AND l.file_id = 72) OR (f.number = 'R-2' AND l.file_id = 73 AND f.reason = '型号换版')"), 2);
}

static void a_used_report_is_not_deleted_and_says_by_which(void **state)
{
    (void)state;
    int64_t station = station_passed(), report = report_new("R-1", NULL);
    assert_int_equal(add(OWNER, station, report, "EQ77", true, NULL), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = drop_report, .id = report }, NULL), 409);
    assert_non_null(strstr(said, "EQ77"));
    db_fixture_sql("DELETE FROM equipment_record");
    assert_int_equal(as(OWNER, (struct call){ .fn = drop_report, .id = report }, NULL), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM report_file"), 0);
}

/* --- facilities ---------------------------------------------------------------------------------------------------------- */

static void several_facilities_with_their_guns_in_one_go(void **state)
{
    struct call out;
    (void)state;
    int64_t station = station_passed(), report = report_new("R-1", NULL);
    int status = add(OWNER, station, report, "EQ01,EQ02,EQ03", false, &out);
    if (status != 200)
        fail_msg("%d %s", status, said);
    assert_int_equal(out.result, 3);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM equipment_record WHERE state = 'filed' AND connectors = 2 AND division_code = '440402'"), 3);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector_record WHERE code IN ('EQ011', 'EQ012', 'EQ021', 'EQ022', 'EQ031', 'EQ032')"), 6);
}

static void one_wrong_row_stores_none(void **state)
{
    (void)state;
    int64_t station = station_passed(), report = report_new("R-1", NULL);
    assert_int_equal(add(OWNER, station, report, "EQ01,EQ02,EQ01", false, NULL), 422);
    assert_non_null(strstr(said, "EQ01"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM equipment_record"), 0);
}

static void a_facility_needs_its_station_passed_and_a_valid_report(void **state)
{
    (void)state;
    int64_t draft = station_new("code", "ST0009"), station = station_passed();
    int64_t old = report_new("R-0", "2025-06-01"), report = report_new("R-1", NULL);
    assert_int_equal(add(OWNER, draft, report, "EQ01", false, NULL), 422);
    assert_non_null(strstr(said, "站点档案尚未通过"));
    assert_int_equal(add(OWNER, station, old, "EQ01", false, NULL), 422);
    assert_non_null(strstr(said, "有效期"));
    assert_int_equal(add(OTHER_OWNER, station, report, "EQ01", true, NULL), 422);               /* another company's station */
    assert_int_equal(add(OWNER, draft, report, "EQ01", true, NULL), 200);
    assert_int_equal(moved(OWNER, "equipment-record", newest("equipment_record"), "submit"), 422);
}

static int64_t facility(const char *code)
{
    int64_t station = db_fixture_int("SELECT COALESCE(MAX(id), 0) FROM station_record WHERE passed_at IS NOT NULL");
    int64_t report = newest("report");
    station = station ? station : station_passed();
    report = report ? report : report_new("R-1", NULL);
    assert_int_equal(add(OWNER, station, report, code, true, NULL), 200);
    return newest("equipment_record");
}

static void withdrawals_go_where_z11_3_says(void **state)
{
    (void)state;
    int64_t id = facility("EQ01");
    assert_int_equal(moved(OWNER, "equipment-record", id, "submit"), 200);
    assert_int_equal(moved(OWNER, "equipment-record", id, "withdraw"), 200);
    expect_state("equipment_record", id, "draft");
    assert_int_equal(moved(OWNER, "equipment-record", id, "submit"), 200);
    assert_int_equal(moved(CITY, "equipment-record", id, "pass"), 200);
    assert_int_equal(moved(OWNER, "equipment-record", id, "withdraw"), 409);
    assert_int_equal(moved(OWNER, "equipment-record", id, "link"), 422);                        /* the platform is not connected */
    db_fixture_sql("UPDATE operator SET connected_at = NOW(3) WHERE id = 1");
    assert_int_equal(moved(OWNER, "equipment-record", id, "link"), 200);
    expect_state("equipment_record", id, "linking");
    assert_int_equal(moved(OWNER, "equipment-record", id, "withdraw_link"), 200);
    expect_state("equipment_record", id, "passed");
    assert_int_equal(moved(OWNER, "equipment-record", id, "link"), 200);
    assert_int_equal(moved(CITY, "equipment-record", id, "link_pass"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM equipment_record WHERE state = 'linked' AND connected = 1 AND passed LIKE '%EQ01%'"), 1);
}

static void equipment_change(struct work *work, struct call *call)
{
    struct form_values *values = equipment_record_to_change(work, call->id);
    values_put(values, "name", "改名桩");
    while (values_count(values, "guns") > 1)
        values_entry(values, "guns")->count--;
    assert_true(values_check(values, true));
    call->result = equipment_record_save(work, values, call->id);
}

static void a_given_up_change_of_a_facility_leads_to_the_state_it_had(void **state)
{
    (void)state;
    int64_t id = facility("EQ01");
    db_fixture_sql("UPDATE operator SET connected_at = NOW(3) WHERE id = 1");
    assert_int_equal(moved(OWNER, "equipment-record", id, "submit"), 200);
    assert_int_equal(moved(CITY, "equipment-record", id, "pass"), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = equipment_change, .id = id }, NULL), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector_record"), 1);
    assert_int_equal(moved(OWNER, "equipment-record", id, "abandon_linked"), 422);
    int status = moved(OWNER, "equipment-record", id, "abandon");
    if (status != 200)
        fail_msg("%d %s", status, said);
    expect_state("equipment_record", id, "passed");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM equipment_record WHERE name = 'EQ01' AND connectors = 2 AND division_code = '440402'"), 1);
    assert_int_equal(moved(OWNER, "equipment-record", id, "link"), 200);
    assert_int_equal(moved(CITY, "equipment-record", id, "link_pass"), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = equipment_change, .id = id }, NULL), 200);
    assert_int_equal(moved(OWNER, "equipment-record", id, "submit"), 200);
    assert_int_equal(moved(CITY, "equipment-record", id, "refuse"), 200);
    assert_int_equal(moved(OWNER, "equipment-record", id, "abandon"), 422);
    assert_int_equal(moved(OWNER, "equipment-record", id, "abandon_linked"), 200);
    expect_state("equipment_record", id, "linked");
}

static void read_equipment(struct work *work, struct call *call)
{
    hdf_init(&call->node);
    equipment_record_view(work, call->id, call->node);
}

static void the_reviewer_is_warned_of_what_the_rules_ask_today(void **state)
{
    struct call out;
    (void)state;
    int64_t id = facility("EQ01");
    assert_int_equal(moved(OWNER, "equipment-record", id, "submit"), 200);
    assert_int_equal(as(CITY, (struct call){ .fn = read_equipment, .id = id }, &out), 200);
    assert_string_equal(hdf_get_value(out.node, "Lacks.0.Text", ""), "");
    hdf_destroy(&out.node);
    db_fixture_sql("UPDATE report SET valid_until = '2025-06-01'");
    assert_int_equal(as(CITY, (struct call){ .fn = read_equipment, .id = id }, &out), 200);
    assert_non_null(strstr(hdf_get_value(out.node, "Lacks.0.Text", ""), "有效期"));
    hdf_destroy(&out.node);
    assert_int_equal(moved(CITY, "equipment-record", id, "pass"), 200);                            /* a warning, not a hindrance */
}

static void read_report(struct work *work, struct call *call) { call->result = report_readable(work, call->id); }

static bool reads_report(int who, int64_t id)
{
    struct call out;
    assert_int_equal(as(who, (struct call){ .fn = read_report, .id = id }, &out), 200);
    return out.result;
}

static void a_report_is_read_where_it_is_used(void **state)
{
    (void)state;
    db_fixture_sql("UPDATE operator SET division_code = '440403'");
    int64_t id = facility("EQ01"), report = newest("report");
    assert_true(reads_report(OTHER_COUNTY, report));                                               /* the company's own place */
    assert_false(reads_report(COUNTY, report));
    assert_int_equal(moved(OWNER, "equipment-record", id, "submit"), 200);
    assert_true(reads_report(COUNTY, report) && reads_report(OTHER_COUNTY, report));
}

static void drop_equipment(struct work *work, struct call *call) { equipment_record_drop(work, call->id); }

static void a_facility_that_passed_is_not_deleted(void **state)
{
    (void)state;
    int64_t draft = facility("EQ01"), passed = facility("EQ02");
    assert_int_equal(moved(OWNER, "equipment-record", passed, "submit"), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = drop_equipment, .id = passed }, NULL), 409);
    assert_int_equal(moved(CITY, "equipment-record", passed, "pass"), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = drop_equipment, .id = passed }, NULL), 409);
    assert_int_equal(as(OTHER_OWNER, (struct call){ .fn = drop_equipment, .id = draft }, NULL), 404);
    assert_int_equal(as(OWNER, (struct call){ .fn = drop_equipment, .id = draft }, NULL), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector_record"), 2);
}

static void batch(struct work *work, struct call *call)
{
    HDF *rows;
    char *ids = arena_alloc(work->arena, 16000), *at = ids;
    const char *wrong;
    hdf_init(&rows);
    db_rows(work, rows, "SELECT id FROM equipment_record ORDER BY id LIMIT 1000");
    for (HDF *r = hdf_obj_child(rows); r; r = hdf_obj_next(r))
        at += sprintf(at, "%s%s", at == ids ? "" : ",", hdf_get_value(r, "id", ""));
    hdf_destroy(&rows);
    hdf_init(&call->node);
    call->result = (int64_t)flow_batch_take(work, &(struct flow_move){ .flow = "equipment-record", .action = call->action,
                                            .opinion = call->opinion },
                                            flow_picks_read(work, ids), call->node, &wrong);
}

static int offenders(HDF *node, const char *title)
{
    int n = 0;
    for (HDF *row = hdf_obj_child(hdf_get_obj(node, "Rows")); row; row = hdf_obj_next(row))
        n += *hdf_get_value(row, "Wrong", "") && strcmp(hdf_get_value(row, "Title", ""), title) == 0;
    return n;
}

/* 1,000 copies of one complete draft. */
static void thousand(void)
{
    int64_t first = facility("EQ");
    char sql[1600];
    snprintf(sql, sizeof sql, "INSERT INTO equipment_record (operator_id, station_record_id, report_id, code, name, serial_no, manufacturer_name, model,"
             " equipment_type, power, voltage_lower, voltage_upper, current, national_standard, production_date, commissioned_on, division_code, connectors)"
             " SELECT operator_id, station_record_id, report_id, CONCAT('B', seq), CONCAT('桩', seq), CONCAT('S', seq), manufacturer_name, model,"
             " equipment_type, power, voltage_lower, voltage_upper, current, national_standard, production_date, commissioned_on, division_code, 1"
             " FROM equipment_record, seq_1_to_999 WHERE id = %lld", (long long)first);
    db_fixture_sql(sql);
    db_fixture_sql("INSERT INTO connector_record (equipment_record_id, code, connector_type, national_standard, power, voltage_lower, voltage_upper, current)"
                   " SELECT id, CONCAT(code, '1'), 4, 2, 60, 200, 1000, 250 FROM equipment_record WHERE code LIKE 'B%'");
}

static void a_thousand_are_submitted_together_or_not_at_all(void **state)
{
    struct call out;
    (void)state;
    thousand();
    db_fixture_sql("UPDATE equipment_record SET serial_no = '' WHERE code = 'B500'");
    assert_int_equal(as(OWNER, (struct call){ .fn = batch, .action = "submit" }, &out), 200);
    assert_int_equal(out.result, 0);
    assert_int_equal(offenders(out.node, "桩500"), 1);
    hdf_destroy(&out.node);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM equipment_record WHERE state <> 'draft' OR submitted_at IS NOT NULL"), 0);
    db_fixture_sql("UPDATE equipment_record SET serial_no = 'S500' WHERE code = 'B500'");
    int64_t began = clock_micro(), asked = db_fixture_int("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'COM_STMT_EXECUTE'");
    assert_int_equal(as(OWNER, (struct call){ .fn = batch, .action = "submit" }, &out), 200);
    printf("1,000 facilities submitted in one transaction: %.1f s\n", (double)(clock_micro() - began) / 1e6);
    asked = db_fixture_int("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'COM_STMT_EXECUTE'") - asked;
    printf("prepared statements a facility: %.1f\n", (double)asked / 1000);
    hdf_destroy(&out.node);
    assert_int_equal(out.result, 1000);
    flow_notify_register(note_notice);
    notice_count = 0;
    assert_int_equal(as(CITY, (struct call){ .fn = batch, .action = "refuse", .opinion = "请核对" }, &out), 200);
    flow_notify_register(NULL);
    hdf_destroy(&out.node);
    assert_int_equal(out.result, 1000);
    assert_int_equal(notice_count, 1);
    assert_int_equal(noticed_cases, 1000);
    db_fixture_sql("UPDATE equipment_record SET state = 'filed'");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM equipment_record WHERE state = 'filed'"), 1000);
}

int main(void)
{
#define TEST(name, fn) { name, fn, reset, NULL, NULL }
    static const struct CMUnitTest tests[] = {
        TEST("Z9.2: a draft may be incomplete but is not submitted", a_draft_may_be_incomplete_but_is_not_submitted),
        TEST("Z9.4: what is missing is named", what_is_missing_is_named),
        TEST("Z9.2: 其他 asks for 备注", conditional_fields_are_asked_for),
        TEST("Z9.4: the states of a station are those of the manual", the_states_of_a_station_are_those_of_the_manual),
        TEST("Z9.4: a changed record keeps what passed", a_changed_record_keeps_what_passed),
        TEST("a change of a passed record is given up", a_change_of_a_passed_record_is_given_up),
        TEST("Z11.3: a given up change of a facility leads to the state it had", a_given_up_change_of_a_facility_leads_to_the_state_it_had),
        TEST("Z30: the reviewer is warned of what the rules ask today", the_reviewer_is_warned_of_what_the_rules_ask_today),
        TEST("Z10, Z30: a report is read where it is used", a_report_is_read_where_it_is_used),
        TEST("Z9.4: only what never passed is deleted", only_what_never_passed_is_deleted),
        TEST("Z9.2: a code is used once within a company", a_code_is_used_once_within_a_company),
        TEST("Z30: departments read their own from the submission on", departments_read_from_the_submission_on),
        TEST("Z10: a replaced report stays in the history", a_replaced_report_stays_in_the_history),
        TEST("Z10: a used report is not deleted, it says by which", a_used_report_is_not_deleted_and_says_by_which),
        TEST("Z11.2, S5: several facilities with their guns in one go", several_facilities_with_their_guns_in_one_go),
        TEST("Z11.2: one wrong row stores none", one_wrong_row_stores_none),
        TEST("Z11.4: a facility needs its station passed and a valid report", a_facility_needs_its_station_passed_and_a_valid_report),
        TEST("Z11.3, Z11.5: withdrawals and interconnection", withdrawals_go_where_z11_3_says),
        TEST("Z11.3: a facility that passed is not deleted", a_facility_that_passed_is_not_deleted),
        TEST("Z11.4: a thousand are submitted together or not at all", a_thousand_are_submitted_together_or_not_at_all),
    };
    return cmocka_run_group_tests_name("record", tests, set_up, NULL);
}
