/* messages: the exchange's message table as JSON, for tests and for whoever builds the other side. */
#ifndef PORTALCTL_MESSAGES_H
#define PORTALCTL_MESSAGES_H

/* [{interface, label, by_operator, by_portal, request: [field], response: [field]}], a field {name, label, type, need, least?,
 * most?, values?, form?, also?, fields?}. Returns the exit code. */
int messages_print(void);

#endif
