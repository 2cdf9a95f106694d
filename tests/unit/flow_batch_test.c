/* flow: one action on many cases. Each: who can is done, who cannot is named and untouched. All or nothing: one offender
 * is named and nothing happened to any, its consequences and notices included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdlib.h>

#include "flow_world.h"

#undef fail
#include <cmocka.h>

struct asked_batch {
    struct flow_move  move;
    const char       *cases;
    HDF              *node;
    size_t            done;
    const char       *wrong;
};

static void take_batch(struct work *work, void *arg)
{
    struct asked_batch *b = arg;
    hdf_destroy(&b->node);
    hdf_init(&b->node);
    b->done = flow_batch_take(work, &b->move, flow_picks_read(work, b->cases), b->node, &b->wrong);
}

static int batch_as(struct work *work, int who, struct asked_batch *b)
{
    work->actor = people[who];
    if (!b->move.flow)
        b->move.flow = "test";
    return work_run(work, WORK_WRITE, take_batch, b) ? 200 : fail_status(work->failed);
}

static const char *at(struct asked_batch *b, const char *name) { return hdf_get_value(b->node, name, ""); }

/* The rows of a result come in the order of ids. */
static const char *wrong_at(struct asked_batch *b, int i)
{
    static char name[40];
    snprintf(name, sizeof name, "Rows.%d.Wrong", i);
    return at(b, name);
}

static const char *list(const int64_t *ids, int count)
{
    static char text[30000];
    char *t = text;
    for (int i = 0; i < count; i++)
        t += sprintf(t, "%s%lld", i ? "," : "", (long long)ids[i]);
    return text;
}

static void each_is_done_or_named(void **state)
{
    (void)state;
    int64_t ids[] = { case_new("test_case", "filed"), case_new("test_case", "draft"), case_new("test_case", "filed") };
    then_count = notice_count = 0;
    struct asked_batch b = { .move = { .action = "pass", .opinion = "同意" }, .cases = list(ids, 3) };
    assert_int_equal(batch_as(db, COUNTY, &b), 200);
    assert_int_equal(b.done, 2);
    assert_string_equal(at(&b, "Done"), "2");
    assert_string_equal(at(&b, "Refused"), "1");
    assert_string_equal(wrong_at(&b, 0), "");
    assert_non_null(strstr(wrong_at(&b, 1), "待提交"));
    assert_true(in_state("test_case", ids[0], "passed") && in_state("test_case", ids[1], "draft") && in_state("test_case", ids[2], "passed"));
    assert_int_equal(steps_of("test", ids[1]), 0);
    assert_int_equal(then_count, 2);
    assert_int_equal(notice_count, 1);                               /* one reader, told once of both */
    assert_non_null(strstr(noticed, "已通过|owner"));
    assert_int_equal(noticed_cases, 2);
}

static void what_was_undone_is_not_told(void **state)
{
    (void)state;
    int64_t ids[] = { case_new("test_case", "draft"), case_new("test_case", "passed") };
    notice_count = 0;
    struct asked_batch b = { .move = { .action = "submit" }, .cases = list(ids, 2) };
    assert_int_equal(batch_as(db, OWNER, &b), 200);
    assert_int_equal(notice_count, 0);
    ids[1] = case_new("test_case", "draft");
    b = (struct asked_batch){ .move = { .action = "submit" }, .cases = list(ids, 2) };
    assert_int_equal(batch_as(db, OWNER, &b), 200);
    assert_int_equal(notice_count, 1);
    assert_int_equal(noticed_cases, 2);
}

static void who_moved_meanwhile_is_named(void **state)
{
    (void)state;
    int64_t ids[] = { case_new("test_case", "filed"), case_new("test_case", "filed"), case_new("test_case", "filed") };
    char cases[80];
    assert_int_equal(act(COUNTY, ids[0], "pass", "先到"), 200);
    assert_int_equal(act(COUNTY, ids[1], "note", "批注"), 200);
    int64_t seen = db_fixture_int("SELECT MAX(id) FROM flow_step");
    assert_int_equal(act(OWNER, ids[1], "withdraw", ""), 200);       /* withdrawn, changed, filed again: another case */
    assert_int_equal(act(OWNER, ids[1], "submit", ""), 200);
    snprintf(cases, sizeof cases, "%lld,%lld.%lld,%lld.0", (long long)ids[0], (long long)ids[1], (long long)seen, (long long)ids[2]);
    struct asked_batch b = { .move = { .action = "refuse", .opinion = "不符合" }, .cases = cases };
    assert_int_equal(batch_as(db, CITY, &b), 200);
    assert_int_equal(b.done, 1);
    assert_non_null(strstr(wrong_at(&b, 0), "香洲张三"));
    assert_non_null(strstr(wrong_at(&b, 1), "王经办"));
    assert_true(in_state("test_case", ids[1], "filed") && in_state("test_case", ids[2], "refused"));
}

static void all_or_nothing_names_the_offender(void **state)
{
    (void)state;
    int64_t ids[] = { case_new("test_case", "draft"), case_new("test_case", "draft"), case_new("test_case", "filed") };
    int64_t outbox = db_fixture_int("SELECT COUNT(*) FROM trail");
    struct asked_batch b = { .move = { .action = "submit" }, .cases = list(ids, 3) };
    assert_int_equal(batch_as(db, OWNER, &b), 200);
    assert_int_equal(b.done, 0);
    assert_string_equal(at(&b, "None"), "1");
    assert_string_equal(wrong_at(&b, 0), "");
    assert_non_null(strstr(wrong_at(&b, 2), "审核中"));
    assert_string_equal(at(&b, "Rows.0.State"), "待提交");           /* as it stands after all */
    assert_true(in_state("test_case", ids[0], "draft") && in_state("test_case", ids[1], "draft"));
    assert_int_equal(steps_of("test", ids[0]), 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail"), outbox);
    strcpy(guard_says, "材料不全");
    b.cases = list(ids, 2);
    assert_int_equal(batch_as(db, OWNER, &b), 200);
    assert_string_equal(at(&b, "None"), "1");
    assert_string_equal(wrong_at(&b, 1), "材料不全");
    guard_says[0] = '\0';
    assert_int_equal(batch_as(db, OWNER, &b), 200);
    assert_int_equal(b.done, 2);
    assert_true(in_state("test_case", ids[0], "filed") && in_state("test_case", ids[1], "filed"));
}

static void others_cases_are_not_there(void **state)
{
    (void)state;
    int64_t ids[] = { case_new("test_case", "filed"), 99999999 };
    struct asked_batch b = { .move = { .action = "pass" }, .cases = list(ids, 2) };
    assert_int_equal(batch_as(db, OTHER_COUNTY, &b), 200);
    assert_int_equal(b.done, 0);
    assert_string_equal(at(&b, "Rows.0.State"), "");
    assert_string_equal(wrong_at(&b, 0), wrong_at(&b, 1));           /* outside and absent look alike */
    assert_int_equal(batch_as(db, COUNTY_PLAIN, &b), 403);
    b.move.action = "withdraw";                                      /* not for many */
    assert_int_equal(batch_as(db, OWNER, &b), 404);
    b.move.action = "refuse";
    assert_int_equal(batch_as(db, COUNTY, &b), 200);
    assert_non_null(b.wrong);                                        /* an opinion is asked once, for the form */
    assert_true(in_state("test_case", ids[0], "filed"));
    b.cases = "1.x";
    assert_int_equal(batch_as(db, COUNTY, &b), 400);
    b.cases = "";
    b.move.action = "pass";
    assert_int_equal(batch_as(db, COUNTY, &b), 422);
}

static void show_batch(struct work *work, void *arg)
{
    struct asked_batch *b = arg;
    hdf_destroy(&b->node);
    hdf_init(&b->node);
    flow_batch_show(work, "test", flow_picks_read(work, b->cases), b->node);
}

/* Ticked in a list that tells no step: what the asking page shows is what is decided, and nothing newer. */
static void what_is_shown_is_decided(void **state)
{
    (void)state;
    int64_t id = case_new("test_case", "filed");
    char cases[60];
    struct asked_batch b = { .move = { .action = "pass" }, .cases = list(&id, 1) };
    assert_int_equal(act(COUNTY, id, "note", "请补充"), 200);
    db->actor = people[COUNTY];
    assert_true(work_run(db, WORK_READ, show_batch, &b));
    snprintf(cases, sizeof cases, "%s", at(&b, "Cases"));
    assert_string_not_equal(strchr(cases, '.'), ".0");
    assert_int_equal(act(OWNER, id, "withdraw", NULL), 200);
    assert_int_equal(act(OWNER, id, "submit", NULL), 200);
    b.cases = cases;
    assert_int_equal(batch_as(db, COUNTY, &b), 200);
    assert_int_equal(b.done, 0);
    assert_true(in_state("test_case", id, "filed"));
}

static void the_same_submission_twice_is_one(void **state)
{
    (void)state;
    int64_t ids[] = { case_new("test_case", "filed"), case_new("test_case", "filed"), case_new("test_case", "filed") };
    struct asked_batch b = { .move = { .action = "note", .opinion = "请补充", .idempotency = "0123456789abcdefghij" }, .cases = list(ids, 3) };
    assert_int_equal(batch_as(db, COUNTY, &b), 200);
    assert_int_equal(batch_as(db, COUNTY, &b), 200);
    assert_int_equal(b.done, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(steps_of("test", ids[i]), 1);
}

enum { MANY = 1000 };

static void a_thousand_and_no_more(void **state)
{
    static int64_t ids[MANY + 1];
    (void)state;
    for (int i = 0; i <= MANY; i++)
        ids[MANY - i] = case_new("test_case", "filed");
    struct asked_batch b = { .move = { .action = "pass" }, .cases = list(ids, MANY + 1) };
    assert_int_equal(batch_as(db, COUNTY, &b), 422);
    b.cases = list(ids, MANY);
    int64_t began = clock_micro();
    assert_int_equal(batch_as(db, COUNTY, &b), 200);
    printf("a batch of %d: %lld ms\n", MANY, (long long)(clock_micro() - began) / 1000);
    assert_int_equal(b.done, MANY);
    work_release(db);
}

struct runner {
    pthread_t          thread;
    struct work       *work;
    int                who, status;
    struct asked_batch batch;
};

static void *run_batch(void *arg)
{
    struct runner *r = arg;
    r->status = batch_as(r->work, r->who, &r->batch);
    return NULL;
}

/* Two take the same cases, ticked in opposite orders: each case is decided once, nobody waits in a circle. */
static void two_batches_at_once(void **state)
{
    enum { CASES = 60 };
    static char there[2000], back[2000];
    int64_t ids[CASES];
    char *b = back;
    (void)state;
    for (int i = 0; i < CASES; i++)
        ids[i] = case_new("test_case", "filed");
    strcpy(there, list(ids, CASES));
    for (int i = CASES; i--;)
        b += sprintf(b, "%lld%s", (long long)ids[i], i ? "," : "");
    struct runner runners[2] = {
        { .work = db_fixture_work(), .who = COUNTY, .batch = { .move = { .action = "pass", .opinion = "同意" }, .cases = there } },
        { .work = db_fixture_work(), .who = CITY, .batch = { .move = { .action = "refuse", .opinion = "不同意" }, .cases = back } } };
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&runners[i].thread, NULL, run_batch, &runners[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(runners[i].thread, NULL);
    assert_int_equal(runners[0].status, 200);
    assert_int_equal(runners[1].status, 200);
    assert_int_equal(runners[0].batch.done + runners[1].batch.done, CASES);
    for (int i = 0; i < CASES; i++)
        assert_int_equal(steps_of("test", ids[i]), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_done_or_named), cmocka_unit_test(what_was_undone_is_not_told), cmocka_unit_test(who_moved_meanwhile_is_named),
        cmocka_unit_test(all_or_nothing_names_the_offender), cmocka_unit_test(others_cases_are_not_there),
        cmocka_unit_test(what_is_shown_is_decided), cmocka_unit_test(the_same_submission_twice_is_one), cmocka_unit_test(a_thousand_and_no_more),
        cmocka_unit_test(two_batches_at_once) };
    return cmocka_run_group_tests(tests, world, NULL);
}
