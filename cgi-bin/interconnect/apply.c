/* apply: the applications: 「我要接入」 (H3.1), 「自有平台接入」 and 「委托平台接入」 (S2.2, S2.3) with the form to print, stamp and
 * upload. What is typed in the two of Zhongshan is a draft until the last step sends it. */
#include <string.h>

#include "flow/flow.h"
#include "interconnect.h"

struct sending { struct request *rq; const char *kind; };

static const char *send(struct work *work, void *arg)
{
    const struct sending *s = arg;
    int64_t id = connection_pending(work, s->kind);
    const char *words = connection_file(work, s->kind, s->rq->values, &id);
    form_refuse_wrong(s->rq);
    return words && *words ? "stored" : "filed";
}

static _Noreturn void file(struct request *rq, const char *kind)
{
    struct sending s = { rq, kind };
    const char *done = submission_once(&rq->work, rq->work.idempotency, send, &s);
    form_done(rq);
    redirect(rq, "/interconnect?done=%s", strcmp(done, "filed") == 0 ? "filed" : "stored");
}

/* --- Henan -------------------------------------------------------------------------------------------------------------- */

void review_form(struct request *rq)
{
    view_set(rq->page, "Title", "我要接入");
    form_show(rq, "connection-review", connection_application(&rq->work, "review", connection_pending(&rq->work, "review")),
              "/interconnect/apply/review");
    page(rq, "interconnect/apply.cst");
}

void review_send(struct request *rq)
{
    file(rq, "review");
}

/* --- Zhongshan: two steps ------------------------------------------------------------------------------------------------- */

static const struct variant { const char *kind, *title, *path, *paper; } variants[] = {
    { "own", "自有平台接入", "/interconnect/apply/own", "充电设施平台符合性检测申请表" },
    { "entrusted", "委托平台接入", "/interconnect/apply/entrusted", "充电设施委托接入申请表" } };
enum { OWN, ENTRUSTED };

static void steps_form(struct request *rq, const struct variant *v)
{
    int64_t id = connection_pending(&rq->work, v->kind);
    view_set(rq->page, "Title", v->title);
    view_set(rq->page, "Paper", v->paper);
    view_set(rq->page, "PaperPath", arena_printf(rq->work.arena, "%s/paper.pdf", v->path));
    form_show(rq, connection_form(v->kind), connection_application(&rq->work, v->kind, id), v->path);
    /* a stored application is written anew from its draft alone (「修改」 makes it), else steps not shown would be empty */
    if (id && rq->method == GET && !*view_get(view_node(rq->page, "Form"), "Restored"))
        redirect(rq, "/interconnect/apply/%lld", (long long)id);
    view_set(rq->page, "Upload", strcmp(view_get(view_node(rq->page, "Form"), "Step"), "2") == 0 ? "1" : NULL);
    page(rq, "interconnect/apply.cst");
}

static void steps_send(struct request *rq, const struct variant *v)
{
    form_wizard(rq, v->path);
    file(rq, v->kind);
}

void own_form(struct request *rq)       { steps_form(rq, &variants[OWN]); }
void own_send(struct request *rq)       { steps_send(rq, &variants[OWN]); }
void entrusted_form(struct request *rq) { steps_form(rq, &variants[ENTRUSTED]); }
void entrusted_send(struct request *rq) { steps_send(rq, &variants[ENTRUSTED]); }

void apply_edit(struct request *rq)
{
    const struct variant *v = &variants[strcmp(form_text(rq, "kind"), "own") == 0 ? OWN : ENTRUSTED];
    int64_t id = connection_pending(&rq->work, v->kind);
    if (!id)
        fail(&rq->work, FAIL_CONFLICT, "没有可修改的申请，请返回列表查看。");
    rq->values = connection_application(&rq->work, v->kind, id);
    form_draft_keep(rq);
    redirect(rq, "%s?step=1", v->path);
}

/* --- one application, for its company ---------------------------------------------------------------------------------------- */

void apply_page(struct request *rq)
{
    struct connection c = connection_must(&rq->work, form_int(rq, "id"));
    case_show(rq, &c);
    view_set(rq->page, "Edit", connection_form(c.kind) && (strcmp(c.state, "draft") == 0 || strcmp(c.state, "refused") == 0) ? "1" : NULL);
    connection_view(&rq->work, &c, view_node(rq->page, "View"));
    page(rq, "interconnect/application.cst");
}

void apply_move(struct request *rq)
{
    flow_post(rq, CONNECTION_FLOW);
    redirect(rq, "/interconnect/apply/%lld", (long long)form_int(rq, "id"));
}
