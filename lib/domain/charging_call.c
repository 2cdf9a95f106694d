/* charging_call: the calls to operators' platforms, each a job: the charge is read, the platform is asked with no transaction
 * open, what it said is stored by a move that looks at the state again. */
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/charging_private.h"
#include "domain/platform.h"
#include "exchange/message.h"

enum { NOT_FOUND_THERE = 1, ALREADY_STOPPED = 3, FOLLOWED_AT_ONCE = 50 };

struct step {
    struct charge_row    charge;
    struct platform     *platform;
    struct client_answer answer;
    const char          *from, *to, *why;      /* a move to make */
    const char          *policy;
    bool                 found, sent_before;
};

static void step_read(struct work *work, void *arg)
{
    struct step *step = arg;
    step->found = charge_load(work, step->charge.id, &step->charge);
}

static struct step *step_open(struct work *work, const json_t *payload)
{
    struct step *step = arena_alloc(work->arena, sizeof *step);
    step->charge.id = message_int(payload, "charge", 0);
    work_must(work, WORK_READ, step_read, step);
    if (!step->found)
        fail(work, FAIL_MISSING, "%s", "没有这笔充电。");
    step->platform = platform_open(work, step->charge.operator_id, "charging", config_int("Charging.AnswerSeconds"));
    return step;
}

static bool in_state(const struct step *step, const char *state)
{
    return strcmp(step->charge.state, state) == 0;
}

static void move_make(struct work *work, void *arg)
{
    const struct step *step = arg;
    charge_move(work, step->charge.id, step->from, step->to, step->why);
    if (step->policy)
        db_exec(work, "UPDATE charge SET policy = ? WHERE id = ? AND state = 'ready'", T(step->policy), I(step->charge.id));
}

static void move(struct work *work, struct step *step, const char *from, const char *to, const char *why)
{
    step->from = from, step->to = to, step->why = why;
    work_must(work, WORK_WRITE, move_make, step);
}

static void call(struct step *step, const char *interface, const char *seq_name, bool with_connector)
{
    json_t *request = json_pack("{s:s}", seq_name, step->charge.seq);
    if (with_connector)
        json_object_set_new(request, "ConnectorID", json_string(step->charge.connector));
    if (strcmp(interface, "query_start_charge") == 0)
        json_object_set_new(request, "QRCode", json_string(""));
    platform_call(step->platform, interface, request, &step->answer);
}

static bool refused(const struct step *step)
{
    return message_int(step->answer.data, "SuccStat", 1) != 0;
}

static const char *reason_words(struct work *work, const struct step *step, const char *const words[], size_t count, const char *other)
{
    long long reason = message_int(step->answer.data, "FailReason", 0);
    return reason > 0 && (size_t)reason < count ? words[reason] : arena_printf(work->arena, "%s（原因代码 %lld）。", other, reason);
}

/* For the driver: whose platform, and what he may do. The technical words are in the log. */
static const char *silent_words(struct work *work, const struct step *step)
{
    if (!step->platform)
        return "运营商平台目前不能在线启停充电，请使用运营商的 App 或小程序。";
    if (step->answer.answered && step->answer.ret)
        return arena_printf(work->arena, "运营商平台拒绝了请求（%s），请稍后重试，或换一把充电枪。", step->answer.why);
    return "运营商平台没有正常应答，请稍后重试，或换一把充电枪。";
}

/* --- query_equip_auth, query_equip_business_policy ------------------------------------------------------------------------ */

static const char *policy_text(struct work *work, const json_t *answer)
{
    const json_t *list = json_object_get(answer, "PolicyInfos");
    char *dump = json_array_size(list) ? json_dumps(list, JSON_COMPACT | JSON_REAL_PRECISION(8)) : NULL;
    const char *text = arena_copy(work->arena, dump);
    free(dump);
    return text;
}

void charging_check_job(struct work *work, const json_t *payload)
{
    static const char *const auth_words[] = { "", "车辆还没有插枪，请把充电枪插好后重试。", "充电桩检测未通过：充电枪可能正在使用，或车辆没有连接好，请检查后重试。" };
    static const char *const policy_words[] = { "", "运营商没有提供这把充电枪的价格，暂不能在线启动。" };
    struct step *step = step_open(work, payload);
    if (!in_state(step, "checking"))
        return;
    if (step->platform)
        call(step, "query_equip_auth", "EquipAuthSeq", true);
    if (!step->answer.data || refused(step)) {
        move(work, step, "checking", "refused", step->answer.data ? reason_words(work, step, auth_words, 3, "充电桩检测未通过") : silent_words(work, step));
        return;
    }
    call(step, "query_equip_business_policy", "EquipBizSeq", true);
    step->policy = step->answer.data && !refused(step) ? policy_text(work, step->answer.data) : NULL;
    if (step->policy)
        move(work, step, "checking", "ready", "");
    else
        move(work, step, "checking", "refused", step->answer.data ? refused(step) ? reason_words(work, step, policy_words, 2, "运营商没有提供价格")
                                                                                  : policy_words[1] : silent_words(work, step));
}

/* --- query_start_charge: once -------------------------------------------------------------------------------------------------- */

static void sending_note(struct work *work, void *arg)
{
    struct step *step = arg;
    step->sent_before = db_exec(work, "UPDATE charge SET start_sent = 1 WHERE id = ? AND state = 'starting' AND start_sent = 0", I(step->charge.id)) == 0;
}

static void start_took(struct work *work, void *arg)
{
    struct step *step = arg;
    json_t *result = json_pack("{s:s, s:i}", "StartChargeSeq", step->charge.seq, "StartChargeSeqStat",
                               (int)message_int(step->answer.data, "StartChargeSeqStat", SEQ_STARTING));
    charging_start_told(work, step->charge.operator_id, result);
    json_decref(result);
}

/* Noted before it is sent: a runner killed in between leaves a charge that is asked about, not one that is started twice. */
void charging_start_job(struct work *work, const json_t *payload)
{
    static const char *const words[] = { "", "运营商平台没有找到这把充电枪。", "充电桩离线，不能启动，请换一把充电枪。" };
    struct step *step = step_open(work, payload);
    work_must(work, WORK_WRITE, sending_note, step);
    if (step->sent_before)
        return;
    if (step->platform)
        call(step, "query_start_charge", "StartChargeSeq", true);
    if (step->answer.data && refused(step))
        move(work, step, "starting stopping", "failed", reason_words(work, step, words, 3, "运营商平台没有启动充电"));
    else if (step->answer.data)
        work_must(work, WORK_WRITE, start_took, step);
    else if (!step->platform || (step->answer.answered && step->answer.ret && !step->answer.later))
        move(work, step, "starting stopping", "failed", silent_words(work, step));
    else            /* it may have begun: charging.follow finds out */
        move(work, step, "starting", "unclear", "运营商平台没有应答，正在核实是否已经开始充电，请稍候，不要拔枪。");
}

/* --- query_stop_charge: may be said again -------------------------------------------------------------------------------------- */

void charging_stop_job(struct work *work, const json_t *payload)
{
    static const char *const words[] = { "", "运营商平台没有找到这笔充电，请按下充电桩上的停止按钮。", "充电桩离线，不能远程停止，请按下充电桩上的停止按钮。" };
    struct step *step = step_open(work, payload);
    if (!step->platform) {
        move(work, step, "stopping", "charging", "运营商平台目前不能在线停止，请按下充电桩上的停止按钮。");
        return;
    }
    if (in_state(step, "ended"))
        return;
    call(step, "query_stop_charge", "StartChargeSeq", true);
    if (!step->answer.data && (step->answer.later || !step->answer.ret)) {
        move(work, step, "stopping", "stopping", "运营商平台没有应答，正在重试；也可以直接按下充电桩上的停止按钮。");
        fail(work, FAIL_UNAVAILABLE, "%s", step->answer.why);
    }
    long long reason = message_int(step->answer.data, "FailReason", 0);
    if (step->answer.data && refused(step) && reason == ALREADY_STOPPED)
        charge_job(work, "charging.follow", step->charge.id);
    else if (step->answer.data && refused(step) && reason == NOT_FOUND_THERE && !step->charge.started_at)
        move(work, step, "stopping", "failed", "运营商平台没有找到这笔充电，充电没有开始；如充电桩仍在充电，请按下充电桩上的停止按钮。");
    else if (!step->answer.data || refused(step))
        move(work, step, "stopping", "charging", step->answer.data ? reason_words(work, step, words, 3, "运营商平台没有停止充电") : silent_words(work, step));
}

/* --- query_equip_charge_status: what became of it ---------------------------------------------------------------------------------- */

static void snapshot_took(struct work *work, void *arg)
{
    struct step *step = arg;
    charging_snapshot_told(work, step->charge.operator_id, step->answer.data);
}

static void asked_note(struct work *work, void *arg)
{
    const struct step *step = arg;
    db_exec(work, "UPDATE charge SET asked_again_at = ? WHERE id = ?", T(time_sql(work->arena, clock_now())), I(step->charge.id));
}

/* The platform refused the question: it does not know the charge. (StartChargeSeqStat 5 says that it knows the charge and not
 * how it stands: the vehicle may be charging, so nothing is freed.) */
static void unknown_there(struct work *work, struct step *step)
{
    move(work, step, "starting unclear", "failed", "运营商平台没有收到启动请求，充电没有开始，请重试。");
    move(work, step, "charging stopping", "lost", "运营商平台已查不到这笔充电，终止情况不明；费用以运营商的订单为准。");
}

void charging_follow_job(struct work *work, const json_t *payload)
{
    struct step *step = step_open(work, payload);
    if (!step->platform)
        return;
    work_must(work, WORK_WRITE, asked_note, step);
    call(step, "query_equip_charge_status", "StartChargeSeq", false);
    if (!step->answer.data && step->answer.ret == RET_BUSINESS)
        unknown_there(work, step);
    else if (step->answer.data)
        work_must(work, WORK_WRITE, snapshot_took, step);
}

/* --- by the clock ------------------------------------------------------------------------------------------------------------------- */

struct follow { int64_t ids[FOLLOWED_AT_ONCE]; size_t count; };
struct id_row { int64_t id; };

static void id_keep(void *row, void *arg)
{
    struct follow *follow = arg;
    follow->ids[follow->count++] = ((const struct id_row *)row)->id;
}

static const char *before(struct work *work, int64_t seconds)
{
    return time_sql(work->arena, work->now - seconds * 1000);
}

#define Q_SILENT "SELECT id FROM charge WHERE (asked_again_at IS NULL OR asked_again_at < ?) AND"                       \
    " ((state IN ('charging', 'stopping') AND COALESCE(heard_at, state_at) < ?)"                                        \
    " OR (state IN ('starting', 'unclear') AND state_at < ?)) ORDER BY id LIMIT 50"
#define Q_LEFT "SELECT id FROM charge WHERE state IN ('checking', 'ready') AND state_at < ? LIMIT 50"
#define Q_LOST "SELECT id FROM charge WHERE state IN ('starting', 'unclear', 'charging', 'stopping') AND COALESCE(heard_at, start_at) < ? LIMIT 50"

/* Settled: whoever told no end told an order. */
#define Q_SETTLED "SELECT h.id FROM charge h JOIN charge_order_key k ON k.operator_id = h.operator_id AND k.order_no = h.seq"       \
    " WHERE h.state IN ('starting', 'unclear', 'charging', 'stopping', 'lost') AND h.state_at > ? LIMIT 50"

static void tend(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_INT(struct id_row, id), DB_END };
    struct follow silent = { .count = 0 }, left = silent, lost = silent, settled = silent;
    struct id_row row;
    int64_t again = config_int("Charging.SilentSeconds");
    (void)arg;
    db_each(work, columns, &row, id_keep, &silent, Q_SILENT, T(before(work, again < 30 ? again : 30)), T(before(work, again)),
            T(before(work, again < 10 ? again : 10)));
    db_each(work, columns, &row, id_keep, &left, Q_LEFT, T(before(work, config_int("Charging.ReadySeconds"))));
    db_each(work, columns, &row, id_keep, &lost, Q_LOST, T(before(work, config_int("Charging.LostHours") * 3600)));
    db_each(work, columns, &row, id_keep, &settled, Q_SETTLED, T(before(work, 30 * 86400)));
    for (size_t i = 0; i < settled.count; i++)
        charge_move(work, settled.ids[i], "starting unclear charging stopping lost", "ended", "");
    for (size_t i = 0; i < silent.count; i++)
        charge_job(work, "charging.follow", silent.ids[i]);
    for (size_t i = 0; i < left.count; i++)
        charge_move(work, left.ids[i], "checking ready", "cancelled", "长时间没有启动，已自动取消。");
    for (size_t i = 0; i < lost.count; i++)
        charge_move(work, lost.ids[i], "starting unclear charging stopping", "lost", "运营商平台长时间没有消息，终止情况不明；费用以运营商的订单为准。");
}

void charging_tick(struct work *work)
{
    work_must(work, WORK_WRITE, tend, NULL);
}
