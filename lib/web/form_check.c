/* form_check: a whole form judged: types first, then what must be there, bounds, named checks and divisions. All
 * findings are collected; a draft is judged by types alone. */
#include <string.h>

#include "core/text.h"
#include "web/form_declared.h"
#include "web/io.h"

static bool active(const struct form_values *values, const struct field *f)
{
    return f->kind != FIELD_GIVEN && (!values->step || f->step == values->step);
}

void values_check_types(struct form_values *values)
{
    for (size_t i = 0; i < values->form->count; i++) {
        struct entry *e = &values->entries[i];
        for (size_t at = 0; at < e->count; at++) {
            if (values->form->fields[i].rows)
                values_check_types(e->rows[at]);
            else if (!e->kept)
                value_check(values, i, at);
        }
    }
}

void values_forget_errors(struct form_values *values)
{
    values->errors = 0;
    for (size_t i = 0; i < values->form->count; i++) {
        values->entries[i].error = NULL;
        for (size_t r = 0; values->form->fields[i].rows && r < values->entries[i].count; r++)
            values_forget_errors(values->entries[i].rows[r]);
    }
}

static void check_present(struct form_values *values, size_t i)
{
    const struct field *f = &values->form->fields[i];
    const struct entry *e = &values->entries[i];
    bool chosen = f->kind == FIELD_DICT || f->kind == FIELD_CHOICE || f->kind == FIELD_DIVISION || f->kind == FIELD_BOOL;
    if (f->kind == FIELD_FILES && e->count < f->at_least && e->count)
        values_refuse(values, i, "「%s」至少上传 %zu 个文件，当前 %zu 个，请补充", f->label, f->at_least, e->count);
    else if (f->kind == FIELD_ROWS && e->count < f->at_least)
        values_refuse(values, i, "「%s」至少填写 %zu %s，当前 %zu %s，请补充", f->label, f->at_least,
                      f->unit ? f->unit : "行", e->count, f->unit ? f->unit : "行");
    else if ((!f->required && !f->at_least) || e->count || e->kept || f->kind == FIELD_ROWS)
        return;
    else if (f->kind == FIELD_AGREEMENT)
        values_refuse(values, i, "请阅读并勾选同意%s后继续", f->label);
    else if (f->kind == FIELD_FILES)
        values_refuse(values, i, "请上传「%s」", f->label);
    else
        values_refuse(values, i, "%s「%s」", chosen || f->kind == FIELD_FILE ? "请选择" : "请填写", f->label);
}

const char *field_version(struct work *work, const struct field *f)
{
    if (!f->of)
        return f->version;
    if (!form_agreements)
        fail_ours(work, "field %s: nobody registered form_agreements", f->name);
    return form_agreements(work, f->of);
}

/* Published anew between reading and sending: what was typed stays, the box is empty again. */
static void check_agreement(struct form_values *values, size_t i)
{
    const struct field *f = &values->form->fields[i];
    const struct entry *e = &values->entries[i];
    if (f->kind == FIELD_AGREEMENT && f->of && e->count && strcmp(e->text[0], field_version(values->work, f)) != 0)
        values_refuse(values, i, "%s的文本已更新，请阅读新版本后重新勾选", f->label);
}

static void check_bounds(struct form_values *values, size_t i)
{
    const struct field *f = &values->form->fields[i];
    size_t count = values->entries[i].count;
    if (f->kind == FIELD_FILES && count > f->at_most)
        values_refuse(values, i, "「%s」最多 %zu 个文件，当前 %zu 个，请移除多余的文件", f->label, f->at_most, count);
    if (f->kind == FIELD_ROWS && count > f->at_most)
        values_refuse(values, i, "「%s」最多 %zu %s，当前 %zu %s，请减少", f->label, f->at_most,
                      f->unit ? f->unit : "行", count, f->unit ? f->unit : "行");
}

static void check_named(struct form_values *values, size_t i)
{
    const struct field *f = &values->form->fields[i];
    struct entry *e = &values->entries[i];
    for (size_t c = 0; c < f->check_count; c++)
        for (size_t at = 0; at < e->count && !e->error && f->checks[c].check->wrong; at++) {
            struct form_checked checked = { values->work, values, f->label, e->text[at], f->checks[c].arg };
            const char *wrong = f->checks[c].check->wrong(&checked);
            if (wrong)
                values_refuse(values, i, "%s", wrong);
        }
}

/* "410000" -> "41": what codes below it begin with */
static size_t prefix_length(const char *code)
{
    size_t n = strlen(code);
    while (n > 2 && n % 2 == 0 && strncmp(code + n - 2, "00", 2) == 0)
        n -= 2;
    return n;
}

/* NULL: good. A draft may end at any level. */
static const char *division_wrong(struct work *work, const struct field *f, const char *code, bool draft)
{
    static const char *const asked[] = { "省（自治区、直辖市）", "地级市", "县（市、区）", "乡镇（街道）" };
    struct arena *arena = work->arena;
    const char *parent;
    int level = form_divisions->level(work, code);
    if (!level)
        return arena_printf(arena, "「%s」没有代码为“%s”的区划，请从列表中选择", f->label, utf8_cut(arena, code, 12));
    if (f->within && strncmp(code, f->within, prefix_length(f->within)) != 0)
        return arena_printf(arena, "「%s」应在%s范围内，请重新选择", f->label, form_divisions->path(work, f->within));
    HDF *below;
    if (hdf_init(&below))
        fail_ours(work, "out of memory");
    bool ends = level >= f->level || !form_divisions->children(work, code, below);
    hdf_destroy(&below);
    if (!ends && !draft)
        return arena_printf(arena, "「%s」请继续选择到%s", f->label, asked[f->level - 1]);
    if (level > f->level && (parent = form_divisions->parent(work, code)) && form_divisions->level(work, parent) >= f->level)
        return arena_printf(arena, "「%s」只需选择到%s，请重新选择", f->label, asked[f->level - 1]);
    return NULL;
}

/* The chain is short: one entry a division that occurs. */
static const char *division_remembered(struct form_values *values, const struct field *f, const char *code)
{
    struct form_memo *head = values->memo;
    for (struct form_memo *m = head->next; m; m = m->next)
        if (m->field == f && strcmp(m->code, code) == 0)
            return m->wrong;
    const char *wrong = division_wrong(values->work, f, code, values->draft);
    struct form_memo *fresh = arena_alloc(head->arena, sizeof *fresh);
    *fresh = (struct form_memo){ head->next, f, arena_copy(head->arena, code), arena_copy(head->arena, wrong), head->arena };
    head->next = fresh;
    return wrong;
}

static void check_division(struct form_values *values, size_t i)
{
    const struct field *f = &values->form->fields[i];
    const struct entry *e = &values->entries[i];
    if (!e->count || !form_divisions)
        return;
    const char *wrong = values->memo ? division_remembered(values, f, e->text[0])
                                     : division_wrong(values->work, f, e->text[0], values->draft);
    if (wrong)
        values_refuse(values, i, "%s", wrong);
}

void values_check_whole(struct form_values *values)
{
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        struct entry *e = &values->entries[i];
        if (!active(values, f))
            continue;
        check_bounds(values, i);
        if (f->kind == FIELD_DIVISION)
            check_division(values, i);
        for (size_t r = 0; f->rows && r < e->count; r++) {
            e->rows[r]->draft = values->draft;
            values_check_whole(e->rows[r]);
        }
        if (values->draft)
            continue;
        check_present(values, i);
        check_agreement(values, i);
        if (!e->kept)
            check_named(values, i);
    }
}

bool values_check(struct form_values *values, bool draft)
{
    values->draft = draft;
    values_forget_errors(values);
    values_check_types(values);
    values_check_whole(values);
    return !values_wrong(values);
}

/* As a person writes it: a dict's label is as good as its code (spreadsheets), a date in any form. */
void values_put_at(struct form_values *values, size_t i, const char *text)
{
    const struct field *f = &values->form->fields[i];
    for (size_t d = 0; f->dict && d < dict_count(f->dict); d++)
        if (strcmp(dict_name(f->dict, d), text) == 0)
            text = dict_code(f->dict, d);
    for (HDF *o = hdf_obj_child(f->options); o; o = hdf_obj_next(o))
        if (hdf_obj_value(o) && strcmp(hdf_obj_value(o), text) == 0)
            text = hdf_obj_name(o);
    if (!f->many)
        entry_clear(&values->entries[i]);
    value_take(values, i, text);
}

void values_put(struct form_values *values, const char *field, const char *text)
{
    values_put_at(values, (size_t)(values_entry(values, field) - values->entries), text);
}
