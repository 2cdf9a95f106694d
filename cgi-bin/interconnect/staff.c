/* staff: the departments' side: connections of the division, their state, decision and disabling (Z30). */
#include "domain/connection_tried.h"
#include "domain/exchange_silence.h"
#include "flow/flow.h"
#include "interconnect.h"
#include "list/list.h"

void connections_list(struct request *rq)
{
    list_page(rq, "connection");
    view_set(rq->page, "Title", "互联互通接入管理");
    page(rq, "interconnect/connections.cst");
}

void connection_page(struct request *rq)
{
    struct connection c = connection_must(&rq->work, form_int(rq, "id"));
    case_show(rq, &c);
    if (profile_offered(rq, &c))
        view_setf(rq->page, "Profile", "/interconnect/connections/%lld/profile", (long long)c.id);
    connection_view(&rq->work, &c, view_node(rq->page, "View"));
    if (connection_form(c.kind))
        (void)connection_compare(&rq->work, &c, view_node(rq->page, "Compare"));
    else
        (void)connection_tried_list(&rq->work, c.operator_id, view_node(rq->page, "Tried"));
    exchange_silence_show(&rq->work, c.operator_id, view_node(rq->page, "Silence"));
    page(rq, "interconnect/connection.cst");
}

void connection_move(struct request *rq)
{
    flow_post(rq, CONNECTION_FLOW);
    redirect(rq, "/interconnect/connections/%lld", (long long)form_int(rq, "id"));
}
