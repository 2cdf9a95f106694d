/* admin: the back office - background jobs, connected platforms, editable pages (Z4, Z5, Z30). */
#include <stdio.h>

#include "admin.h"
#include "core/text.h"
#include "domain/job_admin.h"
#include "domain/session.h"
#include "domain/statistic.h"
#include "list/list.h"

/* One row a thing to do; who lacks the capability does not see it. */
static const struct {
    enum capability capability;
    const char     *label, *text, *path;
} duties[] = {
    { CAP_CONTENT_EDIT, "页面内容", "编辑「开放平台」「关于我们」等栏目的页面，查看历史版本", "/admin/pages" },
    { CAP_PARTNER_VIEW, "接入平台", "查看已接入的运营商平台，最近一次推送和拉取的时间",       "/admin/partners" },
    { CAP_TRAIL_VIEW,   "审计日志", "查询、导出登录、审批、权限变更等操作记录",             "/admin/trail" },
    { CAP_JOB_VIEW,     "后台任务", "查看拉取、重建等任务的执行情况，重试失败的任务",         "/admin/jobs" },
};

static void add_figure(struct request *rq, int i, const char *label, const char *unit, int64_t value, const char *href)
{
    char name[24];
    snprintf(name, sizeof name, "Figures.%d", i);
    HDF *figure = view_node(rq->page, name);
    view_set(figure, "Label", label);
    view_set(figure, "Unit", unit);
    view_set(figure, "Value", text_thousands(rq->work.arena, value));
    view_set(figure, "Href", href);
}

static void add_figures(struct request *rq)
{
    struct statistics statistics;
    bool jobs = rq->work.actor.capabilities & CAP_BIT(CAP_JOB_VIEW);
    statistics_read(&rq->work, &statistics);
    add_figure(rq, 0, "接入运营商", "家", (int64_t)statistics.value[STATISTIC_OPERATORS], NULL);
    add_figure(rq, 1, "充电站", "座", (int64_t)statistics.value[STATISTIC_STATIONS], "/map");
    add_figure(rq, 2, "充电设施", "台", (int64_t)statistics.value[STATISTIC_EQUIPMENT], NULL);
    if (!jobs)
        return;
    struct job_figures figures;
    job_figures(&rq->work, &figures);
    add_figure(rq, 3, "失败的任务", "个", figures.failed, "/admin/jobs?state=failed");
    add_figure(rq, 4, "等待超过 10 分钟", "个", figures.late, "/admin/jobs?state=waiting");
}

static void home(struct request *rq)
{
    int n = 0;
    view_set(rq->page, "Title", "管理首页");
    add_figures(rq);
    for (size_t i = 0; i < sizeof duties / sizeof *duties; i++) {
        if (!(rq->work.actor.capabilities & CAP_BIT(duties[i].capability)))
            continue;
        char name[24];
        snprintf(name, sizeof name, "Links.%d", n++);
        HDF *link = view_node(rq->page, name);
        view_set(link, "Label", duties[i].label);
        view_set(link, "Text", duties[i].text);
        view_set(link, "Path", duties[i].path);
    }
    page(rq, "admin/home.cst");
}

static void start(void)
{
    lists_load((const char *const[]){ "job", "outbox", "partner", "page", "trail", NULL });
}

enum { PAGE_BODY_LIMIT = 1 << 20 };            /* a text of 100,000 characters, escaped for the way */

static const struct route routes[] = {
    { GET,  "/admin",               CAP_STAFF,        NULL,           home },
    { GET,  "/admin/jobs",          CAP_JOB_VIEW,     "list:job",     job_list },
    { GET,  "/admin/jobs.csv",      CAP_JOB_VIEW,     "list:job",     job_csv },
    { POST, "/admin/jobs/retry",    CAP_JOB_RETRY,    "list:job",     job_again },
    { GET,  "/admin/outbox",        CAP_OUTBOX_VIEW,  "list:outbox",  outbox_list },
    { GET,  "/admin/outbox.csv",    CAP_OUTBOX_VIEW,  "list:outbox",  outbox_csv },
    { POST, "/admin/outbox/again",  CAP_OUTBOX_SEND,  "list:outbox",  outbox_again },
    { GET,  "/admin/partners",      CAP_PARTNER_VIEW, "list:partner", partner_list },
    { GET,  "/admin/partners.csv",  CAP_PARTNER_VIEW, "list:partner", partner_csv },
    { GET,  "/admin/trail",         CAP_TRAIL_VIEW,   "list:trail",   trail_list },
    { POST, "/admin/trail/export",  CAP_TRAIL_VIEW,   "list:trail",   trail_export },
    { GET,  "/admin/reveal",        CAP_PERSONAL_REVEAL, "reveal-page", reveal_page },
    { POST, "/admin/reveal",        CAP_PERSONAL_REVEAL, "reveal",   reveal_give, reveal_page },
    { GET,  "/admin/pages",         CAP_CONTENT_EDIT, "list:page",    page_list },
    { GET,  "/admin/pages/edit",    CAP_CONTENT_EDIT, "page-open",    page_open },
    { GET,  "/admin/pages/version", CAP_CONTENT_EDIT, "page-open",    page_earlier },
    { POST, "/admin/pages",         CAP_CONTENT_EDIT, "page-edit",    page_save, page_redraw, PAGE_BODY_LIMIT },
    ROUTE_END };

static const struct program program = {
    .name = "admin", .routes = routes, .templates = "admin", .start = start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
