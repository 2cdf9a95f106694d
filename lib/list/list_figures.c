/* list_figures: the tiles above a list, one a value of a column, within the actor's scope and whatever the filters.
 *
 * Counting a long table takes tens of milliseconds and its tiles change little: a count that took longer than
 * DEAR_MICROSECONDS is kept by the process for a while and says how old it is. Cheap ones are always counted anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "list/list_declared.h"

enum { KEPT = 32, KEEP_MS = 60000, DEAR_MICROSECONDS = 5000, VALUES = 60 };

struct counts {
    char    about[160];            /* list, figure, scope */
    int64_t at;
    size_t  size;
    bool    cut;                   /* more values than places */
    char    values[VALUES][40];
    int64_t numbers[VALUES];
};

struct row { const char *value; int64_t number; };
static const struct db_column row_columns[] = { DB_TEXT(struct row, value), DB_INT(struct row, number), DB_END };

static struct counts *kept[KEPT];

static void counts_add(void *row, void *arg)
{
    const struct row *r = row;
    struct counts *counts = arg;
    if (counts->size == VALUES) {
        counts->cut = true;
        return;
    }
    snprintf(counts->values[counts->size], sizeof counts->values[0], "%s", r->value ? r->value : "");
    counts->numbers[counts->size++] = r->number;
}

/* The place of these counts in the process' memory, or the oldest one. */
static struct counts **place_of(const char *about)
{
    struct counts **oldest = &kept[0];
    for (size_t i = 0; i < KEPT; i++) {
        if (!kept[i])
            return &kept[i];
        if (strcmp(kept[i]->about, about) == 0)
            return &kept[i];
        if (kept[i]->at < (*oldest)->at)
            oldest = &kept[i];
    }
    return oldest;
}

/* A department's rows lie in many divisions: GROUP BY of one column alone fills a temporary table row by row. In the order of an
 * index that begins with the scope's column (`ordered`) the groups are counted as they come, and few are added up afterwards. */
static const char *counting(struct search *s, const struct list_figure *figure)
{
    const struct list *list = s->list;
    struct arena *arena = s->rq->work.arena;
    const char *from = search_from(s, s->joins | figure->from.joins), *order = list->scope_division.sql;
    if (!list->ordered || s->rq->work.actor.operator_id)
        return arena_printf(arena, "SELECT %s, COUNT(*)%s%s GROUP BY %s", figure->from.sql, from, s->where, figure->from.sql);
    for (const struct list_figure *f = list->figures; f <= figure; f++)
        order = arena_printf(arena, "%s, %s", order, f->from.sql);
    return arena_printf(arena, "SELECT `g`.`v`, CAST(SUM(`g`.`n`) AS SIGNED) FROM (SELECT %s AS `v`, COUNT(*) AS `n`%s%s GROUP BY %s) AS `g`"
                        " GROUP BY `g`.`v`", figure->from.sql, from, s->where, order);
}

static const struct counts *counts_of(struct request *rq, const struct list *list, const struct list_figure *figure)
{
    struct work *work = &rq->work;
    struct counts *fresh = arena_alloc(work->arena, sizeof *fresh);
    struct row row;
    struct search search;
    search_scope(&search, rq, list);
    if (search.nothing)
        return fresh;
    snprintf(fresh->about, sizeof fresh->about, "%s.%s %lld %d %s", list->name, figure->column,
             (long long)work->actor.operator_id, list->scope_capability && (work->actor.capabilities & CAP_BIT(list->scope_capability)),
             work->actor.division ? work->actor.division : "");
    struct counts **place = place_of(fresh->about);
    if (*place && strcmp((*place)->about, fresh->about) == 0 && work->now - (*place)->at < KEEP_MS)
        return *place;
    int64_t began = clock_micro();
    db_each_text(work, row_columns, &row, counts_add, fresh, counting(&search, figure), search.values, search.count);
    if (clock_micro() - began < DEAR_MICROSECONDS)
        return fresh;
    fresh->at = work->now;
    if (!*place && !(*place = calloc(1, sizeof **place)))
        abort();
    **place = *fresh;
    return fresh;
}

static int64_t number_of(const struct counts *counts, const char *value)
{
    for (size_t i = 0; i < counts->size; i++)
        if (strcmp(counts->values[i], value) == 0)
            return counts->numbers[i];
    return 0;
}

static int64_t sum_of(const struct counts *counts)
{
    int64_t sum = 0;
    for (size_t n = 0; n < counts->size; n++)
        sum += counts->numbers[n];
    return sum;
}

bool figures_total(struct request *rq, const struct list *list, int64_t *total)
{
    for (size_t i = 0; i < list->figure_count; i++) {
        const struct counts *counts = list->figures[i].total ? counts_of(rq, list, &list->figures[i]) : NULL;
        if (counts && !counts->cut) {
            *total = sum_of(counts);
            return true;
        }
    }
    return false;
}

static void tile(struct request *rq, const struct list *list, HDF *node, const char *label, int64_t number,
                 const char *href, const char *as_of)
{
    view_set(node, "Label", label);
    view_set(node, "Value", text_thousands(rq->work.arena, number));
    view_set(node, "Unit", list->unit);
    view_set(node, "Href", href);
    view_set(node, "AsOf", as_of);
}

void figures_to_page(struct request *rq, const struct list *list, HDF *node)
{
    struct arena *arena = rq->work.arena;
    int at = 0;
    char name[16];
    for (size_t i = 0; i < list->figure_count; i++) {
        const struct list_figure *figure = &list->figures[i];
        if (figure->chart)
            continue;
        const struct counts *counts = counts_of(rq, list, figure);
        const char *as_of = counts->at ? arena_printf(arena, "统计于 %s", time_format(arena, counts->at, "%H:%M")) : NULL;
        if (figure->total) {
            snprintf(name, sizeof name, "%d", at++);
            tile(rq, list, view_node(node, name), figure->total, sum_of(counts), list->path, as_of);
        }
        for (size_t d = 0; d < dict_count(figure->dict); d++) {
            const char *code = dict_code(figure->dict, d);
            const char *href = figure->filter ? arena_printf(arena, "%s?%s=%s", list->path, figure->filter,
                                                             url_encode(arena, code)) : NULL;
            snprintf(name, sizeof name, "%d", at++);
            tile(rq, list, view_node(node, name), dict_name(figure->dict, d), number_of(counts, code), href, as_of);
        }
    }
}

/* --- charts: the same counts as bars; without a dict the values found, for the handler to name --- */

static void bar(struct request *rq, const struct list *list, const struct list_figure *figure, HDF *node, const char *code,
                const char *label, int64_t number, int64_t most)
{
    view_set(node, "Code", code);
    view_set(node, "Label", label);
    view_set(node, "Value", text_thousands(rq->work.arena, number));
    view_set_int(node, "Share", most ? (number * 100 + most - 1) / most : 0);
    if (figure->filter)
        view_set(node, "Href", arena_printf(rq->work.arena, "%s?%s=%s", list->path, figure->filter, url_encode(rq->work.arena, code)));
}

static void chart_to_page(struct request *rq, const struct list *list, const struct list_figure *figure, HDF *chart)
{
    const struct counts *counts = counts_of(rq, list, figure);
    int64_t most = 0;
    char name[32];
    view_set(chart, "Title", figure->chart);
    view_set(chart, "Name", figure->column);
    view_set(chart, "Unit", list->unit);
    for (size_t i = 0; i < counts->size; i++)
        most = counts->numbers[i] > most ? counts->numbers[i] : most;
    size_t rows = figure->dict ? dict_count(figure->dict) : counts->size;
    for (size_t i = 0; i < rows; i++) {
        const char *code = figure->dict ? dict_code(figure->dict, i) : counts->values[i];
        snprintf(name, sizeof name, "Rows.%zu", i);
        bar(rq, list, figure, view_node(chart, name), code, figure->dict ? dict_name(figure->dict, i) : code,
            number_of(counts, code), most);
    }
}

void charts_to_page(struct request *rq, const struct list *list, HDF *node)
{
    int at = 0;
    char name[16];
    for (size_t i = 0; i < list->figure_count; i++)
        if (list->figures[i].chart) {
            snprintf(name, sizeof name, "%d", at++);
            chart_to_page(rq, list, &list->figures[i], view_node(node, name));
        }
}
