/* accounts: 账号管理. Who may see and do what is judged in lib/domain/account_admin; the pages show only what may be done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "core/dict.h"
#include "domain/account_admin.h"
#include "domain/role.h"
#include "list/list.h"

/* The filter's choices, the chosen one marked: those of the site, or of the department's own. */
static void add_divisions(struct request *rq)
{
    HDF *options = view_node(rq->page, "List.Filters.division.Options");
    account_admin_divisions_seen(&rq->work, options);
    view_set(rq->page, "Values.division", form_text(rq, "division"));
}

/* H1.3: 系统管理/账号管理/待审核 */
static void add_tabs(struct request *rq)
{
    view_set(rq->page, "Tabs.0.Label", "全部账号");
    view_set(rq->page, "Tabs.0.Path", "/admin/accounts");
    view_set(rq->page, "Tabs.0.Current", "1");
    view_set(rq->page, "Tabs.1.Label", "待审核");
    view_set(rq->page, "Tabs.1.Path", "/admin/registrations?state=filed");
}

void account_list(struct request *rq)
{
    view_set(rq->page, "Title", "账号管理");
    if (rq->work.actor.capabilities & CAP_BIT(CAP_ACCOUNT_MANAGE))
        view_set(rq->page, "MayCreate", "1");
    if (rq->work.actor.capabilities & CAP_BIT(CAP_REGISTRATION_REVIEW))
        add_tabs(rq);
    list_page(rq, "account");
    add_divisions(rq);
    page(rq, "admin/accounts.cst");
}

/* An account's facts, by the keys the domain filled in. */
static void add_facts(struct request *rq, HDF *account)
{
    static const struct { const char *label, *key, *empty; } facts[] = {
        { "账号", "login", "" }, { "姓名或单位", "name", "" }, { "手机号", "phone_shown", "未填写" },
        { "邮箱", "email_shown", "未填写" }, { "辖区", "division", "无" }, { "运营商", "company", "无" },
        { "开立时间", "created_at", "" }, { "最近登录", "last_login_at", "从未登录" }, { "登录中的设备", "sessions", "0" } };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *value = view_get(account, facts[i].key);
        add_fact(rq->page, (int)i, facts[i].label, *value ? value : facts[i].empty);
    }
    int n = sizeof facts / sizeof *facts;
    bool dormant = strcmp(view_get(account, "lock_reason"), "dormant") == 0;
    const char *note = dormant ? "（长期未登录，自动锁定）" : view_get(account, "lock_note");
    add_fact(rq->page, n++, "角色", role_label(view_get(account, "role")));
    add_fact(rq->page, n++, "双重验证", *view_get(account, "second_factor") == '1' ? "已启用" : "未启用");
    add_fact(rq->page, n, "状态", arena_printf(rq->work.arena, "%s%s%s", dict_label("account_state", view_get(account, "state")),
                                               !dormant && *note ? "：" : "", note));
}

static HDF *show(struct request *rq, int64_t id, const char *title)
{
    HDF *account = view_node(rq->page, "Account");
    account_admin_load(&rq->work, id, account);
    view_setf(rq->page, "Title", title, view_get(account, "login"));
    add_facts(rq, account);
    return account;
}

void account_page(struct request *rq)
{
    static const struct { const char *done, *notice; } notices[] = {
        { "lock", "账号已锁定。" }, { "unlock", "账号已解锁。" }, { "roles", "角色和辖区已变更。" },
        { "opened", "账号已开立。设置密码的链接仅显示一次；未收到的，请使用「重置密码」重新生成。" },
        { "sent", "一次性链接已以短信发送至该账号的手机号，24 小时内有效。" } };
    show(rq, form_int(rq, "id"), "账号 %s");
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++)
        if (strcmp(form_text(rq, "done"), notices[i].done) == 0)
            view_set(rq->page, "Notice", notices[i].notice);
    page(rq, "admin/account.cst");
}

void account_lock_redraw(struct request *rq)
{
    show(rq, form_int(rq, "id"), "账号 %s");
    page(rq, "admin/account.cst");
}

static _Noreturn void back_to(struct request *rq, int64_t id, const char *done)
{
    redirect(rq, "/admin/accounts/%lld?done=%s", (long long)id, done);
}

/* 404 before the question; who may not manage the account is refused by the domain, without one. */
static void ask_first(struct request *rq, const char *label, const char *words)
{
    int64_t id = form_int(rq, "id");
    HDF *account = view_node(rq->page, "Account");
    account_admin_load(&rq->work, id, account);
    if (*view_get(account, "MayManage"))
        form_confirm(rq, label, words, arena_printf(rq->work.arena, "/admin/accounts/%lld", (long long)id));
}

void account_lock_it(struct request *rq)
{
    ask_first(rq, "锁定账号", "该账号立即退出所有设备，解锁前不能登录。是否锁定账号？");
    account_admin_lock(&rq->work, form_int(rq, "id"), form_text(rq, "reason"), rq->address);
    back_to(rq, form_int(rq, "id"), "lock");
}

void account_unlock_it(struct request *rq)
{
    account_admin_unlock(&rq->work, form_int(rq, "id"), rq->address);
    back_to(rq, form_int(rq, "id"), "unlock");
}

/* The link stands in this answer alone; a page fetched again does not have it. */
static _Noreturn void hand_over(struct request *rq, int64_t id, const char *link)
{
    if (!link)
        back_to(rq, id, "sent");
    header_add(rq, "Cache-Control", "no-store");
    show(rq, id, "账号 %s");
    view_set(rq->page, "Secret", link);
    page(rq, "admin/account.cst");
}

void account_reset_it(struct request *rq)
{
    ask_first(rq, "重置密码", "原密码立即失效，该账号退出所有设备。是否重置密码？");
    hand_over(rq, form_int(rq, "id"), account_admin_reset(&rq->work, form_int(rq, "id"), public_address(rq), rq->address));
}

/* --- opening ---------------------------------------------------------------------------------------------- */

void account_new_page(struct request *rq)
{
    view_set(rq->page, "Title", "开立账号");
    account_admin_divisions(&rq->work, view_node(rq->page, "Divisions"));
    page(rq, "admin/account-new.cst");
}

struct opening {
    struct request *rq;
    const char     *link, *field, *wrong;
};

static const char *open_account(struct work *work, void *arg)
{
    struct opening *o = arg;
    struct request *rq = o->rq;
    const struct staff_new account = { form_text(rq, "login"), form_text(rq, "name"), form_text(rq, "division"), form_text(rq, "phone") };
    int64_t id = account_admin_create(work, &account, public_address(rq), rq->address, &o->link, &o->field, &o->wrong);
    if (!id)
        return NULL;
    return arena_printf(work->arena, "%lld", (long long)id);
}

/* The one-time link is stored nowhere: a second submission finds the account, not the link. */
void account_new_save(struct request *rq)
{
    struct opening o = { .rq = rq };
    const char *opened = submission_once(&rq->work, rq->work.idempotency, open_account, &o);
    if (!opened) {
        form_error(rq, o.field, "%s", o.wrong);
        form_refuse(rq);
    }
    int64_t id = strtoll(opened, NULL, 10);
    if (!o.link)                                         /* sent by SMS, or given out by the first submission */
        back_to(rq, id, form_has(rq, "phone") ? "sent" : "opened");
    hand_over(rq, id, o.link);
}

/* --- roles ------------------------------------------------------------------------------------------------ */

void account_roles_page(struct request *rq)
{
    HDF *account = show(rq, form_int(rq, "id"), "分配 %s 的角色和辖区");
    if (!*view_get(account, "MayRoles"))
        fail(&rq->work, FAIL_FORBIDDEN, "只能变更其他工作人员的角色和辖区。");
    account_admin_roles(view_node(rq->page, "Roles"));
    account_admin_divisions(&rq->work, view_node(rq->page, "Divisions"));
    if (rq->method == GET) {
        view_set(rq->page, "Values.role", view_get(account, "role"));
        view_set(rq->page, "Values.division", view_get(account, "division_code"));
    }
    page(rq, "admin/account-roles.cst");
}

void account_roles_save(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    const char *wrong = account_admin_assign(&rq->work, id, form_text(rq, "role"), form_text(rq, "division"),
                                             form_text(rq, "reason"), rq->address);
    if (wrong) {
        form_error(rq, strstr(wrong, "辖区应") || strstr(wrong, "区划") ? "division" : "role", "%s", wrong);
        form_refuse(rq);
    }
    back_to(rq, id, "roles");
}
