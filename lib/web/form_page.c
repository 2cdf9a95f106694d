/* form_page: a form as it stands on the page: Page.Form.* (drawn by templates/parts/form.cst), Page.Values.* and
 * Page.Errors.*. Passwords are never echoed, sealed values of a record never sent to the browser. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "web/form_declared.h"
#include "web/io.h"

enum { RADIOS_MOST = 5 };
#define DIVISION_PATH "/account/divisions"

static HDF *numbered(HDF *node, const char *list, size_t n)
{
    char name[60];
    snprintf(name, sizeof name, "%s.%zu", list, n);
    return view_node(node, name);
}

/* --- values and errors ---------------------------------------------------------------------------------------- */

static void errors_to_page(struct request *rq, const struct form_values *values, size_t *shown)
{
    for (size_t i = 0; i < values->form->count; i++) {
        const struct entry *e = &values->entries[i];
        struct arena *arena = rq->work.arena;
        if (e->error) {
            const char *name = arena_printf(arena, "%s%s", values->prefix, values->form->fields[i].name);
            HDF *error = numbered(rq->page, "Errors", (*shown)++);
            view_set(error, "Field", name);
            view_set(error, "Text", e->error);
            view_set(rq->page, arena_printf(arena, "Error.%s", name), e->error);
        }
        for (size_t r = 0; values->form->fields[i].rows && r < e->count; r++)
            errors_to_page(rq, e->rows[r], shown);
    }
}

static void values_to_page(struct request *rq, const struct form_values *values)
{
    struct arena *arena = rq->work.arena;
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        const struct entry *e = &values->entries[i];
        for (size_t r = 0; f->rows && r < e->count; r++)
            values_to_page(rq, e->rows[r]);
        if (f->kind == FIELD_PASSWORD || f->kind == FIELD_FILES || f->kind == FIELD_GIVEN || f->rows || e->kept || !e->count)
            continue;
        const char *name = arena_printf(arena, "Values.%s%s", values->prefix, f->name);
        view_set(rq->page, name, e->text[0]);
        for (size_t at = 0; f->many && at < e->count; at++)
            view_set(rq->page, arena_printf(arena, "%s.%zu", name, at), e->text[at]);
    }
}

void form_to_page(struct request *rq)
{
    size_t shown = 0;
    if (!rq->values || !rq->page)
        return;
    errors_to_page(rq, rq->values, &shown);
    values_to_page(rq, rq->values);
}

/* --- files: what the browser holds of one is a token only this server can have written for this person ------------- */

const char *file_holder(struct request *rq)
{
    const char *visit = rq->io->visit ? rq->io->visit : cookie_get(rq, "visit");
    if (rq->work.actor.account_id)
        return arena_printf(rq->work.arena, "a%" PRId64, rq->work.actor.account_id);
    return visit ? visit : "";
}

static char *file_signed(struct request *rq, int64_t id, int64_t size, const char *name)
{
    struct arena *arena = rq->work.arena;
    const char *about = arena_printf(arena, "file %" PRId64 " %" PRId64 " %s %s", id, size, file_holder(rq), name);
    return arena_printf(arena, "%" PRId64 ".%" PRId64 ".%s.%s", id, size, page_sign(&rq->work, about), name);
}

char *file_token(struct request *rq, const struct entry *e, size_t at)
{
    return file_signed(rq, e->integer[at], (int64_t)e->real[at], e->text[at]);
}

bool file_token_read(struct request *rq, const char *token, struct entry *e)
{
    char *end;
    int64_t id = strtoll(token, &end, 10);
    if (*end != '.')
        return false;
    int64_t size = strtoll(end + 1, &end, 10);
    const char *name = *end == '.' ? strchr(end + 1, '.') : NULL;
    if (!name || !text_same_secret(file_signed(rq, id, size, name + 1), token))
        return false;
    size_t at = entry_grow(&rq->work, e);
    e->integer[at] = id;
    e->real[at] = (double)size;
    e->text[at] = name + 1;
    return true;
}

/* --- divisions: one select a level, filled as far as something is chosen --------------------------------------------- */

static size_t division_chain(struct work *work, const struct field *f, const char *code, const char *chain[DIVISION_LEVELS])
{
    size_t depth = 0;
    const char *up[DIVISION_LEVELS + 1];
    for (const char *at = code; at && *at && depth < DIVISION_LEVELS; at = form_divisions->parent(work, at)) {
        if (f->within && strcmp(at, f->within) == 0)
            break;
        up[depth++] = at;
    }
    for (size_t d = 0; d < depth; d++)
        chain[d] = up[depth - 1 - d];
    return depth;
}

static void division_options(struct work *work, const char *parent, const char *chosen, HDF *level)
{
    HDF *list;
    size_t n = 0;
    if (hdf_init(&list))
        fail_ours(work, "out of memory");
    form_divisions->children(work, parent, list);
    for (HDF *d = hdf_obj_child(list); d; d = hdf_obj_next(d)) {
        HDF *option = numbered(level, "Options", n++);
        const char *code = hdf_get_value(d, "code", "");
        view_set(option, "Value", code);
        view_set(option, "Label", hdf_get_value(d, "name", code));
        if (chosen && strcmp(chosen, code) == 0)
            view_set(option, "Checked", "1");
    }
    hdf_destroy(&list);
}

static void division_to_page(struct request *rq, const struct field *f, const struct entry *e, const char *name, HDF *node)
{
    static const char *const labels[] = { "省（自治区、直辖市）", "市", "县（市、区）", "乡镇（街道）" };
    const char *chain[DIVISION_LEVELS] = { NULL };
    if (!form_divisions)
        fail_ours(&rq->work, "nobody registered form_divisions");
    size_t depth = e->count ? division_chain(&rq->work, f, e->text[0], chain) : 0;
    int from = f->within ? form_divisions->level(&rq->work, f->within) : 0;
    view_set(node, "Source", DIVISION_PATH);
    for (int level = from; level < f->level; level++) {
        size_t at = (size_t)(level - from);
        const char *parent = at ? chain[at - 1] : f->within ? f->within : "";
        HDF *out = numbered(node, "Levels", at);
        view_setf(out, "Name", "%s-%zu", name, at + 1);
        view_set(out, "Label", labels[level]);
        if (!at || at <= depth)
            division_options(&rq->work, parent, at < depth ? chain[at] : NULL, out);
    }
}

/* --- fields ----------------------------------------------------------------------------------------------------------- */

static bool chosen(const struct entry *e, const char *code)
{
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->text[i], code) == 0)
            return true;
    return false;
}

/* An entry that is no longer offered stays for whom it was chosen. */
static size_t options_to_page(const struct field *f, const struct entry *e, HDF *node)
{
    size_t n = 0;
    for (size_t d = 0; f->dict && d < dict_count(f->dict); d++) {
        if (dict_hidden(f->dict, d) && !chosen(e, dict_code(f->dict, d)))
            continue;
        view_set(numbered(node, "Options", n), "Value", dict_code(f->dict, d));
        view_set(numbered(node, "Options", n++), "Label", dict_name(f->dict, d));
    }
    for (HDF *o = hdf_obj_child(f->options); o; o = hdf_obj_next(o), n++) {
        view_set(numbered(node, "Options", n), "Value", hdf_obj_name(o));
        view_set(numbered(node, "Options", n), "Label", hdf_obj_value(o));
        view_set(numbered(node, "Options", n), "Hint", hdf_get_value(o, "hint", NULL));
    }
    if (f->kind == FIELD_BOOL) {
        view_set(numbered(node, "Options", 0), "Value", "1"), view_set(numbered(node, "Options", 0), "Label", "是");
        view_set(numbered(node, "Options", 1), "Value", "0"), view_set(numbered(node, "Options", 1), "Label", "否");
    }
    return n;
}

/* The macro that draws it. A date the browser's date field would not show is shown as it was typed. */
static const char *drawn_as(const struct field *f, const struct entry *e, size_t options)
{
    char date[11];
    switch (f->kind) {
    case FIELD_TEXT:      return "textarea";
    case FIELD_BOOL:      return "radios";
    case FIELD_DICT: case FIELD_CHOICE:
        return f->look ? f->look : f->many ? "checkboxes" : options <= RADIOS_MOST ? "radios" : "select";
    case FIELD_DATE:      return e->count && !date_normal(e->text[0], date) ? "text" : "date";
    case FIELD_FILE:      return "file";
    case FIELD_PASSWORD:  return "password";
    case FIELD_DIVISION:  return "division";
    case FIELD_FILES:     return "files";
    case FIELD_ROWS:      return "rows";
    case FIELD_AGREEMENT: return "agreement";
    case FIELD_PLACE:     return "place";
    case FIELD_MONEY:     return "text";
    default:              return f->look ? f->look : "text";
    }
}

static void input_hints(const struct field *f, HDF *node)
{
    size_t longest = f->kind == FIELD_LINE || f->kind == FIELD_CODE || f->kind == FIELD_TEXT ? (size_t)f->high : 0;
    view_set(node, "Type", f->type);
    if (f->kind == FIELD_INT || f->kind == FIELD_ID)
        view_set(node, "Inputmode", "numeric");
    if (f->kind == FIELD_REAL || f->kind == FIELD_MONEY)
        view_set(node, "Inputmode", "decimal");
    for (size_t c = 0; c < f->check_count; c++) {
        const struct form_check *check = f->checks[c].check;
        view_set(node, "Type", f->type ? NULL : check->type);
        view_set(node, "Inputmode", check->inputmode);
    }
    if (f->kind == FIELD_TEXT && longest <= 5000)
        view_set_int(node, "Count", (int64_t)longest);
    view_set(node, "Unit", f->kind == FIELD_MONEY ? "元" : f->rows ? NULL : f->unit);
    view_set(node, "Width", f->width ? f->width : f->kind == FIELD_MONEY ? "w20" : f->kind == FIELD_DATE ? "w10" : NULL);
}

static void field_to_page(struct request *rq, const struct form_values *values, size_t i, HDF *node);

static void row_to_page(struct request *rq, const struct form_values *row, HDF *node)
{
    for (size_t i = 0, n = 0; i < row->form->count; i++)
        if (row->form->fields[i].kind != FIELD_GIVEN)
            field_to_page(rq, row, i, numbered(node, "Fields", n++));
    view_set(node, "Title", row->where);
    view_set(node, "Prefix", row->prefix);
    if (row->id)
        view_set_int(node, "Id", row->id);
}

static void rows_to_page(struct request *rq, const struct form_values *values, size_t i, HDF *node)
{
    const struct field *f = &values->form->fields[i];
    struct entry *e = &values->entries[i];
    size_t wanted = f->at_least ? f->at_least : 1;
    while (e->count < wanted)
        (void)values_row_add((struct form_values *)values, i);
    for (size_t r = 0; r < e->count; r++) {
        HDF *row = numbered(node, "Rows", r);
        row_to_page(rq, e->rows[r], row);
        view_set_int(row, "Index", (int64_t)r);
    }
    view_setf(node, "Bounds", "至少 %zu %s，已列出 %zu %s", f->at_least, f->unit ? f->unit : "行", e->count,
              f->unit ? f->unit : "行");
    view_set(node, "RowUnit", f->unit ? f->unit : "行");
    if (e->count < f->at_most)
        view_set(node, "More", "1");
}

static void field_to_page(struct request *rq, const struct form_values *values, size_t i, HDF *node)
{
    const struct field *f = &values->form->fields[i];
    const struct entry *e = &values->entries[i];
    const char *name = arena_printf(rq->work.arena, "%s%s", values->prefix, f->name);
    view_set(node, "Name", name);
    view_set(node, "Label", f->label);
    view_set(node, "Hint", f->hint);
    view_set(node, "Help", f->help);
    view_set(node, "Autocomplete", f->autocomplete);
    view_set(node, "Placeholder", f->placeholder);
    view_set(node, "Link", f->link);
    if (f->find) {
        view_set(node, "Find", f->find);
        view_set(node, "Sought", form_sought(rq, f->name));
    }
    view_set(node, "Value", f->kind == FIELD_AGREEMENT ? field_version(&rq->work, f) : NULL);
    if (f->required || f->at_least)
        view_set(node, "Required", "1");
    if (f->lines)
        view_set_int(node, "Lines", f->lines);
    size_t options = options_to_page(f, e, node);
    view_set(node, "Kind", drawn_as(f, e, options));
    input_hints(f, node);
    if (f->kind == FIELD_DIVISION)
        division_to_page(rq, f, e, name, node);
    if (f->kind == FIELD_PLACE) {
        place_to_page(values, i, node);
        place_assets(rq->page);
    }
    if (f->kind == FIELD_FILES)
        files_to_page(rq, f, e, node);
    if (f->rows)
        rows_to_page(rq, values, i, node);
    if (e->kept) {
        view_set(node, "Kept", "1");
        view_setf(node, "Hint", "%s已登记%s%s，不修改请留空", f->hint ? f->hint : "", e->count ? "：" : "", e->count ? e->text[0] : "");
    }
}

/* --- the form ----------------------------------------------------------------------------------------------------------- */

static bool has_files(const struct form *form)
{
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].kind == FIELD_FILES || form->fields[i].kind == FIELD_FILE
            || (form->fields[i].rows && has_files(form->fields[i].rows)))
            return true;
    return false;
}

static void groups_to_page(struct request *rq, const struct form_values *values, HDF *node)
{
    size_t groups = 0, fields = 0;
    HDF *group = NULL;
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        if (f->kind == FIELD_GIVEN || (values->step && f->step != values->step)
            || (strcmp(f->name, "id") == 0 && f->kind == FIELD_ID))
            continue;
        if (!group || f->group) {
            const char *title = group ? view_get(group, "Title") : "";
            if (!group || strcmp(title, f->group) != 0) {
                group = numbered(node, "Groups", groups++);
                fields = 0;
                view_set(group, "Title", f->group ? f->group : "");
            }
        }
        field_to_page(rq, values, i, numbered(group, "Fields", fields++));
    }
}

static void steps_to_page(const struct form_values *values, const char *action, HDF *node)
{
    const struct form *form = values->form;
    for (int s = 1; s <= form->step_count; s++) {
        HDF *step = numbered(node, "Steps", (size_t)s - 1);
        view_set(step, "Label", form->steps[s]);
        view_set(step, "State", s == values->step ? "now" : s < values->step || s < values->reached ? "done" : "");
    }
    (void)action;
    if (!form->step_count)
        return;
    view_set_int(node, "Step", values->step);
    view_set_int(node, "StepCount", form->step_count);
    view_set(node, "StepLabel", form->steps[values->step]);
    if (values->step > 1)
        view_set(node, "Back", "1");
    if (values->step == form->step_count)
        view_set(node, "LastStep", "1");
}

static const char *page_of(struct request *rq)
{
    const char *page = rq->method == POST ? pairs_get(&rq->io->given, "page") : NULL;
    return page && page[0] == '/' && page[1] != '/' ? page : rq->path;
}

static void form_head(struct request *rq, const struct form_values *values, const char *action, HDF *node)
{
    const struct form *form = values->form;
    view_set(rq->page, "Scripts.form", "/js/form.js");
    view_set(rq->page, "Styles.form", "/css/form.css");
    view_set(node, "Name", form->name);
    view_set(node, "Action", action);
    view_set(node, "Page", page_of(rq));
    view_set(node, "By", form->drafts || form->step_count ? draft_holder_mark(rq, form->name) : NULL);
    if (has_files(form))
        view_set(node, "Upload", "1");
    if (form->drafts || form->step_count)
        view_set(node, "Drafts", "1");
    if (values->restored && rq->method == GET)
        view_setf(node, "Restored", "已恢复您于 %s 暂存的内容，请核对后继续填写。", values->restored);
    if (values->id)
        view_set_int(node, "Id", values->id);
    if (values->revision > 0)
        view_set_int(node, "Revision", values->revision);
}

/* What to show, best first: what was just typed, the draft, the loaded record, nothing. */
static struct form_values *choose(struct request *rq, const struct form *form, const struct form_values *loaded)
{
    if (rq->method == POST && rq->values && rq->values->form == form)
        return rq->values;
    struct form_values *values = values_new(&rq->work, form);
    if (loaded)
        *values = *loaded;
    struct form_values *draft = values_new(&rq->work, form);
    draft->id = values->id;
    draft->revision = values->revision;
    if (draft_load(rq, draft, draft_subject(rq, draft), 0))
        values = draft;
    const char *step = pairs_get(&rq->io->given, "step");
    int wanted = step ? atoi(step) : values->reached ? values->reached : 1;
    int most = loaded ? form->step_count : values->reached ? values->reached : 1;
    values->step = !form->step_count ? 0 : wanted < 1 ? 1 : wanted > most ? most : wanted;
    if (values->step > form->step_count)
        values->step = form->step_count;
    return values;
}

const struct form_values *form_show(struct request *rq, const char *name, const struct form_values *loaded, const char *action)
{
    const struct form *form = form_find(&rq->work, name);
    struct form_values *values = choose(rq, form, loaded);
    HDF *node = view_node(rq->page, "Form");
    values_to_page(rq, values);
    form_head(rq, values, action, node);
    steps_to_page(values, action, node);
    groups_to_page(rq, values, node);
    return values;
}

/* [["440400","珠海市"], …] under ?parent=; without it the provinces. */
void form_divisions_answer(struct request *rq)
{
    HDF *list;
    json_t *all = json_array();
    if (!form_divisions || hdf_init(&list))
        fail_ours(&rq->work, "nobody registered form_divisions");
    form_divisions->children(&rq->work, form_text(rq, "parent"), list);
    for (HDF *d = hdf_obj_child(list); d; d = hdf_obj_next(d))
        json_array_append_new(all, json_pack("[s, s]", hdf_get_value(d, "code", ""), hdf_get_value(d, "name", "")));
    hdf_destroy(&list);
    char *text = json_dumps(all, JSON_COMPACT);
    json_decref(all);
    const char *body = arena_copy(rq->work.arena, text ? text : "[]");
    free(text);
    header_add(rq, "Cache-Control", "public, max-age=3600");
    answer(rq, 200, "application/json; charset=utf-8", body, strlen(body));
}
