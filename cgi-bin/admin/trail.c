/* trail: the auditor's search, its export, and the reveal of masked personal data. Each look behind a mask and each
 * export is itself in the trail. */
#include <string.h>

#include "admin.h"
#include "core/text.h"
#include "domain/reveal.h"
#include "domain/trail.h"
#include "list/list.h"

void trail_list(struct request *rq)
{
    view_set(rq->page, "Title", "审计日志");
    list_page(rq, "trail");
    trail_checked(&rq->work, view_node(rq->page, "Check"));
    view_setf(rq->page, "Export", "/admin/trail/export?%s", rq->query);      /* the same search */
    page(rq, "admin/trail.cst");
}

void trail_verify_it(struct request *rq)
{
    trail_check_ask(&rq->work, rq->address);
    redirect(rq, "/admin/trail");
}

/* A POST, for it writes: who took the log away, and by which search. */
void trail_export(struct request *rq)
{
    trail_write(&rq->work, "trail-export", "trail", "done", utf8_cut(rq->work.arena, rq->query, 300), rq->address);
    list_csv(rq, "trail");
}

static void reveal_head(struct request *rq)
{
    const char *label = reveal_label(form_text(rq, "kind"));
    if (!label)
        fail(&rq->work, FAIL_MISSING, "没有这项信息。");
    view_setf(rq->page, "Title", "查看%s", label);
    view_set(rq->page, "Label", label);
    view_set(rq->page, "Kind", form_text(rq, "kind"));
    view_set(rq->page, "Id", form_text(rq, "id"));
}

void reveal_page(struct request *rq)
{
    if (form_has(rq, "kind") && form_has(rq, "id"))
        reveal_head(rq);
    else
        view_set(rq->page, "Title", "查看个人信息");
    page(rq, "admin/reveal.cst");
}

void reveal_give(struct request *rq)
{
    reveal_head(rq);
    const char *value = reveal(&rq->work, form_text(rq, "kind"), form_int(rq, "id"), form_text(rq, "reason"), rq->address);
    if (!value)
        fail(&rq->work, FAIL_MISSING, "没有这条记录，或该项信息未填写。");
    header_add(rq, "Cache-Control", "no-store");
    view_set(rq->page, "Value", value);
    page(rq, "admin/reveal.cst");
}
