/* interconnect: private to the program. One file a part of the way: entry.c what the site calls it, step1.c, step2.c, step3.c
 * the wizard (Z12), stations.c which stations take part, apply.c the applications (H3.1, S2), protocol.c the protocol's
 * document, kit.c its executable companion, quality.c the data that came, staff.c the departments' side. */
#ifndef INTERCONNECT_H
#define INTERCONNECT_H

#include "domain/connection.h"
#include "web/web.h"

/* wizard.c: title and the wizard's progress header: Page.Steps for macro wizard_head(), `step` 1-3 is the page in view; Page.Connection.{Id,
 * State, Label, Tone}. False: no case yet. */
bool wizard_head(struct request *rq, int step, struct connection *c);

/* wizard.c: flow_show(); an application has no debugging: that stage is left out of its progress bar. */
void case_show(struct request *rq, const struct connection *c);

/* entry.c: /interconnect, by Connection.Variant */
void entry_page(struct request *rq);

/* step1.c: keys, addresses, the portal's data in return */
void step1_page(struct request *rq);
void step1_save(struct request *rq);
void step1_keys(struct request *rq);
void step1_test(struct request *rq);

/* stations.c: 「设置充电站关联」 */
void stations_list(struct request *rq);
void stations_take(struct request *rq);
void stations_leave(struct request *rq);

/* step2.c: interface debugging */
void step2_page(struct request *rq);
void wizard_move(struct request *rq);

/* step3.c: the system's check and its result */
void step3_page(struct request *rq);

/* apply.c: the applications */
void review_form(struct request *rq);
void review_send(struct request *rq);
void own_form(struct request *rq);
void own_send(struct request *rq);
void own_paper(struct request *rq);
void entrusted_form(struct request *rq);
void entrusted_send(struct request *rq);
void entrusted_paper(struct request *rq);
void apply_edit(struct request *rq);
void apply_page(struct request *rq);
void apply_move(struct request *rq);

/* protocol.c: interfaces, fields and codes, from the message table */
void protocol_page(struct request *rq);

/* kit.c: the conformance kit to take away, and the company's own codes for it */
void kit_archive(struct request *rq);
void kit_stations(struct request *rq);

/* quality.c: 「数据质量」 */
void quality_operators(struct request *rq);
void quality_operators_xlsx(struct request *rq);
void quality_operator(struct request *rq);
void quality_stations(struct request *rq);
void quality_stations_xlsx(struct request *rq);
void quality_station(struct request *rq);

/* staff.c: connections of the division */
void connections_list(struct request *rq);
void connection_page(struct request *rq);
void connection_move(struct request *rq);

/* profile.c: limits and profile of one platform's exchange, for departments */
bool profile_offered(struct request *rq, const struct connection *c);
void profile_page(struct request *rq);
void profile_save(struct request *rq);
void profile_end_keys(struct request *rq);

/* orders.c: 充电订单 and their statistics */
void orders_list(struct request *rq);
void orders_xlsx(struct request *rq);
void order_page(struct request *rq);
void order_statistics(struct request *rq);

/* console.c: the debugging console: sending, messages, an envelope checked */
void console_page(struct request *rq);
void console_send(struct request *rq);
void console_redraw(struct request *rq);
void console_try(struct request *rq);
void messages_page(struct request *rq);
void message_page(struct request *rq);
void verify_page(struct request *rq);
void verify_check(struct request *rq);
void verify_redraw(struct request *rq);

/* check.c: the automatic check and its report */
void check_report(struct request *rq);

#endif
