/* protect: what a logged-in account does for its own safety: 修改密码, 登录设备, 双重验证, and giving the password once
 * more before any of it changes. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "domain/lockout.h"
#include "domain/password.h"
#include "domain/second_factor.h"
#include "domain/session.h"
#include "domain/trail.h"
#include "draw/qr.h"
#include "pages.h"

static int64_t me(struct request *rq) { return rq->work.actor.account_id; }

static void note(struct request *rq, const char *act, const char *detail)
{
    trail_write(&rq->work, act, account_object(rq, me(rq)), "done", detail, rq->address);
}

/* A wrong password here counts like one at log-in: a stolen session must not try them all. */
static bool password_right(struct request *rq, const char *field)
{
    struct work *work = &rq->work;
    int64_t try = lockout_try(work, work->actor.login, rq->address);
    if (password_is(work, me(rq), form_text(rq, field))) {
        lockout_right(work, try);
        return true;
    }
    trail_write(work, "password-confirm", account_object(rq, me(rq)), "refused", "", rq->address);
    return false;
}

/* --- 修改密码 --------------------------------------------------------------------------------------------- */

void password_page(struct request *rq)
{
    view_set(rq->page, "Title", "修改密码");
    view_set(rq->page, "Rule", password_rule(&rq->work));
    page(rq, "account/password.cst");
}

void password_change(struct request *rq)
{
    const char *password = form_text(rq, "password"), *fault;
    if (!password_right(rq, "old"))
        form_error(rq, "old", "当前密码不正确");
    else if ((fault = password_fault_of(&rq->work, me(rq), password)) != NULL)
        form_error(rq, "password", "%s", fault);
    else if (strcmp(password, form_text(rq, "again")) != 0)
        form_error(rq, "again", "两次输入的密码不一致");
    else {
        password_store(&rq->work, me(rq), password);
        session_close_others(&rq->work, me(rq), own_session(rq));
        session_cookie(rq, session_prove(&rq->work, own_session(rq)));
        note(rq, "password-change", "");
        redirect(rq, "/account?done=password");
    }
    form_refuse(rq);
}

/* --- the password once more, and the second factor of who has one --------------------------------------------- */

/* With the password alone a stolen session could put its own second factor in place of the owner's (ASVS 5, 7.5.1). */
static bool factor_right(struct request *rq)
{
    struct work *work = &rq->work;
    if (!second_factor_on(work, me(rq)))
        return true;
    int64_t try = lockout_try(work, work->actor.login, rq->address);
    if (second_factor_check(work, me(rq), form_text(rq, "code"))) {
        lockout_right(work, try);
        return true;
    }
    trail_write(work, "password-confirm", account_object(rq, me(rq)), "refused", "动态验证码", rq->address);
    return false;
}

void confirm_page(struct request *rq)
{
    view_set(rq->page, "Title", "确认身份");
    if (second_factor_on(&rq->work, me(rq)))
        view_set(rq->page, "Factor", "1");
    if (form_has(rq, "back"))
        view_set(rq->page, "Values.back", form_text(rq, "back"));
    page(rq, "account/confirm.cst");
}

void confirm_give(struct request *rq)
{
    if (!password_right(rq, "password")) {
        form_error(rq, "password", "密码不正确");
        form_refuse(rq);
    }
    if (!factor_right(rq)) {
        form_error(rq, "code", "验证码不正确或已使用过，请输入应用当前显示的验证码");
        form_refuse(rq);
    }
    session_cookie(rq, session_prove(&rq->work, own_session(rq)));
    note(rq, "password-confirm", "");
    go_back(rq, "/account");
}

/* --- 登录设备 ---------------------------------------------------------------------------------------------- */

/* 「Windows · Edge」: enough for a person to know the own devices by; the whole text is not shown. */
static const char *device_name(const char *agent)
{
    static const struct { const char *mark, *name; } systems[] = {
        { "HarmonyOS", "鸿蒙" }, { "Android", "安卓" }, { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Windows", "Windows" },
        { "Mac OS", "Mac" }, { "Linux", "Linux" } },
        browsers[] = { { "MicroMessenger", "微信" }, { "Edg", "Edge" }, { "QQBrowser", "QQ 浏览器" }, { "Firefox", "Firefox" },
        { "Chrome", "Chrome" }, { "Safari", "Safari" } };
    static char name[60];
    const char *system = "未知系统", *browser = *agent ? "其他浏览器" : "命令行工具";
    for (size_t i = sizeof systems / sizeof *systems; i-- > 0;)
        if (strstr(agent, systems[i].mark))
            system = systems[i].name;
    for (size_t i = sizeof browsers / sizeof *browsers; i-- > 0;)
        if (strstr(agent, browsers[i].mark))
            browser = browsers[i].name;
    snprintf(name, sizeof name, "%s · %s", *agent ? system : "本机", browser);
    return name;
}

void devices_page(struct request *rq)
{
    HDF *found = view_node(rq->page, "Found");
    int n = 0;
    session_list(&rq->work, me(rq), own_session(rq), found);
    for (HDF *row = hdf_obj_child(found); row; row = hdf_obj_next(row), n++) {
        char name[24];
        snprintf(name, sizeof name, "Devices.%d", n);
        HDF *device = view_node(rq->page, name);
        bool own = strcmp(view_get(row, "own"), "1") == 0;
        view_set(device, "Id", own ? NULL : view_get(row, "id"));
        view_set(device, "Name", device_name(view_get(row, "user_agent")));
        view_set(device, "Address", view_get(row, "address"));
        view_set(device, "Since", view_get(row, "created_at"));
        view_set(device, "Seen", view_get(row, "seen_at"));
    }
    if (n > 1)
        view_set(rq->page, "Others", "1");
    if (form_has(rq, "closed"))
        view_setf(rq->page, "Notice", "已退出 %s 个其他设备。", form_text(rq, "closed"));
    view_set(rq->page, "Title", "登录设备");
    page(rq, "account/devices.cst");
}

void device_close(struct request *rq)
{
    bool closed = session_close_one(&rq->work, me(rq), form_int(rq, "id"));
    if (closed)
        note(rq, "session-close", "");
    redirect(rq, "/account/sessions?closed=%d", closed ? 1 : 0);
}

void devices_close(struct request *rq)
{
    int64_t closed = session_close_others(&rq->work, me(rq), own_session(rq));
    note(rq, "session-close", "退出其他设备");
    redirect(rq, "/account/sessions?closed=%lld", (long long)closed);
}

/* --- 双重验证 ---------------------------------------------------------------------------------------------- */

void enrol_show(struct request *rq, int64_t account_id, const char *offer, const char *action)
{
    const char *base32, *uri;
    size_t size;
    if (!second_factor_show(&rq->work, account_id, offer, &base32, &uri)) {
        offer = second_factor_offer(&rq->work, account_id);
        if (!second_factor_show(&rq->work, account_id, offer, &base32, &uri))
            fail_ours(&rq->work, "no offer for account %lld", (long long)account_id);
    }
    view_set(rq->page, "Title", "启用双重验证");
    view_set(rq->page, "Action", action);
    view_set(rq->page, "Offer", offer);
    view_set(rq->page, "Secret", base32);
    char *svg = qr_svg(rq->work.arena, uri, &size);
    if (svg)
        view_setf(rq->page, "Qr", "data:image/svg+xml,%s", text_percent(rq->work.arena, svg, ""));
    page(rq, "account/enrol.cst");
}

void codes_show(struct request *rq, const char *const *codes, const char *next)
{
    for (int i = 0; i < RECOVERY_CODES; i++) {
        char name[24];
        snprintf(name, sizeof name, "Codes.%d", i);
        view_set(rq->page, name, codes[i]);
    }
    header_add(rq, "Cache-Control", "no-store");
    view_set(rq->page, "Title", "保存恢复码");
    view_set(rq->page, "Next", next);
    page(rq, "account/recovery-codes.cst");
}

void second_page(struct request *rq)
{
    view_set(rq->page, "Title", "双重验证");
    if (second_factor_on(&rq->work, me(rq))) {
        view_set(rq->page, "On", "1");
        view_set_int(rq->page, "Left", second_factor_codes_left(&rq->work, me(rq)));
    }
    if (second_factor_required(rq->work.actor.role))
        view_set(rq->page, "Required", "1");
    page(rq, "account/second-factor.cst");
}

void second_enrol_page(struct request *rq)
{
    prove_first(rq, "/account/second-factor/enrol");
    enrol_show(rq, me(rq), second_factor_offer(&rq->work, me(rq)), "/account/second-factor/enrol");
}

void second_enrol_redraw(struct request *rq)
{
    enrol_show(rq, me(rq), form_text(rq, "offer"), "/account/second-factor/enrol");
}

void second_enrol(struct request *rq)
{
    const char *codes[RECOVERY_CODES];
    prove_first(rq, "/account/second-factor/enrol");
    if (!second_factor_enrol(&rq->work, me(rq), form_text(rq, "offer"), form_text(rq, "code"), codes)) {
        form_error(rq, "code", "验证码不正确，请核对手机时间后输入应用当前显示的验证码");
        form_refuse(rq);
    }
    session_close_others(&rq->work, me(rq), own_session(rq));
    session_cookie(rq, session_prove(&rq->work, own_session(rq)));
    note(rq, "second-factor", "启用双重验证");
    codes_show(rq, codes, "/account/second-factor");
}

void second_codes(struct request *rq)
{
    const char *codes[RECOVERY_CODES];
    prove_first(rq, "/account/second-factor");
    if (!second_factor_on(&rq->work, me(rq)))
        fail(&rq->work, FAIL_CONFLICT, "尚未启用双重验证，无需恢复码。");
    second_factor_new_codes(&rq->work, me(rq), codes);
    note(rq, "second-factor", "重新生成恢复码");
    codes_show(rq, codes, "/account/second-factor");
}

void second_remove(struct request *rq)
{
    prove_first(rq, "/account/second-factor");
    if (second_factor_required(rq->work.actor.role))
        fail(&rq->work, FAIL_CONFLICT, "您的角色必须使用双重验证，不能停用。");
    second_factor_remove(&rq->work, me(rq));
    session_cookie(rq, session_prove(&rq->work, own_session(rq)));
    note(rq, "second-factor", "停用双重验证");
    redirect(rq, "/account/second-factor");
}
