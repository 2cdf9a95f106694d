/* form_sheet_cell: one cell becomes a value of a field, or words that say what is wrong and how to mend it. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "web/form_sheet_inside.h"

enum { ECHO = 30 };

/* --- references asked once a text --------------------------------------------------------------------------------- */

enum { MEMO_SLOTS = 4096 };
struct remembered { struct remembered *next; const struct form_sheet_reference *reference; const char *text; int64_t id; };
struct sheet_memo { struct arena *arena; struct remembered *slots[MEMO_SLOTS]; };

struct sheet_memo *sheet_memo_new(struct arena *arena)
{
    struct sheet_memo *memo = arena_alloc(arena, sizeof *memo);
    memo->arena = arena;
    return memo;
}

static int64_t resolved(struct work *work, struct sheet_memo *memo, const struct form_sheet_reference *reference, const char *text)
{
    uint32_t slot = 5381;
    for (const char *c = text; *c; c++)
        slot = slot * 33 + (unsigned char)*c;
    struct remembered **head = &memo->slots[slot % MEMO_SLOTS];
    for (struct remembered *r = *head; r; r = r->next)
        if (r->reference == reference && strcmp(r->text, text) == 0)
            return r->id;
    struct remembered *fresh = arena_alloc(memo->arena, sizeof *fresh);
    *fresh = (struct remembered){ *head, reference, arena_copy(memo->arena, text), reference->resolve(work, text) };
    *head = fresh;
    return fresh->id;
}

/* --- strictness --------------------------------------------------------------------------------------------------- */

/* Length of a blank at the beginning: space, tab, line end, no-break, ideographic, zero-width, byte-order mark. */
static size_t blank(const char *text)
{
    static const char *const wide[] = { "\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x8B", "\xEF\xBB\xBF", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x89" };
    if (strchr(" \t\n\r", *text) && *text)
        return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (text_has_prefix(text, wide[i]))
            return strlen(wide[i]);
    return 0;
}

static const char *without_blanks(struct arena *arena, const char *text)
{
    const char *end = text, *at;
    for (size_t n; (n = blank(text));)
        text += n;
    for (at = end = text; *at;) {
        size_t n = blank(at);
        at += n ? n : 1;
        end = n ? end : at;
    }
    return arena_copy_n(arena, text, (size_t)(end - text));
}

const char *sheet_cell_strict(struct work *work, const struct sheet_cell *cell)
{
    if (cell->kind == SHEET_FORMULA)
        return "单元格中是公式，请复制后“选择性粘贴”为数值";
    if (cell->kind == SHEET_ERROR)
        return "单元格中是错误值，请改为正确的内容";
    if (cell->digits_lost)
        return "数字超过 15 位，末尾的数字已丢失；请将该列设为“文本”格式后重新填写完整的编码";
    if (cell->kind != SHEET_TEXT)
        return NULL;
    const char *plain = without_blanks(work->arena, cell->text);
    if (!*plain)
        return "单元格中只有空格，请清空";
    if (strcmp(plain, cell->text) != 0)
        return arena_printf(work->arena, "前后有多余的空格或换行，请改为“%s”", utf8_cut(work->arena, plain, ECHO));
    return NULL;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static const char *division_code(const struct sheet_field *s, struct work *work, const char *text)
{
    for (size_t i = 0; i < s->place_count; i++)
        if (strcmp(s->places[i].label, text) == 0)
            return s->places[i].code;
    if (!s->place_count || !s->f->within)
        return text;
    const char *path = form_divisions->path(work, s->f->within);         /* 「广东省珠海市香洲区」 */
    return *path && text_has_prefix(text, path) ? division_code(s, work, text + strlen(path)) : text;
}

static void put_many(struct form_values *values, size_t field, const char *text)
{
    static const char *const signs[] = { "、", "，", ",", ";", "；", "|", "/" };
    struct arena *arena = values->work->arena;
    const char *from = text, *at = text;
    while (*at) {
        size_t n = 0;
        for (size_t i = 0; i < sizeof signs / sizeof *signs && !n; i++)
            n = text_has_prefix(at, signs[i]) ? strlen(signs[i]) : 0;
        if (n)
            values_put_at(values, field, arena_copy_n(arena, from, (size_t)(at - from))), from = at + n;
        at += n ? n : 1;
    }
    values_put_at(values, field, from);
}

static const char *truth(const char *text)
{
    static const char *const yes[] = { "是", "TRUE", "true", "有", "1" }, *const no[] = { "否", "FALSE", "false", "无", "0" };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0)
            return strcmp(text, yes[i]) == 0 ? "1" : "0";
    return text;
}

static const char *put_reference(struct form_values *values, const struct sheet_field *s, const char *text, struct sheet_memo *memo)
{
    struct work *work = values->work;
    const char *normal = text_normal(work->arena, text);
    int64_t id = resolved(work, memo, s->reference, normal);
    if (!id)
        return arena_printf(work->arena, "「%s」没有“%s”，%s", s->header, utf8_cut(work->arena, normal, ECHO),
                            s->reference->unknown ? s->reference->unknown : "请核对后填写");
    values_put_at(values, s->field, arena_printf(work->arena, "%lld", (long long)id));
    return NULL;
}

const char *sheet_cell_take(struct form_values *values, const struct sheet_field *s, const struct sheet_cell *cell,
                            struct sheet_memo *memo)
{
    const struct field *f = s->f;
    const char *wrong = sheet_cell_strict(values->work, cell), *text = cell->text;
    char day[64];
    if (wrong || cell->kind == SHEET_EMPTY)
        return wrong;
    if (s->reference)
        return put_reference(values, s, text, memo);
    if (f->kind == FIELD_BOOL)
        text = truth(text);
    else if (f->kind == FIELD_DIVISION)
        text = division_code(s, values->work, text_normal(values->work->arena, text));
    else if (f->kind == FIELD_DATE && cell->kind == SHEET_DATE && strlen(text) > 10)
        text = arena_copy_n(values->work->arena, text, 10);              /* the time of day is nobody's business here */
    else if (f->kind == FIELD_DATE && sheet_day_text(cell, day))        /* typed as a date into a column of text, saved by another program */
        text = day;
    if (f->many)
        put_many(values, s->field, text);
    else
        values_put_at(values, s->field, arena_copy(values->work->arena, text));
    return NULL;
}
