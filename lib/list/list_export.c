/* list_export: the same search for machines (JSON, CSV) and for bulk actions (keys), and what all exports share. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/text.h"
#include "list/list_declared.h"

/* --- JSON ------------------------------------------------------------------------------------------- */

static json_t *cell_json(const struct list_column *c, const char *value)
{
    int64_t number;
    if (!value)
        return json_null();
    if ((c->kind == CELL_INT || c->kind == CELL_BOOL) && text_to_int(value, INT64_MIN, INT64_MAX, &number))
        return json_integer(number);
    return json_string(value);                     /* money and decimals stay text: JSON numbers lose digits */
}

static json_t *row_json(const struct list *list, HDF *raw)
{
    json_t *row = json_object();
    for (size_t i = 0; i < list->column_count; i++) {
        const struct list_column *c = &list->columns[i];
        const char *value = hdf_get_value(raw, c->name, NULL);
        char label[80];
        json_object_set_new(row, c->name, cell_json(c, value));
        snprintf(label, sizeof label, "%s_label", c->name);
        if (c->dict && value)
            json_object_set_new(row, label, json_string(dict_label(c->dict, value)));
    }
    return row;
}

static void free_json(void *json)
{
    json_decref(json);
}

void list_json(struct request *rq, const char *name)
{
    const struct list *list = list_named(&rq->work, name);
    struct search search;
    struct rows rows;
    search_read(&search, rq, list);
    rows_read(&search, &rows);
    json_t *root = json_object(), *items = json_array();
    work_defer(&rq->work, free_json, root);
    json_object_set_new(root, "list", json_string(list->name));
    json_object_set_new(root, "total", json_integer(rows.total));
    json_object_set_new(root, "more_than", json_boolean(rows.more_than));
    json_object_set_new(root, "rows", items);
    for (int i = 0; i < rows.count; i++) {
        char at[16];
        snprintf(at, sizeof at, "%d", i);
        json_array_append_new(items, row_json(list, hdf_get_obj(rows.raw, at)));
    }
    const char *address = search_address(&search, list->path, true), *next = NULL;
    if (rows.after)
        next = arena_printf(rq->work.arena, "%safter=%s", address, url_encode(rq->work.arena, rows.after));
    else if (!list->growing && rows.page < rows.pages)
        next = arena_printf(rq->work.arena, "%spage=%lld", address, (long long)rows.page + 1);
    json_object_set_new(root, "next", next ? json_string(next) : json_null());
    char *text = json_dumps(root, JSON_COMPACT);
    if (!text)
        fail_ours(&rq->work, "list %s: a row is not UTF-8", name);
    const char *body = arena_copy(rq->work.arena, text);
    free(text);
    answer(rq, 200, "application/json; charset=utf-8", body, strlen(body));
}

/* --- files: rows as they come, into a file that ends with the work ------------------------------------- */

static void remove_file(void *path)      { unlink(path); }

int64_t export_each(struct search *s, const char **cells, void (*each)(void *row, void *arg), void *arg)
{
    struct work *work = &s->rq->work;
    struct db_column columns[LIST_COLUMNS + 1] = { DB_END };
    size_t n = s->list->column_count;
    for (size_t i = 0; i < n; i++)
        columns[i] = (struct db_column){ COLUMN_TEXT, i * sizeof(char *) };
    columns[n] = (struct db_column)DB_END;
    search_bind(s, I(s->list->export_limit + 1));
    const char *sql = arena_printf(work->arena, "SELECT %s%s%s%s LIMIT ?", search_columns(s),
                                   search_from(s, s->joins | search_column_joins(s->list) | s->sort->from.joins), s->where,
                                   search_order(s, false));
    return db_each_text(work, columns, cells, each, arg, sql, s->values, s->count);
}

const char *export_excess(struct arena *arena, const struct list *list)
{
    return arena_printf(arena, "仅导出前 %lld 行，后面还有数据，请缩小查询范围后分次导出", (long long)list->export_limit);
}

char *export_file(struct work *work)
{
    char *path = arena_printf(work->arena, "%s/tmp/export-XXXXXX", path_var());
    int descriptor = mkstemp(path);
    if (descriptor < 0)
        fail(work, FAIL_UNAVAILABLE, "暂时不能生成导出文件，请稍后重试。");
    close(descriptor);
    work_defer(work, remove_file, path);
    return path;
}

void export_answer(struct request *rq, const struct list *list, const char *ending, const char *type, const char *path)
{
    const char *day = time_format(rq->work.arena, rq->work.now, "%Y%m%d-%H%M");
    header_add(rq, "Content-Disposition",
               arena_printf(rq->work.arena, "attachment; filename=\"%s-%s.%s\"; filename*=UTF-8''%s-%s.%s", list->name, day,
                            ending, url_encode(rq->work.arena, list->title), day, ending));
    answer_file(rq, type, path);
}

/* --- CSV -------------------------------------------------------------------------------------------- */

struct csv {
    const struct list *list;
    FILE              *file;
    struct arena      *row_memory;           /* forgotten after each row */
    int64_t            rows, limit;
    const char        *cells[LIST_COLUMNS];
};

static void csv_cell(FILE *file, const char *text, bool first)
{
    if (!first)
        fputc(',', file);
    if (!strpbrk(text, ",\"\r\n") && text[0] != ' ') {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

static void csv_row(void *row, void *arg)
{
    struct csv *csv = arg;
    bool first = true;
    (void)row;
    if (csv->rows++ == csv->limit)
        return;
    for (size_t i = 0; i < csv->list->column_count; i++) {
        const struct list_column *c = &csv->list->columns[i];
        if (c->hidden)
            continue;
        csv_cell(csv->file, cell_exported(csv->row_memory, c, csv->cells[i]), first);
        first = false;
    }
    fputs("\r\n", csv->file);
    arena_reset(csv->row_memory);
}

static void csv_head(const struct csv *csv)
{
    bool first = true;
    fputs("\xEF\xBB\xBF", csv->file);
    for (size_t i = 0; i < csv->list->column_count; i++)
        if (!csv->list->columns[i].hidden) {
            csv_cell(csv->file, csv->list->columns[i].label, first);
            first = false;
        }
    fputs("\r\n", csv->file);
}

static void close_file(void *file)       { fclose(file); }
static void forget_rows(void *memory)    { arena_free(memory); }

void list_csv(struct request *rq, const char *name)
{
    struct work *work = &rq->work;
    const struct list *list = list_named(work, name);
    struct search search;
    struct csv csv = { .list = list, .limit = list->export_limit, .row_memory = arena_new() };
    work_defer(work, forget_rows, csv.row_memory);
    char *path = export_file(work);
    if (!(csv.file = fopen(path, "w")))
        fail(work, FAIL_UNAVAILABLE, "暂时不能生成导出文件，请稍后重试。");
    work_defer(work, close_file, csv.file);
    search_read(&search, rq, list);
    csv_head(&csv);
    if (export_each(&search, csv.cells, csv_row, &csv) > csv.limit)
        fprintf(csv.file, "%s\r\n", export_excess(work->arena, list));
    if (fflush(csv.file) != 0)
        fail(work, FAIL_UNAVAILABLE, "暂时不能生成导出文件，请稍后重试。");
    export_answer(rq, list, "csv", "text/csv; charset=utf-8", path);
}

/* --- keys for bulk actions ----------------------------------------------------------------------------- */

struct keys {
    struct arena *arena;
    const char  **list;
    size_t        count, room;
    const char   *key;
};

static const struct db_column key_columns[] = { DB_TEXT(struct keys, key), DB_END };

static void key_add(void *row, void *arg)
{
    struct keys *keys = arg;
    (void)row;
    if (keys->count < keys->room)
        keys->list[keys->count] = arena_copy(keys->arena, keys->key);
    keys->count++;
}

static const char *const *keys_ticked(struct request *rq, size_t *count)
{
    *count = form_count(rq, "id");
    const char **out = arena_alloc(rq->work.arena, (*count + 1) * sizeof *out);
    for (size_t i = 0; i < *count; i++)
        out[i] = form_text_at(rq, "id", i);
    return out;
}

const char *const *list_selected(struct request *rq, const char *name, size_t *count)
{
    struct work *work = &rq->work;
    const struct list *list = list_named(work, name);
    struct search s;
    if (!form_int(rq, "all")) {
        const char *const *out = keys_ticked(rq, count);
        if (!*count)
            fail(work, FAIL_INVALID, "请先勾选要办理的记录。");
        return out;
    }
    search_read(&s, rq, list);
    struct keys keys = { work->arena, arena_alloc(work->arena, list->bulk_limit * sizeof(char *)), 0, list->bulk_limit, NULL };
    search_bind(&s, I((int64_t)list->bulk_limit + 1));
    const char *sql = arena_printf(work->arena, "SELECT %s%s%s%s LIMIT ?", list->key_sql,
                                   search_from(&s, s.joins | s.sort->from.joins), s.where, search_order(&s, false));
    db_each_text(work, key_columns, &keys, key_add, &keys, sql, s.values, s.count);
    if (keys.count > list->bulk_limit)
        fail(work, FAIL_INVALID, "查询结果超过 %zu %s，一次不能全部办理，请缩小查询范围。", list->bulk_limit, list->unit);
    if (!keys.count)
        fail(work, FAIL_INVALID, "当前查询没有可办理的记录。");
    *count = keys.count;
    return keys.list;
}
