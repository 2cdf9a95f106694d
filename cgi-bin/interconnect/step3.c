/* step3: 系统核对 (Z12.3). The check's job and its report are check.c's. */
#include "interconnect.h"

void step3_page(struct request *rq)
{
    wizard_head(rq, 3);
    page(rq, "interconnect/step3.cst");
}
