/* admin: handlers of the administration's pages; the route table is in main.c. */
#ifndef ADMIN_H
#define ADMIN_H

#include "web/web.h"

void job_list(struct request *rq);
void job_csv(struct request *rq);
void job_again(struct request *rq);
void outbox_list(struct request *rq);
void outbox_csv(struct request *rq);
void outbox_again(struct request *rq);
void partner_list(struct request *rq);
void partner_csv(struct request *rq);
void trail_list(struct request *rq);
void trail_export(struct request *rq);
void reveal_page(struct request *rq);
void reveal_give(struct request *rq);
void page_list(struct request *rq);
void page_open(struct request *rq);
void page_earlier(struct request *rq);
void page_save(struct request *rq);
void page_redraw(struct request *rq);

#endif
