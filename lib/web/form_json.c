/* form_json: values as a draft keeps them: { field: ["text" …] | [{i, n, s} files …] | [{…} rows …] | true (kept) }.
 * Passwords, codes typed once (transient) and what the domain gives are left out. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "web/form_declared.h"

static json_t *to_json(const struct form_values *values);

static json_t *value_to_json(const struct field *f, const struct entry *e, size_t at)
{
    if (f->kind == FIELD_ROWS)
        return to_json(e->rows[at]);
    if (f->kind == FIELD_FILES)
        return json_pack("{s:I, s:s, s:I, s:s*}", "i", (json_int_t)e->integer[at], "n", e->text[at], "s", (json_int_t)e->real[at],
                         "c", e->caption[at]);
    return json_string(e->text[at]);
}

static json_t *to_json(const struct form_values *values)
{
    json_t *object = json_object();
    if (values->id)
        json_object_set_new(object, "#id", json_integer(values->id));
    if (values->revision > 0)
        json_object_set_new(object, "#revision", json_integer(values->revision));
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        const struct entry *e = &values->entries[i];
        if (f->kind == FIELD_PASSWORD || f->kind == FIELD_GIVEN || f->kind == FIELD_FILE || f->kind == FIELD_AGREEMENT)
            continue;
        if (e->kept)
            json_object_set_new(object, f->name, json_true());
        if (e->kept || !e->count)
            continue;
        json_t *list = json_array();
        for (size_t at = 0; at < e->count; at++)
            json_array_append_new(list, value_to_json(f, e, at));
        json_object_set_new(object, f->name, list);
    }
    return object;
}

char *values_to_json(const struct form_values *values)
{
    json_t *object = to_json(values);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    char *out = arena_copy(values->work->arena, text ? text : "{}");
    free(text);
    return out;
}

static void from_json(struct form_values *values, const json_t *object, int not_step);

static void value_from_json(struct form_values *values, size_t i, const json_t *item)
{
    const struct field *f = &values->form->fields[i];
    struct arena *arena = values->work->arena;
    if (f->kind == FIELD_ROWS && json_is_object(item)) {
        from_json(values_row_add(values, i), item, 0);
    } else if (f->kind == FIELD_FILES && json_is_object(item)) {
        struct entry *e = &values->entries[i];
        size_t at = entry_grow(values->work, e);
        const char *name = json_string_value(json_object_get(item, "n"));
        e->text[at] = arena_copy(arena, name ? name : "文件");
        e->caption[at] = arena_copy(arena, json_string_value(json_object_get(item, "c")));
        e->integer[at] = json_integer_value(json_object_get(item, "i"));
        e->real[at] = (double)json_integer_value(json_object_get(item, "s"));
    } else if (json_is_string(item) && f->kind != FIELD_ROWS && f->kind != FIELD_FILES) {
        struct entry *e = &values->entries[i];
        if (f->many ? e->count < f->limit : !e->count)
            entry_add(values->work, e, arena_copy(arena, json_string_value(item)));
    }
}

static void from_json(struct form_values *values, const json_t *object, int not_step)
{
    values->id = json_integer_value(json_object_get(object, "#id"));
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        const json_t *list = json_object_get(object, f->name);
        if ((not_step && f->step == not_step) || f->kind == FIELD_GIVEN)
            continue;
        entry_clear(&values->entries[i]);
        values->entries[i].kept = json_is_true(list);
        for (size_t at = 0; at < json_array_size(list); at++)
            value_from_json(values, i, json_array_get(list, at));
    }
}

static void from_text(struct form_values *values, const char *text, int not_step, bool draft)
{
    json_t *object = json_loads(text, 0, NULL);
    int64_t id = values->id;
    if (!object)                           /* sealed by us: cannot be; an old shape is as good as none */
        return;
    from_json(values, object, not_step);
    if (draft && json_integer_value(json_object_get(object, "#revision")))
        values->revision = json_integer_value(json_object_get(object, "#revision"));
    values->id = id ? id : values->id;
    json_decref(object);
}

void values_from_json(struct form_values *values, const char *text, int not_step) { from_text(values, text, not_step, false); }

void values_from_draft(struct form_values *values, const char *text, int not_step) { from_text(values, text, not_step, true); }
