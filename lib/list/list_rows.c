/* list_rows: one page of a search.
 *
 * A growing list is walked by key: a cursor holds the sort value and the key of a row, the next page is what lies
 * behind it. Nothing is skipped by counting, so that the thousandth page costs what the first does, and rows that
 * come or go meanwhile neither repeat nor hide others. Cursors are visitors' input: they are only ever binds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "list/list_declared.h"

struct cursor {
    const char *key, *value;       /* value NULL: the sort column was NULL */
};

/* "<bytes of key>~<key>" and "~<value>" behind it unless the list is sorted by key or the value is NULL */
static const char *cursor_write(struct search *s, HDF *row)
{
    struct arena *arena = s->rq->work.arena;
    const char *key = hdf_get_value(row, s->list->key->name, ""), *value = hdf_get_value(row, s->sort->name, NULL);
    if (s->sort == s->list->key || !value)
        return arena_printf(arena, "%zu~%s", strlen(key), key);
    return arena_printf(arena, "%zu~%s~%s", strlen(key), key, value);
}

static struct cursor cursor_read(struct search *s, const char *text)
{
    struct work *work = &s->rq->work;
    size_t digits = strcspn(text, "~");
    int64_t size, number;
    const char *rest = text[digits] ? text + digits + 1 : "";
    bool good = text_to_int(arena_copy_n(work->arena, text, digits), 1, 400, &size) && (int64_t)strlen(rest) >= size
             && (!rest[size] || rest[size] == '~');
    struct cursor cursor = { good ? arena_copy_n(work->arena, rest, (size_t)size) : "", NULL };
    if (good && rest[size])
        cursor.value = rest + size + 1;
    if (!good || (s->list->key->kind == CELL_INT && !text_to_int(cursor.key, INT64_MIN, INT64_MAX, &number)))
        fail(work, FAIL_MALFORMED, "翻页位置无法识别，请从第一页重新查看。");
    return cursor;
}

static struct value key_value(const struct search *s, const char *key)
{
    return s->list->key->kind == CELL_INT ? I(strtoll(key, NULL, 10)) : T(key);
}

/* NULL sorts before everything. `less`: wanted are the rows that sort before the cursor in ascending terms. */
static const char *beyond(struct search *s, struct cursor c, bool less)
{
    struct arena *arena = s->rq->work.arena;
    const char *col = s->sort->from.sql, *key = s->list->key_sql, *op = less ? "<" : ">";
    if (s->sort == s->list->key) {
        search_bind(s, key_value(s, c.key));
        return arena_printf(arena, "%s %s ?", key, op);
    }
    if (!c.value) {
        search_bind(s, key_value(s, c.key));
        return arena_printf(arena, less ? "(%s IS NULL AND %s %s ?)" : "(%1$s IS NOT NULL OR (%1$s IS NULL AND %2$s %3$s ?))",
                            col, key, op);
    }
    struct value value = s->sort->kind == CELL_INT ? I(strtoll(c.value, NULL, 10)) : T(c.value);
    search_bind(s, value);
    search_bind(s, value);
    search_bind(s, key_value(s, c.key));
    return arena_printf(arena, "(%s %s ? OR (%s = ? AND %s %s ?)%s%s%s)", col, op, col, key, op, less ? " OR " : "",
                        less ? col : "", less ? " IS NULL" : "");
}

static void release_rows(void *rows)
{
    HDF *raw = rows;
    hdf_destroy(&raw);
}

/* Rows into a fresh tree; `behind` NULL: from the start. */
static HDF *fetch(struct search *s, const struct cursor *behind, bool reversed, int64_t limit, int64_t offset, int *count)
{
    struct work *work = &s->rq->work;
    size_t kept = s->count;
    HDF *raw;
    if (hdf_init(&raw))
        abort();
    work_defer(work, release_rows, raw);
    const char *from = search_from(s, s->joins | search_column_joins(s->list) | s->sort->from.joins), *where = s->where;
    if (behind) {
        const char *condition = beyond(s, *behind, s->descending != reversed);
        where = arena_printf(work->arena, "%s%s%s", where, *where ? " AND " : " WHERE ", condition);
    }
    search_bind(s, I(limit));
    search_bind(s, I(offset));
    const char *sql = arena_printf(work->arena, "SELECT %s%s%s%s LIMIT ? OFFSET ?", search_columns(s), from, where,
                                   search_order(s, reversed));
    *count = s->nothing ? 0 : db_rows_text(work, raw, sql, s->values, s->count);
    s->count = kept;
    return raw;
}

static HDF *row_at(HDF *raw, int i)
{
    char name[16];
    snprintf(name, sizeof name, "%d", i);
    return hdf_get_obj(raw, name);
}

/* Keeps `count` rows from `first` on, backwards when they were read backwards. */
static HDF *arranged(struct work *work, HDF *raw, int count, bool backwards)
{
    HDF *out;
    if (hdf_init(&out))
        abort();
    work_defer(work, release_rows, out);
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        NEOERR *error = hdf_copy(out, name, row_at(raw, backwards ? count - 1 - i : i));
        if (error)
            abort();
    }
    return out;
}

static void read_by_key(struct search *s, struct rows *rows)
{
    const char *after = form_text(s->rq, "after"), *before = form_text(s->rq, "before");
    int size = (int)s->list->page_size, got = 0;
    bool back = *before != '\0';
    if (back) {
        struct cursor cursor = cursor_read(s, before);
        HDF *raw = fetch(s, &cursor, true, size + 1, 0, &got);
        back = got > size;                           /* fewer: this is the first page, shown whole */
        rows->raw = back ? arranged(&s->rq->work, raw, size, true) : NULL;
        rows->count = size;
        after = "";
    }
    if (!back) {
        struct cursor cursor = *after ? cursor_read(s, after) : (struct cursor){ NULL, NULL };
        rows->raw = fetch(s, *after ? &cursor : NULL, false, size + 1, 0, &got);
        rows->count = got > size ? size : got;
    }
    bool next = back || got > size, previous = back || *after;
    if (next && rows->count)
        rows->after = cursor_write(s, row_at(rows->raw, rows->count - 1));
    if (previous && rows->count)
        rows->before = cursor_write(s, row_at(rows->raw, 0));
}

static void read_by_number(struct search *s, struct rows *rows)
{
    int64_t size = (int64_t)s->list->page_size, asked = form_int(s->rq, "page");
    rows->pages = rows->total ? (rows->total + size - 1) / size : 1;
    rows->page = asked < 1 ? 1 : asked > rows->pages ? rows->pages : asked;
    rows->raw = fetch(s, NULL, false, size, (rows->page - 1) * size, &rows->count);
}

/* Cheapest first: what the page itself tells, what the figures above it have counted, counting. */
static void total_by_key(struct search *s, struct rows *rows)
{
    const struct list *list = s->list;
    if (!rows->before && !rows->after) {
        rows->total = rows->count;
        return;
    }
    if (!s->filtered && figures_total(s->rq, list, &rows->total))
        return;
    rows->total = search_count(s, list->count_limit);
    rows->more_than = rows->total > list->count_limit;
    if (rows->more_than)
        rows->total = list->count_limit;
}

void rows_read(struct search *s, struct rows *rows)
{
    *rows = (struct rows){ .count = 0 };
    if (s->list->growing) {
        read_by_key(s, rows);
        total_by_key(s, rows);
        return;
    }
    rows->total = s->nothing ? 0 : search_count(s, 0);
    read_by_number(s, rows);
}
