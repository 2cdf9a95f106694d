/* flow_world: the people, the calendar and the small flow that the tests of lib/flow share. Included by one test
 * program each. The flow `test` has a guard and a consequence; its notices and guard are recorded in static variables. */
#ifndef TESTS_FLOW_WORLD_H
#define TESTS_FLOW_WORLD_H

#include <stdio.h>
#include <string.h>

#include "calendar_days.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/calendar.h"
#include "domain/process.h"
#include "flow/flow_declared.h"

enum { OWNER, OTHER_OWNER, COUNTY, COUNTY_PLAIN, OTHER_COUNTY, CITY, PROVINCE, VISITOR, SYSTEM, PEOPLE };

#define REVIEWS (CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) | CAP_BIT(CAP_STAFF) | CAP_BIT(CAP_WORKBENCH) \
                 | CAP_BIT(CAP_REGISTRATION_REVIEW) | CAP_BIT(CAP_QUALIFICATION_REVIEW) | CAP_BIT(CAP_PROFILE_REVIEW) | CAP_BIT(CAP_RECORD_REVIEW) \
                 | CAP_BIT(CAP_CONNECT_REVIEW))
#define SIGNED (CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) | CAP_BIT(CAP_WORKBENCH))

static const struct actor people[PEOPLE] = {
    [OWNER]        = { 11, 1, "own", "王经办", "充电设施运营商", "operator", "", SIGNED },
    [OTHER_OWNER]  = { 12, 2, "oth", "李经办", "充电设施运营商", "operator", "", SIGNED | REVIEWS },
    [COUNTY]       = { 21, 0, "xzh", "香洲张三", "县（区）主管部门", "county", "440402", REVIEWS },
    [COUNTY_PLAIN] = { 22, 0, "xpl", "香洲李四", "县（区）主管部门", "county", "440402", SIGNED | CAP_BIT(CAP_STAFF) },
    [OTHER_COUNTY] = { 23, 0, "dou", "斗门赵六", "县（区）主管部门", "county", "440403", REVIEWS },
    [CITY]         = { 24, 0, "zhu", "珠海钱七", "市级主管部门", "city", "440400", REVIEWS },
    [PROVINCE]     = { 25, 0, "gdo", "广东孙八", "省级主管部门", "province", "440000", REVIEWS },
    [VISITOR]      = { 0, 0, "", "", NULL, "visitor", "", CAP_BIT(CAP_PUBLIC) | REVIEWS },
    [SYSTEM]       = { 0, 0, "", "", NULL, "system", "", 0 },
};

static struct work *db;
static char         guard_says[100];                 /* "" the guard lets pass */
static int          then_count, notice_count;
static int64_t      noticed_cases __attribute__((unused));    /* the last notice spoke of */
static char         noticed[400];

static const char test_flow[] =
    "flow {\n label = 测试事项\n table = test_case\n title = company\n division = division_code\n operator = operator_id\n"
    " account = account_id\n path = /admin/test/{id}\n own_path = /operator/test/{id}\n}\n"
    "stages {\n 1 = 提交\n 2 = 审核\n 3 = 办结\n}\n"
    "states {\n draft [initial, waits=owner] = 待提交\n filed [kind=wait, stage=2, waits=profile-review, days=3] = 审核中\n"
    " refused [kind=bad, stage=2, waits=owner] = 不通过\n passed [kind=good, stage=3, final] = 已通过\n expired [final, kind=bad] = 已失效\n}\n"
    "actions {\n submit [from=\"draft,refused\", to=filed, by=owner, guard=test-ready, bulk=all-or-nothing] = 提交\n"
    " withdraw [from=filed, to=draft, by=owner] = 撤回\n"
    " pass [from=filed, to=passed, by=profile-review, then=test-passed, bulk=each] = 通过\n"
    " refuse [from=filed, to=refused, by=profile-review, opinion=required, bulk=each] = 不通过\n"
    " note [from=filed, to=filed, by=profile-review, opinion=required, bulk=each] = 批注\n"
    " extend [from=filed, to=filed, by=profile-review, opinion=required, extends=3, times=2] = 延期\n"
    " expire [from=draft, to=expired, by=system] = 失效\n}\n"
    "notices {\n passed [to=owner] = 已通过\n refused [to=owner] = 未通过\n filed [to=profile-review] = 待审核\n}\n";

static const char *test_ready(struct work *work, int64_t id, HDF *reasons)
{
    (void)work, (void)id;
    if (!guard_says[0])
        return NULL;
    view_set(reasons, "0.Text", "缺少营业执照");
    view_set(reasons, "0.Field", "licence");
    return guard_says;
}

static void test_passed(struct work *work, int64_t id)
{
    then_count++;
    db_exec(work, "UPDATE test_case SET company = CONCAT(company, '（已生效）') WHERE id = ? AND state = 'passed'", I(id));
}

static void note_notice(struct work *work, const struct flow_notice *notice)
{
    (void)work;
    notice_count++;
    noticed_cases = notice->count;
    snprintf(noticed, sizeof noticed, "%s|%s|%s|%s|%s|%lld|%s|%s", notice->flow, notice->title, notice->state_label, notice->text,
             notice->to_owner ? "owner" : capability_key(notice->capability), (long long)notice->operator_id, notice->path, notice->opinion);
}

static void load_calendar(struct work *work, void *arg)
{
    FILE *file = fmemopen((void *)(uintptr_t)calendar_days, strlen(calendar_days), "r");
    (void)arg;
    calendar_load(work, file);
    fclose(file);
}

static void world_people(void)
{
    db_fixture_sql("INSERT INTO operator (id, code, name, short_name) VALUES (1, 'AAAAAAAA1', '甲公司', '甲'), (2, 'AAAAAAAA2', '乙公司', '乙')");
    for (int i = 0; i < PEOPLE; i++) {
        char sql[600];
        if (!people[i].account_id)
            continue;
        snprintf(sql, sizeof sql, "INSERT INTO account (id, login, name, role, operator_id, division_code, password_hash)"
                 " VALUES (%lld, '%s', '%s', '%s', NULLIF(%lld, 0), '%s', '')", (long long)people[i].account_id,
                 people[i].login, people[i].name, people[i].role, (long long)people[i].operator_id, people[i].division);
        db_fixture_sql(sql);
    }
}

static int world(void **state)
{
    (void)state;
    db_fixture_file("schema/flows/test.hdf", test_flow);
    db = db_fixture();
    db_fixture_sql("CREATE TABLE test_case (id BIGINT AUTO_INCREMENT PRIMARY KEY, operator_id BIGINT, account_id BIGINT, company VARCHAR(100) NOT NULL DEFAULT '',"
                   " division_code VARCHAR(12) NOT NULL, state VARCHAR(40) NOT NULL, state_at DATETIME(3) NOT NULL DEFAULT NOW(3), KEY (state, state_at)) ENGINE=InnoDB");
    world_people();
    db_fixture_run(db, load_calendar, NULL);
    flow_guard_register("test-ready", test_ready);
    flow_then_register("test-passed", test_passed);
    process_start();
    flow_notify_register(note_notice);
    return 0;
}

/* What a table wants besides owner, title, division and state. */
static const struct case_table { const char *table, *title, *columns, *values; } case_tables[] = {
    { "station_record", "name", ", submitted_at", ", NOW(3)" },                 /* departments read it once submitted */
    { "equipment_record", "name", ", submitted_at, station_record_id", ", NOW(3), (SELECT MAX(id) FROM station_record)" },
    { "connection", "company", ", platform_id, kind", ", 1, 'wizard'" },
    { NULL, "company", "", "" },
};

/* A case of company 1 in 香洲, in `state`. */
static int64_t case_new(const char *table, const char *state)
{
    char sql[600];
    const struct case_table *t = case_tables;
    while (t->table && strcmp(t->table, table) != 0)
        t++;
    if (strcmp(table, "equipment_record") == 0)          /* each belongs to a station */
        (void)case_new("station_record", "passed");
    if (strcmp(table, "connection") == 0)                /* one a company */
        db_fixture_sql("DELETE FROM connection");
    snprintf(sql, sizeof sql, "INSERT INTO %s (operator_id, %s, division_code, state%s) VALUES (1, '甲公司', '440402', '%s'%s)", table,
             t->title, t->columns, state, t->values);
    db_fixture_sql(sql);
    return db_fixture_int("SELECT LAST_INSERT_ID()");
}

static void take(struct work *work, void *arg)
{
    flow_take(work, arg);
}

/* The HTTP status of the move; the failure's words stay in db->fail_text. */
static int move_as(struct work *work, int who, const struct flow_move *move)
{
    work->actor = people[who];
    work->fail_text[0] = work->fail_detail[0] = '\0';
    if (work_run(work, WORK_WRITE, take, (void *)(uintptr_t)move))
        return 200;
    if (work->failed == FAIL_OURS)
        fprintf(stderr, "%s\n", work->fail_detail);
    return fail_status(work->failed);
}

static int act(int who, int64_t id, const char *action, const char *opinion)
{
    return move_as(db, who, &(struct flow_move){ .flow = "test", .action = action, .id = id, .opinion = opinion });
}

static int64_t steps_of(const char *flow, int64_t id)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM flow_step WHERE flow = '%s' AND case_id = %lld", flow, (long long)id);
    return db_fixture_int(sql);
}

static bool in_state(const char *table, int64_t id, const char *state)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM %s WHERE id = %lld AND state = '%s'", table, (long long)id, state);
    return db_fixture_int(sql) == 1;
}

#endif
