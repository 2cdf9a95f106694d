/* common: what the pages of the three kinds of records share. */
#include <string.h>

#include "archives.h"
#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "domain/division.h"
#include "domain/record_snapshot.h"
#include "flow/flow.h"
#include "list/list.h"

const char *change_key(struct request *rq)
{
    struct arena *arena = rq->work.arena;
    uint8_t digest[32];
    if (!rq->work.idempotency)
        return NULL;
    const char *all = arena_printf(arena, "%s %s %d %s", rq->work.idempotency, rq->path, form_draft(rq), values_to_json(rq->values));
    crypto_sha256(all, strlen(all), digest);
    return arena_printf(arena, "change:%s", text_hex(arena, digest, sizeof digest));
}

const char *store_once(struct request *rq, const char *key, const char *(*store)(struct work *work, void *rq))
{
    const char *result = submission_once(&rq->work, key, store, rq);
    if (!result)
        form_refuse(rq);
    form_done(rq);
    return result;
}

void theirs_to_page(struct request *rq, const struct form_values *stored)
{
    if (!*view_get(rq->page, "Conflict"))
        return;
    view_set(rq->page, "ConflictTitle", "未保存");
    values_diff(&rq->work, rq->values, stored, view_node(rq->page, "Theirs"));
    record_names_put(&rq->work, rq->work.actor.operator_id, view_node(rq->page, "Theirs"));
}

/* What there is to choose among is what the chart counts. */
static void area_option(struct request *rq, int n, const char *code, const char *label)
{
    HDF *option = view_node(rq->page, arena_printf(rq->work.arena, "List.Filters.area.Options.%d", n));
    view_set(option, "Value", code);
    view_set(option, "Label", label);
}

void charts_name(struct request *rq)
{
    int n = 0;
    for (HDF *chart = hdf_obj_child(view_node(rq->page, "List.Charts")); chart; chart = hdf_obj_next(chart)) {
        if (strcmp(view_get(chart, "Name"), "division_code") != 0)
            continue;
        for (HDF *row = hdf_obj_child(hdf_get_obj(chart, "Rows")); row; row = hdf_obj_next(row)) {
            const char *code = view_get(row, "Code"), *name = *code ? division_name(&rq->work, code) : NULL;
            view_set(row, "Label", name && *name ? name : *code ? code : "未填写");
            if (*code)
                area_option(rq, n++, code, view_get(row, "Label"));
            else
                hdf_remove_tree(row, "Href");
        }
    }
}

void own_to_page(struct request *rq)
{
    view_set(rq->page, "Own", rq->work.actor.capabilities & CAP_BIT(CAP_RECORD_OWN) ? "1" : NULL);
}

const char *site_label(const char *key, const char *otherwise)
{
    char path[80];
    snprintf(path, sizeof path, "Site.Records.%s", key);
    return hdf_get_value(config_tree(), path, (char *)otherwise);
}

/* What an operator reads by its manual; departments read the archives' own names. */
const char *own_label(struct request *rq, const char *key, const char *otherwise)
{
    return rq->work.actor.capabilities & CAP_BIT(CAP_RECORD_OWN) ? site_label(key, otherwise) : otherwise;
}

void filters_name(struct request *rq, const char *key)
{
    if (!(rq->work.actor.capabilities & CAP_BIT(CAP_RECORD_OWN)))
        return;
    HDF *labels = hdf_get_obj(config_tree(), arena_printf(rq->work.arena, "Site.Records.%s", key));
    for (HDF *label = hdf_obj_child(labels); label; label = hdf_obj_next(label)) {
        HDF *filter = hdf_get_obj(rq->page, arena_printf(rq->work.arena, "List.Filters.%s", hdf_obj_name(label)));
        if (filter)
            view_set(filter, "Label", hdf_obj_value(label));
    }
}

/* All rows of an operator's list are its own: a column and a filter that say so take the room of what differs. */
void own_columns(struct request *rq)
{
    HDF *columns = hdf_get_obj(rq->page, "List.Columns"), *column = hdf_obj_child(columns);
    if (!(rq->work.actor.capabilities & CAP_BIT(CAP_RECORD_OWN)))
        return;
    hdf_remove_tree(rq->page, "List.Filters.operator");
    while (column && strcmp(view_get(column, "Label"), "运营商") != 0)
        column = hdf_obj_next(column);
    if (!column)
        return;
    const char *name = arena_copy(rq->work.arena, hdf_obj_name(column)), *cell = arena_printf(rq->work.arena, "Cells.%s", name);
    hdf_remove_tree(columns, name);
    for (HDF *row = hdf_get_child(rq->page, "List.Rows"); row; row = hdf_obj_next(row))
        hdf_remove_tree(row, cell);
}

static HDF *field_find(HDF *form, const char *name)
{
    for (HDF *group = hdf_obj_child(hdf_get_obj(form, "Groups")); group; group = hdf_obj_next(group))
        for (HDF *field = hdf_obj_child(hdf_get_obj(group, "Fields")); field; field = hdf_obj_next(field))
            if (strcmp(view_get(field, "Name"), name) == 0)
                return field;
    return NULL;
}

void select_fill(struct request *rq, const char *field, HDF *options, const char *hint)
{
    HDF *node = field_find(view_node(rq->page, "Form"), field);
    if (!node)
        fail_ours(&rq->work, "the form has no field %s", field);
    NEOERR *error = hdf_copy(node, "Options", options);
    if (error)
        fail_ours(&rq->work, "out of memory");
    if (hint)
        view_set(node, "Hint", hint);
}

void action_take(struct request *rq, const char *flow, const char *action, void (*draw)(struct request *rq))
{
    const char *words = flow_try(&rq->work, &(struct flow_move){
        .flow = flow, .action = action, .id = form_int(rq, "id"), .idempotency = rq->work.idempotency, .seen_at = form_text(rq, "seen_at"),
        .reasons = view_node(rq->page, "FlowReasons") });
    if (!words)
        return;
    view_set(rq->page, "Errors.0.Text", words);
    draw(rq);
}

/* 「修改」 is a link to the form: opening it changes nothing yet. 「放弃修改」 is there when something passed, and leads to the
 * state it had. */
static bool leave_out(const char *action, const char *restores)
{
    if (strcmp(action, "abandon") == 0)
        return strcmp(restores, "passed") != 0;
    return strcmp(action, "revise") == 0 || (strcmp(action, "abandon_linked") == 0 && strcmp(restores, "linked") != 0);
}

static void buttons_leave_out(HDF *flow, const char *restores)
{
    HDF *buttons = hdf_get_obj(flow, "Buttons"), *next;
    for (HDF *button = hdf_obj_child(buttons); button; button = next) {
        next = hdf_obj_next(button);
        if (leave_out(view_get(button, "Action"), restores))
            hdf_remove_tree(buttons, hdf_obj_name(button));
    }
}

void flow_to_page(struct request *rq, const char *flow, int64_t id)
{
    HDF *node = view_node(rq->page, "Flow");
    flow_show(&rq->work, flow, id, node);
    buttons_leave_out(node, view_get(view_node(rq->page, "Record"), "Restores"));
    if (!hdf_obj_child(hdf_get_obj(node, "Buttons")))
        hdf_remove_tree(node, "Buttons");
}

void notice_to_page(struct request *rq)
{
    static const struct { const char *done, *text; } notices[] = {
        { "saved",    "已保存，尚未提交审核。" },
        { "sent",     "已提交，请等待主管部门审核。" },
        { "back",     "已撤回。" },
        { "link",     "互联互通申请已提交，请等待主管部门审核。" },
        { "stored",   "已保存。" },
        { "replaced", "型式试验报告已更换，原报告保留在历史版本中。" } };
    const char *done = rq->method == GET ? form_text(rq, "done") : "";
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++)
        if (strcmp(notices[i].done, done) == 0)
            view_set(rq->page, "Notice", notices[i].text);
}

void delete_ask(struct request *rq, const char *what, const char *name, const char *path)
{
    view_set(rq->page, "Title", arena_printf(rq->work.arena, "删除%s", what));
    view_set(rq->page, "What", what);
    view_set(rq->page, "Name", name);
    view_set(rq->page, "Back", path);
    page(rq, "archives/delete.cst");
}

void batch_ask(struct request *rq, const char *list, const char *flow, const char *back)
{
    size_t count = 0;
    const char *const *ids = list_selected(rq, list, &count);
    if (rq->work.actor.capabilities & CAP_BIT(CAP_RECORD_REVIEW))          /* with each record's doubtful points */
        review_ask(rq, flow, flow_picks_of(&rq->work, ids, count));
    flow_batch_ask(rq, flow, flow_picks_of(&rq->work, ids, count), back);
    page(rq, "archives/batch.cst");
}
