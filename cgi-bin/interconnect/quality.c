/* quality: 「数据质量」: how good what operators' platforms push is (H4.2, Z30, Z34). An operator sees its own stations, a department
 * the operators of its division and their stations. */
#include "domain/exchange_quality.h"
#include "domain/exchange_silence.h"
#include "interconnect.h"
#include "list/list.h"

void quality_operators(struct request *rq)
{
    if (rq->work.actor.operator_id)
        redirect(rq, "/interconnect/quality/operators/%lld", (long long)rq->work.actor.operator_id);
    list_page(rq, "quality_operator");
    view_set(rq->page, "Title", "数据质量");
    page(rq, "interconnect/quality.cst");
}

void quality_operators_xlsx(struct request *rq) { list_xlsx(rq, "quality_operator"); }

void quality_stations(struct request *rq)
{
    list_page(rq, "quality_station");
    view_set(rq->page, "Title", "充电站数据质量");
    view_set(rq->page, "Back", "/interconnect/quality");
    page(rq, "interconnect/quality.cst");
}

void quality_stations_xlsx(struct request *rq) { list_xlsx(rq, "quality_station"); }

void quality_operator(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    HDF *node = view_node(rq->page, "Quality");
    if (!exchange_quality_operator(&rq->work, id, node))
        fail(&rq->work, FAIL_MISSING, "没有这家运营商。");
    exchange_silence_show(&rq->work, id, view_node(rq->page, "Silence"));
    exchange_silence_list(&rq->work, id, view_node(rq->page, "Silences"));
    bool own = rq->work.actor.operator_id != 0;
    view_set(rq->page, "Title", own ? "数据质量" : view_get(node, "Name"));
    view_set(rq->page, "Back", own ? NULL : "/interconnect/quality");
    view_setf(rq->page, "Stations", "/interconnect/quality/stations?operator=%lld", (long long)id);
    page(rq, "interconnect/quality-operator.cst");
}

void quality_station(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    HDF *node = view_node(rq->page, "Quality");
    if (!exchange_quality_station(&rq->work, id, node))
        fail(&rq->work, FAIL_MISSING, "没有这座充电站。");
    exchange_gaps(&rq->work, id, view_node(rq->page, "Missing"));
    view_set(rq->page, "Title", view_get(node, "Name"));
    page(rq, "interconnect/quality-station.cst");
}
