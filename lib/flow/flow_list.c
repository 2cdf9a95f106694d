/* flow_list: the work bench, over all flows. What waits for an actor is asked of the flows' own tables (one SELECT a
 * flow, each with its scope, its cursor and its limit, joined by UNION ALL): the cases themselves are the work list,
 * there is no second book to keep in step. A flow's table wants an index (state, state_at). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "flow/flow_declared.h"

enum { BINDS = FLOW_FLOWS * (FLOW_SCOPE_BINDS + 6) + 4, LIMIT_MAX = 200 };

#define Q_DONE   "SELECT s.id, s.flow, s.case_id, s.action, s.opinion, s.at FROM flow_step s" \
                 " WHERE s.account_id = ? AND s.id < ? AND s.action <> '' ORDER BY s.id DESC LIMIT ?"
#define Q_COPIED "SELECT c.id, c.flow, c.case_id, c.read_at, s.action, s.opinion, s.at, s.actor_name, s.actor_role" \
                 " FROM flow_copy c JOIN flow_step s ON s.id = c.step_id" \
                 " WHERE c.account_id = ? AND c.id < ? ORDER BY c.id DESC LIMIT ?"
#define Q_UNREAD "SELECT COUNT(*) FROM (SELECT 1 FROM flow_copy WHERE account_id = ? AND read_at IS NULL LIMIT ?) x"
#define Q_READ   "UPDATE flow_copy SET read_at = NOW(3) WHERE account_id = ? AND read_at IS NULL AND (? = 0 OR id = ?)"

/* Where the page before ended. */
struct cursor {
    bool        set;
    const char *at, *flow;         /* to do, overdue */
    int64_t     id;
};

/* A statement while it grows; text comes from checked declarations, values are binds. */
struct asking {
    struct work  *work;
    const struct flow *only;       /* NULL: all flows */
    char         *sql;
    struct value  binds[BINDS];
    size_t        count;
};

static _Noreturn void refuse_cursor(struct work *work)
{
    fail(work, FAIL_MALFORMED, "翻页参数有误，请从列表第一页重新进入。");
}

/* --- cursors: "20261120090807123.registration.7", or an id alone --------------------------------------------- */

static const char *cursor_text(struct work *work, const char *at, const char *flow, const char *id)
{
    char *digits = arena_alloc(work->arena, strlen(at) + 1), *d = digits;
    for (; *at; at++)
        if (*at >= '0' && *at <= '9')
            *d++ = *at;
    return arena_printf(work->arena, "%s.%s.%s", digits, flow, id);
}

static struct cursor cursor_read(struct work *work, const char *text)
{
    struct cursor cursor = { 0 };
    if (!text || !*text)
        return cursor;
    char *copy = arena_copy(work->arena, text), *at = strsep(&copy, "."), *flow = strsep(&copy, ".");
    if (!flow || !copy || strlen(at) != 17 || strspn(at, "0123456789") != 17 || !flow_find(flow)
        || !text_to_int(copy, 1, INT64_MAX, &cursor.id))
        refuse_cursor(work);
    cursor.set = true;
    cursor.flow = flow;
    cursor.at = arena_printf(work->arena, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s.%s", at, at + 4, at + 6, at + 8, at + 10, at + 12, at + 14);
    return cursor;
}

static int64_t id_before(struct work *work, const char *text)
{
    int64_t id = INT64_MAX;
    if (text && *text && !text_to_int(text, 1, INT64_MAX, &id))
        refuse_cursor(work);
    return id;
}

/* --- what waits ------------------------------------------------------------------------------------------- */

/* "'filed','checked'": states that wait for this actor; NULL: none of this flow. */
static const char *waiting_states(struct work *work, const struct flow *flow)
{
    const struct actor *actor = &work->actor;
    const char *states = "";
    for (size_t i = 0; i < flow->state_count; i++) {
        const struct party *waits = &flow->states[i].waits;
        bool here = waits->kind == PARTY_STAFF ? flow_is_staff(actor) && (actor->capabilities & CAP_BIT(waits->capability))
                                               : waits->kind == PARTY_OWNER && actor->account_id && !flow_is_staff(actor);
        if (here)
            states = arena_printf(work->arena, "%s%s'%s'", states, *states ? "," : "", flow->states[i].name);
    }
    return *states ? states : NULL;
}

static void ask(struct asking *a, const char *sql)
{
    a->sql = arena_printf(a->work->arena, "%s%s", a->sql, sql);
}

static void ask_bind(struct asking *a, struct value value)
{
    if (a->count == BINDS)
        fail_ours(a->work, "work bench: too many values");
    a->binds[a->count++] = value;
}

static void ask_after(struct asking *a, const struct flow *flow, const struct cursor *after)
{
    if (!after->set)
        return;
    int order = strcmp(flow->name, after->flow);
    ask(a, order > 0 ? " AND `t`.`state_at` >= ?" : order < 0 ? " AND `t`.`state_at` > ?"
                     : " AND (`t`.`state_at` > ? OR (`t`.`state_at` = ? AND `t`.`id` > ?))");
    ask_bind(a, T(after->at));
    if (order == 0) {
        ask_bind(a, T(after->at));
        ask_bind(a, I(after->id));
    }
}

/* One flow's part: those of its cases that wait for the actor, oldest first. `columns` NULL: only counted. */
static void ask_flow(struct asking *a, const struct flow *flow, const char *states, bool overdue, bool counted,
                     const struct cursor *after, int limit)
{
    struct work *work = a->work;
    ask(a, *a->sql ? " UNION ALL (" : "(");
    ask(a, counted ? "SELECT 1 AS n" : arena_printf(work->arena, "SELECT '%s' AS flow, %s,"
        " DATE_FORMAT(d.due_on, '%%Y-%%m-%%d') AS due_on, d.known AS known, (SELECT MAX(s.id) FROM flow_step s"
        " WHERE s.flow = '%s' AND s.case_id = `t`.`id`) AS seen", flow->name, flow->list_sql, flow->name));
    ask(a, arena_printf(work->arena, " FROM `%s` AS `t` %s JOIN flow_due d ON d.flow = '%s' AND d.case_id = `t`.`id`"
                        " WHERE `t`.`state` IN (%s)", flow->table, overdue ? "INNER" : "LEFT", flow->name, states));
    size_t before = a->count;
    if (before + FLOW_SCOPE_BINDS > BINDS)
        fail_ours(work, "work bench: too many values");
    ask(a, flow_scope(work, flow, a->binds, &a->count));
    if (overdue) {
        ask(a, " AND d.due_on < ?");
        ask_bind(a, T(time_format(work->arena, work->now, "%Y-%m-%d")));
    }
    ask_after(a, flow, after);
    ask(a, arena_printf(work->arena, "%s LIMIT %d)", counted ? "" : " ORDER BY `t`.`state_at`, `t`.`id`", limit));
}

static bool ask_waiting(struct asking *a, bool overdue, bool counted, const struct cursor *after, int limit)
{
    for (size_t i = 0; i < flow_all_count; i++) {
        const char *states = a->only && a->only != flow_all[i] ? NULL : waiting_states(a->work, flow_all[i]);
        if (states)
            ask_flow(a, flow_all[i], states, overdue, counted, after, limit);
    }
    return *a->sql != '\0';
}

static struct asking *asking_new(struct work *work, const struct flow *only)
{
    struct asking *a = arena_alloc(work->arena, sizeof *a);
    a->work = work;
    a->only = only;
    a->sql = "";
    return a;
}

/* --- rows as templates draw them ------------------------------------------------------------------------- */

static void due_to_row(struct work *work, HDF *found, HDF *row)
{
    const char *due = view_get(found, "due_on");
    if (!*due)
        return;
    int left = flow_doors.left(work, due);
    view_set(row, "Due", due);
    view_set_int(row, "Left", abs(left));
    if (left < 0)
        view_set(row, "Overdue", "1");
    if (hdf_get_int_value(found, "known", 0))
        view_set(row, "Known", "1");
}

static void case_to_row(struct work *work, const struct flow *flow, int64_t id, const char *title, const char *state, bool mine, HDF *row)
{
    view_set(row, "Flow", flow->name);
    view_set(row, "Label", flow->label);
    view_set_int(row, "Id", id);
    view_set(row, "Title", title);
    view_set(row, "State", flow_state_label(flow->name, state));
    view_set(row, "Kind", flow_state_kind(flow->name, state));
    view_set(row, "Path", flow_case_path(work, flow, id, mine));
}

static HDF *row_of(HDF *node, int i)
{
    char name[24];
    snprintf(name, sizeof name, "%d", i);
    return view_node(node, name);
}

/* Bulk: this actor may take some action of the state on many at once. */
static void bulk_to_row(struct work *work, const struct flow *flow, HDF *found, HDF *row)
{
    int state = flow_state_index(flow, view_get(found, "state"));
    struct flow_case c = { .mine = !flow_is_staff(&work->actor) };
    view_set(row, "Seen", *view_get(found, "seen") ? view_get(found, "seen") : "0");
    for (size_t i = 0; state >= 0 && i < flow->action_count; i++)
        if (flow->actions[i].bulk && (flow->actions[i].from & UINT64_C(1) << state) && flow_party_is(work, &flow->actions[i].by, &c))
            view_set(row, "Bulk", "1");
}

static const char *list_waiting(struct work *work, bool overdue, const struct flow *only, const char *after, int limit, HDF *node)
{
    struct asking *a = asking_new(work, only);
    struct cursor cursor = cursor_read(work, after);
    HDF *found = flow_scratch(work), *last = NULL;
    int n = 0;
    if (!ask_waiting(a, overdue, false, &cursor, limit + 1))
        return NULL;
    ask(a, arena_printf(work->arena, " ORDER BY since, flow, id LIMIT %d", limit + 1));
    int count = db_rows_text(work, found, a->sql, a->binds, a->count);
    for (HDF *f = hdf_obj_child(found); f && n < limit; f = hdf_obj_next(f)) {
        HDF *row = row_of(node, n++);
        const struct flow *flow = flow_named(work, view_get(f, "flow"));
        case_to_row(work, flow, strtoll(view_get(f, "id"), NULL, 10), view_get(f, "title"), view_get(f, "state"),
                    !flow_is_staff(&work->actor), row);
        view_set(row, "At", flow_minute(work, view_get(f, "since")));
        due_to_row(work, f, row);
        bulk_to_row(work, flow, f, row);
        last = f;
    }
    return count > limit ? cursor_text(work, view_get(last, "since"), view_get(last, "flow"), view_get(last, "id")) : NULL;
}

/* Done and copied: a row of ours, and the case as it stands now. Out of scope by now: named without a way to it. */
static void step_to_row(struct work *work, HDF *found, HDF *row)
{
    const struct flow *flow = flow_find(view_get(found, "flow"));
    int64_t id = strtoll(view_get(found, "case_id"), NULL, 10);
    struct flow_case c;
    view_set(row, "At", flow_minute(work, view_get(found, "at")));
    view_set(row, "Opinion", view_get(found, "opinion"));
    if (!flow)
        return;
    const struct flow_action *action = flow_action_named(flow, view_get(found, "action"));
    view_set(row, "Action", action ? action->label : view_get(found, "action"));
    view_set(row, "Label", flow->label);
    if (flow_case_read(work, flow, id, false, &c))
        case_to_row(work, flow, id, c.title, c.state, c.mine, row);
    else
        view_setf(row, "Title", "第 %lld 号事项", (long long)id);
}

static const char *list_steps(struct work *work, bool copied, const char *after, int limit, HDF *node)
{
    HDF *found = flow_scratch(work);
    int64_t before = id_before(work, after), me = work->actor.account_id;
    const char *last = NULL;
    int n = 0, count = copied ? db_rows(work, found, Q_COPIED, I(me), I(before), I(limit + 1))
                              : db_rows(work, found, Q_DONE, I(me), I(before), I(limit + 1));
    for (HDF *f = hdf_obj_child(found); f && n < limit; f = hdf_obj_next(f)) {
        HDF *row = row_of(node, n++);
        step_to_row(work, f, row);
        last = view_get(f, "id");
        if (!copied)
            continue;
        view_set(row, "CopyId", last);
        view_set(row, "From", flow_who(work, view_get(f, "actor_name"), view_get(f, "actor_role"), false));
        if (!*view_get(f, "read_at"))
            view_set(row, "Unread", "1");
    }
    return count > limit ? arena_copy(work->arena, last) : NULL;
}

const char *flow_list(struct work *work, enum flow_list which, const char *only, const char *after, int limit, HDF *node)
{
    const struct flow *flow = only && *only ? flow_find(only) : NULL;
    if (limit < 1 || limit > LIMIT_MAX)
        fail_ours(work, "work bench: a page of %d", limit);
    if (only && *only && !flow)
        fail(work, FAIL_MISSING, "没有这项业务，请从「待办事项」重新进入。");
    if (which == FLOW_DONE || which == FLOW_COPIED)
        return list_steps(work, which == FLOW_COPIED, after, limit, node);
    return list_waiting(work, which == FLOW_OVERDUE, flow, after, limit, node);
}

static int64_t count_waiting(struct work *work, bool overdue, const struct flow *only, int most)
{
    static const struct cursor start = { 0 };
    struct asking *a = asking_new(work, only);
    if (!ask_waiting(a, overdue, true, &start, most))
        return 0;
    const char *sql = arena_printf(work->arena, "SELECT LEAST(COUNT(*), %d) FROM (%s) x", most, a->sql);
    return db_int_text(work, 0, sql, a->binds, a->count);
}

int64_t flow_count(struct work *work, enum flow_list which)
{
    if (which == FLOW_COPIED)
        return db_int(work, 0, Q_UNREAD, I(work->actor.account_id), I(FLOW_COUNT_MAX));
    return which == FLOW_DONE ? 0 : count_waiting(work, which == FLOW_OVERDUE, NULL, FLOW_COUNT_MAX);
}

void flow_waiting(struct work *work, bool overdue, HDF *node)
{
    int n = 0;
    for (size_t i = 0; i < flow_all_count; i++) {
        int64_t count = waiting_states(work, flow_all[i]) ? count_waiting(work, overdue, flow_all[i], FLOW_BATCH_MAX + 1) : 0;
        if (!count)
            continue;
        HDF *row = row_of(node, n++);
        view_set(row, "Value", flow_all[i]->name);
        view_set_int(row, "Count", count);
        view_setf(row, "Label", count > FLOW_BATCH_MAX ? "%s（%lld 件以上）" : "%s（%lld 件）", flow_all[i]->label,
                  (long long)(count > FLOW_BATCH_MAX ? FLOW_BATCH_MAX : count));
    }
}

bool flow_figures(struct work *work, const char *name, HDF *node)
{
    const struct flow *flow = flow_find(name);
    struct value binds[FLOW_SCOPE_BINDS];
    size_t count = 0;
    HDF *found = flow_scratch(work);
    if (!flow)
        return false;
    const char *scope = flow_scope(work, flow, binds, &count);
    db_rows_text(work, found, arena_printf(work->arena, "SELECT `t`.`state` AS state, COUNT(*) AS count FROM `%s` AS `t`"
                 " WHERE 1 = 1%s GROUP BY `t`.`state`", flow->table, scope), binds, count);
    for (size_t i = 0; i < flow->state_count; i++) {
        HDF *row = row_of(node, (int)i);
        view_set(row, "State", flow->states[i].name);
        view_set(row, "Label", flow->states[i].label);
        view_set(row, "Count", "0");
        for (HDF *f = hdf_obj_child(found); f; f = hdf_obj_next(f))
            if (strcmp(view_get(f, "state"), flow->states[i].name) == 0)
                view_set(row, "Count", view_get(f, "count"));
    }
    return true;
}

int flow_waiting_ids(struct work *work, const struct flow *flow, int limit, HDF *node)
{
    static const struct cursor start = { 0 };
    struct asking *a = asking_new(work, flow);
    return ask_waiting(a, false, false, &start, limit) ? db_rows_text(work, node, a->sql, a->binds, a->count) : 0;
}

void flow_copy_read(struct work *work, int64_t copy_id)
{
    db_exec(work, Q_READ, I(work->actor.account_id), I(copy_id), I(copy_id));
}
