/* staff: the departments' side: connections of the division, their state, decision and disabling (Z30). */
#include "interconnect.h"

void connections_list(struct request *rq)
{
    view_set(rq->page, "Title", "互联互通接入管理");
    page(rq, "interconnect/connections.cst");
}
