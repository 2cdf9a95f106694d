/* flow_show: what pages draw of a case: its state and deadline, what this actor may do now, the progress bar, the way
 * it came. Read only. An applicant reads which office acted, a colleague who. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "flow/flow_declared.h"

enum { WAY_MAX = 500 };

#define Q_WAY  "SELECT id, action, from_state, to_state, actor_name, actor_role, as_owner, opinion," \
               " DATE_FORMAT(due_on, '%Y-%m-%d') AS due_on, at FROM flow_step WHERE flow = ? AND case_id = ?" \
               " ORDER BY id DESC LIMIT ?"
#define Q_DUE  "SELECT DATE_FORMAT(due_on, '%Y-%m-%d') AS due_on, known, extensions, reason FROM flow_due" \
               " WHERE flow = ? AND case_id = ?"

static HDF *row_of(HDF *node, const char *list, int i)
{
    char name[40];
    snprintf(name, sizeof name, *list ? "%s.%d" : "%s%d", list, i);
    return view_node(node, name);
}

static struct flow_case case_must(struct work *work, const struct flow *flow, int64_t id)
{
    struct flow_case c;
    if (!flow_case_read(work, flow, id, false, &c))
        fail(work, FAIL_MISSING, "%s", "");
    return c;
}

/* --- what may be done -------------------------------------------------------------------------------- */

static void buttons_add(struct work *work, const struct flow *flow, const struct flow_case *c, HDF *node)
{
    static const char *const opinions[] = { [OPINION_NONE] = "", [OPINION_OPTIONAL] = "optional", [OPINION_REQUIRED] = "required" };
    uint64_t state = UINT64_C(1) << flow_case_state(work, flow, c);
    int n = 0;
    for (size_t i = 0; i < flow->action_count; i++) {
        const struct flow_action *a = &flow->actions[i];
        if (!(a->from & state) || !flow_party_is(work, &a->by, c))
            continue;
        HDF *button = row_of(node, "Buttons", n++);
        view_set(button, "Action", a->name);
        view_set(button, "Label", a->label);
        view_set(button, "Kind", a->button);
        view_set(button, "Confirm", a->confirm);
        view_set(button, "Opinion", opinions[a->opinion]);
        if (a->opinion)
            view_set(node, "Opinion", "1");
        if (a->extends)
            view_set_int(button, "Extends", a->extends);
        if (a->by.kind == PARTY_STAFF)
            view_set(node, "Staff", "1");
    }
}

void flow_buttons(struct work *work, const char *name, int64_t id, HDF *node)
{
    const struct flow *flow = flow_named(work, name);
    struct flow_case c = case_must(work, flow, id);
    buttons_add(work, flow, &c, node);
}

/* --- the deadline --------------------------------------------------------------------------------------- */

static void due_add(struct work *work, const struct flow *flow, int64_t id, HDF *node)
{
    HDF *row = flow_scratch(work);
    if (!db_row(work, row, Q_DUE, T(flow->name), I(id)))
        return;
    const char *date = view_get(row, "due_on");
    int left = flow_doors.left(work, date);
    view_set(node, "Due.Date", date);
    view_set_int(node, "Due.Left", abs(left));
    if (left < 0)
        view_set(node, "Due.Overdue", "1");
    if (hdf_get_int_value(row, "known", 0))
        view_set(node, "Due.Known", "1");
    if (hdf_get_int_value(row, "extensions", 0)) {
        view_set(node, "Due.Extended", "1");
        view_set(node, "Due.Reason", view_get(row, "reason"));
    }
}

/* --- the progress bar ------------------------------------------------------------------------------------- */

static int stage_of(const struct flow *flow, const char *state)
{
    int index = flow_state_index(flow, state);
    return index < 0 ? -1 : flow->states[index].stage;
}

/* The day on which the case last went on from each stage; steps come newest first. */
static void stage_days(struct work *work, const struct flow *flow, HDF *way, const char *days[FLOW_STAGES])
{
    for (HDF *step = hdf_obj_child(way); step; step = hdf_obj_next(step)) {
        int from = stage_of(flow, view_get(step, "from_state")), to = stage_of(flow, view_get(step, "to_state"));
        for (int i = from < 0 ? 0 : from; i < to; i++)
            if (!days[i])
                days[i] = arena_copy_n(work->arena, view_get(step, "at"), 10);
    }
}

static const char *stage_note(struct work *work, const struct flow_state *state, const struct flow_case *c, HDF *row)
{
    const char *due = view_get(row, "due_on");
    if (state->final)
        return arena_copy_n(work->arena, c->since, 10);
    if (!*due)
        return state->label;
    return arena_printf(work->arena, "%s，%s %s 前办结%s", state->label,
                        hdf_get_int_value(row, "extensions", 0) ? "延期至" : "预计", due,
                        hdf_get_int_value(row, "known", 1) ? "" : "（遇尚未公布的节假日顺延）");
}

static void progress_add(struct work *work, const struct flow *flow, const struct flow_case *c, HDF *way, HDF *node)
{
    const struct flow_state *state = &flow->states[flow_case_state(work, flow, c)];
    const char *days[FLOW_STAGES] = { 0 };
    HDF *due = flow_scratch(work);
    stage_days(work, flow, way, days);
    (void)db_row(work, due, Q_DUE, T(flow->name), I(c->id));
    for (int i = 0; i < (int)flow->stage_count; i++) {
        HDF *step = row_of(node, "", i);
        bool bad = strcmp(state->kind, "bad") == 0;
        view_set(step, "Label", flow->stages[i]);
        if (i < state->stage || (i == state->stage && state->final && !bad))
            view_set(step, "State", "done");
        else if (i == state->stage)
            view_set(step, "State", bad ? "failed" : "now");
        view_set(step, "Note", i < state->stage ? days[i] : i == state->stage ? stage_note(work, state, c, due) : NULL);
    }
}

/* --- the way -------------------------------------------------------------------------------------------- */

static HDF *way_read(struct work *work, const struct flow *flow, int64_t id)
{
    HDF *way = flow_scratch(work);
    db_rows(work, way, Q_WAY, T(flow->name), I(id), I(WAY_MAX));
    return way;
}

static const char *way_text(struct work *work, const struct flow_action *a, HDF *step)
{
    const char *opinion = view_get(step, "opinion"), *due = view_get(step, "due_on");
    if (a && a->extends && *due)
        return arena_printf(work->arena, "%s（延期至 %s）", opinion, due);
    return *opinion ? opinion : NULL;
}

static void way_add(struct work *work, const struct flow *flow, HDF *way, HDF *node)
{
    int n = 0;
    for (HDF *step = hdf_obj_child(way); step; step = hdf_obj_next(step), n++) {
        const struct flow_action *a = flow_action_named(flow, view_get(step, "action"));
        const char *to = view_get(step, "to_state"), *label = flow_state_label(flow->name, to);
        bool stays = strcmp(to, view_get(step, "from_state")) == 0;
        const char *kind = flow_state_kind(flow->name, to);
        HDF *out = row_of(node, "", n);
        view_set(out, "At", flow_minute(work, view_get(step, "at")));
        view_set(out, "Who", flow_who(work, view_get(step, "actor_name"), view_get(step, "actor_role"),
                                      hdf_get_int_value(step, "as_owner", 0)));
        if (!a)
            view_set(out, "Title", *view_get(step, "action") ? label : "创建");
        else if (stays)
            view_set(out, "Title", a->label);
        else
            view_setf(out, "Title", "%s：%s", a->label, label);
        view_set(out, "Text", way_text(work, a, step));
        view_set(out, "Kind", strcmp(kind, "bad") == 0 ? "bad" : n == 0 && *kind && strcmp(kind, "good") != 0 ? "now" : "");
    }
}

void flow_progress(struct work *work, const char *name, int64_t id, HDF *node)
{
    const struct flow *flow = flow_named(work, name);
    struct flow_case c = case_must(work, flow, id);
    progress_add(work, flow, &c, way_read(work, flow, id), node);
}

void flow_way(struct work *work, const char *name, int64_t id, HDF *node)
{
    const struct flow *flow = flow_named(work, name);
    case_must(work, flow, id);
    way_add(work, flow, way_read(work, flow, id), node);
}

/* --- all of it --------------------------------------------------------------------------------------------- */

void flow_show(struct work *work, const char *name, int64_t id, HDF *node)
{
    const struct flow *flow = flow_named(work, name);
    struct flow_case c = case_must(work, flow, id);
    const struct flow_state *state = &flow->states[flow_case_state(work, flow, &c)];
    HDF *way = way_read(work, flow, id);
    view_set(node, "Name", flow->name);
    view_set_int(node, "Id", id);
    view_set(node, "FlowLabel", flow->label);
    view_set(node, "Title", c.title);
    view_set(node, "Path", flow_case_path(work, flow, id, c.mine));
    view_set(node, "State", state->name);
    view_set(node, "Label", state->label);
    view_set(node, "Kind", state->kind);
    view_set(node, "Seen", hdf_get_value(way, "0.id", "0"));
    due_add(work, flow, id, node);
    buttons_add(work, flow, &c, node);
    progress_add(work, flow, &c, way, view_node(node, "Steps"));
    way_add(work, flow, way, view_node(node, "Way"));
    if (hdf_get_value(node, "Staff", NULL) && flow_doors.colleagues)
        flow_doors.colleagues(work, c.division, view_node(node, "Colleagues"));
}
