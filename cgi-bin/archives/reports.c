/* reports: 报告档案 (Z10). */
#include <inttypes.h>

#include "archives.h"
#include "domain/report.h"
#include "list/list.h"

#define PATH "/archives/reports"

void reports_list(struct request *rq)
{
    own_to_page(rq);
    view_set(rq->page, "Title", "报告档案");
    list_page(rq, "report");
    own_columns(rq);
    page(rq, "archives/reports.cst");
}

void reports_xlsx(struct request *rq) { list_xlsx(rq, "report"); }

static void form(struct request *rq, const char *title, const char *name, struct form_values *values, const char *action, const char *back)
{
    view_set(rq->page, "Title", title);
    view_set(rq->page, "Back", back);
    form_show(rq, name, values, action);
    page(rq, "archives/report-form.cst");
}

void reports_new(struct request *rq) { form(rq, "新增报告档案", "report", NULL, PATH, PATH); }

static const char *add(struct work *work, void *arg)
{
    struct request *rq = arg;
    int64_t id = report_add(work, rq->values);
    return id ? arena_printf(work->arena, "%" PRId64, id) : NULL;
}

void reports_add(struct request *rq)
{
    redirect(rq, PATH "/%s?done=stored", store_once(rq, rq->work.idempotency, add));
}

static const char *own_path(struct request *rq, const char *below)
{
    return arena_printf(rq->work.arena, PATH "/%" PRId64 "%s", form_int(rq, "id"), below);
}

void reports_edit(struct request *rq)
{
    struct form_values *stored = report_to_change(&rq->work, form_int(rq, "id"));
    theirs_to_page(rq, stored);
    form(rq, "修改报告档案", "report-edit", stored, own_path(rq, ""), own_path(rq, ""));
}

static const char *change(struct work *work, void *arg)
{
    struct request *rq = arg;
    return report_save(work, rq->values, form_int(rq, "id")) ? "saved" : NULL;
}

void reports_save(struct request *rq)
{
    (void)store_once(rq, change_key(rq), change);
    redirect(rq, PATH "/%" PRId64 "?done=stored", form_int(rq, "id"));
}

void reports_replace_form(struct request *rq)
{
    (void)report_to_change(&rq->work, form_int(rq, "id"));
    form(rq, "更换报告", "report-replace", NULL, own_path(rq, "/replace"), own_path(rq, ""));
}

static const char *replace(struct work *work, void *arg)
{
    struct request *rq = arg;
    return report_replace(work, rq->values, form_int(rq, "id")) ? "replaced" : NULL;
}

void reports_replace(struct request *rq)
{
    (void)store_once(rq, rq->work.idempotency, replace);
    redirect(rq, PATH "/%" PRId64 "?done=replaced", form_int(rq, "id"));
}

void reports_page(struct request *rq)
{
    HDF *report = view_node(rq->page, "Report");
    report_view(&rq->work, form_int(rq, "id"), report);
    notice_to_page(rq);
    view_set(rq->page, "Title", view_get(report, "Name"));
    view_crumb(rq, "报告档案", PATH);
    view_crumb(rq, view_get(report, "Name"), NULL);
    page(rq, "archives/report.cst");
}

void reports_delete(struct request *rq)
{
    HDF *report = view_node(rq->page, "Report");
    (void)report_to_change(&rq->work, form_int(rq, "id"));
    report_view(&rq->work, form_int(rq, "id"), report);
    delete_ask(rq, "报告档案", view_get(report, "Name"), own_path(rq, ""));
}

void reports_drop(struct request *rq)
{
    report_drop(&rq->work, form_int(rq, "id"));
    redirect(rq, PATH);
}
