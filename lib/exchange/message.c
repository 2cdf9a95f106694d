/* message.c: the checker, see message.h. Nesting is bounded by the declarations: what they do not name is
 * not walked into. */
#include "exchange/message.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "exchange/edition.h"
#include "exchange/envelope.h"

static void finding_add(struct findings *out, const struct field *field, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void finding_add(struct findings *out, const struct field *field, const char *path, const char *format, ...)
{
    if (field->need == FIELD_ESSENTIAL)
        out->essential++;
    if (out->count < FINDINGS_KEPT) {
        va_list args;
        va_start(args, format);
        char *what = arena_vprintf(out->arena, format, args);
        va_end(args);
        out->kept[out->count] = (struct finding){
            .path = path, .text = arena_printf(out->arena, "%s（%s）%s", path, field->label, what),
            .essential = field->need == FIELD_ESSENTIAL };
    }
    out->count++;
}

/* A finding that does not keep a pulled record out: a name that is too long is cut, a bad item left out. */
static struct field softened(const struct field *field)
{
    struct field soft = *field;
    if (soft.need == FIELD_ESSENTIAL)
        soft.need = FIELD_REQUIRED;
    return soft;
}

/* "0 1 255" as people list it: 0、1、255 */
static const char *values_for_people(struct arena *arena, const char *values)
{
    char *list = arena_alloc(arena, strlen(values) * 3 + 1), *end = list;
    for (; *values; values++)
        end = *values == ' ' ? stpcpy(end, "、") : stpcpy(end, (char[]){ *values, '\0' });
    return list;
}

static bool value_listed(const char *values, double number)
{
    for (const char *at = values; *at;) {
        char *end;
        if (strtol(at, &end, 10) == number)
            return true;
        at = *end ? end + 1 : end;
    }
    return false;
}

/* What strptime moves (31 February) is refused. */
static bool time_good(struct arena *arena, const char *pattern, const char *text)
{
    int64_t at;
    return time_parse(text, pattern, &at) && strcmp(time_format(arena, at, pattern), text) == 0;
}

static bool sequence_good(const char *text)
{
    size_t own = strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return strlen(text) == SEQUENCE_SIZE && own >= OPERATOR_ID_SIZE
           && strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == SEQUENCE_SIZE;
}

static bool clock_good(const char *text)
{
    return strlen(text) == 6 && strspn(text, "0123456789") == 6 && memcmp(text, "24", 2) < 0 && text[2] < '6' && text[4] < '6';
}

static bool form_good(struct arena *arena, enum field_form form, const char *text)
{
    switch (form) {
    case FORM_ANY:          return true;
    case FORM_ORGANISATION: return operator_id_valid(text);
    case FORM_DATE:         return time_good(arena, "%Y-%m-%d", text);
    case FORM_DATETIME:     return time_good(arena, "%Y-%m-%d %H:%M:%S", text);
    case FORM_SEQUENCE:     return sequence_good(text);
    case FORM_CLOCK:        return clock_good(text);
    }
    return false;
}

static const char *const form_words[] = {
    "", "应为 9 位数字或大写字母", "应为 yyyy-MM-dd 格式的日期", "应为 yyyy-MM-dd HH:mm:ss 格式的时间",
    "应为 27 位字母或数字（前 9 位为 OperatorID，后 18 位自定）", "应为 HHmmss 格式的时刻，共 6 位数字" };

static void text_check(const struct field *field, const json_t *value, const char *path, struct findings *out)
{
    if (!json_is_string(value)) {
        finding_add(out, field, path, "应为字符串");
        return;
    }
    const char *text = json_string_value(value);
    size_t length = utf8_length(text);
    const struct field soft = softened(field);
    if (length == 0 && field->need != FIELD_OPTIONAL)
        finding_add(out, field, path, "不能为空");
    else if (field->most > 0 && (double)length > field->most)
        finding_add(out, &soft, path, "长度为 %zu 个字符，不得超过 %.0f 个", length, field->most);
    else if (length > 0 && !form_good(out->arena, field->form, text))
        finding_add(out, field, path, "%s", form_words[field->form]);
}

/* The number of a JSON number or of a numeric string; NAN when it is neither. */
static double number_of(const json_t *value)
{
    double number = NAN;
    if (json_is_number(value))
        return json_number_value(value);
    if (json_is_string(value) && !text_to_real(json_string_value(value), -1e15, 1e15, &number))
        return NAN;
    return number;
}

static void number_check(const struct field *field, json_t *object, const json_t *value, const char *path, struct findings *out)
{
    bool whole = field->type == FIELD_INT;
    double number = number_of(value);
    if (isnan(number) || (whole && (number != floor(number) || fabs(number) > 9e15))) {
        finding_add(out, field, path, whole ? "应为整数" : "应为数字");
        return;
    }
    if (field->values && !value_listed(field->values, number)) {
        finding_add(out, field, path, "的值 %.0f 不在规定范围内，应为 %s 之一", number,
                    values_for_people(out->arena, field->values));
        return;
    }
    if (field->most > 0 && (number < field->least || number > field->most)) {
        finding_add(out, field, path, "的值 %g 超出范围，应在 %.0f 至 %.0f 之间", number, field->least, field->most);
        return;
    }
    if (whole ? !json_is_integer(value) : !json_is_number(value))
        json_object_set_new(object, field->name, whole ? json_integer((json_int_t)number) : json_real(number));
}

static void fields_check(const struct field *fields, json_t *object, const char *path, bool deep, struct findings *out);

static void list_check(const struct field *field, const json_t *value, const char *path, bool deep, struct findings *out)
{
    size_t count = json_array_size(value);
    const struct field soft = softened(field);
    if (!json_is_array(value)) {
        finding_add(out, field, path, "应为数组");
        return;
    }
    if (field->most > 0 && (double)count > field->most) {
        finding_add(out, field, path, "共 %zu 项，不得超过 %.0f 项", count, field->most);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(value, i);
        bool good = field->type == FIELD_TEXTS ? json_is_string(item) : json_is_object(item);
        if (good && (field->type == FIELD_TEXTS || !deep))
            continue;
        const char *place = arena_printf(out->arena, "%s[%zu]", path, i);
        if (!good)
            finding_add(out, &soft, place, field->type == FIELD_TEXTS ? "应为字符串" : "应为对象");
        else
            fields_check(field->fields, item, place, true, out);
    }
}

static void object_check(const struct field *field, json_t *value, const char *path, bool deep, struct findings *out)
{
    if (!json_is_object(value))
        finding_add(out, field, path, "应为对象");
    else if (deep)
        fields_check(field->fields, value, path, true, out);
}

static void field_check(const struct field *field, json_t *object, json_t *value, const char *path, bool deep,
                        struct findings *out)
{
    size_t before = out->count;
    switch (field->type) {
    case FIELD_TEXT:   text_check(field, value, path, out); break;
    case FIELD_INT:
    case FIELD_NUMBER: number_check(field, object, value, path, out); break;
    case FIELD_OBJECT: object_check(field, value, path, deep, out); break;
    case FIELD_LIST:
    case FIELD_TEXTS:  list_check(field, value, path, deep, out); break;
    }
    bool plain = field->type == FIELD_INT || field->type == FIELD_NUMBER || field->form != FORM_ANY;
    if (out->drop_bad && plain && out->count > before)
        json_object_del(object, field->name);
}

/* A member in its other spelling gets its name; returns the name it came with. */
static const char *member_rename(const struct field *field, json_t *object)
{
    json_t *value = field->also && !json_object_get(object, field->name) ? json_object_get(object, field->also) : NULL;
    if (!value)
        return field->name;
    if (field->type == FIELD_LIST && json_is_object(value))
        json_object_set_new(object, field->name, json_pack("[O]", value));
    else
        json_object_set(object, field->name, value);
    json_object_del(object, field->also);
    return field->also;
}

static void missing_add(const struct field *field, const char *place, struct findings *out)
{
    if (field->also && field->type != FIELD_LIST)
        finding_add(out, field, place, "缺失，为必填项（2016 版写作 %s，两种写法均可）", field->also);
    else
        finding_add(out, field, place, "缺失，为必填项");
}

static void fields_check(const struct field *fields, json_t *object, const char *path, bool deep, struct findings *out)
{
    for (const struct field *row = fields; row->name; row++) {
        const struct field *field = out->edition ? edition_field(out->edition, row) : row;
        const char *name = member_rename(field, object);
        json_t *value = json_object_get(object, field->name);
        if (json_is_null(value) || (field->need == FIELD_OPTIONAL && json_is_string(value) && json_string_length(value) == 0)) {
            json_object_del(object, field->name);
            value = NULL;
        }
        if (!value && field->need == FIELD_OPTIONAL)
            continue;
        const char *place = *path ? arena_printf(out->arena, "%s.%s", path, name) : name;
        if (!value)
            missing_add(field, place, out);
        else
            field_check(field, object, value, place, deep, out);
    }
}

void message_check(const struct field *fields, json_t *object, const char *path, struct findings *out)
{
    fields_check(fields, object, path, true, out);
}

void message_check_shallow(const struct field *fields, json_t *object, const char *path, struct findings *out)
{
    fields_check(fields, object, path, false, out);
}

void message_spell_2016(const struct field *fields, json_t *object)
{
    for (const struct field *field = fields; field->name; field++) {
        json_t *value = json_object_get(object, field->name);
        for (size_t i = 0; field->type == FIELD_LIST && i < json_array_size(value); i++)
            message_spell_2016(field->fields, json_array_get(value, i));
        if (field->type == FIELD_OBJECT && value)
            message_spell_2016(field->fields, value);
        if (field->also && field->type != FIELD_LIST && value) {
            json_object_set(object, field->also, value);
            json_object_del(object, field->name);
        }
    }
}

const char *findings_text(const struct findings *f)
{
    size_t shown = f->count < 3 ? f->count : 3;
    const char *text = "";
    for (size_t i = 0; i < shown; i++)
        text = arena_printf(f->arena, "%s%s%s", text, i ? "；" : "", f->kept[i].text);
    if (f->count > shown)
        text = arena_printf(f->arena, "%s；另有 %zu 处", text, f->count - shown);
    return text;
}

const char *message_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

long long message_int(const json_t *object, const char *name, long long otherwise)
{
    const json_t *value = json_object_get(object, name);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

double message_number(const json_t *object, const char *name, double otherwise)
{
    const json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}
