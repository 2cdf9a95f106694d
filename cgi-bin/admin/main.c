/* admin: the back office - background jobs, connected platforms, editable pages (Z4, Z5, Z30). */
#include <stdio.h>

#include "admin.h"
#include "core/text.h"
#include "domain/account_admin.h"
#include "domain/checks.h"
#include "domain/job_admin.h"
#include "domain/process.h"
#include "domain/session.h"
#include "domain/setting.h"
#include "domain/statistic.h"
#include "list/list.h"

/* One row a thing to do; who lacks the capability does not see it. */
static const struct {
    enum capability capability;
    const char     *label, *text, *path;
} duties[] = {
    { CAP_ACCOUNT_VIEW, "账号管理", "查询账号；按职责开立、锁定、解锁账号，重置密码，分配角色", "/admin/accounts" },
    { CAP_SETTINGS,     "区划",     "查看区划，新增、更名、停用平台自有区划",               "/admin/divisions" },
    { CAP_SETTINGS,     "工作日历", "维护放假和调休安排，办理期限据此计算",                 "/admin/calendar" },
    { CAP_SETTINGS,     "字典",     "调整业务字典的名称、排序和启用状态，新增条目",                             "/admin/dictionaries" },
    { CAP_SETTINGS,     "参数",     "调整登录、密码、办理期限、短信等参数，查看变更记录",                         "/admin/parameters" },
    { CAP_AGREEMENT_PUBLISH, "协议文本", "发布注册协议、隐私政策的新版本，查看历史版本",    "/admin/agreements" },
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

static int64_t jobs_failed(struct work *work)
{
    struct job_figures figures;
    job_figures(work, &figures);
    return figures.failed;
}

static int64_t jobs_late(struct work *work)
{
    struct job_figures figures;
    job_figures(work, &figures);
    return figures.late;
}

/* What waits for this role; a place without counters of its own is left out. */
static const struct {
    enum capability capability;
    const char     *label, *unit, *path;
    int64_t       (*count)(struct work *work);
} counters[] = {
    { CAP_WORKBENCH,      "待办事项",     "件", "/workbench",                          process_todo },
    { CAP_WORKBENCH,      "超期事项",     "件", "/workbench/overdue",                  process_overdue },
    { CAP_ACCOUNT_MANAGE, "待解锁账号",   "个", "/admin/accounts?state=locked",        account_admin_dormant },
    { CAP_ACCOUNT_ROLES,  "待授权账号",   "个", "/admin/accounts?role=unassigned",     account_admin_unassigned },
    { CAP_JOB_VIEW,       "失败的任务",   "个", "/admin/jobs?state=failed",            jobs_failed },
    { CAP_JOB_VIEW,       "等待超过 10 分钟", "个", "/admin/jobs?state=waiting",       jobs_late },
};

static void add_figures(struct request *rq)
{
    struct statistics statistics;
    int n = 0;
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        if (rq->work.actor.capabilities & CAP_BIT(counters[i].capability))
            add_figure(rq, n++, counters[i].label, counters[i].unit, counters[i].count(&rq->work), counters[i].path);
    if (rq->work.actor.capabilities & CAP_BIT(CAP_TRAIL_VIEW))      /* the auditor sees the trail alone */
        return;
    statistics_read(&rq->work, &statistics);
    add_figure(rq, n++, "接入运营商", "家", (int64_t)statistics.value[STATISTIC_OPERATORS], NULL);
    add_figure(rq, n++, "充电站", "座", (int64_t)statistics.value[STATISTIC_STATIONS], "/map");
    add_figure(rq, n, "充电设施", "台", (int64_t)statistics.value[STATISTIC_EQUIPMENT], NULL);
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
    process_start();
    checks_register();
    settings_forms();
    lists_load((const char *const[]){ "job", "outbox", "partner", "page", "trail", "account", "registration", NULL });
}

enum { PAGE_BODY_LIMIT = 1 << 20 };            /* a text of 100,000 characters, escaped for the way */

static const struct route routes[] = {
    { GET,  "/admin",               CAP_STAFF,        NULL,           home },
    { GET,  "/admin/jobs",          CAP_JOB_VIEW,     "list:job",     job_list },
    { GET,  "/admin/jobs.xlsx",      CAP_JOB_VIEW,     "list:job",     job_xlsx },
    { POST, "/admin/jobs/retry",    CAP_JOB_RETRY,    "list:job",     job_again },
    { GET,  "/admin/outbox",        CAP_OUTBOX_VIEW,  "list:outbox",  outbox_list },
    { GET,  "/admin/outbox.xlsx",    CAP_OUTBOX_VIEW,  "list:outbox",  outbox_xlsx },
    { POST, "/admin/outbox/again",  CAP_OUTBOX_SEND,  "list:outbox",  outbox_again },
    { GET,  "/admin/partners",      CAP_PARTNER_VIEW, "list:partner", partner_list },
    { GET,  "/admin/partners.xlsx",  CAP_PARTNER_VIEW, "list:partner", partner_xlsx },
    { GET,  "/admin/trail",         CAP_TRAIL_VIEW,   "list:trail",   trail_list },
    { POST, "/admin/trail/verify",  CAP_TRAIL_VIEW,   NULL,           trail_verify_it },
    { POST, "/admin/trail/export",  CAP_TRAIL_VIEW,   "list:trail",   trail_export },
    { GET,  "/admin/reveal",        CAP_PERSONAL_REVEAL, "reveal-page", reveal_page },
    { POST, "/admin/reveal",        CAP_PERSONAL_REVEAL, "reveal",   reveal_give, reveal_page },
    { GET,  "/admin/registrations", CAP_REGISTRATION_REVIEW, "list:registration", registration_list },
    { GET,  "/admin/registrations.xlsx", CAP_REGISTRATION_REVIEW, "list:registration", registration_xlsx },
    { POST, "/admin/registrations/batch", CAP_REGISTRATION_REVIEW, "list:registration", registration_batch },
    { GET,  "/admin/registrations/{id}", CAP_REGISTRATION_REVIEW, NULL, registration_page },
    { POST, "/admin/registrations/{id}/move", CAP_REGISTRATION_REVIEW, "flow-move", registration_move, registration_page },
    { POST, "/admin/registrations/{id}/uscc", CAP_REGISTRATION_REVIEW, "registration-override", registration_accept, registration_page },
    { GET,  "/admin/pages",         CAP_CONTENT_EDIT, "list:page",    page_list },
    { GET,  "/admin/pages/edit",    CAP_CONTENT_EDIT, "page-open",    page_open },
    { GET,  "/admin/pages/version", CAP_CONTENT_EDIT, "page-open",    page_earlier },
    { POST, "/admin/pages",         CAP_CONTENT_EDIT, "page-edit",    page_save, page_redraw, PAGE_BODY_LIMIT },
    { GET,  "/admin/accounts",      CAP_ACCOUNT_VIEW, "list:account", account_list },
    { GET,  "/admin/accounts/new",  CAP_ACCOUNT_MANAGE, NULL,         account_new_page },
    { POST, "/admin/accounts/new",  CAP_ACCOUNT_MANAGE, "account-new", account_new_save, account_new_page },
    { GET,  "/admin/accounts/roles", CAP_ACCOUNT_ROLES, "account-admin", account_roles_page },
    { POST, "/admin/accounts/roles", CAP_ACCOUNT_ROLES, "account-assign", account_roles_save, account_roles_page },
    /* whose account may be locked by whom hangs on the account: lib/domain/account_admin */
    { POST, "/admin/accounts/lock", CAP_ACCOUNT_VIEW, "account-lock", account_lock_it, account_lock_redraw },
    { POST, "/admin/accounts/unlock", CAP_ACCOUNT_VIEW, "account-admin", account_unlock_it },
    { POST, "/admin/accounts/reset", CAP_ACCOUNT_VIEW, "account-admin", account_reset_it },
    { GET,  "/admin/accounts/{id}", CAP_ACCOUNT_VIEW, "account-admin", account_page },
    { GET,  "/admin/divisions",     CAP_SETTINGS,     "division-page", division_page },
    { POST, "/admin/divisions",     CAP_SETTINGS,     "division-save", division_save, division_redraw },
    { POST, "/admin/divisions/retire", CAP_SETTINGS,  "division-retire", division_retire_it },
    { GET,  "/admin/dictionaries",  CAP_SETTINGS,     NULL,           dictionary_page },
    { GET,  "/admin/dictionaries/entry", CAP_SETTINGS, "dictionary-open", dictionary_entry_page },
    { POST, "/admin/dictionaries/entry", CAP_SETTINGS, "dictionary-save", dictionary_entry_save, dictionary_entry_redraw },
    { GET,  "/admin/parameters",    CAP_SETTINGS,     NULL,           parameter_page },
    { GET,  "/admin/parameters/edit", CAP_SETTINGS,   "parameter-open", parameter_edit },
    { POST, "/admin/parameters/edit", CAP_SETTINGS,   "parameter-save", parameter_save, parameter_redraw },
    { GET,  "/admin/calendar",      CAP_SETTINGS,     "calendar-page", calendar_page },
    { POST, "/admin/calendar/day",  CAP_SETTINGS,     "calendar-day", calendar_day_save, calendar_redraw },
    { POST, "/admin/calendar/year", CAP_SETTINGS,     "calendar-year", calendar_year_save, calendar_plain },
    { POST, "/admin/calendar/load", CAP_SETTINGS,     "calendar-load", calendar_load_it, calendar_plain },
    { GET,  "/admin/agreements",    CAP_AGREEMENT_PUBLISH, "agreement-page", agreement_page },
    { POST, "/admin/agreements",    CAP_AGREEMENT_PUBLISH, "agreement-save", agreement_save, agreement_redraw, PAGE_BODY_LIMIT },
    { GET,  "/admin/agreements/new", CAP_AGREEMENT_PUBLISH, "agreement-open", agreement_new },
    { GET,  "/admin/agreements/{id}", CAP_AGREEMENT_PUBLISH, NULL,    agreement_version },
    ROUTE_END };

static const struct program program = {
    .name = "admin", .routes = routes, .templates = "admin", .start = start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
