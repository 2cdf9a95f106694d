/* list_xlsx: the search as a workbook for people. Written as the rows come (lib/sheet), so that memory does not grow. */
#include <string.h>

#include "core/text.h"
#include "list/list_declared.h"
#include "sheet/sheet_write.h"

enum { WIDTH_LEAST = 10, WIDTH_MOST = 40 };

struct export {
    const struct list *list;
    struct sheet_pen  *pen;
    int64_t            rows;
    const char        *cells[LIST_COLUMNS];
};

static double width_of(const struct list_column *c)
{
    double width = (double)utf8_length(c->label) * 2 + 4;
    if (c->kind == CELL_TIME || c->kind == CELL_AGE)
        width = 20;
    else if (c->kind == CELL_TEXT)
        width = width < 22 ? 22 : width;
    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
}

static void write_head(struct export *x)
{
    int column = 0;
    pen_sheet(x->pen, x->list->title, false);
    for (size_t i = 0; i < x->list->column_count; i++) {
        const struct list_column *c = &x->list->columns[i];
        if (c->hidden)
            continue;
        pen_width(x->pen, 0, column, width_of(c), LOOK_PLAIN);
        pen_text(x->pen, 0, 0, column++, LOOK_HEADER, c->label);
    }
    pen_freeze(x->pen, 0, 1);
}

static void write_cell(struct export *x, int column, const struct list_column *c, const char *value)
{
    struct sheet_pen *pen = x->pen;
    if (!value || !*value)
        return;
    switch (c->kind) {
    case CELL_INT: case CELL_NUMBER:
        pen_number(pen, 0, x->rows, column, LOOK_PLAIN, value);
        break;
    case CELL_MONEY:
        pen_number(pen, 0, x->rows, column, LOOK_MONEY, value);
        break;
    case CELL_DATE:
        pen_date(pen, 0, x->rows, column, LOOK_DATE, value);
        break;
    case CELL_TIME: case CELL_AGE:
        pen_date(pen, 0, x->rows, column, LOOK_TIME, value);
        break;
    default:
        pen_text(pen, 0, x->rows, column, LOOK_PLAIN, cell_label(c, value));
    }
}

static void write_row(void *row, void *arg)
{
    struct export *x = arg;
    int column = 0;
    (void)row;
    if (x->rows++ == x->list->export_limit)
        return;
    for (size_t i = 0; i < x->list->column_count; i++)
        if (!x->list->columns[i].hidden)
            write_cell(x, column++, &x->list->columns[i], x->cells[i]);
}

void list_xlsx(struct request *rq, const char *name)
{
    struct work *work = &rq->work;
    const struct list *list = list_named(work, name);
    struct search search;
    char *path = export_file(work);
    struct export x = { .list = list, .pen = pen_open(path) };
    work_defer(work, pen_drop, x.pen);
    search_read(&search, rq, list);
    write_head(&x);
    if (export_each(&search, x.cells, write_row, &x) > list->export_limit)
        pen_text(x.pen, 0, list->export_limit + 1, 0, LOOK_PLAIN, export_excess(work->arena, list));
    if (!pen_close(x.pen))
        fail(work, FAIL_UNAVAILABLE, "暂时不能生成导出文件，请稍后重试。");
    export_answer(rq, list, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", path);
}
