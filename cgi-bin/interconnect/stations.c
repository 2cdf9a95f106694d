/* stations: 「设置充电站关联」 (Z12.1): the company's stations that passed; ticked ones, or the whole search, take part or not. */
#include "interconnect.h"
#include "list/list.h"

#define LIST "connection_station"

void stations_list(struct request *rq)
{
    struct connection c;
    (void)wizard_head(rq, 1, &c);
    list_page(rq, LIST);
    view_set(rq->page, "Title", "设置充电站关联");
    connection_stations_figures(&rq->work, view_node(rq->page, "Stations"));
    page(rq, "interconnect/stations.cst");
}

static void set(struct request *rq, bool take)
{
    size_t count = 0;
    const char *const *ids = list_selected(rq, LIST, &count);
    (void)connection_stations_set(&rq->work, ids, count, take, rq->address);
    redirect(rq, "/interconnect/stations");
}

void stations_take(struct request *rq)
{
    set(rq, true);
}

void stations_leave(struct request *rq)
{
    set(rq, false);
}
