/* step1: 互联配置 (Z12.1). */
#include "interconnect.h"

void step1_page(struct request *rq)
{
    wizard_head(rq, 1);
    page(rq, "interconnect/step1.cst");
}
