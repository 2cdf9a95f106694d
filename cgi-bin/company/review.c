/* review: what a department decides. flow_show() proves that this actor may see the case; else it is not there. */
#include "company.h"
#include "domain/company.h"
#include "flow/flow.h"

static HDF *show(struct request *rq, const char *flow, const char *post)
{
    HDF *node = view_node(rq->page, "Flow");
    flow_show(&rq->work, flow, form_int(rq, "id"), node);
    view_set(rq->page, "Title", view_get(node, "Title"));
    view_set(rq->page, "Post", post);
    return node;
}

void review_profile(struct request *rq)
{
    (void)show(rq, "profile-change", "/company/review/profile/move");
    company_change_view(&rq->work, form_int(rq, "id"), view_node(rq->page, "View"));
    view_set(rq->page, "Panel", "变更内容");
    page(rq, "company/review.cst");
}

void review_profile_move(struct request *rq)
{
    flow_post(rq, "profile-change");
    redirect(rq, "/company/review/profile/%lld", (long long)form_int(rq, "id"));
}

void review_qualification(struct request *rq)
{
    (void)show(rq, "qualification", "/company/review/qualification/move");
    qualification_view(&rq->work, form_int(rq, "id"), view_node(rq->page, "View"));
    qualification_conditions(&rq->work, form_int(rq, "id"), view_node(rq->page, "Conditions"));
    view_set(rq->page, "Panel", "申请内容");
    page(rq, "company/review.cst");
}

void review_qualification_move(struct request *rq)
{
    flow_post(rq, "qualification");
    redirect(rq, "/company/review/qualification/%lld", (long long)form_int(rq, "id"));
}
