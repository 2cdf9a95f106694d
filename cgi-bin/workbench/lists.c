/* lists: the four lists of the work bench. A page is found by key: entries that come or go meanwhile neither repeat
 * nor hide others. */
#include <stdio.h>
#include <string.h>

#include "flow/flow.h"
#include "workbench.h"

enum { PAGE_SIZE = 20 };

static const struct {
    const char    *title, *path, *empty, *empty_text;
    enum flow_list which;
} lists[] = {
    { "待办事项", "/workbench",         "暂无待办事项",   "需要您办理的事项会按等待时间列在这里。",   FLOW_TODO },
    { "超期事项", "/workbench/overdue", "暂无超期事项",   "超过承诺办理期限的待办事项会列在这里。",   FLOW_OVERDUE },
    { "已办事项", "/workbench/done",    "暂无已办事项",   "您办理过的事项会按时间列在这里。",         FLOW_DONE },
    { "抄送我的", "/workbench/copied",  "暂无抄送的事项", "其他办理人员抄送给您的事项会列在这里。",   FLOW_COPIED },
};
enum { LISTS = sizeof lists / sizeof *lists };

static void add_tabs(struct request *rq, size_t current)
{
    for (size_t i = 0; i < LISTS; i++) {
        char name[24];
        snprintf(name, sizeof name, "Tabs.%zu", i);
        HDF *tab = view_node(rq->page, name);
        int64_t count = flow_count(&rq->work, lists[i].which);
        view_set(tab, "Label", lists[i].title);
        view_set(tab, "Path", lists[i].path);
        if (i == current)
            view_set(tab, "Current", "1");
        if (count >= FLOW_COUNT_MAX)
            view_setf(tab, "Count", "%d+", FLOW_COUNT_MAX - 1);
        else if (count)
            view_set_int(tab, "Count", count);
    }
}

/* 业务: one flow alone; and whether all of it may be taken at once. */
static void add_flows(struct request *rq, bool overdue, const char *only)
{
    HDF *flows = view_node(rq->page, "Flows");
    flow_waiting(&rq->work, overdue, flows);
    for (HDF *flow = hdf_obj_child(flows); flow; flow = hdf_obj_next(flow))
        if (strcmp(view_get(flow, "Value"), only) == 0 && !overdue && hdf_get_int_value(flow, "Count", 0) <= FLOW_BATCH_MAX)
            view_set(rq->page, "AllOf", view_get(flow, "Count"));
    view_set(rq->page, "Values.flow", only);
}

/* H1.3: 工作台/待办事项/账号待审核 */
static void add_registrations(struct request *rq)
{
    if (rq->work.actor.capabilities & CAP_BIT(CAP_REGISTRATION_REVIEW)) {
        view_set(rq->page, "Only.0.Label", "账号待审核");
        view_set(rq->page, "Only.0.Path", "/admin/registrations?state=filed");
    }
}

static _Noreturn void show(struct request *rq, size_t i)
{
    const char *after = form_text(rq, "after"), *only = form_text(rq, "flow");
    bool waiting = lists[i].which == FLOW_TODO || lists[i].which == FLOW_OVERDUE;
    view_set(rq->page, "Title", lists[i].title);
    view_set(rq->page, "Path", lists[i].path);
    view_set(rq->page, "Empty", lists[i].empty);
    view_set(rq->page, "EmptyText", lists[i].empty_text);
    view_set(rq->page, lists[i].which == FLOW_COPIED ? "Copied" : lists[i].which == FLOW_DONE ? "Done" : "Waiting", "1");
    add_tabs(rq, i);
    if (lists[i].which == FLOW_TODO)
        add_registrations(rq);
    if (waiting)
        add_flows(rq, lists[i].which == FLOW_OVERDUE, only);
    const char *next = flow_list(&rq->work, lists[i].which, waiting ? only : "", after, PAGE_SIZE, view_node(rq->page, "Rows"));
    for (HDF *row = hdf_get_child(rq->page, "Rows"); row; row = hdf_obj_next(row))
        if (waiting && *view_get(row, "Bulk"))
            view_set(rq->page, "Bulk", "1");
    if (next)
        view_setf(rq->page, "Next", "%s?after=%s%s%s", lists[i].path, next, *only ? "&flow=" : "", only);
    if (*after)
        view_setf(rq->page, "First", "%s%s%s", lists[i].path, *only ? "?flow=" : "", only);
    page(rq, "workbench/list.cst");
}

void todo_page(struct request *rq)    { show(rq, 0); }
void overdue_page(struct request *rq) { show(rq, 1); }
void done_page(struct request *rq)    { show(rq, 2); }
void copied_page(struct request *rq)  { show(rq, 3); }

void copied_read(struct request *rq)
{
    flow_copy_read(&rq->work, form_int(rq, "id"));
    redirect(rq, "/workbench/copied");
}
