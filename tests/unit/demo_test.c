/* The demonstration city of 珠海: on land, plausible, the same twice; base pages are never overwritten. Needs the base
 * map's outlines (htdocs/vendor/basemap), which the build makes before tests run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "core/uscc.h"
#include "db_fixture.h"
#include "domain/demo.h"
#include "domain/division.h"
#include "draw/outline.h"

#include <cmocka.h>          /* last: its fail() would hide ours */

static const char divisions[] =
    "440000\t\t1\t广东省\t0\n440400\t440000\t2\t珠海市\t0\n440402\t440400\t3\t香洲区\t0\n440403\t440400\t3\t斗门区\t0\n"
    "440404\t440400\t3\t金湾区\t0\n";

static struct work *work;

static void divisions_run(struct work *w, void *arg)
{
    (void)arg;
    FILE *file = fmemopen((void *)divisions, strlen(divisions), "r");
    division_load(w, file, NULL);
    fclose(file);
}

static void load_run(struct work *w, void *arg)
{
    (void)arg;
    base_load(w, NULL);
    demo_load(w, NULL);
}

static void load(void)
{
    if (!work_run(work, WORK_PLAIN, load_run, NULL)) {
        fprintf(stderr, "%s %s\n", work->fail_text, work->fail_detail);
        exit(1);
    }
}

struct place { int64_t on_land, all; double lng, lat; const struct area *land; };

static void place_check(void *row, void *arg)
{
    const struct place *p = row;
    struct place *sum = arg;

    sum->all++;
    sum->on_land += area_holds(sum->land, (struct point){ p->lng, p->lat });
}

static void places_run(struct work *w, void *arg)
{
    static const struct db_column columns[] = { DB_REAL(struct place, lng), DB_REAL(struct place, lat), DB_END };
    struct place row;

    db_each(w, columns, &row, place_check, arg, "SELECT received_lng, received_lat FROM station WHERE source = 'demo'");
}

static void every_station_stands_in_the_city(void **state)
{
    (void)state;
    struct place sum = { .land = outline_area(outline_load(path_in_root("htdocs/vendor/basemap/outline/440000.bin")), 440400) };
    assert_non_null(sum.land);
    db_fixture_run(work, places_run, &sum);
    assert_int_equal(sum.all, config_int("Demo.Stations"));
    assert_int_equal(sum.on_land, sum.all);
    assert_int_equal(db_fixture_int("SELECT COUNT(DISTINCT division_code) FROM station"), 3);
    assert_true(db_fixture_int("SELECT COUNT(*) - COUNT(DISTINCT lng, lat) FROM station") > 10);       /* some share a point */
}

struct code { const char *uscc, *code; int64_t good, all; };

static void code_check(void *row, void *arg)
{
    const struct code *c = row;
    struct code *sum = arg;
    char organisation[ORGANISATION_LENGTH + 1];

    uscc_organisation(c->uscc, organisation);
    sum->all++;
    sum->good += uscc_valid(c->uscc) && strcmp(organisation, c->code) == 0 && organisation_valid(c->code);
}

static void codes_run(struct work *w, void *arg)
{
    static const struct db_column columns[] = { DB_TEXT(struct code, uscc), DB_TEXT(struct code, code), DB_END };
    struct code row;

    db_each(w, columns, &row, code_check, arg, "SELECT uscc, code FROM operator");
}

static void operators_have_valid_codes(void **state)
{
    (void)state;
    struct code sum = { 0 };
    db_fixture_run(work, codes_run, &sum);
    assert_in_range(sum.all, 10, 46);
    assert_int_equal(sum.good, sum.all);
}

static void states_are_mixed_and_mostly_fresh(void **state)
{
    (void)state;
    int64_t all = db_fixture_int("SELECT COUNT(*) FROM connector"),
            fresh = db_fixture_int("SELECT COUNT(*) FROM connector WHERE state_at > NOW() - INTERVAL 15 MINUTE"),
            never = db_fixture_int("SELECT COUNT(*) FROM connector WHERE state IS NULL"),
            old = db_fixture_int("SELECT COUNT(*) FROM connector WHERE state_at < NOW() - INTERVAL 2 HOUR");
    assert_true(fresh > all * 8 / 10);
    assert_true(never > 0 && never < all / 10);
    assert_true(old > 0 && old < all / 10);                             /* silent operators */
    assert_int_equal(db_fixture_int("SELECT COUNT(DISTINCT state) FROM connector"), 6);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station WHERE name = '拱北口岸东广场充电站'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) - COUNT(DISTINCT name) FROM station"), 0);
}

static void loading_again_changes_nothing(void **state)
{
    (void)state;
    int64_t connectors = db_fixture_int("SELECT COUNT(*) FROM connector"), articles = db_fixture_int("SELECT COUNT(*) FROM article");
    db_fixture_sql("UPDATE page SET body = '改过的内容', version = 2 WHERE slug = 'about/introduction'");
    load();
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector"), connectors);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM article"), articles);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM page WHERE body = '改过的内容'"), 1);
}

static void content_is_there(void **state)
{
    (void)state;
    assert_true(db_fixture_int("SELECT COUNT(*) FROM article WHERE column_code = 'industry' AND state = 'published'") >= 15);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM article WHERE column_code = 'policy' AND state = 'published'") >= 10);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM article WHERE published_at > '2026-11-20' OR search_words = ''"), 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM page WHERE section = 'open'"), 3);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM page WHERE section = 'about'"), 3);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM page WHERE body LIKE '%{{%' OR title LIKE '%{{%'"), 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM article WHERE body LIKE '%{{%' OR title LIKE '%{{%'"), 0);
}

static void tick_run(struct work *w, void *arg)
{
    *(int *)arg = demo_tick(w);
}

static void a_tick_tells(void **state)
{
    (void)state;
    int told = 0;
    int64_t logged = db_fixture_int("SELECT COUNT(*) FROM connector_state_log");
    assert_true(work_run(work, WORK_PLAIN, tick_run, &told));
    assert_true(told > 100);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector WHERE state_version > 1"), told);
    int64_t changed = db_fixture_int("SELECT COUNT(*) FROM connector_state_log") - logged;
    assert_true(changed > 0 && changed < told / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_station_stands_in_the_city), cmocka_unit_test(operators_have_valid_codes),
        cmocka_unit_test(states_are_mixed_and_mostly_fresh), cmocka_unit_test(content_is_there),
        cmocka_unit_test(loading_again_changes_nothing), cmocka_unit_test(a_tick_tells),
    };
    work = db_fixture();
    db_fixture_run(work, divisions_run, NULL);
    load();
    return cmocka_run_group_tests_name("demo", tests, NULL, NULL);
}
