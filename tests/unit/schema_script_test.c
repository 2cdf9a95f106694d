/* schema: a migration script is cut into its statements where SQL ends them, and nothing of it is left out silently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../lib/domain/schema.c"

#undef fail
#include <cmocka.h>

struct script { const char *text; const char *parts[8]; int count; };

static void cut(struct work *work, void *arg)
{
    struct script *script = arg;
    const char *rest = script->text;
    for (char *sql; (sql = next_statement(work, "test.sql", &rest));)
        script->parts[script->count++] = sql;
}

static struct work *work;

static int parts_of(struct script *script)
{
    return work_run(work, WORK_PLAIN, cut, script) ? script->count : -1;
}

static void semicolons_in_strings_and_comments_end_nothing(void **state)
{
    struct script script = { "-- first; of two\nCREATE TABLE a (x INT DEFAULT 1, -- one; here\n  y TEXT DEFAULT 'a;\nb -- c');  \n"
                             "/* off;\n*/ INSERT INTO `a;b` VALUES ('it''s;', \"q;\", '\\';'), (1--1); -- end\n\n" };
    (void)state;
    assert_int_equal(parts_of(&script), 2);
    assert_non_null(strstr(script.parts[0], "b -- c')"));
    assert_non_null(strstr(script.parts[1], "(1--1)"));
}

static void a_string_with_dashes_does_not_swallow_the_next_statement(void **state)
{
    struct script script = { "INSERT INTO a VALUES ('x -- y');\nINSERT INTO a VALUES (2);\n" };
    (void)state;
    assert_int_equal(parts_of(&script), 2);
}

static void a_last_statement_without_its_end_is_refused(void **state)
{
    struct script script = { "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2)\n" };
    (void)state;
    assert_int_equal(parts_of(&script), -1);
    assert_non_null(strstr(work->fail_detail, "test.sql"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(semicolons_in_strings_and_comments_end_nothing),
        cmocka_unit_test(a_string_with_dashes_does_not_swallow_the_next_statement),
        cmocka_unit_test(a_last_statement_without_its_end_is_refused),
    };
    work = &(struct work){ .arena = arena_new() };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(work->arena);
    return failed;
}
