/* form_sheet_plan: which columns a form's workbook has, what they are called, what may stand in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "web/form_sheet_inside.h"
#include "web/web.h"

enum { PLACES_MOST = 4000 };

static bool listed_name(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static const struct form_sheet_reference *reference_of(const struct form_sheet *sheet, const char *field)
{
    for (const struct form_sheet_reference *r = sheet->references; r->field; r++)
        if (strcmp(r->field, field) == 0)
            return r;
    return NULL;
}

/* --- divisions below `within`, by name ----------------------------------------------------------------------- */

struct places { struct work *work; struct sheet_field *field; size_t room; int64_t level; };

static void place_add(struct places *p, const char *label, const char *code)
{
    struct sheet_field *field = p->field;
    if (field->place_count == PLACES_MOST)
        return;
    if (field->place_count == p->room) {
        struct sheet_place_name *old = field->places;
        p->room = p->room ? p->room * 2 : 64;
        field->places = arena_alloc(p->work->arena, p->room * sizeof *field->places);
        if (old)
            memcpy(field->places, old, field->place_count * sizeof *old);
    }
    field->places[field->place_count++] = (struct sheet_place_name){ label, code };
}

/* Depth first, in the order of the codes; a place without places below it stands for itself. */
static void places_below(struct places *p, const char *code, const char *label, int depth)
{
    HDF *node;
    if (depth > DIVISION_LEVELS || hdf_init(&node))
        return;
    if ((*label && form_divisions->level(p->work, code) >= p->level) || !form_divisions->children(p->work, code, node)) {
        place_add(p, label, code);
    } else {
        for (HDF *c = hdf_obj_child(node); c; c = hdf_obj_next(c)) {
            const char *name = hdf_get_value(c, "name", ""), *below = arena_copy(p->work->arena, hdf_get_value(c, "code", ""));
            bool heading = strcmp(name, "市辖区") == 0 || strcmp(name, "县") == 0;
            places_below(p, below, arena_printf(p->work->arena, "%s%s", label, heading && depth < 2 ? "" : name), depth + 1);
        }
    }
    hdf_destroy(&node);
}

/* --- columns --------------------------------------------------------------------------------------------------- */

static const char *example_of(struct work *work, const struct sheet_field *s)
{
    const struct field *f = s->f;
    if (s->reference)
        return s->reference->example ? s->reference->example : "";
    if (f->example)
        return f->example;
    if (f->dict && dict_count(f->dict))
        return dict_name(f->dict, 0);
    if (hdf_obj_child(f->options))
        return option_label(f, hdf_obj_name(hdf_obj_child(f->options)));
    if (s->place_count)
        return s->places[0].label;
    (void)work;
    return f->kind == FIELD_BOOL ? "是" : f->kind == FIELD_DATE ? "2026-01-15" : "";
}

static bool in_workbook(const struct form_sheet *sheet, const struct field *f)
{
    if (listed_name(sheet->leave_out, f->name))
        return false;
    if (f->kind == FIELD_ID)
        return reference_of(sheet, f->name) != NULL;
    return f->kind != FIELD_GIVEN && f->kind != FIELD_FILES && f->kind != FIELD_FILE && f->kind != FIELD_ROWS
        && f->kind != FIELD_PASSWORD && f->kind != FIELD_AGREEMENT;
}

static void plan_field(struct work *work, const struct form_sheet *sheet, const struct form *form, size_t i, struct sheet_field *out)
{
    const struct field *f = &form->fields[i];
    *out = (struct sheet_field){ .field = i, .f = f, .header = f->label, .must = f->required, .reference = NULL };
    if (f->kind == FIELD_ID) {
        out->reference = reference_of(sheet, f->name);
        out->header = out->reference->label;
    }
    if (f->unit)
        out->header = arena_printf(work->arena, "%s（%s）", f->label, f->unit);
    if (f->kind == FIELD_DIVISION && f->within && form_divisions)
        places_below(&(struct places){ work, out, 0, f->level }, f->within, "", 0);
    out->example = example_of(work, out);
}

static struct sheet_plan *plan_make(struct work *work, const struct form_sheet *sheet, const struct form *form, const char *name,
                                    size_t rows_field)
{
    struct sheet_plan *plan = arena_alloc(work->arena, sizeof *plan);
    *plan = (struct sheet_plan){ .form = form, .name = name, .rows_field = rows_field };
    for (size_t i = 0; i < form->count; i++)
        if (in_workbook(sheet, &form->fields[i]))
            plan_field(work, sheet, form, i, &plan->fields[plan->count++]);
    return plan;
}

struct sheet_plans *sheet_plans_make(struct work *work, const struct form_sheet *sheet)
{
    const struct form *form = form_find(work, sheet->form);
    struct sheet_plans *plans = arena_alloc(work->arena, sizeof *plans);
    plans->own = plan_make(work, sheet, form, sheet->title, SIZE_MAX);
    for (plans->key_field = 0; plans->key_field < form->count && !form->fields[plans->key_field].unique; plans->key_field++)
        ;
    for (size_t i = 0; i < form->count && plans->row_count < SHEET_ROWS_MOST; i++) {
        const struct field *f = &form->fields[i];
        if (f->kind != FIELD_ROWS || listed_name(sheet->leave_out, f->name))
            continue;
        if (plans->key_field == form->count)
            fail_ours(work, "form %s: kind=rows in a workbook needs a field with `unique`", sheet->form);
        struct sheet_plan *rows = plan_make(work, sheet, f->rows, sheet->rows ? sheet->rows : f->label, i);
        plan_field(work, sheet, form, plans->key_field, &rows->key);
        rows->key.header = arena_printf(work->arena, "所属%s", rows->key.header);
        rows->key.must = true;
        plans->rows[plans->row_count++] = rows;
    }
    return plans;
}

/* --- what may stand in a column ---------------------------------------------------------------------------------- */

const char *const *sheet_choices(struct work *work, const struct sheet_field *s, size_t *count)
{
    static const char *const truth[] = { "是", "否" };
    const struct field *f = s->f;
    size_t n = f->dict ? dict_count(f->dict) : s->place_count;
    for (HDF *o = hdf_obj_child(f->options); o; o = hdf_obj_next(o))
        n += !f->dict;
    *count = 0;
    if (f->kind == FIELD_BOOL) {
        *count = 2;
        return truth;
    }
    if (!n)
        return NULL;
    const char **list = arena_alloc(work->arena, n * sizeof *list);
    for (size_t d = 0; f->dict && d < dict_count(f->dict); d++)
        list[(*count)++] = dict_name(f->dict, d);
    for (size_t p = 0; p < s->place_count; p++)
        list[(*count)++] = s->places[p].label;
    for (HDF *o = hdf_obj_child(f->options); o && !f->dict; o = hdf_obj_next(o))
        list[(*count)++] = option_label(f, hdf_obj_name(o));
    return list;
}

static const char *bounds(struct work *work, const struct field *f)
{
    const char *unit = f->unit ? f->unit : "";
    if (f->low <= -1e15 && f->high >= 1e15)
        return "";
    if (f->high >= 1e15 || f->high >= 999999999999.0)
        return f->low > 0 ? arena_printf(work->arena, "，不小于 %.10g%s", f->low, unit) : "";
    return arena_printf(work->arena, "，%.10g 至 %.10g%s", f->low > -1e15 ? f->low : 0, f->high, unit);
}

const char *sheet_field_rule(struct work *work, const struct sheet_field *s)
{
    const struct field *f = s->f;
    struct arena *arena = work->arena;
    const char *rule = "";
    switch (f->kind) {
    case FIELD_INT:                      rule = arena_printf(arena, "整数%s", bounds(work, f)); break;
    case FIELD_REAL:                     rule = arena_printf(arena, "数字%s", bounds(work, f)); break;
    case FIELD_MONEY:                    rule = "金额（元），最多两位小数"; break;
    case FIELD_DATE:                     rule = "日期，例如 2026-01-15"; break;
    case FIELD_DICT: case FIELD_CHOICE: case FIELD_BOOL: rule = f->many ? "从列表中选择，多项之间用顿号（、）分隔" : "从列表中选择"; break;
    case FIELD_DIVISION:                 rule = s->place_count ? "从列表中选择，或填写区划代码" : "填写区划代码"; break;
    case FIELD_CODE:                     rule = arena_printf(arena, "字母、数字和 - _ . 等符号，最多 %.0f 位", f->high); break;
    case FIELD_LINE: case FIELD_TEXT:    rule = arena_printf(arena, "最多 %.0f 个字", f->high); break;
    default:                             break;
    }
    const char *hint = s->reference ? s->reference->hint : f->hint;
    return arena_printf(arena, "%s%s%s%s%s", s->must ? "必填。" : "", rule, *rule ? "。" : "", hint ? hint : "", f->unique ? "。不能重复。" : "");
}
