/* register: 「注册」 (Z6, H1, S1, Q1). Registration.Variant says how: zhuhai and citizen prove an address or a phone by a code
 * first; its proof travels sealed in a cookie. henan and zhongshan begin with the form. What was typed is kept for the
 * visit (drafts). */
#include <string.h>

#include "core/config.h"
#include "core/crypto.h"
#include "domain/password.h"
#include "domain/registration.h"
#include "pages.h"

enum { PROOF_SECONDS = 24 * 3600, DONE_SECONDS = 900 };

static const struct variant {
    const char *key, *form, *path, *button, *title;
    bool        sms, proof;
} variants[] = {
    { "zhuhai",    "registration-zhuhai",    "/account/register/zhuhai",    "提交", "运营商注册", false, true },
    { "henan",     "registration-henan",     "/account/register/henan",     "注册", "账号注册",   false, false },
    { "zhongshan", "registration-zhongshan", "/account/register/zhongshan", "提交", "账号注册",   false, false },
    { "citizen",   "registration-citizen",   "/account/register/citizen",   "注册", "实名注册",   true,  true },
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
        view_set(step, "Label", i ? steps[i] : v->sms ? "验证手机号码" : "验证企业邮箱");
        view_set(step, "State", i < now || now == 2 ? "done" : i == now ? "now" : "");
    }
}

/* --- step 1: the code ---------------------------------------------------------------------------------------- */

static _Noreturn void proof_draw(struct request *rq)
{
    const struct variant *v = current(rq);
    view_set(rq->page, "Title", v->title);
    view_set(rq->page, "Label", v->sms ? "手机号码" : "企业邮箱");
    view_set(rq->page, "Hint", v->sms ? "用于接收短信验证码" : "用于接收验证码，请填写有效的邮箱地址");
    view_set(rq->page, "Type", v->sms ? "tel" : "email");
    view_set(rq->page, "CodeLabel", v->sms ? "短信验证码" : "邮箱验证码");
    add_steps(rq, v, 0);
    page(rq, "account/register-proof.cst");
}

static _Noreturn void form_page_draw(struct request *rq)
{
    const struct variant *v = current(rq);
    const char *proved = v->proof ? registration_proved(&rq->work, cookie_get(rq, "registering"), v->sms) : "";
    if (!proved)
        redirect(rq, "/account/register");
    view_set(rq->page, "Title", v->title);
    view_set(rq->page, "Button", v->button);
    view_set(rq->page, "Rule", password_rule(&rq->work));
    view_set(rq->page, "Proved", *proved ? proved : NULL);
    if (v->proof)
        add_steps(rq, v, 1);
    form_show(rq, v->form, NULL, v->path);
    page(rq, "account/register.cst");
}

void register_page(struct request *rq)
{
    if (!current(rq)->proof)
        form_page_draw(rq);
    proof_draw(rq);
}

void register_form(struct request *rq)         { form_page_draw(rq); }
void register_proof_redraw(struct request *rq) { proof_draw(rq); }
void register_redraw(struct request *rq)       { form_page_draw(rq); }

void register_proof(struct request *rq)
{
    const struct variant *v = current(rq);
    const char *proof = NULL;
    if (!v->proof)
        fail(&rq->work, FAIL_MISSING, "%s", "");
    if (!form_has(rq, "target")) {
        form_error(rq, "target", v->sms ? "请填写「手机号码」" : "请填写「企业邮箱」");
        form_refuse(rq);
    }
    if (strcmp(form_text(rq, "do"), "code") == 0) {
        registration_code(&rq->work, form_text(rq, "target"), v->sms, rq->address);
        view_set(rq->page, "Values.target", form_text(rq, "target"));
        view_set(rq->page, "Values.agreed", form_text(rq, "agreed"));
        view_set(rq->page, "Notice", "验证码已发送，10 分钟内有效，请查收后填写。");
        proof_draw(rq);
    }
    if (!form_has(rq, "code"))
        form_error(rq, "code", v->sms ? "请填写「短信验证码」" : "请填写「邮箱验证码」");
    if (!form_int(rq, "agreed"))
        form_error(rq, "agreed", "请阅读并同意《注册协议》");
    form_refuse_wrong(rq);
    proof = registration_prove(&rq->work, form_text(rq, "target"), form_text(rq, "code"), v->sms);
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

void register_give(struct request *rq)
{
    const struct variant *v = current(rq);
    struct work *work = &rq->work;
    if (strcmp(v->path, rq->path) != 0)
        fail(work, FAIL_MISSING, "%s", "");
    const char *proved = v->proof ? registration_proved(work, cookie_get(rq, "registering"), v->sms) : NULL;
    if (form_draft(rq)) {
        form_draft_keep(rq);
        redirect(rq, v->proof ? "/account/register/form" : "/account/register");
    }
    if (v->proof && !proved)
        fail(work, FAIL_INVALID, "邮箱或手机号码的验证已过期，请返回注册页面重新验证；已填写的内容请使用「保存」暂存。");
    const struct registration registration = { .values = rq->values, .email = v->sms ? NULL : proved, .phone = v->sms ? proved : NULL,
                                               .address = rq->address };
    const char *login = v->sms ? registration_create_citizen(work, &registration) : registration_create(work, &registration);
    if (!login)
        form_refuse(rq);
    created(rq, login, v->sms ? proved : form_text(rq, "phone"));
}

/* --- afterwards ------------------------------------------------------------------------------------------------- */

void register_done(struct request *rq)
{
    const struct variant *v = current(rq);
    const char *sealed = cookie_get(rq, "registered");
    char *plain = sealed && *sealed ? secret_open(rq->work.arena, sealed, "registered") : NULL;
    if (!plain)
        redirect(rq, "/account/register");
    view_set(rq->page, "Title", v->sms ? "注册成功" : "注册申请已提交");
    view_set(rq->page, "Login", strsep(&plain, "|"));
    view_set(rq->page, "Phone", plain);
    view_set(rq->page, "Review", v->sms ? NULL : "1");
    if (v->proof)
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
