/* entrustments: 委托运营 (H3.2): a builder declares its platform, the platform's company confirms; the builder's stations. */
#include <string.h>

#include "archives.h"
#include "domain/entrustment.h"
#include "list/list.h"

#define PATH "/archives/entrustments"

void built_list(struct request *rq)
{
    list_page(rq, "station_built");
    view_set(rq->page, "Title", "我的充电站");
    view_set(rq->page, "Text", "受托运营商平台为本企业推送的充电站。信息有误的，请联系该运营商更正后重新推送。");
    page(rq, "archives/pushed.cst");
}

void entrustments_page(struct request *rq)
{
    view_set(rq->page, "Title", "委托运营");
    view_set(rq->page, "Builder", rq->work.actor.capabilities & CAP_BIT(CAP_ENTRUST) ? "1" : NULL);
    entrustment_list(&rq->work, view_node(rq->page, "Rows"));
    page(rq, "archives/entrustments.cst");
}

void entrustments_ask(struct request *rq)
{
    const char *wrong = entrustment_ask(&rq->work, form_text(rq, "platform"));
    if (wrong) {
        form_error(rq, "platform", "%s", wrong);
        form_refuse(rq);
    }
    redirect(rq, PATH);
}

void entrustments_decide(struct request *rq)
{
    if (strcmp(form_text(rq, "action"), "end") == 0)
        form_confirm(rq, "解除委托", "解除后建设方不能再查看该运营商平台为其推送的充电站，需要时须重新登记并由运营商确认。是否解除？", PATH);
    if (strcmp(form_text(rq, "action"), "withdraw") == 0)
        form_confirm(rq, "撤回委托登记", "撤回后该运营商不再办理本次登记，需要时可重新登记。是否撤回？", PATH);
    entrustment_decide(&rq->work, form_int(rq, "id"), form_text(rq, "action"));
    redirect(rq, PATH);
}
