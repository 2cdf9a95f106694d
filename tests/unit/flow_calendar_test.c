/* calendar: the known answers of reference/domain.md 2.2 and what must hold of every count; a year without data is
 * said, never guessed; what staff change survives the next load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "calendar_days.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/calendar.h"

#undef fail
#include <cmocka.h>

static struct work *db;

static void load_text(struct work *work, void *arg)
{
    const char *text = arg;
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(file);
    calendar_load(work, file);
    fclose(file);
}

static int set_up(void **state)
{
    (void)state;
    db = db_fixture();
    db_fixture_run(db, load_text, (void *)(uintptr_t)calendar_days);
    return 0;
}

struct count {
    const char *start;
    int         days;
    struct due  due;
};

static void count_due(struct work *work, void *arg)
{
    struct count *count = arg;
    int64_t event;
    assert_true(time_parse(count->start, "%Y-%m-%d", &event));
    count->due = calendar_due(work, event + 23 * 3600000 + 59 * 60000, count->days);     /* one minute to midnight */
    struct due early = calendar_due(work, event, count->days);                           /* and the first moment */
    assert_string_equal(count->due.date, early.date);
    assert_string_equal(count->due.date, calendar_after(work, count->start, count->days).date);
}

static struct due due_of(const char *start, int days)
{
    struct count count = { start, days, { "", false } };
    db_fixture_run(db, count_due, &count);
    return count.due;
}

static void known_answers(void **state)
{
    static const struct { const char *start; int days; const char *due; } known[] = {
        { "2026-02-12", 3,  "2026-02-24" }, { "2025-09-26", 5, "2025-10-10" }, { "2024-02-08", 5,  "2024-02-21" },
        { "2026-04-30", 3,  "2026-05-08" }, { "2026-09-30", 3, "2026-10-10" }, { "2026-09-18", 15, "2026-10-15" },
        { "2026-01-01", 3,  "2026-01-06" } };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct due due = due_of(known[i].start, known[i].days);
        assert_string_equal(due.date, known[i].due);
        assert_true(due.known);
    }
}

static void count_years(struct work *work, void *arg)
{
    static const int expected[] = { 251, 248, 248 };
    (void)arg;
    for (int year = 2024; year <= 2026; year++) {
        int64_t day;
        int working = 0;
        assert_true(time_parse(arena_printf(work->arena, "%d-01-01", year), "%Y-%m-%d", &day));
        for (int i = 0; i < (year == 2024 ? 366 : 365); i++)
            working += calendar_is_working(work, time_format(work->arena, day + i * INT64_C(86400000), "%Y-%m-%d"));
        assert_int_equal(working, expected[year - 2024]);
    }
}

static void working_days_of_a_year(void **state)
{
    (void)state;
    db_fixture_run(db, count_years, NULL);
}

static void an_unknown_year_is_flagged(void **state)
{
    (void)state;
    struct due last = due_of("2026-12-24", 5);                       /* 31 December: within the known year */
    assert_string_equal(last.date, "2026-12-31");
    assert_true(last.known);
    struct due beyond = due_of("2026-12-24", 6);
    assert_string_equal(beyond.date, "2027-01-01");                  /* Monday to Friday, and said so */
    assert_false(beyond.known);
    assert_false(due_of("2023-12-20", 3).known);                     /* before the data */
    assert_false(due_of("2030-06-03", 1).known);
}

static void left_of(struct work *work, void *arg)
{
    (void)arg;
    assert_true(time_parse("2026-02-13 17:00", "%Y-%m-%d %H:%M", &work->now));
    assert_int_equal(calendar_left(work, "2026-02-13"), 0);
    assert_int_equal(calendar_left(work, "2026-02-14"), 1);          /* a worked Saturday */
    assert_int_equal(calendar_left(work, "2026-02-24"), 2);
    assert_int_equal(calendar_left(work, "2026-02-12"), -1);
    assert_int_equal(calendar_left(work, "2026-02-06"), -5);
    assert_true(time_parse("2026-02-16", "%Y-%m-%d", &work->now));   /* a day off */
    assert_int_equal(calendar_left(work, "2026-02-15"), -1);         /* past, though only days off lie between */
    assert_int_equal(calendar_left(work, "2026-02-24"), 1);
    work->now = clock_now();
}

static void days_left(void **state)
{
    (void)state;
    db_fixture_run(db, left_of, NULL);
}

static void edit(struct work *work, void *arg)
{
    (void)arg;
    calendar_set(work, "2026-03-03", "holiday", "本地安排");
    calendar_set(work, "2026-02-14", "plain", "");
    calendar_confirm_year(work, 2027);
}

static void what_staff_change_survives_a_load(void **state)
{
    (void)state;
    db_fixture_run(db, edit, NULL);
    db_fixture_run(db, load_text, (void *)(uintptr_t)calendar_days);
    assert_string_equal(due_of("2026-03-02", 1).date, "2026-03-04");
    assert_string_equal(due_of("2026-02-12", 3).date, "2026-02-25");        /* the 14th is a plain Saturday now */
    assert_true(due_of("2026-12-24", 6).known);
    db_fixture_sql("DELETE FROM calendar_day WHERE source = 'staff'");
    db_fixture_sql("DELETE FROM calendar_year WHERE source = 'staff'");
    db_fixture_run(db, load_text, (void *)(uintptr_t)calendar_days);
    assert_string_equal(due_of("2026-02-12", 3).date, "2026-02-24");
}

static void bad_data_is_refused_whole(void **state)
{
    static const char *const bad[] = { "2026-02-30\tholiday\tx\n", "2026-01-01\tfeast\tx\n", "2026-01-01\tholiday\n",
                                       "year\tsoon\n", "year\t2026\tx\n", "2028-01-03\tholiday\tx\nnonsense\n", "2026-01-01\tholiday\tx" };
    int64_t before = db_fixture_int("SELECT COUNT(*) FROM calendar_day");
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(work_run(db, WORK_WRITE, load_text, (void *)(uintptr_t)bad[i]));
        assert_int_equal(db->failed, FAIL_INVALID);
    }
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM calendar_day"), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers), cmocka_unit_test(working_days_of_a_year), cmocka_unit_test(an_unknown_year_is_flagged),
        cmocka_unit_test(days_left), cmocka_unit_test(what_staff_change_survives_a_load), cmocka_unit_test(bad_data_is_refused_whole) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
