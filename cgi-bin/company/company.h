/* company: private to the program. */
#ifndef COMPANY_PAGES_H
#define COMPANY_PAGES_H

#include "web/web.h"

/* profile.c: 运营商配置管理 */
void profile_page(struct request *rq);
void profile_edit(struct request *rq);
void profile_save(struct request *rq);
void profile_move(struct request *rq);

/* contacts.c: 运营商通讯录 */
void contact_list(struct request *rq);
void contact_new(struct request *rq);
void contact_edit(struct request *rq);
void contact_add(struct request *rq);
void contact_save(struct request *rq);
void contact_drop(struct request *rq);
void directory_list(struct request *rq);
void directory_page(struct request *rq);
void directory_reveal(struct request *rq);

/* qualification.c: 运营商资质 */
void qualification_page(struct request *rq);
void qualification_form(struct request *rq);
void qualification_step(struct request *rq);
void qualification_edit(struct request *rq);
void qualification_move(struct request *rq);

/* review.c: the department's pages of both flows */
void review_profile(struct request *rq);
void review_profile_move(struct request *rq);
void review_qualification(struct request *rq);
void review_qualification_move(struct request *rq);

#endif
