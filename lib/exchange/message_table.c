/* message_table.c: every interface of T/CEC 102 parts 2 to 4 and of the supervision extensions, who calls it, and its
 * fields. The portal is the data consumer: it asks query_*, it is told notification_*. */
#include <string.h>

#include "exchange/message_fields.h"

static const struct field token_request[] = {
    FORMED(E, "OperatorID", "运营商标识", FORM_ORGANISATION),
    TEXT(E, "OperatorSecret", "平台密钥", 64),
    END
};

static const struct field token_response[] = {
    FORMED(R, "OperatorID", "运营商标识", FORM_ORGANISATION),
    ENUM(E, "SuccStat", "成功状态", "0 1"),
    TEXT(O, "AccessToken", "令牌", 400),
    INT(O, "TokenAvailableTime", "令牌有效期（秒）", 31536000),
    INT(O, "FailReason", "失败原因", 99),
    END
};

#define BOTH(name, label, of)             { name, label, true, true, of ## _request, of ## _response }
#define ASKED(name, label, asked, answer) { name, label, false, true, asked, answer }      /* the portal calls */
#define TOLD(name, label, told, answer)   { name, label, true, false, told, answer }       /* the operator calls */

static const struct message table[] = {
    BOTH("query_token", "获取令牌", token),
    /* part 2 */
    ASKED("query_stations_info", "查询充电站信息", stations_info_request, stations_info_response),
    ASKED("query_station_status", "查询充电接口状态", station_status_request, station_status_response),
    ASKED("query_station_stats", "查询充电站统计信息", station_stats_request, station_stats_response),
    TOLD("notification_stationStatus", "推送充电接口状态", station_status_push_request, status_response),
    TOLD("notification_stationInfo", "推送充电站信息", stations_push_request, status_response),
    TOLD("notification_stationFee", "推送充电站价格", station_fee_request, status_response),
    /* part 3 */
    ASKED("query_equip_auth", "请求设备认证", equip_auth_request, equip_auth_response),
    ASKED("query_equip_business_policy", "查询业务策略信息", business_policy_request, business_policy_response),
    ASKED("query_start_charge", "请求启动充电", start_charge_request, start_charge_response),
    TOLD("notification_start_charge_result", "推送启动充电结果", start_result_request, started_response),
    ASKED("query_equip_charge_status", "查询充电状态", charge_asked_request, charge_snapshot_fields),
    TOLD("notification_equip_charge_status", "推送充电状态", charge_snapshot_fields, snapshot_response),
    ASKED("query_stop_charge", "请求停止充电", stop_charge_request, stop_charge_response),
    TOLD("notification_stop_charge_result", "推送停止充电结果", stop_result_request, started_response),
    TOLD("notification_charge_order_info", "推送充电订单信息", charge_order_request, charge_order_response),
    TOLD("check_charge_orders", "充电订单对账", check_orders_request, check_orders_response),
    /* supervision */
    ASKED("supervise_query_operator_info", "监管：查询运营商信息", operators_request, operators_response),
    ASKED("supervise_query_stations_info", "监管：查询充电站信息", supervise_stations_request, supervise_stations_response),
    ASKED("supervise_query_station_status", "监管：查询充电接口状态", station_status_request, station_status_response),
    TOLD("supervise_notification_station_info", "监管：推送充电站信息", supervise_stations_push_request, status_response),
    TOLD("supervise_notification_station_status", "监管：推送充电接口状态", supervise_status_request, status_response),
    TOLD("supervise_notification_equip_charge_status", "监管：推送充电状态", supervise_snapshot_request, order_no_response),
    TOLD("supervise_notification_charge_order_info", "监管：推送充电订单信息", supervise_order_request, order_no_response),
    TOLD("supervise_notification_realtime_power_info", "监管：推送实时功率", realtime_power_request, status_response),
    { 0 }
};

const struct message *messages(void)
{
    return table;
}

const struct message *message_find(const char *interface)
{
    for (const struct message *m = table; m->interface; m++)
        if (strcmp(m->interface, interface) == 0)
            return m;
    return NULL;
}
