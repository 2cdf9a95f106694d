/* review_points: what a reviewer should know of each record before one decision is made upon many: what is missing by the rules of
 * today, what differs from the platform's data, where it stands oddly, what was filed twice. The same findings as on the
 * record's own page, in few words. */
#include <stdlib.h>
#include <string.h>

#include "archives.h"
#include "domain/equipment_record.h"
#include "domain/record_position.h"
#include "domain/record_pushed.h"
#include "domain/record_twins.h"
#include "domain/station_record.h"

enum { POINTS_ROWS = 200 };                  /* a record takes some milliseconds to look at; a batch may have a thousand */

struct points { struct request *rq; HDF *row; int count; };

static void point(struct points *p, const char *kind, const char *text)
{
    if (!text || !*text)
        return;
    HDF *node = view_node(p->row, arena_printf(p->rq->work.arena, "Points.%d", p->count++));
    view_set(node, "Kind", kind);
    view_set(node, "Text", text);
}

static void release(void *hdf)
{
    HDF *tree = hdf;
    hdf_destroy(&tree);
}

static HDF *scratch(struct request *rq)
{
    HDF *tree;
    if (hdf_init(&tree))
        fail_ours(&rq->work, "out of memory");
    work_defer(&rq->work, release, tree);
    return tree;
}

static void points_of(struct points *p, const char *flow, int64_t id)
{
    struct work *work = &p->rq->work;
    HDF *found = scratch(p->rq);
    bool station = strcmp(flow, "station-record") == 0;
    if (station)
        station_record_view(work, id, found);
    else
        equipment_record_view(work, id, found);
    for (HDF *lack = hdf_get_child(found, "Lacks"); lack; lack = hdf_obj_next(lack))
        point(p, "wait", view_get(lack, "Text"));
    struct record_pushed pushed = station ? record_pushed_station(work, id, NULL) : record_pushed_equipment(work, id, NULL);
    if (!pushed.there || record_pushed_differs(&pushed, station))
        point(p, record_pushed_tone(&pushed, station), record_pushed_words(work, &pushed, station));
    record_position(work, flow, id, view_node(found, "Position"));
    if (*view_get(found, "Position.None"))
        point(p, "wait", "没有坐标");
    for (HDF *w = hdf_get_child(found, "Position.Warnings"); w; w = hdf_obj_next(w))
        point(p, "bad", arena_printf(work->arena, "%s%s", view_get(w, "Text"), view_get(w, "Label")));
    record_twins(work, flow, id, view_node(found, "Twins"));
    for (HDF *t = hdf_get_child(found, "Twins"); t; t = hdf_obj_next(t))
        point(p, "bad", arena_printf(work->arena, "%s：%s%s%s", view_get(t, "What"), view_get(t, "Text"),
                                     *view_get(t, "Label") ? "：" : "", view_get(t, "Label")));
}

void review_points(struct request *rq, HDF *batch)
{
    int rows = 0, doubtful = 0;
    for (HDF *row = hdf_get_child(batch, "Rows"); row; row = hdf_obj_next(row)) {
        struct points p = { .rq = rq, .row = row };
        if (*view_get(row, "Wrong"))
            continue;
        if (rows++ >= POINTS_ROWS) {
            view_set(row, "Unseen", "1");
            continue;
        }
        points_of(&p, view_get(batch, "Flow"), strtoll(view_get(row, "Id"), NULL, 10));
        doubtful += p.count > 0;
    }
    if (doubtful)
        view_set_int(batch, "Doubtful", doubtful);
}
