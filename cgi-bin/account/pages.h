/* pages: handlers of one's own account; the route table is in main.c. */
#ifndef ACCOUNT_PAGES_H
#define ACCOUNT_PAGES_H

#include "web/web.h"

/* main.c */
const char *own_session(struct request *rq);                    /* the token of this session; "" none */
const char *with_back(struct request *rq, const char *path);    /* path?back=…, when the form had one */
_Noreturn void go_back(struct request *rq, const char *otherwise);
const char *account_object(struct request *rq, int64_t account_id);     /* "account:7", for the trail */
/* Changes of what protects the account ask for the password once more (Session.ReauthMinutes): to the page that
 * asks and back to `path`. Returns when it was given recently. */
void prove_first(struct request *rq, const char *path);

/* login.c: the steps of a log-in */
void login_page(struct request *rq);
void login_redraw(struct request *rq);
void login(struct request *rq);
void login_cancel(struct request *rq);
void captcha_picture(struct request *rq);
void factor_page(struct request *rq);
void factor_give(struct request *rq);
void enrol_page(struct request *rq);
void enrol_redraw(struct request *rq);
void enrol_give(struct request *rq);
void change_page(struct request *rq);
void change_give(struct request *rq);

/* protect.c: password, second factor, devices of a logged-in account */
void password_page(struct request *rq);
void password_change(struct request *rq);
void confirm_page(struct request *rq);
void confirm_give(struct request *rq);
void devices_page(struct request *rq);
void device_close(struct request *rq);
void devices_close(struct request *rq);
void second_page(struct request *rq);
void second_enrol_page(struct request *rq);
void second_enrol_redraw(struct request *rq);
void second_enrol(struct request *rq);
void second_codes(struct request *rq);
void second_remove(struct request *rq);
void enrol_show(struct request *rq, int64_t account_id, const char *offer, const char *action);
void codes_show(struct request *rq, const char *const *codes, const char *next);

/* recover.c: without the password */
void recover_page(struct request *rq);
void recover_redraw(struct request *rq);
void recover_give(struct request *rq);
void reset_page(struct request *rq);
void reset_give(struct request *rq);

/* contact.c: a new phone or e-mail address */
void phone_page(struct request *rq);
void phone_redraw(struct request *rq);
void phone_change(struct request *rq);
void email_page(struct request *rq);
void email_redraw(struct request *rq);
void email_change(struct request *rq);

/* register.c: 「注册」 */
void register_page(struct request *rq);
void register_proof(struct request *rq);
void register_proof_redraw(struct request *rq);
void register_form(struct request *rq);
void register_give(struct request *rq);
void register_redraw(struct request *rq);
void register_done(struct request *rq);
void register_agreement(struct request *rq);

#endif
