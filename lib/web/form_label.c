/* form_label: values as people read them: labels for codes, divisions by name, money with its unit, masks; and the
 * detail view made of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "web/form_declared.h"
#include "web/web.h"

static char *starred(struct arena *arena, const char *text, size_t head, size_t tail)
{
    size_t length = utf8_length(text), hidden = length > head + tail ? length - head - tail : 0;
    const char *at = text;
    char *out = arena_copy(arena, "");
    if (!hidden)                                         /* too short to show anything of it */
        head = tail = 0, hidden = length;
    for (size_t i = 0; *at; i++) {
        const char *from = at;
        utf8_next(&at);
        bool shown = i < head || i >= head + hidden;
        out = arena_printf(arena, "%s%.*s", out, shown ? (int)(at - from) : 1, shown ? from : "*");
    }
    return out;
}

char *text_masked(struct arena *arena, const char *how, const char *text)
{
    if (strcmp(how, "mobile") == 0)
        return starred(arena, text, 3, 4);
    if (strcmp(how, "id") == 0)
        return starred(arena, text, 6, 4);
    if (strcmp(how, "name") == 0)
        return starred(arena, text, 1, utf8_length(text) > 2 ? 1 : 0);
    if (strcmp(how, "secret") == 0)
        return arena_copy(arena, "********");            /* not even how long it is */
    return starred(arena, text, 0, 4);                   /* bank, and whatever else: its end alone */
}

const char *option_label(const struct field *f, const char *code)
{
    for (size_t d = 0; f->dict && d < dict_count(f->dict); d++)
        if (strcmp(dict_code(f->dict, d), code) == 0)
            return dict_name(f->dict, d);
    for (HDF *o = hdf_obj_child(f->options); o; o = hdf_obj_next(o))
        if (strcmp(hdf_obj_name(o), code) == 0)
            return hdf_obj_value(o) ? hdf_obj_value(o) : code;
    return code;
}

static const char *shown(struct work *work, const struct field *f, const struct entry *e, size_t at)
{
    switch (f->kind) {
    case FIELD_DICT: case FIELD_CHOICE:
        return option_label(f, e->text[at]);
    case FIELD_BOOL:
        return e->integer[at] ? "是" : "否";
    case FIELD_MONEY: {
        const char *yuan = text_thousands(work->arena, e->integer[at] / 100);
        uint64_t rest = (uint64_t)(e->integer[at] < 0 ? -e->integer[at] : e->integer[at]) % 100;
        return arena_printf(work->arena, "%s%s.%02u 元", e->integer[at] < 0 && e->integer[at] > -100 ? "-" : "", yuan, (unsigned)rest);
    }
    case FIELD_DIVISION: {
        const char *path = form_divisions ? form_divisions->path(work, e->text[at]) : "";
        return *path ? path : e->text[at];
    }
    case FIELD_AGREEMENT:
        return arena_printf(work->arena, "已同意（版本 %s）", e->text[at]);
    case FIELD_PLACE:
        return place_shown(work, e);
    default:
        return f->unit ? arena_printf(work->arena, "%s %s", e->text[at], f->unit) : e->text[at];
    }
}

const char *field_shown(struct work *work, const struct field *f, const struct entry *e)
{
    const char *all = "";
    for (size_t at = 0; at < e->count && !f->rows; at++)
        all = at ? arena_printf(work->arena, "%s、%s", all, shown(work, f, e, at)) : shown(work, f, e, at);
    return all;
}

/* --- detail view ---------------------------------------------------------------------------------------------- */

static HDF *numbered(HDF *node, const char *list, size_t n)
{
    char name[60];
    snprintf(name, sizeof name, "%s%s%zu", list, *list ? "." : "", n);
    return view_node(node, name);
}

static size_t files_facts(struct work *work, const struct field *f, const struct entry *e, HDF *group, size_t facts)
{
    HDF *fact = numbered(group, "Facts", facts++);
    view_set(fact, "Label", f->label);
    for (size_t at = 0; at < e->count; at++) {
        HDF *file = numbered(fact, "Files", at);
        view_set(file, "Name", e->text[at]);
        view_set(file, "Caption", e->caption[at]);
        file_shown(work->arena, e->integer[at], e->text[at], e->path[at] != NULL, file);
        view_set(file, "Path", e->path[at]);
    }
    return facts;
}

static void row_cells(const struct form_values *row, HDF *line)
{
    size_t c = 0;
    for (size_t i = 0; i < row->form->count; i++) {
        const struct field *f = &row->form->fields[i];
        const struct entry *e = &row->entries[i];
        if (f->kind == FIELD_GIVEN)
            continue;
        HDF *cell = numbered(line, "Cells", c++);
        view_set(cell, "Text", f->kind == FIELD_FILES ? (e->count ? e->text[0] : "") : field_shown(row->work, f, e));
        if (f->kind == FIELD_FILES && e->count)
            view_set(cell, "Href", e->path[0]);
    }
}

static void rows_table(const struct field *f, const struct entry *e, HDF *table)
{
    size_t c = 0;
    view_set(table, "Caption", f->label);
    for (size_t i = 0; i < f->rows->count; i++)
        if (f->rows->fields[i].kind != FIELD_GIVEN)
            view_set(numbered(table, "Columns", c++), "Label", f->rows->fields[i].label);
    for (size_t r = 0; r < e->count; r++)
        row_cells(e->rows[r], numbered(table, "Rows", r));
}

static void plain_fact(const struct form_values *values, const struct form_values *before, size_t i, HDF *fact)
{
    const struct field *f = &values->form->fields[i];
    const char *now = field_shown(values->work, f, &values->entries[i]);
    view_set(fact, "Label", f->label);
    view_set(fact, "Value", *now ? now : "未填写");
    if (f->kind == FIELD_PLACE)
        place_fact(values, i, fact);
    if (!before || before->form != values->form)
        return;
    const char *then = field_shown(values->work, f, &before->entries[i]);
    if (strcmp(then, now) != 0) {
        view_set(fact, "Changed", "1");
        view_set(fact, "Before", *then ? then : "未填写");
    }
}

void form_view(struct work *work, const struct form_values *values, const struct form_values *before, HDF *node)
{
    size_t groups = 0, facts = 0, tables = 0;
    HDF *group = NULL;
    const char *title = "";
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        const struct entry *e = &values->entries[i];
        if (f->kind == FIELD_GIVEN || f->kind == FIELD_PASSWORD || f->kind == FIELD_FILE || f->transient)
            continue;
        if (!group || (f->group && strcmp(f->group, title) != 0)) {
            group = numbered(node, "", groups++);
            facts = tables = 0;
            title = f->group ? f->group : "";
            view_set(group, "Title", title);
        }
        if (f->rows)
            rows_table(f, e, numbered(group, "Tables", tables++));
        else if (f->kind == FIELD_FILES && e->count)
            facts = files_facts(work, f, e, group, facts);
        else
            plain_fact(values, before, i, numbered(group, "Facts", facts++));
    }
}
