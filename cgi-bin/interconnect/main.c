/* interconnect: how an operator's platform gets connected. The wizard 「互联配置申请」 (Z12: data, debugging, system check), its
 * variants 「我要接入」 (H3.1) and 「桩平台检测」 (S2), and the departments' side. What a connection is and may become stands in
 * schema/flows/connection.hdf; lib/domain/connection.h owns it. */
#include "domain/checks.h"
#include "domain/process.h"
#include "domain/session.h"
#include "interconnect.h"
#include "list/list.h"

static void start(void)
{
    checks_register();
    process_start();
    lists_load((const char *const[]){ "connection", "connection_station", "charge_order", "exchange_message", "quality_operator", "quality_station",
                                        NULL });
}

enum { PAPER_LIMIT = 12 << 20 };         /* one scan of Web.UploadLimit, and the form */

static const struct route routes[] = {
    { GET,  "/interconnect",                 CAP_CONNECT,        "connection-done",         entry_page },
    { GET,  "/interconnect/configure",       CAP_CONNECT,        "connection-done",         step1_page },
    { POST, "/interconnect/configure",       CAP_CONNECT,        "connection-platform",     step1_save, step1_page },
    { POST, "/interconnect/keys",            CAP_CONNECT,        "connection-keys",         step1_keys },
    { POST, "/interconnect/test",            CAP_CONNECT,        NULL,                      step1_test },
    { GET,  "/interconnect/stations",        CAP_CONNECT,        "list:connection_station", stations_list },
    { POST, "/interconnect/stations/take",   CAP_CONNECT,        "list:connection_station", stations_take },
    { POST, "/interconnect/stations/leave",  CAP_CONNECT,        "list:connection_station", stations_leave },
    { GET,  "/interconnect/debug",           CAP_CONNECT,        NULL,                      step2_page },
    { POST, "/interconnect/move",            CAP_CONNECT,        "flow-move",               wizard_move, step2_page },
    { GET,  "/interconnect/check",           CAP_CONNECT,        NULL,                      step3_page },
    { GET,  "/interconnect/protocol",        CAP_PUBLIC,         "connection-protocol",     protocol_page },
    { GET,  "/interconnect/kit",             CAP_PUBLIC,         NULL,                      kit_archive },
    { GET,  "/interconnect/kit/stations.json", CAP_CONNECT,      NULL,                      kit_stations },
    { GET,  "/interconnect/apply/review",    CAP_CONNECT,        NULL,                      review_form },
    { POST, "/interconnect/apply/review",    CAP_CONNECT,        "connection-review",       review_send, review_form },
    { GET,  "/interconnect/apply/own",       CAP_CONNECT,        "company-step",            own_form },
    { POST, "/interconnect/apply/own",       CAP_CONNECT,        "connection-own",          own_send, own_form, PAPER_LIMIT },
    { GET,  "/interconnect/apply/own/paper.pdf", CAP_CONNECT,    NULL,                      own_paper },
    { GET,  "/interconnect/apply/entrusted", CAP_CONNECT,        "company-step",            entrusted_form },
    { POST, "/interconnect/apply/entrusted", CAP_CONNECT,        "connection-entrusted",    entrusted_send, entrusted_form, PAPER_LIMIT },
    { GET,  "/interconnect/apply/entrusted/paper.pdf", CAP_CONNECT, NULL,                   entrusted_paper },
    { POST, "/interconnect/apply/edit",      CAP_CONNECT,        "connection-edit",         apply_edit },
    { GET,  "/interconnect/apply/{id}",      CAP_CONNECT,        NULL,                      apply_page },
    { POST, "/interconnect/apply/move",      CAP_CONNECT,        "flow-move",               apply_move, apply_page },
    { GET,  "/interconnect/connections",     CAP_CONNECT_REVIEW, "list:connection",         connections_list },
    { GET,  "/interconnect/connections/{id}", CAP_STAFF,         NULL,                      connection_page },
    { GET,  "/interconnect/connections/{id}/profile", CAP_CONNECT_REVIEW, NULL,              profile_page },
    { POST, "/interconnect/connections/{id}/profile", CAP_CONNECT_REVIEW, "partner-profile", profile_save, profile_page },
    { POST, "/interconnect/connections/{id}/keys", CAP_CONNECT_REVIEW, NULL,                 profile_end_keys },
    { POST, "/interconnect/connections/move", CAP_CONNECT_REVIEW, "flow-move",              connection_move, connection_page },
    { GET,  "/interconnect/orders",          CAP_ORDER_VIEW,     "list:charge_order",       orders_list },
    { GET,  "/interconnect/orders.xlsx",     CAP_ORDER_VIEW,     "list:charge_order",       orders_xlsx },
    { GET,  "/interconnect/orders/{id}",     CAP_ORDER_VIEW,     NULL,                      order_page },
    { GET,  "/interconnect/order-statistics", CAP_ORDER_VIEW,    "order-statistics",        order_statistics },
    { GET,  "/interconnect/debug/console",       CAP_CONNECT,      "console-page",   console_page },
    { POST, "/interconnect/debug/send",          CAP_CONNECT,      "console-send",   console_send, console_redraw },
    { GET,  "/interconnect/debug/tries/{id}",    CAP_CONNECT,      NULL,             console_try },
    { GET,  "/interconnect/debug/messages",      CAP_CONNECT_VIEW, "list:exchange_message", messages_page },
    { GET,  "/interconnect/debug/messages/{id}", CAP_CONNECT_VIEW, NULL,             message_page },
    { GET,  "/interconnect/debug/verify",        CAP_CONNECT,      "console-page",   verify_page },
    { POST, "/interconnect/debug/verify",        CAP_CONNECT,      "console-verify", verify_check, verify_redraw },
    { GET,  "/interconnect/checks/{id}",         CAP_CONNECT_VIEW, NULL,             check_report },
    { GET,  "/interconnect/quality",         CAP_QUALITY_VIEW,   "list:quality_operator",   quality_operators },
    { GET,  "/interconnect/quality.xlsx",    CAP_QUALITY_VIEW,   "list:quality_operator",   quality_operators_xlsx },
    { GET,  "/interconnect/quality/operators/{id}", CAP_QUALITY_VIEW, NULL,                 quality_operator },
    { GET,  "/interconnect/quality/stations", CAP_QUALITY_VIEW,  "list:quality_station",    quality_stations },
    { GET,  "/interconnect/quality/stations.xlsx", CAP_QUALITY_VIEW, "list:quality_station", quality_stations_xlsx },
    { GET,  "/interconnect/quality/stations/{id}", CAP_QUALITY_VIEW, NULL,                  quality_station },
    ROUTE_END };

static const struct program program = {
    .name = "interconnect", .routes = routes, .templates = "interconnect", .start = start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
