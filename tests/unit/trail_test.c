/* trail: known SM3 answer; every column changed, rows deleted, swapped, inserted, blocks and their end tampered with are
 * found and named; writers that commit out of order beside the sealer leave nothing outside a block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/trail.h"

#undef fail
#include <cmocka.h>

static struct work *work;
static struct trail_report report;
static char said[4000];

static void hear(const char *text, void *arg)
{
    (void)arg;
    if (strlen(said) + strlen(text) + 2 < sizeof said)
        strcat(strcat(said, text), "\n");
}

static void do_verify(struct work *w, void *arg)
{
    (void)arg;
    said[0] = '\0';
    trail_verify(w, &report, hear, NULL);
}

static int64_t faults(void)
{
    if (!work_run(work, WORK_PLAIN, do_verify, NULL)) {
        fprintf(stderr, "%s %s\n", work->fail_text, work->fail_detail);
        exit(3);
    }
    work_release(work);
    return report.faults;
}

static int64_t sealed;
static void do_seal(struct work *w, void *arg) { (void)arg; sealed = trail_seal(w); }
static void seal(struct work *w)
{
    if (!work_run(w, WORK_PLAIN, do_seal, NULL)) {
        fprintf(stderr, "%s %s\n", w->fail_text, w->fail_detail);
        exit(3);
    }
}

static void write_rows(struct work *w, void *arg)
{
    for (int i = 0; i < *(int *)arg; i++)
        trail_write(w, "act", arena_printf(w->arena, "object:%d", i), i % 3 ? "done" : "refused", "说明，带,逗号", "10.0.0.1");
}

static void fresh(void)
{
    int rows = 7;
    db_fixture_sql("TRUNCATE trail");
    db_fixture_sql("TRUNCATE trail_block");
    db_fixture_sql("TRUNCATE trail_seal");
    unlink(path_in_var("trail.head"));
    db_fixture_run(work, write_rows, &rows);
    seal(work);
    db_fixture_run(work, write_rows, &rows);
    seal(work);
    assert_int_equal(faults(), 0);
    assert_int_equal(report.rows, 14);
    assert_int_equal(report.blocks, 2);
}

static void sm3_known_answer(void **state)
{
    uint8_t out[32];
    (void)state;
    crypto_sm3("abc", 3, out);
    assert_string_equal(text_hex(work->arena, out, 32), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

static void each_column_counts(void **state)
{
    static const char *const changes[] = {
        "at = at + INTERVAL 1 SECOND", "account_id = 99", "actor = 'x'", "act = 'x'", "object = 'object:3 '", "outcome = 'x'",
        "detail = '说明，带,逗号。'", "address = '10.0.0.2'", "work_id = 'x'" };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        fresh();
        db_fixture_sql(arena_printf(work->arena, "UPDATE trail SET %s WHERE id = 5", changes[i]));
        assert_int_equal(faults(), 1);
        assert_non_null(strstr(said, "row 5: changed"));
    }
    /* a character moved from one column to the next */
    fresh();
    db_fixture_sql("UPDATE trail SET actor = 'syste', act = 'mact' WHERE id = 6");
    assert_int_equal(faults(), 1);
    assert_non_null(strstr(said, "row 6: changed"));
}

static void missing_swapped_inserted(void **state)
{
    (void)state;
    fresh();
    db_fixture_sql("DELETE FROM trail WHERE id = 3");
    assert_int_equal(faults(), 1);
    assert_non_null(strstr(said, "row 3: missing (sealed in block 1)"));
    fresh();
    db_fixture_sql("UPDATE trail SET id = 1000 WHERE id = 2");
    db_fixture_sql("UPDATE trail SET id = 2 WHERE id = 9");
    db_fixture_sql("UPDATE trail SET id = 9 WHERE id = 1000");
    assert_int_equal(faults(), 2);
    assert_non_null(strstr(said, "row 2: changed, or another row"));
    assert_non_null(strstr(said, "row 9: changed, or another row"));
    fresh();                                     /* put in where an id was never used (a rolled-back one) */
    db_fixture_sql("UPDATE trail_block SET sealed_at = sealed_at");
    db_fixture_sql("INSERT INTO trail (id, at, actor, act) VALUES (-5, NOW(3) - INTERVAL 1 DAY, 'x', 'y')");
    assert_int_equal(faults(), 1);
    assert_non_null(strstr(said, "row -5: in no block"));
    seal(work);
    assert_int_equal(faults(), 1);               /* and is not taken in later */
    fresh();
    db_fixture_sql("INSERT INTO trail (id, at, actor, act) VALUES (4, NOW(3) - INTERVAL 1 DAY, 'x', 'y')");
    assert_true(faults() > 0);
    assert_non_null(strstr(said, "row 4: there 2 times"));
}

static void blocks_and_their_seals(void **state)
{
    (void)state;
    fresh();
    db_fixture_sql("UPDATE trail_seal SET digest = REPEAT('x', 32) WHERE row_id = 4");
    assert_int_equal(faults(), 2);
    assert_non_null(strstr(said, "row 4: changed"));
    assert_non_null(strstr(said, "block 1: its list of rows"));
    fresh();
    db_fixture_sql("DELETE FROM trail_seal WHERE row_id = 10");
    db_fixture_sql("DELETE FROM trail WHERE id = 10");
    assert_int_equal(faults(), 1);
    assert_non_null(strstr(said, "block 2: its list of rows"));
    fresh();
    db_fixture_sql("UPDATE trail_block SET sealed_at = sealed_at - INTERVAL 1 DAY WHERE id = 1");
    assert_int_equal(faults(), 1);
    assert_non_null(strstr(said, "block 1"));
    fresh();
    db_fixture_sql("DELETE FROM trail WHERE id <= 7");
    db_fixture_sql("DELETE FROM trail_seal WHERE block_id = 1");
    db_fixture_sql("DELETE FROM trail_block WHERE id = 1");
    assert_true(faults() > 0);
    assert_non_null(strstr(said, "block 1: missing"));
    assert_non_null(strstr(said, "block 2: does not follow"));
    fresh();                                     /* the end cut off clean: only the note outside the database knows */
    db_fixture_sql("DELETE FROM trail WHERE id > 7");
    db_fixture_sql("DELETE FROM trail_seal WHERE block_id = 2");
    db_fixture_sql("DELETE FROM trail_block WHERE id = 2");
    assert_int_equal(faults(), 1);
    assert_non_null(strstr(said, "noted in VAR/trail.head"));
}

/* The whole chain made anew without the portal's key: what an administrator of the database alone could do. */
static void a_chain_made_without_the_key(void **state)
{
    (void)state;
    fresh();
    db_fixture_sql("UPDATE trail_block SET mac = REPEAT('m', 32)");
    assert_int_equal(faults(), 2);
    assert_non_null(strstr(said, "block 2: not sealed by this portal"));
}

static void the_suite_is_named_in_each_block(void **state)
{
    int rows = 3;
    (void)state;
    fresh();
    hdf_set_value(config_tree(), "Crypto.Suite", "sm");
    db_fixture_run(work, write_rows, &rows);
    seal(work);
    hdf_set_value(config_tree(), "Crypto.Suite", "intl");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail_block WHERE algorithm = 'sm3'"), 1);
    assert_int_equal(faults(), 0);               /* old and new blocks are read side by side */
    db_fixture_sql("UPDATE trail SET detail = '' WHERE id = 16");
    assert_int_equal(faults(), 1);
}

/* --- in parallel ---------------------------------------------------------------------------------------------- */

enum { WRITERS = 4, TURNS = 60 };

static void slow_write(struct work *w, void *arg)
{
    int turn = *(int *)arg;
    trail_write(w, "parallel", arena_printf(w->arena, "turn:%d", turn), "done", "", "");
    usleep((useconds_t)(rand() % 8000));                 /* others take and commit higher ids meanwhile */
    trail_write(w, "parallel", arena_printf(w->arena, "turn:%d", turn), "done", "second", "");
}

static void child_writes(unsigned seed)
{
    struct work *own = db_fixture_work();
    srand(seed);
    for (int turn = 0; turn < TURNS; turn++)
        db_fixture_run(own, slow_write, &turn);
    _exit(0);
}

static void writers_beside_the_sealer(void **state)
{
    pid_t children[WRITERS + 1];
    int status;
    (void)state;
    fresh();
    for (int i = 0; i < WRITERS; i++)
        if ((children[i] = fork()) == 0)
            child_writes((unsigned)i + 1);
    if ((children[WRITERS] = fork()) == 0) {              /* a second sealer: two runners of a cluster */
        struct work *own = db_fixture_work();
        for (int i = 0; i < 100; i++) {
            seal(own);
            usleep(5000);
        }
        _exit(0);
    }
    struct work *own = db_fixture_work();
    for (int running = WRITERS + 1; running;) {
        seal(own);
        for (int i = 0; i <= WRITERS; i++)
            if (children[i] && waitpid(children[i], &status, WNOHANG) == children[i]) {
                assert_int_equal(status, 0);
                children[i] = 0;
                running--;
            }
    }
    seal(own);
    assert_int_equal(faults(), 0);
    assert_int_equal(report.waiting, 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail"), 14 + WRITERS * TURNS * 2);
    assert_int_equal(report.rows, 14 + WRITERS * TURNS * 2);
    assert_true(report.blocks > 5);
    /* the case the design is for did happen: a row sealed in a later block than a row with a higher id */
    assert_true(db_fixture_int("SELECT COUNT(*) FROM trail_seal a JOIN trail_block b ON b.id < a.block_id AND b.to_id > a.row_id") > 0);
}

int main(void)
{
    work = db_fixture();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm3_known_answer), cmocka_unit_test(each_column_counts), cmocka_unit_test(missing_swapped_inserted),
        cmocka_unit_test(blocks_and_their_seals), cmocka_unit_test(a_chain_made_without_the_key),
        cmocka_unit_test(the_suite_is_named_in_each_block), cmocka_unit_test(writers_beside_the_sealer) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
