/* ask: a request read as a question to the map, and the question said in words and as an address. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "domain/map_source.h"
#include "map_page.h"

enum { WORDS_LISTED = 3 };

const struct facet_name facet_names[MAP_FACETS] = {
    [MAP_OPERATOR]       = { "operator",  "运营商" },
    [MAP_DIVISION]       = { "division",  "区域" },
    [MAP_STATION_TYPE]   = { "type",      "充电站类型" },
    [MAP_SCALE]          = { "scale",     "充电站规模" },
    [MAP_EQUIPMENT_KIND] = { "equipment", "设施类型" },
    [MAP_PAYMENT]        = { "payment",   "支付方式" },
};

int facet_by_key(const char *key)
{
    for (int f = 0; f < MAP_FACETS; f++)
        if (strcmp(facet_names[f].key, key) == 0)
            return f;
    return -1;
}

const char *url_text(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) * 3 + 1), *o = out;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-_.~*,", c))
            *o++ = (char)c;
        else
            o += sprintf(o, "%%%02X", c);
    }
    return out;
}

/* "113.1,22.0": exactly `count` numbers. */
static bool numbers(const char *text, size_t count, double *out)
{
    for (size_t i = 0; i < count; i++) {
        char part[40];
        size_t n = strcspn(text, ",");
        if (n >= sizeof part || (text[n] == ',') != (i + 1 < count))
            return false;
        memcpy(part, text, n);
        part[n] = '\0';
        if (!text_to_real(part, -540, 540, &out[i]))
            return false;
        text += n + 1;
    }
    return true;
}

struct box ask_box(const struct map_query *query)
{
    return (struct box){ query->west, query->south, query->east, query->north };
}

void box_set(struct map_query *query, struct box box)
{
    query->west = box.west;
    query->south = box.south;
    query->east = box.east;
    query->north = box.north;
    query->everywhere = false;
}

struct map_query ask_everywhere(const struct ask *ask)
{
    struct map_query query = ask->query;
    box_set(&query, (struct box){ -180, -86, 180, 86 });
    query.everywhere = true;
    query.zoom = 0;
    return query;
}

static void read_place(struct request *rq, struct ask *ask)
{
    double b[4], c[2];
    ask->centre = home_centre();
    ask->query.zoom = form_has(rq, "zoom") ? (int)form_int(rq, "zoom") : 10;
    ask->where = "";
    if (form_has(rq, "center")) {
        if (!numbers(form_text(rq, "center"), 2, c) || !geo_valid((struct point){ c[0], c[1] }))
            fail(&rq->work, FAIL_MALFORMED, "「地图中心」应为经度和纬度，例如 113.57,22.27。");
        ask->centre = (struct point){ c[0], c[1] };
    }
    if (form_has(rq, "bbox")) {
        if (!numbers(form_text(rq, "bbox"), 4, b) || b[0] >= b[2] || b[1] >= b[3])
            fail(&rq->work, FAIL_MALFORMED, "「地图范围」应为西、南、东、北四个数，例如 113.1,22.0,113.7,22.5。");
        box_set(&ask->query, (struct box){ b[0], b[1], b[2], b[3] });
        if (!form_has(rq, "center"))
            ask->centre = (struct point){ (b[0] + b[2]) / 2, fmax(-85, fmin(85, (b[1] + b[3]) / 2)) };
    } else if (form_has(rq, "center") && form_has(rq, "zoom")) {
        box_set(&ask->query, box_round(ask->centre, ask->query.zoom));
    } else {
        ask->query = ask_everywhere(ask);
        return;
    }
    ask->placed = true;
    ask->where = arena_printf(rq->work.arena, "&center=%.5f,%.5f&zoom=%d", ask->centre.lng, ask->centre.lat,
                              ask->query.zoom);
}

/* Every value the facet has. */
static struct map_selection selection_of_all(struct request *rq, struct map *map, int facet)
{
    const struct map_value_row *rows;
    size_t count = map_facet_values(map, rq->work.arena, (enum map_facet)facet, &rows);
    uint16_t *values = arena_alloc(rq->work.arena, (count + 1) * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = (uint16_t)i;
    return (struct map_selection){ values, count };
}

static void read_facet(struct request *rq, struct ask *ask, int facet)
{
    const char *key = facet_names[facet].key;
    size_t count = form_count(rq, key);
    bool none = strcmp(form_text(rq, "none"), key) == 0;
    ask->every[facet] = strcmp(form_text(rq, "all"), key) == 0;
    for (size_t i = 0; i < count; i++)
        ask->every[facet] = ask->every[facet] || strcmp(form_text_at(rq, key, i), "*") == 0;
    if (none || !(count || ask->every[facet])) {
        ask->every[facet] = false;
        return;
    }
    if (ask->every[facet]) {
        ask->query.facet[facet] = selection_of_all(rq, ask->map, facet);
        ask->filters = arena_printf(rq->work.arena, "%s&%s=*", ask->filters, key);
        return;
    }
    uint16_t *values = arena_alloc(rq->work.arena, count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        const char *code = form_text_at(rq, key, i);
        values[i] = map_facet_find(ask->map, (enum map_facet)facet, code);
        ask->filters = arena_printf(rq->work.arena, "%s&%s=%s", ask->filters, key, url_text(rq->work.arena, code));
    }
    ask->query.facet[facet] = (struct map_selection){ values, count };
}

static enum map_order read_order(struct request *rq)
{
    const char *order = form_text(rq, "order");
    return strcmp(order, "name") == 0 ? MAP_BY_NAME : strcmp(order, "free") == 0 ? MAP_BY_FREE : MAP_BY_DISTANCE;
}

struct ask *ask_read(struct request *rq)
{
    struct ask *ask = arena_alloc(rq->work.arena, sizeof *ask);
    ask->map = map_shared(&rq->work);
    map_pin(ask->map);                       /* the numbers of the values chosen below are those of one file */
    ask->filters = "";
    read_place(rq, ask);
    if (form_has(rq, "q")) {
        ask->query.q = form_text(rq, "q");
        ask->filters = arena_printf(rq->work.arena, "&q=%s", url_text(rq->work.arena, ask->query.q));
    }
    for (int f = 0; f < MAP_FACETS; f++)
        read_facet(rq, ask, f);
    ask->order = read_order(rq);
    ask->page = form_has(rq, "page") ? (size_t)form_int(rq, "page") : 1;
    return ask;
}

static const char *facet_words(struct request *rq, const struct ask *ask, int facet)
{
    struct arena *arena = rq->work.arena;
    const struct map_selection *chosen = &ask->query.facet[facet];
    const struct map_value_row *rows;
    const char *words = "";
    if (ask->every[facet])
        return arena_printf(arena, "全部%s", facet_names[facet].label);
    if (chosen->count > WORDS_LISTED)
        return arena_printf(arena, "%s %zu 项之一", facet_names[facet].label, chosen->count);
    size_t count = map_facet_values(ask->map, arena, (enum map_facet)facet, &rows);
    for (size_t i = 0; i < chosen->count; i++) {
        uint16_t v = chosen->values[i];
        words = arena_printf(arena, "%s%s%s", words, i ? " 或 " : "", v < count ? rows[v].label : "未知选项");
    }
    return chosen->count > 1 ? arena_printf(arena, "（%s）", words) : words;
}

const char *ask_words(struct request *rq, const struct ask *ask)
{
    struct arena *arena = rq->work.arena;
    const char *words = ask->query.q ? arena_printf(arena, "名称含「%s」", ask->query.q) : "";
    for (int f = 0; f < MAP_FACETS; f++)
        if (ask->query.facet[f].count)
            words = arena_printf(arena, "%s%s%s", words, *words ? " 且 " : "", facet_words(rq, ask, f));
    return *words ? words : "全部充电站";
}

bool answer_box(const struct map_answer *answer, struct box *box)
{
    *box = (struct box){ 180, 90, -180, -90 };
    for (size_t i = 0; i < answer->feature_count; i++) {
        const struct map_feature *f = &answer->features[i];
        box->west = fmin(box->west, f->west);
        box->south = fmin(box->south, f->south);
        box->east = fmax(box->east, f->east);
        box->north = fmax(box->north, f->north);
    }
    return answer->feature_count > 0;
}
