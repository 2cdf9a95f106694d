/* rows: the list beside the map, and the sentence above it. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "domain/map_source.h"
#include "map_page.h"

enum { PRICE_SHOWN = 24 };

const char *class_key(enum map_class state)
{
    static const char *const keys[MAP_CLASSES] = { "free", "full", "fault", "offline", "unknown" };
    return keys[state];
}

const char *class_label(enum map_class state)
{
    static const char *const labels[MAP_CLASSES] = { "空闲", "占满", "故障", "离线", "状态未知" };
    return labels[state];
}

const char *freshness_words(struct arena *arena, int64_t now_ms, int64_t seconds)
{
    int64_t age = now_ms / 1000 - seconds;
    if (age < 5)
        return "刚刚";
    if (age < 60)
        return arena_printf(arena, "%lld 秒前", (long long)age);
    if (age < 3600)
        return arena_printf(arena, "%lld 分钟前", (long long)(age / 60));
    if (age < 86400)
        return arena_printf(arena, "%lld 小时前", (long long)(age / 3600));
    return arena_printf(arena, "%lld 天前", (long long)(age / 86400));
}

/* Sentence.{Words, Matching, Shown, Newest, Age, All}: Shown only where the question has a place. */
void sentence_fill(struct request *rq, const struct ask *ask, const struct map_answer *answer, HDF *node)
{
    struct arena *arena = rq->work.arena;
    view_set(node, "Words", ask_words(rq, ask));
    view_set(node, "Matching", text_thousands(arena, answer->matching));
    if (ask->placed) {
        view_set(node, "Placed", "1");
        view_set(node, "Shown", text_thousands(arena, answer->shown));
        if (answer->shown < answer->matching)
            view_set(node, "All", arena_printf(arena, "/map?%s", *ask->filters ? ask->filters + 1 : ""));
    }
    if (!answer->stations)
        view_set(node, "None", "1");
    if (answer->newest) {
        view_set_int(node, "Newest", answer->newest);
        bool now = rq->work.now / 1000 - answer->newest < 5;
        view_set(node, "Age", now ? "状态刚刚更新" : arena_printf(arena, "状态更新于 %s", freshness_words(arena, rq->work.now, answer->newest)));
    }
}

static const char *distance_words(struct arena *arena, double metres)
{
    if (metres < 950)
        return arena_printf(arena, "%.0f m", metres < 10 ? metres : (double)((int)(metres + 5) / 10 * 10));
    return arena_printf(arena, metres < 99500 ? "%.1f km" : "%.0f km", metres / 1000);
}

/* "尖峰1.56元/度，峰时1.28元/度，谷时0.43元/度" -> "0.43–1.56 元/度": what fits a row; the page has it all. NULL: no prices. */
static const char *price_words(struct arena *arena, const char *text)
{
    double low = 1e9, high = 0;
    for (const char *c = text; *c;) {
        if (*c < '0' || *c > '9') {
            c++;
            continue;
        }
        char *end;
        double number = strtod(c, &end);
        if (strncmp(end, "元", strlen("元")) == 0) {
            low = number < low ? number : low;
            high = number > high ? number : high;
        }
        c = end > c ? end : c + 1;
    }
    if (high <= 0)
        return *text ? utf8_cut(arena, text, PRICE_SHOWN) : NULL;
    return low == high ? arena_printf(arena, "%.2f 元/度", low) : arena_printf(arena, "%.2f–%.2f 元/度", low, high);
}

static const char *flag_words(unsigned flags)
{
    return flags & MAP_FLAG_CLOSED ? "关闭下线" : flags & MAP_FLAG_MAINTENANCE ? "维护中"
         : flags & MAP_FLAG_BUILDING ? "建设中" : NULL;
}

static void row_fill(struct request *rq, const struct map_station *s, HDF *row)
{
    struct arena *arena = rq->work.arena;
    view_set_int(row, "Id", s->id);
    view_set(row, "Name", s->name);
    view_setf(row, "Lng", "%.6f", s->lng);
    view_setf(row, "Lat", "%.6f", s->lat);
    view_set(row, "Operator", s->operator_name);
    view_set(row, "Address", s->address);
    if (s->distance >= 0)
        view_set(row, "Distance", distance_words(arena, s->distance));
    view_set(row, "Class", class_key(s->state));
    view_set(row, "State", class_label(s->state));
    view_set_int(row, "Free", s->free);
    view_set_int(row, "Total", s->total);
    if (s->max_kw)
        view_set_int(row, "Power", s->max_kw);
    view_set(row, "Price", price_words(arena, s->price));
    view_set(row, "Flag", flag_words(s->flags));
    if (s->state == MAP_UNKNOWN)
        view_set(row, "Age", s->newest ? arena_printf(arena, "上次更新：%s", freshness_words(arena, rq->work.now, s->newest))
                                       : "尚未报送状态");
}

static const char *page_path(struct request *rq, const struct ask *ask, size_t page)
{
    static const char *const orders[] = { [MAP_BY_DISTANCE] = "distance", [MAP_BY_NAME] = "name", [MAP_BY_FREE] = "free" };
    const char *rest = arena_printf(rq->work.arena, "%s%s%s%s", ask->filters, ask->where,
                                    ask->order == MAP_BY_DISTANCE ? "" : "&order=",
                                    ask->order == MAP_BY_DISTANCE ? "" : orders[ask->order]);
    if (page > 1)
        rest = arena_printf(rq->work.arena, "%s&page=%zu", rest, page);
    return arena_printf(rq->work.arena, "/map%s%s", *rest ? "?" : "", *rest ? rest + 1 : "");
}

/* List.{Total, From, To, Rows.N, Order, Pager…}: one page of the rows, its place in the whole always said. */
void rows_fill(struct request *rq, const struct ask *ask, HDF *node)
{
    size_t offset = (ask->page - 1) * ROWS_PER_PAGE;
    const struct map_rows *rows = map_list(ask->map, rq->work.arena, &ask->query, ask->order, &ask->centre, offset,
                                           ROWS_PER_PAGE);
    HDF *list = view_node(node, "Rows");
    for (size_t i = 0; i < rows->count; i++)
        row_fill(rq, &rows->rows[i], view_node(list, arena_printf(rq->work.arena, "%zu", i)));
    view_set_int(node, "Count", (int64_t)rows->total);
    view_set(node, "Order", ask->order == MAP_BY_NAME ? "name" : ask->order == MAP_BY_FREE ? "free" : "distance");
    if (!rows->count)
        return;
    view_set(node, "Pager.Total", text_thousands(rq->work.arena, rows->total));
    view_set_int(node, "Pager.From", (int64_t)offset + 1);
    view_set_int(node, "Pager.To", (int64_t)(offset + rows->count));
    if (ask->page > 1)
        view_set(node, "Pager.Prev", page_path(rq, ask, ask->page - 1));
    if (offset + rows->count < rows->total) {
        view_set(node, "Pager.Next", page_path(rq, ask, ask->page + 1));
        view_set_int(node, "NextPage", (int64_t)ask->page + 1);
    }
}

/* The list alone, for the script: the sentence, the rows, the way to more. */
void map_rows_part(struct request *rq)
{
    const struct ask *ask = ask_read(rq);
    const struct map_answer *answer = map_view(ask->map, rq->work.arena, &ask->query);
    sentence_fill(rq, ask, answer, view_node(rq->page, "Sentence"));
    rows_fill(rq, ask, view_node(rq->page, "List"));
    header_add(rq, "Cache-Control", "no-cache");
    page(rq, "map/list.cst");
}
