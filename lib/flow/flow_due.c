/* flow_due: open deadlines follow the calendar. When staff change it (a holiday is published, a typhoon closes the offices),
 * each is counted anew from the day it began, extensions included: a working day is what the calendar says, before
 * and after. It goes both ways, but a change of the calendar alone makes nobody late: what was not overdue falls due
 * today at the earliest, and what is overdue does not become more so. */
#include <string.h>

#include "core/text.h"
#include "flow/flow_declared.h"

enum { AT_ONCE = 200 };

#define Q_NEXT   "SELECT flow, case_id, DATE_FORMAT(due_on, '%Y-%m-%d'), DATE_FORMAT(from_on, '%Y-%m-%d'), days, known" \
                 " FROM flow_due WHERE flow > ? OR (flow = ? AND case_id > ?) ORDER BY flow, case_id LIMIT ? FOR UPDATE"
#define Q_CHANGE "UPDATE flow_due SET due_on = ?, known = ? WHERE flow = ? AND case_id = ?"

struct open_due {
    const char *flow, *due, *from;
    int64_t     id, days, known;
};

struct recount {
    struct arena *arena;
    const char   *flow;                      /* the last one seen */
    int64_t       id, changed;               /* changed: in this transaction */
    struct open_due list[AT_ONCE];
    size_t        count;
};

static void note(void *row, void *arg)
{
    const struct open_due *d = row;
    struct recount *r = arg;
    struct open_due *kept = &r->list[r->count++];
    *kept = *d;
    kept->flow = arena_copy(r->arena, d->flow);
    kept->due = arena_copy(r->arena, d->due);
    kept->from = arena_copy(r->arena, d->from);
}

static void count_anew(struct work *work, struct recount *r, const struct open_due *d)
{
    const char *today = time_format(work->arena, work->now, "%Y-%m-%d"), *due;
    char date[11];
    bool known, late = strcmp(d->due, today) < 0;
    flow_doors.due(work, d->from, (int)d->days, date, &known);
    due = strcmp(date, late ? d->due : today) < 0 ? late ? d->due : today : date;
    if (strcmp(due, d->due) == 0 && known == d->known)
        return;
    db_exec(work, Q_CHANGE, T(due), I(known), T(d->flow), I(d->id));
    r->changed++;
}

static void some(struct work *work, void *arg)
{
    static const struct db_column columns[] = {
        DB_TEXT(struct open_due, flow), DB_INT(struct open_due, id), DB_TEXT(struct open_due, due),
        DB_TEXT(struct open_due, from), DB_INT(struct open_due, days), DB_INT(struct open_due, known), DB_END };
    struct recount *r = arg;
    struct open_due row;
    r->count = 0;
    r->changed = 0;
    db_each(work, columns, &row, note, r, Q_NEXT, T(r->flow), T(r->flow), I(r->id), I(AT_ONCE));
    for (size_t i = 0; i < r->count; i++)
        count_anew(work, r, &r->list[i]);
}

int64_t flow_due_recount(struct work *work)
{
    struct recount *r = arena_alloc(work->arena, sizeof *r);
    int64_t changed = 0;
    *r = (struct recount){ .arena = work->arena, .flow = "" };
    do {
        work_must(work, WORK_WRITE, some, r);
        changed += r->changed;
        if (r->count) {
            r->flow = r->list[r->count - 1].flow;
            r->id = r->list[r->count - 1].id;
        }
    } while (r->count == AT_ONCE);
    return changed;
}
