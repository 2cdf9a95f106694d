/* recover: 「忘记密码」 by SMS (Z7.2), and the one-time link from staff (H1.5). The page says the same for a number that
 * exists and one that does not. */
#include <ctype.h>
#include <string.h>

#include "core/text.h"
#include "domain/password.h"
#include "domain/recovery.h"
#include "pages.h"

static const char WRONG_CODE[] = "验证码不正确或已失效，请重新获取";

static _Noreturn void draw(struct request *rq)
{
    view_set(rq->page, "Title", "重置密码");
    view_set(rq->page, "Rule", password_rule(&rq->work));
    page(rq, "account/recover.cst");
}

void recover_page(struct request *rq)   { draw(rq); }
void recover_redraw(struct request *rq) { draw(rq); }

static bool is_mobile(const char *phone)
{
    return strlen(phone) == 11 && phone[0] == '1' && phone[1] >= '3' && strspn(phone, "0123456789") == 11;
}

static _Noreturn void ask_code(struct request *rq)
{
    recovery_ask(&rq->work, form_text(rq, "phone"), rq->address);
    view_set(rq->page, "Values.phone", form_text(rq, "phone"));
    view_set(rq->page, "Notice", "如果该手机号已注册，验证码将以短信发送，10 分钟内有效。");
    draw(rq);
}

/* What can be said before the code is looked at; the code works once and should not be wasted. */
static void check_fields(struct request *rq)
{
    const char *fault = form_has(rq, "password") ? password_fault(&rq->work, form_text(rq, "password")) : "请填写「新密码」";
    bool again = strcmp(form_text(rq, "password"), form_text(rq, "again")) == 0;
    bool code = form_has(rq, "code") || form_has(rq, "ticket");
    if (!code)
        form_error(rq, "code", "请填写「短信验证码」");
    if (fault)
        form_error(rq, "password", "%s", fault);
    else if (!again)
        form_error(rq, "again", "两次输入的密码不一致");
    if (!code || fault || !again)
        form_refuse(rq);
}

static void check_phone(struct request *rq)
{
    if (is_mobile(form_text(rq, "phone")))
        return;
    form_error(rq, "phone", "请填写 11 位手机号");
    form_refuse(rq);
}

void recover_give(struct request *rq)
{
    struct work *work = &rq->work;
    check_phone(rq);
    if (strcmp(form_text(rq, "do"), "code") == 0 && !form_has(rq, "code"))     /* Enter in the last field resets */
        ask_code(rq);
    check_fields(rq);
    int64_t account = form_has(rq, "ticket") ? recovery_ticket_open(work, form_text(rq, "ticket"))
                                             : recovery_check(work, form_text(rq, "phone"), form_text(rq, "code"));
    if (!account) {
        form_error(rq, "code", WRONG_CODE);
        form_refuse(rq);
    }
    const char *fault = password_fault_of(work, account, form_text(rq, "password"));
    if (fault) {
        view_set(rq->page, "Ticket", recovery_ticket(work, account));
        form_error(rq, "password", "%s", fault);
        form_refuse(rq);
    }
    recovery_finish(work, account, form_text(rq, "password"), rq->address);
    redirect(rq, "/account/login?done=recovered");
}

/* --- the link from staff ----------------------------------------------------------------------------------------- */

static int64_t link_account(struct request *rq)
{
    const char *code = form_text(rq, "code");
    int64_t account = rq->method == GET ? recovery_link_open(&rq->work, code) : recovery_link_take(&rq->work, code);
    if (!account)
        fail(&rq->work, FAIL_MISSING, "重置链接已失效或已使用，请联系平台管理员重新获取。");
    view_set(rq->page, "Title", "设置新密码");
    view_set(rq->page, "Rule", password_rule(&rq->work));
    view_set(rq->page, "Link", form_text(rq, "code"));
    return account;
}

/* Without a code, told on the telephone perhaps, the form asks for it. */
void reset_page(struct request *rq)
{
    if (form_has(rq, "code"))
        link_account(rq);
    view_set(rq->page, "Title", "设置新密码");
    view_set(rq->page, "Rule", password_rule(&rq->work));
    view_set(rq->page, "Reset", "1");
    page(rq, "account/new-password.cst");
}

void reset_give(struct request *rq)
{
    int64_t account = link_account(rq);
    const char *password = form_text(rq, "password"), *fault = password_fault_of(&rq->work, account, password);
    bool again = strcmp(password, form_text(rq, "again")) == 0;
    if (fault)
        form_error(rq, "password", "%s", fault);
    else if (!again)
        form_error(rq, "again", "两次输入的密码不一致");
    if (fault || !again)
        form_refuse(rq);
    recovery_finish(&rq->work, account, password, rq->address);
    redirect(rq, "/account/login?done=recovered");
}
