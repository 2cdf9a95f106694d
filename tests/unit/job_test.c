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

/* --- lanes ------------------------------------------------------------------------------------------------------------ */

struct wanted { const char *key, *peer; enum job_lane lane; };

static void add_remote(struct work *work, void *arg)
{
    const struct wanted *w = arg;
    job_add_remote(work, "test", w->key, "{}", w->lane, w->peer);
}

/* Peers that have answered before. */
static void know(const char *peers)
{
    for (; *peers; peers++) {
        char sql[100];
        snprintf(sql, sizeof sql, "INSERT INTO job_peer (peer, slow_until) VALUES ('%c', NULL)", *peers);
        db_fixture_sql(sql);
    }
}

static void who_asks_does_not_wait_and_the_clock_takes_nothing_back(void **state)
{
    (void)state;
    struct wanted asked = { "pull", "Z9", JOB_ASKED }, clock = { "pull", "Z9", JOB_REMOTE };
    db_fixture_run(db, add_remote, &clock);
    db_fixture_sql("UPDATE job SET run_at = NOW(3) + INTERVAL 30 MINUTE, attempts = 3");
    db_fixture_run(db, add_remote, &clock);
    assert_int_equal(db_fixture_int("SELECT run_at > NOW(3) FROM job"), 1);
    db_fixture_run(db, add_remote, &asked);
    assert_int_equal(db_fixture_int("SELECT run_at <= NOW(3) AND lane = 'asked' FROM job"), 1);
    db_fixture_sql("UPDATE job SET payload = '{\"whole\":true}'");
    db_fixture_run(db, add_remote, &clock);
    assert_int_equal(db_fixture_int("SELECT lane = 'asked' AND payload LIKE '%whole%' FROM job"), 1);
}

struct taking { struct job job; int takes; bool good; };

static void take_of(struct work *work, void *arg)
{
    struct taking *t = arg;
    t->good = job_take_of(work, &t->job, t->takes);
}

/* The key of what a runner of this kind gets; "": nothing. */
static const char *taken_by(int takes, struct taking *t)
{
    *t = (struct taking){ .takes = takes };
    db_fixture_run(db, take_of, t);
    return t->good ? t->job.key : "";
}

static int tidy_lanes(void **state)
{
    db_fixture_sql("DELETE FROM job_peer");
    know("AB");
    return tidy(state);
}

static void who_does_what_is_here_never_calls_out(void **state)
{
    struct taking t;
    (void)state;
    db_fixture_run(db, add_remote, &(struct wanted){ "far", "A", JOB_REMOTE });
    assert_string_equal(taken_by(TAKE_LOCAL, &t), "");
    db_fixture_run(db, add, "near");
    assert_string_equal(taken_by(TAKE_PROMPT | TAKE_REMOTE | TAKE_SLOW, &t), "far");
    assert_string_equal(taken_by(TAKE_LOCAL, &t), "near");
}

static void one_job_a_peer_runs_at_a_time_and_prompt_calls_beside_it(void **state)
{
    struct taking first, t;
    (void)state;
    db_fixture_run(db, add_remote, &(struct wanted){ "a1", "A", JOB_REMOTE });
    db_fixture_run(db, add_remote, &(struct wanted){ "a2", "A", JOB_REMOTE });
    db_fixture_run(db, add_remote, &(struct wanted){ "a3", "A", JOB_PROMPT });
    db_fixture_run(db, add_remote, &(struct wanted){ "b1", "B", JOB_REMOTE });
    assert_string_equal(taken_by(TAKE_REMOTE, &first), "a1");
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "b1");
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "");
    assert_string_equal(taken_by(TAKE_PROMPT, &t), "a3");
    db_fixture_run(db, done, &first.job);
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "a2");
}

static void what_a_person_asked_for_comes_before_the_clock(void **state)
{
    struct taking t;
    (void)state;
    db_fixture_run(db, add_remote, &(struct wanted){ "pull", "A", JOB_REMOTE });
    db_fixture_run(db, add_remote, &(struct wanted){ "check", "B", JOB_ASKED });
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "check");
}

static void who_kept_a_runner_waiting_for_nothing_is_left_to_the_slow(void **state)
{
    struct taking t;
    (void)state;
    db_fixture_run(db, add_remote, &(struct wanted){ "a", "A", JOB_REMOTE });
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "a");
    t.job.taken_micro -= 20000000;
    db_fixture_run(db, for_ever, &t.job);
    db_fixture_run(db, add_remote, &(struct wanted){ "a", "A", JOB_REMOTE });
    db_fixture_run(db, add_remote, &(struct wanted){ "b", "B", JOB_REMOTE });
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "b");
    db_fixture_run(db, done, &t.job);
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "");
    assert_string_equal(taken_by(TAKE_SLOW, &t), "a");
    db_fixture_run(db, done, &t.job);                    /* answered: as the others again */
    db_fixture_run(db, add_remote, &(struct wanted){ "a", "A", JOB_REMOTE });
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "a");
}

static void who_was_never_heard_of_is_left_to_the_slow_until_it_answers(void **state)
{
    struct taking t;
    (void)state;
    db_fixture_run(db, add_remote, &(struct wanted){ "n1", "N", JOB_REMOTE });
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "");
    assert_string_equal(taken_by(TAKE_SLOW, &t), "n1");
    db_fixture_run(db, done, &t.job);
    db_fixture_run(db, add_remote, &(struct wanted){ "n2", "N", JOB_REMOTE });
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "n2");
}

static void a_peer_whose_runner_was_killed_is_free_when_the_lease_ends(void **state)
{
    struct taking t;
    (void)state;
    db_fixture_run(db, add_remote, &(struct wanted){ "a1", "A", JOB_REMOTE });
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "a1");
    db_fixture_sql("UPDATE job SET leased_until = NOW(3) - INTERVAL 1 SECOND");
    assert_string_equal(taken_by(TAKE_REMOTE, &t), "a1");
    assert_int_equal(t.job.attempts, 2);
}

static void at_most_half_of_the_runners_call_out_and_every_lane_has_one(void **state)
{
    (void)state;
    for (int count = 1; count <= 12; count++) {
        int all = 0, out = 0;
        for (int i = 0; i < count; i++) {
            int takes = job_runner_takes(i, count);
            all |= takes;
            out += (takes & ~TAKE_LOCAL) != 0;
        }
        assert_int_equal(all, TAKE_ALL);
        assert_true(count == 1 || out <= count / 2);
    }
}

/* Eight processes at one peer's ten jobs: never two at once. */
static void two_runners_that_meet_do_not_both_get_the_peer(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        tidy_lanes(NULL);
        for (int i = 0; i < 10; i++) {
            char key[8];
            snprintf(key, sizeof key, "r%d", i);
            db_fixture_run(db, add_remote, &(struct wanted){ key, "A", JOB_REMOTE });
        }
        pid_t children[8];
        int got = 0, status;
        fflush(NULL);
        for (int i = 0; i < 8; i++)
            if (!(children[i] = fork())) {
                struct work *own = db_fixture_work();
                struct taking t = { .takes = TAKE_REMOTE };
                _exit(work_run(own, WORK_WRITE, take_of, &t) && t.good ? 0 : 1);
            }
        for (int i = 0; i < 8; i++) {
            waitpid(children[i], &status, 0);
            got += WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        assert_int_equal(got, 1);
        assert_int_equal(in_state("running"), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_asks_does_not_wait_and_the_clock_takes_nothing_back, tidy, tidy),
        cmocka_unit_test_teardown(the_loser_of_a_lease_changes_nothing, tidy),
        cmocka_unit_test_teardown(the_loser_of_a_lease_is_told_and_renews_nothing, tidy),
        cmocka_unit_test_teardown(a_job_that_ends_its_runners_fails_at_last, tidy),
        cmocka_unit_test_teardown(the_job_of_a_killed_process_goes_on_at_once, tidy),
        cmocka_unit_test_teardown(asked_for_while_running_runs_once_more_even_after_failing, tidy),
        cmocka_unit_test_setup(who_does_what_is_here_never_calls_out, tidy_lanes),
        cmocka_unit_test_setup(one_job_a_peer_runs_at_a_time_and_prompt_calls_beside_it, tidy_lanes),
        cmocka_unit_test_setup(what_a_person_asked_for_comes_before_the_clock, tidy_lanes),
        cmocka_unit_test_setup(who_kept_a_runner_waiting_for_nothing_is_left_to_the_slow, tidy_lanes),
        cmocka_unit_test_setup(who_was_never_heard_of_is_left_to_the_slow_until_it_answers, tidy_lanes),
        cmocka_unit_test_setup(a_peer_whose_runner_was_killed_is_free_when_the_lease_ends, tidy_lanes),
        cmocka_unit_test_setup(at_most_half_of_the_runners_call_out_and_every_lane_has_one, tidy_lanes),
        cmocka_unit_test_setup(two_runners_that_meet_do_not_both_get_the_peer, tidy_lanes),
    };
    db = db_fixture();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
