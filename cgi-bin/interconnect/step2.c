/* step2: 接口联调 (Z12.2). What each interface has come to is the console's (console.c). */
#include "interconnect.h"

void step2_page(struct request *rq)
{
    wizard_head(rq, 2);
    page(rq, "interconnect/step2.cst");
}
