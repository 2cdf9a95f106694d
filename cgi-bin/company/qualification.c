/* qualification: 运营商资质 (H2.1-H2.4): the page with conditions and progress, and the wizard of three steps. What is
 * typed is a draft until the last step sends it; a stored application becomes a draft again with 「修改」. */
#include <string.h>

#include "company.h"
#include "domain/company.h"
#include "flow/flow.h"

#define FLOW "qualification"
#define FORM "company-qualification"
#define PATH "/company/qualification/form"

void qualification_page(struct request *rq)
{
    const char *done = rq->method == GET ? form_text(rq, "done") : "";
    int64_t id = qualification_current(&rq->work);
    view_set(rq->page, "Title", "运营商资质");
    if (id) {
        flow_show(&rq->work, FLOW, id, view_node(rq->page, "Flow"));
        qualification_view(&rq->work, id, view_node(rq->page, "View"));
        qualification_conditions(&rq->work, id, view_node(rq->page, "Conditions"));
    }
    if (!id || qualification_editable(&rq->work, id))
        view_set(rq->page, id ? "Edit" : "New", "1");
    if (strcmp(done, "filed") == 0)
        view_set(rq->page, "Notice", "运营商资质已提交，请等待主管部门审核。");
    else if (strcmp(done, "stored") == 0)
        view_set(rq->page, "Unmet", "1");
    page(rq, "company/qualification.cst");
}

void qualification_form(struct request *rq)
{
    int64_t id = qualification_current(&rq->work);
    if (id && !qualification_editable(&rq->work, id))
        redirect(rq, "/company/qualification");
    view_set(rq->page, "Title", "填报运营商资质");
    form_show(rq, FORM, qualification_values(&rq->work, id), PATH);
    /* a stored application is written anew from its draft alone (「修改」 makes it), else steps not shown would be empty */
    if (id && rq->method == GET && !*view_get(view_node(rq->page, "Form"), "Restored"))
        redirect(rq, "/company/qualification");
    page(rq, "company/qualification-form.cst");
}

void qualification_step(struct request *rq)
{
    int64_t id = qualification_current(&rq->work);
    if (id && !qualification_editable(&rq->work, id))
        fail(&rq->work, FAIL_CONFLICT, "运营商资质已提交，当前不能修改，请返回「运营商资质」查看。");
    form_wizard(rq, PATH);
    const char *words = qualification_file(&rq->work, rq->values);
    form_done(rq);
    redirect(rq, "/company/qualification?done=%s", words ? "stored" : "filed");
}

void qualification_edit(struct request *rq)
{
    int64_t id = qualification_current(&rq->work);
    if (!id || !qualification_editable(&rq->work, id))
        fail(&rq->work, FAIL_CONFLICT, "运营商资质当前不能修改，请返回「运营商资质」查看。");
    rq->values = qualification_values(&rq->work, id);
    form_draft_keep(rq);
    redirect(rq, PATH "?step=1");
}

void qualification_move(struct request *rq)
{
    flow_post(rq, FLOW);
    redirect(rq, "/company/qualification");
}
