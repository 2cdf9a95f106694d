/* pages: texts at fixed addresses are edited here (Z4, Z5). A save that comes second is not lost: the editor sees
 * who was first, the present text, and the own one still in the form. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "core/text.h"
#include "domain/page_edit.h"
#include "list/list.h"

void page_list(struct request *rq)
{
    view_set(rq->page, "Title", "页面内容");
    list_page(rq, "page");
    page(rq, "admin/list.cst");
}

static void add_history(struct request *rq, const char *slug)
{
    HDF *found = view_node(rq->page, "Found");
    int n = 0;
    page_edit_history(&rq->work, slug, found);
    for (HDF *version = hdf_obj_child(found); version; version = hdf_obj_next(version)) {
        char name[24];
        snprintf(name, sizeof name, "History.%d", n++);
        HDF *entry = view_node(rq->page, name);
        view_set(entry, "At", view_get(version, "at"));
        view_set(entry, "Who", hdf_get_value(version, "who", "系统"));
        view_setf(entry, "Title", "第 %s 版：%s", view_get(version, "version"), view_get(version, "title"));
        view_set(entry, "Files.0.Label", "查看该版本");
        view_setf(entry, "Files.0.Path", "/admin/pages/version?slug=%s&version=%s", slug, view_get(version, "version"));
    }
}

/* The frame of the form; its values come from the page as stored or from what was typed. */
static void draw_form(struct request *rq, const char *slug, const char *title)
{
    view_setf(rq->page, "Title", "编辑「%s」", title);
    view_set(rq->page, "Slug", slug);
    view_setf(rq->page, "PublicPath", "/%s", slug);
    add_history(rq, slug);
}

static HDF *load(struct request *rq, const char *slug)
{
    HDF *stored = view_node(rq->page, "Stored");
    if (!page_edit_load(&rq->work, slug, stored))
        fail(&rq->work, FAIL_MISSING, "没有这个页面，请从「页面内容」进入。");
    return stored;
}

void page_open(struct request *rq)
{
    static const char *const fields[] = { "slug", "version", "title", "body" };
    HDF *stored = load(rq, form_text(rq, "slug"));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char name[24];
        snprintf(name, sizeof name, "Values.%s", fields[i]);
        view_set(rq->page, name, view_get(stored, fields[i]));
    }
    if (form_int(rq, "saved"))
        view_setf(rq->page, "Notice", "已保存，现为第 %s 版，前台页面已更新。", view_get(stored, "version"));
    draw_form(rq, view_get(stored, "slug"), view_get(stored, "title"));
    page(rq, "admin/page-edit.cst");
}

void add_fact(HDF *page_node, int i, const char *label, const char *value)
{
    char name[24];
    snprintf(name, sizeof name, "Facts.%d", i);
    HDF *fact = view_node(page_node, name);
    view_set(fact, "Label", label);
    view_set(fact, "Value", value);
}

void page_earlier(struct request *rq)
{
    const char *slug = form_text(rq, "slug");
    HDF *version = view_node(rq->page, "Found");
    if (!page_edit_version(&rq->work, slug, form_int(rq, "version"), version))
        fail(&rq->work, FAIL_MISSING, "没有这个历史版本，请从「编辑」页面的历史版本进入。");
    view_setf(rq->page, "Title", "第 %s 版", view_get(version, "version"));
    view_set(rq->page, "Heading", view_get(version, "title"));
    view_setf(rq->page, "Back", "/admin/pages/edit?slug=%s", slug);
    add_fact(rq->page, 0, "页面代码", slug);
    add_fact(rq->page, 1, "保存时间", view_get(version, "at"));
    add_fact(rq->page, 2, "保存人", hdf_get_value(version, "who", "系统"));
    richtext_to_hdf(&rq->work, view_get(version, "body"), rq->page);
    page(rq, "admin/page-version.cst");
}

/* What was typed goes back into the form, as it was. */
static void typed_values(struct request *rq)
{
    view_set(rq->page, "Values.slug", form_text(rq, "slug"));
    view_set(rq->page, "Values.version", form_text(rq, "version"));
    view_set(rq->page, "Values.title", form_text(rq, "title"));
    view_set(rq->page, "Values.body", form_text(rq, "body"));
}

/* Field errors: lib/web has put the values and errors on the page already. */
void page_redraw(struct request *rq)
{
    draw_form(rq, form_text(rq, "slug"), form_has(rq, "title") ? form_text(rq, "title") : "页面");
    page(rq, "admin/page-edit.cst");
}

static _Noreturn void preview(struct request *rq)
{
    load(rq, form_text(rq, "slug"));
    typed_values(rq);
    view_set(rq->page, "Preview", "1");
    richtext_to_hdf(&rq->work, form_text(rq, "body"), rq->page);
    draw_form(rq, form_text(rq, "slug"), form_text(rq, "title"));
    page(rq, "admin/page-edit.cst");
}

static _Noreturn void changed(struct request *rq)
{
    HDF *stored = load(rq, form_text(rq, "slug")), *conflict = view_node(rq->page, "Conflict");
    const char *version = view_get(stored, "version");
    typed_values(rq);
    view_set(rq->page, "Values.version", version);
    view_set(conflict, "Version", version);
    view_set(conflict, "Title", view_get(stored, "title"));
    view_set(conflict, "Body", view_get(stored, "body"));
    view_setf(conflict, "Text", "%s 已于 %s 保存为第 %s 版。您填写的内容仍保留在下方，尚未保存；请与现行版本核对，"
              "合并后再次保存，将在第 %s 版之上更新。", hdf_get_value(stored, "who", "系统"), view_get(stored, "at"), version, version);
    draw_form(rq, form_text(rq, "slug"), form_text(rq, "title"));
    page_status(rq, 409, "admin/page-edit.cst");
}

void page_save(struct request *rq)
{
    if (strcmp(form_text(rq, "do"), "preview") == 0)
        preview(rq);
    switch (page_edit_save(&rq->work, form_text(rq, "slug"), form_int(rq, "version"), form_text(rq, "title"),
                           form_text(rq, "body"), rq->address)) {
    case PAGE_MISSING:
        fail(&rq->work, FAIL_MISSING, "没有这个页面，请从「页面内容」进入。");
    case PAGE_CHANGED:
        changed(rq);
    case PAGE_SAVED: case PAGE_SAME:
        break;
    }
    /* the stored spelling: what was typed may differ in letter case */
    redirect(rq, "/admin/pages/edit?slug=%s&saved=1", view_get(load(rq, form_text(rq, "slug")), "slug"));
}
