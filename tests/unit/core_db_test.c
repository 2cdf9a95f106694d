/* db: what a failure, a lost connection or a mistake of ours leaves behind - nothing half done is ever committed, and
 * what may have been committed is not done twice. Against a real MariaDB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "db_fixture.h"

static void end_with(struct work *work, enum fail_kind kind) { fail(work, kind, "%s", ""); }

#undef fail
#include <cmocka.h>

static struct work *db;
static int          runs;

static int set_up(void **state)
{
    (void)state;
    db = db_fixture();
    db_fixture_sql("CREATE TABLE note (id INT PRIMARY KEY) ENGINE=InnoDB");
    return 0;
}

static int notes(void) { return (int)db_fixture_int("SELECT COUNT(*) FROM note"); }

static int tidy(void **state)
{
    (void)state;
    work_release(db);
    db_fixture_sql("DELETE FROM note");
    db->idempotency = NULL;
    runs = 0;
    return 0;
}

/* --- a stream broken off -------------------------------------------------------------------------------------- */

struct row { int64_t number; };

static void stop_here(void *row, void *arg)
{
    (void)row;
    end_with(arg, FAIL_CONFLICT);
}

static void write_and_break_off(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_INT(struct row, number), DB_END };
    struct row row;
    (void)arg;
    db_exec(work, "INSERT INTO note VALUES (1)");
    db_each(work, columns, &row, stop_here, work, "SELECT seq FROM seq_1_to_50000");
}

static void write_two(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, "INSERT INTO note VALUES (2)");
}

static void a_failure_inside_a_stream_leaves_nothing_to_commit(void **state)
{
    (void)state;
    assert_false(work_run(db, WORK_WRITE, write_and_break_off, NULL));
    assert_int_equal(db->failed, FAIL_CONFLICT);
    work_release(db);
    assert_true(work_run(db, WORK_WRITE, write_two, NULL));
    assert_int_equal(db_fixture_int("SELECT SUM(id) FROM note"), 2);
}

/* --- transactions do not nest ---------------------------------------------------------------------------------- */

static void nest(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, "INSERT INTO note VALUES (1)");
    work_must(work, WORK_WRITE, write_two, NULL);
}

static void a_transaction_inside_a_transaction_is_refused(void **state)
{
    (void)state;
    assert_false(work_run(db, WORK_WRITE, nest, NULL));
    assert_int_equal(db->failed, FAIL_OURS);
    assert_int_equal(notes(), 0);
}

/* --- lost connections ------------------------------------------------------------------------------------------ */

static void kill_own_connection(struct work *work)
{
    char sql[60];
    snprintf(sql, sizeof sql, "KILL CONNECTION %lld", (long long)db_int(work, 0, "SELECT CONNECTION_ID()"));
    db_fixture_sql(sql);
}

static void lose_it_between_statements(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, "INSERT INTO note VALUES (1)");
    if (++runs == 1)
        kill_own_connection(work);
    db_exec(work, "INSERT INTO note VALUES (2)");
}

static void a_connection_lost_on_the_way_runs_the_whole_again(void **state)
{
    (void)state;
    assert_true(work_run(db, WORK_WRITE, lose_it_between_statements, NULL));
    assert_int_equal(runs, 2);
    assert_int_equal(notes(), 2);
}

static void lose_it_before_commit(struct work *work, void *arg)
{
    db->keyed = *(bool *)arg;
    db_exec(work, "INSERT INTO note VALUES (1)");
    if (++runs == 1)
        kill_own_connection(work);
}

/* A key the client sent but nobody stored would let the second run do everything twice. */
static void an_unknown_commit_runs_again_only_when_the_key_was_stored(void **state)
{
    bool keyed = false;
    (void)state;
    db->idempotency = "0123456789abcdef";
    assert_false(work_run(db, WORK_WRITE, lose_it_before_commit, &keyed));
    assert_int_equal(db->failed, FAIL_UNAVAILABLE);
    assert_int_equal(runs, 1);
    keyed = true;
    runs = 0;
    assert_true(work_run(db, WORK_WRITE, lose_it_before_commit, &keyed));
    assert_int_equal(runs, 2);
}

static void read_and_lose_it(struct work *work, void *arg)
{
    *(int *)arg = (int)db_int(work, -1, "SELECT 7");
    runs++;
    kill_own_connection(work);
}

static void a_reader_that_lost_its_connection_has_what_it_read(void **state)
{
    int seen = 0;
    (void)state;
    assert_true(work_run(db, WORK_READ, read_and_lose_it, &seen));
    assert_true(work_run(db, WORK_WRITE, read_and_lose_it, &seen));
    assert_int_equal(seen, 7);
    assert_int_equal(runs, 2);
    assert_true(work_run(db, WORK_WRITE, write_two, NULL));
    assert_int_equal(notes(), 1);
}

static void an_idle_connection_that_was_closed_is_opened_again(void **state)
{
    char sql[60];
    (void)state;
    assert_true(work_run(db, WORK_WRITE, write_two, NULL));
    snprintf(sql, sizeof sql, "KILL CONNECTION %lld",
             (long long)db_fixture_int("SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() LIMIT 1"));
    db_fixture_sql(sql);
    db_fixture_sql("DELETE FROM note");
    assert_true(work_run(db, WORK_WRITE, write_two, NULL));
    assert_int_equal(notes(), 1);
}

/* --- more statements than are kept ------------------------------------------------------------------------------- */

static void ask_many(struct work *work, void *arg)
{
    (void)arg;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 200; i++)
            assert_int_equal(db_int_text(work, -1, arena_printf(work->arena, "SELECT %d + ?", i),
                                         (struct value[]){ I(1) }, 1), i + 1);
}

static void the_longest_unused_statement_makes_room(void **state)
{
    (void)state;
    assert_true(work_run(db, WORK_READ, ask_many, NULL));
    assert_true(db_fixture_int("SELECT variable_value FROM information_schema.global_status"
                               " WHERE variable_name = 'PREPARED_STMT_COUNT'") <= 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_failure_inside_a_stream_leaves_nothing_to_commit, tidy),
        cmocka_unit_test_teardown(a_transaction_inside_a_transaction_is_refused, tidy),
        cmocka_unit_test_teardown(a_connection_lost_on_the_way_runs_the_whole_again, tidy),
        cmocka_unit_test_teardown(an_unknown_commit_runs_again_only_when_the_key_was_stored, tidy),
        cmocka_unit_test_teardown(a_reader_that_lost_its_connection_has_what_it_read, tidy),
        cmocka_unit_test_teardown(an_idle_connection_that_was_closed_is_opened_again, tidy),
        cmocka_unit_test_teardown(the_longest_unused_statement_makes_room, tidy),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
