/* agreements: 协议文本, versions of what a registrant accepts. Publishing keeps every earlier one. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "core/dict.h"
#include "domain/agreement.h"

static void label_kinds(HDF *list)
{
    for (HDF *entry = hdf_obj_child(list); entry; entry = hdf_obj_next(entry)) {
        const char *label = dict_label("agreement_kind", view_get(entry, "kind"));
        view_set(entry, "Label", *label ? label : view_get(entry, "kind"));
    }
}

void agreement_page(struct request *rq)
{
    const char *kind = form_text(rq, "kind");
    view_set(rq->page, "Title", "协议文本");
    view_set(rq->page, "Kind", kind);
    HDF *list = view_node(rq->page, "Rows");
    agreement_list(&rq->work, kind, list);
    label_kinds(list);
    dict_to_hdf(dict_find("agreement_kind"), view_node(rq->page, "Kinds"));
    page(rq, "admin/agreements.cst");
}

void agreement_version(struct request *rq)
{
    HDF *found = view_node(rq->page, "Agreement");
    if (!agreement_load(&rq->work, form_int(rq, "id"), found))
        fail(&rq->work, FAIL_MISSING, "没有这个版本，请从「协议文本」进入。");
    view_set(rq->page, "Title", view_get(found, "title"));
    view_set(rq->page, "Back", "/admin/agreements");
    view_set(rq->page, "Heading", view_get(found, "title"));
    add_fact(rq->page, 0, "种类", dict_label("agreement_kind", view_get(found, "kind")));
    add_fact(rq->page, 1, "版本", view_get(found, "version"));
    add_fact(rq->page, 2, "发布时间", view_get(found, "published_at"));
    add_fact(rq->page, 3, "发布人", view_get(found, "who"));
    richtext_to_hdf(&rq->work, view_get(found, "body"), rq->page);
    page(rq, "admin/agreement.cst");
}

/* The frame: for which kind, over which version. */
static void frame(struct request *rq)
{
    const char *kind = form_text(rq, "kind"), *label = dict_label("agreement_kind", kind);
    if (!*label)
        fail(&rq->work, FAIL_MISSING, "没有这种协议，请从「协议文本」进入。");
    view_setf(rq->page, "Title", "发布%s新版本", label);
    view_set(rq->page, "Kind", kind);
}

static void newest(struct request *rq)
{
    HDF *list = view_node(rq->page, "Rows");
    if (agreement_list(&rq->work, form_text(rq, "kind"), list))
        agreement_load(&rq->work, hdf_get_int_value(list, "0.id", 0), view_node(rq->page, "Newest"));
}

void agreement_new(struct request *rq)
{
    frame(rq);
    newest(rq);
    view_set(rq->page, "Values.seen", *view_get(rq->page, "Newest.version") ? view_get(rq->page, "Newest.version") : "0");
    view_set(rq->page, "Values.title", view_get(rq->page, "Newest.title"));
    view_set(rq->page, "Values.body", view_get(rq->page, "Newest.body"));
    page(rq, "admin/agreement-new.cst");
}

/* After a conflict both texts stand on the page: what the other published, and what was typed, now over that version. */
void agreement_redraw(struct request *rq)
{
    frame(rq);
    if (*view_get(rq->page, "Conflict")) {
        newest(rq);
        view_set(rq->page, "Values.seen", view_get(rq->page, "Newest.version"));
        view_set(rq->page, "Both", "1");
    }
    page(rq, "admin/agreement-new.cst");
}

/* templates/admin/agreement-new.cst says the same */
#define PUBLISH_WORDS "发布后即时生效、不能撤回，此后注册的用户须同意新版本。是否发布？"

void agreement_save(struct request *rq)
{
    frame(rq);
    form_confirm(rq, "发布", PUBLISH_WORDS, arena_printf(rq->work.arena, "/admin/agreements?kind=%s", form_text(rq, "kind")));
    if (!agreement_publish(&rq->work, form_text(rq, "kind"), form_int(rq, "seen"), form_text(rq, "title"), form_text(rq, "body"), rq->address))
        form_conflict(rq, "他人已发布新版本。请对照下方两份文本，合并后再发布，或放弃本次修改。");
    redirect(rq, "/admin/agreements?kind=%s", form_text(rq, "kind"));
}
