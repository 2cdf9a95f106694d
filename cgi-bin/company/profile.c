/* profile: 运营商配置管理 (Z13): seen, and with 「修改」 edited; a change of key data shows its way through the review. */
#include <string.h>

#include "company.h"
#include "domain/company.h"
#include "flow/flow.h"

#define FLOW "profile-change"

static void show_change(struct request *rq)
{
    int64_t change = company_change(&rq->work);
    if (!change)
        return;
    flow_show(&rq->work, FLOW, change, view_node(rq->page, "Flow"));
    company_change_view(&rq->work, change, view_node(rq->page, "Change"));
}

void profile_page(struct request *rq)
{
    const char *done = rq->method == GET ? form_text(rq, "done") : "";
    view_set(rq->page, "Title", "运营商配置管理");
    form_view(&rq->work, company_profile(&rq->work, false), NULL, view_node(rq->page, "View"));
    show_change(rq);
    if (strcmp(done, "saved") == 0)
        view_set(rq->page, "Notice", "企业信息已保存。");
    else if (strcmp(done, "filed") == 0)
        view_set(rq->page, "Notice", "企业信息已保存，关键信息的变更已提交主管部门审核，审核通过后生效。");
    page(rq, "company/profile.cst");
}

void profile_edit(struct request *rq)
{
    view_set(rq->page, "Title", "修改企业信息");
    form_show(rq, "company-profile", company_profile(&rq->work, true), "/company/profile");
    page(rq, "company/profile-edit.cst");
}

void profile_save(struct request *rq)
{
    if (form_draft(rq)) {
        form_draft_keep(rq);
        redirect(rq, "/company/profile/edit");
    }
    bool filed = company_profile_save(&rq->work, rq->values, rq->address);
    form_refuse_wrong(rq);
    form_done(rq);
    redirect(rq, "/company/profile?done=%s", filed ? "filed" : "saved");
}

void profile_move(struct request *rq)
{
    flow_post(rq, FLOW);
    redirect(rq, "/company/profile");
}
