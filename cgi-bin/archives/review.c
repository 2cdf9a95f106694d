/* review: the reviewers' side of the archives. The queue with its filters; one record with what changed, what its platform
 * pushes, where it stands and what is like it; after a decision the next of the queue opens. The flows decide who may do
 * what, lib/domain/record_queue.h whose records there are. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archives.h"
#include "core/geo.h"
#include "core/text.h"
#include "domain/equipment_record.h"
#include "domain/record_position.h"
#include "domain/record_pushed.h"
#include "domain/record_queue.h"
#include "domain/record_snapshot.h"
#include "domain/record_twins.h"
#include "domain/review_phrase.h"
#include "domain/station_record.h"
#include "draw/staticmap.h"
#include "flow/flow.h"

#define PATH "/archives/review"

enum { PAGE_SIZE = 20, MAP_ZOOM = 15, MAP_WIDTH = 640, MAP_HEIGHT = 320 };

/* --- the queue asked for, carried from page to page ------------------------------------------------------------------- */

static struct queue_asked asked_of(struct request *rq)
{
    return (struct queue_asked){ .only = form_text(rq, "only"), .area = form_text(rq, "area"), .owner = form_text(rq, "owner"),
                                 .days = form_int(rq, "days"), .overdue = form_int(rq, "overdue") != 0 };
}

/* "&only=link&days=3"; the same as Page.Asked.N.{Name, Value} for forms. */
static const char *asked_query(struct request *rq)
{
    static const char *const names[] = { "only", "area", "owner", "days", "overdue" };
    struct arena *arena = rq->work.arena;
    const char *out = "";
    int n = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = form_text(rq, names[i]);
        if (!*value || strcmp(value, "0") == 0)
            continue;
        HDF *node = view_node(rq->page, arena_printf(arena, "Asked.%d", n++));
        view_set(node, "Name", names[i]);
        view_set(node, "Value", value);
        out = arena_printf(arena, "%s&%s=%s", out, names[i], text_percent(arena, value, ""));
    }
    return out;
}

static const char *case_path(struct request *rq, struct queue_case c, const char *query)
{
    const char *kind = strcmp(c.flow, "station-record") == 0 ? "stations" : "equipment";
    return arena_printf(rq->work.arena, PATH "/%s/%" PRId64 "%s%s", kind, c.id, *query ? "?" : "", *query ? query + 1 : "");
}

static const char *list_path(struct request *rq, const char *query, const char *done)
{
    const char *all = *done ? arena_printf(rq->work.arena, "%s&done=%s", query, done) : query;
    return arena_printf(rq->work.arena, PATH "%s%s", *all ? "?" : "", *all ? all + 1 : "");
}

static void done_to_page(struct request *rq)
{
    static const struct { const char *done, *words; } all[] = {
        { "pass", "上一份档案已通过。" }, { "refuse", "上一份档案已退回运营商修改。" },
        { "link_pass", "上一份互联互通申请已通过。" }, { "link_refuse", "上一份互联互通申请不予通过。" } };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (rq->method == GET && strcmp(form_text(rq, "done"), all[i].done) == 0)
            view_set(rq->page, "Notice", all[i].words);
}

static void left_to_page(struct request *rq, const struct queue_asked *asked)
{
    int64_t left = record_queue_count(&rq->work, asked);
    view_setf(rq->page, "Left", left >= QUEUE_COUNT_MAX ? "%d 以上" : "%d", (int)left);
    view_set(rq->page, "Waiting", left ? "1" : NULL);
}

/* --- the list -------------------------------------------------------------------------------------------------------------- */

static void checks_to_row(struct work *work, HDF *row)
{
    bool station = strcmp(view_get(row, "Kind"), "stations") == 0;
    int64_t id = strtoll(view_get(row, "Id"), NULL, 10);
    struct record_pushed pushed = station ? record_pushed_station(work, id, NULL) : record_pushed_equipment(work, id, NULL);
    int twins = record_twins(work, view_get(row, "Flow"), id, NULL);
    view_set(row, "Pushed", record_pushed_words(work, &pushed, station));
    view_set(row, "PushedKind", record_pushed_tone(&pushed, station));
    if (twins)
        view_setf(row, "Twins", "疑似重复 %d 处", twins);
}

static void options(struct request *rq)
{
    static const char *const only[][2] = { { "station", "站点档案核查" }, { "equipment", "设施档案核查" }, { "link", "互联互通核查" } };
    static const char *const days[][2] = { { "1", "1 天以上" }, { "3", "3 天以上" }, { "5", "5 天以上" }, { "10", "10 天以上" } };
    for (int i = 0; i < 3; i++) {
        view_set(rq->page, arena_printf(rq->work.arena, "Only.%d.Value", i), only[i][0]);
        view_set(rq->page, arena_printf(rq->work.arena, "Only.%d.Label", i), only[i][1]);
    }
    for (int i = 0; i < 4; i++) {
        view_set(rq->page, arena_printf(rq->work.arena, "Days.%d.Value", i), days[i][0]);
        view_set(rq->page, arena_printf(rq->work.arena, "Days.%d.Label", i), days[i][1]);
    }
    view_set(rq->page, "Due.0.Value", "1");
    view_set(rq->page, "Due.0.Label", "已超期");
    record_queue_areas(&rq->work, view_node(rq->page, "Areas"));
}

void review_list(struct request *rq)
{
    struct queue_asked asked = asked_of(rq);
    struct queue_place after = queue_place_read(&rq->work, form_text(rq, "after"));
    const char *query = asked_query(rq);
    HDF *rows = view_node(rq->page, "Rows");
    const char *next = record_queue(&rq->work, &asked, &after, PAGE_SIZE, rows);
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row)) {
        checks_to_row(&rq->work, row);
        view_set(row, "Path", case_path(rq, (struct queue_case){ view_get(row, "Flow"), strtoll(view_get(row, "Id"), NULL, 10) }, query));
    }
    options(rq);
    left_to_page(rq, &asked);
    done_to_page(rq);
    for (HDF *a = hdf_get_child(rq->page, "Asked"); a; a = hdf_obj_next(a))
        view_set(view_node(rq->page, "Values"), view_get(a, "Name"), view_get(a, "Value"));
    view_set(rq->page, "Title", "档案审核");
    view_set(rq->page, "Next", next ? arena_printf(rq->work.arena, PATH "?after=%s%s", next, query) : NULL);
    view_set(rq->page, "First", form_has(rq, "after") ? list_path(rq, query, "") : NULL);
    page(rq, "archives/review.cst");
}

/* --- one record -------------------------------------------------------------------------------------------------------------- */

/* The flow a path's kind means; 404 for any other word. */
static const char *flow_of(struct request *rq)
{
    const char *kind = form_text(rq, "kind");
    if (strcmp(kind, "stations") != 0 && strcmp(kind, "equipment") != 0)
        fail(&rq->work, FAIL_MISSING, "%s", "");
    return strcmp(kind, "stations") == 0 ? "station-record" : "equipment-record";
}

static void neighbours_to_page(struct request *rq, const char *flow, int64_t id, const struct queue_asked *asked, const char *query)
{
    struct queue_place place = { 0 };
    bool waits = record_queue_place(&rq->work, flow, id, &place);
    struct queue_case next = record_queue_next(&rq->work, asked, waits ? &place : NULL), before = { NULL, 0 };
    if (waits)
        before = record_queue_previous(&rq->work, asked, &place);
    view_set(rq->page, "NextPath", next.id ? case_path(rq, next, query) : NULL);
    view_set(rq->page, "PreviousPath", before.id ? case_path(rq, before, query) : NULL);
    view_set(rq->page, "ListPath", list_path(rq, query, ""));
    left_to_page(rq, asked);
}

/* What was said when it was last refused: the reviewer reads first whether that was mended. */
static void last_refusal(struct request *rq)
{
    for (HDF *step = hdf_get_child(rq->page, "Flow.Way"); step; step = hdf_obj_next(step))
        if (strcmp(view_get(step, "Kind"), "bad") == 0 && *view_get(step, "Text")) {
            view_set(rq->page, "Refused.Text", view_get(step, "Text"));
            view_set(rq->page, "Refused.Who", view_get(step, "Who"));
            view_set(rq->page, "Refused.At", view_get(step, "At"));
            return;
        }
}

static void findings(struct request *rq, const char *flow, int64_t id)
{
    struct work *work = &rq->work;
    record_snapshot_changes(work, flow, id, view_node(rq->page, "Changes"));
    if (strcmp(flow, "station-record") == 0)
        record_pushed_station(work, id, view_node(rq->page, "Pushed"));
    else
        record_pushed_equipment(work, id, view_node(rq->page, "Pushed"));
    record_position(work, flow, id, view_node(rq->page, "Position"));
    view_set_int(rq->page, "TwinCount", record_twins(work, flow, id, view_node(rq->page, "Twins")));
}

void review_page(struct request *rq)
{
    const char *flow = flow_of(rq), *query = asked_query(rq);
    int64_t id = form_int(rq, "id");
    HDF *record = view_node(rq->page, "Record");
    struct queue_asked asked = asked_of(rq);
    if (strcmp(flow, "station-record") == 0)
        station_record_view(&rq->work, id, record);
    else
        equipment_record_view(&rq->work, id, record);
    flow_to_page(rq, flow, id);
    findings(rq, flow, id);
    last_refusal(rq);
    neighbours_to_page(rq, flow, id, &asked, query);
    review_phrases(&rq->work, view_node(rq->page, "Phrases"));
    done_to_page(rq);
    view_set(rq->page, "Title", view_get(record, "Name"));
    view_set(rq->page, "Kind", form_text(rq, "kind"));
    view_set(rq->page, "What", strcmp(flow, "station-record") == 0 ? "站点档案" : "设施档案");
    view_set(rq->page, "Post", arena_printf(rq->work.arena, PATH "/%s/%" PRId64, form_text(rq, "kind"), id));
    view_crumb(rq, "档案审核", list_path(rq, query, ""));
    view_crumb(rq, view_get(record, "Name"), NULL);
    page(rq, "archives/review-record.cst");
}

/* The place is read before the move: afterwards the record is no longer in the queue. */
void review_take(struct request *rq)
{
    const char *flow = flow_of(rq), *query = asked_query(rq), *done = form_text(rq, "action");
    int64_t id = form_int(rq, "id");
    struct queue_asked asked = asked_of(rq);
    struct queue_place place = { 0 };
    if (strcmp(flow, "station-record") == 0)
        (void)station_record_values(&rq->work, id);
    else
        (void)equipment_record_values(&rq->work, id);
    (void)record_queue_place(&rq->work, flow, id, &place);
    values_put(rq->values, "opinion", review_opinion(&rq->work, form_text(rq, "opinion"), form_int(rq, "phrase")));
    flow_post(rq, flow);
    struct queue_case next = record_queue_next(&rq->work, &asked, place.since ? &place : NULL);
    if (!next.id)                                       /* the end: what was passed over before it */
        next = record_queue_next(&rq->work, &asked, NULL);
    if (!next.id)
        redirect(rq, "%s", list_path(rq, query, done));
    redirect(rq, "%s", case_path(rq, next, arena_printf(rq->work.arena, "%s&done=%s", query, done)));
}

void review_map(struct request *rq)
{
    struct record_place place;
    size_t size;
    if (!record_place_of(&rq->work, flow_of(rq), form_int(rq, "id"), &place))
        fail(&rq->work, FAIL_MISSING, "%s", "");
    struct point wgs = geo_convert(place.gcj, DATUM_GCJ02, DATUM_WGS84);
    void *picture = static_map_png(rq->work.arena, wgs.lng, wgs.lat, MAP_ZOOM, MAP_WIDTH, MAP_HEIGHT, &size);
    if (!picture)
        fail_ours(&rq->work, "the map of a record could not be drawn");
    header_add(rq, "Cache-Control", "private, no-cache");
    answer(rq, 200, "image/png", picture, size);
}
