/* interconnect: how an operator's platform gets connected. The wizard 「互联配置申请」 (Z12: data, debugging, system check), its
 * variants 「我要接入」 (H3.1) and 「桩平台检测」 (S2), and the departments' side. What a connection is and may become stands in
 * schema/flows/connection.hdf; lib/domain/connection.h owns it. */
#include "domain/checks.h"
#include "domain/process.h"
#include "domain/session.h"
#include "interconnect.h"

static void start(void)
{
    checks_register();
    process_start();
}

static const struct route routes[] = {
    { GET,  "/interconnect",             CAP_CONNECT,        NULL, step1_page },
    { GET,  "/interconnect/debug",       CAP_CONNECT,        NULL, step2_page },
    { GET,  "/interconnect/check",       CAP_CONNECT,        NULL, step3_page },
    { GET,  "/interconnect/connections", CAP_CONNECT_REVIEW, NULL, connections_list },
    ROUTE_END };

static const struct program program = {
    .name = "interconnect", .routes = routes, .templates = "interconnect", .start = start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
