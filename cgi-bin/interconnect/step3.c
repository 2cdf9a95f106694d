/* step3: 系统核对 (Z12.3): state, result, what comes next. The check's job and its report are check.c's. */
#include <string.h>

#include "domain/connection_check.h"
#include "flow/flow.h"
#include "interconnect.h"

void step3_page(struct request *rq)
{
    struct connection c = { 0 };
    bool there = wizard_head(rq, 3, &c);
    if (!there || strcmp(c.state, "draft") == 0)
        redirect(rq, "/interconnect/configure");
    flow_show(&rq->work, CONNECTION_FLOW, c.id, view_node(rq->page, "Flow"));
    view_set(rq->page, "Running", strcmp(c.state, "checking") == 0 ? "1" : NULL);
    int64_t report = connection_check_newest(&rq->work, c.operator_id);
    if (report)
        view_set_int(rq->page, "Report", report);
    page(rq, "interconnect/step3.cst");
}
