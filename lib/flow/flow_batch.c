/* flow_batch: one action on many cases. Every move is the same flow_try() as a single one, in a part of the transaction
 * of its own: what a case's guard, state or consequence refuses is undone for that case alone and named. All-or-nothing
 * is one part around them all. Owns no table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "flow/flow_declared.h"

/* --- what was picked ---------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    const struct flow_pick *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id ? 1 : 0;
}

/* In the order of ids, each once. */
static struct flow_picks picks_ordered(struct work *work, struct flow_pick *list, size_t count)
{
    size_t kept = 0;
    qsort(list, count, sizeof *list, by_id);
    for (size_t i = 0; i < count; i++)
        if (!kept || list[kept - 1].id != list[i].id)
            list[kept++] = list[i];
    if (kept > FLOW_BATCH_MAX)
        fail(work, FAIL_INVALID, "一次最多办理 %d 件，请减少选择后重新提交。", FLOW_BATCH_MAX);
    return (struct flow_picks){ list, kept };
}

static struct flow_pick pick_read(struct work *work, char *text)
{
    struct flow_pick pick = { 0, 0 };
    const char *id = strsep(&text, ".");
    if (!text_to_int(id, 1, INT64_MAX, &pick.id) || (text && !text_to_int(text, 0, INT64_MAX, &pick.seen)))
        fail(work, FAIL_MALFORMED, "所选事项的编号有误，请返回列表重新勾选。");
    return pick;
}

struct flow_picks flow_picks_read(struct work *work, const char *text)
{
    char *rest = arena_copy(work->arena, text), *one;
    size_t room = 1, count = 0;
    for (const char *t = text; *t; t++)
        room += *t == ',';
    struct flow_pick *list = arena_alloc(work->arena, room * sizeof *list);
    while ((one = strsep(&rest, ",")))
        if (*one)
            list[count++] = pick_read(work, one);
    return picks_ordered(work, list, count);
}

struct flow_picks flow_picks_of(struct work *work, const char *const *ids, size_t count)
{
    struct flow_pick *list = arena_alloc(work->arena, (count + 1) * sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = pick_read(work, arena_copy(work->arena, ids[i]));
    return picks_ordered(work, list, count);
}

struct flow_picks flow_picks_waiting(struct work *work, const char *name)
{
    HDF *found = flow_scratch(work);
    int count = flow_waiting_ids(work, flow_named(work, name), FLOW_BATCH_MAX + 1, found), n = 0;
    struct flow_pick *list = arena_alloc(work->arena, ((size_t)count + 1) * sizeof *list);
    for (HDF *row = hdf_obj_child(found); row; row = hdf_obj_next(row), n++)
        list[n] = (struct flow_pick){ strtoll(view_get(row, "id"), NULL, 10), strtoll(view_get(row, "seen"), NULL, 10) };
    return picks_ordered(work, list, (size_t)n);
}

/* --- what is asked before --------------------------------------------------------------------------------- */

static HDF *row_of(HDF *node, const char *list, size_t i)
{
    char name[40];
    snprintf(name, sizeof name, "%s.%zu", list, i);
    return view_node(node, name);
}

static void case_to_row(struct work *work, const struct flow *flow, const struct flow_case *c, HDF *row)
{
    view_set(row, "Title", *c->title ? c->title : arena_printf(work->arena, "第 %lld 号事项", (long long)c->id));
    view_set(row, "State", flow_state_label(flow->name, c->state));
    view_set(row, "Kind", flow_state_kind(flow->name, c->state));
    view_set(row, "Path", flow_case_path(work, flow, c->id, c->mine));
}

/* Out of scope and gone look alike, here too. */
static bool row_begin(struct work *work, const struct flow *flow, int64_t id, struct flow_case *c, HDF *row)
{
    view_set_int(row, "Id", id);
    if (flow_case_read(work, flow, id, false, c)) {
        case_to_row(work, flow, c, row);
        return true;
    }
    view_setf(row, "Title", "第 %lld 号事项", (long long)id);
    return false;
}

static int64_t last_step(struct work *work, const struct flow *flow, int64_t id)
{
    return db_int(work, 0, "SELECT MAX(id) FROM flow_step WHERE flow = ? AND case_id = ?", T(flow->name), I(id));
}

static bool action_fits(struct work *work, const struct flow *flow, const struct flow_action *a, const struct flow_case *c)
{
    return a->bulk && (a->from & UINT64_C(1) << flow_case_state(work, flow, c)) && flow_party_is(work, &a->by, c);
}

static void button_add(const struct flow_action *a, int fits, HDF *node, size_t n)
{
    HDF *button = row_of(node, "Buttons", n);
    view_set(button, "Action", a->name);
    view_set(button, "Label", a->label);
    view_set(button, "Kind", a->button);
    view_set_int(button, "Fits", fits);
    if (a->bulk == BULK_ALL)
        view_set(button, "All", "1");
    if (a->opinion) {
        view_set(button, "Opinion", a->opinion == OPINION_REQUIRED ? "required" : "optional");
        view_set(node, "Opinion", "1");
    }
}

void flow_batch_show(struct work *work, const char *name, struct flow_picks picks, HDF *node)
{
    const struct flow *flow = flow_named(work, name);
    int fits[FLOW_ACTIONS] = { 0 };
    size_t buttons = 0;
    char *cases = arena_alloc(work->arena, picks.count * 42 + 1), *at = cases;
    for (size_t i = 0; i < picks.count; i++) {
        HDF *row = row_of(node, "Rows", i);
        struct flow_case c;
        int64_t seen = picks.list[i].seen;
        bool some = false, there = row_begin(work, flow, picks.list[i].id, &c, row);
        if (there && !seen)                  /* ticked in a list: what this page shows is what is decided */
            seen = last_step(work, flow, c.id);
        at += sprintf(at, "%s%lld.%lld", i ? "," : "", (long long)picks.list[i].id, (long long)seen);
        for (size_t a = 0; there && a < flow->action_count; a++)
            if (action_fits(work, flow, &flow->actions[a], &c))
                fits[a]++, some = true;
        if (!some)
            view_set(row, "Wrong", *view_get(row, "State") ? "当前状态不能批量办理" : "没有这个事项，可能已删除或不在您的辖区");
    }
    view_set(node, "Flow", flow->name);
    view_set(node, "FlowLabel", flow->label);
    view_set(node, "Cases", cases);
    view_set_int(node, "Count", (int64_t)picks.count);
    for (size_t a = 0; a < flow->action_count; a++)
        if (fits[a])
            button_add(&flow->actions[a], fits[a], node, buttons++);
}

void flow_batch_ask(struct request *rq, const char *flow, struct flow_picks picks, const char *back)
{
    view_set(rq->page, "Title", "批量办理");
    view_set(rq->page, "Back", back);
    flow_batch_show(&rq->work, flow, picks, view_node(rq->page, "Batch.0"));
}

/* --- taking ------------------------------------------------------------------------------------------------- */

struct batch {
    const struct flow      *flow;
    const struct flow_move *move;        /* but for its case */
    const struct flow_action *action;
    struct flow_picks       picks;
    const char            **wrong;       /* one a pick; NULL: done */
    size_t                  done;
    struct flow_gathering   many;
    struct flow_case       *left;        /* one a pick: how the move left it; id 0: not moved now */
};

#define Q_KEYS "SELECT 1 FROM flow_step WHERE account_id = ? AND idempotency LIKE CONCAT(?, ':%') LIMIT 1"

struct one {
    const struct flow_move *move;
    const char             *words;
};

static void try_one(struct work *work, void *arg)
{
    struct one *one = arg;
    one->words = flow_try(work, one->move);
}

static const char *take_one(struct work *work, struct batch *b, struct flow_pick pick)
{
    struct flow_move move = *b->move;
    struct one one = { &move, NULL };
    size_t told = b->many.told_count;
    move.many = &b->many;
    move.id = pick.id;
    move.seen = pick.seen;
    move.reasons = NULL;
    if (move.idempotency && *move.idempotency)
        move.idempotency = arena_printf(work->arena, "%s:%lld", move.idempotency, (long long)pick.id);
    if (work_part(work, try_one, &one))
        return one.words;
    b->many.told_count = told;                     /* undone: nothing to tell */
    return work->failed == FAIL_MISSING ? "没有这个事项，可能已删除或不在您的辖区" : arena_copy(work->arena, work->fail_text);
}

static void take_all(struct work *work, void *arg)
{
    struct batch *b = arg;
    const char *key = b->move->idempotency;
    b->done = 0;
    b->many = (struct flow_gathering){ .fresh = key && *key && !db_int(work, 0, Q_KEYS, I(work->actor.account_id), T(key)) };
    for (size_t i = 0; i < b->picks.count; i++) {
        b->many.last.id = 0;
        b->wrong[i] = take_one(work, b, b->picks.list[i]);
        b->left[i] = b->many.last;
        b->done += !b->wrong[i];
    }
    if (b->action->bulk == BULK_ALL && b->done < b->picks.count)
        fail(work, FAIL_CONFLICT, "%s", "");       /* undone, all of it */
    flow_tell_gathered(work, &b->many);
}

static void result_show(struct work *work, struct batch *b, HDF *node)
{
    bool none = b->action->bulk == BULK_ALL && b->done < b->picks.count;
    for (size_t i = 0; i < b->picks.count; i++) {
        HDF *row = row_of(node, "Rows", i);
        struct flow_case c;
        if (!none && !b->wrong[i] && b->left[i].id) {
            view_set_int(row, "Id", b->left[i].id);
            case_to_row(work, b->flow, &b->left[i], row);
        } else {
            row_begin(work, b->flow, b->picks.list[i].id, &c, row);
        }
        view_set(row, "Wrong", b->wrong[i]);
    }
    view_set(node, "FlowLabel", b->flow->label);
    view_set(node, "Action", b->action->label);
    if (none)
        view_set(node, "None", "1");
    view_set_int(node, "Done", none ? 0 : (int64_t)b->done);
    view_set_int(node, "Refused", (int64_t)(b->picks.count - b->done));
}

size_t flow_batch_take(struct work *work, const struct flow_move *move, struct flow_picks picks, HDF *node, const char **wrong)
{
    const struct flow *flow = flow_named(work, move->flow);
    const struct flow_action *action = flow_action_named(flow, move->action);
    struct batch b = { flow, move, action, picks, arena_alloc(work->arena, (picks.count + 1) * sizeof *b.wrong), 0, { 0 },
                       arena_alloc(work->arena, (picks.count + 1) * sizeof *b.left) };
    *wrong = NULL;
    if (!action || !action->bulk)
        fail(work, FAIL_MISSING, "没有这项批量操作，请从页面上的按钮进入。");
    if (!picks.count)
        fail(work, FAIL_INVALID, "请先勾选要办理的事项。");
    if (action->by.kind == PARTY_STAFF && !flow_party_is(work, &action->by, NULL))
        fail(work, FAIL_FORBIDDEN, "您没有办理「%s」的权限。如有疑问，请联系平台管理员。", action->label);
    if ((*wrong = flow_opinion_wrong(work, action, move->opinion)))
        return 0;
    bool kept = work_part(work, take_all, &b);
    result_show(work, &b, node);
    return kept ? b.done : 0;
}
