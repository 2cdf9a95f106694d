/* admin: handlers of the administration's pages; the route table is in main.c. */
#ifndef ADMIN_H
#define ADMIN_H

#include "web/web.h"

void registration_list(struct request *rq);
void registration_xlsx(struct request *rq);
void registration_batch(struct request *rq);
void registration_page(struct request *rq);
void registration_move(struct request *rq);
void registration_accept(struct request *rq);
void job_list(struct request *rq);
void job_xlsx(struct request *rq);
void job_again(struct request *rq);
void outbox_list(struct request *rq);
void outbox_xlsx(struct request *rq);
void outbox_again(struct request *rq);
void partner_list(struct request *rq);
void partner_xlsx(struct request *rq);
void trail_list(struct request *rq);
void trail_verify_it(struct request *rq);
void trail_export(struct request *rq);
void reveal_page(struct request *rq);
void reveal_give(struct request *rq);
void page_list(struct request *rq);
void page_open(struct request *rq);
void page_earlier(struct request *rq);
void page_save(struct request *rq);
void page_redraw(struct request *rq);

void division_page(struct request *rq);
void division_redraw(struct request *rq);
void division_save(struct request *rq);
void division_retire_it(struct request *rq);
void calendar_page(struct request *rq);
void calendar_plain(struct request *rq);
void calendar_redraw(struct request *rq);
void calendar_day_save(struct request *rq);
void calendar_year_save(struct request *rq);
void calendar_load_it(struct request *rq);
void dictionary_page(struct request *rq);
void dictionary_entry_page(struct request *rq);
void dictionary_entry_save(struct request *rq);
void dictionary_entry_redraw(struct request *rq);
void parameter_page(struct request *rq);
void parameter_edit(struct request *rq);
void parameter_save(struct request *rq);
void parameter_redraw(struct request *rq);
void agreement_page(struct request *rq);
void agreement_version(struct request *rq);
void agreement_new(struct request *rq);
void agreement_redraw(struct request *rq);
void agreement_save(struct request *rq);
void account_list(struct request *rq);
void account_page(struct request *rq);
void account_lock_it(struct request *rq);
void account_lock_redraw(struct request *rq);
void account_unlock_it(struct request *rq);
void account_reset_it(struct request *rq);
void account_new_page(struct request *rq);
void account_new_save(struct request *rq);
void account_roles_page(struct request *rq);
void account_roles_save(struct request *rq);

/* page_node.Facts.<i>.{Label, Value} */
void add_fact(HDF *page_node, int i, const char *label, const char *value);

#endif
