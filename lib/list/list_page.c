/* list_page: List.* for templates/parts/list.cst. What a person may not do is not put there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "list/list_declared.h"

static HDF *numbered(HDF *node, const char *group, size_t i)
{
    char name[80];
    snprintf(name, sizeof name, "%s.%zu", group, i);
    return view_node(node, name);
}

/* --- filters ---------------------------------------------------------------------------------------- */

static void typed_to_page(struct request *rq, const char *name)
{
    char path[120];
    snprintf(path, sizeof path, "Values.%s", name);
    if (form_has(rq, name))
        view_set(rq->page, path, form_text(rq, name));
    for (size_t i = 0; i < form_count(rq, name); i++) {
        snprintf(path, sizeof path, "Values.%s.%zu", name, i);
        view_set(rq->page, path, form_text_at(rq, name, i));
    }
}

static void filter_options(struct request *rq, const struct list_filter *f, HDF *node)
{
    for (size_t d = 0; d < dict_count(f->dict); d++) {
        HDF *option = numbered(node, "Options", d);
        view_set(option, "Value", dict_code(f->dict, d));
        view_set(option, "Label", dict_name(f->dict, d));
        for (size_t i = 0; i < form_count(rq, f->name); i++)
            if (strcmp(form_text_at(rq, f->name, i), dict_code(f->dict, d)) == 0)
                view_set(option, "Checked", "1");
    }
}

static void filter_to_page(struct request *rq, const struct list_filter *f, HDF *node)
{
    static const char *const kinds[FILTER_KIND_COUNT] = {
        [FILTER_PREFIX] = "text", [FILTER_CONTAINS] = "text", [FILTER_WORDS] = "text", [FILTER_DICT] = "select",
        [FILTER_EXACT] = "text", [FILTER_DIVISION] = "select", [FILTER_DATES] = "dates", [FILTER_NUMBERS] = "numbers",
        [FILTER_BOOL] = "bool" };
    view_set(node, "Name", f->name);
    view_set(node, "Label", f->label);
    view_set(node, "Hint", f->hint);
    view_set(node, "Width", f->width);
    view_set(node, "Kind", f->kind == FILTER_DICT && f->many ? "many" : kinds[f->kind]);
    if (f->dict)
        filter_options(rq, f, node);
    if (f->kind != FILTER_DATES && f->kind != FILTER_NUMBERS) {
        typed_to_page(rq, f->name);
        view_set_int(node, "Count", (int64_t)form_count(rq, f->name));
        return;
    }
    view_setf(node, "From", "%s_from", f->name);
    view_setf(node, "To", "%s_to", f->name);
    typed_to_page(rq, view_get(node, "From"));
    typed_to_page(rq, view_get(node, "To"));
}

/* What the bulk form carries so that 「全部查询结果」 means this search. */
static void hidden_to_page(struct request *rq, const char *name, HDF *list, size_t *at)
{
    for (size_t i = 0; i < form_count(rq, name); i++) {
        HDF *node = numbered(list, "Hidden", (*at)++);
        view_set(node, "Name", name);
        view_set(node, "Value", form_text_at(rq, name, i));
    }
}

static void filters_to_page(struct request *rq, const struct list *list, HDF *node)
{
    size_t hidden = 0;
    HDF *filters = list->filter_count ? view_node(node, "Filters") : NULL;
    for (size_t i = 0; i < list->filter_count; i++) {
        const struct list_filter *f = &list->filters[i];
        HDF *one = view_node(filters, f->name);
        filter_to_page(rq, f, one);
        if (f->kind == FILTER_DATES || f->kind == FILTER_NUMBERS) {
            hidden_to_page(rq, view_get(one, "From"), node, &hidden);
            hidden_to_page(rq, view_get(one, "To"), node, &hidden);
        } else {
            hidden_to_page(rq, f->name, node, &hidden);
        }
    }
    hidden_to_page(rq, "sort", node, &hidden);
}

/* --- columns and rows ---------------------------------------------------------------------------------- */

static void columns_to_page(struct search *s, HDF *node)
{
    struct arena *arena = s->rq->work.arena;
    const char *address = search_address(s, s->list->path, false);
    size_t at = 0;
    for (size_t i = 0; i < s->list->column_count; i++) {
        const struct list_column *c = &s->list->columns[i];
        if (c->hidden)
            continue;
        HDF *column = numbered(node, "Columns", at++);
        view_set(column, "Name", c->name);
        view_set(column, "Label", c->label);
        if (c->numeric)
            view_set(column, "Num", "1");
        if (c->cut)
            view_set(column, "Wrap", "1");
        if (!c->sortable)
            continue;
        bool now = s->sort == c;
        if (now)
            view_set(column, "Sorted", s->descending ? "descending" : "ascending");
        view_set(column, "Path", arena_printf(arena, "%ssort=%s%s", address, now && !s->descending ? "-" : "", c->name));
    }
}

static bool action_fits(const struct request *rq, const struct list_action *a, HDF *row)
{
    if (!(rq->work.actor.capabilities & CAP_BIT(a->capability)))
        return false;
    return !a->when_column || listed(a->when_values, hdf_get_value(row, a->when_column, ""));
}

static void actions_to_page(struct request *rq, const struct list *list, HDF *raw, HDF *row)
{
    size_t at = 0;
    char *bulk = "";
    for (size_t i = 0; i < list->action_count; i++) {
        const struct list_action *a = &list->actions[i];
        if (!action_fits(rq, a, raw))
            continue;
        HDF *node = numbered(row, "Actions", at++);
        view_set(node, "Label", a->label);
        view_set(node, "Path", path_filled(rq->work.arena, a->path, raw));
        view_set(node, "Confirm", a->confirm);
        if (a->post)
            view_set(node, "Post", "1");
        if (a->seen)
            view_set(node, "Seen", hdf_get_value(raw, a->seen, NULL));
    }
    for (size_t i = 0; i < list->bulk_count; i++)
        if (action_fits(rq, &list->bulk[i], raw))
            bulk = arena_printf(rq->work.arena, "%s%s%s", bulk, *bulk ? " " : "", list->bulk[i].name);
    view_set(row, "Bulk", bulk);
}

static void row_to_page(struct search *s, HDF *raw, HDF *row)
{
    struct arena *arena = s->rq->work.arena;
    size_t at = 0;
    view_set(row, "Key", hdf_get_value(raw, s->list->key->name, ""));
    for (size_t i = 0; i < s->list->column_count; i++) {
        const struct list_column *c = &s->list->columns[i];
        if (c->hidden)
            continue;
        const char *value = hdf_get_value(raw, c->name, NULL);
        HDF *cell = numbered(row, "Cells", at++);
        const char *shown = cell_shown(arena, s->rq->work.now, c, value);
        view_set(cell, c->kind == CELL_STATE && value ? "State" : "Text", shown);
        view_set(cell, "Kind", cell_tone(arena, c, value));
        if (c->kind == CELL_AGE && value)
            view_set(cell, "Hint", arena_copy_n(arena, value, strlen(value) < 19 ? strlen(value) : 19));
        if (c->link && value && *value)
            view_set(cell, "Href", path_filled(arena, c->link, raw));
    }
    actions_to_page(s->rq, s->list, raw, row);
}

static void rows_to_page(struct search *s, const struct rows *rows, HDF *node)
{
    for (int i = 0; i < rows->count; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        row_to_page(s, hdf_get_obj(rows->raw, name), numbered(node, "Rows", (size_t)i));
    }
}

static void bulk_to_page(struct request *rq, const struct list *list, HDF *node)
{
    size_t at = 0;
    for (size_t i = 0; i < list->bulk_count; i++) {
        const struct list_action *a = &list->bulk[i];
        if (!(rq->work.actor.capabilities & CAP_BIT(a->capability)))
            continue;
        HDF *action = numbered(node, "Bulk", at++);
        view_set(action, "Name", a->name);
        view_set(action, "Label", a->label);
        view_set(action, "Path", a->path);
        view_set(action, "Confirm", a->confirm);
    }
}

/* --- pager -------------------------------------------------------------------------------------------- */

/* 1 … 4 5 [6] 7 8 … 40: Gap stands before a number that does not follow the one before. */
static void numbers_to_page(struct request *rq, const char *address, const struct rows *rows, HDF *pager)
{
    size_t at = 0;
    int64_t before = 0;
    for (int64_t n = 1; n <= rows->pages; n++) {
        if (n > 1 && n < rows->page - 2)
            n = rows->page - 2;
        if (n > rows->page + 2 && n < rows->pages)
            n = rows->pages;
        HDF *node = numbered(pager, "Pages", at++);
        view_set_int(node, "Number", n);
        view_set(node, "Path", arena_printf(rq->work.arena, "%spage=%lld", address, (long long)n));
        if (n > before + 1)
            view_set(node, "Gap", "1");
        if (n == rows->page)
            view_set(node, "Current", "1");
        before = n;
    }
}

static void pager_to_page(struct search *s, const struct rows *rows, HDF *node)
{
    struct arena *arena = s->rq->work.arena;
    const char *address = search_address(s, s->list->path, true), *total = text_thousands(arena, rows->total);
    HDF *pager = view_node(node, "Pager");
    view_set(node, "Total", total);
    view_set(node, "TotalText", arena_printf(arena, rows->more_than ? "超过 %s %s" : "共 %s %s", total, s->list->unit));
    if (s->list->growing) {
        if (rows->before)
            view_set(pager, "Prev", arena_printf(arena, "%sbefore=%s", address, url_encode(arena, rows->before)));
        if (rows->after)
            view_set(pager, "Next", arena_printf(arena, "%safter=%s", address, url_encode(arena, rows->after)));
        return;
    }
    int64_t first = (rows->page - 1) * (int64_t)s->list->page_size + 1;
    if (rows->count)
        view_set(node, "TotalText", arena_printf(arena, "共 %s %s，第 %lld–%lld %s", total, s->list->unit, (long long)first,
                                                 (long long)first + rows->count - 1, s->list->unit));
    if (rows->page > 1)
        view_set(pager, "Prev", arena_printf(arena, "%spage=%lld", address, (long long)rows->page - 1));
    if (rows->page < rows->pages)
        view_set(pager, "Next", arena_printf(arena, "%spage=%lld", address, (long long)rows->page + 1));
    if (rows->pages > 1)
        numbers_to_page(s->rq, address, rows, pager);
}

void list_page(struct request *rq, const char *name)
{
    const struct list *list = list_named(&rq->work, name);
    struct search search;
    struct rows rows;
    if (rq->wants_json)
        list_json(rq, name);
    view_set(rq->page, "Styles.list", "/css/list.css");
    view_set(rq->page, "Scripts.list", "/js/list.js");
    search_read(&search, rq, list);
    rows_read(&search, &rows);
    HDF *node = view_node(rq->page, "List");
    view_set(node, "Name", list->name);
    view_set(node, "Title", list->title);
    view_set(node, "Path", list->path);
    view_set(node, "Unit", list->unit);
    if (search.filtered)
        view_set(node, "Filtered", "1");
    view_set(node, "Empty.Title", list->empty_title);
    view_set(node, "Empty.Text", list->empty_text);
    if (list->xlsx || list->csv)
        view_set(node, "Export", search_address(&search, list->xlsx ? list->xlsx : list->csv, true));
    filters_to_page(rq, list, node);
    if (list->figure_count) {
        figures_to_page(rq, list, view_node(node, "Figures"));
        charts_to_page(rq, list, view_node(node, "Charts"));
    }
    columns_to_page(&search, node);
    rows_to_page(&search, &rows, node);
    bulk_to_page(rq, list, node);
    if (!rows.more_than && rows.total <= (int64_t)list->bulk_limit)        /* else 「全部查询结果」 would be refused */
        view_set(node, "AllFits", "1");
    pager_to_page(&search, &rows, node);
}
