/* view: the page of the map, and what its script asks for again and again. */
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "map_page.h"

static void styles(struct request *rq)
{
    view_set(rq->page, "Menu", "map");
    view_set(rq->page, "Column.Name", "充电地图");
    view_set(rq->page, "Column.Description", "全市已互联互通充电站的位置、基本信息和实时状态");
    view_set(rq->page, "Column.Keywords", "充电站,充电桩,充电地图,实时状态");
    view_set(rq->page, "Column.Type", "公共服务");
    view_set(rq->page, "Description", "查找公共充电站：按名称、运营商、区域、类型、规模、设施和支付方式筛选，查看实时空闲状态。");
}

/* What the map shows first: the place the address names, else where the matching stations are; without conditions
 * only those on the site's own land, so that an imported register of elsewhere does not move the map away. */
static struct box first_box(struct request *rq, const struct ask *ask)
{
    struct box box, home = home_box();
    if (ask->placed)
        return ask_box(&ask->query);
    struct map_query query = ask_everywhere(ask);
    if (!*ask->filters)
        box_set(&query, home);
    if (!answer_box(map_view(ask->map, rq->work.arena, &query), &box))
        return home;
    box_set(&query, box);                   /* the box of one cluster of everything is loose: look closer once */
    query.zoom = box_zoom(box) + 1;
    return answer_box(map_view(ask->map, rq->work.arena, &query), &box) ? box : home;
}

static void start_fill(struct request *rq, const struct ask *ask, struct box box, HDF *node)
{
    view_setf(node, "Box", "%.5f,%.5f,%.5f,%.5f", box.west, box.south, box.east, box.north);
    if (ask->placed && !form_has(rq, "bbox")) {
        view_setf(node, "Center", "%.5f,%.5f", ask->centre.lng, ask->centre.lat);
        view_set_int(node, "Zoom", ask->query.zoom);
    }
    if (*ask->filters && !ask->placed)
        view_set(node, "Fit", "1");
}

void map_page(struct request *rq)
{
    const struct ask *ask = ask_read(rq);
    const struct map_answer *answer = map_view(ask->map, rq->work.arena, &ask->query);
    struct box box = first_box(rq, ask);
    styles(rq);
    view_set(rq->page, "Title", "充电地图");
    view_set(rq->page, "Q", form_text(rq, "q"));
    view_set(rq->page, "Where", ask->where);
    if (ask->placed) {
        view_set(rq->page, "Center", arena_printf(rq->work.arena, "%.5f,%.5f", ask->centre.lng, ask->centre.lat));
        view_set_int(rq->page, "Zoom", ask->query.zoom);
    }
    view_set_int(rq->page, "Stations", answer->stations);
    start_fill(rq, ask, box, view_node(rq->page, "Start"));
    facets_fill(rq, ask, answer, view_node(rq->page, "Facets"));
    sentence_fill(rq, ask, answer, view_node(rq->page, "Sentence"));
    rows_fill(rq, ask, view_node(rq->page, "List"));
    overview_fill(rq, ask, box, view_node(rq->page, "Overview"));
    page(rq, "map/map.cst");
}

/* The question and the state of the set decide the answer, byte for byte. */
static const char *answer_tag(struct request *rq, const struct ask *ask)
{
    struct map_stamp stamp = map_stamp(ask->map);
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *c = rq->query; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return arena_printf(rq->work.arena, "W/\"%llx-%llx-%016llx\"", (unsigned long long)stamp.generation,
                        (unsigned long long)stamp.changes, (unsigned long long)hash);
}

void map_view_json(struct request *rq)
{
    struct ask *ask = ask_read(rq);
    const char *known = header_get(rq, "If-None-Match"), *tag = answer_tag(rq, ask);
    size_t size;
    header_add(rq, "ETag", tag);
    header_add(rq, "Cache-Control", "no-cache");
    if (known && strcmp(known, tag) == 0)
        not_modified(rq);
    const char *body = map_answer_json(rq->work.arena, map_view(ask->map, rq->work.arena, &ask->query), &size);
    answer(rq, 200, "application/json; charset=utf-8", body, size);
}
