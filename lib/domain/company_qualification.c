/* company_qualification: 运营商资质 (H2.1-H2.4). One case a company; it can be written in the states that wait for its
 * owner. The conditions of access (Henan manual: capital of 10 million yuan, business scope, eight permits, platform)
 * are the guard of the submission and are shown to applicant and reviewer alike. */
#include <stdio.h>
#include <string.h>

#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/company.h"
#include "flow/flow.h"
#include "web/web.h"

#define FLOW "qualification"
#define FORM "company-qualification"
enum { CAPITAL_LEAST = 10000000, PERMITS_LEAST = 8 };      /* yuan; technicians with a permit */

#define Q_LOCK     "SELECT id FROM operator WHERE id = ? FOR UPDATE"
#define Q_CURRENT  "SELECT id FROM qualification WHERE operator_id = ? ORDER BY id DESC LIMIT 1"
#define Q_EDITABLE "SELECT COUNT(*) FROM qualification WHERE id = ? AND operator_id = ? AND state IN ('draft', 'returned', 'refused')"
#define Q_COMPANY  "SELECT name, legal_name, service_tel, email, address, postcode FROM operator WHERE id = ?"
#define Q_DIVISION "SELECT COALESCE(division_code, '') FROM operator WHERE id = ?"
/* Permits are counted by technician: two papers of one person are one. */
#define Q_FACTS    "SELECT COALESCE(FLOOR(q.capital), 0) AS capital, FIND_IN_SET('operation', q.service_scope)" \
                   " + FIND_IN_SET('service', q.service_scope) AS scope, q.platform <> '' AND q.register_no <> '' AS platform," \
                   " (SELECT COUNT(DISTINCT t.id) FROM qualification_technician t JOIN file_link f ON" \
                   " f.record = 'qualification_technician' AND f.record_id = t.id AND f.field = 'permit'" \
                   " WHERE t.qualification_id = q.id) AS permits," \
                   " (SELECT COUNT(DISTINCT f.field) FROM file_link f WHERE f.record = 'qualification' AND f.record_id = q.id" \
                   " AND f.field IN ('certificate', 'undertaking')) AS papers FROM qualification q WHERE q.id = ?"
#define READABLE   " FROM qualification q WHERE q.id = ? AND ((q.operator_id = ? AND q.operator_id > 0)" \
                   " OR (? = 1 AND q.division_code LIKE ?) OR EXISTS (SELECT 1 FROM flow_copy c WHERE c.account_id = ?" \
                   " AND c.flow = '" FLOW "' AND c.case_id = q.id))"

/* --- the record --------------------------------------------------------------------------------------------------------- */

int64_t qualification_current(struct work *work)
{
    return db_int(work, 0, Q_CURRENT, I(company_own(work)));
}

bool qualification_editable(struct work *work, int64_t id)
{
    return db_int(work, 0, Q_EDITABLE, I(id), I(company_own(work))) == 1;
}

struct form_values *qualification_values(struct work *work, int64_t id)
{
    static const struct { const char *field, *column; } known[] = {
        { "company", "name" }, { "legal_name", "legal_name" }, { "phone", "service_tel" }, { "email", "email" },
        { "address", "address" }, { "postcode", "postcode" } };
    if (id) {
        struct form_values *stored = form_load(work, FORM, id, I(company_own(work)));
        if (!stored)
            fail(work, FAIL_MISSING, "%s", "");
        return stored;
    }
    struct form_values *values = values_new(work, form_find(work, FORM));
    HDF *row = NULL;
    if (hdf_init(&row))
        fail_ours(work, "out of memory");
    if (db_row(work, row, Q_COMPANY, I(company_own(work))))
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            values_put(values, known[i].field, arena_copy(work->arena, view_get(row, known[i].column)));
    hdf_destroy(&row);
    return values;
}

const char *qualification_file(struct work *work, struct form_values *values)
{
    int64_t own = company_own(work);
    (void)db_int(work, 0, Q_LOCK, I(own));
    int64_t id = qualification_current(work);
    if (id != values_id(values) || (id && !qualification_editable(work, id)))
        fail(work, FAIL_CONFLICT, "本企业的资质申请已有变化，请返回「运营商资质」查看。");
    values_give(values, "operator_id", I(own));
    values_give(values, "division_code", T(db_text(work, Q_DIVISION, I(own))));
    id = form_store(work, values, id);
    flow_begin(work, FLOW, id);
    const char *state = db_text(work, "SELECT state FROM qualification WHERE id = ?", I(id));
    return flow_try(work, &(struct flow_move){ .flow = FLOW, .id = id,
                                               .action = strcmp(state, "draft") == 0 ? "submit" : "resubmit" });
}

void qualification_view(struct work *work, int64_t id, HDF *node)
{
    struct form_values *values = form_load(work, FORM, id);
    if (!values)
        fail(work, FAIL_MISSING, "%s", "");
    form_view(work, values, NULL, node);
}

/* --- H2.4 --------------------------------------------------------------------------------------------------------------- */

struct facts { int64_t capital, scope, platform, permits, papers; };

static int condition(HDF *node, int n, bool met, const char *label, const char *text)
{
    char name[16];
    snprintf(name, sizeof name, "%d", n);
    HDF *row = view_node(node, name);
    view_set(row, "Label", label);
    view_set(row, "Text", text);
    view_set(row, "Kind", met ? "good" : "bad");
    view_set(row, "State", met ? "符合" : "不符合");
    return !met;
}

int qualification_conditions(struct work *work, int64_t id, HDF *node)
{
    static const struct db_column columns[] = { DB_INT(struct facts, capital), DB_INT(struct facts, scope),
        DB_INT(struct facts, platform), DB_INT(struct facts, permits), DB_INT(struct facts, papers), DB_END };
    struct facts f = { 0 };
    struct arena *arena = work->arena;
    (void)db_struct(work, columns, &f, Q_FACTS, I(id));
    int missing = condition(node, 0, f.capital >= CAPITAL_LEAST, "注册资金不少于 1000 万元",
                            arena_printf(arena, "已填报 %s 元", text_thousands(arena, f.capital)));
    missing += condition(node, 1, f.scope > 0, "经营范围含充电设施运营或服务", f.scope > 0 ? "服务范围已包含" : "服务范围中未选择充电设施运营或充电设施服务");
    missing += condition(node, 2, f.permits >= PERMITS_LEAST, "8 名及以上持电工进网作业许可证的从业技术人员",
                         arena_printf(arena, "已上传 %lld 人的许可证", (long long)f.permits));
    missing += condition(node, 3, f.platform && f.papers == 2, "具备充电智能服务平台",
                         f.platform && f.papers == 2 ? "服务平台名称、登记号、著作权登记证书、承诺书齐全" : "服务平台名称、登记号、著作权登记证书或承诺书不全");
    return missing;
}

static const char *conditions_met(struct work *work, int64_t id, HDF *reasons)
{
    HDF *all = NULL;
    int n = 0;
    if (hdf_init(&all))
        fail_ours(work, "out of memory");
    int missing = qualification_conditions(work, id, all);
    for (HDF *c = hdf_obj_child(all); c; c = hdf_obj_next(c))
        if (strcmp(view_get(c, "Kind"), "bad") == 0)
            view_setf(reasons, arena_printf(work->arena, "%d.Text", n++), "%s：%s", view_get(c, "Label"), view_get(c, "Text"));
    hdf_destroy(&all);
    return missing ? arena_printf(work->arena, "有 %d 项准入条件不符合，修改后可提交", missing) : NULL;
}

void company_qualification_process(void);
void company_qualification_process(void)
{
    flow_guard_register("qualification-conditions", conditions_met);
}

/* --- files --------------------------------------------------------------------------------------------------------------- */

bool qualification_readable(struct work *work, int64_t id)
{
    const struct actor *actor = &work->actor;
    bool reviewer = !actor->operator_id && actor->capabilities & CAP_BIT(CAP_QUALIFICATION_REVIEW);
    return actor->account_id && db_int(work, 0, "SELECT COUNT(*)" READABLE, I(id), I(actor->operator_id), I(reviewer),
                                       T(division_like(work->arena, actor->division)), I(actor->account_id)) == 1;
}

bool qualification_technician_readable(struct work *work, int64_t id)
{
    return qualification_readable(work, db_int(work, 0, "SELECT qualification_id FROM qualification_technician WHERE id = ?", I(id)));
}
