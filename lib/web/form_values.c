/* form_values: the values of a form, read by the names of its declaration. A name that is not declared is a mistake of
 * ours and ends the work. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "core/text.h"
#include "web/form_declared.h"
#include "web/io.h"

struct form_values *values_make(struct work *work, const struct form *form, const char *prefix, const char *where)
{
    struct form_values *values = arena_alloc(work->arena, sizeof *values);
    values->work = work;
    values->form = form;
    values->entries = arena_alloc(work->arena, form->count * sizeof *values->entries);
    values->prefix = prefix;
    values->where = where;
    return values;
}

struct form_values *values_new(struct work *work, const struct form *form)
{
    return values_make(work, form, "", "");
}

bool values_of_page(const struct form_values *values) { return values->revision != 0; }

bool values_stale(const struct form_values *values, int64_t stored)
{
    return values->revision && values->revision != stored;
}

void values_conflict(struct form_values *values, int64_t carries, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    values->conflict = arena_vprintf(values->work->arena, format, args);
    va_end(args);
    values->revision = carries ? carries : values->revision;
    values->errors++;
}

size_t field_index(const struct form *form, const char *name)
{
    size_t i = 0;
    while (i < form->count && strcmp(form->fields[i].name, name) != 0)
        i++;
    return i;
}

struct entry *values_entry(const struct form_values *values, const char *field)
{
    size_t i = field_index(values->form, field);
    if (i == values->form->count)
        fail_ours(values->work, "field %s is not declared in form %s", field, values->form->name);
    return &values->entries[i];
}

size_t entry_grow(struct work *work, struct entry *e)
{
    if (e->count == e->room) {
        struct entry old = *e;
        e->room = e->room ? e->room * 2 : 1;
#define GROWN(member) do { e->member = arena_alloc(work->arena, e->room * sizeof *e->member); \
                           if (old.count) memcpy(e->member, old.member, old.count * sizeof *e->member); } while (0)
        GROWN(text);
        GROWN(real);
        GROWN(integer);
        GROWN(path);
        GROWN(caption);
        GROWN(rows);
#undef GROWN
    }
    return e->count++;
}

void entry_add(struct work *work, struct entry *entry, const char *text)
{
    size_t at = entry_grow(work, entry);                 /* moves entry->text: first this, then that */
    entry->text[at] = text;
}

void entry_clear(struct entry *entry)
{
    *entry = (struct entry){ 0 };
}

struct form_values *values_row_add(struct form_values *values, size_t field)
{
    const struct field *f = &values->form->fields[field];
    struct entry *e = &values->entries[field];
    size_t at = entry_grow(values->work, e);
    struct arena *arena = values->work->arena;
    e->text[at] = "";
    e->rows[at] = values_make(values->work, f->rows, arena_printf(arena, "%s-%zu-", f->name, at),
                              arena_printf(arena, "%s第 %zu %s", f->label, at + 1, f->unit ? f->unit : "行"));
    e->rows[at]->draft = values->draft;
    e->rows[at]->memo = values->memo;
    return e->rows[at];
}

bool values_empty(const struct form_values *values)
{
    for (size_t i = 0; i < values->form->count; i++)
        if (values->entries[i].count || values->entries[i].kept)
            return false;
    return true;
}

void values_refuse(struct form_values *values, size_t field, const char *format, ...)
{
    va_list args;
    struct entry *e = &values->entries[field];
    if (e->error)                          /* the first finding of a field is the one to mend */
        return;
    va_start(args, format);
    const char *text = arena_vprintf(values->work->arena, format, args);
    va_end(args);
    e->error = *values->where ? arena_printf(values->work->arena, "%s：%s", values->where, text) : text;
    values->errors++;
}

void values_error(struct form_values *values, const char *field, const char *text, ...)
{
    va_list args;
    struct entry *e = values_entry(values, field);
    va_start(args, text);
    values_refuse(values, (size_t)(e - values->entries), "%s", arena_vprintf(values->work->arena, text, args));
    va_end(args);
}

bool values_wrong(const struct form_values *values)
{
    if (values->errors)
        return true;
    for (size_t i = 0; i < values->form->count; i++)
        for (size_t r = 0; values->form->fields[i].rows && r < values->entries[i].count; r++)
            if (values_wrong(values->entries[i].rows[r]))
                return true;
    return false;
}

static void reasons_from(const struct form_values *values, HDF *node, size_t *n)
{
    struct arena *arena = values->work->arena;
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        const struct entry *e = &values->entries[i];
        if (e->error) {
            HDF *reason = view_node(node, arena_printf(arena, "%zu", (*n)++));
            view_set(reason, "Field", arena_printf(arena, "%s%s", values->prefix, f->name));
            view_set(reason, "Text", e->error);
        }
        for (size_t r = 0; f->rows && r < e->count; r++)
            reasons_from(e->rows[r], node, n);
    }
}

void values_reasons(const struct form_values *values, HDF *node)
{
    size_t n = 0;
    reasons_from(values, node, &n);
}

void values_give(struct form_values *values, const char *field, struct value value)
{
    struct entry *e = values_entry(values, field);
    struct work *work = values->work;
    if (values->form->fields[e - values->entries].kind != FIELD_GIVEN)
        fail_ours(work, "field %s of form %s is not kind=given", field, values->form->name);
    e->count = 0;
    e->given = value;
    if (value.kind == VALUE_NULL)
        return;
    size_t at = entry_grow(work, e);
    e->integer[at] = value.integer;
    e->real[at] = value.real;
    e->text[at] = value.kind == VALUE_INT ? arena_printf(work->arena, "%" PRId64, value.integer)
                : value.kind == VALUE_REAL ? arena_printf(work->arena, "%.10g", value.real)
                : arena_copy_n(work->arena, value.data, value.size);
}

/* --- typed reading ---------------------------------------------------------------------------------------- */

bool        values_has(const struct form_values *v, const char *field)   { return values_entry(v, field)->count > 0; }
size_t      values_count(const struct form_values *v, const char *field) { return values_entry(v, field)->count; }
const char *values_text(const struct form_values *v, const char *field)  { return values_text_at(v, field, 0); }
int64_t     values_int(const struct form_values *v, const char *field)   { return values_int_at(v, field, 0); }
int64_t     values_id(const struct form_values *v)                       { return v->id; }

double values_real(const struct form_values *values, const char *field)
{
    const struct entry *e = values_entry(values, field);
    return e->count ? e->real[0] : 0;
}

const char *values_text_at(const struct form_values *values, const char *field, size_t i)
{
    const struct entry *e = values_entry(values, field);
    return i < e->count ? e->text[i] : "";
}

int64_t values_int_at(const struct form_values *values, const char *field, size_t i)
{
    const struct entry *e = values_entry(values, field);
    return i < e->count ? e->integer[i] : 0;
}

struct form_values *values_row(const struct form_values *values, const char *field, size_t i)
{
    const struct entry *e = values_entry(values, field);
    if (i >= e->count || !values->form->fields[e - values->entries].rows)
        fail_ours(values->work, "form %s: no row %zu of %s", values->form->name, i, field);
    return e->rows[i];
}

struct form_values *values_row_more(struct form_values *values, const char *field)
{
    size_t i = (size_t)(values_entry(values, field) - values->entries);
    if (!values->form->fields[i].rows)
        fail_ours(values->work, "field %s of form %s is not kind=rows", field, values->form->name);
    return values_row_add(values, i);
}

const char *values_label(const struct form_values *values, const char *field)
{
    return values->form->fields[values_entry(values, field) - values->entries].label;
}

/* --- the same for handlers --------------------------------------------------------------------------------- */

static struct form_values *of(struct request *rq, const char *field)
{
    if (!rq->values)
        fail_ours(&rq->work, "field %s: %s has no form", field, rq->route->path);
    return rq->values;
}

bool        form_has(struct request *rq, const char *field)                { return values_has(of(rq, field), field); }
size_t      form_count(struct request *rq, const char *field)              { return values_count(of(rq, field), field); }
int64_t     form_int(struct request *rq, const char *field)                { return values_int(of(rq, field), field); }
double      form_real(struct request *rq, const char *field)               { return values_real(of(rq, field), field); }
const char *form_text(struct request *rq, const char *field)               { return values_text(of(rq, field), field); }
const char *form_text_at(struct request *rq, const char *field, size_t i)  { return values_text_at(of(rq, field), field, i); }
int64_t     form_int_at(struct request *rq, const char *field, size_t i)   { return values_int_at(of(rq, field), field, i); }

void form_error(struct request *rq, const char *field, const char *text, ...)
{
    va_list args;
    va_start(args, text);
    values_error(of(rq, field), field, "%s", arena_vprintf(rq->work.arena, text, args));
    va_end(args);
}
