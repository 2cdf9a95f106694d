/* batch: many cases at once (Z30). The ticked cases are shown, grouped by flow, with what may be done to them; the second
 * POST does it and shows the result of each. It serves every flow, whichever area's list the cases were ticked in. */
#include <string.h>

#include "flow/flow.h"
#include "workbench.h"

enum { FLOWS_MAX = 40 };

/* "registration.7.12": a flow's cases gather as "7.12,9.14". */
struct group { const char *flow, *cases; };

static size_t gather(struct request *rq, struct group groups[FLOWS_MAX])
{
    struct arena *arena = rq->work.arena;
    size_t count = 0, at;
    for (size_t i = 0; i < form_count(rq, "case"); i++) {
        char *rest = arena_copy(arena, form_text_at(rq, "case", i));
        const char *flow = strsep(&rest, ".");
        if (!rest || !flow_find(flow))
            fail(&rq->work, FAIL_MALFORMED, "所选事项的编号有误，请返回列表重新勾选。");
        for (at = 0; at < count && strcmp(groups[at].flow, flow) != 0; at++)
            ;
        if (at == FLOWS_MAX)
            fail(&rq->work, FAIL_INVALID, "所选事项涉及的业务过多，请分次办理。");
        if (at == count)
            groups[count++] = (struct group){ flow, "" };
        groups[at].cases = arena_printf(arena, "%s%s,", groups[at].cases, rest);
    }
    return count;
}

static _Noreturn void ask(struct request *rq, const char *back)
{
    view_set(rq->page, "Title", "批量办理");
    view_set(rq->page, "Back", back);
    page(rq, "workbench/batch.cst");
}

void batch_ask(struct request *rq)
{
    struct group groups[FLOWS_MAX];
    const char *flow = form_text(rq, "flow");
    size_t count = gather(rq, groups);
    if (form_int(rq, "all") && flow_find(flow)) {
        flow_batch_show(&rq->work, flow, flow_picks_waiting(&rq->work, flow), view_node(rq->page, "Batch.0"));
        ask(rq, "/workbench");
    }
    if (!count) {
        form_error(rq, "case", "请先勾选要办理的事项");
        form_refuse(rq);
    }
    for (size_t i = 0; i < count; i++)
        flow_batch_show(&rq->work, groups[i].flow, flow_picks_read(&rq->work, groups[i].cases),
                        view_node(rq->page, arena_printf(rq->work.arena, "Batch.%zu", i)));
    ask(rq, "/workbench");
}

static const char *flow_asked(struct request *rq)
{
    const char *flow = form_text(rq, "flow");
    if (!flow_find(flow))
        fail(&rq->work, FAIL_MISSING, "没有这项业务，请从「待办事项」重新进入。");
    return flow;
}

static const char *way_back(struct request *rq)
{
    return form_has(rq, "back") ? form_text(rq, "back") : "/workbench";
}

/* The same page again, with what was typed and what is wrong with it. */
void batch_again(struct request *rq)
{
    const char *flow = flow_asked(rq);
    flow_batch_show(&rq->work, flow, flow_picks_read(&rq->work, form_text(rq, "cases")), view_node(rq->page, "Batch.0"));
    ask(rq, way_back(rq));
}

void batch_take(struct request *rq)
{
    const char *wrong;
    const struct flow_move move = { .flow = flow_asked(rq), .action = form_text(rq, "action"),
                                    .opinion = form_text(rq, "opinion"), .idempotency = rq->work.idempotency };
    HDF *result = view_node(rq->page, "Result");
    flow_batch_take(&rq->work, &move, flow_picks_read(&rq->work, form_text(rq, "cases")), result, &wrong);
    if (wrong) {
        form_error(rq, "opinion", "%s", wrong);
        form_refuse(rq);
    }
    view_set(rq->page, "Title", "批量办理结果");
    view_set(rq->page, "Back", way_back(rq));
    page_status(rq, *view_get(result, "None") ? 409 : 200, "workbench/batch-done.cst");
}
