/* login: account name or phone, password (Z7.1); then what the account still needs: second factor, enrolment, a new
 * password (H1.5). Between the steps the session is nobody's to the rest of the portal (actor.pending_id). */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "domain/account.h"
#include "domain/captcha.h"
#include "domain/lockout.h"
#include "domain/password.h"
#include "domain/second_factor.h"
#include "domain/session.h"
#include "domain/trail.h"
#include "draw/captcha.h"
#include "domain/role.h"
#include "pages.h"

static const char *step_path(enum login_step step)
{
    return step == STEP_FACTOR ? "/account/login/factor" : step == STEP_ENROL ? "/account/login/enrol" : "/account/login/password";
}

/* To the next step; after the last one the session becomes whole and `token` is replaced. */
static const char *step_done(struct request *rq, const char *token, int64_t account, enum login_step *next)
{
    *next = session_step(&rq->work, token);
    if (*next != STEP_DONE)
        return token;
    token = session_complete(&rq->work, token);
    trail_write(&rq->work, "login", account_object(rq, account), "done", "", rq->address);
    return token;
}

/* Z8: 登录成功将跳转到运营商概览 */
static bool company_account(struct request *rq, int64_t account)
{
    HDF *node = view_node(rq->page, "Account");
    account_load(&rq->work, account, node);
    return role_capabilities(view_get(node, "role")) & CAP_BIT(CAP_COMPANY);
}

static const char *first_page(struct request *rq, int64_t account)
{
    return form_has(rq, "back") ? form_text(rq, "back") : company_account(rq, account) ? "/operator" : "/account";
}

static _Noreturn void go_on(struct request *rq, const char *token, int64_t account)
{
    enum login_step next;
    session_cookie(rq, step_done(rq, token, account, &next));
    if (next == STEP_DONE)
        redirect(rq, "%s", first_page(rq, account));
    redirect(rq, "%s", with_back(rq, step_path(next)));
}

/* --- name and password -------------------------------------------------------------------------------------- */

static void captcha_ask(struct request *rq)
{
    const char *token = captcha_new(&rq->work);
    view_set(rq->page, "Captcha.Token", token);
    view_set(rq->page, "Captcha.Question", captcha_question(&rq->work, token));
    view_setf(rq->page, "Captcha.Picture", "/account/captcha.png?c=%s", token);
}

void login_page(struct request *rq)
{
    const char *done = form_text(rq, "done");
    if (rq->work.actor.account_id)
        redirect(rq, "/account");
    if (rq->work.actor.pending_id) {
        enum login_step step = session_step(&rq->work, own_session(rq));
        if (step != STEP_DONE)
            redirect(rq, "%s", with_back(rq, step_path(step)));
    }
    view_set(rq->page, "Title", "登录");
    if (form_has(rq, "back"))
        view_set(rq->page, "Values.back", form_text(rq, "back"));
    if (strcmp(done, "recovered") == 0)
        view_set(rq->page, "Notice", "密码已重置，请使用新密码登录。");
    if (form_int(rq, "kept"))
        view_set(rq->page, "Notice", "登录已失效，您填写的内容已保留，登录后可继续填写。");
    if (lockout_wants_captcha(&rq->work, NULL, rq->address))
        captcha_ask(rq);
    page(rq, "account/login.cst");
}

void login_redraw(struct request *rq)
{
    const char *name = form_has(rq, "account") ? session_canonical(&rq->work, form_text(rq, "account")) : NULL;
    view_set(rq->page, "Title", "登录");
    if (lockout_wants_captcha(&rq->work, name, rq->address))
        captcha_ask(rq);
    page(rq, "account/login.cst");
}

static void captcha_demand(struct request *rq)
{
    const char *name = session_canonical(&rq->work, form_text(rq, "account"));
    lockout_check(&rq->work, name, rq->address);
    if (!lockout_wants_captcha(&rq->work, name, rq->address))
        return;
    if (captcha_check(&rq->work, form_text(rq, "captcha_token"), form_text(rq, "captcha")))
        return;
    form_error(rq, "captcha", form_has(rq, "captcha") ? "验证码不正确或已失效，请按新的验证码填写" : "请填写验证码");
    form_refuse(rq);
}

static const char *refusal(enum login_outcome outcome)
{
    switch (outcome) {
    case LOGIN_DORMANT: return "账号三个月以上未登录，已被锁定，请联系平台管理员解锁";
    case LOGIN_LOCKED:  return "账号已被管理员锁定，请联系平台管理员";
    case LOGIN_CLOSED:  return "账号已注销";
    default:            return "账号或密码不正确，请核对后重新输入";
    }
}

/* Of a name nobody has, the first two characters: it may be a password typed into the wrong field. */
static const char *named(struct request *rq, const struct login *login)
{
    struct arena *arena = rq->work.arena;
    if (login->known)
        return arena_printf(arena, "login:%s", login->name);
    size_t size = 0;
    for (int i = 0; i < 2 && login->name[size]; i++)
        for (size++; ((unsigned char)login->name[size] & 0xc0) == 0x80; size++)
            ;
    return arena_printf(arena, "login:%.*s***", (int)size, login->name);
}

void login(struct request *rq)
{
    struct work *work = &rq->work;
    static const char *const why[] = { [LOGIN_WRONG] = "密码或账号不正确", [LOGIN_DORMANT] = "长期未登录，已锁定",
                                       [LOGIN_LOCKED] = "账号已锁定", [LOGIN_CLOSED] = "账号已注销" };
    captcha_demand(rq);
    struct login login = session_check_password(work, form_text(rq, "account"), form_text(rq, "password"), rq->address);
    if (login.outcome != LOGIN_GOOD) {
        trail_write(work, "login", named(rq, &login), "refused", why[login.outcome], rq->address);
        form_error(rq, "account", "%s", refusal(login.outcome));
        form_refuse(rq);
    }
    if (*own_session(rq))
        session_close(work, own_session(rq));          /* a new session for a new log-in, whoever held the old one */
    work->actor.login = login.name;
    go_on(rq, session_begin(work, login.account_id, rq->address, header_get(rq, "User-Agent")), login.account_id);
}

void login_cancel(struct request *rq)
{
    session_close(&rq->work, own_session(rq));
    session_cookie(rq, NULL);
    redirect(rq, "/account/login");
}

void captcha_picture(struct request *rq)
{
    size_t size;
    const char *text = captcha_text(&rq->work, form_text(rq, "c"));
    void *png = captcha_png(rq->work.arena, text ? text : "?????", &size);      /* an old one: no answer fits it */
    if (!png)
        fail_ours(&rq->work, "no font for the captcha");
    header_add(rq, "Cache-Control", "no-store");
    answer(rq, 200, "image/png", png, size);
}

/* --- the steps behind the password ---------------------------------------------------------------------------- */

/* Who is in the middle of a log-in; a step that is not due sends to the one that is. */
static int64_t step_due(struct request *rq, enum login_step wanted)
{
    enum login_step step = session_step(&rq->work, own_session(rq));
    int64_t account = rq->work.actor.pending_id;
    if (step != wanted)
        redirect(rq, "%s", step == STEP_DONE ? "/account/login" : with_back(rq, step_path(step)));
    rq->work.actor.login = account_login(&rq->work, account);
    if (form_has(rq, "back"))
        view_set(rq->page, "Values.back", form_text(rq, "back"));
    return account;
}

void factor_page(struct request *rq)
{
    step_due(rq, STEP_FACTOR);
    view_set(rq->page, "Title", "双重验证");
    page(rq, "account/factor.cst");
}

void factor_give(struct request *rq)
{
    struct work *work = &rq->work;
    int64_t account = step_due(rq, STEP_FACTOR);
    int64_t try = lockout_try(work, work->actor.login, rq->address);
    if (!second_factor_check(work, account, form_text(rq, "code"))) {
        trail_write(work, "login-factor", account_object(rq, account), "refused", "", rq->address);
        form_error(rq, "code", "验证码不正确或已使用过，请输入应用当前显示的验证码");
        form_refuse(rq);
    }
    lockout_right(work, try);
    session_factor_given(work, own_session(rq));
    go_on(rq, own_session(rq), account);
}

void enrol_page(struct request *rq)
{
    int64_t account = step_due(rq, STEP_ENROL);
    view_set(rq->page, "Pending", "1");
    enrol_show(rq, account, second_factor_offer(&rq->work, account), "/account/login/enrol");
}

void enrol_redraw(struct request *rq)
{
    int64_t account = step_due(rq, STEP_ENROL);
    view_set(rq->page, "Pending", "1");
    enrol_show(rq, account, form_text(rq, "offer"), "/account/login/enrol");
}

void enrol_give(struct request *rq)
{
    const char *codes[RECOVERY_CODES];
    int64_t account = step_due(rq, STEP_ENROL);
    enum login_step next;
    lockout_check(&rq->work, rq->work.actor.login, rq->address);
    if (!second_factor_enrol(&rq->work, account, form_text(rq, "offer"), form_text(rq, "code"), codes)) {
        form_error(rq, "code", "验证码不正确，请核对手机时间后输入应用当前显示的验证码");
        form_refuse(rq);
    }
    trail_write(&rq->work, "second-factor", account_object(rq, account), "done", "启用双重验证", rq->address);
    session_factor_given(&rq->work, own_session(rq));
    session_cookie(rq, step_done(rq, own_session(rq), account, &next));
    codes_show(rq, codes, next != STEP_DONE ? with_back(rq, step_path(next)) : first_page(rq, account));
}

void change_page(struct request *rq)
{
    step_due(rq, STEP_CHANGE);
    view_set(rq->page, "Title", "设置新密码");
    view_set(rq->page, "Rule", password_rule(&rq->work));
    page(rq, "account/new-password.cst");
}

void change_give(struct request *rq)
{
    struct work *work = &rq->work;
    int64_t account = step_due(rq, STEP_CHANGE);
    const char *fault = strcmp(form_text(rq, "password"), form_text(rq, "again")) == 0
                      ? password_fault_of(work, account, form_text(rq, "password")) : NULL;
    if (strcmp(form_text(rq, "password"), form_text(rq, "again")) != 0)
        form_error(rq, "again", "两次输入的密码不一致");
    if (fault)
        form_error(rq, "password", "%s", fault);
    if (fault || strcmp(form_text(rq, "password"), form_text(rq, "again")) != 0)
        form_refuse(rq);
    password_store(work, account, form_text(rq, "password"));
    session_close_others(work, account, own_session(rq));
    trail_write(work, "password-change", account_object(rq, account), "done", "", rq->address);
    go_on(rq, own_session(rq), account);
}
