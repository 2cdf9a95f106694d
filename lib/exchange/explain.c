/* explain: see the header. A member's verdict is the checker's own: it is asked about each member alone. */
#include "exchange/explain.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

struct walk {
    struct arena *arena;
    const struct edition *edition;
    void        (*row)(void *arg, const struct explained *explained);
    void         *arg;
    size_t        rows, bad;
};

/* --- rules in words -------------------------------------------------------------------------------------------------- */

static const char *type_words(struct arena *arena, const struct field *f)
{
    static const char *const forms[] = { "", "9 位数字或大写字母", "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "27 位（运营商标识 9 位加 18 位）",
                                         "HHmmss" };
    switch (f->type) {
    case FIELD_TEXT:
        if (f->form != FORM_ANY)
            return arena_printf(arena, "字符串，%s", forms[f->form]);
        return f->most > 0 ? arena_printf(arena, "字符串，不超过 %.0f 个字符", f->most) : "字符串";
    case FIELD_INT:
        if (f->values)
            return arena_printf(arena, "整数，取值 %s", f->values);
        return f->most > 0 && f->most < 1000000 ? arena_printf(arena, "整数，%.0f 至 %.0f", f->least, f->most) : "整数";
    case FIELD_NUMBER:
        return f->most > 0 && f->most < 1000000 ? arena_printf(arena, "数字，%.0f 至 %.0f", f->least, f->most) : "数字";
    case FIELD_OBJECT: return "对象";
    case FIELD_LIST:   return "对象数组";
    case FIELD_TEXTS:  return f->most > 0 ? arena_printf(arena, "字符串数组，不超过 %.0f 项", f->most) : "字符串数组";
    }
    return "";
}

const char *field_rule(struct arena *arena, const struct field *f)
{
    return arena_printf(arena, "%s，%s%s%s%s", f->need == FIELD_OPTIONAL ? "选填" : "必填", type_words(arena, f),
                        f->also ? "（也可写作 " : "", f->also ? f->also : "", f->also ? "）" : "");
}

/* --- one message ------------------------------------------------------------------------------------------------------- */

static const char *value_words(struct arena *arena, const json_t *value)
{
    if (!value)
        return "";
    if (json_is_array(value))
        return arena_printf(arena, "（%zu 项）", json_array_size(value));
    if (json_is_object(value))
        return "（对象）";
    if (json_is_string(value))
        return utf8_cut(arena, json_string_value(value), 60);
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
    if (!text)
        abort();
    const char *copy = arena_copy(arena, text);
    free(text);
    return copy;
}

static void tell(struct walk *walk, const struct explained *row)
{
    walk->bad += row->verdict == EXPLAIN_BAD;
    if (walk->rows < EXPLAIN_ROWS)
        walk->row(walk->arg, row);
    walk->rows++;
}

/* The checker's finding of this member alone, without what lies below it; NULL: none. */
static const char *finding(const struct walk *walk, const struct field *field, const json_t *object, const char *path)
{
    const struct field alone[] = { *field, { 0 } };           /* as the edition has it already */
    struct findings found = { .arena = walk->arena };
    json_t *copy = json_object();
    const json_t *value = json_object_get(object, field->name), *other = field->also ? json_object_get(object, field->also) : NULL;
    if (value)
        json_object_set_new(copy, field->name, json_deep_copy(value));
    if (other)
        json_object_set_new(copy, field->also, json_deep_copy(other));
    message_check_shallow(alone, copy, path, &found);
    json_decref(copy);
    return found.count ? found.kept[0].text : NULL;
}

static void explain(struct walk *walk, const struct field *fields, const json_t *object, const char *path, int depth);

/* Does the checker find anything in this entry? */
static bool entry_bad(const struct walk *walk, const struct field *fields, const json_t *entry)
{
    struct findings found = { .arena = walk->arena, .edition = walk->edition };
    json_t *copy = json_deep_copy(entry);
    message_check(fields, copy, "", &found);
    json_decref(copy);
    return found.count > 0;
}

static void explain_list(struct walk *walk, const struct field *field, const json_t *list, const char *path, int depth)
{
    size_t index, shown = 0, told = 0;
    const json_t *entry;
    json_array_foreach(list, index, entry) {
        bool bad = json_is_object(entry) && entry_bad(walk, field->fields, entry);
        if (!json_is_object(entry) || (index >= EXPLAIN_ITEMS && (!bad || told >= EXPLAIN_ITEMS)))
            continue;
        explain(walk, field->fields, entry, arena_printf(walk->arena, "%s[%zu]", path, index), depth);
        told += bad && index >= EXPLAIN_ITEMS;
        shown++;
    }
    if (shown < index)
        tell(walk, &(struct explained){ .path = arena_printf(walk->arena, "%s[…]", path), .label = field->label, .rule = "", .text = "",
            .value = arena_printf(walk->arena, "另有 %zu 项未列出", index - shown), .verdict = EXPLAIN_ABSENT, .depth = depth });
}

static void explain_field(struct walk *walk, const struct field *plain, const json_t *object, const char *path, int depth)
{
    const struct field *field = edition_field(walk->edition, plain);
    const json_t *value = json_object_get(object, field->name);
    if (!value && field->also)
        value = json_object_get(object, field->also);
    const char *place = *path ? arena_printf(walk->arena, "%s.%s", path, field->name) : field->name;
    const char *wrong = finding(walk, field, object, path);
    const char *label = arena_printf(walk->arena, "%s（%s）", place, field->label);
    if (wrong && text_has_prefix(wrong, label))
        wrong += strlen(label);
    tell(walk, &(struct explained){ .path = place, .label = field->label, .rule = field_rule(walk->arena, field),
        .value = value_words(walk->arena, value), .text = wrong ? wrong : "", .depth = depth,
        .verdict = wrong ? EXPLAIN_BAD : value ? EXPLAIN_GOOD : EXPLAIN_ABSENT });
    if (depth >= EXPLAIN_DEPTH || !field->fields)
        return;
    if (json_is_object(value))
        explain(walk, field->fields, value, place, depth + 1);
    else if (json_is_array(value))
        explain_list(walk, field, value, place, depth + 1);
}

static bool declared(const struct field *fields, const char *name)
{
    for (const struct field *f = fields; f->name; f++)
        if (strcmp(f->name, name) == 0 || (f->also && strcmp(f->also, name) == 0))
            return true;
    return false;
}

static void explain(struct walk *walk, const struct field *fields, const json_t *object, const char *path, int depth)
{
    const char *name;
    const json_t *value;
    for (const struct field *field = fields; field->name && walk->rows < EXPLAIN_ROWS; field++)
        explain_field(walk, field, object, path, depth);
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
        if (!declared(fields, name))
            tell(walk, &(struct explained){ .path = *path ? arena_printf(walk->arena, "%s.%s", path, name) : arena_copy(walk->arena, name),
                .label = "", .rule = "标准未列出，不检查", .value = value_words(walk->arena, value), .verdict = EXPLAIN_UNKNOWN, .text = "",
                .depth = depth });
}

size_t message_explain(struct arena *arena, const struct edition *edition, const struct field *fields, const json_t *object,
                       void (*row)(void *arg, const struct explained *explained), void *arg)
{
    struct walk walk = { .arena = arena, .edition = edition, .row = row, .arg = arg };
    explain(&walk, fields, object, "", 0);
    return walk.bad;
}

/* --- an example ------------------------------------------------------------------------------------------------------------ */

static json_t *example_value(struct arena *arena, const struct field *f, const json_t *known)
{
    switch (f->type) {
    case FIELD_TEXT:
        return json_string(f->form == FORM_DATE ? "2026-11-20" : f->form == FORM_DATETIME ? "2026-11-20 09:00:00"
                         : f->form == FORM_ORGANISATION ? "123456789" : f->form == FORM_CLOCK ? "080000" : utf8_cut(arena, f->label, (size_t)(f->most > 2 ? f->most - 1 : 20)));
    case FIELD_INT:    return json_integer(f->values ? strtol(f->values, NULL, 10) : (json_int_t)(f->least > 0 ? f->least : 1));
    case FIELD_NUMBER: return json_real(f->least > 0 ? f->least : 1);
    case FIELD_OBJECT: return message_example(arena, f->fields, known);
    case FIELD_LIST:   return json_pack("[o]", message_example(arena, f->fields, known));
    case FIELD_TEXTS:  return json_pack("[s]", f->label);
    }
    return json_null();
}

json_t *message_example(struct arena *arena, const struct field *fields, const json_t *known)
{
    json_t *example = json_object();
    for (const struct field *f = fields; f->name; f++) {
        const json_t *value = json_object_get(known, f->form == FORM_DATE ? arena_printf(arena, "%s:date", f->name) : f->name);
        if (value)
            json_object_set_new(example, f->name, json_deep_copy(value));
        else if (f->need != FIELD_OPTIONAL)
            json_object_set_new(example, f->name, example_value(arena, f, known));
    }
    return example;
}
