/* The import of public registers: what each line becomes, what is refused, and that twice is once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "core/uscc.h"
#include "db_fixture.h"
#include "domain/import_stations.h"

#include <cmocka.h>          /* last: its fail() would hide ours */

static const char lines[] =
    "{\"id\":\"de-1\",\"src\":\"bnetza\",\"name\":\"Am <Bahnhof> & \\\"5\\\"\",\"operator\":\"Stadtwerke X\",\"lat\":52.5,\"lng\":7.9,"
    "\"address\":\"Am Bahnhof 5\",\"country\":\"DE\",\"access\":\"public\",\"connectors\":[{\"type\":\"Type2\",\"kw\":22,\"dc\":0,\"qty\":2},"
    "{\"type\":\"CCS2\",\"kw\":150,\"dc\":1,\"qty\":1}],\"status\":\"operational\",\"pay\":[\"card\",\"pay_per_use\"],\"hours\":\"24/7\"}\n"
    "\n"
    "not json\n"
    "{\"id\":\"x\",\"id\":\"y\",\"lat\":1,\"lng\":1,\"country\":\"DE\"}\n"
    "{\"id\":\"de-2\",\"lat\":\"52\",\"lng\":7,\"country\":\"DE\"}\n"
    "{\"id\":\"de-3\",\"lat\":95,\"lng\":7,\"country\":\"DE\",\"name\":\"n\"}\n"
    "[1]\n"
    "{\"id\":\"cn-1\",\"name\":\"深圳充电站 1\",\"lat\":22.716272,\"lng\":113.826349,\"country\":\"CN\",\"speed\":\"dc\",\"points\":4,\"status\":\"planned\"}\n"
    "{\"id\":\"a-very-long-identifier-of-more-than-forty-characters-1\",\"lat\":48.1,\"lng\":11.5,\"country\":\"DE\",\"operator\":\"Stadtwerke  X\"}\n"
    "{\"id\":\"a-very-long-identifier-of-more-than-forty-characters-2\",\"lat\":48.1,\"lng\":11.5,\"country\":\"DE\",\"operator\":\"STADTWERKE X\"}\n"
    "{\"id\":\"登记编号很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长\",\"lat\":48.2,\"lng\":11.5,\"country\":\"DE\"}";
enum { GOOD = 5, BAD = 5 };

static struct work *work;

struct call { const char *file; struct import_report report; };

static void import_run(struct work *w, void *arg)
{
    struct call *call = arg;

    call->report = import_stations_run(w, call->file, NULL);
}

/* What it was made for: WORK_PLAIN, as portalctl calls it. */
static struct import_report import(const char *file)
{
    struct call call = { .file = file };

    assert_true(work_run(work, WORK_PLAIN, import_run, &call));
    return call.report;
}

static const char *file_named(const char *name)
{
    static char path[400];

    snprintf(path, sizeof path, "%s/%s", db_fixture_folder(), name);
    return path;
}

static void good_and_bad_lines(void **state)
{
    (void)state;
    FILE *file = fopen(file_named("a.ndjson"), "w");
    fputs(lines, file);
    fclose(file);
    struct import_report report = import(file_named("a.ndjson"));
    assert_int_equal(report.lines, 11);
    assert_int_equal(report.stored, GOOD);
    assert_int_equal(report.refused, BAD);
    static const int bad_lines[BAD] = { 3, 4, 5, 6, 7 };
    for (int i = 0; i < BAD; i++) {
        assert_int_equal(report.reasons[i].line, bad_lines[i]);
        assert_true(strlen(report.reasons[i].reason) > 0);
    }
}

static void rows_are_what_the_line_said(void **state)
{
    (void)state;
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station WHERE code = 'de-1' AND country_code = 'DE' AND division_code = ''"
                                    " AND station_type = 1 AND station_status = 50 AND payment_mask = 3 AND lng = 7.9 AND lat = 52.5"
                                    " AND received_datum = 'wgs84' AND name = 'Am <Bahnhof> & \"5\"' AND busine_hours = '24/7'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector c JOIN station s ON s.id = c.station_id WHERE s.code = 'de-1'"), 3);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM equipment e JOIN station s ON s.id = e.station_id WHERE s.code = 'de-1'"
                                    " AND e.equipment_type = 1 AND e.power = 150"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector WHERE state IS NOT NULL"), 0);
    /* the datum of China's rows is not stated: kept as received, marked, not silently "corrected" */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station WHERE code = 'cn-1' AND received_datum = ''"
                                    " AND received_lng = 113.826349 AND received_lat = 22.716272 AND station_status = 1"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector c JOIN station s ON s.id = c.station_id WHERE s.code = 'cn-1'"), 4);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE name = '未知运营商'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(DISTINCT code) FROM station WHERE code LIKE 'a-very-long%'"), 2);
    /* spelling variants stay apart (blanks do not count) */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE UPPER(name) = 'STADTWERKE X'"), 2);
}

static void twice_is_once_and_gzip_is_read(void **state)
{
    (void)state;
    int64_t stations = db_fixture_int("SELECT COUNT(*) FROM station"), connectors = db_fixture_int("SELECT COUNT(*) FROM connector"),
            operators = db_fixture_int("SELECT COUNT(*) FROM operator");
    gzFile file = gzopen(file_named("a.ndjson.gz"), "wb");
    gzwrite(file, lines, sizeof lines - 1);
    gzclose(file);
    assert_int_equal(import(file_named("a.ndjson.gz")).stored, GOOD);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station"), stations);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector"), connectors);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator"), operators);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector WHERE removed_at IS NOT NULL"), 0);
}

static void missing_and_damaged_files(void **state)
{
    (void)state;
    struct call call = { .file = file_named("not-there") };
    assert_false(work_run(work, WORK_PLAIN, import_run, &call));
    assert_int_equal(work->failed, FAIL_MISSING);
    FILE *whole = fopen(file_named("a.ndjson.gz"), "rb");
    char bytes[200];
    size_t size = fread(bytes, 1, sizeof bytes, whole);
    fclose(whole);
    FILE *half = fopen(file_named("half.gz"), "wb");
    fwrite(bytes, 1, size, half);
    fclose(half);
    call.file = file_named("half.gz");
    assert_false(work_run(work, WORK_PLAIN, import_run, &call));
    assert_int_equal(work->failed, FAIL_INVALID);
}

static void operator_codes(void **state)
{
    (void)state;
    char a[10], b[10], again[10];
    import_operator_code("Stadtwerke X", a);
    import_operator_code("STADTWERKE X", b);
    import_operator_code("Stadtwerke X", again);
    assert_string_equal(a, again);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), 9);
    assert_false(organisation_valid(a));                   /* can never be a real one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_and_bad_lines), cmocka_unit_test(rows_are_what_the_line_said),
        cmocka_unit_test(twice_is_once_and_gzip_is_read), cmocka_unit_test(missing_and_damaged_files),
        cmocka_unit_test(operator_codes),
    };
    work = db_fixture();
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
