/* case: any case as its flow sees it: progress, deadline, way, and what may be decided now. What was applied for is read
 * on the page of the case's own area, to which a link leads. */
#include "flow/flow.h"
#include "workbench.h"

void case_page(struct request *rq)
{
    const char *flow = form_text(rq, "flow");
    HDF *node = view_node(rq->page, "Flow");
    if (!flow_find(flow))
        fail(&rq->work, FAIL_MISSING, "%s", "");
    flow_show(&rq->work, flow, form_int(rq, "id"), node);
    view_set(rq->page, "Title", view_get(node, "Title"));
    view_setf(rq->page, "Post", "/workbench/cases/%s/%s/move", view_get(node, "Name"), view_get(node, "Id"));
    page(rq, "workbench/case.cst");
}

void case_move(struct request *rq)
{
    const char *flow = form_text(rq, "flow");
    if (!flow_find(flow))
        fail(&rq->work, FAIL_MISSING, "%s", "");
    flow_post(rq, flow);
    redirect(rq, "/workbench/cases/%s/%lld", flow, (long long)form_int(rq, "id"));
}
