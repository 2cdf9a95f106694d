/* exchange: the T/CEC 102 entry for operators' platforms, <base> = /evcs/v1. A closing slash is accepted. */
#include "call.h"
#include "core/config.h"
#include "core/db.h"
#include "domain/setting.h"
#include "exchange/edition.h"
#include "interfaces.h"

#define TOLD(interface, handler) { POST, "/evcs/v1/" interface, CAP_PEER, NULL, handler, NULL, 0 }

static struct route routes[] = {
    TOLD("check_charge_orders",                         check_charge_orders),
    TOLD("notification_charge_order_info",              notification_charge_order_info),
    TOLD("notification_equip_charge_status",            notification_equip_charge_status),
    TOLD("notification_start_charge_result",            notification_start_charge_result),
    TOLD("notification_stationFee",                     notification_station_fee),
    TOLD("notification_stationInfo",                    notification_station_info),
    TOLD("notification_stationStatus",                  notification_station_status),
    TOLD("notification_stop_charge_result",             notification_stop_charge_result),
    TOLD("query_token",                                 query_token),
    TOLD("supervise_notification_charge_order_info",    supervise_notification_charge_order_info),
    TOLD("supervise_notification_equip_charge_status",  supervise_notification_equip_charge_status),
    TOLD("supervise_notification_realtime_power_info",  supervise_notification_realtime_power_info),
    TOLD("supervise_notification_station_info",         notification_station_info),
    TOLD("supervise_notification_station_status",       supervise_notification_station_status),
    ROUTE_END
};

/* The body limit of this program is a matter of configuration. */
static void start(void)
{
    settings_start();
    (void)edition_at(0);                 /* a mistake in schema/editions.hdf stops the start, not a message */
    db_short_works();
    for (struct route *row = routes; row->path; row++)
        row->body_limit = (size_t)config_int("Exchange.BodyLimit");
}

static const struct program program = { .name = "exchange", .routes = routes, .start = start, .failed = call_failed };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
