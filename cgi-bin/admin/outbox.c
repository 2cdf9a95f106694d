/* outbox: mail and SMS as staff see them, codes masked; what failed or was held back is sent again from here. */
#include <stdlib.h>

#include "admin.h"
#include "domain/outbox.h"
#include "list/list.h"

void outbox_list(struct request *rq)
{
    view_set(rq->page, "Title", "邮件短信");
    list_page(rq, "outbox");
    page(rq, "admin/list.cst");
}

void outbox_xlsx(struct request *rq) { list_xlsx(rq, "outbox"); }

/* Those that are neither failed nor held are left as they are: the runner or a colleague was faster. */
void outbox_again(struct request *rq)
{
    size_t count, done = 0;
    const char *const *ids = list_selected(rq, "outbox", &count);
    for (size_t i = 0; i < count; i++)
        done += outbox_send_again(&rq->work, strtoll(ids[i], NULL, 10), rq->address);
    if (!done)
        fail(&rq->work, FAIL_CONFLICT, "所选消息都不能重新发送：可能已由他人重新发送，或者其中的验证码已过期，请刷新列表后查看。");
    redirect(rq, "/admin/outbox?state=waiting&state=sent");
}
