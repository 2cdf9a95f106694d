/* account: log-in and log-out (Z7.1), who I am. Registration and recovery come with the accounts issue. */
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/session.h"
#include "domain/trail.h"
#include "web/web.h"

static void login_page(struct request *rq)
{
    if (rq->work.actor.account_id)
        redirect(rq, "/account");
    view_set(rq->page, "Title", "登录");
    if (form_has(rq, "back"))
        view_set(rq->page, "Values.back", form_text(rq, "back"));
    page(rq, "account/login.cst");
}

static void login_redraw(struct request *rq)
{
    view_set(rq->page, "Title", "登录");
    page(rq, "account/login.cst");
}

static void login(struct request *rq)
{
    struct work *work = &rq->work;
    const char *name = form_text(rq, "account");
    int64_t account = session_check_password(work, name, form_text(rq, "password"), rq->address);
    if (!account) {
        trail_write(work, "login", arena_printf(work->arena, "login:%s", name), "refused", "密码或账号不正确", rq->address);
        form_error(rq, "account", "账号或密码不正确，请核对后重新输入");
        form_refuse(rq);
    }
    const char *old = cookie_get(rq, "session");
    if (old)
        session_close(work, old);                  /* a new session for a new log-in, whoever held the old one */
    work->actor.login = name;
    trail_write(work, "login", arena_printf(work->arena, "account:%lld", (long long)account), "done", "", rq->address);
    session_cookie(rq, session_open(work, account, rq->address));
    redirect(rq, "%s", form_has(rq, "back") ? form_text(rq, "back") : "/account");
}

static void logout(struct request *rq)
{
    const char *token = cookie_get(rq, "session");
    if (token)
        session_close(&rq->work, token);
    trail_write(&rq->work, "logout", arena_printf(rq->work.arena, "account:%lld", (long long)rq->work.actor.account_id),
                "done", "", rq->address);
    session_cookie(rq, NULL);
    redirect(rq, "/");
}

static void add_fact(struct request *rq, int i, const char *label, const char *value)
{
    char name[24];
    snprintf(name, sizeof name, "Facts.%d", i);
    HDF *fact = view_node(rq->page, name);
    view_set(fact, "Label", label);
    view_set(fact, "Value", value);
}

static void add_capabilities(struct request *rq)
{
    int n = 0;
    for (int cap = CAP_SIGNED_IN + 1; cap < CAP_COUNT; cap++) {
        if (!(rq->work.actor.capabilities & CAP_BIT(cap)))
            continue;
        char name[40];
        snprintf(name, sizeof name, "Capabilities.%d.Label", n++);
        view_set(rq->page, name, capability_label((enum capability)cap));
    }
    if (!n)
        view_set(rq->page, "Capabilities.0.Label", capability_label(CAP_SIGNED_IN));
}

static void me(struct request *rq)
{
    const struct actor *actor = &rq->work.actor;
    view_set(rq->page, "Title", "我的账号");
    add_fact(rq, 0, "账号", actor->login);
    add_fact(rq, 1, "名称", actor->name);
    add_fact(rq, 2, "角色", actor->role_label);
    if (*actor->division)
        add_fact(rq, 3, "管辖区划代码", actor->division);
    add_capabilities(rq);
    page(rq, "account/home.cst");
}

static void to_register(struct request *rq)
{
    redirect(rq, "/site/register-guide");
}

static const struct route routes[] = {
    { GET,  "/account",          CAP_SIGNED_IN, NULL,                 me },
    { GET,  "/account/login",    CAP_PUBLIC,    "account-login-page", login_page },
    { POST, "/account/login",    CAP_PUBLIC,    "account-login",      login, login_redraw },
    { POST, "/account/logout",   CAP_SIGNED_IN, NULL,                 logout },
    { GET,  "/account/register", CAP_PUBLIC,    NULL,                 to_register },
    ROUTE_END };

static const struct program program = {
    .name = "account", .routes = routes, .templates = "account", .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
