/* company_profile: 运营商配置管理 (Z13). Key data take effect with the reviewer's pass alone; a change keeps, as JSON, what
 * it asks for and what was in force when it was filed. Two at once make one change: the operator's row is locked first. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/uscc.h"
#include "domain/company.h"
#include "domain/job.h"
#include "domain/trail.h"
#include "flow/flow.h"
#include "web/web.h"

#define FLOW "profile-change"
#define FORM "company-profile"
#define Q_LOCK  "SELECT id FROM operator WHERE id = ? FOR UPDATE"
#define Q_OPEN  "SELECT id FROM profile_change WHERE operator_id = ? AND state IN ('draft', 'filed', 'refused')" \
                " ORDER BY id DESC LIMIT 1"
#define Q_FILED "SELECT COUNT(*) FROM profile_change WHERE operator_id = ? AND state = 'filed'"
#define Q_PLAIN "UPDATE operator SET short_name = ?, service_tel = ?, email = ?, address = ?, postcode = ?, website = ?," \
                " introduction = ? WHERE id = ?"
#define Q_NEW   "INSERT INTO profile_change (operator_id, company, division_code, changed, earlier)" \
                " SELECT id, name, COALESCE(NULLIF(division_code, ''), ?), ?, ? FROM operator WHERE id = ?"
#define Q_AGAIN "UPDATE profile_change SET changed = ?, earlier = ? WHERE id = ? AND operator_id = ?" \
                " AND state IN ('draft', 'refused')"
/* OperatorID is characters 9-17 of the code (T/CEC 102), so it goes with it. */
#define Q_APPLY "UPDATE operator o JOIN profile_change p ON p.operator_id = o.id SET" \
                " o.name = COALESCE(JSON_VALUE(p.changed, '$.name'), o.name)," \
                " o.uscc = COALESCE(JSON_VALUE(p.changed, '$.uscc'), o.uscc)," \
                " o.code = COALESCE(SUBSTRING(JSON_VALUE(p.changed, '$.uscc'), 9, 9), o.code)," \
                " o.division_code = COALESCE(JSON_VALUE(p.changed, '$.division_code'), o.division_code)," \
                " o.legal_name = COALESCE(JSON_VALUE(p.changed, '$.legal_name'), o.legal_name) WHERE p.id = ?"
#define Q_TAKEN "SELECT COUNT(*) FROM operator WHERE id <> ? AND (code = ? OR uscc = ?)"

static const char *const keys[] = { "name", "uscc", "division_code", "legal_name" };
enum { KEYS = sizeof keys / sizeof *keys };

int64_t company_own(struct work *work)
{
    if (!work->actor.operator_id)
        fail(work, FAIL_FORBIDDEN, "您的账号尚未关联运营商，注册审核通过后可办理本企业事项。");
    return work->actor.operator_id;
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

static struct form_values *in_force(struct work *work, int64_t operator_id)
{
    struct form_values *values = form_load(work, FORM, operator_id);
    if (!values)
        fail(work, FAIL_MISSING, "%s", "");
    return values;
}

static void lay_over(struct form_values *values, const char *json)
{
    json_t *object = json_loads(json ? json : "{}", 0, NULL);
    for (size_t i = 0; object && i < KEYS; i++) {
        const char *text = json_string_value(json_object_get(object, keys[i]));
        if (text)
            values_put(values, keys[i], text);
    }
    json_decref(object);
}

int64_t company_change(struct work *work)
{
    return db_int(work, 0, Q_OPEN, I(company_own(work)));
}

struct form_values *company_profile(struct work *work, bool asked)
{
    struct form_values *values = in_force(work, company_own(work));
    int64_t change = asked ? company_change(work) : 0;
    if (change)
        lay_over(values, db_text(work, "SELECT changed FROM profile_change WHERE id = ? AND state <> 'filed'", I(change)));
    return values;
}

void company_change_view(struct work *work, int64_t change, HDF *node)
{
    int64_t operator_id = db_int(work, 0, "SELECT operator_id FROM profile_change WHERE id = ?", I(change));
    struct form_values *before = in_force(work, operator_id), *after = in_force(work, operator_id);
    lay_over(before, db_text(work, "SELECT earlier FROM profile_change WHERE id = ?", I(change)));
    lay_over(after, db_text(work, "SELECT changed FROM profile_change WHERE id = ?", I(change)));
    form_view(work, after, before, node);
    NEOERR *error = hdf_remove_tree(node, "1");            /* the second group, general data, is no part of a change */
    nerr_ignore(&error);
}

/* --- changing --------------------------------------------------------------------------------------------------------- */

static bool taken(struct work *work, int64_t operator_id, const char *uscc)
{
    char code[ORGANISATION_LENGTH + 1];
    if (strlen(uscc) != USCC_LENGTH)
        return false;
    uscc_organisation(uscc, code);
    return db_int(work, 0, Q_TAKEN, I(operator_id), T(code), T(uscc)) > 0;
}

/* The key data of `from` where it is not as in `other`. */
static const char *json_of(struct work *work, const struct form_values *from, const struct form_values *other)
{
    json_t *object = json_object();
    for (size_t i = 0; i < KEYS; i++)
        if (strcmp(values_text(from, keys[i]), values_text(other, keys[i])) != 0)
            json_object_set_new(object, keys[i], json_string(values_text(from, keys[i])));
    char *text = json_dumps(object, JSON_COMPACT);
    const char *out = arena_printf(work->arena, "%s", text ? text : "{}");
    free(text);
    json_decref(object);
    return out;
}

static void file_change(struct work *work, const struct form_values *values, const struct form_values *now)
{
    int64_t id = company_change(work);
    const char *changed = json_of(work, values, now), *earlier = json_of(work, now, values);
    if (id) {
        if (db_exec(work, Q_AGAIN, T(changed), T(earlier), I(id), I(company_own(work))) != 1)
            fail(work, FAIL_CONFLICT, "信息变更正在审核，请刷新页面后查看。");
    } else {
        id = db_insert(work, Q_NEW, T(values_text(values, "division_code")), T(changed), T(earlier), I(company_own(work)));
        flow_begin(work, FLOW, id);
    }
    flow_take(work, &(struct flow_move){ .flow = FLOW, .action = "submit", .id = id });
}

bool company_profile_save(struct work *work, struct form_values *values, const char *address)
{
    int64_t own = company_own(work);
    (void)db_int(work, 0, Q_LOCK, I(own));
    struct form_values *now = in_force(work, own);
    bool filed = db_int(work, 0, Q_FILED, I(own)) > 0, differs = false;
    for (size_t i = 0; i < KEYS; i++) {
        values_put(now, keys[i], values_text(now, keys[i]));       /* what came from elsewhere may not be in normal form */
        bool other = strcmp(values_text(values, keys[i]), values_text(now, keys[i])) != 0;
        if (other && filed)
            values_error(values, keys[i], "「%s」的变更正在审核，审核结束或撤回后可再次修改", values_label(values, keys[i]));
        differs = differs || other;
    }
    if (taken(work, own, values_text(values, "uscc")))
        values_error(values, "uscc", "该统一社会信用代码已由其他运营商使用，请核对");
    if (values_wrong(values))
        return false;
    db_exec(work, Q_PLAIN, T(values_text(values, "short_name")), T(values_text(values, "service_tel")),
            T(values_text(values, "email")), T(values_text(values, "address")), T(values_text(values, "postcode")),
            T(values_text(values, "website")), T(values_text(values, "introduction")), I(own));
    trail_write(work, "profile-save", arena_printf(work->arena, "operator:%lld", (long long)own), "done",
                differs ? "关键信息已提交审核" : "", address);
    if (differs)
        file_change(work, values, now);
    return differs;
}

/* --- what the flow asks and does ---------------------------------------------------------------------------------------- */

static const char *change_possible(struct work *work, int64_t id, HDF *reasons)
{
    int64_t operator_id = db_int(work, 0, "SELECT operator_id FROM profile_change WHERE id = ?", I(id));
    const char *uscc = db_text(work, "SELECT JSON_VALUE(changed, '$.uscc') FROM profile_change WHERE id = ?", I(id));
    if (!uscc || !taken(work, operator_id, uscc))
        return NULL;
    view_set(reasons, "0.Text", "该统一社会信用代码已由其他运营商使用");
    return "变更后的统一社会信用代码已由其他运营商使用，请核对";
}

static void change_passed(struct work *work, int64_t id)
{
    db_exec(work, Q_APPLY, I(id));
    job_add(work, "map.build", "map.build", "{}");         /* the operator's name stands on the map */
}

void company_qualification_process(void);

void company_process(void)
{
    flow_guard_register("profile-change-possible", change_possible);
    flow_then_register("profile-change-passed", change_passed);
    company_qualification_process();
}
