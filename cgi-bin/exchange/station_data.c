/* station_data: pushes of stations, prices, real-time power and charge snapshots. Of what names nothing this operator has,
 * nothing is stored: where the answer is a Status it is 1 (discarded, do not resend) with the code in Msg; a snapshot of a
 * connector that is not the operator's is refused. */
#include "call.h"
#include "core/log.h"
#include "domain/charge_snapshot.h"
#include "domain/charging.h"
#include "domain/connector_state.h"
#include "domain/station_told.h"
#include "interfaces.h"

static json_t *status_answer(bool taken)
{
    return json_pack("{s:i}", "Status", taken ? 0 : 1);
}

static const char *not_known(struct call *call, const char *member, const char *code)
{
    struct work *work = &call->rq->work;
    log_line(LOG_WARN_, work, "exchange.unknown", "operator=%s %s=%s", call->partner->code, member, code);
    return arena_printf(work->arena, "%s %s 未在本平台登记，数据未保存；请核对编码，或先推送充电站信息", member, code);
}

static void heard(struct call *call)
{
    partner_heard(&call->rq->work, call->partner);
}

/* notification_stationInfo, supervise_notification_station_info */
void notification_station_info(struct request *rq)
{
    struct call call;
    const char *left_out = NULL;
    call_checked(rq, &call);
    json_t *infos = json_object_get(call.data, "StationInfos");
    const char *wrong = stations_told_wrong(&rq->work, call.partner->code, infos);
    if (wrong)
        call_refuse(&call, (struct verdict){ RET_BUSINESS, wrong });
    size_t kept = stations_taking_part(&rq->work, call.partner->operator_id, infos, &left_out);
    const char *msg = left_out ? arena_printf(rq->work.arena, "StationID %s 未列入互联配置的充电站，数据未保存；请先在互联配置申请中"
                                              "选择该站", left_out) : "";
    if (kept) {
        call_first_time(&call);
        stations_told(&rq->work, call.partner->operator_id, infos);
        heard(&call);
    }
    call_answer(&call, msg, status_answer(kept > 0));
}

void notification_station_fee(struct request *rq)
{
    struct call call;
    call_checked(rq, &call);
    const char *code = message_text(call.data, "StationID");
    bool known = station_known(&rq->work, call.partner->operator_id, code);
    if (known) {
        call_first_time(&call);
        fee_told(&rq->work, call.partner->operator_id, call.data);
        heard(&call);
    }
    call_answer(&call, known ? "" : not_known(&call, "StationID", code), status_answer(known));
}

void supervise_notification_realtime_power_info(struct request *rq)
{
    struct call call;
    const char *unknown = NULL;
    call_checked(rq, &call);
    const json_t *infos = json_object_get(call.data, "SupStationPowerInfos");
    for (size_t i = 0; i < json_array_size(infos); i++)
        call_own(&call, json_array_get(infos, i), arena_printf(rq->work.arena, "SupStationPowerInfos[%zu].OperatorID", i));
    if (!powers_known(&rq->work, call.partner->operator_id, infos, &unknown))
        call_answer(&call, unknown ? not_known(&call, "StationID", unknown) : "SupStationPowerInfos 为空，没有可保存的数据",
                    status_answer(false));
    call_first_time(&call);
    powers_told(&rq->work, call.partner->operator_id, infos);
    heard(&call);
    call_answer(&call, unknown ? not_known(&call, "StationID", unknown) : "", status_answer(true));
}

static void snapshot_take(struct call *call)
{
    const char *code = message_text(call->data, "ConnectorID");
    if (!connector_find(&call->rq->work, call->partner->operator_id, code))
        call_refuse_field(call, "ConnectorID", "（充电接口编码）%s 未在本平台登记；请核对编码，或先推送充电站信息", code);
    call_first_time(call);
    charge_snapshot_store(&call->rq->work, call->partner->operator_id, call->data);
    charging_snapshot_told(&call->rq->work, call->partner->operator_id, call->data);      /* one that was started here */
    heard(call);
}

void notification_equip_charge_status(struct request *rq)
{
    struct call call;
    call_checked(rq, &call);
    snapshot_take(&call);
    call_answer(&call, "", json_pack("{s:s, s:i}", "StartChargeSeq", message_text(call.data, "StartChargeSeq"), "SuccStat", 0));
}

void supervise_notification_equip_charge_status(struct request *rq)
{
    struct call call;
    call_checked(rq, &call);
    snapshot_take(&call);
    call_answer(&call, "", json_pack("{s:s, s:i}", "OrderNo", message_text(call.data, "OrderNo"), "ConfirmResult", 0));
}
