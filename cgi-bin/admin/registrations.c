/* registrations: 账号待审核 (H1.3, Z30): the list, one case with what changed since its last filing, the decision, and the
 * acceptance of a credit code whose check character fails. */
#include "admin.h"
#include "domain/registration.h"
#include "flow/flow.h"
#include "list/list.h"

void registration_list(struct request *rq)
{
    view_set(rq->page, "Title", "注册审核");
    list_page(rq, "registration");
    page(rq, "admin/list.cst");
}

void registration_xlsx(struct request *rq) { list_xlsx(rq, "registration"); }

/* What was ticked in the list; /workbench/batch/take decides. */
void registration_batch(struct request *rq)
{
    size_t count;
    const char *const *ids = list_selected(rq, "registration", &count);
    flow_batch_ask(rq, "registration", flow_picks_of(&rq->work, ids, count), "/admin/registrations");
    page(rq, "admin/batch.cst");
}

void registration_page(struct request *rq)
{
    HDF *flow = view_node(rq->page, "Flow");
    int64_t id = form_int(rq, "id");
    flow_show(&rq->work, "registration", id, flow);
    registration_show(&rq->work, id, view_node(rq->page, "Registration"));
    view_set(rq->page, "Title", view_get(flow, "Title"));
    view_setf(rq->page, "Post", "/admin/registrations/%lld/move", (long long)id);
    view_setf(rq->page, "Override", "/admin/registrations/%lld/uscc", (long long)id);
    page(rq, "admin/registration.cst");
}

void registration_move(struct request *rq)
{
    flow_post(rq, "registration");
    redirect(rq, "/admin/registrations/%lld", (long long)form_int(rq, "id"));
}

void registration_accept(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    flow_show(&rq->work, "registration", id, view_node(rq->page, "Flow"));      /* 404 outside the division */
    registration_overrule(&rq->work, id, form_text(rq, "reason"), rq->address);
    redirect(rq, "/admin/registrations/%lld", (long long)id);
}
