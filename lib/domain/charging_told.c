/* charging_told: what a platform says of a charge, whether it was asked or told by itself, and what becomes of the charge.
 * What comes late or twice changes nothing: states move forward only, figures only to a newer sample. */
#include <string.h>

#include "core/db.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/charging_private.h"
#include "exchange/message.h"

#define Q_FIGURES "UPDATE charge SET sampled_at = ?, started_at = COALESCE(?, started_at), soc = ?, power = ?, energy = ?, elec_money = ?," \
    " service_money = ?, total_money = ? WHERE id = ? AND (sampled_at IS NULL OR sampled_at <= ?)"
#define LIVE "starting unclear charging stopping"

/* A time as the protocol writes it; NULL: none, or 0000-00-00 and its like. */
static const char *when(struct arena *arena, const json_t *message, const char *name)
{
    int64_t at;
    return time_parse(message_text(message, name), "%Y-%m-%d %H:%M:%S", &at) && at > 0 ? time_sql(arena, at) : NULL;
}

static struct value number(const json_t *message, const char *name)
{
    return json_object_get(message, name) ? R(message_number(message, name, 0)) : N();
}

static double kilowatts(const json_t *snapshot)
{
    static const char *const volts[] = { "VoltageA", "VoltageB", "VoltageC" }, *const amps[] = { "CurrentA", "CurrentB", "CurrentC" };
    double watts = 0;
    for (int i = 0; i < 3; i++)
        watts += message_number(snapshot, volts[i], 0) * message_number(snapshot, amps[i], 0);
    return watts > 0 && watts < 99999000 ? watts / 1000 : 0;
}

static void heard(struct work *work, int64_t id)
{
    db_exec(work, "UPDATE charge SET heard_at = ? WHERE id = ?", T(time_sql(work->arena, work->now)), I(id));
}

static void figures_store(struct work *work, int64_t id, const json_t *snapshot)
{
    const char *sampled = when(work->arena, snapshot, "EndTime");
    if (!sampled)
        sampled = time_sql(work->arena, work->now);
    db_exec(work, Q_FIGURES, T(sampled), T(when(work->arena, snapshot, "StartTime")), number(snapshot, "Soc"), R(kilowatts(snapshot)),
            number(snapshot, "TotalPower"), number(snapshot, "ElecMoney"), number(snapshot, "ServiceMoney"), number(snapshot, "TotalMoney"),
            I(id), T(sampled));
}

enum { STOPPING_MS = 30000 };          /* whoever still charges then was not stopped */

static bool stop_failed(struct work *work, const struct charge_row *charge)
{
    return db_int(work, 0, "SELECT 1 FROM charge WHERE id = ? AND state = 'stopping' AND state_at < ?", I(charge->id),
                  T(time_sql(work->arena, work->now - STOPPING_MS)))
        && charge_move(work, charge->id, "stopping", "charging", "充电桩没有停止充电，请再试一次，或按下充电桩上的停止按钮。");
}

/* The platform says it runs. One we had given up runs again if its places are free; else it is stopped: nobody watches it. */
static void runs(struct work *work, const struct charge_row *charge)
{
    if (stop_failed(work, charge) || charge_move(work, charge->id, "starting unclear", "charging", "") || strcmp(charge->state, "charging") == 0
        || strcmp(charge->state, "stopping") == 0 || strcmp(charge->state, "ended") == 0)
        return;
    log_line(LOG_WARN_, work, "charging.revived", "charge=%lld was %s and runs", (long long)charge->id, charge->state);
    if (charge_hold_both(work, charge))
        charge_move(work, charge->id, "failed lost refused cancelled", "charging", "运营商平台报告充电已经开始。");
    else
        charge_job(work, "charging.stop", charge->id);
}

static void over(struct work *work, const struct charge_row *charge, const char *ended)
{
    bool began = charge_move(work, charge->id, "charging stopping lost", "ended", "");
    if (!began && charge_move(work, charge->id, "starting unclear", "failed", "充电没有开始，可能是车辆未连接好，请检查后重试。"))
        return;
    if (began)
        db_exec(work, "UPDATE charge SET ended_at = COALESCE(ended_at, ?) WHERE id = ?", T(ended ? ended : time_sql(work->arena, work->now)),
                I(charge->id));
}

static void stat_take(struct work *work, const struct charge_row *charge, long long stat, const char *ended)
{
    if (stat == SEQ_UNKNOWN)             /* no news: Charging.LostHours after the last ones the charge is lost */
        return;
    heard(work, charge->id);
    if (stat == SEQ_CHARGING)
        runs(work, charge);
    else if (stat == SEQ_STOPPING)
        charge_move(work, charge->id, "charging unclear", "stopping", "");
    else if (stat == SEQ_ENDED)
        over(work, charge, ended);
}

enum told charging_start_told(struct work *work, int64_t operator_id, const json_t *result)
{
    struct charge_row charge;
    if (!charge_lock_by_seq(work, operator_id, message_text(result, "StartChargeSeq"), &charge))
        return TOLD_UNKNOWN;
    const char *started = when(work->arena, result, "StartTime");
    long long stat = message_int(result, "StartChargeSeqStat", SEQ_UNKNOWN);
    if (started && stat == SEQ_CHARGING)
        db_exec(work, "UPDATE charge SET started_at = COALESCE(started_at, ?) WHERE id = ?", T(started), I(charge.id));
    /* told ended by the result of a start: it never began, whether the driver had it stopped meanwhile or not */
    const char *from = charge.started_at ? "starting unclear" : "starting unclear stopping";
    if (stat == SEQ_ENDED && charge_move(work, charge.id, from, "failed", "充电桩未能启动充电，请检查充电枪是否插好后重试。"))
        heard(work, charge.id);
    else
        stat_take(work, &charge, stat, NULL);
    return TOLD_TAKEN;
}

enum told charging_snapshot_told(struct work *work, int64_t operator_id, const json_t *snapshot)
{
    struct charge_row charge;
    if (!charge_lock_by_seq(work, operator_id, message_text(snapshot, "StartChargeSeq"), &charge))
        return TOLD_UNKNOWN;
    long long stat = message_int(snapshot, "StartChargeSeqStat", SEQ_UNKNOWN);
    if (stat != SEQ_UNKNOWN && stat != SEQ_STARTING)
        figures_store(work, charge.id, snapshot);
    /* an end that came with energy is a charge that ran, though its start was never told */
    if (stat == SEQ_ENDED && message_number(snapshot, "TotalPower", 0) > 0)
        charge_move(work, charge.id, "starting unclear", "charging", "");
    stat_take(work, &charge, stat, when(work->arena, snapshot, "EndTime"));
    return TOLD_TAKEN;
}

/* SuccStat 1: it could not be stopped, and runs on. */
enum told charging_stop_told(struct work *work, int64_t operator_id, const json_t *result)
{
    struct charge_row charge;
    if (!charge_lock_by_seq(work, operator_id, message_text(result, "StartChargeSeq"), &charge))
        return TOLD_UNKNOWN;
    heard(work, charge.id);
    if (message_int(result, "SuccStat", 0) == 0 || message_int(result, "StartChargeSeqStat", 0) == SEQ_ENDED) {
        charge_move(work, charge.id, "starting unclear", "charging", "");
        over(work, &charge, NULL);
    } else {
        charge_move(work, charge.id, "stopping", "charging", "充电桩未能停止充电，请再试一次，或按下充电桩上的急停按钮。");
    }
    return TOLD_TAKEN;
}
