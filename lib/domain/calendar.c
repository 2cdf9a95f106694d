/* calendar: see the header. Days are numbers since 1970-01-01 (a Thursday) inside, text outside; the days listed in a
 * window around the count are read in one statement. */
#include "domain/calendar.h"

#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/job.h"

#define Q_LISTED "SELECT TO_DAYS(day) - 719528, kind = 'workday', kind = 'holiday' FROM calendar_day" \
                 " WHERE day BETWEEN ? AND ?"
#define Q_YEAR   "SELECT 1 FROM calendar_year WHERE year = ?"
#define Q_SET    "INSERT INTO calendar_day (day, kind, name, source) VALUES (?, ?, ?, 'staff')" \
                 " ON DUPLICATE KEY UPDATE kind = VALUES(kind), name = VALUES(name), source = 'staff'"
#define Q_LOAD   "INSERT INTO calendar_day (day, kind, name, source) VALUES (?, ?, ?, 'package')" \
                 " ON DUPLICATE KEY UPDATE kind = IF(source = 'staff', kind, VALUES(kind))," \
                 " name = IF(source = 'staff', name, VALUES(name))"
#define Q_LOAD_YEAR "INSERT IGNORE INTO calendar_year (year, source) VALUES (?, ?)"

enum { DAY_MS = 86400000, CHINA_MS = 8 * 3600000, COUNT_MAX = 1000, MARGIN = 60 };

static int64_t day_of(int64_t milliseconds)
{
    return (milliseconds + CHINA_MS) / DAY_MS;
}

static void day_text(struct work *work, int64_t day, char out[11])
{
    memcpy(out, time_format(work->arena, day * DAY_MS - CHINA_MS, "%Y-%m-%d"), 11);
}

static int year_of(struct work *work, int64_t day)
{
    char text[11];
    day_text(work, day, text);
    return (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
}

/* -1: no such date ("2026-02-30" is none, though strptime would take it). */
static int64_t day_parse(struct work *work, const char *date)
{
    int64_t milliseconds;
    char again[11];
    if (!date || strlen(date) != 10 || !time_parse(date, "%Y-%m-%d", &milliseconds))
        return -1;
    day_text(work, day_of(milliseconds), again);
    return strcmp(again, date) == 0 ? day_of(milliseconds) : -1;
}

static int64_t day_ours(struct work *work, const char *date)
{
    int64_t day = day_parse(work, date);
    if (day < 0)
        fail_ours(work, "calendar: %s is not a date", date ? date : "(null)");
    return day;
}

/* --- the days between two ------------------------------------------------------------------------------- */

struct window {
    int64_t first, last;
    char   *listed;              /* 'w' workday, 'h' holiday, 0 not listed; one a day */
};

struct listed {
    int64_t day, workday, holiday;
};

static void note_listed(void *row, void *arg)
{
    const struct listed *listed = row;
    struct window *window = arg;
    window->listed[listed->day - window->first] = listed->workday ? 'w' : listed->holiday ? 'h' : 0;
}

static struct window window_read(struct work *work, int64_t first, int64_t last)
{
    static const struct db_column columns[] = { DB_INT(struct listed, day), DB_INT(struct listed, workday),
                                                DB_INT(struct listed, holiday), DB_END };
    struct window window = { first, last, arena_alloc(work->arena, (size_t)(last - first + 1)) };
    struct listed row;
    char from[11], to[11];
    day_text(work, first, from);
    day_text(work, last, to);
    db_each(work, columns, &row, note_listed, &window, Q_LISTED, T(from), T(to));
    return window;
}

static bool working(const struct window *window, int64_t day)
{
    char listed = window->listed[day - window->first];
    int weekday = (int)((day + 4) % 7);                    /* 0 Sunday; 1970-01-01 was a Thursday */
    return listed ? listed == 'w' : weekday >= 1 && weekday <= 5;
}

static struct due count_on(struct work *work, int64_t day, int working_days)
{
    struct due due = { .known = true };
    if (working_days < 1 || working_days > COUNT_MAX)
        fail_ours(work, "calendar: %d working days", working_days);
    struct window window = window_read(work, day + 1, day + working_days * 2 + MARGIN);
    int64_t from = day + 1;
    for (int left = working_days; left > 0;) {
        if (++day > window.last)
            fail_ours(work, "calendar: fewer working days than every other one");
        left -= working(&window, day);
    }
    day_text(work, day, due.date);
    for (int year = year_of(work, from); year <= year_of(work, day); year++)
        due.known = due.known && calendar_has_year(work, year);
    return due;
}

/* --- what others ask ------------------------------------------------------------------------------------ */

struct due calendar_due(struct work *work, int64_t event_ms, int working_days)
{
    return count_on(work, day_of(event_ms), working_days);
}

struct due calendar_after(struct work *work, const char *date, int working_days)
{
    return count_on(work, day_ours(work, date), working_days);
}

int calendar_left(struct work *work, const char *date)
{
    int64_t today = day_of(work->now), day = day_ours(work, date);
    int64_t low = today < day ? today : day, high = today < day ? day : today;
    int count = 0;
    if (high - low > 4000)                                 /* ten years: nobody reads the exact figure */
        return today < day ? 2800 : -2800;
    struct window window = window_read(work, low, high);
    for (int64_t d = low + 1; d <= high; d++)
        count += working(&window, d);
    /* past by days off only: still past */
    return day >= today ? count : count ? -count : -1;
}

bool calendar_is_working(struct work *work, const char *date)
{
    int64_t day = day_ours(work, date);
    struct window window = window_read(work, day, day);
    return working(&window, day);
}

bool calendar_has_year(struct work *work, int year)
{
    return db_int(work, 0, Q_YEAR, I(year)) == 1;
}

/* --- filling it ----------------------------------------------------------------------------------------- */

int calendar_listed(struct work *work, int year, HDF *node)
{
    return db_rows(work, node, "SELECT DATE_FORMAT(day, '%Y-%m-%d') AS day, kind, name, source FROM calendar_day"
                               " WHERE day BETWEEN MAKEDATE(?, 1) AND MAKEDATE(?, 1) + INTERVAL 1 YEAR - INTERVAL 1 DAY ORDER BY day",
                   I(year), I(year));
}

static bool kind_known(const char *kind)
{
    return strcmp(kind, "holiday") == 0 || strcmp(kind, "workday") == 0 || strcmp(kind, "plain") == 0;
}

void calendar_set(struct work *work, const char *date, const char *kind, const char *name)
{
    if (day_parse(work, date) < 0)
        fail(work, FAIL_INVALID, "日期有误，请按“2026-10-01”的格式填写。");
    if (!kind_known(kind))
        fail(work, FAIL_INVALID, "请选择该日为放假、上班或照常。");
    db_exec(work, Q_SET, T(date), T(kind), T(utf8_cut(work->arena, name, 39)));
}

void calendar_confirm_year(struct work *work, int year)
{
    if (year < 2000 || year > 2100)
        fail(work, FAIL_INVALID, "年份有误，请填写 2000 至 2100 之间的年份。");
    db_exec(work, Q_LOAD_YEAR, I(year), T("staff"));
}

/* "year<TAB>2026", or "2026-10-01<TAB>holiday<TAB>国庆节". */
struct calendar_line { int64_t year; const char *day, *kind, *name; };      /* year 0: a day */

static bool line_read(struct work *work, char *line, struct calendar_line *out)
{
    char *first = strsep(&line, "\t"), *second = strsep(&line, "\t"), *third = strsep(&line, "\t");
    *out = (struct calendar_line){ 0, first, second, third };
    if (!second || line)
        return false;
    if (strcmp(first, "year") == 0)
        return !third && text_to_int(second, 1990, 2100, &out->year);
    return third && day_parse(work, first) >= 0 && kind_known(second) && utf8_valid(third, strlen(third));
}

static void line_store(struct work *work, const struct calendar_line *line)
{
    if (line->year)
        db_exec(work, Q_LOAD_YEAR, I(line->year), T("package"));
    else
        db_exec(work, Q_LOAD, T(line->day), T(line->kind), T(utf8_cut(work->arena, line->name, 39)));
}

/* Lines may end as on any system. */
static const char *file_read(struct work *work, FILE *file, bool store, int64_t *count)
{
    char line[300];
    struct calendar_line read;
    *count = 0;
    while (fgets(line, sizeof line, file)) {
        size_t size = strcspn(line, "\r\n");
        ++*count;
        if (!line[size])                                   /* a file that was cut off ends within a line */
            return arena_printf(work->arena, "工作日历数据第 %lld 行过长，或者没有以换行结束", (long long)*count);
        line[size] = '\0';
        if (!line_read(work, line, &read))
            return arena_printf(work->arena, "工作日历数据第 %lld 行有误", (long long)*count);
        if (store)
            line_store(work, &read);
    }
    return *count ? NULL : "工作日历数据中没有内容";
}

const char *calendar_wrong(struct work *work, FILE *file)
{
    int64_t count;
    return file_read(work, file, false, &count);
}

int64_t calendar_load(struct work *work, FILE *file)
{
    int64_t count;
    const char *wrong = file_read(work, file, true, &count);
    if (wrong)
        fail(work, FAIL_INVALID, "%s。", wrong);
    return count;
}

void calendar_changed(struct work *work)
{
    job_add(work, "flow.due", "flow.due", "{}");
}
