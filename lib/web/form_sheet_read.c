/* form_sheet_read: a workbook row by row through the checks of its form. See form_sheet.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/keyed.h"
#include "core/text.h"
#include "web/form_sheet_inside.h"

enum { PROGRESS_ROWS = 500, VALUE_SHOWN = 40 };

struct reading {
    struct work                  *work;
    const struct form_sheet      *sheet;
    const struct form_sheet_pass *pass;
    struct form_sheet_result     *result;
    struct arena                 *kept;                  /* problems and memos: as long as the work */
    struct sheet_book            *book;
    struct sheet_plans           *plans;
    struct form_memo              divisions;
    struct sheet_memo            *references;
    struct keyed                 *seen;                  /* the row of a text that must be unique, by sheet and field */
    struct sheet_spool           *spools[SHEET_ROWS_MOST];
    struct sheet_columns          columns, row_columns[SHEET_ROWS_MOST];

    struct sheet_row        row;                         /* being read */
    struct form_values     *values;
    int64_t                 before;                      /* problems when it began */
    size_t                  rows_at;                     /* kind=rows sheet being read */
    size_t                  children[SHEET_ROWS_MOST];   /* of the row, met so far */
};

static void forget(void *arena) { arena_free(arena); }

/* --- problems ---------------------------------------------------------------------------------------------------- */

static void problem(struct reading *r, const char *sheet, int64_t row, int column, const char *label, const char *value,
                    const char *text)
{
    struct form_sheet_result *result = r->result;
    if (++result->problems > FORM_SHEET_LISTED)
        return;
    result->list[result->count++] = (struct form_sheet_problem){
        .sheet = arena_copy(r->kept, sheet), .row = row, .column = column, .label = arena_copy(r->kept, label),
        .address = column >= 0 ? arena_copy(r->kept, sheet_address(column, row).text) : "",
        .value = utf8_cut(r->kept, value, VALUE_SHOWN), .text = arena_copy(r->kept, text) };
}

static const char *header_of(const struct sheet_plan *plan, int field)
{
    return field == COLUMN_KEY ? plan->key.header : field >= 0 ? plan->fields[field].header : "";
}

static void cell_problem(struct reading *r, const struct sheet_plan *plan, const struct sheet_columns *columns,
                         const struct sheet_row *row, int column, const char *text)
{
    problem(r, plan->name, row->number, column, column < columns->count ? header_of(plan, columns->field[column]) : "",
            column >= 0 && column < row->count ? row->cells[column].text : "", text);
}

/* --- one row of any sheet into values ------------------------------------------------------------------------------ */

static void take_cells(struct reading *r, const struct sheet_plan *plan, const struct sheet_columns *columns,
                       const struct sheet_row *row, struct form_values *values)
{
    if (row->hidden)
        problem(r, plan->name, row->number, -1, "", "", "该行被隐藏或被筛选，请取消筛选、显示后核对");
    for (int c = 0; c < row->count; c++) {
        int field = c < columns->count ? columns->field[c] : COLUMN_NONE;
        const char *wrong = NULL;
        if (row->cells[c].kind == SHEET_EMPTY)
            continue;
        if (field == COLUMN_NONE)
            wrong = "该列没有列名，请清空或使用模板的列";
        else if (field != COLUMN_KEY)
            wrong = sheet_cell_take(values, &plan->fields[field], &row->cells[c], r->references);
        if (!wrong)
            continue;
        cell_problem(r, plan, columns, row, c, wrong);
        if (field >= 0)                                  /* said; no second finding of an empty field */
            values->entries[plan->fields[field].field].kept = true;
    }
}

/* What the checks found, each at its cell. Pictures and papers come later, by hand. */
static void collect(struct reading *r, const struct sheet_plan *plan, const struct sheet_columns *columns,
                    const struct sheet_row *row, struct form_values *values)
{
    for (size_t i = 0; i < values->form->count; i++) {
        struct entry *e = &values->entries[i];
        const struct field *f = &values->form->fields[i];
        int field = COLUMN_NONE;
        if (!e->error || e->kept || f->kind == FIELD_FILES) {
            values->errors -= e->error != NULL;
            e->error = NULL;
            continue;
        }
        for (size_t p = 0; p < plan->count; p++)
            if (plan->fields[p].field == i)
                field = (int)p;
        int column = field >= 0 ? sheet_column_of(columns, field) : -1;
        problem(r, plan->name, row->number, column, f->label, column >= 0 && column < row->count ? row->cells[column].text : "",
                e->error);
        values->errors--;
        e->error = NULL;
    }
}

static void check_unique(struct reading *r, size_t kind, const struct sheet_plan *plan, const struct sheet_columns *columns,
                         const struct sheet_row *row, const struct form_values *values)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct sheet_field *s = &plan->fields[i];
        const struct entry *e = &values->entries[s->field];
        if (!s->f->unique || !e->count)
            continue;
        int64_t *before = keyed_at(r->seen, kind * FORM_FIELDS + s->field + 1, e->text[0]);
        if (*before)
            cell_problem(r, plan, columns, row, sheet_column_of(columns, (int)i),
                         arena_printf(r->work->arena, "与第 %lld 行重复，请核对后修改或删除其中一行", (long long)*before));
        else
            *before = row->number;
    }
}

/* --- rows of kind=rows ----------------------------------------------------------------------------------------------- */

static void take_child(const struct sheet_row *row, void *arg)
{
    struct reading *r = arg;
    const struct sheet_plan *plan = r->plans->rows[r->rows_at];
    const struct field *f = &r->plans->own->form->fields[plan->rows_field];
    size_t n = r->children[r->rows_at];
    if (n >= f->at_most) {
        problem(r, plan->name, row->number, -1, "", "",
                arena_printf(r->work->arena, "「%s」最多 %zu %s，请减少", f->label, f->at_most, f->unit ? f->unit : "行"));
        return;
    }
    struct form_values *values = values_row_add(r->values, plan->rows_field);
    values->where = "";
    r->children[r->rows_at]++;
    take_cells(r, plan, &r->row_columns[r->rows_at], row, values);
}

static void again_child(const struct sheet_row *row, void *arg)
{
    struct reading *r = arg;
    const struct sheet_plan *plan = r->plans->rows[r->rows_at];
    const struct entry *e = &r->values->entries[plan->rows_field];
    size_t n = r->children[r->rows_at]++;
    if (n >= e->count)
        return;
    collect(r, plan, &r->row_columns[r->rows_at], row, e->rows[n]);
    check_unique(r, r->rows_at + 1, plan, &r->row_columns[r->rows_at], row, e->rows[n]);
}

static void errors_child(const struct sheet_row *row, void *arg)         /* what the callback found */
{
    struct reading *r = arg;
    const struct entry *e = &r->values->entries[r->plans->rows[r->rows_at]->rows_field];
    size_t n = r->children[r->rows_at]++;
    if (n < e->count)
        collect(r, r->plans->rows[r->rows_at], &r->row_columns[r->rows_at], row, e->rows[n]);
}

static const char *key_of(const struct reading *r)
{
    const struct entry *e = &r->values->entries[r->plans->key_field];
    return e->count ? e->text[0] : "";
}

static void children_each(struct reading *r, void (*each)(const struct sheet_row *row, void *arg))
{
    const char *key = r->plans->row_count ? key_of(r) : "";
    for (r->rows_at = 0; r->rows_at < r->plans->row_count; r->rows_at++) {
        r->children[r->rows_at] = 0;
        if (r->spools[r->rows_at] && *key)
            spool_each(r->spools[r->rows_at], key, each, r);
    }
}

static void orphan(const struct sheet_row *row, void *arg)
{
    struct reading *r = arg;
    const struct sheet_columns *columns = &r->row_columns[r->rows_at];
    const struct sheet_plan *plan = r->plans->rows[r->rows_at];
    cell_problem(r, plan, columns, row, sheet_column_of(columns, COLUMN_KEY),
                 arena_printf(r->work->arena, "在工作表「%s」中没有这个%s，请核对", r->plans->own->name, r->plans->own->form->fields[r->plans->key_field].label));
}

/* --- one row of the form's own sheet ---------------------------------------------------------------------------------- */

static void judge_row(struct work *work, void *arg)
{
    struct reading *r = arg;
    const struct sheet_plan *plan = r->plans->own;
    r->before = r->result->problems;
    r->values = values_new(work, plan->form);
    r->values->memo = &r->divisions;
    take_cells(r, plan, &r->columns, &r->row, r->values);
    children_each(r, take_child);
    values_check(r->values, r->pass->draft);
    collect(r, plan, &r->columns, &r->row, r->values);
    check_unique(r, 0, plan, &r->columns, &r->row, r->values);
    children_each(r, again_child);
    if (r->before != r->result->problems || !r->pass->row)
        return;
    r->pass->row(work, r->values, r->pass->arg);
    if (values_wrong(r->values)) {
        collect(r, plan, &r->columns, &r->row, r->values);
        children_each(r, errors_child);
    }
}

/* --- whole sheets ------------------------------------------------------------------------------------------------------ */

/* Its header; false: refused. */
static bool begin(struct reading *r, const struct sheet_plan *plan, struct sheet_columns *columns, struct sheet **sheet)
{
    struct sheet_row row;
    int at = sheet_named(r->book, plan->name);
    if (at < 0 && !r->plans->row_count && sheet_count(r->book) == 1)
        at = 0;
    if (at < 0) {
        r->result->refused = arena_printf(r->kept, "文件中没有工作表「%s」，请使用下载的模板填写", plan->name);
        return false;
    }
    *sheet = sheet_begin(r->book, at);
    if (!*sheet || !sheet_next(*sheet, &row)) {
        r->result->refused = sheet_wrong(r->book) ? arena_copy(r->kept, sheet_wrong(r->book))
                           : arena_printf(r->kept, "工作表「%s」是空的，请使用下载的模板填写", plan->name);
        return false;
    }
    r->result->refused = arena_copy(r->kept, sheet_columns_read(r->work, plan, &row, columns));
    return !r->result->refused;
}

static bool ended_well(struct reading *r, const struct sheet_plan *plan, const struct sheet *sheet)
{
    const char *range;
    if (sheet_wrong(r->book)) {
        r->result->refused = arena_copy(r->kept, sheet_wrong(r->book));
        return false;
    }
    for (size_t i = 0; i < sheet_merges(sheet, i, &range); i++)
        if (*range)
            problem(r, plan->name, 0, -1, "", range, "有合并单元格，请取消合并后逐格填写");
    return true;
}

static void spool_row(struct work *work, void *arg)
{
    struct reading *r = arg;
    const struct sheet_plan *plan = r->plans->rows[r->rows_at];
    const struct sheet_columns *columns = &r->row_columns[r->rows_at];
    int column = sheet_column_of(columns, COLUMN_KEY);
    const struct sheet_cell empty = { SHEET_EMPTY, "", false }, *cell = column < r->row.count ? &r->row.cells[column] : &empty;
    const char *wrong = cell->kind == SHEET_EMPTY ? arena_printf(work->arena, "请填写「%s」", plan->key.header)
                                                  : sheet_cell_strict(work, cell);
    if (wrong) {
        cell_problem(r, plan, columns, &r->row, column, wrong);
        return;
    }
    struct form_values *parent = values_new(work, r->plans->own->form);       /* made normal as the parent's own */
    values_put_at(parent, r->plans->key_field, cell->text);
    const struct entry *e = &parent->entries[r->plans->key_field];
    spool_add(r->spools[r->rows_at], e->count ? e->text[0] : "", &r->row);
}

static bool spool_sheet(struct reading *r, size_t i)
{
    const struct sheet_plan *plan = r->plans->rows[i];
    struct sheet *sheet;
    if (sheet_named(r->book, plan->name) < 0 && !r->plans->own->form->fields[plan->rows_field].at_least)
        return true;
    if (!begin(r, plan, &r->row_columns[i], &sheet))
        return false;
    r->spools[i] = spool_open(r->work);
    r->rows_at = i;
    while (sheet_next(sheet, &r->row))
        if (!sheet_is_example(plan, &r->row_columns[i], &r->row))
            work_step(r->work, spool_row, r);
    if (!spool_good(r->spools[i]))
        fail(r->work, FAIL_UNAVAILABLE, "暂时不能处理导入文件，请稍后重试。");
    return ended_well(r, plan, sheet);
}

static bool read_own(struct reading *r)
{
    struct sheet *sheet;
    if (!begin(r, r->plans->own, &r->columns, &sheet))
        return false;
    while (sheet_next(sheet, &r->row)) {
        if (sheet_is_example(r->plans->own, &r->columns, &r->row))
            continue;
        r->result->rows++;
        work_step(r->work, judge_row, r);
        if (r->pass->progress && r->result->rows % PROGRESS_ROWS == 0)
            r->pass->progress(r->work, r->result->rows, r->pass->arg);
    }
    return ended_well(r, r->plans->own, sheet);
}

bool form_sheet_read(struct work *work, const struct form_sheet *sheet, const char *path, const struct form_sheet_pass *pass,
                     struct form_sheet_result *result)
{
    struct reading *r = arena_alloc(work->arena, sizeof *r);
    *r = (struct reading){ .work = work, .sheet = sheet, .pass = pass, .result = result, .kept = arena_new() };
    work_defer(work, forget, r->kept);
    *result = (struct form_sheet_result){ .list = arena_alloc(r->kept, FORM_SHEET_LISTED * sizeof *result->list) };
    r->plans = sheet_plans_make(work, sheet);
    r->divisions.arena = r->kept;
    r->references = sheet_memo_new(r->kept);
    r->seen = keyed_new(work);
    r->book = sheet_open(path, NULL);
    work_defer(work, sheet_close, r->book);
    if (sheet_wrong(r->book))
        result->refused = arena_copy(r->kept, sheet_wrong(r->book));
    bool good = !result->refused;
    for (size_t i = 0; good && i < r->plans->row_count; i++)
        good = spool_sheet(r, i);
    good = good && read_own(r);
    for (r->rows_at = 0; good && r->rows_at < r->plans->row_count; r->rows_at++)
        if (r->spools[r->rows_at]) {
            spool_unused(r->spools[r->rows_at], orphan, r);
            good = spool_good(r->spools[r->rows_at]);
        }
    if (good && !result->rows && !result->problems)
        result->refused = "没有可导入的数据，请在列名和示例下方填写后上传";
    if (!good && !result->refused)
        fail(work, FAIL_UNAVAILABLE, "暂时不能处理导入文件，请稍后重试。");
    return !result->refused && !result->problems;
}
