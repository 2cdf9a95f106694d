/* form_record: a stored record as values again: loaded in scope, sealed columns masked, files and rows with it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/text.h"
#include "web/form_declared.h"
#include "web/web.h"

static void destroy(void *hdf)
{
    HDF *tree = hdf;
    hdf_destroy(&tree);
}

static HDF *tree_new(struct work *work)
{
    HDF *tree;
    if (hdf_init(&tree))
        fail_ours(work, "out of memory");
    work_defer(work, destroy, tree);
    return tree;
}

static const char *opened(struct work *work, const struct form *form, const struct field *f, int64_t id, const char *sealed)
{
    const char *plain = secret_open(work->arena, sealed, arena_printf(work->arena, "%s.%s.%" PRId64, form->table,
                                                                      f->column ? f->column : f->name, id));
    if (!plain)
        fail_ours(work, "%s.%s of %" PRId64 " does not open: changed, moved, or another key", form->table, f->name, id);
    return plain;
}

static void load_files(struct form_values *values, size_t i)
{
    struct entry *e = &values->entries[i];
    struct work *work = values->work;
    HDF *list = tree_new(work);
    if (!form_files || !form_files->list(work, values->form->table, values->id, values->form->fields[i].name, list))
        return;
    for (HDF *file = hdf_obj_child(list); file; file = hdf_obj_next(file)) {
        size_t at = entry_grow(work, e);
        e->integer[at] = strtoll(hdf_get_value(file, "Id", "0"), NULL, 10);
        e->text[at] = arena_copy(work->arena, hdf_get_value(file, "Name", "文件"));
        e->real[at] = atof(hdf_get_value(file, "Size", "0"));
        e->caption[at] = arena_copy(work->arena, hdf_get_value(file, "Caption", NULL));
        e->path[at] = arena_copy(work->arena, hdf_get_value(file, "Path", NULL));
    }
}

static void put_many(struct form_values *values, size_t i, const char *text)
{
    char *rest = arena_copy(values->work->arena, text), *word;
    while (rest && (word = strsep(&rest, ",")))
        if (*word)
            entry_add(values->work, &values->entries[i], word);
}

static const char *place_text(struct work *work, HDF *row, const char *name)
{
    const char *part[PLACE_COLUMNS];
    for (size_t c = 0; c < PLACE_COLUMNS; c++)
        part[c] = hdf_get_value(row, arena_printf(work->arena, "%s#%zu", name, c), "");
    return place_stored(work->arena, part);
}

static void from_row(struct form_values *values, HDF *row)
{
    struct work *work = values->work;
    values->id = strtoll(hdf_get_value(row, "#id", "0"), NULL, 10);
    values->revision = strtoll(hdf_get_value(row, "#revision", "0"), NULL, 10);
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        struct entry *e = &values->entries[i];
        const char *text = f->kind == FIELD_PLACE ? place_text(work, row, f->name) : hdf_get_value(row, f->name, NULL);
        if (f->kind == FIELD_FILES)
            load_files(values, i);
        if (!text || !*text)
            continue;
        text = arena_copy(work->arena, text);
        if (f->kind == FIELD_GIVEN) {
            values_give(values, f->name, T(text));
            e->integer[0] = strtoll(text, NULL, 10);
        } else if (f->sealed) {
            entry_add(work, e, text_masked(work->arena, f->mask, opened(work, values->form, f, values->id, text)));
            e->kept = true;
        } else if (f->many) {
            put_many(values, i, text);
        } else {
            entry_add(work, e, text);
        }
    }
}

static void load_rows(struct form_values *values, size_t i)
{
    const struct form *rows = values->form->fields[i].rows;
    HDF *list = tree_new(values->work);
    db_rows_text(values->work, list, rows->sql.select, (struct value[]){ I(values->id) }, 1);
    for (HDF *row = hdf_obj_child(list); row; row = hdf_obj_next(row))
        from_row(values_row_add(values, i), row);
}

struct form_values *form_load_values(struct work *work, const char *name, int64_t id, const struct value *scope, size_t count)
{
    const struct form *form = form_find(work, name);
    struct value binds[1 + FORM_FIELDS] = { I(id) };
    size_t scopes = 0;
    for (size_t i = 0; i < form->count; i++)
        scopes += form->fields[i].scope;
    if (!form->table || (count && count != scopes))
        fail_ours(work, "form %s: %zu scope values for %zu fields, or no table", name, count, scopes);
    for (size_t i = 0; i < count; i++)
        binds[1 + i] = scope[i];
    HDF *row = tree_new(work);
    if (!db_row_text(work, row, count ? form->sql.select_scoped : form->sql.select, binds, 1 + count))
        return NULL;
    struct form_values *values = values_new(work, form);
    from_row(values, row);
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].rows)
            load_rows(values, i);
    values_check_types(values);            /* types them; what an older declaration let in is no error here */
    values_forget_errors(values);
    return values;
}

const char *form_reveal(struct work *work, const char *name, int64_t id, const char *field)
{
    const struct form *form = form_find(work, name);
    size_t i = field_index(form, field);
    if (i == form->count || !form->fields[i].sealed)
        fail_ours(work, "form %s: %s is not sealed", name, field);
    HDF *row = tree_new(work);
    if (!db_row_text(work, row, form->sql.select, (struct value[]){ I(id) }, 1))
        fail(work, FAIL_MISSING, "%s", "");
    const char *sealed = hdf_get_value(row, field, "");
    return *sealed ? opened(work, form, &form->fields[i], id, sealed) : "";
}

bool form_complete(struct work *work, const char *name, int64_t id, HDF *node)
{
    struct form_values *values = form_load(work, name, id);
    if (!values)
        fail(work, FAIL_MISSING, "%s", "");
    bool complete = values_check(values, false);
    if (node)
        values_reasons(values, node);
    return complete;
}
