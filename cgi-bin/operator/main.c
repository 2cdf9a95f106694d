/* operator: 「运营商概览」 (Z8.1): until the registration has passed it is all an account may open; refusal and correction (Z8.2). */
#include <string.h>

#include "domain/company.h"
#include "domain/exchange_silence.h"
#include "domain/process.h"
#include "domain/registration.h"
#include "domain/session.h"
#include "flow/flow.h"
#include "web/web.h"

/* Why it came back: the opinion of the newest step of the way. */
static void add_refusal(struct request *rq, const char *state, const char *opinion)
{
    if (strcmp(state, "refused") == 0 || strcmp(state, "returned") == 0) {
        view_setf(rq->page, "Refused.Title", "%s", flow_state_label("registration", state));
        view_setf(rq->page, "Refused.Text", "审核意见：%s", opinion);
    }
}

static void add_case(struct request *rq, int64_t id)
{
    HDF *flow = view_node(rq->page, "Flow");
    flow_show(&rq->work, "registration", id, flow);
    const char *state = view_get(flow, "State");
    bool editable = strcmp(state, "filed") != 0 && strcmp(state, "passed") != 0;
    view_set(rq->page, "Case", "1");
    view_set(rq->page, "Account.State", strcmp(state, "passed") == 0 ? "正常" : view_get(flow, "Label"));
    view_set(rq->page, "Account.Kind", strcmp(state, "passed") == 0 ? "good" : view_get(flow, "Kind"));
    view_set(rq->page, "Editable", editable ? "1" : NULL);
    add_refusal(rq, state, view_get(flow, "Way.0.Text"));
}

/* An account that was not made by registration: what it stands for has been checked elsewhere. */
static void add_none(struct request *rq)
{
    static const char *const labels[] = { "提交注册申请", "主管部门审核", "注册成功" };
    for (int i = 0; i < 3; i++) {
        HDF *step = view_node(rq->page, arena_printf(rq->work.arena, "Steps.%d", i));
        view_set(step, "Label", labels[i]);
        view_set(step, "State", "done");
    }
    view_set(rq->page, "Account.State", "正常");
    view_set(rq->page, "Account.Kind", "good");
}

static void home(struct request *rq)
{
    int64_t id = registration_own(&rq->work);
    view_set(rq->page, "Title", "运营商概览");
    if (rq->method == GET && strcmp(form_text(rq, "done"), "sent") == 0)     /* a refused move draws this page too */
        view_set(rq->page, "Notice", "注册信息已重新提交，请等待审核。");
    if (id)
        add_case(rq, id);
    else
        add_none(rq);
    if (rq->work.actor.capabilities & CAP_BIT(CAP_OPERATOR_OWN) && rq->work.actor.operator_id) {    /* Z8.3, Z8.4 */
        view_set(rq->page, "Passed", "1");
        company_guide(&rq->work, rq->page);
        exchange_silence_show(&rq->work, rq->work.actor.operator_id, view_node(rq->page, "Silence"));
    }
    page(rq, "operator/home.cst");
}

/* --- correcting ------------------------------------------------------------------------------------------------ */

static void correct_page(struct request *rq)
{
    int64_t id = registration_own(&rq->work);
    struct form_values *values = id ? registration_to_change(&rq->work, id) : NULL;
    if (!values)
        redirect(rq, "/operator");
    HDF *flow = view_node(rq->page, "Flow");
    flow_show(&rq->work, "registration", id, flow);
    add_refusal(rq, view_get(flow, "State"), view_get(flow, "Way.0.Text"));
    view_set(rq->page, "Title", "修改注册信息");
    form_show(rq, "registration-edit", values, "/operator/registration");
    page(rq, "operator/registration.cst");
}

static void correct(struct request *rq)
{
    int64_t id = registration_own(&rq->work);
    if (!id)
        fail(&rq->work, FAIL_MISSING, "%s", "");
    if (form_draft(rq)) {
        form_draft_keep(rq);
        redirect(rq, "/operator/registration");
    }
    if (!registration_change(&rq->work, rq->values, id))
        form_refuse(rq);
    form_done(rq);
    redirect(rq, "/operator?done=sent");
}

static void move(struct request *rq)
{
    flow_post(rq, "registration");
    redirect(rq, "/operator");
}

enum { BODY_LIMIT = 12 << 20 };

static const struct route routes[] = {
    { GET,  "/operator",                   CAP_COMPANY, "operator-home",     home },
    { GET,  "/operator/registration",      CAP_COMPANY, NULL,                correct_page },
    { POST, "/operator/registration",      CAP_COMPANY, "registration-edit", correct, correct_page, BODY_LIMIT },
    { POST, "/operator/registration/move", CAP_COMPANY, "flow-move",         move, home },
    ROUTE_END };

static const struct program program = {
    .name = "operator", .routes = routes, .templates = "operator", .start = process_start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
