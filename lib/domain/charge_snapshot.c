/* charge_snapshot: see the header. */
#include "domain/charge_snapshot.h"

#include "core/db.h"
#include "core/text.h"
#include "domain/connector_state.h"
#include "exchange/message.h"

enum { ENDED = 4, UNKNOWN = 5, KEPT_MS = 7 * 86400000 };

/* A row is changed only by a newer sample; sampled_at is set last, so that all lines compare with the old one. */
#define NEWER(column) column " = IF(VALUES(sampled_at) >= sampled_at, VALUES(" column "), " column ")"
#define Q_STORE                                                                                                             \
    "INSERT INTO charge_snapshot (operator_id, order_code, connector_id, told_at, sampled_at, started_at, order_status,"     \
    " connector_state, current_a, current_b, current_c, voltage_a, voltage_b, voltage_c, soc, energy, elec_money,"           \
    " service_money, total_money) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE " \
    NEWER("connector_id") ", " NEWER("told_at") ", " NEWER("started_at") ", " NEWER("order_status") ", "                    \
    NEWER("connector_state") ", " NEWER("current_a") ", " NEWER("current_b") ", " NEWER("current_c") ", "                   \
    NEWER("voltage_a") ", " NEWER("voltage_b") ", " NEWER("voltage_c") ", " NEWER("soc") ", " NEWER("energy") ", "           \
    NEWER("elec_money") ", " NEWER("service_money") ", " NEWER("total_money") ", sampled_at = GREATEST(sampled_at, VALUES(sampled_at))"

static struct value figure(const json_t *data, const char *name)
{
    const json_t *value = json_object_get(data, name);
    return json_is_number(value) ? R(json_number_value(value)) : N();
}

/* DECIMAL(8,2): what no meter shows is not known. */
static struct value reading(const json_t *data, const char *name)
{
    struct value value = figure(data, name);
    return value.kind == VALUE_REAL && (value.real > 99999 || value.real < -99999) ? N() : value;
}

static struct value text_or_null(const json_t *data, const char *name)
{
    const char *text = message_text(data, name);
    return T(*text ? text : NULL);
}

/* OrderStatus of the supervision form counts on: suspended is still charging, ended abnormally and start failed are ends. */
static int64_t status_of(const json_t *data)
{
    static const int supervised[] = { UNKNOWN, 1, 2, 3, ENDED, 2, ENDED, ENDED };
    int64_t told = message_int(data, "OrderStatus", 0);
    return told ? supervised[told >= 1 && told <= 7 ? told : 0] : message_int(data, "StartChargeSeqStat", UNKNOWN);
}

bool charge_snapshot_store(struct work *work, int64_t operator_id, const json_t *data)
{
    const char *order = message_text(data, *message_text(data, "OrderNo") ? "OrderNo" : "StartChargeSeq");
    const char *now = time_sql(work->arena, work->now), *sampled = message_text(data, "EndTime");
    int64_t connector = connector_find(work, operator_id, message_text(data, "ConnectorID"));
    int64_t state = message_int(data, "ConnectorStatus", -1);
    if (!connector)
        return false;
    db_exec(work, Q_STORE, I(operator_id), T(order), I(connector), T(now), T(*sampled ? sampled : now),
            text_or_null(data, "StartTime"), I(status_of(data)), state >= 0 ? I(state) : N(), reading(data, "CurrentA"),
            reading(data, "CurrentB"), reading(data, "CurrentC"), reading(data, "VoltageA"), reading(data, "VoltageB"),
            reading(data, "VoltageC"), figure(data, json_object_get(data, "SOC") ? "SOC" : "Soc"),
            R(message_number(data, "TotalPower", 0)), figure(data, "ElecMoney"), figure(data, "ServiceMoney"),
            figure(data, "TotalMoney"));
    return true;
}

#define COLUMNS "connector_id, order_code, sampled_at, told_at, started_at, order_status, COALESCE(connector_state, -1)," \
    " COALESCE(current_a, 0), COALESCE(voltage_a, 0), COALESCE(soc, 0), energy, elec_money, service_money, total_money"

static const struct db_column columns[] = {
    DB_INT(struct charge_snapshot, connector_id), DB_TEXT(struct charge_snapshot, order_code),
    DB_TEXT(struct charge_snapshot, sampled_at), DB_TEXT(struct charge_snapshot, told_at),
    DB_TEXT(struct charge_snapshot, started_at), DB_INT(struct charge_snapshot, order_status),
    DB_INT(struct charge_snapshot, connector_state), DB_REAL(struct charge_snapshot, current_a),
    DB_REAL(struct charge_snapshot, voltage_a), DB_REAL(struct charge_snapshot, soc), DB_REAL(struct charge_snapshot, energy),
    DB_TEXT(struct charge_snapshot, elec_money), DB_TEXT(struct charge_snapshot, service_money),
    DB_TEXT(struct charge_snapshot, total_money), DB_END };

bool charge_snapshot_load(struct work *work, int64_t operator_id, const char *order_code, struct charge_snapshot *out)
{
    return db_struct(work, columns, out, "SELECT " COLUMNS " FROM charge_snapshot WHERE operator_id = ? AND order_code = ?",
                     I(operator_id), T(order_code));
}

bool charge_snapshot_of_connector(struct work *work, int64_t connector_id, const char *since, struct charge_snapshot *out)
{
    return db_struct(work, columns, out, "SELECT " COLUMNS " FROM charge_snapshot WHERE connector_id = ? AND told_at >= ?"
                     " ORDER BY sampled_at DESC LIMIT 1", I(connector_id), T(since));
}

int64_t charge_snapshot_sweep(struct work *work)
{
    return db_exec(work, "DELETE FROM charge_snapshot WHERE told_at < ? LIMIT 20000", T(time_sql(work->arena, work->now - KEPT_MS)));
}
