#include "domain/record.h"

#include <string.h>

#include "core/scope.h"
#include "core/text.h"
#include "domain/company.h"
#include "domain/file.h"
#include "domain/trail.h"
#include "flow/flow.h"
#include "web/web.h"

const struct db_column record_columns[] = {
    DB_INT(struct record_row, id), DB_INT(struct record_row, operator_id), DB_TEXT(struct record_row, state),
    DB_INT(struct record_row, removable), DB_TEXT(struct record_row, code), DB_TEXT(struct record_row, name),
    DB_TEXT(struct record_row, passed_at), DB_TEXT(struct record_row, passed), DB_INT(struct record_row, saved.revision),
    DB_TEXT(struct record_row, saved.by), DB_TEXT(struct record_row, saved.at), DB_END };

/* --- whose ------------------------------------------------------------------------------------------------------ */

int64_t record_company(struct work *work) { return work->actor.operator_id ? work->actor.operator_id : -1; }

bool record_staff(struct work *work)
{
    const struct actor *actor = &work->actor;
    return actor->account_id && !actor->operator_id && actor->capabilities & CAP_BIT(CAP_RECORD_VIEW);
}

const char *record_division(struct work *work) { return division_like(work->arena, work->actor.division); }

int64_t record_lock(struct work *work)
{
    int64_t own = company_own(work);
    (void)db_int(work, 0, "SELECT id FROM operator WHERE id = ? FOR UPDATE", I(own));
    return own;
}

/* --- states ------------------------------------------------------------------------------------------------------ */

static bool changeable(const char *state) { return strcmp(state, "filed") != 0 && strcmp(state, "linking") != 0; }

void record_check_changeable(struct work *work, const struct record_row *row)
{
    if (!changeable(row->state))
        fail(work, FAIL_CONFLICT, "档案正在审核，请先撤回再修改或删除。");
}

bool record_check_saved(struct form_values *values, const struct record_saved *saved, const char *flow, const char *state)
{
    const char *by = *saved->by ? saved->by : "本企业其他人员";
    if (!values_stale(values, saved->revision))
        return true;
    if (!state || strcmp(state, "draft") == 0)
        values_conflict(values, saved->revision, "%s已于 %s 保存过该档案，本页填写的内容尚未保存。请对照下列不同之处修改本页；再次保存时以本页内容为准。",
                        by, saved->at);
    else
        values_conflict(values, saved->revision, "%s已于 %s 保存过该档案，档案当前为「%s」，本页填写的内容尚未保存。请对照下列不同之处修改本页；"
                        "再次保存时以本页内容为准，档案转为「%s」，须重新提交审核。", by, saved->at, flow_state_label(flow, state),
                        flow_state_label(flow, "draft"));
    return false;
}

bool record_check_open(struct work *work, struct form_values *values, const char *flow, const struct record_row *row)
{
    if (changeable(row->state))
        return true;
    if (!values_of_page(values))
        record_check_changeable(work, row);
    values_conflict(values, row->saved.revision, "该档案已由本企业人员提交，当前为「%s」，本页填写的内容尚未保存。如需修改，请先撤回该档案的申请，再保存本页。",
                    flow_state_label(flow, row->state));
    return false;
}

void record_sign(struct work *work, struct form_values *values)
{
    values_give(values, "saved_by", T(work->actor.name ? work->actor.name : ""));
    values_give(values, "saved_at", T(time_format(work->arena, work->now, "%Y-%m-%d %H:%M:%S")));
}

void record_changed(struct work *work, const char *flow, int64_t id, const char *state)
{
    flow_begin(work, flow, id);
    if (state && strcmp(state, "draft") != 0)
        flow_take(work, &(struct flow_move){ .flow = flow, .id = id, .action = "revise" });
}

/* --- versions ------------------------------------------------------------------------------------------------------ */

struct form_values *record_passed(struct work *work, const char *form, const struct record_row *row)
{
    if (!row->passed)
        return NULL;
    struct form_values *passed = values_new(work, form_find(work, form));
    values_from_json(passed, row->passed, 0);
    (void)values_check(passed, true);            /* types them: 是/否 and numbers are compared as such */
    return passed;
}

struct form_values *record_to_restore(struct work *work, const char *form, const struct record_row *row, const char **wrong)
{
    struct form_values *passed = record_passed(work, form, row);
    *wrong = passed ? NULL : "该档案未曾审核通过，没有可恢复的内容";
    if (passed && !values_check(passed, true))
        *wrong = "填报要求已有调整，不能恢复为原审核通过的内容，请修改后重新申请";
    return *wrong ? NULL : passed;
}

const char *record_keep(struct work *work, const char *form, const char *table, int64_t id)
{
    struct form_values *values = form_load(work, form, id);
    size_t count = values_count(values, "photos");
    int64_t *photos = arena_alloc(work->arena, (count + 1) * sizeof *photos);
    for (size_t i = 0; i < count; i++)
        photos[i] = values_int_at(values, "photos", i);
    file_link(work, table, id, "passed", photos, count);
    return values_to_json(values);
}

void record_lacks(struct work *work, const struct record_row *row, HDF *node, const char *(*complete)(struct work *work, int64_t id, HDF *reasons))
{
    HDF *lacks = view_node(node, "Lacks");
    if (!record_staff(work) || strcmp(row->state, "filed") != 0)
        return;
    const char *words = complete(work, row->id, lacks);
    if (words && !hdf_obj_child(lacks))
        view_set(lacks, "0.Text", words);
}

static bool any_changed(HDF *view)
{
    for (HDF *group = hdf_obj_child(view); group; group = hdf_obj_next(group))
        for (HDF *fact = hdf_obj_child(hdf_get_obj(group, "Facts")); fact; fact = hdf_obj_next(fact))
            if (*view_get(fact, "Changed"))
                return true;
    return false;
}

void record_view(struct work *work, const struct record_row *row, struct form_values *values, struct form_values *passed, HDF *node)
{
    bool own = row->operator_id == record_company(work);
    HDF *view = view_node(node, "View");
    form_view(work, values, passed, view);
    view_set_int(node, "Id", row->id);
    view_set(node, "Code", row->code);
    view_set(node, "Name", *row->name ? row->name : "未命名");
    view_set(node, "State", row->state);
    view_set(node, "Own", own ? "1" : NULL);
    view_set(node, "Editable", own && changeable(row->state) ? "1" : NULL);
    view_set(node, "Removable", own && row->removable ? "1" : NULL);
    view_set(node, "PassedAt", row->passed_at);
    view_set(node, "Restores", row->passed ? "passed" : NULL);
    view_set(node, "Differs", row->passed && any_changed(view) ? "1" : NULL);
}

void record_fact(HDF *view, const char *label, const char *value, const char *href)
{
    for (HDF *group = hdf_obj_child(view); group; group = hdf_obj_next(group))
        for (HDF *fact = hdf_obj_child(hdf_get_obj(group, "Facts")); fact; fact = hdf_obj_next(fact))
            if (strcmp(view_get(fact, "Label"), label) == 0) {
                view_set(fact, "Value", value);
                view_set(fact, "Href", href);
            }
}

void record_trail(struct work *work, const char *act, const char *kind, int64_t id)
{
    trail_write(work, act, arena_printf(work->arena, "%s:%lld", kind, (long long)id), "done", "", "");
}
