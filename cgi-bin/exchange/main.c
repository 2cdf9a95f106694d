/* exchange: the T/CEC 102 entry for operators' platforms, <base> = /evcs/v1. A closing slash is accepted. */
#include "call.h"
#include "core/config.h"
#include "domain/setting.h"
#include "interfaces.h"

enum { PUSH, TOKEN, ROUTES };

static struct route routes[] = {
    [PUSH]  = { POST, "/evcs/v1/notification_stationStatus", CAP_PEER, NULL, notification_station_status, NULL, 0 },
    [TOKEN] = { POST, "/evcs/v1/query_token",                CAP_PEER, NULL, query_token,                 NULL, 0 },
    [ROUTES] = ROUTE_END
};

/* The body limit of this program is a matter of configuration. */
static void start(void)
{
    settings_start();
    for (struct route *row = routes; row->path; row++)
        row->body_limit = (size_t)config_int("Exchange.BodyLimit");
}

static const struct program program = { .name = "exchange", .routes = routes, .start = start, .failed = call_failed };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
