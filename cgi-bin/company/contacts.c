/* contacts: 运营商通讯录 (Z14): a company keeps its own; departments read, and see a full number for a reason that is noted. */
#include <inttypes.h>

#include "company.h"
#include "domain/company.h"
#include "list/list.h"

void contact_list(struct request *rq)
{
    (void)company_own(&rq->work);
    view_set(rq->page, "Title", "运营商通讯录");
    list_page(rq, "company_contact");
    page(rq, "company/contacts.cst");
}

void contact_new(struct request *rq)
{
    (void)company_own(&rq->work);
    view_set(rq->page, "Title", "添加联系人");
    form_show(rq, "company-contact", NULL, "/company/contacts");
    page(rq, "company/contact-edit.cst");
}

void contact_edit(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    struct form_values *stored = company_contact(&rq->work, id);
    view_set(rq->page, "Title", "修改联系人");
    view_set_int(rq->page, "Contact", id);
    form_show(rq, "company-contact", stored, arena_printf(rq->work.arena, "/company/contacts/%" PRId64, id));
    page(rq, "company/contact-edit.cst");
}

static const char *add(struct work *work, void *arg)
{
    struct request *rq = arg;
    return arena_printf(work->arena, "%" PRId64, company_contact_save(work, rq->values, 0, rq->address));
}

void contact_add(struct request *rq)
{
    if (form_draft(rq)) {
        form_draft_keep(rq);
        redirect(rq, "/company/contacts/new");
    }
    (void)submission_once(&rq->work, rq->work.idempotency, add, rq);
    form_done(rq);
    redirect(rq, "/company/contacts");
}

void contact_save(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    (void)company_contact(&rq->work, id);
    if (form_draft(rq)) {
        form_draft_keep(rq);
        redirect(rq, "/company/contacts/%" PRId64, id);
    }
    (void)company_contact_save(&rq->work, rq->values, id, rq->address);
    form_done(rq);
    redirect(rq, "/company/contacts");
}

void contact_drop(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    (void)company_contact(&rq->work, id);                /* 404 before the question */
    form_confirm(rq, "删除", "删除后不能恢复。是否删除该联系人？", arena_printf(rq->work.arena, "/company/contacts/%" PRId64, id));
    company_contact_drop(&rq->work, id, rq->address);
    redirect(rq, "/company/contacts");
}

/* --- departments ------------------------------------------------------------------------------------------------------- */

void directory_list(struct request *rq)
{
    view_set(rq->page, "Title", "运营商通讯录");
    list_page(rq, "company_directory");
    page(rq, "company/directory.cst");
}

void directory_page(struct request *rq)
{
    HDF *contact = view_node(rq->page, "Contact");
    company_contact_read(&rq->work, form_int(rq, "id"), contact);
    view_set(rq->page, "Title", view_get(contact, "name"));
    page(rq, "company/directory-contact.cst");
}

/* A POST, for it writes: who looked, at whose number, why. */
void directory_reveal(struct request *rq)
{
    int64_t id = form_int(rq, "id");
    view_set(rq->page, "Phone", company_contact_phone(&rq->work, id, form_text(rq, "reason"), rq->address));
    directory_page(rq);
}
