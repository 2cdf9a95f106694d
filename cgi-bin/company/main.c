/* company: an operator's own affairs - guide (Z8.3, Z8.4), configuration (Z13), contacts (Z14), qualification (H2) -
 * and the departments' pages about them. */
#include "company.h"
#include "domain/checks.h"
#include "domain/company.h"
#include "domain/process.h"
#include "domain/session.h"
#include "list/list.h"

static void guide_page(struct request *rq)
{
    view_set(rq->page, "Title", "办事指引");
    company_guide(&rq->work, rq->page);
    page(rq, "company/guide.cst");
}

static void start(void)
{
    checks_register();
    process_start();
    lists_load((const char *const[]){ "company_contact", "company_directory", NULL });
}

enum { PROFILE_LIMIT = 1 << 17, FILES_LIMIT = 96 << 20 };     /* eight permits of Web.UploadLimit in one step */

static const struct route routes[] = {
    { GET,  "/company",                     CAP_OPERATOR_OWN, NULL,                    guide_page },
    { GET,  "/company/profile",             CAP_COMPANY_OWN,  "company-saved",         profile_page },
    { GET,  "/company/profile/edit",        CAP_COMPANY_OWN,  "company-saved",         profile_edit },
    { POST, "/company/profile",             CAP_COMPANY_OWN,  "company-profile",       profile_save, profile_edit, PROFILE_LIMIT },
    { POST, "/company/profile/move",        CAP_COMPANY_OWN,  "flow-move",             profile_move, profile_page },
    { GET,  "/company/contacts",            CAP_COMPANY_OWN,  "list:company_contact",  contact_list },
    { POST, "/company/contacts",            CAP_COMPANY_OWN,  "company-contact",       contact_add, contact_new },
    { GET,  "/company/contacts/new",        CAP_COMPANY_OWN,  NULL,                    contact_new },
    { GET,  "/company/contacts/{id}",       CAP_COMPANY_OWN,  NULL,                    contact_edit },
    { POST, "/company/contacts/{id}",       CAP_COMPANY_OWN,  "company-contact",       contact_save, contact_edit },
    { POST, "/company/contacts/{id}/drop",  CAP_COMPANY_OWN,  NULL,                    contact_drop },
    { GET,  "/company/directory",           CAP_CONTACT_VIEW, "list:company_directory", directory_list },
    { GET,  "/company/directory/{id}",      CAP_CONTACT_VIEW, NULL,                    directory_page },
    { POST, "/company/directory/{id}",      CAP_CONTACT_VIEW, "company-reveal",        directory_reveal, directory_page },
    { GET,  "/company/qualification",       CAP_OPERATOR_OWN, "company-saved",         qualification_page },
    { GET,  "/company/qualification/form",  CAP_OPERATOR_OWN, "company-step",          qualification_form },
    { POST, "/company/qualification/form",  CAP_OPERATOR_OWN, "company-qualification", qualification_step, qualification_form, FILES_LIMIT },
    { POST, "/company/qualification/edit",  CAP_OPERATOR_OWN, NULL,                    qualification_edit },
    { POST, "/company/qualification/move",  CAP_OPERATOR_OWN, "flow-move",             qualification_move, qualification_page },
    { GET,  "/company/review/profile/{id}", CAP_STAFF,        NULL,                    review_profile },
    { POST, "/company/review/profile/move", CAP_PROFILE_REVIEW, "flow-move",           review_profile_move, review_profile },
    { GET,  "/company/review/qualification/{id}", CAP_STAFF,  NULL,                    review_qualification },
    { POST, "/company/review/qualification/move", CAP_QUALIFICATION_REVIEW, "flow-move", review_qualification_move, review_qualification },
    ROUTE_END };

static const struct program program = {
    .name = "company", .routes = routes, .templates = "company", .start = start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
