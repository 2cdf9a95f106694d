/* stations: 站点档案 (Z9, S4) and what the platforms pushed (H3.2). */
#include <inttypes.h>

#include "archives.h"
#include "domain/station_record.h"
#include "flow/flow.h"
#include "list/list.h"

#define FLOW "station-record"
#define FORM "station-record"
#define PATH "/archives/stations"

void station_list(struct request *rq)
{
    own_to_page(rq);
    list_page(rq, "station_record");
    own_columns(rq);
    charts_name(rq);
    filters_name(rq, "StationFilters");
    view_set(rq->page, "Title", own_label(rq, "Stations", "站点档案"));
    view_set(rq->page, "New", own_label(rq, "StationNew", "新增"));
    view_set(rq->page, "List.Title", own_label(rq, "Stations", "站点档案"));
    page(rq, "archives/stations.cst");
}

void station_xlsx(struct request *rq) { list_xlsx(rq, "station_record"); }

void pushed_list(struct request *rq)
{
    view_set(rq->page, "Title", own_label(rq, "Pushed", "平台上报站点"));
    view_set(rq->page, "Text", "运营平台通过互联互通接口上报的充电站。");
    list_page(rq, "station");
    view_set(rq->page, "List.Title", own_label(rq, "Pushed", "平台上报站点"));
    page(rq, "archives/pushed.cst");
}

/* --- the form ----------------------------------------------------------------------------------------------------- */

void station_new(struct request *rq)
{
    view_set(rq->page, "Title", own_label(rq, "StationNew", "新增站点档案"));
    view_set(rq->page, "Submit", own_label(rq, "Submit", "提交审核"));
    view_set(rq->page, "Back", PATH);
    form_show(rq, FORM, NULL, PATH);
    page(rq, "archives/station-form.cst");
}

void station_edit(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    struct form_values *stored = rq->method == GET ? station_record_to_change(&rq->work, id) : station_record_values(&rq->work, id);
    theirs_to_page(rq, stored);
    view_set(rq->page, "Title", "修改站点档案");
    view_set(rq->page, "Submit", own_label(rq, "Submit", "提交审核"));
    view_set(rq->page, "Back", arena_printf(rq->work.arena, PATH "/%" PRId64, id));
    form_show(rq, FORM, stored, arena_printf(rq->work.arena, PATH "/%" PRId64, id));
    page(rq, "archives/station-form.cst");
}

/* 「保存」 stores a draft, 「提交审核」 stores and submits; NULL after a finding. */
static const char *store(struct request *rq, int64_t id)
{
    bool draft = form_draft(rq);
    id = station_record_save(&rq->work, rq->values, id);
    const char *words = id && !draft ? station_record_submit(&rq->work, id, view_node(rq->page, "FlowReasons")) : NULL;
    if (words)
        form_error(rq, "code", "%s", words);
    return id && !words ? arena_printf(rq->work.arena, "%" PRId64, id) : NULL;
}

static const char *add(struct work *work, void *arg)
{
    (void)work;
    return store(arg, 0);
}

void station_add(struct request *rq)
{
    const char *id = store_once(rq, rq->work.idempotency, add);
    redirect(rq, PATH "/%s?done=%s", id, form_draft(rq) ? "saved" : "sent");
}

static const char *change(struct work *work, void *arg)
{
    (void)work;
    return store(arg, form_int(arg, "id"));
}

void station_save(struct request *rq)
{
    (void)store_once(rq, change_key(rq), change);
    redirect(rq, PATH "/%" PRId64 "?done=%s", form_int(rq, "id"), form_draft(rq) ? "saved" : "sent");
}

/* --- one record ----------------------------------------------------------------------------------------------------- */

static void draw(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    HDF *record = view_node(rq->page, "Record");
    station_record_view(&rq->work, id, record);
    flow_to_page(rq, FLOW, id);
    view_set(rq->page, "Title", view_get(record, "Name"));
    view_crumb(rq, own_label(rq, "Stations", "站点档案"), PATH);
    view_crumb(rq, view_get(record, "Name"), NULL);
}

void station_page(struct request *rq)
{
    draw(rq);
    notice_to_page(rq);
    page(rq, "archives/station.cst");
}

static void refused(struct request *rq)
{
    draw(rq);
    page_status(rq, 422, "archives/station.cst");
}

void station_move(struct request *rq)
{
    (void)station_record_values(&rq->work, form_int(rq, "id"));
    flow_post(rq, FLOW);
    redirect(rq, PATH "/%" PRId64, form_int(rq, "id"));
}

void station_batch(struct request *rq) { batch_ask(rq, "station_record", FLOW, PATH); }

void station_submit(struct request *rq)
{
    action_take(rq, FLOW, "submit", refused);
    redirect(rq, PATH "/%" PRId64 "?done=sent", form_int(rq, "id"));
}

void station_withdraw(struct request *rq)
{
    action_take(rq, FLOW, "withdraw", refused);
    redirect(rq, PATH "/%" PRId64 "?done=back", form_int(rq, "id"));
}

void station_delete(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    HDF *record = view_node(rq->page, "Record");
    station_record_view(&rq->work, id, record);
    delete_ask(rq, "站点档案", view_get(record, "Name"), arena_printf(rq->work.arena, PATH "/%" PRId64, id));
}

void station_drop(struct request *rq)
{
    station_record_drop(&rq->work, form_int(rq, "id"));
    redirect(rq, PATH);
}
