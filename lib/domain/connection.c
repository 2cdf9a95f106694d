/* connection: see the header. The case, its way, and what becomes true with it. */
#include "domain/connection.h"

#include <string.h>

#include "core/scope.h"
#include "domain/company.h"
#include "domain/connection_check.h"
#include "domain/connection_private.h"
#include "domain/connection_tried.h"
#include "domain/entrustment.h"
#include "domain/job.h"
#include "domain/operator.h"
#include "domain/partner_save.h"
#include "domain/station.h"
#include "domain/trail.h"
#include "flow/flow.h"
#include "web/web.h"

#define Q_OWN      "SELECT " CONNECTION_COLUMNS " FROM connection c WHERE c.operator_id = ? AND c.platform_id = c.operator_id"
#define Q_PAIR     "SELECT " CONNECTION_COLUMNS " FROM connection c WHERE c.operator_id = ? AND c.platform_id = ? FOR UPDATE"
#define Q_ONE      "SELECT " CONNECTION_COLUMNS " FROM connection c WHERE c.id = ?"
#define Q_READABLE Q_ONE " AND ((c.operator_id = ? AND c.operator_id > 0) OR (? = 1 AND c.division_code LIKE ?)" \
                   " OR EXISTS (SELECT 1 FROM flow_copy f WHERE f.account_id = ? AND f.flow = '" CONNECTION_FLOW "' AND f.case_id = c.id))"
#define Q_GOVERNED Q_ONE " AND c.division_code LIKE ?"
#define Q_NEW      "INSERT INTO connection (operator_id, platform_id, kind, company, division_code, stations)" \
                   " SELECT id, ?, ?, name, COALESCE(division_code, ''), ? FROM operator WHERE id = ?"
#define Q_LIST     "SELECT c.id AS Id, c.kind AS Kind, c.state AS State, p.name AS Platform, DATE_FORMAT(c.state_at, '%Y-%m-%d %H:%i') AS At," \
                   " ELT(FIELD(c.kind, 'wizard', 'review', 'own', 'entrusted', 'import'), '互联配置申请', '互联互通接入申请', '自有平台接入', '委托平台接入'," \
                   " '平台接入') AS KindLabel FROM connection c JOIN operator p ON p.id = c.platform_id WHERE c.operator_id = ? ORDER BY c.id DESC LIMIT 100"

/* Complete, also while a change is checked anew. */
#define Q_LIVES    "connected_at IS NOT NULL AND state <> 'stopped'"

const struct db_column connection_columns[] = {
    DB_INT(struct connection, id), DB_INT(struct connection, operator_id), DB_INT(struct connection, platform_id),
    DB_TEXT(struct connection, kind), DB_TEXT(struct connection, state), DB_TEXT(struct connection, connected_at),
    DB_TEXT(struct connection, stations), DB_END };

static bool kind_is(const struct connection *c, const char *kind)
{
    return strcmp(c->kind, kind) == 0;
}

static bool own_platform(const struct connection *c)
{
    return c->platform_id == c->operator_id;
}

/* --- reading ----------------------------------------------------------------------------------------------------------- */

bool connection_own(struct work *work, struct connection *out)
{
    return db_struct(work, connection_columns, out, Q_OWN, I(company_own(work)));
}

static bool readable(struct work *work, int64_t id, struct connection *out)
{
    const struct actor *actor = &work->actor;
    bool staff = !actor->operator_id && actor->capabilities & CAP_BIT(CAP_CONNECT_REVIEW);
    return actor->account_id && db_struct(work, connection_columns, out, Q_READABLE, I(id), I(actor->operator_id), I(staff),
                                          T(division_like(work->arena, actor->division)), I(actor->account_id));
}

struct connection connection_must(struct work *work, int64_t id)
{
    struct connection c;
    if (!readable(work, id, &c))
        fail(work, FAIL_MISSING, "%s", "");
    return c;
}

struct connection connection_must_govern(struct work *work, int64_t id)
{
    const struct actor *actor = &work->actor;
    struct connection c;
    if (actor->operator_id || !(actor->capabilities & CAP_BIT(CAP_CONNECT_REVIEW))
        || !db_struct(work, connection_columns, &c, Q_GOVERNED, I(id), T(division_like(work->arena, actor->division))))
        fail(work, FAIL_MISSING, "%s", "");
    return c;
}

bool connection_readable(struct work *work, int64_t id)
{
    struct connection c;
    return readable(work, id, &c);
}

int connection_list(struct work *work, HDF *node)
{
    int count = db_rows(work, node, Q_LIST, I(company_own(work)));
    for (HDF *row = hdf_obj_child(node); row; row = hdf_obj_next(row)) {
        view_set(row, "Label", flow_state_label(CONNECTION_FLOW, view_get(row, "State")));
        view_set(row, "Tone", flow_state_kind(CONNECTION_FLOW, view_get(row, "State")));
    }
    return count;
}

static struct connection by_id(struct work *work, int64_t id)
{
    struct connection c;
    if (!db_struct(work, connection_columns, &c, Q_ONE, I(id)))
        fail(work, FAIL_MISSING, "%s", "");
    return c;
}

/* --- what the files share ------------------------------------------------------------------------------------------------ */

int64_t connection_lock(struct work *work)
{
    int64_t own = company_own(work);
    (void)db_int(work, 0, "SELECT id FROM operator WHERE id = ? FOR UPDATE", I(own));
    return own;
}

struct connection connection_begin(struct work *work, int64_t operator_id, int64_t platform_id, const char *kind, const char *stations)
{
    struct connection c;
    if (db_struct(work, connection_columns, &c, Q_PAIR, I(operator_id), I(platform_id)))
        return c;
    int64_t id = db_insert(work, Q_NEW, I(platform_id), T(kind), T(stations), I(operator_id));
    flow_begin(work, CONNECTION_FLOW, id);
    return by_id(work, id);
}

void connection_trail(struct work *work, const char *act, int64_t id, const char *detail, const char *address)
{
    trail_write(work, act, arena_printf(work->arena, "connection:%lld", (long long)id), "done", detail, address);
}

/* --- completion ------------------------------------------------------------------------------------------------------------ */

bool connection_complete(struct work *work, int64_t operator_id)
{
    return db_int(work, 0, "SELECT COUNT(*) FROM connection WHERE operator_id = ? AND platform_id = operator_id AND " Q_LIVES, I(operator_id)) > 0;
}

bool connection_complete_held(struct work *work, int64_t operator_id)
{
    return db_int(work, 0, "SELECT 1 FROM connection WHERE operator_id = ? AND platform_id = operator_id AND " Q_LIVES " LOCK IN SHARE MODE",
                  I(operator_id)) == 1;
}

static void connected(struct work *work, int64_t id)
{
    struct connection c = by_id(work, id);
    db_exec(work, "UPDATE connection SET connected_at = NOW(3) WHERE id = ?", I(id));
    operator_connected(work, c.operator_id, true);
    if (own_platform(&c)) {
        partner_enable(work, c.operator_id, true);
        station_publish(work, c.operator_id, true);
        if (!kind_is(&c, "import"))                    /* of an imported platform stations are pulled when asked for, as ever */
            connection_pull_ask(work, c.operator_id);
    } else {
        entrustment_grant(work, c.operator_id, c.platform_id, true);
    }
    job_add(work, "map.build", "map.build", "{}");
}

static void stopped(struct work *work, int64_t id)
{
    struct connection c = by_id(work, id);
    if (own_platform(&c))
        connection_check_end(work, c.operator_id, "平台接入已停用");
    /* a company may also be connected by another platform, which this does not concern */
    if (!db_int(work, 0, "SELECT COUNT(*) FROM connection WHERE operator_id = ? AND id <> ? AND " Q_LIVES, I(c.operator_id), I(id)))
        operator_connected(work, c.operator_id, false);
    if (own_platform(&c)) {
        partner_stopped(work, c.operator_id, false);
        station_publish(work, c.operator_id, false);
    } else {
        entrustment_grant(work, c.operator_id, c.platform_id, false);
    }
    job_add(work, "map.build", "map.build", "{}");
}

/* Else the verdict on what was submitted before would fall on what is submitted next. */
static void recalled(struct work *work, int64_t id)
{
    struct connection c = by_id(work, id);
    connection_check_end(work, c.operator_id, "核对申请已撤回");
}

static void reopened(struct work *work, int64_t id)
{
    struct connection c = by_id(work, id);
    db_exec(work, "UPDATE connection SET connected_at = NULL WHERE id = ?", I(id));
    if (own_platform(&c))                              /* Step1 makes new keys; those of then hold no more, not for the overlap either */
        partner_stopped(work, c.operator_id, true);
}

void connection_adopt(struct work *work, int64_t operator_id)
{
    struct actor before = work->actor;
    work->actor = (struct actor){ .role = "system", .name = "系统", .login = "system" };
    struct connection c = connection_begin(work, operator_id, operator_id, "import", "all");
    db_exec(work, "UPDATE connection SET kind = 'import', stations = 'all' WHERE id = ?", I(c.id));
    if (strcmp(c.state, "connected") != 0)
        flow_take(work, &(struct flow_move){ .flow = CONNECTION_FLOW, .action = "adopt", .id = c.id });
    work->actor = before;
}

void connection_checked(struct work *work, int64_t operator_id, bool passed, const char *words)
{
    struct connection c;
    if (!db_struct(work, connection_columns, &c, Q_PAIR, I(operator_id), I(operator_id)) || strcmp(c.state, "checking") != 0)
        return;
    flow_take(work, &(struct flow_move){ .flow = CONNECTION_FLOW, .action = passed ? "check_pass" : "check_fail", .id = c.id, .opinion = words });
}

/* --- guards ---------------------------------------------------------------------------------------------------------------- */

static const char *configured(struct work *work, int64_t id, HDF *reasons)
{
    struct connection c = by_id(work, id);
    (void)reasons;
    if (!own_platform(&c) || (!kind_is(&c, "wizard") && !kind_is(&c, "import")))
        return "该接入由主管部门审核，不需要在此保存互联配置";
    return partner_exists(work, c.operator_id) ? NULL : "尚未保存互联配置，请先在 Step1 填写运营商平台信息";
}

static const char *tried(struct work *work, int64_t id, HDF *reasons)
{
    const char *wrong = configured(work, id, reasons);
    struct connection c = by_id(work, id);
    if (wrong)
        return wrong;
    return connection_tried_all(work, c.operator_id) ? NULL : "还有接口未调试通过，请在 Step2 完成全部接口的联调";
}

/* The check itself is a job: lib/domain/connection_check asks for it here. */
static void checking(struct work *work, int64_t id)
{
    struct connection c = by_id(work, id);
    const char *code = db_text(work, "SELECT code FROM operator WHERE id = ?", I(c.operator_id));
    job_add_remote(work, "connection.check", arena_printf(work->arena, "connection.check.%lld", (long long)c.operator_id),
                   arena_printf(work->arena, "{\"operator_id\":%lld}", (long long)c.operator_id), JOB_ASKED, code);
}

static const char *resumable(struct work *work, int64_t id, HDF *reasons)
{
    struct connection c = by_id(work, id);
    (void)reasons;
    if (!c.connected_at)
        return "该平台未曾完成互联互通，请退回重新接入";
    return own_platform(&c) || connection_complete(work, c.platform_id) ? NULL : "受托平台未接入或已停用，不能恢复";
}

void connection_process(void)
{
    flow_guard_register("connection-configured", configured);
    flow_guard_register("connection-tried", tried);
    flow_guard_register("connection-resumable", resumable);
    flow_then_register("connection-checking", checking);
    flow_then_register("connection-connected", connected);
    flow_then_register("connection-stopped", stopped);
    flow_then_register("connection-recalled", recalled);
    flow_then_register("connection-reopened", reopened);
    connection_apply_process();
}
