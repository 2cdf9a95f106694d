/* wizard: what the three steps of 「互联配置申请」 share (Z12). */
#include <string.h>

#include "domain/exchange_silence.h"
#include "flow/flow.h"
#include "interconnect.h"

/* How far the case is: the step that is done last. */
static int steps_done(const struct connection *c, bool there)
{
    if (!there || strcmp(c->state, "draft") == 0)
        return 0;
    if (strcmp(c->state, "trying") == 0)
        return 1;
    return strcmp(c->state, "connected") == 0 ? 3 : 2;
}

bool wizard_head(struct request *rq, int step, struct connection *c)
{
    static const struct { const char *label, *path; } steps[] = {
        { "Step1 互联配置", "/interconnect/configure" }, { "Step2 接口联调", "/interconnect/debug" }, { "Step3 系统核对", "/interconnect/check" } };
    bool there = connection_own(&rq->work, c);
    int done = steps_done(c, there);
    view_set(rq->page, "Title", "互联配置申请");
    for (int i = 0; i < 3; i++) {
        HDF *node = view_node(rq->page, arena_printf(rq->work.arena, "Steps.%d", i));
        bool failed = i == 2 && there && strcmp(c->state, "failed") == 0;
        view_set(node, "Label", steps[i].label);
        view_set(node, "Path", i <= done ? steps[i].path : NULL);
        view_set(node, "State", failed ? "failed" : i < done ? "done" : i + 1 == step ? "now" : NULL);
        view_set(node, "Here", i + 1 == step ? "1" : NULL);
    }
    HDF *state = view_node(rq->page, "Connection");
    view_set_int(state, "Id", there ? c->id : 0);
    view_set(state, "State", there ? c->state : "none");
    view_set(state, "Label", there ? flow_state_label(CONNECTION_FLOW, c->state) : "待配置");
    view_set(state, "Tone", there ? flow_state_kind(CONNECTION_FLOW, c->state) : "wait");
    exchange_silence_show(&rq->work, rq->work.actor.operator_id, view_node(rq->page, "Silence"));
    return there;
}

void case_show(struct request *rq, const struct connection *c)
{
    HDF *node = view_node(rq->page, "Flow");
    flow_show(&rq->work, CONNECTION_FLOW, c->id, node);
    view_set(rq->page, "Title", view_get(node, "Title"));
    view_set(rq->page, "Kind", c->kind);
    if (connection_form(c->kind)) {
        NEOERR *error = hdf_remove_tree(node, "Steps.1");
        nerr_ignore(&error);
    }
}
