/* charging: see the header. The driver's steps and the moves between states. */
#include "domain/charging.h"

#include <string.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/charging_private.h"
#include "domain/connector_state.h"
#include "domain/job.h"
#include "domain/trail.h"

/* Connectors whose operator's platform can be called; of stations everybody may see. */
#define CALLABLE " FROM connector c JOIN station s ON s.id = c.station_id JOIN partner p ON p.operator_id = c.operator_id"   \
    " WHERE p.enabled = 1 AND p.base_url <> '' AND c.removed_at IS NULL AND s.removed_at IS NULL AND s.published = 1"
#define Q_CONNECTOR "SELECT c.operator_id, c.station_id, c.state, UNIX_TIMESTAMP(c.state_at) * 1000, p.gov_id" CALLABLE " AND c.id = ?"
#define Q_AT_STATION "SELECT 1" CALLABLE " AND s.id = ? LIMIT 1"
#define Q_NEW "INSERT INTO charge (seq, account_id, operator_id, station_id, connector_id, state, state_at, asked_at)"        \
    " VALUES (?, ?, ?, ?, ?, 'checking', ?, ?)"
#define Q_ASKED "SELECT COUNT(*) FROM charge WHERE account_id = ? AND asked_at > ?"
#define Q_HOLD "INSERT INTO charge_hold (what, subject, charge_id) VALUES (?, ?, ?)"
#define Q_HELD "SELECT charge_id FROM charge_hold WHERE what = ? AND subject = ?"
#define Q_MOVE "UPDATE charge SET state = ?, state_at = ?, why = ? WHERE id = ? AND FIND_IN_SET(state, ?)"
#define COLUMNS "h.id, h.account_id, h.operator_id, h.station_id, h.connector_id, h.start_sent, h.seq, h.state, c.code, h.start_at, h.started_at, h.heard_at" \
    " FROM charge h JOIN connector c ON c.id = h.connector_id"
#define Q_LOAD "SELECT " COLUMNS " WHERE h.id = ?"
#define Q_BY_SEQ "SELECT " COLUMNS " WHERE h.seq = ? AND h.operator_id = ? FOR UPDATE"

enum { ASKS_MOST = 120 };          /* an hour and driver: each is two calls of a platform */

static const struct db_column columns[] = {
    DB_INT(struct charge_row, id), DB_INT(struct charge_row, account_id), DB_INT(struct charge_row, operator_id),
    DB_INT(struct charge_row, station_id), DB_INT(struct charge_row, connector_id), DB_INT(struct charge_row, start_sent),
    DB_TEXT(struct charge_row, seq), DB_TEXT(struct charge_row, state), DB_TEXT(struct charge_row, connector),
    DB_TEXT(struct charge_row, start_at), DB_TEXT(struct charge_row, started_at), DB_TEXT(struct charge_row, heard_at), DB_END };

bool charging_offered(void)
{
    return config_bool("Demo.Mode") || config_bool("Charging.Enabled");
}

bool charging_at_station(struct work *work, int64_t station_id)
{
    return charging_offered() && db_int(work, 0, Q_AT_STATION, I(station_id));
}

bool charge_load(struct work *work, int64_t id, struct charge_row *out)
{
    return db_struct(work, columns, out, Q_LOAD, I(id));
}

bool charge_lock_by_seq(struct work *work, int64_t operator_id, const char *seq, struct charge_row *out)
{
    return db_struct(work, columns, out, Q_BY_SEQ, T(seq), I(operator_id));
}

void charge_job(struct work *work, const char *kind, int64_t id)
{
    const char *peer = db_text(work, "SELECT o.code FROM charge h JOIN operator o ON o.id = h.operator_id WHERE h.id = ?", I(id));
    job_add_remote(work, kind, arena_printf(work->arena, "%s.%lld", kind, (long long)id),
                   arena_printf(work->arena, "{\"charge\":%lld}", (long long)id), JOB_PROMPT, peer);
}

/* --- states --------------------------------------------------------------------------------------------------------- */

static bool is_over(const char *state)
{
    static const char *const over[] = { "refused", "cancelled", "failed", "ended", "lost" };
    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        if (strcmp(state, over[i]) == 0)
            return true;
    return false;
}

bool charge_move(struct work *work, int64_t id, const char *from, const char *to, const char *why)
{
    char *set = arena_copy(work->arena, from);
    for (char *c = set; *c; c++)
        *c = *c == ' ' ? ',' : *c;
    if (!db_exec(work, Q_MOVE, T(to), T(time_sql(work->arena, work->now)), T(utf8_cut(work->arena, why, 290)), I(id), T(set)))
        return false;
    if (is_over(to))
        db_exec(work, "DELETE FROM charge_hold WHERE charge_id = ?", I(id));
    return true;
}

/* True: this charge has the place, now or before. */
static bool hold(struct work *work, const char *what, int64_t subject, int64_t charge)
{
    return db_insert_new(work, Q_HOLD, T(what), I(subject), I(charge)) || db_int(work, 0, Q_HELD, T(what), I(subject)) == charge;
}

bool charge_hold_both(struct work *work, const struct charge_row *charge)
{
    if (hold(work, "driver", charge->account_id, charge->id) && hold(work, "connector", charge->connector_id, charge->id))
        return true;
    if (is_over(charge->state))
        db_exec(work, "DELETE FROM charge_hold WHERE charge_id = ?", I(charge->id));
    return false;
}

/* --- the driver's steps ------------------------------------------------------------------------------------------------ */

struct connector_row { int64_t operator_id, station_id, state, told; const char *gov_id; };
static const struct db_column connector_columns[] = {
    DB_INT(struct connector_row, operator_id), DB_INT(struct connector_row, station_id), DB_INT(struct connector_row, state),
    DB_INT(struct connector_row, told), DB_TEXT(struct connector_row, gov_id), DB_END };

static const char *new_seq(struct work *work, const char *gov_id)
{
    uint32_t random;
    crypto_random(&random, sizeof random);
    return arena_printf(work->arena, "%s%s%06u", gov_id, time_format(work->arena, work->now, "%y%m%d%H%M%S"), random % 1000000);
}

/* What the connector last said of itself, when that is not old, spares a call that must fail. */
static void usable(struct work *work, const struct connector_row *connector)
{
    if (!connector->told || work->now - connector->told > config_int("Map.StaleMinutes") * 60000)
        return;
    if (connector->state == CONNECTOR_FAULT || connector->state == CONNECTOR_OFFLINE)
        fail(work, FAIL_CONFLICT, "这把充电枪%s，请换一把。", connector->state == CONNECTOR_FAULT ? "正在故障中" : "已离线");
    if (connector->state == CONNECTOR_CHARGING)
        fail(work, FAIL_CONFLICT, "%s", "这把充电枪正在为其他车辆充电，请换一把。");
}

static int64_t charge_new(struct work *work, int64_t connector_id, const struct connector_row *connector)
{
    const char *now = time_sql(work->arena, work->now);
    int64_t id = db_insert(work, Q_NEW, T(new_seq(work, connector->gov_id)), I(work->actor.account_id), I(connector->operator_id),
                           I(connector->station_id), I(connector_id), T(now), T(now));
    if (!hold(work, "driver", work->actor.account_id, id))
        return 0;
    charge_job(work, "charging.check", id);
    return id;
}

/* What he asked for elsewhere and did not start gives way. */
static void leave_others(struct work *work, int64_t connector_id)
{
    int64_t other = db_int(work, 0, "SELECT id FROM charge WHERE id = (SELECT charge_id FROM charge_hold WHERE what = 'driver' AND subject = ?)"
                           " AND connector_id <> ? AND state IN ('checking', 'ready')", I(work->actor.account_id), I(connector_id));
    if (other)
        charge_move(work, other, "checking ready", "cancelled", "已改用其他充电枪");
}

struct asked { struct connector_row connector; int64_t connector_id, id; };

/* Undone when the driver has a charge already: two clicks at once. */
static void ask_new(struct work *work, void *arg)
{
    struct asked *asked = arg;
    asked->id = charge_new(work, asked->connector_id, &asked->connector);
    if (!asked->id)
        fail(work, FAIL_CONFLICT, "%s", "您有一笔充电正在进行。");
}

int64_t charging_ask(struct work *work, int64_t connector_id)
{
    struct asked asked = { .connector_id = connector_id };
    if (!charging_offered() || !db_struct(work, connector_columns, &asked.connector, Q_CONNECTOR, I(connector_id)))
        fail(work, FAIL_MISSING, "%s", "没有找到这把充电枪，或其运营商尚未开通在线充电。");
    int64_t held = charging_running(work);
    if (held && db_int(work, 0, "SELECT 1 FROM charge WHERE id = ? AND (connector_id = ? OR state NOT IN ('checking', 'ready'))", I(held), I(connector_id)))
        return held;
    usable(work, &asked.connector);
    if (db_int(work, 0, Q_ASKED, I(work->actor.account_id), T(time_sql(work->arena, work->now - 3600000))) >= ASKS_MOST)
        fail(work, FAIL_TOO_MANY, "%s", "一小时内查询次数过多，请稍后再试。");
    leave_others(work, connector_id);
    if (work_part(work, ask_new, &asked))
        return asked.id;
    held = charging_running(work);
    if (!held)
        fail(work, FAIL_CONFLICT, "%s", "操作过于频繁，请稍后重试。");
    return held;
}

/* His charge, locked; else it does not exist. */
static void own(struct work *work, int64_t id, struct charge_row *charge)
{
    if (!db_int(work, 0, "SELECT 1 FROM charge WHERE id = ? AND account_id = ? FOR UPDATE", I(id), I(work->actor.account_id))
        || !charge_load(work, id, charge))
        fail(work, FAIL_MISSING, "%s", "没有这笔充电，请从「我的充电」进入。");
}

void charging_start(struct work *work, int64_t charge_id)
{
    struct charge_row charge;
    own(work, charge_id, &charge);
    if (strcmp(charge.state, "ready") != 0)
        return;
    if (!charge_hold_both(work, &charge))
        fail(work, FAIL_CONFLICT, "%s", "这把充电枪正在为其他用户充电，请换一把。");
    charge_move(work, charge_id, "ready", "starting", "");
    db_exec(work, "UPDATE charge SET start_at = ? WHERE id = ?", T(time_sql(work->arena, work->now)), I(charge_id));
    charge_job(work, "charging.start", charge_id);
    trail_write(work, "charge-start", arena_printf(work->arena, "charge:%lld", (long long)charge_id), "done", charge.seq, "");
}

void charging_stop(struct work *work, int64_t charge_id)
{
    struct charge_row charge;
    own(work, charge_id, &charge);
    if (!charge.start_sent && charge_move(work, charge_id, "starting", "cancelled", ""))
        return;                      /* the job finds nothing to start */
    bool again = strcmp(charge.state, "stopping") == 0;
    if (!again && !charge_move(work, charge_id, "charging starting unclear", "stopping", ""))
        return;
    charge_job(work, "charging.stop", charge_id);
    if (again) {
        job_hurry(work, "charging.stop", arena_printf(work->arena, "charging.stop.%lld", (long long)charge_id));
        return;
    }
    trail_write(work, "charge-stop", arena_printf(work->arena, "charge:%lld", (long long)charge_id), "done", charge.seq, "");
}

void charging_cancel(struct work *work, int64_t charge_id)
{
    struct charge_row charge;
    own(work, charge_id, &charge);
    charge_move(work, charge_id, "checking ready", "cancelled", "");
}
