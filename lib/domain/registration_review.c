/* registration_review: what reviewers see of a registration, and what becomes true with their decision. */
#include <string.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "core/uscc.h"
#include "domain/account.h"
#include "domain/checks.h"
#include "domain/file.h"
#include "domain/operator.h"
#include "domain/registration.h"
#include "domain/trail.h"
#include "flow/flow.h"
#include "web/web.h"

#define Q_CASE "SELECT r.kind, r.uscc, r.company, r.division_code, r.uscc_reason, COALESCE(r.account_id, 0), COALESCE(a.login, ''), COALESCE(b.name, '')" \
               " FROM operator_registration r LEFT JOIN account a ON a.id = r.account_id LEFT JOIN account b ON b.id = r.uscc_overruled_by WHERE r.id = ?"
#define Q_OTHERS "SELECT COUNT(*) FROM operator_registration WHERE uscc = ? AND id <> ?"
#define Q_TAKEN "SELECT COUNT(*) FROM account a JOIN operator o ON o.id = a.operator_id WHERE o.code = ? AND a.state <> 'closed' AND a.demo = 0 AND a.id <> ?"
#define Q_FILED "INSERT INTO registration_filed (registration_id, content) VALUES (?, ?)"
#define Q_BEFORE "SELECT content FROM registration_filed WHERE registration_id = ? ORDER BY id DESC LIMIT 1 OFFSET 1"
#define Q_OVERRULE "UPDATE operator_registration SET uscc_overruled_by = ?, uscc_reason = ? WHERE id = ? AND state = 'filed' AND division_code LIKE ?"
#define Q_COMPANY "UPDATE operator_registration SET operator_id = ? WHERE id = ?"
#define Q_READABLE "SELECT COUNT(*) FROM operator_registration WHERE id = ? AND (account_id = ? OR (? <> '' AND division_code LIKE ?))"
#define Q_CHANGED_CODE "UPDATE operator_registration SET uscc_overruled_by = NULL, uscc_reason = '' WHERE id = ? AND uscc_overruled_by IS NOT NULL" \
                       " AND uscc_reason NOT LIKE CONCAT('%', uscc, '%')"

struct row { const char *kind, *uscc, *company, *division, *reason, *login, *by; int64_t account; };

static struct row row_of(struct work *work, int64_t id)
{
    static const struct db_column columns[] = {
        DB_TEXT(struct row, kind), DB_TEXT(struct row, uscc), DB_TEXT(struct row, company), DB_TEXT(struct row, division),
        DB_TEXT(struct row, reason), DB_INT(struct row, account), DB_TEXT(struct row, login), DB_TEXT(struct row, by), DB_END };
    struct row row;
    if (!db_struct(work, columns, &row, Q_CASE, I(id)))
        fail(work, FAIL_MISSING, "%s", "");
    return row;
}

static const char *about(struct work *work, int64_t id)
{
    return arena_printf(work->arena, "registration_filed.%lld", (long long)id);
}

/* What was filed before the newest filing; NULL: nothing. */
static struct form_values *filed_before(struct work *work, int64_t id)
{
    const char *sealed = db_text(work, Q_BEFORE, I(id));
    const char *json = sealed ? secret_open(work->arena, sealed, about(work, id)) : NULL;
    if (!json)
        return NULL;
    struct form_values *values = values_new(work, form_find(work, "registration-edit"));
    values_from_json(values, json, 0);
    return values;
}

void registration_show(struct work *work, int64_t id, HDF *node)
{
    struct form_values *values = form_load(work, "registration-edit", id);
    struct row row = row_of(work, id);
    form_view(work, values, filed_before(work, id), view_node(node, "View"));
    view_set(node, "Kind", strcmp(row.kind, "builder") == 0 ? "充电设施建设方" : "充电设施运营商");
    view_set(node, "Login", row.login);
    if (!uscc_valid(row.uscc))
        view_set(node, "UsccWrong", "1");
    view_set(node, "UsccReason", row.reason);
    view_set(node, "UsccBy", row.by);
    int64_t others = db_int(work, 0, Q_OTHERS, T(row.uscc), I(id));
    if (others)
        view_set_int(node, "Others", others);
}

void registration_overrule(struct work *work, int64_t id, const char *reason, const char *address)
{
    struct row row = row_of(work, id);
    const char *said = arena_printf(work->arena, "%s（%s）", reason, row.uscc);      /* bound to the code it was said of */
    if (uscc_valid(row.uscc))
        fail(work, FAIL_CONFLICT, "该统一社会信用代码校验位相符，无需人工核验。");
    const char *division = work->actor.division;
    if (!division || !*division
        || db_exec(work, Q_OVERRULE, I(work->actor.account_id), T(said), I(id), T(division_like(work->arena, division))) != 1)
        fail(work, FAIL_CONFLICT, "该注册申请已不在审核中，不能核验，请刷新页面后查看。");
    trail_write(work, "uscc-override", arena_printf(work->arena, "registration:%lld", (long long)id), "done", reason, address);
}

bool registration_readable(struct work *work, int64_t id)
{
    const struct actor *actor = &work->actor;
    bool reviews = !actor->operator_id && (actor->capabilities & CAP_BIT(CAP_REGISTRATION_REVIEW));
    const char *division = reviews && actor->division ? actor->division : "";
    return db_int(work, 0, Q_READABLE, I(id), I(actor->account_id ? actor->account_id : -1), T(division),
                  T(division_like(work->arena, division))) > 0;
}

/* --- guards and consequences ----------------------------------------------------------------------------------------- */

static const char *complete(struct work *work, int64_t id, HDF *reasons)
{
    return form_complete(work, "registration-edit", id, reasons) ? NULL : "注册信息不完整，请点击「修改注册信息」补充后提交";
}

static const char *passable(struct work *work, int64_t id, HDF *reasons)
{
    struct row row = row_of(work, id);
    char code[ORGANISATION_LENGTH + 1];
    (void)reasons;
    if (!uscc_valid(row.uscc) && !*row.reason)
        return "统一社会信用代码校验位不符，请先进行人工核验，或退回申请人更正";
    uscc_organisation(row.uscc, code);
    return db_int(work, 0, Q_TAKEN, T(code), I(row.account)) ? "该企业已有账号，不能重复注册，请核实后处理" : NULL;
}

static void filed(struct work *work, int64_t id)
{
    db_exec(work, Q_CHANGED_CODE, I(id));                     /* another code is judged anew */
    db_exec(work, Q_FILED, I(id), T(secret_seal(work->arena, values_to_json(form_load(work, "registration-edit", id)), about(work, id))));
}

static void passed(struct work *work, int64_t id)
{
    struct row row = row_of(work, id);
    int64_t company = operator_register(work, row.uscc, row.company, row.division);
    if (!account_activate(work, row.account, company))
        fail(work, FAIL_CONFLICT, "该账号已被锁定或注销，不能通过，请先核实账号状态。");
    db_exec(work, Q_COMPANY, I(company), I(id));
    if (!file_count(work, "operator", company, "licence"))       /* a company that was there keeps its own */
        file_link_all(work, "operator_registration", id, "operator", company);
}

static const char *agreement_in_force(struct work *work, const char *kind)
{
    if (strcmp(kind, "registration") != 0)
        fail_ours(work, "no agreement of kind %s", kind);
    return registration_agreement_version(work);
}

void registration_process(void)
{
    checks_register();
    form_open("registration-edit");
    form_agreements_register(agreement_in_force);
    flow_guard_register("registration-complete", complete);
    flow_guard_register("registration-passable", passable);
    flow_then_register("registration-filed", filed);
    flow_then_register("registration-passed", passed);
}
