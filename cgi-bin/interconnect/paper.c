/* paper: 《充电设施平台符合性检测申请表》 and 《充电设施委托接入申请表》 as PDF, filled with what was typed (S2.2, S2.3): to print, stamp
 * and upload. */
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "draw/paper.h"
#include "interconnect.h"

enum { ROWS = 60 };

struct form_paper { const char *kind, *title, *stamp, *notes, *file; };

static size_t rows_of(HDF *view, struct paper_row *rows)
{
    size_t n = 0;
    for (HDF *group = hdf_obj_child(view); group; group = hdf_obj_next(group)) {
        if (*view_get(group, "Title") && n < ROWS)
            rows[n++] = (struct paper_row){ NULL, view_get(group, "Title") };
        for (HDF *fact = hdf_get_child(group, "Facts"); fact && n < ROWS; fact = hdf_obj_next(fact))
            if (!hdf_get_obj(fact, "Files") && strcmp(view_get(fact, "Label"), "充电设施平台符合性检测申请表") != 0
                && strcmp(view_get(fact, "Label"), "充电设施委托接入申请表") != 0)
                rows[n++] = (struct paper_row){ view_get(fact, "Label"), view_get(fact, "Value") };
    }
    return n;
}

static _Noreturn void paper(struct request *rq, const struct form_paper *what)
{
    struct paper_row rows[ROWS];
    const char *form = connection_form(what->kind);
    int64_t id = connection_pending(&rq->work, what->kind);
    struct form_values *values = form_draft_values(rq, form, id);
    HDF *view = view_node(rq->page, "View");
    size_t size = 0;
    if (!values)
        values = connection_application(&rq->work, what->kind, id);
    form_view(&rq->work, values, NULL, view);
    struct paper sheet = { .title = what->title, .under = config_text("Site.Name"), .rows = rows, .row_count = rows_of(view, rows),
                           .notes = what->notes, .stamp = what->stamp };
    void *bytes = paper_pdf(rq->work.arena, &sheet, &size);
    if (!bytes)
        fail_ours(&rq->work, "the form cannot be drawn: %s", what->file);
    header_add(rq, "Content-Disposition", arena_printf(rq->work.arena, "attachment; filename=\"%s.pdf\"; filename*=UTF-8''%s.pdf", what->file,
                                                       text_percent(rq->work.arena, what->title, "")));
    header_add(rq, "Cache-Control", "no-store");
    answer(rq, 200, "application/pdf", bytes, size);
}

void own_paper(struct request *rq)
{
    static const struct form_paper what = { "own", "充电设施平台符合性检测申请表", "委托单位（盖章）：",
        "本单位申请对上述平台进行符合性检测，承诺所填内容真实、准确，并按要求配合联调。", "conformity-application" };
    paper(rq, &what);
}

void entrusted_paper(struct request *rq)
{
    static const struct form_paper what = { "entrusted", "充电设施委托接入申请表", "委托单位（盖章）：\n\n受托平台（盖章）：",
        "委托单位委托上述受托平台接入充电设施数据，双方承诺所填内容真实、准确。", "entrusted-application" };
    paper(rq, &what);
}
