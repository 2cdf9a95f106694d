/* flow_post: the decision form of a page as a move. A refusal with words draws the page again with what was typed; so
 * does a conflict (409): who came second reads who was first, above the case as it is now, and keeps the opinion. Who
 * may not gets the page of that failure. An action that says confirm= asks first. */
#include <string.h>

#include "flow/flow_declared.h"

struct posted {
    struct flow_move move;
    const char      *words;
};

static void try_it(struct work *work, void *arg)
{
    struct posted *posted = arg;
    posted->words = flow_try(work, &posted->move);
}

static void ask_first(struct request *rq, const char *name)
{
    const struct flow *flow = flow_named(&rq->work, name);
    const struct flow_action *action = flow_action_named(flow, form_text(rq, "action"));
    if (action && action->confirm) {
        flow_show(&rq->work, name, form_int(rq, "id"), view_node(rq->page, "Flow"));     /* 404 outside the scope */
        form_confirm(rq, action->label, action->confirm,
                     flow_case_path(&rq->work, flow, form_int(rq, "id"), !flow_is_staff(&rq->work.actor)));
    }
}

void flow_post(struct request *rq, const char *flow)
{
    size_t count = form_count(rq, "copy");
    int64_t *copies = arena_alloc(rq->work.arena, (count + 1) * sizeof *copies);
    for (size_t i = 0; i < count; i++)
        copies[i] = form_int_at(rq, "copy", i);
    ask_first(rq, flow);
    struct posted posted = { .move = {
        .flow = flow, .id = form_int(rq, "id"), .action = form_text(rq, "action"), .opinion = form_text(rq, "opinion"),
        .idempotency = rq->work.idempotency, .seen = form_int(rq, "seen"), .copies = copies, .copy_count = count,
        .reasons = view_node(rq->page, "FlowReasons") } };
    if (!work_part(&rq->work, try_it, &posted)) {
        if (rq->work.failed == FAIL_CONFLICT)
            form_conflict(rq, arena_copy(rq->work.arena, rq->work.fail_text));
        fail(&rq->work, rq->work.failed, "%s", arena_copy(rq->work.arena, rq->work.fail_text));
    }
    if (!posted.words)
        return;
    form_error(rq, "opinion", "%s", posted.words);
    form_refuse(rq);
}
