/* job: one runner a job, whatever happens to leases; a job that ends its runners does not do so for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config.h"
#include "db_fixture.h"
#include "domain/job.h"

#undef fail
#include <cmocka.h>

static struct work *db;

static int tidy(void **state)
{
    (void)state;
    db_fixture_sql("DELETE FROM job");
    return 0;
}

static void add(struct work *work, void *arg)      { job_add(work, "test", arg, "{}"); }
static void done(struct work *work, void *arg)     { job_done(work, arg); }
static void failed(struct work *work, void *arg)   { job_failed(work, arg, "no", false); }
static void for_ever(struct work *work, void *arg) { job_failed(work, arg, "no", true); }
static void tell(struct work *work, void *arg)     { job_progress(work, arg); }

struct taken { struct job job; bool good; };

static void take(struct work *work, void *arg)
{
    struct taken *taken = arg;
    taken->good = job_take(work, &taken->job);
}

static int64_t in_state(const char *state)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM job WHERE state = '%s'", state);
    return db_fixture_int(sql);
}

/* Another process takes the job whose lease has ended; true: it got it. */
static bool taken_by_another(void)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        struct work *own = db_fixture_work();
        struct taken theirs = { .good = false };
        _exit(work_run(own, WORK_WRITE, take, &theirs) && theirs.good ? 0 : 1);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static struct taken take_and_lose(void)
{
    struct taken mine;
    db_fixture_run(db, add, "a");
    db_fixture_run(db, take, &mine);
    assert_true(mine.good);
    db_fixture_sql("UPDATE job SET leased_until = NOW(3) - INTERVAL 1 SECOND");
    assert_true(taken_by_another());
    return mine;
}

static void the_loser_of_a_lease_changes_nothing(void **state)
{
    struct taken mine = take_and_lose();
    (void)state;
    db_fixture_run(db, done, &mine.job);
    assert_int_equal(in_state("running"), 1);
    db_fixture_run(db, failed, &mine.job);
    assert_int_equal(in_state("running"), 1);
    db_fixture_run(db, for_ever, &mine.job);
    assert_int_equal(in_state("running"), 1);
}

static void the_loser_of_a_lease_is_told_and_renews_nothing(void **state)
{
    struct taken mine = take_and_lose();
    (void)state;
    db->job_id = mine.job.id;
    assert_false(work_run(db, WORK_PLAIN, tell, "half"));
    assert_int_equal(db->failed, FAIL_CONFLICT);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job WHERE progress = 'half'"), 0);
    db->job_id = 0;
}

static void a_job_that_ends_its_runners_fails_at_last(void **state)
{
    struct taken mine;
    (void)state;
    db_fixture_run(db, add, "a");
    for (int64_t i = 0; i < config_int("Jobs.Attempts"); i++) {
        db_fixture_run(db, take, &mine);
        assert_true(mine.good);
        db_fixture_sql("UPDATE job SET leased_until = NOW(3) - INTERVAL 1 SECOND");
    }
    db_fixture_run(db, take, &mine);
    assert_false(mine.good);
    assert_int_equal(in_state("failed"), 1);
}

static void asked_for_while_running_runs_once_more_even_after_failing(void **state)
{
    struct taken mine;
    (void)state;
    db_fixture_run(db, add, "a");
    db_fixture_run(db, take, &mine);
    db_fixture_run(db, add, "a");
    db_fixture_run(db, for_ever, &mine.job);
    db_fixture_run(db, take, &mine);
    assert_true(mine.good);
    db_fixture_run(db, done, &mine.job);
    assert_int_equal(in_state("done"), 1);           /* once more, not for ever */
}

static void release(struct work *work, void *arg)  { (void)arg; job_release_gone(work); }

static void the_job_of_a_killed_process_goes_on_at_once(void **state)
{
    (void)state;
    struct taken mine = { .good = false };
    db_fixture_run(db, add, "kept");
    db_fixture_run(db, take, &mine);
    db_fixture_run(db, add, "left");
    assert_true(mine.good && taken_by_another());
    db_fixture_sql("INSERT INTO job (kind, job_key, payload, state, runner, attempts, leased_until)"
                   " VALUES ('test', 'elsewhere', '{}', 'running', 'another-machine:1', 1, NOW(3) + INTERVAL 300 SECOND)");
    assert_false(taken_by_another());                      /* all leases hold */
    db_fixture_run(db, release, NULL);
    struct taken left = { .good = false };
    db_fixture_run(db, take, &left);
    assert_true(left.good);
    assert_string_equal(left.job.key, "left");
    assert_int_equal(left.job.attempts, 2);
    assert_false(taken_by_another());                      /* what lives keeps its lease, and what runs elsewhere */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_loser_of_a_lease_changes_nothing, tidy),
        cmocka_unit_test_teardown(the_loser_of_a_lease_is_told_and_renews_nothing, tidy),
        cmocka_unit_test_teardown(a_job_that_ends_its_runners_fails_at_last, tidy),
        cmocka_unit_test_teardown(the_job_of_a_killed_process_goes_on_at_once, tidy),
        cmocka_unit_test_teardown(asked_for_while_running_runs_once_more_even_after_failing, tidy),
    };
    db = db_fixture();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
