/* entrustment: see the header. Only this file writes table entrustment and station.built_by. */
#include "domain/entrustment.h"

#include <string.h>

#include "core/db.h"
#include "domain/company.h"
#include "domain/trail.h"

#define Q_LIST "SELECT e.id AS Id, o.name AS Name, o.code AS Code, e.state AS State, IF(e.builder_id = ?, '1', '') AS Mine," \
    " ELT(FIELD(e.state, 'asked', 'confirmed', 'refused', 'ended'), '待运营商确认', '已确认', '运营商未确认', '已解除') AS Label," \
    " ELT(FIELD(e.state, 'asked', 'confirmed', 'refused', 'ended'), 'wait', 'good', 'bad', '') AS Kind," \
    " DATE_FORMAT(COALESCE(e.decided_at, e.asked_at), '%Y-%m-%d %H:%i') AS At," \
    " (SELECT COUNT(*) FROM station s WHERE s.built_by = e.builder_id AND s.operator_id = e.operator_id AND s.removed_at IS NULL) AS Stations" \
    " FROM entrustment e JOIN operator o ON o.id = IF(e.builder_id = ?, e.operator_id, e.builder_id)" \
    " WHERE e.builder_id = ? OR e.operator_id = ? ORDER BY e.id DESC LIMIT 200"
#define Q_FIND "SELECT id FROM operator WHERE (code = ? OR name = ?) AND id <> ? AND connected_at IS NOT NULL ORDER BY code = ? DESC LIMIT 1"
#define Q_ASK "INSERT INTO entrustment (builder_id, operator_id) VALUES (?, ?) ON DUPLICATE KEY UPDATE" \
    " decided_at = IF(state IN ('refused', 'ended'), NULL, decided_at), asked_at = IF(state IN ('refused', 'ended'), NOW(3), asked_at)," \
    " state = IF(state IN ('refused', 'ended'), 'asked', state)"
#define Q_PLATFORM "SELECT operator_id FROM entrustment WHERE id = ? AND (builder_id = ? OR operator_id = ?) FOR UPDATE"
#define Q_ANSWER "UPDATE entrustment SET state = ?, decided_at = NOW(3) WHERE id = ? AND operator_id = ? AND state = 'asked'"
#define Q_END "UPDATE entrustment SET state = 'ended', decided_at = NOW(3) WHERE id = ? AND state IN ('asked', 'confirmed')" \
    " AND (builder_id = ? OR operator_id = ?)"
#define Q_WITHDRAW "UPDATE entrustment SET state = 'ended', decided_at = NOW(3) WHERE id = ? AND state = 'asked' AND builder_id = ?"
#define Q_APPLY "UPDATE station s LEFT JOIN (SELECT e.builder_id, b.code FROM entrustment e JOIN operator b ON b.id = e.builder_id" \
    " WHERE e.operator_id = ? AND e.state = 'confirmed') x ON x.code = s.owner_code SET s.built_by = x.builder_id, s.updated_at = s.updated_at" \
    " WHERE s.operator_id = ? AND NOT (s.built_by <=> x.builder_id)"

static void note(struct work *work, const char *act, int64_t id)
{
    trail_write(work, act, arena_printf(work->arena, "entrustment:%lld", (long long)id), "done", "", "");
}

void entrustment_list(struct work *work, HDF *node)
{
    int64_t own = company_own(work);
    db_rows(work, node, Q_LIST, I(own), I(own), I(own), I(own));
}

const char *entrustment_ask(struct work *work, const char *platform)
{
    int64_t own = company_own(work), other = db_int(work, 0, Q_FIND, T(platform), T(platform), I(own), T(platform));
    if (!other)
        return "没有找到已接入本平台的运营商，请核对企业名称或组织机构代码";
    db_exec(work, Q_ASK, I(own), I(other));
    note(work, "entrust-ask", other);
    return NULL;
}

void entrustment_decide(struct work *work, int64_t id, const char *action)
{
    int64_t own = company_own(work), platform = db_int(work, 0, Q_PLATFORM, I(id), I(own), I(own));
    bool confirm = strcmp(action, "confirm") == 0, end = strcmp(action, "end") == 0, withdraw = strcmp(action, "withdraw") == 0;
    if (!platform)
        fail(work, FAIL_MISSING, "%s", "");
    int64_t done = end ? db_exec(work, Q_END, I(id), I(own), I(own))
                 : withdraw ? db_exec(work, Q_WITHDRAW, I(id), I(own))
                            : db_exec(work, Q_ANSWER, T(confirm ? "confirmed" : "refused"), I(id), I(own));
    if (done != 1)
        fail(work, FAIL_CONFLICT, "该委托关系已有变化，请刷新页面后查看。");
    entrustment_apply(work, platform);
    note(work, arena_printf(work->arena, "entrust-%s", action), id);
}

void entrustment_grant(struct work *work, int64_t builder_id, int64_t operator_id, bool confirmed)
{
    if (confirmed)
        db_exec(work, "INSERT INTO entrustment (builder_id, operator_id, state, decided_at) VALUES (?, ?, 'confirmed', NOW(3))"
                " ON DUPLICATE KEY UPDATE state = 'confirmed', decided_at = NOW(3)", I(builder_id), I(operator_id));
    else
        db_exec(work, "UPDATE entrustment SET state = 'ended', decided_at = NOW(3) WHERE builder_id = ? AND operator_id = ?",
                I(builder_id), I(operator_id));
    entrustment_apply(work, operator_id);
    note(work, confirmed ? "entrust-confirm" : "entrust-end", operator_id);
}

void entrustment_apply(struct work *work, int64_t operator_id)
{
    db_exec(work, Q_APPLY, I(operator_id), I(operator_id));
}
