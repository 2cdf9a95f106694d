/* form_sheet_write: the empty workbook of a form, and a filled one with what is wrong marked. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "sheet/sheet_write.h"
#include "web/form_sheet_inside.h"

enum { FILLED_ROWS = 20000, WIDTH_LEAST = 12, WIDTH_MOST = 36 };      /* drop-downs reach so far down */

static enum sheet_look look_of(const struct field *f)
{
    switch (f->kind) {
    case FIELD_INT: case FIELD_REAL: return LOOK_PLAIN;
    case FIELD_MONEY:                return LOOK_MONEY;
    case FIELD_DATE:                 return LOOK_DATE;
    default:                         return LOOK_TEXT;
    }
}

static void head_cell(struct work *work, struct sheet_pen *pen, int sheet, int column, const struct sheet_field *s)
{
    size_t count;
    const char *const *choices = sheet_choices(work, s, &count);
    double width = (double)utf8_length(s->header) * 2 + 4, shown = (double)utf8_length(s->example) * 1.6 + 2;
    width = shown > width ? shown : width;
    pen_width(pen, sheet, column, width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width, look_of(s->f));
    pen_text(pen, sheet, 0, column, s->must ? LOOK_HEADER_MUST : LOOK_HEADER,
             s->must ? arena_printf(work->arena, "%s*", s->header) : s->header);
    const char *rule = sheet_field_rule(work, s);
    if (*rule)
        pen_note(pen, sheet, 0, column, rule);
    if (choices)
        pen_choices(pen, sheet, 1, FILLED_ROWS, column, choices, count, !s->f->many && s->f->kind != FIELD_DIVISION);
}

static void head_of(struct work *work, struct sheet_pen *pen, int sheet, const struct sheet_plan *plan)
{
    int column = 0;
    pen_height(pen, sheet, 0, 30);
    if (plan->key.f)
        head_cell(work, pen, sheet, column++, &plan->key);
    for (size_t i = 0; i < plan->count; i++)
        head_cell(work, pen, sheet, column++, &plan->fields[i]);
    pen_freeze(pen, sheet, 1);
}

static void template_sheet(struct work *work, struct sheet_pen *pen, const struct sheet_plan *plan)
{
    int sheet = pen_sheet(pen, plan->name, false), column = 0;
    head_of(work, pen, sheet, plan);
    if (plan->key.f)
        pen_text(pen, sheet, 1, column++, LOOK_EXAMPLE, plan->key.example);
    for (size_t i = 0; i < plan->count; i++)
        pen_text(pen, sheet, 1, column++, LOOK_EXAMPLE, plan->fields[i].example);
}

/* --- 填写说明 ------------------------------------------------------------------------------------------------------ */

static int64_t rules_of(struct work *work, struct sheet_pen *pen, int sheet, int64_t row, const struct sheet_plan *plan)
{
    for (int i = plan->key.f ? -1 : 0; i < (int)plan->count; i++, row++) {
        const struct sheet_field *s = i < 0 ? &plan->key : &plan->fields[i];
        pen_text(pen, sheet, row, 0, LOOK_WRAP, plan->name);
        pen_text(pen, sheet, row, 1, LOOK_WRAP, s->header);
        pen_text(pen, sheet, row, 2, LOOK_WRAP, s->must ? "必填" : "选填");
        pen_text(pen, sheet, row, 3, LOOK_WRAP, sheet_field_rule(work, s));
    }
    return row;
}

static void guide_sheet(struct work *work, struct sheet_pen *pen, const struct form_sheet *form, const struct sheet_plans *plans)
{
    static const char *const lines[] = {
        "请从列名的下一行开始填写，每行一条；列名带 * 的为必填项。第二行为示例，导入时自动跳过，也可以删除。",
        "列的顺序可以调整，列名不要修改；不要使用公式、合并单元格，不要隐藏或筛选行。",
        "编码类的列已设为文本格式，请勿改为数字，以免丢失前面的 0 或末尾的数字。",
        "填写内容前后不要有空格；有下拉列表的列请从列表中选择。",
        "文件中有任何一处错误时，全部内容都不会导入；请按提示修改后重新上传。图片、证件等附件请在导入后逐条补充。" };
    int sheet = pen_sheet(pen, "填写说明", false);
    int64_t row = 0;
    static const char *const titles[] = { "工作表", "列", "必填", "说明" };
    static const double widths[] = { 16, 26, 8, 80 };
    for (int c = 0; c < 4; c++)
        pen_width(pen, sheet, c, widths[c], LOOK_PLAIN);
    pen_text(pen, sheet, row++, 0, LOOK_TITLE, arena_printf(work->arena, "%s导入模板填写说明", form->title));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        pen_text(pen, sheet, row++, 0, LOOK_PLAIN, arena_printf(work->arena, "%zu. %s", i + 1, lines[i]));
    for (const char *const *n = form->notes; n && *n; n++, row++)
        pen_text(pen, sheet, row, 0, LOOK_PLAIN, arena_printf(work->arena, "%lld. %s", (long long)row, *n));
    row++;
    for (int c = 0; c < 4; c++)
        pen_text(pen, sheet, row, c, LOOK_HEADER, titles[c]);
    row = rules_of(work, pen, sheet, row + 1, plans->own);
    for (size_t i = 0; i < plans->row_count; i++)
        row = rules_of(work, pen, sheet, row, plans->rows[i]);
}

bool form_sheet_template(struct work *work, const struct form_sheet *form, const char *path)
{
    struct sheet_plans *plans = sheet_plans_make(work, form);
    struct sheet_pen *pen = pen_open(path);
    work_defer(work, pen_drop, pen);
    template_sheet(work, pen, plans->own);
    for (size_t i = 0; i < plans->row_count; i++)
        template_sheet(work, pen, plans->rows[i]);
    guide_sheet(work, pen, form, plans);
    return pen_close(pen);
}

/* --- marked ---------------------------------------------------------------------------------------------------------- */

static void problem_sheet(struct sheet_pen *pen, const struct form_sheet_result *result, struct arena *arena)
{
    static const char *const titles[] = { "工作表", "单元格", "列", "填写内容", "问题和改法" };
    static const double widths[] = { 16, 10, 24, 30, 80 };
    int sheet = pen_sheet(pen, "错误清单", false);
    for (int c = 0; c < 5; c++) {
        pen_width(pen, sheet, c, widths[c], LOOK_TEXT);
        pen_text(pen, sheet, 0, c, LOOK_HEADER, titles[c]);
    }
    pen_freeze(pen, sheet, 1);
    for (size_t i = 0; i < result->count; i++) {
        const struct form_sheet_problem *p = &result->list[i];
        const char *where = *p->address ? p->address : p->row ? arena_printf(arena, "第 %lld 行", (long long)p->row) : "";
        const char *texts[] = { p->sheet, where, p->label, p->value, p->text };
        for (int c = 0; c < 5; c++)
            pen_text(pen, sheet, (int64_t)i + 1, c, LOOK_TEXT, texts[c]);
    }
    if (result->problems > (int64_t)result->count)
        pen_text(pen, sheet, (int64_t)result->count + 1, 0, LOOK_TEXT,
                 arena_printf(arena, "共 %lld 处问题，只列出前 %zu 处", (long long)result->problems, result->count));
}

struct marking { struct work *work; struct sheet_pen *pen; const struct form_sheet_result *result; const struct sheet_plan *plan;
                 int sheet; const struct sheet_row *row; struct sheet_columns columns; };

static const struct form_sheet_problem *problem_at(const struct marking *m, int column)
{
    for (size_t i = 0; i < m->result->count; i++) {
        const struct form_sheet_problem *p = &m->result->list[i];
        if (p->row == m->row->number && (p->column == column || (p->column < 0 && column == 0)) && strcmp(p->sheet, m->plan->name) == 0)
            return p;
    }
    return NULL;
}

static void mark_cell(struct marking *m, int column, const struct sheet_cell *cell)
{
    int64_t row = m->row->number - 1;
    const struct form_sheet_problem *p = problem_at(m, column);
    if (p) {
        pen_text(m->pen, m->sheet, row, column, LOOK_BAD, cell->text);
        pen_note(m->pen, m->sheet, row, column, p->text);
    } else if (cell->kind == SHEET_NUMBER) {
        pen_number(m->pen, m->sheet, row, column, LOOK_PLAIN, cell->text);
    } else if (cell->kind == SHEET_DATE) {
        pen_date(m->pen, m->sheet, row, column, strlen(cell->text) > 10 ? LOOK_TIME : LOOK_DATE, cell->text);
    } else if (cell->kind != SHEET_EMPTY) {
        pen_text(m->pen, m->sheet, row, column, LOOK_TEXT, cell->text);
    }
}

/* Columns stand where the person put them. */
static void mark_head(struct marking *m)
{
    (void)sheet_columns_read(m->work, m->plan, m->row, &m->columns);
    for (int c = 0; c < m->columns.count; c++) {
        int field = m->columns.field[c];
        const struct sheet_field *s = field == COLUMN_KEY ? &m->plan->key : field >= 0 ? &m->plan->fields[field] : NULL;
        if (s && m->row->number == 1)
            head_cell(m->work, m->pen, m->sheet, c, s);
        else
            pen_text(m->pen, m->sheet, m->row->number - 1, c, LOOK_HEADER, m->row->cells[c].text);
    }
    if (m->row->number == 1)
        pen_freeze(m->pen, m->sheet, 1);
}

static void mark_row(struct work *work, void *arg)
{
    static const struct sheet_cell empty = { SHEET_EMPTY, "", false };
    struct marking *m = arg;
    int last = m->row->count > m->columns.count ? m->row->count : m->columns.count;
    (void)work;
    for (int c = 0; c < last; c++)
        mark_cell(m, c, c < m->row->count ? &m->row->cells[c] : &empty);
}

static void mark_sheet(struct marking *m, struct sheet_book *book)
{
    struct sheet_row row;
    int at = sheet_named(book, m->plan->name);
    struct sheet *sheet = sheet_begin(book, at < 0 ? 0 : at);
    m->sheet = pen_sheet(m->pen, m->plan->name, false);
    m->row = &row;
    if (sheet && sheet_next(sheet, &row))
        mark_head(m);
    while (sheet && sheet_next(sheet, &row))
        work_step(m->work, mark_row, m);
    m->row = NULL;
}

bool form_sheet_marked(struct work *work, const struct form_sheet *form, const char *from, const struct form_sheet_result *result,
                       const char *path)
{
    struct sheet_plans *plans = sheet_plans_make(work, form);
    struct sheet_book *book = sheet_open(from, NULL);
    work_defer(work, sheet_close, book);
    struct sheet_pen *pen = pen_open(path);
    work_defer(work, pen_drop, pen);
    problem_sheet(pen, result, work->arena);
    mark_sheet(&(struct marking){ .work = work, .pen = pen, .result = result, .plan = plans->own }, book);
    for (size_t i = 0; i < plans->row_count; i++)
        if (sheet_named(book, plans->rows[i]->name) >= 0)
            mark_sheet(&(struct marking){ .work = work, .pen = pen, .result = result, .plan = plans->rows[i] }, book);
    return pen_close(pen);
}
