/* form_value: one value of one kind: what a person typed is made normal, typed, and judged with words that say how to
 * mend it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "web/form_declared.h"

enum { ECHO = 20 };                        /* characters of a wrong value repeated in its message */

static const char *normal_text(struct form_values *values, const struct field *f, const char *given)
{
    struct arena *arena = values->work->arena;
    if (f->kind == FIELD_PASSWORD)
        return given;
    given = text_visible(arena, given);
    bool name = f->kind == FIELD_LINE && !f->check_count && !f->half;      /* codes and numbers are made half-width */
    const char *line = name ? text_line(arena, given) : text_normal(arena, given);
    if (f->kind == FIELD_TEXT)
        return *line ? given : "";
    for (size_t c = 0; c < f->check_count; c++)
        if (f->checks[c].check && f->checks[c].check->normal)
            line = f->checks[c].check->normal(arena, line);
    return line;
}

void value_take(struct form_values *values, size_t field, const char *given)
{
    const struct field *f = &values->form->fields[field];
    struct entry *e = &values->entries[field];
    const char *text = normal_text(values, f, given);
    if (!*text || (e->count && !f->many))        /* empty means not given; a second value does not exist */
        return;
    if (e->count == f->limit) {
        values_refuse(values, field, "「%s」最多选择 %zu 项，请减少", f->label, f->limit);
        return;
    }
    entry_add(values->work, e, text);
}

/* --- dates and money as people write them -------------------------------------------------------------------- */

bool date_normal(const char *text, char out[11])
{
    int year = 0, month = 0, day = 0, used = 0;
    int64_t at;
    size_t digits = strspn(text, "0123456789");
    if (digits == 8 && !text[8]) {
        if (sscanf(text, "%4d%2d%2d", &year, &month, &day) != 3)
            return false;
    } else if (digits != 4 || strspn(text, "0123456789-/. 年月日") != strlen(text)
               || !((sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) == 3 && !text[used])
                    || (sscanf(text, "%4d/%2d/%2d%n", &year, &month, &day, &used) == 3 && !text[used])
                    || (sscanf(text, "%4d.%2d.%2d%n", &year, &month, &day, &used) == 3 && !text[used])
                    || (sscanf(text, "%4d年%2d月%2d%n", &year, &month, &day, &used) == 3
                        && (!text[used] || strcmp(text + used, "日") == 0)))) {
        return false;
    }
    if (year < 1800 || year > 2999 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    snprintf(out, 11, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
    return time_parse(out, "%Y-%m-%d", &at);
}

/* "1,234.5" "￥1234.50元": yuan with up to two decimals, to fen without any floating point. */
static bool money_parse(const char *text, int64_t *fen)
{
    char digits[32];
    size_t n = 0, decimals = 0;
    bool negative = *text == '-', point = false, any = false;
    for (const char *c = text + negative; *c; c++) {
        if (*c == ',' || *c == ' ')
            continue;
        if (*c == '.' && !point) {
            point = true;
            continue;
        }
        if (!isdigit((unsigned char)*c) || n > 16 || (point && ++decimals > 2))
            return false;
        digits[n++] = *c;
        any = true;
    }
    for (; decimals < 2; decimals++)
        digits[n++] = '0';
    digits[n] = '\0';
    *fen = strtoll(digits, NULL, 10) * (negative ? -1 : 1);
    return any;
}

static char *without(struct arena *arena, const char *text, const char *const *words)
{
    char *out = arena_copy(arena, text);
    for (; *words; words++)
        for (char *at; (at = strstr(out, *words));)
            memmove(at, at + strlen(*words), strlen(at + strlen(*words)) + 1);
    return out;
}

char *money_text(struct arena *arena, int64_t fen)
{
    uint64_t whole = fen < 0 ? -(uint64_t)fen : (uint64_t)fen;
    return arena_printf(arena, "%s%" PRIu64 ".%02u", fen < 0 ? "-" : "", whole / 100, (unsigned)(whole % 100));
}

/* --- judging ---------------------------------------------------------------------------------------------------- */

static bool code_like(const char *text)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("-_.,:*", *text))
            return false;
    return true;
}

/* Only an address of this site: one leading slash, no second one and no backslash (open redirects). */
static bool local_path(const char *text)
{
    return text[0] == '/' && text[1] != '/' && !strpbrk(text, "\\\r\n\t");
}

static const char *echo(struct form_values *values, const char *text)
{
    return utf8_cut(values->work->arena, text, ECHO);
}

static void check_number(struct form_values *values, size_t i, const struct field *f, struct entry *e, size_t at)
{
    const char *text = e->text[at];
    bool whole = f->kind != FIELD_REAL;
    bool good = whole ? text_to_int(text, (int64_t)f->low, (int64_t)f->high, &e->integer[at])
                      : text_to_real(text, f->low, f->high, &e->real[at]);
    e->real[at] = whole ? (double)e->integer[at] : e->real[at];
    if (!good && f->kind == FIELD_ID)
        values_refuse(values, i, "「%s」应为编号（正整数），当前为“%s”", f->label, echo(values, text));
    else if (!good && (f->low <= -1e15 || f->high >= 1e15))
        values_refuse(values, i, "「%s」应为%s，当前为“%s”", f->label, whole ? "整数" : "数字", echo(values, text));
    else if (!good)
        values_refuse(values, i, "「%s」应为 %.10g 到 %.10g 之间的%s，当前为“%s”", f->label, f->low, f->high,
                      whole ? "整数" : "数", echo(values, text));
}

static void check_money(struct form_values *values, size_t i, const struct field *f, struct entry *e, size_t at)
{
    static const char *const signs[] = { "¥", "￥", "元", NULL };
    const char *text = without(values->work->arena, e->text[at], signs);
    int64_t fen;
    if (!money_parse(text, &fen)) {
        values_refuse(values, i, "「%s」应为金额（单位：元，最多两位小数），例如 1234.50，当前为“%s”", f->label,
                      echo(values, e->text[at]));
        return;
    }
    if ((double)fen < f->low * 100 || (double)fen > f->high * 100) {
        values_refuse(values, i, "「%s」应在 %.2f 元到 %.2f 元之间，请核对单位是否为元", f->label, f->low, f->high);
        return;
    }
    e->integer[at] = fen;
    e->real[at] = (double)fen / 100;
    e->text[at] = money_text(values->work->arena, fen);
}

/* Nothing a person types; it would break the XML of an export and hide words on a page. */
static bool has_control(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && !strchr("\t\r\n", *text)) || *text == 0x7F)
            return true;
    return false;
}

static void check_text(struct form_values *values, size_t i, const struct field *f, const char *text)
{
    size_t length = utf8_length(text);
    if ((double)length > f->high)
        values_refuse(values, i, "「%s」最多 %.0f 个字，当前 %zu 个字，请缩短", f->label, f->high, length);
    else if ((double)length < f->low)
        values_refuse(values, i, "「%s」至少 %.0f 个字，当前 %zu 个字，请补充", f->label, f->low, length);
    else if (f->kind != FIELD_PASSWORD && has_control(text))
        values_refuse(values, i, "「%s」中有不能显示的控制字符，请删除后重新填写", f->label);
    else if (f->kind == FIELD_CODE && !code_like(text))
        values_refuse(values, i, "「%s」只能使用字母、数字和 - _ . 等符号", f->label);
    else if (f->kind == FIELD_PATH && !local_path(text))
        values_refuse(values, i, "「%s」应为本网站内的地址", f->label);
}

static bool option_known(const struct field *f, const char *code)
{
    for (size_t d = 0; f->dict && d < dict_count(f->dict); d++)
        if (strcmp(dict_code(f->dict, d), code) == 0)
            return true;
    for (HDF *o = hdf_obj_child(f->options); o; o = hdf_obj_next(o))
        if (strcmp(hdf_obj_name(o), code) == 0)
            return true;
    return false;
}

static void check_option(struct form_values *values, size_t i, const struct field *f, struct entry *e, size_t at)
{
    if (!option_known(f, e->text[at]))
        values_refuse(values, i, "「%s」没有“%s”这个选项，请从列表中选择", f->label, echo(values, e->text[at]));
    e->integer[at] = strtoll(e->text[at], NULL, 10);
}

void value_check(struct form_values *values, size_t i, size_t at)
{
    const struct field *f = &values->form->fields[i];
    struct entry *e = &values->entries[i];
    char date[11];
    switch (f->kind) {
    case FIELD_ID: case FIELD_INT: case FIELD_REAL:
        check_number(values, i, f, e, at);
        break;
    case FIELD_MONEY:
        check_money(values, i, f, e, at);
        break;
    case FIELD_DICT: case FIELD_CHOICE:
        check_option(values, i, f, e, at);
        break;
    case FIELD_BOOL:
        if (strcmp(e->text[at], "0") != 0 && strcmp(e->text[at], "1") != 0)
            values_refuse(values, i, "「%s」只能是“是”或“否”", f->label);
        e->integer[at] = e->text[at][0] == '1';
        break;
    case FIELD_DATE:
        if (date_normal(e->text[at], date))
            e->text[at] = arena_copy(values->work->arena, date);
        else
            values_refuse(values, i, "「%s」应为日期，例如 2026-11-20 或 2026年11月20日，当前为“%s”", f->label,
                          echo(values, e->text[at]));
        break;
    case FIELD_AGREEMENT:
        if (!f->of && strcmp(e->text[at], f->version) != 0)        /* the other kind is asked inside the transaction */
            values_refuse(values, i, "%s的文本已更新，请阅读新版本后重新勾选", f->label);
        break;
    case FIELD_PLACE:
        place_check(values, i);
        break;
    case FIELD_FILE: case FIELD_FILES: case FIELD_ROWS: case FIELD_GIVEN: case FIELD_DIVISION:
        break;
    default:
        check_text(values, i, f, e->text[at]);
    }
}
