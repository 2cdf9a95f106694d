/* list_search: from what a visitor filled in to WHERE, FROM and ORDER BY. Text comes from the declaration alone; what
 * was filled in decides which pieces are taken and travels as binds. The scope of the actor is always the first
 * condition, so that no filter can be reached without it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/scope.h"
#include "core/text.h"
#include "list/list_declared.h"

static struct arena *arena_of(const struct search *s) { return s->rq->work.arena; }

void search_bind(struct search *s, struct value value)
{
    if (s->count == sizeof s->values / sizeof *s->values)
        fail(&s->rq->work, FAIL_MALFORMED, "查询条件过多，请减少选择后重新查询。");
    s->values[s->count++] = value;
}

static void also(struct search *s, const char *condition)
{
    s->where = arena_printf(arena_of(s), "%s%s%s", s->where, *s->where ? " AND " : " WHERE ", condition);
}

/* --- the scope ------------------------------------------------------------------------------------ */

/* LIKE takes % _ and \ for its own. Names are kept as typed, so either width of a bracket finds both (one character stands
 * for it). */
static const char *like(struct arena *arena, const char *before, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) * 6 + 3), *o = out;
    o += sprintf(o, "%s", before);
    for (text = text_normal(arena, text); *text; text++) {
        if (strchr("%_\\", *text))
            *o++ = '\\';
        *o++ = strchr("()", *text) ? '_' : *text;
    }
    *o = '%';
    return out;
}

/* The rows of the actor's division and below; with a second column, of either. */
static void scope_division(struct search *s)
{
    const struct source *own = &s->list->scope_division, *other = &s->list->scope_division_also;
    const char *pattern = like(arena_of(s), "", division_prefix(arena_of(s), s->rq->work.actor.division));
    const char *use = s->list->scope_division_use;
    also(s, use ? arena_printf(arena_of(s), "(%s LIKE ? OR %s)", own->sql, use)
          : other->sql ? arena_printf(arena_of(s), "(%s LIKE ? OR %s LIKE ?)", own->sql, other->sql)
                       : arena_printf(arena_of(s), "%s LIKE ?", own->sql));
    search_bind(s, T(pattern));
    if (other->sql || use)
        search_bind(s, T(pattern));
    s->joins |= own->joins | other->joins;
}

/* An actor who acts for a company sees that company's rows and nothing else, whatever division it lies in. A holder of
 * the list's capability sees all, whatever division they belong to. */
static void scope_add(struct search *s)
{
    const struct list *list = s->list;
    const struct actor *actor = &s->rq->work.actor;
    bool may = list->scope_capability && (actor->capabilities & CAP_BIT(list->scope_capability));
    if (list->scope_public)
        return;
    if (list->scope_operator.sql && actor->operator_id) {
        also(s, arena_printf(arena_of(s), "%s = ?", list->scope_operator.sql));
        search_bind(s, I(actor->operator_id));
        s->joins |= list->scope_operator.joins;
    } else if (may && !actor->operator_id) {
        return;
    } else if (list->scope_division.sql && !actor->operator_id && actor->division && *actor->division) {
        scope_division(s);
    } else {
        also(s, "1 = 0");
        s->nothing = true;
    }
}

void search_scope(struct search *s, struct request *rq, const struct list *list)
{
    *s = (struct search){ .list = list, .rq = rq, .where = "" };
    scope_add(s);
    for (size_t i = 0; i < list->fixed_count; i++) {
        also(s, list->fixed[i].sql);
        if (list->fixed[i].value)
            search_bind(s, T(list->fixed[i].value));
    }
}

/* --- the filters ------------------------------------------------------------------------------------ */

/* OR over the columns searched. */
static void filter_like(struct search *s, const struct list_filter *f, const char *pattern)
{
    char *text = "";
    for (size_t i = 0; i < f->sources; i++) {
        text = arena_printf(arena_of(s), "%s%s%s LIKE ?", text, i ? " OR " : "", f->from[i].sql);
        search_bind(s, T(pattern));
        s->joins |= f->from[i].joins;
    }
    also(s, arena_printf(arena_of(s), f->sources > 1 ? "(%s)" : "%s", text));
}

/* Every word must be there: "+充电 +电站"; a single Han character stands in no pair: "+站*". */
static void filter_words(struct search *s, const struct list_filter *f, const char *typed)
{
    char *words = text_bigrams(arena_of(s), typed), *query = "", *rest;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        bool open = utf8_length(word) == 1 || (unsigned char)word[0] < 0x80;
        query = arena_printf(arena_of(s), "%s%s+%s%s", query, *query ? " " : "", word, open ? "*" : "");
    }
    also(s, arena_printf(arena_of(s), "MATCH (%s) AGAINST (? IN BOOLEAN MODE)", f->from[0].sql));
    search_bind(s, T(query));
    s->joins |= f->from[0].joins;
}

/* IN with 1, 2, 4, 8 … places, the last value repeated: few different statements, so that they stay prepared. */
static void filter_in(struct search *s, const struct list_filter *f)
{
    size_t given = form_count(s->rq, f->name), places = 1;
    char *marks = "?";
    while (places < given)
        places *= 2;
    for (size_t i = 1; i < places; i++)
        marks = arena_printf(arena_of(s), "%s, ?", marks);
    for (size_t i = 0; i < places; i++)
        search_bind(s, T(form_text_at(s->rq, f->name, i < given ? i : given - 1)));
    also(s, arena_printf(arena_of(s), places > 1 ? "%s IN (%s)" : "%s = %s", f->from[0].sql, marks));
    s->joins |= f->from[0].joins;
}

static void filter_division(struct search *s, const struct list_filter *f)
{
    char *text = "";
    for (size_t i = 0; i < form_count(s->rq, f->name); i++) {
        const char *code = division_prefix(arena_of(s), form_text_at(s->rq, f->name, i));
        text = arena_printf(arena_of(s), "%s%s%s LIKE ?", text, i ? " OR " : "", f->from[0].sql);
        search_bind(s, T(like(arena_of(s), "", code)));
    }
    also(s, arena_printf(arena_of(s), "(%s)", text));
    s->joins |= f->from[0].joins;
}

static const char *day_after(struct search *s, const char *day)
{
    int64_t at = 0;
    (void)time_parse(day, "%Y-%m-%d", &at);                    /* the form has checked it */
    return time_format(arena_of(s), at + INT64_C(86400000), "%Y-%m-%d");
}

static bool filter_range(struct search *s, const struct list_filter *f)
{
    const char *from = arena_printf(arena_of(s), "%s_from", f->name), *to = arena_printf(arena_of(s), "%s_to", f->name);
    bool has_from = form_has(s->rq, from), has_to = form_has(s->rq, to), dates = f->kind == FILTER_DATES;
    if (has_from) {
        also(s, arena_printf(arena_of(s), "%s >= ?", f->from[0].sql));
        search_bind(s, dates ? T(form_text(s->rq, from)) : R(form_real(s->rq, from)));
    }
    if (has_to) {
        also(s, arena_printf(arena_of(s), dates ? "%s < ?" : "%s <= ?", f->from[0].sql));
        search_bind(s, dates ? T(day_after(s, form_text(s->rq, to))) : R(form_real(s->rq, to)));
    }
    s->joins |= has_from || has_to ? f->from[0].joins : 0;
    return has_from || has_to;
}

static void filter_add(struct search *s, const struct list_filter *f)
{
    if (f->kind == FILTER_DATES || f->kind == FILTER_NUMBERS) {
        s->filtered = filter_range(s, f) || s->filtered;
        return;
    }
    if (!form_has(s->rq, f->name))
        return;
    const char *text = form_text(s->rq, f->name);
    s->filtered = true;
    switch (f->kind) {
    case FILTER_PREFIX:   filter_like(s, f, like(arena_of(s), "", text));  break;
    case FILTER_CONTAINS: filter_like(s, f, like(arena_of(s), "%", text)); break;
    case FILTER_WORDS:    filter_words(s, f, text);                        break;
    case FILTER_DIVISION: filter_division(s, f);                           break;
    default:              filter_in(s, f);
    }
}

static void sort_read(struct search *s)
{
    const char *asked = form_text(s->rq, "sort"), *name = *asked ? asked : s->list->order;
    s->descending = *name == '-';
    s->sort = list_column(s->list, name + s->descending);
    if (!s->sort || (*asked && !s->sort->sortable && strcmp(asked, s->list->order) != 0))
        fail(&s->rq->work, FAIL_MALFORMED, "不能按这一列排序，请点击表头选择排序方式。");
}

void search_read(struct search *s, struct request *rq, const struct list *list)
{
    search_scope(s, rq, list);
    for (size_t i = 0; i < list->filter_count; i++)
        filter_add(s, &list->filters[i]);
    sort_read(s);
}

/* --- the pieces of a statement ------------------------------------------------------------------------ */

const char *search_from(struct search *s, unsigned joins)
{
    const char *text = s->list->from_sql;
    for (size_t i = 0; i < s->list->join_count; i++)
        if (s->list->joins[i].inner || (joins & 1u << i))
            text = arena_printf(arena_of(s), "%s%s", text, s->list->joins[i].sql);
    return text;
}

const char *search_columns(struct search *s)
{
    char *text = "";
    for (size_t i = 0; i < s->list->column_count; i++)
        text = arena_printf(arena_of(s), "%s%s%s AS `%s`", text, i ? ", " : "", s->list->columns[i].from.sql,
                            s->list->columns[i].name);
    return text;
}

unsigned search_column_joins(const struct list *list)
{
    unsigned joins = 0;
    for (size_t i = 0; i < list->column_count; i++)
        joins |= list->columns[i].from.joins;
    return joins;
}

const char *search_order(struct search *s, bool reversed)
{
    const char *way = s->descending != reversed ? " DESC" : "";
    if (s->sort == s->list->key)
        return arena_printf(arena_of(s), " ORDER BY %s%s", s->list->key_sql, way);
    return arena_printf(arena_of(s), " ORDER BY %s%s, %s%s", s->sort->from.sql, way, s->list->key_sql, way);
}

/* --- its address ---------------------------------------------------------------------------------------- */

static const char *with_values(struct search *s, const char *address, const char *name)
{
    for (size_t i = 0; i < form_count(s->rq, name); i++)
        address = arena_printf(arena_of(s), "%s%s=%s&", address, name,
                               url_encode(arena_of(s), form_text_at(s->rq, name, i)));
    return address;
}

const char *search_address(struct search *s, const char *path, bool with_sort)
{
    const char *address = arena_printf(arena_of(s), "%s?", path);
    for (size_t i = 0; i < s->list->filter_count; i++) {
        const struct list_filter *f = &s->list->filters[i];
        if (f->kind == FILTER_DATES || f->kind == FILTER_NUMBERS) {
            address = with_values(s, address, arena_printf(arena_of(s), "%s_from", f->name));
            address = with_values(s, address, arena_printf(arena_of(s), "%s_to", f->name));
        } else {
            address = with_values(s, address, f->name);
        }
    }
    return with_sort ? with_values(s, address, "sort") : address;
}
