/* form_diff: what changed between two versions of one record: single fields, files (by their id), rows (by the column that
 * names them). Both come from form_load() or values_from_json(). */
#include <string.h>

#include "web/form_declared.h"
#include "web/web.h"

struct diff { struct work *work; HDF *node; int count; };

static HDF *change_new(struct diff *d, const char *label, const char *kind)
{
    HDF *out = view_node(d->node, arena_printf(d->work->arena, "%d", d->count++));
    view_set(out, "Label", label);
    view_set(out, "Kind", kind);
    return out;
}

static void plain_diff(struct diff *d, const struct field *f, const struct entry *now, const struct entry *then, const char *where)
{
    const char *says = field_shown(d->work, f, now), *said = field_shown(d->work, f, then);
    if (strcmp(says, said) == 0)
        return;
    HDF *out = change_new(d, arena_printf(d->work->arena, "%s%s", where, f->label), "changed");
    view_set(out, "Field", f->name);
    view_set(out, "Before", *said ? said : "未填写");
    view_set(out, "Now", *says ? says : "未填写");
}

/* --- files ----------------------------------------------------------------------------------------------------------- */

static bool holds_file(const struct entry *e, int64_t id)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->integer[i] == id)
            return true;
    return false;
}

/* Of `a` what is not in `b`, names joined; the first one's address. */
static size_t only_in(struct diff *d, const struct entry *a, const struct entry *b, const char **names, const char **path)
{
    size_t count = 0;
    *names = "", *path = NULL;
    for (size_t i = 0; i < a->count; i++)
        if (!holds_file(b, a->integer[i])) {
            *names = arena_printf(d->work->arena, "%s%s%s", *names, count++ ? "、" : "", a->text[i]);
            *path = *path ? *path : a->path[i];
        }
    return count;
}

static void files_diff(struct diff *d, const struct field *f, const struct entry *now, const struct entry *then, const char *where)
{
    const char *added, *gone, *path, *old_path;
    size_t more = only_in(d, now, then, &added, &path), less = only_in(d, then, now, &gone, &old_path);
    if (!more && !less)
        return;
    HDF *out = change_new(d, arena_printf(d->work->arena, "%s%s", where, f->label), more && less ? "replaced" : more ? "added" : "removed");
    view_set(out, "Field", f->name);
    view_set(out, "Before", less ? gone : NULL);
    view_set(out, "Now", more ? added : NULL);
    view_set(out, "Href", path);
}

/* --- rows ------------------------------------------------------------------------------------------------------------- */

/* What a row is called: its first field that is filled in, the code of a gun. */
static const char *row_name(const struct form_values *row)
{
    for (size_t i = 0; i < row->form->count; i++)
        if (row->form->fields[i].kind != FIELD_GIVEN && row->entries[i].count && row->entries[i].text[0])
            return row->entries[i].text[0];
    return "";
}

static const struct form_values *row_named(const struct entry *e, const char *name)
{
    for (size_t r = 0; r < e->count; r++)
        if (strcmp(row_name(e->rows[r]), name) == 0)
            return e->rows[r];
    return NULL;
}

static void values_diff_into(struct diff *d, const struct form_values *now, const struct form_values *then, const char *where);

static void row_alone(struct diff *d, const struct field *f, const struct form_values *row, const char *kind)
{
    const char *text = "";
    for (size_t i = 0; i < row->form->count; i++) {
        const char *shown = row->form->fields[i].kind == FIELD_GIVEN ? "" : field_shown(d->work, &row->form->fields[i], &row->entries[i]);
        if (*shown)
            text = arena_printf(d->work->arena, "%s%s%s：%s", text, *text ? "；" : "", row->form->fields[i].label, shown);
    }
    HDF *out = change_new(d, f->label, kind);
    view_set(out, "Field", f->name);
    view_set(out, strcmp(kind, "added") == 0 ? "Now" : "Before", text);
}

static void rows_diff(struct diff *d, const struct field *f, const struct entry *now, const struct entry *then)
{
    for (size_t r = 0; r < now->count; r++) {
        const char *name = row_name(now->rows[r]);
        const struct form_values *before = row_named(then, name);
        if (before)
            values_diff_into(d, now->rows[r], before, arena_printf(d->work->arena, "%s %s：", f->label, name));
        else
            row_alone(d, f, now->rows[r], "added");
    }
    for (size_t r = 0; r < then->count; r++)
        if (!row_named(now, row_name(then->rows[r])))
            row_alone(d, f, then->rows[r], "removed");
}

/* --- all of it ---------------------------------------------------------------------------------------------------------- */

static void values_diff_into(struct diff *d, const struct form_values *now, const struct form_values *then, const char *where)
{
    for (size_t i = 0; i < now->form->count; i++) {
        const struct field *f = &now->form->fields[i];
        const struct entry *is = &now->entries[i], *was = &then->entries[i];
        if (f->kind == FIELD_GIVEN || f->kind == FIELD_PASSWORD || f->kind == FIELD_FILE || f->transient)
            continue;
        if (f->rows)
            rows_diff(d, f, is, was);
        else if (f->kind == FIELD_FILES)
            files_diff(d, f, is, was, where);
        else
            plain_diff(d, f, is, was, where);
    }
}

int values_diff(struct work *work, const struct form_values *now, const struct form_values *before, HDF *node)
{
    struct diff d = { .work = work, .node = node };
    if (before->form != now->form)
        fail_ours(work, "form %s beside %s", now->form->name, before->form->name);
    values_diff_into(&d, now, before, "");
    return d.count;
}
