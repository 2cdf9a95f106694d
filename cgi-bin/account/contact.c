/* contact: a new phone number or e-mail address takes the password once more and a code sent to the new one. */
#include <string.h>

#include "domain/account.h"
#include "domain/outbox.h"
#include "pages.h"

static const struct kind {
    const char *which, *title, *label, *path, *wrong, *taken;
    bool        sms;
} phone = { "phone", "更换手机号", "新手机号", "/account/phone", "请填写 11 位手机号", "该手机号已被其他账号使用", true },
  email = { "email", "更换邮箱", "新邮箱", "/account/email", "请填写电子邮箱，例如 name@example.cn", "该邮箱已被其他账号使用", false };

static _Noreturn void draw(struct request *rq, const struct kind *kind)
{
    view_set(rq->page, "Title", kind->title);
    view_set(rq->page, "Action", kind->path);
    view_set(rq->page, "Label", kind->label);
    view_set(rq->page, "Type", kind == &phone ? "tel" : "email");
    page(rq, "account/contact.cst");
}

static _Noreturn void show(struct request *rq, const struct kind *kind)
{
    prove_first(rq, kind->path);
    draw(rq, kind);
}

/* As it is written to and compared; NULL: no such address. A host without a dot is none that mail reaches from here. */
static const char *target_of(struct request *rq, const struct kind *kind, const char *value)
{
    const char *target = outbox_target(&rq->work, value, kind->sms), *at = target ? strchr(target, '@') : NULL;
    return at && !strchr(at, '.') ? NULL : target;
}

static _Noreturn void change(struct request *rq, const struct kind *kind)
{
    prove_first(rq, kind->path);
    const char *value = target_of(rq, kind, form_text(rq, "target"));
    if (!value) {
        form_error(rq, "target", "%s", kind->wrong);
        form_refuse(rq);
    }
    view_set(rq->page, "Values.target", value);
    if (strcmp(form_text(rq, "do"), "code") == 0 && !form_has(rq, "code")) {
        code_request_send(&rq->work, &(struct code_request){ .purpose = kind->which, .target = value, .sms = kind->sms,
                                                             .about = kind->title, .address = rq->address });
        view_set(rq->page, "Notice", "验证码已发送，10 分钟内有效。");
        draw(rq, kind);
    }
    if (!code_check(&rq->work, kind->which, value, form_text(rq, "code")))
        form_error(rq, "code", "验证码不正确或已失效，请重新获取");
    else if (!account_set_contact(&rq->work, rq->work.actor.account_id, kind->which, value, rq->address))
        form_error(rq, "target", "%s", kind->taken);
    else
        redirect(rq, "/account?done=%s", kind->which);
    form_refuse(rq);
}

void phone_page(struct request *rq)   { show(rq, &phone); }
void phone_redraw(struct request *rq) { draw(rq, &phone); }
void phone_change(struct request *rq) { change(rq, &phone); }
void email_page(struct request *rq)   { show(rq, &email); }
void email_redraw(struct request *rq) { draw(rq, &email); }
void email_change(struct request *rq) { change(rq, &email); }
