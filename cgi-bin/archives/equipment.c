/* equipment: 设施档案 (Z11, S5): several at once with their guns, single ones, their two procedures. */
#include <inttypes.h>
#include <string.h>

#include "archives.h"
#include "import.h"
#include "domain/equipment_record.h"
#include "flow/flow.h"
#include "list/list.h"

#define FLOW "equipment-record"
#define FORM "equipment-record"
#define PATH "/archives/equipment"

void equipment_list(struct request *rq)
{
    own_to_page(rq);
    list_page(rq, "equipment_record");
    own_columns(rq);
    filters_name(rq, "EquipmentFilters");
    charts_name(rq);
    view_set(rq->page, "Title", own_label(rq, "Equipment", "设施档案"));
    view_set(rq->page, "List.Title", own_label(rq, "Equipment", "设施档案"));
    page(rq, "archives/equipment-list.cst");
}

void equipment_xlsx(struct request *rq) { list_xlsx(rq, "equipment_record"); }

/* --- the forms ------------------------------------------------------------------------------------------------------ */

static _Noreturn void form_draw_page(struct request *rq, const char *form, struct form_values *values, const char *action, const char *back)
{
    choosers_fill(rq, form_show(rq, form, values, action));
    view_set(rq->page, "Back", back);
    page(rq, "archives/equipment-form.cst");
}

/* Z11.2: first what must be there; 「确认」 leads on to the form. From a station's page or a copied record at once. */
void equipment_new(struct request *rq)
{
    bool ready = equipment_record_ready(&rq->work, view_node(rq->page, "Ready"));
    struct form_values *values = NULL;
    if (!ready || !(form_int(rq, "ready") || form_has(rq, "station") || form_has(rq, "copy"))) {
        view_set(rq->page, "Title", own_label(rq, "EquipmentNew", "新增设施档案"));
        view_set(rq->page, "Go", ready ? PATH "/new?ready=1" : NULL);
        page(rq, "archives/equipment-before.cst");
    }
    if (form_has(rq, "copy"))
        values = equipment_record_copy(&rq->work, form_int(rq, "copy"));
    else
        values = values_new(&rq->work, form_find(&rq->work, "equipment-new"));
    if (form_has(rq, "station"))
        values_put(values, "station_record_id", form_text(rq, "station"));
    view_set(rq->page, "Title", own_label(rq, "EquipmentNew", "新增设施档案"));
    view_set(rq->page, "Submit", own_label(rq, "Submit", "提交并审核"));
    values_check(values, true);
    form_draw_page(rq, "equipment-new", values, PATH, PATH);
}

/* Z11.6: the same before an import. */
void equipment_import(struct request *rq)
{
    bool ready = equipment_record_ready(&rq->work, view_node(rq->page, "Ready"));
    if (rq->method == GET && (!ready || !form_int(rq, "ready"))) {
        view_set(rq->page, "Title", "批量导入设施档案");
        view_set(rq->page, "Go", ready ? PATH "/import?ready=1" : NULL);
        page(rq, "archives/equipment-before.cst");
    }
    import_page(rq);
}

void equipment_form(struct request *rq)
{
    view_set(rq->page, "Title", own_label(rq, "EquipmentNew", "新增设施档案"));
    view_set(rq->page, "Submit", own_label(rq, "Submit", "提交并审核"));
    form_draw_page(rq, "equipment-new", NULL, PATH, PATH);
}

static const char *add(struct work *work, void *arg)
{
    struct request *rq = arg;
    size_t added = equipment_record_add(work, rq->values, form_draft(rq));
    return added ? arena_printf(work->arena, "%zu", added) : NULL;
}

void equipment_add(struct request *rq)
{
    (void)store_once(rq, rq->work.idempotency, add);
    redirect(rq, PATH "?state=%s", form_draft(rq) ? "draft" : "filed");       /* the newest first: these */
}

static const char *own_path(struct request *rq)
{
    return arena_printf(rq->work.arena, PATH "/%" PRId64, form_int(rq, "id"));
}

void equipment_edit(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    struct form_values *stored = rq->method == GET ? equipment_record_to_change(&rq->work, id) : equipment_record_values(&rq->work, id);
    theirs_to_page(rq, stored);
    view_set(rq->page, "Title", "修改设施档案");
    view_set(rq->page, "Submit", own_label(rq, "Submit", "提交审核"));
    form_draw_page(rq, FORM, stored, own_path(rq), own_path(rq));
}

static const char *change(struct work *work, void *arg)
{
    struct request *rq = arg;
    bool draft = form_draft(rq);
    if (!draft)
        equipment_record_check_ties(work, rq->values);
    int64_t id = equipment_record_save(work, rq->values, form_int(rq, "id"));
    const char *words = id && !draft ? equipment_record_submit(work, id, view_node(rq->page, "FlowReasons")) : NULL;
    if (words)
        form_error(rq, "code", "%s", words);
    return id && !words ? arena_printf(work->arena, "%" PRId64, id) : NULL;
}

void equipment_save(struct request *rq)
{
    (void)store_once(rq, change_key(rq), change);
    redirect(rq, PATH "/%" PRId64 "?done=%s", form_int(rq, "id"), form_draft(rq) ? "saved" : "sent");
}

/* --- one record ------------------------------------------------------------------------------------------------------ */

static void draw(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    HDF *record = view_node(rq->page, "Record");
    equipment_record_view(&rq->work, id, record);
    flow_to_page(rq, FLOW, id);
    view_set(rq->page, "Title", view_get(record, "Name"));
    view_crumb(rq, own_label(rq, "Equipment", "设施档案"), PATH);
    view_crumb(rq, view_get(record, "Name"), NULL);
}

void equipment_page(struct request *rq)
{
    draw(rq);
    notice_to_page(rq);
    page(rq, "archives/equipment.cst");
}

static void refused(struct request *rq)
{
    draw(rq);
    page_status(rq, 422, "archives/equipment.cst");
}

void equipment_move(struct request *rq)
{
    (void)equipment_record_values(&rq->work, form_int(rq, "id"));
    flow_post(rq, FLOW);
    redirect(rq, PATH "/%" PRId64, form_int(rq, "id"));
}

void equipment_batch(struct request *rq) { batch_ask(rq, "equipment_record", FLOW, PATH); }

void equipment_submit(struct request *rq)
{
    action_take(rq, FLOW, "submit", refused);
    redirect(rq, PATH "/%" PRId64 "?done=sent", form_int(rq, "id"));
}

void equipment_link(struct request *rq)
{
    action_take(rq, FLOW, "link", refused);
    redirect(rq, PATH "/%" PRId64 "?done=link", form_int(rq, "id"));
}

/* Z11.3: to where it came from. The move itself says again from which state. */
void equipment_withdraw(struct request *rq)
{
    HDF *record = view_node(rq->page, "Before");
    equipment_record_view(&rq->work, form_int(rq, "id"), record);
    action_take(rq, FLOW, strcmp(view_get(record, "State"), "linking") == 0 ? "withdraw_link" : "withdraw", refused);
    redirect(rq, PATH "/%" PRId64 "?done=back", form_int(rq, "id"));
}

void equipment_delete(struct request *rq)
{
    HDF *record = view_node(rq->page, "Record");
    equipment_record_view(&rq->work, form_int(rq, "id"), record);
    delete_ask(rq, "设施档案", view_get(record, "Name"), own_path(rq));
}

void equipment_drop(struct request *rq)
{
    equipment_record_drop(&rq->work, form_int(rq, "id"));
    redirect(rq, PATH);
}
