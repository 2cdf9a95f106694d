/* divisions: 区划, level by level; entries of the portal's own can be added, renamed, retired. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "domain/division.h"

/* The way down to `code`: 全国 / 广东省 / 珠海市. */
static void draw(struct request *rq, const char *code)
{
    const char *name = division_name(&rq->work, code);
    if (*code && !*name)
        fail(&rq->work, FAIL_MISSING, "没有这个区划，请从「区划」进入。");
    view_set(rq->page, "Title", "区划");
    view_set(rq->page, "Parent", code);
    view_set(rq->page, "Place", *code ? division_path(&rq->work, code) : "全国");
    view_set(rq->page, "Name", name);
    division_browse(&rq->work, code, view_node(rq->page, "Rows"));
    if (strlen(code) == 6 && !strstr(code, "QT"))
        view_set(rq->page, "Up", strcmp(code + 2, "0000") == 0 ? "/admin/divisions"
                 : arena_printf(rq->work.arena, "/admin/divisions?parent=%.*s0000", 2, code));
    if (strlen(code) == 6 && strcmp(code + 4, "00") != 0 && !strstr(code, "QT"))
        view_setf(rq->page, "Up", "/admin/divisions?parent=%.4s00", code);
    if (*code && !strstr(code, "QT"))
        view_set(rq->page, "MayAdd", "1");
    page(rq, "admin/divisions.cst");
}

void division_page(struct request *rq)   { draw(rq, form_text(rq, "parent")); }
void division_redraw(struct request *rq) { draw(rq, form_text(rq, "parent")); }

static _Noreturn void done(struct request *rq)
{
    redirect(rq, "/admin/divisions?parent=%s", form_text(rq, "parent"));
}

void division_save(struct request *rq)
{
    const char *code = form_text(rq, "code"), *wrong;
    wrong = *code ? division_rename(&rq->work, code, form_text(rq, "name"), rq->address)
                  : division_add(&rq->work, form_text(rq, "parent"), form_text(rq, "name"), rq->address);
    if (wrong) {
        form_error(rq, "name", "%s", wrong);
        form_refuse(rq);
    }
    done(rq);
}

void division_retire_it(struct request *rq)
{
    if (!division_retire(&rq->work, form_text(rq, "code"), form_int(rq, "retired"), rq->address))
        fail(&rq->work, FAIL_CONFLICT, "该区划不是平台自有区划，或已由他人办理，请刷新页面后查看。");
    done(rq);
}
