/* jobs, partners: lists of the back office, and the one thing to do there: a failed job is tried again. */
#include <stdlib.h>

#include "admin.h"
#include "core/text.h"
#include "domain/job_admin.h"
#include "list/list.h"

static _Noreturn void show(struct request *rq, const char *list, const char *title)
{
    view_set(rq->page, "Title", title);
    list_page(rq, list);
    page(rq, "admin/list.cst");
}

void job_list(struct request *rq)     { show(rq, "job", "后台任务"); }
void job_xlsx(struct request *rq)      { list_xlsx(rq, "job"); }
void partner_list(struct request *rq) { show(rq, "partner", "接入平台"); }
void partner_xlsx(struct request *rq)  { list_xlsx(rq, "partner"); }

/* Those that are not failed are left as they are: the runner or a colleague was faster. */
void job_again(struct request *rq)
{
    size_t count, done = 0;
    const char *const *ids = list_selected(rq, "job", &count);
    for (size_t i = 0; i < count; i++)
        done += job_retry(&rq->work, strtoll(ids[i], NULL, 10), rq->address);
    if (!done)
        fail(&rq->work, FAIL_CONFLICT, "所选任务都不是「失败」状态，可能已被他人重试，请刷新列表后查看。");
    redirect(rq, "/admin/jobs?state=waiting&state=running");
}
