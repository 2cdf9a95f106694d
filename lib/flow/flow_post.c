/* flow_post: the decision form of a page as a move. A refusal with words draws the page again with what was typed;
 * who came second, or may not, gets the page of that failure. */
#include <string.h>

#include "flow/flow_declared.h"

void flow_post(struct request *rq, const char *flow)
{
    HDF *reasons = view_node(rq->page, "FlowReasons");
    size_t count = form_count(rq, "copy");
    int64_t *copies = arena_alloc(rq->work.arena, (count + 1) * sizeof *copies);
    for (size_t i = 0; i < count; i++)
        copies[i] = form_int_at(rq, "copy", i);
    const char *words = flow_try(&rq->work, &(struct flow_move){
        .flow = flow, .id = form_int(rq, "id"), .action = form_text(rq, "action"), .opinion = form_text(rq, "opinion"),
        .idempotency = rq->work.idempotency, .seen = form_int(rq, "seen"), .copies = copies, .copy_count = count,
        .reasons = reasons });
    if (!words)
        return;
    form_error(rq, "opinion", "%s", words);
    form_refuse(rq);
}
