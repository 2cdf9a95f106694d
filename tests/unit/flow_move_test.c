/* flow: moves. Every (state, action, person) of every flow file; races; repeats; opinions, guards, deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "flow_world.h"

#undef fail
#include <cmocka.h>

/* --- every pair ------------------------------------------------------------------------------------------ */

/* What the declaration promises this person: the reference is written apart from the engine's own checks. */
static int expected(const struct flow *flow, size_t state, const struct flow_action *a, int who)
{
    bool sees = who == OWNER || who == COUNTY || who == CITY || who == PROVINCE || who == SYSTEM;
    bool reviews = who == COUNTY || who == CITY || who == PROVINCE;
    bool may = (a->by.kind == PARTY_OWNER && who == OWNER) || (a->by.kind == PARTY_STAFF && reviews)
            || (a->by.kind == PARTY_SYSTEM && who == SYSTEM);
    (void)flow;
    return !sees ? 404 : !may ? 403 : a->from & UINT64_C(1) << state ? 200 : 409;
}

static void try_pair(const struct flow *flow, size_t s, const struct flow_action *a, int who)
{
    int64_t id = case_new(flow->table, flow->states[s].name);
    const char *opinion = a->opinion == OPINION_NONE ? "" : "同意办理";
    int want = expected(flow, s, a, who);
    int got = move_as(db, who, &(struct flow_move){ .flow = flow->name, .action = a->name, .id = id, .opinion = opinion });
    if (got != want)
        fail_msg("%s: %s from %s as %s: %d, not %d (%s)", flow->name, a->name, flow->states[s].name, people[who].login, got, want, db->fail_text);
    assert_true(in_state(flow->table, id, got == 200 ? flow->states[a->to].name : flow->states[s].name));
    assert_int_equal(steps_of(flow->name, id), got == 200);          /* exactly one row a move */
}

static void every_state_action_and_person(void **state)
{
    int pairs = 0;
    (void)state;
    for (size_t f = 0; f < flow_all_count; f++) {
        struct flow *flow = (struct flow *)(uintptr_t)flow_all[f];   /* the nouns' guards have tests of their own */
        for (size_t a = 0; strcmp(flow->name, "test") != 0 && a < flow->action_count; a++)
            flow->actions[a].guard = NULL, flow->actions[a].then = NULL;
        for (size_t s = 0; s < flow->state_count; s++)
            for (size_t a = 0; a < flow->action_count; a++)
                for (int who = 0; who < PEOPLE; who++, pairs++)
                    try_pair(flow, s, &flow->actions[a], who);
    }
    assert_true(flow_all_count >= 4 && pairs >= 1000);
    int64_t moves = db_fixture_int("SELECT COUNT(*) FROM flow_step");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail WHERE act LIKE 'flow.%'"), moves);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_due d JOIN test_case t ON t.id = d.case_id AND d.flow = 'test' WHERE t.state <> 'filed'"), 0);
}

/* --- conflicts ------------------------------------------------------------------------------------------- */

static void unknown_ones_are_not_there(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "filed");
    assert_int_equal(act(COUNTY, id, "explode", ""), 404);
    assert_int_equal(act(COUNTY, 99999999, "pass", ""), 404);
    assert_int_equal(act(OTHER_COUNTY, id, "pass", ""), 404);
    assert_int_equal(act(OTHER_OWNER, id, "withdraw", ""), 404);
}

static void who_comes_second_reads_who_was_first(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "filed");
    assert_int_equal(act(COUNTY, id, "pass", "同意"), 200);
    assert_int_equal(act(CITY, id, "refuse", "不同意"), 409);
    assert_non_null(strstr(db->fail_text, "香洲张三（县（区）主管部门）"));
    assert_non_null(strstr(db->fail_text, "已通过"));
    assert_int_equal(act(OWNER, id, "withdraw", ""), 409);
    assert_null(strstr(db->fail_text, "香洲张三"));                  /* an applicant reads the office, not the person */
    assert_non_null(strstr(db->fail_text, "县（区）主管部门"));
}

struct racer {
    pthread_t    thread;
    struct work *work;
    int          who, status;
    int64_t      id;
    const char  *action, *key;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    r->status = move_as(r->work, r->who, &(struct flow_move){ .flow = "test", .action = r->action, .id = r->id, .opinion = "意见",
                                                              .idempotency = r->key });
    return NULL;
}

static struct racer second;

static void first_and_then_second(struct work *work, void *arg)
{
    int64_t id = *(int64_t *)arg;
    flow_take(work, &(struct flow_move){ .flow = "test", .action = "pass", .id = id, .opinion = "先到" });
    if (second.thread)
        return;
    second.id = id;
    assert_int_equal(pthread_create(&second.thread, NULL, race, &second), 0);
    usleep(300000);                                 /* the second waits for the row meanwhile; later is as good */
}

static void two_reviewers_racing(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "filed");
    second = (struct racer){ .work = db_fixture_work(), .who = CITY, .action = "refuse" };
    db->actor = people[COUNTY];
    assert_true(work_run(db, WORK_WRITE, first_and_then_second, &id));
    pthread_join(second.thread, NULL);
    assert_int_equal(second.status, 409);
    assert_non_null(strstr(second.work->fail_text, "香洲张三"));
    assert_true(in_state("test_case", id, "passed"));
    assert_int_equal(steps_of("test", id), 1);
}

/* Twenty rounds of four at once, some with the same key: one move, one row, everybody told the truth. */
static void many_at_once(void **state)
{
    static const char *const actions[] = { "pass", "refuse", "pass", "refuse" };
    static const int whom[] = { COUNTY, COUNTY, CITY, PROVINCE };
    struct racer racers[4];
    (void)state;
    for (int i = 0; i < 4; i++)
        racers[i] = (struct racer){ .work = db_fixture_work(), .who = whom[i], .action = actions[i] };
    for (int round = 0; round < 20; round++) {
        int64_t id = case_new("test_case", "filed");
        int won = 0;
        for (int i = 0; i < 4; i++) {
            racers[i].id = id;
            assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
        }
        for (int i = 0; i < 4; i++) {
            pthread_join(racers[i].thread, NULL);
            assert_true(racers[i].status == 200 || racers[i].status == 409);
            won += racers[i].status == 200;
        }
        assert_int_equal(won, 1);
        assert_int_equal(steps_of("test", id), 1);
    }
}

static void the_same_submission_at_once_is_one(void **state)
{
    struct racer racers[2];
    char key[40];
    (void)state;
    for (int i = 0; i < 2; i++)
        racers[i] = (struct racer){ .work = db_fixture_work(), .who = COUNTY, .action = "note", .key = key };
    for (int round = 0; round < 20; round++) {
        int64_t id = case_new("test_case", "filed");
        snprintf(key, sizeof key, "twice-%d", round);
        for (int i = 0; i < 2; i++)
            racers[i].id = id, assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
        for (int i = 0; i < 2; i++)
            pthread_join(racers[i].thread, NULL), assert_int_equal(racers[i].status, 200);
        assert_int_equal(steps_of("test", id), 1);
    }
}

static void a_repeat_is_the_first_ones_success(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "filed"), other = case_new("test_case", "filed");
    struct flow_move move = { .flow = "test", .action = "pass", .id = id, .idempotency = "key-1" };
    int before = then_count;
    assert_int_equal(move_as(db, COUNTY, &move), 200);
    assert_int_equal(move_as(db, COUNTY, &move), 200);
    assert_int_equal(steps_of("test", id), 1);
    assert_int_equal(then_count, before + 1);
    assert_int_equal(move_as(db, CITY, &move), 409);                 /* another person's key is another key */
    move.id = other;
    assert_int_equal(move_as(db, COUNTY, &move), 409);               /* one key, two things */
    assert_true(in_state("test_case", other, "filed"));
}

static void an_old_page_is_a_conflict(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "draft");
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    int64_t seen = db_fixture_int("SELECT MAX(id) FROM flow_step");
    assert_int_equal(act(OWNER, id, "withdraw", ""), 200);
    assert_int_equal(act(OWNER, id, "submit", ""), 200);             /* filed again, with other content perhaps */
    struct flow_move move = { .flow = "test", .action = "pass", .id = id, .seen = seen };
    assert_int_equal(move_as(db, COUNTY, &move), 409);
    assert_true(in_state("test_case", id, "filed"));
    move.seen = db_fixture_int("SELECT MAX(id) FROM flow_step");
    assert_int_equal(move_as(db, COUNTY, &move), 200);
}

/* --- what a move needs, what follows from it ---------------------------------------------------------------- */

static void an_opinion_is_required(void **state)
{
    char longer[3200] = "";
    (void)state;
    int64_t id = case_new("test_case", "filed");
    assert_int_equal(act(COUNTY, id, "refuse", ""), 422);
    assert_int_equal(act(COUNTY, id, "refuse", NULL), 422);
    assert_int_equal(act(COUNTY, id, "refuse", " \r\n\t "), 422);
    assert_int_equal(act(COUNTY, id, "refuse", "　\u200b\u00a0\ufeff"), 422);       /* nothing that anybody could read */
    assert_non_null(strstr(db->fail_text, "请填写「不通过」的意见"));
    for (int i = 0; i < 1001; i++)
        strcat(longer, "长");
    assert_int_equal(act(COUNTY, id, "refuse", longer), 422);
    assert_int_equal(steps_of("test", id), 0);
    longer[3000] = '\0';
    assert_int_equal(act(COUNTY, id, "refuse", longer), 200);        /* a thousand characters, to the letter */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_step WHERE CHAR_LENGTH(opinion) = 1000"), 1);
}

static void a_guard_says_why(void **state)
{
    (void)state;
    HDF *reasons;
    int64_t id = case_new("test_case", "draft");
    assert_null(hdf_init(&reasons));
    snprintf(guard_says, sizeof guard_says, "注册信息尚不完整");
    assert_int_equal(act(OWNER, id, "submit", ""), 422);             /* without a place for reasons */
    assert_string_equal(db->fail_text, "注册信息尚不完整。");
    assert_int_equal(move_as(db, OWNER, &(struct flow_move){ .flow = "test", .action = "submit", .id = id, .reasons = reasons }), 422);
    assert_string_equal(hdf_get_value(reasons, "0.Text", ""), "缺少营业执照");
    assert_true(in_state("test_case", id, "draft"));
    guard_says[0] = '\0';
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    hdf_destroy(&reasons);
}

static void consequence_and_notice_come_with_the_move(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "filed");
    char sql[200];
    int thens = then_count, notices = notice_count;
    assert_int_equal(act(COUNTY, id, "pass", "材料齐全"), 200);
    assert_int_equal(then_count, thens + 1);
    assert_int_equal(notice_count, notices + 1);
    snprintf(sql, sizeof sql, "test|甲公司|已通过|已通过|owner|1|/operator/test/%lld|材料齐全", (long long)id);
    assert_string_equal(noticed, sql);
    snprintf(sql, sizeof sql, "SELECT company = '甲公司（已生效）' FROM test_case WHERE id = %lld", (long long)id);
    assert_int_equal(db_fixture_int(sql), 1);
    id = case_new("test_case", "draft");
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    assert_non_null(strstr(noticed, "|待审核|profile-review|"));
    assert_non_null(strstr(noticed, "/admin/test/"));
}

static int64_t due_is(int64_t id, const char *date)
{
    char sql[300];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM flow_due WHERE flow = 'test' AND case_id = %lld AND due_on = '%s'", (long long)id, date);
    return db_fixture_int(sql);
}

static void deadlines_follow_the_calendar(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "draft");
    assert_true(time_parse("2026-09-30 16:00", "%Y-%m-%d %H:%M", &db->now));
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    assert_int_equal(due_is(id, "2026-10-10"), 1);                   /* domain.md 2.2 */
    assert_int_equal(act(COUNTY, id, "note", "补看材料"), 200);      /* stays: the deadline is as it was */
    assert_int_equal(due_is(id, "2026-10-10"), 1);
    assert_int_equal(act(COUNTY, id, "extend", ""), 422);
    assert_int_equal(act(COUNTY, id, "extend", "申报高峰期"), 200);
    assert_int_equal(due_is(id, "2026-10-14"), 1);                   /* 12, 13, 14 October, counted on from the 10th */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_due WHERE reason = '申报高峰期' AND extensions = 1 AND known = 1"), 1);
    assert_int_equal(act(COUNTY, id, "extend", "仍在高峰期"), 200);
    assert_int_equal(act(COUNTY, id, "extend", "第三次"), 422);
    assert_non_null(strstr(db->fail_text, "最多可延期 2 次"));
    assert_int_equal(due_is(id, "2026-10-19"), 1);
    assert_int_equal(act(COUNTY, id, "refuse", "材料不全"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_step WHERE action = 'refuse' AND due_on = '2026-10-19'"), 1);
    assert_int_equal(act(OWNER, id, "submit", ""), 200);             /* a new stay, a new deadline, extensions anew */
    assert_int_equal(due_is(id, "2026-10-10"), 1);
    db->now = clock_now();
}

static void an_unknown_year_is_flagged(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "draft");
    assert_true(time_parse("2026-12-30", "%Y-%m-%d", &db->now));
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_due WHERE due_on = '2027-01-04' AND known = 0"), 1);
    db->now = clock_now();
}

static void calendar_day(const char *day, const char *kind)
{
    char sql[200];
    snprintf(sql, sizeof sql, "REPLACE INTO calendar_day (day, kind, name, source) VALUES ('%s', '%s', '', 'staff')", day, kind);
    db_fixture_sql(sql);
}

static int64_t changed;
static void recount(struct work *work, void *arg) { (void)arg; changed = flow_due_recount(work); }
static int64_t recounted(void)
{
    if (!work_run(db, WORK_PLAIN, recount, NULL))
        fail_msg("%s", db->fail_detail);
    return changed;
}

/* A change of the calendar moves open deadlines both ways, extensions with them, and makes nobody late. */
static void open_deadlines_are_counted_anew(void **state)
{
    (void)state;
    db_fixture_sql("DELETE FROM flow_due");
    int64_t id = case_new("test_case", "draft"), longer = case_new("test_case", "draft");
    assert_true(time_parse("2026-06-01 10:00", "%Y-%m-%d %H:%M", &db->now));
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    assert_int_equal(act(OWNER, longer, "submit", ""), 200);
    assert_int_equal(act(COUNTY, longer, "extend", "申报高峰期"), 200);
    assert_int_equal(due_is(id, "2026-06-04"), 1);
    assert_int_equal(due_is(longer, "2026-06-09"), 1);
    assert_int_equal(recounted(), 0);
    calendar_day("2026-06-03", "holiday");                           /* a typhoon */
    assert_int_equal(recounted(), 2);
    assert_int_equal(due_is(id, "2026-06-05"), 1);
    assert_int_equal(due_is(longer, "2026-06-10"), 1);
    calendar_day("2026-06-03", "plain");
    assert_true(time_parse("2026-06-05 10:00", "%Y-%m-%d %H:%M", &db->now));
    assert_int_equal(recounted(), 1);
    assert_int_equal(due_is(id, "2026-06-05"), 1);                   /* the 4th is over: due today, not overdue */
    assert_int_equal(due_is(longer, "2026-06-09"), 1);
    assert_true(time_parse("2026-06-15 10:00", "%Y-%m-%d %H:%M", &db->now));
    calendar_day("2026-06-06", "workday");                           /* a Saturday: what is late is not later still */
    assert_int_equal(recounted(), 0);
    db_fixture_sql("DELETE FROM calendar_day WHERE source = 'staff'");
    db->now = clock_now();
}

/* More than one transaction's worth; a year whose arrangement becomes known loses its flag. */
static void many_deadlines_are_counted_anew(void **state)
{
    (void)state;
    db_fixture_sql("DELETE FROM flow_due");
    db_fixture_sql("INSERT INTO flow_due (flow, case_id, due_on, known, since, from_on, days)"
                   " SELECT 'test', seq, '2027-01-04', 0, NOW(3), '2026-12-30', 3 FROM seq_1_to_450");
    assert_true(time_parse("2026-12-31", "%Y-%m-%d", &db->now));
    assert_int_equal(recounted(), 0);
    db_fixture_sql("INSERT INTO calendar_year (year, source) VALUES (2027, 'staff')");
    calendar_day("2027-01-01", "holiday");
    assert_int_equal(recounted(), 450);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_due WHERE due_on = '2027-01-05' AND known = 1"), 450);
    db_fixture_sql("DELETE FROM calendar_year WHERE year = 2027");
    db_fixture_sql("DELETE FROM calendar_day WHERE source = 'staff'");
    db->now = clock_now();
}

static void copies_go_to_colleagues_only(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "filed");
    struct flow_move move = { .flow = "test", .action = "note", .id = id, .opinion = "请阅", .copy_count = 1 };
    static const int64_t wrong[] = { 11, 23, 99 }, right[] = { 22, 24 };     /* company, other county, nobody */
    for (size_t i = 0; i < 3; i++) {
        move.copies = &wrong[i];
        assert_int_equal(move_as(db, COUNTY, &move), 422);
    }
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_copy"), 0);
    move.copies = right, move.copy_count = 2;
    assert_int_equal(move_as(db, COUNTY, &move), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_copy WHERE read_at IS NULL AND account_id IN (22, 24)"), 2);
    move = (struct flow_move){ .flow = "test", .action = "withdraw", .id = id, .copies = right, .copy_count = 1 };
    assert_int_equal(move_as(db, OWNER, &move), 422);                /* an applicant sends no copies */
}

static void begin(struct work *work, void *arg)
{
    flow_begin(work, "test", *(int64_t *)arg);
}

static void the_way_begins_once(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "draft");
    db->actor = people[OWNER];
    db_fixture_run(db, begin, &id);
    db_fixture_run(db, begin, &id);
    assert_int_equal(steps_of("test", id), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_step WHERE action = '' AND to_state = 'draft' AND as_owner = 1 AND account_id = 11"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_action_and_person), cmocka_unit_test(unknown_ones_are_not_there),
        cmocka_unit_test(who_comes_second_reads_who_was_first), cmocka_unit_test(two_reviewers_racing), cmocka_unit_test(many_at_once),
        cmocka_unit_test(the_same_submission_at_once_is_one), cmocka_unit_test(a_repeat_is_the_first_ones_success),
        cmocka_unit_test(an_old_page_is_a_conflict), cmocka_unit_test(an_opinion_is_required), cmocka_unit_test(a_guard_says_why),
        cmocka_unit_test(consequence_and_notice_come_with_the_move), cmocka_unit_test(deadlines_follow_the_calendar),
        cmocka_unit_test(an_unknown_year_is_flagged), cmocka_unit_test(open_deadlines_are_counted_anew),
        cmocka_unit_test(many_deadlines_are_counted_anew), cmocka_unit_test(copies_go_to_colleagues_only), cmocka_unit_test(the_way_begins_once) };
    return cmocka_run_group_tests(tests, world, NULL);
}
