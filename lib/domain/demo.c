/* demo: see the header. */
#include "domain/demo.h"

void demo_load(struct work *work, struct progress *progress)
{
    demo_city(work, progress);
    demo_records(work);
    demo_orders(work);
    demo_quality(work);
    demo_articles(work);
}
