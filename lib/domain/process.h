/* process: the flows of schema/flows with what the nouns bring to them: guards, consequences, the calendar, the trail.
 * A program that shows or moves cases calls process_start() from its start(); its --check then proves the flows. */
#ifndef DOMAIN_PROCESS_H
#define DOMAIN_PROCESS_H

#include "core/work.h"

/* Once a process. A noun's guards and consequences are registered here, so that a move has the same consequences in
 * whichever program it is made. A mistake in a flow stops the start. */
void process_start(void);

/* For lib/web's side menu: cases that wait for the actor, overdue ones, unread copies (registered by process_start). */
int64_t process_todo(struct work *work);
int64_t process_overdue(struct work *work);
int64_t process_copied(struct work *work);

#endif
