/* Migrations: once, in order, and safe when two processes start together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/schema.h"

#include <cmocka.h>          /* last: it has a macro named fail */

static struct work *fixture;

static void migrate(struct work *work, void *arg)
{
    *(int *)arg = schema_migrate(work);
}

static pid_t migrate_in_child(int report)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    struct work work = { .arena = arena_new(), .db = db_new("owner"), .now = clock_now(), .id = "test" };
    int applied = -1;
    bool good = work_run(&work, WORK_PLAIN, migrate, &applied);
    if (!good)
        fprintf(stderr, "%s %s\n", work.fail_text, work.fail_detail);
    if (write(report, &applied, sizeof applied) != sizeof applied)
        _exit(2);
    _exit(good ? 0 : 1);
}

static void empty(struct work *work, void *arg)
{
    static const char *const sql[] = { "DROP DATABASE %s", "CREATE DATABASE %s CHARACTER SET utf8mb4", "USE %s" };
    (void)arg;
    for (size_t i = 0; i < 3; i++) {
        char text[200];
        snprintf(text, sizeof text, sql[i], config_text("Database.Name"));
        db_run_ddl(work, text);
    }
}

static void two_processes_start_together(void **state)
{
    int pipes[2], first = -1, second = -1, status, bad = 0;
    (void)state;
    assert_true(work_run(fixture, WORK_PLAIN, empty, NULL));
    assert_int_equal(pipe(pipes), 0);
    pid_t children[2] = { migrate_in_child(pipes[1]), migrate_in_child(pipes[1]) };
    for (int i = 0; i < 2; i++) {
        waitpid(children[i], &status, 0);
        bad += status != 0;
    }
    assert_int_equal(bad, 0);
    assert_int_equal(read(pipes[0], &first, sizeof first), sizeof first);
    assert_int_equal(read(pipes[0], &second, sizeof second), sizeof second);
    /* every statement was applied by exactly one of the two */
    assert_true(first + second > 10);
    assert_int_equal(first + second, db_fixture_int("SELECT COUNT(*) FROM schema_step"));
}

static void a_second_run_applies_nothing(void **state)
{
    int pipes[2], applied = -1, status;
    (void)state;
    assert_int_equal(pipe(pipes), 0);
    waitpid(migrate_in_child(pipes[1]), &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(read(pipes[0], &applied, sizeof applied), sizeof applied);
    assert_int_equal(applied, 0);
}

/* kill -9 between a statement and its note: the next start goes on at once, and is not stopped by what is there. */
static void a_migration_that_died_is_finished_by_the_next(void **state)
{
    char sql[200];
    int pipes[2], applied = -1, status;
    (void)state;
    pid_t dead = fork();
    if (!dead)
        _exit(0);
    waitpid(dead, &status, 0);
    char host[16] = "";
    gethostname(host, sizeof host - 1);
    snprintf(sql, sizeof sql, "UPDATE schema_lease SET holder = 'token:%d:%s', until_at = NOW(3) + INTERVAL 1 HOUR", (int)dead, host);
    db_fixture_sql(sql);
    db_fixture_sql("DELETE FROM schema_step WHERE name = '004_exchange.sql' ORDER BY step DESC LIMIT 1");
    assert_int_equal(pipe(pipes), 0);
    waitpid(migrate_in_child(pipes[1]), &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(read(pipes[0], &applied, sizeof applied), sizeof applied);
    assert_int_equal(applied, 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM schema_lease WHERE holder = ''"), 1);
}

/* Outside of that, a statement that meets what it should make is a mistake somebody must look at; the lease is free. */
static void a_table_nobody_noted_stops_the_migration(void **state)
{
    int pipes[2], status;
    (void)state;
    db_fixture_sql("CREATE TABLE kept AS SELECT * FROM schema_step WHERE name = '004_exchange.sql'");
    db_fixture_sql("DELETE FROM schema_step WHERE name = '004_exchange.sql'");
    assert_int_equal(pipe(pipes), 0);
    waitpid(migrate_in_child(pipes[1]), &status, 0);
    assert_int_not_equal(status, 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM schema_lease WHERE holder = ''"), 1);
    db_fixture_sql("INSERT INTO schema_step SELECT * FROM kept");
    db_fixture_sql("DROP TABLE kept");
}

static void growing_tables_have_a_year_of_months(void **state)
{
    (void)state;
    static const char *const tables[] = { "trail", "connector_state_log" };
    for (size_t i = 0; i < 2; i++) {
        char sql[300];
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM information_schema.partitions WHERE table_schema = DATABASE()"
                                  " AND table_name = '%s' AND partition_name LIKE 'p20%%'", tables[i]);
        assert_int_equal(db_fixture_int(sql), 13);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_processes_start_together),
        cmocka_unit_test(a_second_run_applies_nothing),
        cmocka_unit_test(a_migration_that_died_is_finished_by_the_next),
        cmocka_unit_test(a_table_nobody_noted_stops_the_migration),
        cmocka_unit_test(growing_tables_have_a_year_of_months),
    };
    fixture = db_fixture();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
