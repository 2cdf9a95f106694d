/* interconnect: private to the program. One file a part of the way: step1.c, step2.c, step3.c the wizard (Z12), staff.c the
 * departments' side. */
#ifndef INTERCONNECT_H
#define INTERCONNECT_H

#include "web/web.h"

/* Title and the wizard's progress header: Page.Steps for macro steps(), `step` 1-3 is the page in view. */
void wizard_head(struct request *rq, int step);

/* step1.c: keys, addresses, the portal's data in return, associated stations */
void step1_page(struct request *rq);

/* step2.c: interface debugging */
void step2_page(struct request *rq);

/* step3.c: the system's check and its result */
void step3_page(struct request *rq);

/* staff.c: connections of the division */
void connections_list(struct request *rq);

#endif
