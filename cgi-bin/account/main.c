/* account: one's own account - log-in (Z7.1), recovery (Z7.2), password, devices, second factor, contacts. */
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/process.h"
#include "domain/session.h"
#include "domain/trail.h"
#include "pages.h"

const char *own_session(struct request *rq)
{
    const char *token = cookie_get(rq, "session");
    return token ? token : "";
}

const char *with_back(struct request *rq, const char *path)
{
    if (!form_has(rq, "back"))
        return path;
    return arena_printf(rq->work.arena, "%s?back=%s", path, text_percent(rq->work.arena, form_text(rq, "back"), "/"));
}

void go_back(struct request *rq, const char *otherwise)
{
    redirect(rq, "%s", form_has(rq, "back") ? form_text(rq, "back") : otherwise);
}

const char *account_object(struct request *rq, int64_t account_id)
{
    return arena_printf(rq->work.arena, "account:%lld", (long long)account_id);
}

void prove_first(struct request *rq, const char *path)
{
    if (!session_recently_proved(&rq->work, own_session(rq)))
        redirect(rq, "/account/confirm?back=%s", path);
}

static void logout(struct request *rq)
{
    session_close(&rq->work, own_session(rq));
    trail_write(&rq->work, "logout", account_object(rq, rq->work.actor.account_id), "done", "", rq->address);
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

static const struct {
    const char *label, *text, *path, *done, *notice;
} doors[] = {
    { "修改密码", "定期更换，不与其他网站相同", "/account/password",      "password", "密码已修改，其他设备已退出登录。" },
    { "登录设备", "查看并退出其他设备",         "/account/sessions",      "",         "" },
    { "双重验证", "登录时再核对一次动态验证码", "/account/second-factor", "",         "" },
    { "更换手机号", "用于登录和找回密码",       "/account/phone",         "phone",    "手机号已更换。" },
    { "更换邮箱", "用于接收通知",               "/account/email",         "email",    "邮箱已更换。" },
};

static void add_doors(struct request *rq)
{
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
        char name[24];
        snprintf(name, sizeof name, "Links.%zu", i);
        HDF *link = view_node(rq->page, name);
        view_set(link, "Label", doors[i].label);
        view_set(link, "Text", doors[i].text);
        view_set(link, "Path", doors[i].path);
        if (*doors[i].done && strcmp(form_text(rq, "done"), doors[i].done) == 0)
            view_set(rq->page, "Notice", doors[i].notice);
    }
}

/* H1.3: 账号头像/企业资料/编辑. The overview says what may be edited in which state. */
static void add_company(struct request *rq)
{
    uint64_t may = rq->work.actor.capabilities;
    if (may & CAP_BIT(CAP_COMPANY_OWN))
        view_set(rq->page, "Company", "/company/profile");
    else if (may & CAP_BIT(CAP_COMPANY))
        view_set(rq->page, "Company", "/operator/registration");
}

static void me(struct request *rq)
{
    const struct actor *actor = &rq->work.actor;
    view_set(rq->page, "Title", "我的账号");
    add_doors(rq);
    add_fact(rq, 0, "账号", actor->login);
    add_fact(rq, 1, "名称", actor->name);
    add_fact(rq, 2, "角色", actor->role_label);
    if (*actor->division)
        add_fact(rq, 3, "管辖区划代码", actor->division);
    add_capabilities(rq);
    add_company(rq);
    page(rq, "account/home.cst");
}

enum { REGISTER_BODY = 12 << 20 };              /* a form with its scans */

static const struct route routes[] = {
    { GET,  "/account",                CAP_SIGNED_IN,  "account-home",         me },
    { GET,  "/account/login",          CAP_PUBLIC,     "account-login-page",   login_page },
    { POST, "/account/login",          CAP_PUBLIC,     "account-login",        login, login_redraw },
    { GET,  "/account/captcha.png",    CAP_PUBLIC,     "account-captcha",      captcha_picture },
    { GET,  "/account/login/factor",   CAP_SIGNING_IN, "account-step",         factor_page },
    { POST, "/account/login/factor",   CAP_SIGNING_IN, "account-factor",       factor_give, factor_page },
    { GET,  "/account/login/enrol",    CAP_SIGNING_IN, "account-step",         enrol_page },
    { POST, "/account/login/enrol",    CAP_SIGNING_IN, "account-enrol",        enrol_give, enrol_redraw },
    { GET,  "/account/login/password", CAP_SIGNING_IN, "account-step",         change_page },
    { POST, "/account/login/password", CAP_SIGNING_IN, "account-new-password", change_give, change_page },
    { POST, "/account/login/cancel",   CAP_SIGNING_IN, NULL,                   login_cancel },
    { POST, "/account/logout",         CAP_SIGNED_IN,  NULL,                   logout },
    { GET,  "/account/recover",        CAP_PUBLIC,     NULL,                   recover_page },
    { POST, "/account/recover",        CAP_PUBLIC,     "account-recover",      recover_give, recover_redraw },
    { GET,  "/account/reset",          CAP_PUBLIC,     "account-reset-page",   reset_page },
    { POST, "/account/reset",          CAP_PUBLIC,     "account-reset",        reset_give, reset_page },
    { GET,  "/account/confirm",        CAP_SIGNED_IN,  "account-step",         confirm_page },
    { POST, "/account/confirm",        CAP_SIGNED_IN,  "account-confirm",      confirm_give, confirm_page },
    { GET,  "/account/password",       CAP_SIGNED_IN,  NULL,                   password_page },
    { POST, "/account/password",       CAP_SIGNED_IN,  "account-password",     password_change, password_page },
    { GET,  "/account/sessions",       CAP_SIGNED_IN,  "account-devices",      devices_page },
    { POST, "/account/sessions/close", CAP_SIGNED_IN,  "account-session",      device_close },
    { POST, "/account/sessions/close-others", CAP_SIGNED_IN, NULL,             devices_close },
    { GET,  "/account/second-factor",  CAP_SIGNED_IN,  NULL,                   second_page },
    { GET,  "/account/second-factor/enrol",  CAP_SIGNED_IN, NULL,              second_enrol_page },
    { POST, "/account/second-factor/enrol",  CAP_SIGNED_IN, "account-enrol",   second_enrol, second_enrol_redraw },
    { POST, "/account/second-factor/codes",  CAP_SIGNED_IN, NULL,              second_codes },
    { POST, "/account/second-factor/remove", CAP_SIGNED_IN, NULL,              second_remove },
    { GET,  "/account/phone",          CAP_SIGNED_IN,  NULL,                   phone_page },
    { POST, "/account/phone",          CAP_SIGNED_IN,  "account-contact",      phone_change, phone_redraw },
    { GET,  "/account/email",          CAP_SIGNED_IN,  NULL,                   email_page },
    { POST, "/account/email",          CAP_SIGNED_IN,  "account-contact",      email_change, email_redraw },
    { GET,  "/account/register",       CAP_PUBLIC,     "account-home",         register_page },
    { POST, "/account/register",       CAP_PUBLIC,     "registration-proof",   register_proof, register_proof_redraw },
    { GET,  "/account/register/form",  CAP_PUBLIC,     NULL,                   register_form },
    { POST, "/account/register/zhuhai",    CAP_PUBLIC, "registration-zhuhai",    register_give, register_redraw, REGISTER_BODY },
    { POST, "/account/register/henan",     CAP_PUBLIC, "registration-henan",     register_give, register_redraw, REGISTER_BODY },
    { POST, "/account/register/zhongshan", CAP_PUBLIC, "registration-zhongshan", register_give, register_redraw, REGISTER_BODY },
    { POST, "/account/register/citizen",   CAP_PUBLIC, "registration-citizen",   register_give, register_redraw },
    { GET,  "/account/register/done",  CAP_PUBLIC,     NULL,                   register_done },
    { GET,  "/account/register/agreement", CAP_PUBLIC, NULL,                   register_agreement },
    { GET,  "/account/divisions",      CAP_PUBLIC,     "divisions",            form_divisions_answer },
    ROUTE_END };

static const struct program program = {
    .name = "account", .routes = routes, .templates = "account", .start = process_start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
