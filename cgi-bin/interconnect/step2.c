/* step2: 接口联调 (Z12.2): what must be tried and what has passed. The trying itself is the console's (console.c). */
#include <string.h>

#include "domain/connection_tried.h"
#include "flow/flow.h"
#include "interconnect.h"

void step2_page(struct request *rq)
{
    struct connection c = { 0 };
    bool there = wizard_head(rq, 2, &c);
    if (!there || strcmp(c.state, "draft") == 0)
        redirect(rq, "/interconnect/configure");
    int left = connection_tried_list(&rq->work, c.operator_id, view_node(rq->page, "Tried"));
    flow_show(&rq->work, CONNECTION_FLOW, c.id, view_node(rq->page, "Flow"));
    bool open = strcmp(c.state, "trying") == 0 || strcmp(c.state, "failed") == 0;
    view_set_int(rq->page, "Left", left);
    view_set(rq->page, "Ready", open && left == 0 ? "1" : NULL);
    view_set(rq->page, "Open", open ? "1" : NULL);
    page(rq, "interconnect/step2.cst");
}

/* 「提交系统核对申请」 and what else the case's owner may do on the wizard's pages. */
void wizard_move(struct request *rq)
{
    flow_post(rq, CONNECTION_FLOW);
    redirect(rq, "/interconnect/check");
}
