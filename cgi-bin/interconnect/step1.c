/* step1: 互联配置 (Z12.1): the operator's data, the portal's data in return. Keys are shown in full on the page that answers the
 * POST that made them, and afterwards only to whoever gives the password again. */
#include <string.h>

#include "domain/partner.h"
#include "domain/session.h"
#include "interconnect.h"

#define PATH "/interconnect/configure"

static void feedback(struct request *rq)
{
    HDF *node = view_node(rq->page, "Feedback");
    if (!connection_feedback(&rq->work, node))
        return;
    view_set(node, "There", "1");
    view_set(node, "Address", arena_printf(rq->work.arena, "%s%s", public_address(rq), view_get(node, "Path")));
}

void step1_page(struct request *rq)
{
    struct connection c = { 0 };
    bool there = wizard_head(rq, 1, &c);
    if (rq->method == GET && strcmp(form_text(rq, "done"), "saved") == 0)
        view_set(rq->page, "Notice", "互联配置已保存。");
    if (rq->method == GET && strcmp(form_text(rq, "done"), "test") == 0)
        view_set(rq->page, "Tested", "1");
    feedback(rq);
    connection_stations_figures(&rq->work, view_node(rq->page, "Stations"));
    if (there)
        connection_tested(&rq->work, view_node(rq->page, "Test"));
    form_show(rq, "connection-platform", connection_platform(&rq->work), PATH);
    page(rq, "interconnect/step1.cst");
}

/* --- keys in full ------------------------------------------------------------------------------------------------------ */

static _Noreturn void keys_page(struct request *rq, const struct connection_shown *shown, const char *lead)
{
    struct connection c;
    (void)wizard_head(rq, 1, &c);
    feedback(rq);
    view_set(rq->page, "Lead", lead);
    if (shown->to_gov_new)
        connection_keys_show(&shown->to_gov, view_node(rq->page, "ToGov"));
    if (shown->to_operator_new)
        connection_keys_show(&shown->to_operator, view_node(rq->page, "ToOperator"));
    header_add(rq, "Cache-Control", "no-store");
    page(rq, "interconnect/keys.cst");
}

struct saving { struct request *rq; struct connection_shown shown; bool fresh; };

static const char *save(struct work *work, void *arg)
{
    struct saving *s = arg;
    if (!connection_configure(work, s->rq->values, s->rq->address, &s->shown))
        form_refuse_wrong(s->rq);
    s->fresh = true;
    return "saved";
}

void step1_save(struct request *rq)
{
    struct saving s = { .rq = rq };
    (void)submission_once(&rq->work, rq->work.idempotency, save, &s);
    if (s.fresh && (s.shown.to_gov_new || s.shown.to_operator_new))
        keys_page(rq, &s.shown, "互联配置已保存。密钥仅在此完整显示一次，请立即交由运营系统研发人员妥善保存。");
    redirect(rq, PATH "?done=saved");
}

void step1_keys(struct request *rq)
{
    struct connection_shown shown;
    const char *token = cookie_get(rq, "session");
    if (!session_recently_proved(&rq->work, token ? token : ""))
        redirect(rq, "/account/confirm?back=" PATH);
    if (strcmp(form_text(rq, "what"), "show") == 0) {
        connection_keys_reveal(&rq->work, rq->address, &shown);
        keys_page(rq, &shown, "查看密钥已记入日志，请注意保管。");
    }
    form_confirm(rq, "更换密钥", "更换后请尽快在运营平台启用新密钥。是否更换？", PATH);
    connection_keys_rotate(&rq->work, rq->address, &shown);
    keys_page(rq, &shown, "密钥已更换，仅在此完整显示一次，请立即在运营平台启用。");
}

void step1_test(struct request *rq)
{
    connection_test_ask(&rq->work);
    redirect(rq, PATH "?done=test");
}
