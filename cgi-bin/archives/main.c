/* archives: 档案管理 (Z9 to Z11, S4 to S6): station records, reports, equipment records. One list and one page of a record
 * serve operators (their own) and departments (their division's, once submitted); buttons come from the flows. */
#include "archives.h"
#include "import.h"
#include "domain/checks.h"
#include "domain/process.h"
#include "domain/session.h"
#include "list/list.h"

static void start(void)
{
    checks_register();
    process_start();
    form_open("station-record"), form_open("equipment-record"), form_open("equipment-new");
    form_open("report"), form_open("report-edit"), form_open("report-replace");
    form_open("import-take");
    lists_load((const char *const[]){ "station_record", "report", "equipment_record", "station", "station_built", NULL });
}

enum { TEXT_LIMIT = 1 << 20, FILES_LIMIT = 12 << 20, WORKBOOK_LIMIT = 32 << 20 };     /* nginx follows: conf/host/nginx.sh */

static const struct route routes[] = {
    { GET,  "/archives/pushed",                 CAP_RECORD_VIEW, "list:station",          pushed_list },
    { GET,  "/archives/built",                  CAP_ENTRUST,     "list:station_built",    built_list },
    { GET,  "/archives/entrustments",           CAP_COMPANY_OWN, NULL,                    entrustments_page },
    { POST, "/archives/entrustments",           CAP_ENTRUST,     "entrustment-ask",       entrustments_ask, entrustments_page },
    { POST, "/archives/entrustments/decide",    CAP_COMPANY_OWN, "entrustment-decide",    entrustments_decide, entrustments_page },
    { GET,  "/archives/stations/{id}/label.png", CAP_RECORD_VIEW, NULL,                   station_label },
    { POST, "/archives/stations/labels",        CAP_RECORD_VIEW, "list:station_record",   station_labels },
    { GET,  "/archives/equipment/{id}/label.png", CAP_RECORD_VIEW, NULL,                  equipment_label },
    { POST, "/archives/equipment/labels",       CAP_RECORD_VIEW, "list:equipment_record", equipment_labels },
    { GET,  "/archives/labels",                 CAP_RECORD_VIEW, "archives-labels",       labels_sheet },
    { GET,  "/archives/stations",               CAP_RECORD_VIEW, "list:station_record",   station_list },
    { GET,  "/archives/stations.xlsx",           CAP_RECORD_VIEW, "list:station_record",   station_xlsx },
    { GET,  "/archives/stations/options",       CAP_RECORD_OWN,  "archives-options",      station_options },
    { GET,  "/archives/reports/options",        CAP_RECORD_OWN,  "archives-options",      reports_options },
    { GET,  "/archives/apply",                  CAP_RECORD_OWN,  NULL,                    apply_page },
    { GET,  "/archives/stations/import",         CAP_RECORD_OWN,  NULL, import_page },
    { POST, "/archives/stations/import",         CAP_RECORD_OWN,  "import-take", import_take, import_page, WORKBOOK_LIMIT },
    { GET,  "/archives/stations/import/template", CAP_RECORD_OWN, NULL,          import_template },
    { GET,  "/archives/stations/import/{id}",     CAP_RECORD_OWN, "archives-page",          import_progress },
    { POST, "/archives/stations/import/{id}/again", CAP_RECORD_OWN, NULL,        import_again },
    { GET,  "/archives/stations/import/{id}/marked", CAP_RECORD_OWN, NULL,      import_marked },
    { GET,  "/archives/stations/new",           CAP_RECORD_OWN,  NULL,                    station_new },
    { POST, "/archives/stations",               CAP_RECORD_OWN,  "station-record",        station_add, station_new, FILES_LIMIT },
    { POST, "/archives/stations/batch",         CAP_RECORD_VIEW, "list:station_record",   station_batch },
    { POST, "/archives/stations/move",          CAP_RECORD_VIEW, "flow-move",             station_move, station_page },
    { GET,  "/archives/stations/{id}",          CAP_RECORD_VIEW, "archives-page",         station_page },
    { GET,  "/archives/stations/{id}/edit",     CAP_RECORD_OWN,  NULL,                    station_edit },
    { POST, "/archives/stations/{id}",          CAP_RECORD_OWN,  "station-record",        station_save, station_edit, FILES_LIMIT },
    { POST, "/archives/stations/{id}/submit",   CAP_RECORD_OWN,  "record-move",           station_submit },
    { POST, "/archives/stations/{id}/withdraw", CAP_RECORD_OWN,  "record-move",           station_withdraw },
    { GET,  "/archives/stations/{id}/delete",   CAP_RECORD_OWN,  NULL,                    station_delete },
    { POST, "/archives/stations/{id}/delete",   CAP_RECORD_OWN,  NULL,                    station_drop },
    { GET,  "/archives/reports",                CAP_RECORD_VIEW, "list:report",           reports_list },
    { GET,  "/archives/reports.xlsx",            CAP_RECORD_VIEW, "list:report",           reports_xlsx },
    { GET,  "/archives/reports/new",            CAP_RECORD_OWN,  NULL,                    reports_new },
    { POST, "/archives/reports",                CAP_RECORD_OWN,  "report",                reports_add, reports_new, FILES_LIMIT },
    { GET,  "/archives/reports/{id}",           CAP_RECORD_VIEW, "archives-page",         reports_page },
    { GET,  "/archives/reports/{id}/edit",      CAP_RECORD_OWN,  NULL,                    reports_edit },
    { POST, "/archives/reports/{id}",           CAP_RECORD_OWN,  "report-edit",           reports_save, reports_edit, FILES_LIMIT },
    { GET,  "/archives/reports/{id}/replace",   CAP_RECORD_OWN,  NULL,                    reports_replace_form },
    { POST, "/archives/reports/{id}/replace",   CAP_RECORD_OWN,  "report-replace",        reports_replace, reports_replace_form, FILES_LIMIT },
    { GET,  "/archives/reports/{id}/delete",    CAP_RECORD_OWN,  NULL,                    reports_delete },
    { POST, "/archives/reports/{id}/delete",    CAP_RECORD_OWN,  NULL,                    reports_drop },
    { GET,  "/archives/equipment",              CAP_RECORD_VIEW, "list:equipment_record", equipment_list },
    { GET,  "/archives/equipment.xlsx",          CAP_RECORD_VIEW, "list:equipment_record", equipment_xlsx },
    { GET,  "/archives/equipment/import",        CAP_RECORD_OWN,  "archives-page", equipment_import },
    { POST, "/archives/equipment/import",        CAP_RECORD_OWN,  "import-take", import_take, equipment_import, WORKBOOK_LIMIT },
    { GET,  "/archives/equipment/import/template", CAP_RECORD_OWN, NULL,          import_template },
    { GET,  "/archives/equipment/import/{id}",    CAP_RECORD_OWN, "archives-page",          import_progress },
    { POST, "/archives/equipment/import/{id}/again", CAP_RECORD_OWN, NULL,        import_again },
    { GET,  "/archives/equipment/import/{id}/marked", CAP_RECORD_OWN, NULL,      import_marked },
    { GET,  "/archives/equipment/new",          CAP_RECORD_OWN,  "archives-page",         equipment_new },
    { POST, "/archives/equipment",              CAP_RECORD_OWN,  "equipment-new",         equipment_add, equipment_form, TEXT_LIMIT },
    { POST, "/archives/equipment/batch",        CAP_RECORD_VIEW, "list:equipment_record", equipment_batch, NULL, TEXT_LIMIT },
    { POST, "/archives/equipment/move",         CAP_RECORD_VIEW, "flow-move",             equipment_move, equipment_page },
    { GET,  "/archives/equipment/{id}",         CAP_RECORD_VIEW, "archives-page",         equipment_page },
    { GET,  "/archives/equipment/{id}/edit",    CAP_RECORD_OWN,  NULL,                    equipment_edit },
    { POST, "/archives/equipment/{id}",         CAP_RECORD_OWN,  "equipment-record",      equipment_save, equipment_edit, FILES_LIMIT },
    { POST, "/archives/equipment/{id}/submit",  CAP_RECORD_OWN,  "record-move",           equipment_submit },
    { POST, "/archives/equipment/{id}/link",    CAP_RECORD_OWN,  "record-move",           equipment_link },
    { POST, "/archives/equipment/{id}/withdraw", CAP_RECORD_OWN, "record-move",           equipment_withdraw },
    { GET,  "/archives/equipment/{id}/delete",  CAP_RECORD_OWN,  NULL,                    equipment_delete },
    { POST, "/archives/equipment/{id}/delete",  CAP_RECORD_OWN,  NULL,                    equipment_drop },
    { GET,  "/archives/review",                 CAP_RECORD_REVIEW, "review-list",         review_list },
    { POST, "/archives/review/batch",           CAP_RECORD_REVIEW, "review-list",         review_batch, review_list },
    { POST, "/archives/review/take",            CAP_RECORD_REVIEW, "review-batch",        review_batch_take, review_batch_again, TEXT_LIMIT },
    { GET,  "/archives/review/phrases",         CAP_RECORD_REVIEW, NULL,                  phrases_page },
    { POST, "/archives/review/phrases",         CAP_RECORD_REVIEW, "review-phrase",       phrases_save, phrases_page },
    { POST, "/archives/review/phrases/{id}/drop", CAP_RECORD_REVIEW, NULL,                phrases_drop },
    { GET,  "/archives/review/{kind}/{id}",     CAP_RECORD_REVIEW, "review-page",         review_page },
    { POST, "/archives/review/{kind}/{id}",     CAP_RECORD_REVIEW, "review-move",         review_take, review_page },
    { GET,  "/archives/review/{kind}/{id}/map.png", CAP_RECORD_REVIEW, "review-page",     review_map },
    ROUTE_END };

static const struct program program = {
    .name = "archives", .routes = routes, .templates = "archives", .start = start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
