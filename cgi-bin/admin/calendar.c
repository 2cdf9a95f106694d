/* calendar: 工作日历, a year at a glance; a day is set, a year confirmed, next year's table brought in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin.h"
#include "core/text.h"
#include "domain/calendar.h"
#include "domain/trail.h"

static int year_now(struct request *rq)
{
    return (int)strtol(time_format(rq->work.arena, rq->work.now, "%Y"), NULL, 10);
}

/* kind and name of a listed day go into its cell: Months.<m>.Days.<d>.{Number, Date, Kind, Name, Off}. */
static void add_month(struct request *rq, int year, int month)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int days = lengths[month] + (month == 1 && ((year % 4 == 0 && year % 100) || year % 400 == 0));
    struct tm first = { .tm_year = year - 1900, .tm_mon = month, .tm_mday = 1, .tm_hour = 12 };
    (void)timegm(&first);
    HDF *node = view_node(rq->page, arena_printf(rq->work.arena, "Months.%d", month));
    view_setf(node, "Title", "%d 月", month + 1);
    for (int blank = 0; blank < (first.tm_wday + 6) % 7; blank++)
        view_set(view_node(node, arena_printf(rq->work.arena, "Weeks.0.%d", blank)), "Blank", "1");
    for (int day = 1; day <= days; day++) {
        int at = (first.tm_wday + 6) % 7 + day - 1;
        HDF *cell = view_node(node, arena_printf(rq->work.arena, "Weeks.%d.%d", at / 7, at % 7));
        view_set_int(cell, "Number", day);
        view_set(cell, "Kind", at % 7 >= 5 ? "rest" : "");
    }
}

static void add_listed(struct request *rq, int year)
{
    static const struct { const char *kind, *label; } kinds[] = { { "holiday", "放假" }, { "workday", "上班" }, { "plain", "照常" } };
    HDF *listed = view_node(rq->page, "Listed");
    calendar_listed(&rq->work, year, listed);
    for (HDF *day = hdf_obj_child(listed); day; day = hdf_obj_next(day)) {
        int month = (int)strtol(view_get(day, "day") + 5, NULL, 10) - 1, number = (int)strtol(view_get(day, "day") + 8, NULL, 10);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (strcmp(kinds[i].kind, view_get(day, "kind")) == 0)
                view_set(day, "Label", kinds[i].label);
        HDF *month_node = view_node(rq->page, arena_printf(rq->work.arena, "Months.%d.Weeks", month));
        for (HDF *week = hdf_obj_child(month_node); week; week = hdf_obj_next(week))
            for (HDF *cell = hdf_obj_child(week); cell; cell = hdf_obj_next(cell))
                if (hdf_get_int_value(cell, "Number", 0) == number && strcmp(view_get(day, "kind"), "plain") != 0) {
                    view_set(cell, "Kind", view_get(day, "kind"));
                    view_set(cell, "Name", view_get(day, "name"));
                    view_set(cell, "Label", view_get(day, "Label"));
                }
    }
}

static _Noreturn void draw(struct request *rq, int year)
{
    int now = year_now(rq);
    view_set(rq->page, "Title", "工作日历");
    view_set_int(rq->page, "Year", year);
    view_set_int(rq->page, "Before", year - 1);
    view_set_int(rq->page, "After", year + 1);
    view_set(rq->page, "Known", calendar_has_year(&rq->work, year) ? "1" : "");
    for (int y = now, n = 0; y <= now + 1; y++)
        if (!calendar_has_year(&rq->work, y))
            view_set_int(rq->page, arena_printf(rq->work.arena, "Missing.%d", n++), y);
    for (int month = 0; month < 12; month++)
        add_month(rq, year, month);
    add_listed(rq, year);
    page(rq, "admin/calendar.cst");
}

void calendar_page(struct request *rq)
{
    draw(rq, form_int(rq, "year") ? (int)form_int(rq, "year") : year_now(rq));
}

void calendar_plain(struct request *rq)
{
    draw(rq, year_now(rq));
}

void calendar_redraw(struct request *rq)
{
    int year = (int)strtol(form_text(rq, "day"), NULL, 10);
    draw(rq, year >= 2000 && year <= 2100 ? year : year_now(rq));
}

static _Noreturn void done(struct request *rq, const char *act, const char *detail, int year)
{
    trail_write(&rq->work, act, "calendar", "done", detail, rq->address);
    calendar_changed(&rq->work);
    redirect(rq, "/admin/calendar?year=%d", year);
}

void calendar_day_save(struct request *rq)
{
    const char *day = form_text(rq, "day"), *kind = form_text(rq, "kind");
    calendar_set(&rq->work, day, kind, form_text(rq, "name"));
    done(rq, "calendar-day", arena_printf(rq->work.arena, "%s %s", day, kind), (int)strtol(day, NULL, 10));
}

void calendar_year_save(struct request *rq)
{
    int year = (int)form_int(rq, "year");
    calendar_confirm_year(&rq->work, year);
    done(rq, "calendar-year", arena_printf(rq->work.arena, "%d", year), year);
}

static void close_it(void *file) { fclose(file); }

void calendar_load_it(struct request *rq)
{
    const struct upload *upload = form_file(rq, "file");
    FILE *file = upload ? fopen(upload->path, "r") : NULL;
    if (!file) {
        form_error(rq, "file", "请选择日历数据文件");
        form_refuse(rq);
    }
    work_defer(&rq->work, close_it, file);
    const char *wrong = calendar_wrong(&rq->work, file);
    if (wrong) {
        form_error(rq, "file", "%s，请修改后重新导入", wrong);
        form_refuse(rq);
    }
    rewind(file);
    int64_t lines = calendar_load(&rq->work, file);
    done(rq, "calendar-load", arena_printf(rq->work.arena, "%lld 行", (long long)lines), year_now(rq) + 1);
}
