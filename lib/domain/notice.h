/* notice: what people are told by mail, or by SMS where there is no address. Of a flow: its owner; staff see theirs on the work
 * bench. Of what is no case (a platform that went silent): a company, and the department that watches over it. */
#ifndef DOMAIN_NOTICE_H
#define DOMAIN_NOTICE_H

#include "core/capability.h"
#include "flow/flow.h"

/* To the owner of a case: its account, else the accounts of its company; by mail where there is an address, else by SMS.
 * In the move's transaction; registered by process_start(). */
void notice_queue(struct work *work, const struct flow_notice *notice);

/* To the accounts of a company; to those with `cap` of the department nearest above `division` ("": the site's own). One message
 * an account, at most twenty; in the caller's transaction. */
void notice_company(struct work *work, int64_t operator_id, const char *subject, const char *text);
void notice_departments(struct work *work, const char *division, enum capability cap, const char *subject, const char *text);

#endif
