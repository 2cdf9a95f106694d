/* archives: private to the program. */
#ifndef ARCHIVES_H
#define ARCHIVES_H

#include "flow/flow.h"
#include "web/web.h"

/* common.c: what the three kinds of records share */
/* The bars by division get names, filter `area` its choices. After list_page(). */
void charts_name(struct request *rq);
/* For submission_once() of a change: the form's key with all it says, so that the same form sent twice is stored once while
 * one that was gone back to and altered is another change. NULL: the form had no key. */
const char *change_key(struct request *rq);
/* submission_once() of this request's form. When `store` returns NULL nothing is stored and the form is drawn again (the
 * request ends); else the draft of the form goes and its result comes back. */
const char *store_once(struct request *rq, const char *key, const char *(*store)(struct work *work, void *rq));
/* A form in conflict with what a colleague saved (values_conflict): Page.Theirs.N as values_diff() says, Page.ConflictTitle. */
void theirs_to_page(struct request *rq, const struct form_values *stored);
/* Page.Own: this actor keeps records, so that 「新增」 is offered. */
void own_to_page(struct request *rq);
/* Labels of this site: Site.Records.<key>, else what is given. */
const char *site_label(const char *key, const char *otherwise);
const char *own_label(struct request *rq, const char *key, const char *otherwise);      /* of operators alone */
/* Filters of a list as this site's manual names them: Site.Records.<key>.<filter>. */
void filters_name(struct request *rq, const char *key);
/* Of an operator's list: without the operator. After list_page(). */
void own_columns(struct request *rq);
/* Fills the select of that name in Page.Form with `options`. */
void select_fill(struct request *rq, const char *field, HDF *options, const char *hint);
/* A row's action as a move of its flow: done, the caller redirects; refused with words, `draw` shows why. */
void action_take(struct request *rq, const char *flow, const char *action, void (*draw)(struct request *rq));
/* Page.{Flow, Record …} for a record's page; 「修改」 is a link there, not a button of the flow. */
void flow_to_page(struct request *rq, const char *flow, int64_t id);
/* What has just been done, in words. */
void notice_to_page(struct request *rq);
/* The ticked records of a list, to be decided upon together: what each button would do, then one move for all. */
void batch_ask(struct request *rq, const char *list, const char *flow, const char *back);
/* review_points.c: batch.Rows.N.Points.M.{Kind, Text} of a flow_batch_show(), batch.Doubtful: how many rows have any. */
void review_points(struct request *rq, HDF *batch);
/* review_many.c: the page on which a reviewer decides upon `picks`. */
_Noreturn void review_ask(struct request *rq, const char *flow, struct flow_picks picks);
/* 删除 asks first (Z9.4), also without scripts. */
void delete_ask(struct request *rq, const char *what, const char *name, const char *path);

/* choosers.c: fills the choosers of a facility's form; the addresses their search fields ask. */
void choosers_fill(struct request *rq, const struct form_values *values);
void station_options(struct request *rq);
void reports_options(struct request *rq);

void station_list(struct request *rq);
void station_xlsx(struct request *rq);
void station_new(struct request *rq);
void station_add(struct request *rq);
void station_page(struct request *rq);
void station_edit(struct request *rq);
void station_save(struct request *rq);
void station_move(struct request *rq);
void station_batch(struct request *rq);
void station_submit(struct request *rq);
void station_withdraw(struct request *rq);
void station_delete(struct request *rq);
void station_drop(struct request *rq);
void pushed_list(struct request *rq);

/* entrustments.c */
void built_list(struct request *rq);
void entrustments_page(struct request *rq);
void entrustments_ask(struct request *rq);
void entrustments_decide(struct request *rq);

/* labels.c */
void station_label(struct request *rq);
void equipment_label(struct request *rq);
void station_labels(struct request *rq);
void equipment_labels(struct request *rq);
void labels_sheet(struct request *rq);

void reports_list(struct request *rq);
void reports_xlsx(struct request *rq);
void reports_new(struct request *rq);
void reports_add(struct request *rq);
void reports_page(struct request *rq);
void reports_edit(struct request *rq);
void reports_save(struct request *rq);
void reports_replace_form(struct request *rq);
void reports_replace(struct request *rq);
void reports_delete(struct request *rq);
void reports_drop(struct request *rq);

void equipment_list(struct request *rq);
void equipment_xlsx(struct request *rq);
void equipment_new(struct request *rq);
void equipment_form(struct request *rq);
void equipment_import(struct request *rq);
void equipment_add(struct request *rq);
void equipment_page(struct request *rq);
void equipment_edit(struct request *rq);
void equipment_save(struct request *rq);
void equipment_move(struct request *rq);
void equipment_batch(struct request *rq);
void equipment_submit(struct request *rq);
void equipment_link(struct request *rq);
void equipment_withdraw(struct request *rq);
void equipment_delete(struct request *rq);
void equipment_drop(struct request *rq);

void review_list(struct request *rq);
void review_page(struct request *rq);
void review_take(struct request *rq);
void review_map(struct request *rq);
void review_batch(struct request *rq);
void review_batch_again(struct request *rq);
void review_batch_take(struct request *rq);
void phrases_page(struct request *rq);
void phrases_save(struct request *rq);
void phrases_drop(struct request *rq);

#endif
