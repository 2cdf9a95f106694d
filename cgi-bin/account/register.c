/* register: 「注册」 (Z6, H1, S1, Q1). Registration.Variant says how; each begins with an address or phone proved by a code, so
 * that nobody learns which numbers have accounts but by holding them. The proof travels sealed in a cookie. What was typed
 * is kept for the visit (drafts). */
#include <string.h>

#include "core/config.h"
#include "core/crypto.h"
#include "domain/password.h"
#include "domain/registration.h"
#include "pages.h"

enum { PROOF_SECONDS = 24 * 3600, DONE_SECONDS = 900 };

static const struct variant {
    const char *key, *form, *path, *button, *title, *target;
    bool        sms, citizen;
} variants[] = {
    { "zhuhai",    "registration-zhuhai",    "/account/register/zhuhai",    "提交", "运营商注册", "企业邮箱", false, false },
    { "henan",     "registration-henan",     "/account/register/henan",     "注册", "账号注册",   "联系电话", true,  false },
    { "zhongshan", "registration-zhongshan", "/account/register/zhongshan", "提交", "账号注册",   "联系电话", true,  false },
    { "citizen",   "registration-citizen",   "/account/register/citizen",   "注册", "实名注册",   "手机号码", true,  true },
};

static const struct variant *current(struct request *rq)
{
    const char *key = config_text("Registration.Variant");
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        if (strcmp(variants[i].key, key) == 0)
            return &variants[i];
    fail_ours(&rq->work, "Registration.Variant: no such: %s", key);
}

static const char *const steps[] = { "", "填写注册信息", "提交成功" };

static void add_steps(struct request *rq, const struct variant *v, int now)
{
    for (int i = 0; i < 3; i++) {
        HDF *step = view_node(rq->page, arena_printf(rq->work.arena, "Steps.%d", i));
        view_set(step, "Label", i ? steps[i] : arena_printf(rq->work.arena, "验证%s", v->target));
        view_set(step, "State", i < now || now == 2 ? "done" : i == now ? "now" : "");
    }
}

/* --- step 1: the code ---------------------------------------------------------------------------------------- */

static _Noreturn void proof_draw(struct request *rq)
{
    const struct variant *v = current(rq);
    view_set(rq->page, "Title", v->title);
    view_set(rq->page, "Label", v->target);
    view_set(rq->page, "Hint", v->sms ? "请填写本人使用的手机号码，用于接收短信验证码，也是登录凭证之一" : "用于接收验证码，请填写有效的邮箱地址");
    view_set(rq->page, "Type", v->sms ? "tel" : "email");
    view_set(rq->page, "CodeLabel", v->sms ? "短信验证码" : "邮箱验证码");
    view_set(rq->page, "Agreement", registration_agreement_version(&rq->work));
    if (cookie_get(rq, "registering") && rq->method == GET && form_has(rq, "done"))
        view_set(rq->page, "Notice", "验证已过期，请重新验证。已填写的内容已暂存，验证后可继续填写（密码需重新输入）。");
    add_steps(rq, v, 0);
    page(rq, "account/register-proof.cst");
}

static struct registration_proof proved_before(struct request *rq, const struct variant *v)
{
    return registration_proved(&rq->work, cookie_get(rq, "registering"), v->sms);
}

static _Noreturn void form_page_draw(struct request *rq)
{
    const struct variant *v = current(rq);
    const struct registration_proof proof = proved_before(rq, v);
    if (!proof.target)
        redirect(rq, "/account/register");
    view_set(rq->page, "Title", v->title);
    view_set(rq->page, "Button", v->button);
    view_set(rq->page, "Rule", password_rule(&rq->work));
    view_set(rq->page, "Proved", proof.target);
    view_set(rq->page, "ProvedLabel", v->target);
    view_set(rq->page, "Review", v->citizen ? NULL : "1");
    add_steps(rq, v, 1);
    form_show(rq, v->form, NULL, v->path);
    if (rq->method == GET)
        view_set(rq->page, "Values.agreed", proof.agreed);     /* ticked in step 1; the box is empty when it is no longer the text in force */
    page(rq, "account/register.cst");
}

void register_page(struct request *rq)         { proof_draw(rq); }
void register_form(struct request *rq)         { form_page_draw(rq); }
void register_proof_redraw(struct request *rq) { proof_draw(rq); }
void register_redraw(struct request *rq)       { form_page_draw(rq); }

static void send_code(struct request *rq, const struct variant *v)
{
    registration_code(&rq->work, form_text(rq, "target"), v->sms, rq->address);
    view_set(rq->page, "Values.target", form_text(rq, "target"));
    view_set(rq->page, "Values.agreed", form_text(rq, "agreed"));
    view_set(rq->page, "Notice", "验证码已发送，10 分钟内有效，请查收后填写。");
    proof_draw(rq);
}

static void check_agreed(struct request *rq)
{
    if (!form_has(rq, "agreed"))
        form_error(rq, "agreed", "请阅读并同意《注册协议》");
    else if (strcmp(form_text(rq, "agreed"), registration_agreement_version(&rq->work)) != 0)
        form_error(rq, "agreed", "《注册协议》的文本已更新，请阅读新版本后重新勾选");
}

void register_proof(struct request *rq)
{
    const struct variant *v = current(rq);
    if (!form_has(rq, "target")) {
        form_error(rq, "target", "请填写「%s」", v->target);
        form_refuse(rq);
    }
    if (strcmp(form_text(rq, "do"), "code") == 0)
        send_code(rq, v);
    if (!form_has(rq, "code"))
        form_error(rq, "code", v->sms ? "请填写「短信验证码」" : "请填写「邮箱验证码」");
    check_agreed(rq);
    form_refuse_wrong(rq);
    const char *proof = registration_prove(&rq->work, form_text(rq, "target"), form_text(rq, "code"), v->sms, form_text(rq, "agreed"));
    if (!proof) {
        form_error(rq, "code", "验证码不正确或已失效，请核对或重新获取");
        form_refuse(rq);
    }
    cookie_set(rq, "registering", proof, PROOF_SECONDS);
    redirect(rq, "/account/register/form");
}

/* --- the form ------------------------------------------------------------------------------------------------- */

static _Noreturn void created(struct request *rq, const char *login, const char *phone)
{
    form_done(rq);
    cookie_set(rq, "registering", "", -1);
    cookie_set(rq, "registered", secret_seal(rq->work.arena, arena_printf(rq->work.arena, "%s|%s", login, phone), "registered"), DONE_SECONDS);
    redirect(rq, "/account/register/done");
}

static void keep_for(struct request *rq, const char *path)
{
    form_draft_keep(rq);
    redirect(rq, "%s", path);
}

void register_give(struct request *rq)
{
    const struct variant *v = current(rq);
    struct work *work = &rq->work;
    if (strcmp(v->path, rq->path) != 0)
        fail(work, FAIL_MISSING, "%s", "");
    const struct registration_proof proof = proved_before(rq, v);
    if (!proof.target)
        keep_for(rq, "/account/register?done=expired");
    if (form_draft(rq))
        keep_for(rq, "/account/register/form");
    const char *refused = registration_limit(work, proof.target, rq->address);
    if (refused) {
        form_error(rq, "account_name", "%s", refused);
        form_refuse(rq);
    }
    const struct registration registration = { .values = rq->values, .email = v->sms ? NULL : proof.target,
                                               .phone = v->sms ? proof.target : NULL, .address = rq->address };
    const char *login = v->citizen ? registration_create_citizen(work, &registration) : registration_create(work, &registration);
    if (!login)
        form_refuse(rq);
    created(rq, login, v->sms ? proof.target : form_text(rq, "phone"));
}

/* --- afterwards ------------------------------------------------------------------------------------------------- */

void register_done(struct request *rq)
{
    const struct variant *v = current(rq);
    const char *sealed = cookie_get(rq, "registered");
    char *plain = sealed && *sealed ? secret_open(rq->work.arena, sealed, "registered") : NULL;
    if (!plain)
        redirect(rq, "/account/register");
    view_set(rq->page, "Title", v->citizen ? "注册成功" : "注册申请已提交");
    view_set(rq->page, "Login", strsep(&plain, "|"));
    view_set(rq->page, "Phone", plain);
    view_set(rq->page, "Review", v->citizen ? NULL : "1");
    add_steps(rq, v, 2);
    page(rq, "account/register-done.cst");
}

void register_agreement(struct request *rq)
{
    HDF *node = view_node(rq->page, "Agreement");
    view_set(rq->page, "Title", "注册协议");
    if (registration_agreement(&rq->work, node)) {
        view_set(rq->page, "Title", view_get(node, "Title"));
        richtext_to_hdf(&rq->work, view_get(node, "Body"), view_node(rq->page, "Text"));
    }
    page(rq, "account/register-agreement.cst");
}
