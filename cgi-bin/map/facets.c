/* facets: the six conditions with a count beside every value. A long facet shows its largest values and those
 * chosen; the rest is found by name or asked for. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "map_page.h"

struct listed { uint16_t value; uint32_t count; bool on; };

/* Chosen ones first, then by count; equal ones in the order of the facet. */
static int listed_order(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;
    if (x->on != y->on)
        return x->on ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (int)x->value - (int)y->value;
}

static bool chosen(const struct ask *ask, int facet, uint16_t value)
{
    const struct map_selection *s = &ask->query.facet[facet];
    for (size_t i = 0; i < s->count; i++)
        if (s->values[i] == value)
            return true;
    return false;
}

static void value_fill(struct request *rq, const struct ask *ask, int facet, const struct listed *l,
                       const struct map_value_row *row, HDF *node)
{
    (void)ask;
    view_set(node, "Name", facet_names[facet].key);
    view_set(node, "Code", row->code);
    view_set(node, "Label", *row->label ? row->label : row->code);
    view_set(node, "Count", text_thousands(rq->work.arena, l->count));
    if (!l->count)
        view_set(node, "Zero", "1");
    if (l->on)
        view_set(node, "On", "1");
}

void facet_fill(struct request *rq, const struct ask *ask, const struct map_answer *answer, enum map_facet facet, HDF *node)
{
    struct arena *arena = rq->work.arena;
    const struct map_value_row *rows;
    size_t count = map_facet_values(ask->map, arena, facet, &rows), kept = 0, fitting;
    bool is_long = count > VALUES_SHOWN, every = ask->every[facet];
    const char *find = facet == MAP_OPERATOR ? text_folded(arena, form_text(rq, "find")) : "";
    size_t limit = form_int(rq, "more") ? VALUES_MORE : VALUES_SHOWN;
    struct listed *list = arena_alloc(arena, (count + 1) * sizeof *list);
    for (size_t v = 0; v < count; v++) {
        uint32_t stations = v < answer->facet[facet].values ? answer->facet[facet].counts[v] : 0;
        bool on = every || chosen(ask, facet, (uint16_t)v);
        bool fits = !*find || strstr(text_folded(arena, rows[v].label), find);
        bool empty = facet == MAP_DIVISION && !rows[v].stations;      /* the dicts' values stay, greyed */
        if ((fits && !empty) || (on && !every))
            list[kept++] = (struct listed){ (uint16_t)v, stations, on };
    }
    fitting = kept;
    if (is_long) {
        if (!every)
            qsort(list, kept, sizeof *list, listed_order);
        kept = kept < limit ? kept : limit;
    }
    for (size_t i = 0; i < kept; i++)
        value_fill(rq, ask, facet, &list[i], &rows[list[i].value],
                   view_node(node, arena_printf(arena, "Values.%zu", i)));
    view_set(node, "Key", facet_names[facet].key);
    view_set(node, "Label", facet_names[facet].label);
    view_set_int(node, "Chosen", every ? (int64_t)count : (int64_t)ask->query.facet[facet].count);
    view_set_int(node, "All", (int64_t)count);
    if (every)
        view_set(node, "Every", "1");
    if (is_long)
        view_set(node, "Long", "1");
    if (fitting > kept)
        view_set_int(node, "Rest", (int64_t)(fitting - kept));
    view_set(node, "Find", form_text(rq, "find"));
}

void facets_fill(struct request *rq, const struct ask *ask, const struct map_answer *answer, HDF *node)
{
    for (int f = 0; f < MAP_FACETS; f++)
        facet_fill(rq, ask, answer, (enum map_facet)f, view_node(node, arena_printf(rq->work.arena, "%d", f)));
}

/* One facet's values, for the script: found by name, or more of them. */
void map_facet_part(struct request *rq)
{
    const struct ask *ask = ask_read(rq);
    const struct map_answer *answer = map_view(ask->map, rq->work.arena, &ask->query);
    int asked = facet_by_key(form_text(rq, "facet"));
    if (asked < 0)
        fail(&rq->work, FAIL_MALFORMED, "没有“%s”这个筛选条件。", form_text(rq, "facet"));
    for (int f = 0; f < MAP_FACETS; f++)
        if (f == asked)
            facet_fill(rq, ask, answer, (enum map_facet)f, view_node(rq->page, "Facet"));
    header_add(rq, "Cache-Control", "no-cache");
    page(rq, "map/facet.cst");
}
