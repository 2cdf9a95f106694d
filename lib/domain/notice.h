/* notice: what a flow tells people by mail or SMS. Those of staff stand on their work bench and are not sent. */
#ifndef DOMAIN_NOTICE_H
#define DOMAIN_NOTICE_H

#include "flow/flow.h"

/* To the owner of a case: its account, else the accounts of its company; by mail where there is an address, else by SMS.
 * In the move's transaction; registered by process_start(). */
void notice_queue(struct work *work, const struct flow_notice *notice);

#endif
