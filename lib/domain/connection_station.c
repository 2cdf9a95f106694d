/* connection_station: 「设置充电站关联」 (Z12.1): which stations take part. Only this file writes table connection_station. */
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/company.h"
#include "domain/connection_private.h"
#include "domain/job.h"
#include "web/web.h"

#define Q_TAKE  "INSERT IGNORE INTO connection_station (station_record_id, operator_id) SELECT id, operator_id FROM station_record" \
                " WHERE id = ? AND operator_id = ? AND passed_at IS NOT NULL"
#define Q_TAKE_ALL "INSERT IGNORE INTO connection_station (station_record_id, operator_id) SELECT id, operator_id FROM station_record" \
                   " WHERE operator_id = ? AND passed_at IS NOT NULL"
#define Q_LEAVE "DELETE FROM connection_station WHERE station_record_id = ? AND operator_id = ?"
#define Q_CODES "SELECT r.code FROM connection_station s JOIN station_record r ON r.id = s.station_record_id" \
                " WHERE s.operator_id = ? AND r.code IS NOT NULL"

static bool chooses(struct work *work, int64_t operator_id)
{
    return db_int(work, 0, "SELECT stations = 'chosen' FROM connection WHERE operator_id = ? AND platform_id = operator_id", I(operator_id)) == 1;
}

/* A station that is new to the portal was not changed since the last pull: this one asks for all. */
void connection_pull_ask(struct work *work, int64_t operator_id)
{
    const char *code = db_text(work, "SELECT o.code FROM operator o JOIN partner p ON p.operator_id = o.id WHERE o.id = ? AND p.enabled = 1"
                               " AND p.base_url <> ''", I(operator_id));
    if (code)
        job_add_remote(work, "exchange.pull-stations", arena_printf(work->arena, "exchange.pull-stations.%s", code),
                       arena_printf(work->arena, "{\"operator_code\":\"%s\",\"whole\":true}", code), JOB_ASKED, code);
}

int64_t connection_stations_set(struct work *work, const char *const *ids, size_t count, bool take, const char *address)
{
    int64_t own = connection_lock(work), id = 0, changed = 0;
    struct connection c;
    if (!connection_own(work, &c))
        fail(work, FAIL_CONFLICT, "请先在 Step1 保存互联配置，再设置充电站关联。");
    if (count && strcmp(c.stations, "all") == 0) {         /* those that are not named here go on taking part */
        int64_t added = db_exec(work, Q_TAKE_ALL, I(own));
        changed = take ? added : 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (!text_to_int(ids[i], 1, INT64_MAX, &id))
            continue;
        changed += take ? db_exec(work, Q_TAKE, I(id), I(own)) : db_exec(work, Q_LEAVE, I(id), I(own));
    }
    if (!changed)
        return 0;
    db_exec(work, "UPDATE connection SET stations = 'chosen' WHERE id = ?", I(c.id));
    connection_trail(work, "connection-stations", c.id,
                     arena_printf(work->arena, "%s %lld 座充电站", take ? "关联" : "取消关联", (long long)changed), address);
    connection_pull_ask(work, own);
    return changed;
}

void connection_stations_figures(struct work *work, HDF *node)
{
    int64_t own = company_own(work);
    struct connection c;
    view_set(node, "All", connection_own(work, &c) && strcmp(c.stations, "all") == 0 ? "1" : NULL);
    view_set_int(node, "Chosen", db_int(work, 0, "SELECT COUNT(*) FROM connection_station WHERE operator_id = ?", I(own)));
    view_set_int(node, "Passed", db_int(work, 0, "SELECT COUNT(*) FROM station_record WHERE operator_id = ? AND passed_at IS NOT NULL", I(own)));
}

struct code { const char *code; };

static void code_add(void *row, void *arg)
{
    json_object_set_new(arg, ((const struct code *)row)->code, json_true());
}

json_t *connection_stations_taken(struct work *work, int64_t operator_id)
{
    static const struct db_column columns[] = { DB_TEXT(struct code, code), DB_END };
    struct code row;
    if (!chooses(work, operator_id))
        return NULL;
    json_t *codes = json_object();
    db_each(work, columns, &row, code_add, codes, Q_CODES, I(operator_id));
    return codes;
}

const char *connection_station_wrong(struct work *work, int64_t operator_id, int64_t station_record_id)
{
    const char *state = db_text(work, "SELECT state FROM connection WHERE operator_id = ? AND platform_id = operator_id AND kind = 'wizard'"
                                " AND connected_at IS NOT NULL", I(operator_id));
    if (state && strcmp(state, "connected") != 0)
        return "运营商平台的接入信息变更后尚未重新通过系统核对，请先在「互联配置申请」办理";
    if (state && chooses(work, operator_id)
        && !db_int(work, 0, "SELECT COUNT(*) FROM connection_station WHERE station_record_id = ? AND operator_id = ?", I(station_record_id), I(operator_id)))
        return "所属充电站未设置为已关联充电站，请先在「互联配置申请」的「设置充电站关联」中关联";
    return NULL;
}
