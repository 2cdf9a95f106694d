/* connection_apply: the applications: Henan 「我要接入」 (H3.1), Zhongshan 「桩平台检测」 with its own or an entrusted platform
 * (S2.2, S2.3). One form a kind; a case is stored whole, submitted, and decided by staff. */
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/checks.h"
#include "domain/company.h"
#include "domain/connection_private.h"
#include "domain/partner.h"
#include "domain/partner_save.h"
#include "flow/flow.h"
#include "web/web.h"

#define Q_COMPANY  "SELECT name AS client, COALESCE(uscc, '') AS client_uscc, address AS client_address, COALESCE(service_tel, '') AS client_phone," \
                   " name AS platform_operator FROM operator WHERE id = ?"
#define Q_PLATFORM "SELECT id FROM operator WHERE (code = ? OR name = ?) AND (id = ? OR connected_at IS NOT NULL) ORDER BY id = ? DESC, code = ? DESC LIMIT 1"
#define Q_TYPED    "SELECT station_count, COALESCE(equipment_count, COALESCE(dc_count, 0) + COALESCE(ac_count, 0)), service_kind FROM connection WHERE id = ?"
#define PUSHED     " FROM station s WHERE s.operator_id = ? AND (? = s.operator_id OR s.built_by = ?) AND s.removed_at IS NULL"
#define Q_STATIONS  "SELECT COUNT(*)" PUSHED
#define Q_EQUIPMENT "SELECT COUNT(*) FROM equipment e WHERE e.removed_at IS NULL AND e.station_id IN (SELECT s.id" PUSHED ")"

static const struct { const char *kind, *form; bool own; } kinds[] = {
    { "review", "connection-review", true }, { "own", "connection-own", true }, { "entrusted", "connection-entrusted", false } };
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *connection_form(const char *kind)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].form;
    return NULL;
}

static const char *form_must(struct work *work, const char *kind)
{
    const char *form = connection_form(kind);
    if (!form)
        fail(work, FAIL_MISSING, "%s", "");
    return form;
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */

int64_t connection_pending(struct work *work, const char *kind)
{
    return db_int(work, 0, "SELECT id FROM connection WHERE operator_id = ? AND kind = ? AND state IN ('draft', 'refused') ORDER BY id DESC LIMIT 1",
                  I(company_own(work)), T(kind));
}

int64_t connection_editable(struct work *work, const char *kind, int64_t id)
{
    if (!id)
        return 0;
    struct connection c = connection_must(work, id);
    if (c.operator_id != company_own(work) || strcmp(c.kind, kind) != 0)
        fail(work, FAIL_MISSING, "%s", "");
    if (strcmp(c.state, "draft") != 0 && strcmp(c.state, "refused") != 0)
        fail(work, FAIL_CONFLICT, "该申请当前状态为「%s」，不能修改。", flow_state_label(CONNECTION_FLOW, c.state));
    return id;
}

struct form_values *connection_application(struct work *work, const char *kind, int64_t id)
{
    const char *form = form_must(work, kind);
    HDF *row = NULL;
    if (connection_editable(work, kind, id))
        return form_load(work, form, id, I(company_own(work)));
    struct form_values *values = values_new(work, form_find(work, form));
    if (hdf_init(&row))
        fail_ours(work, "out of memory");
    bool review = strcmp(kind, "review") == 0;
    if (db_row(work, row, Q_COMPANY, I(company_own(work))))
        for (HDF *known = hdf_obj_child(row); known; known = hdf_obj_next(known)) {
            bool platform = strcmp(hdf_obj_name(known), "platform_operator") == 0;
            if (platform ? review && !(work->actor.capabilities & CAP_BIT(CAP_ENTRUST)) : !review)
                values_put(values, hdf_obj_name(known), arena_copy(work->arena, hdf_obj_value(known)));
        }
    hdf_destroy(&row);
    return values;
}

/* Whose platform carries it; 0: said with the field. A company without a platform of its own cannot name itself. */
static int64_t platform_of(struct work *work, const char *kind, struct form_values *values, int64_t own)
{
    if (strcmp(kind, "own") == 0)
        return own;
    const char *typed = values_text(values, "platform_operator");
    int64_t id = db_int(work, 0, Q_PLATFORM, T(typed), T(typed), I(own), I(own), T(typed));
    bool self = id == own;
    if (!id)
        values_error(values, "platform_operator", "没有找到已接入本平台的运营商，请核对「%s」", values_label(values, "platform_operator"));
    else if (self && (strcmp(kind, "entrusted") == 0 || work->actor.capabilities & CAP_BIT(CAP_ENTRUST)))
        values_error(values, "platform_operator", "「%s」不能填写本企业，请填写受托的运营商", values_label(values, "platform_operator"));
    return values_wrong(values) ? 0 : id;
}

/* The keys of an application as typed; a sealed field left empty keeps what is stored. */
static const char *secret(struct work *work, const struct form_values *values, int64_t id, const char *field)
{
    const char *typed = values ? values_text(values, field) : "";
    return *typed || !id ? typed : form_reveal(work, "connection-review", id, field);
}

static const char *keys_of(struct work *work, const struct form_values *values, int64_t id, struct key_set *keys)
{
    return key_set_fill(keys, secret(work, values, id, "operator_secret"), secret(work, values, id, "data_secret"),
                        secret(work, values, id, "data_secret_iv"), secret(work, values, id, "sig_secret"));
}

/* An own platform that was never connected: from now on it can be tried and pulled, with what a corrected application says; it
 * is connected when staff pass it. Henan's form names one set of keys, which then serves both directions. */
static void register_platform(struct work *work, const char *kind, const struct form_values *values, int64_t id, int64_t own)
{
    struct key_set keys;
    bool was = db_int(work, 0, "SELECT connected_at IS NOT NULL FROM connection WHERE id = ?", I(id)) == 1;
    if (strcmp(kind, "review") != 0 || (was && partner_exists(work, own)) || keys_of(work, values, id, &keys))
        return;
    partner_save(work, own, partner_gov_id(work, own), values_text(values, "base_url"), &keys, &keys);
    connection_pull_ask(work, own);
}

static void check_base_url(struct form_values *values, const char *kind)
{
    if (strcmp(kind, "entrusted") == 0 || !values_has(values, "base_url"))
        return;
    const char *wrong = partner_url_wrong(values_text(values, "base_url"));
    if (wrong)
        values_error(values, "base_url", "「平台接口地址」%s，请核对", wrong);
}

const char *connection_file(struct work *work, const char *kind, struct form_values *values, int64_t *id)
{
    int64_t own = connection_lock(work), old = connection_editable(work, kind, *id);
    *id = 0;
    check_base_url(values, kind);
    int64_t platform = platform_of(work, kind, values, own);
    if (!platform || values_wrong(values))
        return "";
    struct connection c = connection_begin(work, own, platform, kind, "all");
    if (old ? old != c.id : strcmp(c.state, "draft") != 0 && strcmp(c.state, "refused") != 0) {
        const char *field = strcmp(kind, "own") == 0 ? "client" : "platform_operator";
        values_error(values, field, "该平台的接入申请已有记录（%s），请返回列表查看", flow_state_label(CONNECTION_FLOW, c.state));
        return "";
    }
    db_exec(work, "UPDATE connection SET kind = ? WHERE id = ?", T(kind), I(c.id));
    values_give(values, "operator_id", I(own));
    (void)form_store(work, values, c.id);
    if (platform == own)
        register_platform(work, kind, values, c.id, own);
    connection_trail(work, "connection-file", c.id, kind, "");
    *id = c.id;
    return flow_try(work, &(struct flow_move){ .flow = CONNECTION_FLOW, .action = "submit", .id = c.id });
}

void connection_view(struct work *work, const struct connection *c, HDF *node)
{
    const char *form = connection_form(c->kind);
    struct form_values *values = form_load(work, form ? form : "connection-platform", c->id, I(c->operator_id));
    if (values)
        form_view(work, values, NULL, node);
}

/* --- H3.1: said and pushed ------------------------------------------------------------------------------------------------- */

static int compared(struct work *work, HDF *node, int n, const char *label, int64_t declared, int64_t pushed)
{
    HDF *row = view_node(node, arena_printf(work->arena, "%d", n));
    view_set(row, "Label", label);
    view_set_int(row, "Declared", declared);
    view_set_int(row, "Pushed", pushed);
    view_set(row, "Words", declared == pushed ? "一致" : "不一致");
    view_set(row, "Kind", declared == pushed ? "good" : "bad");
    return declared != pushed;
}

static int keys_compared(struct work *work, const struct connection *c, HDF *node, int n)
{
    struct partner partner;
    struct key_set typed;
    bool known = partner_load(work, c->platform_id, &partner);
    bool same = known && !keys_of(work, NULL, c->id, &typed)
        && ((text_same_secret(typed.operator_secret, partner.to_gov.operator_secret) && text_same_secret(typed.sig_secret, partner.to_gov.sig_secret)
             && text_same_secret(typed.data_secret, partner.to_gov.data_secret) && text_same_secret(typed.data_secret_iv, partner.to_gov.data_secret_iv))
            || (text_same_secret(typed.operator_secret, partner.to_operator.operator_secret) && text_same_secret(typed.sig_secret, partner.to_operator.sig_secret)
                && text_same_secret(typed.data_secret, partner.to_operator.data_secret) && text_same_secret(typed.data_secret_iv, partner.to_operator.data_secret_iv)));
    HDF *row = view_node(node, arena_printf(work->arena, "%d", n));
    view_set(row, "Label", "密钥");
    view_set(row, "Declared", "已填写");
    view_set(row, "Pushed", known ? "已登记" : "未登记");
    view_set(row, "Words", same ? "一致" : "不一致");
    view_set(row, "Kind", same ? "good" : "bad");
    return !same;
}

struct typed { int64_t stations, equipment; const char *service; };

int connection_compare(struct work *work, const struct connection *c, HDF *node)
{
    static const struct db_column columns[] = { DB_INT(struct typed, stations), DB_INT(struct typed, equipment), DB_TEXT(struct typed, service), DB_END };
    struct typed typed = { 0 };
    (void)db_struct(work, columns, &typed, Q_TYPED, I(c->id));
    int64_t stations = db_int(work, 0, Q_STATIONS, I(c->platform_id), I(c->operator_id), I(c->operator_id));
    int64_t equipment = db_int(work, 0, Q_EQUIPMENT, I(c->platform_id), I(c->operator_id), I(c->operator_id));
    int differ = compared(work, node, 0, "充电站数量", typed.stations, stations);
    differ += compared(work, node, 1, "充电桩数量", typed.equipment, equipment);
    if (strcmp(c->kind, "review") == 0)
        differ += keys_compared(work, c, node, 2);
    return differ;
}

/* --- guards ---------------------------------------------------------------------------------------------------------------- */

static struct connection by_id(struct work *work, int64_t id)
{
    struct connection c;
    if (!db_struct(work, connection_columns, &c, "SELECT " CONNECTION_COLUMNS " FROM connection c WHERE c.id = ?", I(id)))
        fail(work, FAIL_MISSING, "%s", "");
    return c;
}

static const char *complete(struct work *work, int64_t id, HDF *reasons)
{
    struct connection c = by_id(work, id);
    const char *form = connection_form(c.kind);
    if (!form)
        return "互联配置由系统核对，不需要提交审核";
    return form_complete(work, form, id, reasons) ? NULL : "申请内容不完整，完善后可提交";
}

static const char *passable(struct work *work, int64_t id, HDF *reasons)
{
    struct connection c = by_id(work, id);
    (void)reasons;
    if (c.platform_id != c.operator_id && !connection_complete(work, c.platform_id))
        return "受托平台未接入或已停用，不能通过";
    return NULL;
}

void connection_apply_process(void)
{
    checks_register();
    form_open("connection-platform");
    for (int i = 0; i < KINDS; i++)
        form_open(kinds[i].form);
    flow_guard_register("connection-complete", complete);
    flow_guard_register("connection-passable", passable);
}
