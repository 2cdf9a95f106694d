/* workbench: private to the program. */
#ifndef WORKBENCH_H
#define WORKBENCH_H

#include "web/web.h"

/* lists.c: 待办, 超期, 已办, 抄送我的 */
void todo_page(struct request *rq);
void overdue_page(struct request *rq);
void done_page(struct request *rq);
void copied_page(struct request *rq);
void copied_read(struct request *rq);

/* batch.c: many at once */
void batch_ask(struct request *rq);
void batch_again(struct request *rq);
void batch_take(struct request *rq);

/* case.c: any case as its flow sees it */
void case_page(struct request *rq);
void case_move(struct request *rq);

/* pictures.c: 业务流程 */
void flows_page(struct request *rq);
void flow_page(struct request *rq);
void flow_picture(struct request *rq);

#endif
