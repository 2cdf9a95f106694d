/* check: the report of the automatic check (Z12.3), for the operator and for the departments of its division. */
#include "domain/connection_check.h"
#include "interconnect.h"

void check_report(struct request *rq)
{
    if (!connection_check_show(&rq->work, form_int(rq, "id"), view_node(rq->page, "Check")))
        fail(&rq->work, FAIL_MISSING, "没有这份核对报告，请从系统核对页面重新进入。");
    view_set(rq->page, "Title", "系统核对报告");
    view_set(rq->page, "Own", rq->work.actor.operator_id ? "1" : NULL);
    page(rq, "interconnect/check.cst");
}
