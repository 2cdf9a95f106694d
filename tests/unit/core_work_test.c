/* work and db: one landing place, conflicts run again as a whole, deferred clean-up whatever happens, rows in every
 * shape. Against a real MariaDB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"
#include "db_fixture.h"

static void end_with(struct work *work, enum fail_kind kind, const char *text) { fail(work, kind, "%s", text); }

#undef fail
#include <cmocka.h>

static struct work *db;
static int          released[8], releases;

static int set_up(void **state)
{
    (void)state;
    db = db_fixture();
    db_fixture_sql("CREATE TABLE counter (id INT PRIMARY KEY, value INT NOT NULL, words MEDIUMTEXT NULL) ENGINE=InnoDB");
    db_fixture_sql("INSERT INTO counter VALUES (1, 0, NULL), (2, 0, '')");
    return 0;
}

static void note(void *number) { released[releases++] = *(int *)number; }

static void defer_and_fail(struct work *work, void *arg)
{
    static int one = 1, two = 2;
    (void)arg;
    work_defer(work, note, &one);
    work_defer(work, note, &two);
    db_exec(work, "UPDATE counter SET value = 99 WHERE id = 1");
    end_with(work, FAIL_CONFLICT, "他人更快");
}

static void a_failure_rolls_back_and_releases_in_reverse(void **state)
{
    (void)state;
    assert_false(work_run(db, WORK_WRITE, defer_and_fail, NULL));
    assert_int_equal(db->failed, FAIL_CONFLICT);
    assert_string_equal(db->fail_text, "他人更快");
    work_release(db);
    assert_int_equal(releases, 2);
    assert_int_equal(released[0], 2);
    assert_int_equal(released[1], 1);
    assert_int_equal(db_fixture_int("SELECT value FROM counter WHERE id = 1"), 0);
}

static void write_something(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, "UPDATE counter SET value = value + 1 WHERE id = 1");
}

static void a_reading_work_cannot_write(void **state)
{
    (void)state;
    assert_false(work_run(db, WORK_READ, write_something, NULL));
    assert_int_equal(db->failed, FAIL_OURS);
    assert_int_equal(db_fixture_int("SELECT value FROM counter WHERE id = 1"), 0);
}

static void finish_early(struct work *work, void *arg)
{
    write_something(work, arg);
    work_finished(work);
}

static void finishing_early_commits(void **state)
{
    (void)state;
    assert_true(work_run(db, WORK_WRITE, finish_early, NULL));
    assert_int_equal(db_fixture_int("SELECT value FROM counter WHERE id = 1"), 1);
}

enum { WRITERS = 4, TIMES = 40 };

/* Two rows in opposite orders: deadlocks for certain. The read makes a lost update visible. */
static void add_to_both(struct work *work, void *arg)
{
    bool turned = *(bool *)arg;
    int64_t first = turned ? 2 : 1, second = turned ? 1 : 2;
    int64_t value = db_int(work, -1, "SELECT value FROM counter WHERE id = ? FOR UPDATE", I(first));
    usleep(500);
    db_exec(work, "UPDATE counter SET value = ? WHERE id = ?", I(value + 1), I(first));
    db_exec(work, "UPDATE counter SET value = value + 1 WHERE id = ?", I(second));
}

static void deadlocks_are_run_again_and_lose_nothing(void **state)
{
    (void)state;
    pid_t writers[WRITERS];
    int done = 0;
    db_fixture_sql("UPDATE counter SET value = 0");
    for (int i = 0; i < WRITERS; i++) {
        fflush(NULL);
        writers[i] = fork();
        if (writers[i])
            continue;
        struct work *own = db_fixture_work();
        bool turned = i % 2;
        int good = 0;
        (void)!freopen("/dev/null", "w", stderr);
        for (int t = 0; t < TIMES; t++)
            good += work_run(own, WORK_WRITE, add_to_both, &turned);
        _exit(good);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        waitpid(writers[i], &status, 0);
        assert_true(WIFEXITED(status));
        done += WEXITSTATUS(status);
    }
    assert_true(done > WRITERS * TIMES / 2);
    assert_int_equal(db_fixture_int("SELECT value FROM counter WHERE id = 1"), done);    /* each told success is there, no other */
    assert_int_equal(db_fixture_int("SELECT value FROM counter WHERE id = 2"), done);
}

struct row { int64_t id; const char *words; };
static const struct db_column row_columns[] = { DB_INT(struct row, id), DB_TEXT(struct row, words), DB_END };

static void shapes(struct work *work, void *arg)
{
    struct row row;
    HDF *node;
    char *longer = arena_alloc(work->arena, 5001);
    (void)arg;
    memset(longer, 'x', 5000);
    db_exec(work, "UPDATE counter SET words = ? WHERE id = 2", T(longer));
    assert_true(db_struct(work, row_columns, &row, "SELECT id, words FROM counter WHERE id = ?", I(2)));
    assert_int_equal(strlen(row.words), 5000);
    assert_true(db_struct(work, row_columns, &row, "SELECT id, words FROM counter WHERE id = 1"));
    assert_null(row.words);
    assert_false(db_struct(work, row_columns, &row, "SELECT id, words FROM counter WHERE id = 3"));
    assert_null(db_text(work, "SELECT words FROM counter WHERE id = 1"));
    assert_int_equal(db_int(work, -5, "SELECT value FROM counter WHERE id = 77"), -5);
    assert_false(db_insert_new(work, "INSERT INTO counter (id, value) VALUES (1, 1)"));
    assert_int_equal(db_exec(work, "UPDATE counter SET value = value WHERE id = 1"), 1);     /* found, not changed */
    assert_null(hdf_init(&node));
    assert_int_equal(db_rows(work, node, "SELECT id, words FROM counter ORDER BY id"), 2);
    assert_null(hdf_get_value(node, "0.words", NULL));
    assert_int_equal(strlen(hdf_get_value(node, "1.words", "")), 5000);
    hdf_destroy(&node);
    assert_string_equal(db_text(work, "SELECT ?", T("' OR 1=1; -- \\ \" 充电")), "' OR 1=1; -- \\ \" 充电");
}

static void rows_in_every_shape(void **state)
{
    (void)state;
    assert_true(work_run(db, WORK_WRITE, shapes, NULL));
}

static void count_row(void *row, void *arg)
{
    const struct row *r = row;
    *(size_t *)arg += strlen(r->words);
}

static void stream(struct work *work, void *arg)
{
    struct row row;
    assert_int_equal(db_each(work, row_columns, &row, count_row, arg, "SELECT seq, REPEAT('y', 300) FROM seq_1_to_50000"), 50000);
}

static long resident_kb(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident * 4;
}

static void streaming_does_not_grow(void **state)
{
    (void)state;
    size_t bytes = 0;
    long before = resident_kb();
    assert_true(work_run(db, WORK_READ, stream, &bytes));
    assert_int_equal(bytes, 50000 * 300);
    assert_true(resident_kb() - before < 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_rolls_back_and_releases_in_reverse), cmocka_unit_test(a_reading_work_cannot_write),
        cmocka_unit_test(finishing_early_commits), cmocka_unit_test(deadlocks_are_run_again_and_lose_nothing),
        cmocka_unit_test(rows_in_every_shape), cmocka_unit_test(streaming_does_not_grow),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
