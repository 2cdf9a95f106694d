/* account_admin: see the header. The row is locked before it is judged, so that two who act at once are judged one after
 * the other; the holders of account-roles are locked together before one of them is taken away. */
#include "domain/account_admin.h"

#include <stdio.h>
#include <string.h>

#include "core/capability.h"
#include "core/config.h"
#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/account.h"
#include "domain/division.h"
#include "domain/outbox.h"
#include "domain/recovery.h"
#include "domain/role.h"
#include "domain/session.h"
#include "domain/trail.h"
#include "web/web.h"

#define IN_SCOPE " (? OR a.division_code LIKE ? OR o.division_code LIKE ?)"
#define Q_LOAD "SELECT a.id, a.login, a.name, a.role, a.state, a.lock_reason, a.lock_note, a.phone_shown, a.email, a.division_code," \
               " o.name AS company, DATE_FORMAT(a.created_at, '%Y-%m-%d %H:%i') AS created_at," \
               " DATE_FORMAT(a.last_login_at, '%Y-%m-%d %H:%i') AS last_login_at, a.totp_secret IS NOT NULL AS second_factor," \
               " (SELECT COUNT(*) FROM session s WHERE s.account_id = a.id AND s.expires_at > NOW(3)) AS sessions" \
               " FROM account a LEFT JOIN operator o ON o.id = a.operator_id WHERE a.id = ? AND" IN_SCOPE
#define Q_SEES "SELECT COUNT(*) FROM account a LEFT JOIN operator o ON o.id = a.operator_id WHERE a.id = ? AND" IN_SCOPE
#define Q_FOR_UPDATE "SELECT a.role, a.state, COALESCE(a.phone, ''), a.division_code, a.operator_id IS NOT NULL FROM account a" \
                     " LEFT JOIN operator o ON o.id = a.operator_id WHERE a.id = ? AND" IN_SCOPE " FOR UPDATE"
#define Q_HOLDERS "SELECT id FROM account WHERE role = ? AND state IN ('active', 'must_change') FOR UPDATE"
#define Q_NOTE "UPDATE account SET lock_note = ? WHERE id = ?"
#define Q_ASSIGN "UPDATE account SET role = ?, division_code = ? WHERE id = ?"
#define Q_TAKEN "SELECT COUNT(*) FROM account WHERE login = ? OR phone = ?"
#define Q_PHONE_TAKEN "SELECT COUNT(*) FROM account WHERE phone = ? OR login = ?"
#define Q_ADD "INSERT INTO account (login, name, role, division_code, phone, password_hash, state)" \
              " VALUES (?, ?, 'unassigned', ?, NULLIF(?, ''), '!', 'must_change')"
#define Q_DIVISION "SELECT level FROM division WHERE code = ? AND retired = 0"
#define Q_COUNT " FROM account a LEFT JOIN operator o ON o.id = a.operator_id WHERE" IN_SCOPE
#define Q_DORMANT "SELECT COUNT(*)" Q_COUNT " AND a.state = 'locked' AND a.lock_reason = 'dormant'"
#define Q_UNASSIGNED "SELECT COUNT(*)" Q_COUNT " AND a.role = 'unassigned' AND a.state <> 'closed'"

#define Q_DIVISIONS "SELECT '' AS Value, '不限定' AS Label, '' AS code UNION ALL SELECT code, CONCAT(REPEAT('　', level - 1), name), code FROM division WHERE retired = 0 AND" \
                    " portal_owned = 0 AND (code LIKE ? OR (level < 3 AND ? LIKE CONCAT(TRIM(TRAILING '00' FROM code), '%'))) ORDER BY code"

/* 省、市、县 of what the actor sees, as a filter offers them. */
#define Q_SEEN "SELECT code AS Value, CONCAT(REPEAT('　', level - ?), name) AS Label FROM division WHERE retired = 0" \
               " AND portal_owned = 0 AND level <= 3 AND code LIKE ? AND code LIKE ? ORDER BY code"

static const char UNASSIGNED[] = "unassigned";
static const uint64_t KEEPERS = CAP_BIT(CAP_ACCOUNT_MANAGE) | CAP_BIT(CAP_ACCOUNT_ROLES) | CAP_BIT(CAP_TRAIL_VIEW);

struct account {
    const char *role, *state, *phone, *division;
    int64_t     company;
};

static bool holds(const struct work *work, enum capability capability)
{
    return work->actor.capabilities & CAP_BIT(capability);
}

/* Bound by IN_SCOPE; a company never administers accounts, whatever its role says. */
#define SCOPE(work) I(holds(work, CAP_ACCOUNT_ALL) && !(work)->actor.operator_id), T(scope_like(work)), T(scope_like(work))
static const char *scope_like(struct work *work)
{
    return division_like(work->arena, work->actor.operator_id ? "" : work->actor.division);
}

static const char *object_of(struct work *work, int64_t account_id)
{
    return arena_printf(work->arena, "account:%lld", (long long)account_id);
}

static bool is_keeper(const char *role)
{
    return role_capabilities(role) & KEEPERS;
}

static bool is_staff(const char *role)
{
    return strcmp(role, UNASSIGNED) == 0 || (role_capabilities(role) & CAP_BIT(CAP_STAFF));
}

static struct account take(struct work *work, int64_t account_id)
{
    static const struct db_column columns[] = {
        DB_TEXT(struct account, role), DB_TEXT(struct account, state), DB_TEXT(struct account, phone),
        DB_TEXT(struct account, division), DB_INT(struct account, company), DB_END };
    struct account account;
    if (!db_struct(work, columns, &account, Q_FOR_UPDATE, I(account_id), SCOPE(work)))
        fail(work, FAIL_MISSING, "没有这个账号，请从「账号管理」进入。");
    return account;
}

static bool may_manage(const struct work *work, int64_t account_id, const char *role)
{
    return account_id != work->actor.account_id && holds(work, is_keeper(role) ? CAP_ACCOUNT_ROLES : CAP_ACCOUNT_MANAGE);
}

static struct account take_to_manage(struct work *work, int64_t account_id)
{
    struct account account = take(work, account_id);
    if (account_id == work->actor.account_id)
        fail(work, FAIL_FORBIDDEN, "不能对本人的账号进行此操作，请由其他管理员办理。");
    if (!may_manage(work, account_id, account.role))
        fail(work, FAIL_FORBIDDEN, is_keeper(account.role) ? "管理员和审计员的账号由安全管理员办理。"
                                                           : "锁定、解锁账号和重置密码由系统管理员办理。");
    return account;
}

static void count_holder(void *row, void *arg)
{
    (void)row;
    ++*(int64_t *)arg;
}

struct holder { int64_t id; };

/* There must be another one who can give roles. */
static void keep_the_last(struct work *work, const struct account *account)
{
    static const struct db_column columns[] = { DB_INT(struct holder, id), DB_END };
    bool open = strcmp(account->state, "active") == 0 || strcmp(account->state, "must_change") == 0;
    int64_t count = 0;
    struct holder row;
    if (!open || !(role_capabilities(account->role) & CAP_BIT(CAP_ACCOUNT_ROLES)))
        return;
    for (HDF *role = role_first(); role; role = hdf_obj_next(role))
        if (role_capabilities(hdf_obj_name(role)) & CAP_BIT(CAP_ACCOUNT_ROLES))
            db_each(work, columns, &row, count_holder, &count, Q_HOLDERS, T(hdf_obj_name(role)));
    if (count <= 1)
        fail(work, FAIL_CONFLICT, "这是最后一名安全管理员，请先为其他人员分配安全管理员角色。");
}

/* --- seeing --------------------------------------------------------------------------------------------- */

bool account_admin_sees(struct work *work, int64_t account_id)
{
    return db_int(work, 0, Q_SEES, I(account_id), SCOPE(work)) > 0;
}

void account_admin_load(struct work *work, int64_t account_id, HDF *node)
{
    if (!db_row(work, node, Q_LOAD, I(account_id), SCOPE(work)))
        fail(work, FAIL_MISSING, "没有这个账号，请从「账号管理」进入。");
    const char *role = view_get(node, "role"), *email = view_get(node, "email");
    const char *code = view_get(node, "division_code");
    const char *place = division_path(work, code);
    bool own = account_id == work->actor.account_id;
    view_set(node, "email_shown", *email ? outbox_shown(work->arena, email) : "");
    view_set(node, "email", "");
    view_set(node, "division", *place ? place : code);
    view_set(node, "MayManage", may_manage(work, account_id, role) ? "1" : "");
    view_set(node, "MayRoles", !own && holds(work, CAP_ACCOUNT_ROLES) && is_staff(role) && !*view_get(node, "company") ? "1" : "");
}

int64_t account_admin_dormant(struct work *work)
{
    return db_int(work, 0, Q_DORMANT, SCOPE(work));
}

int64_t account_admin_unassigned(struct work *work)
{
    return db_int(work, 0, Q_UNASSIGNED, SCOPE(work));
}

/* --- lock, unlock, reset ---------------------------------------------------------------------------------- */

void account_admin_lock(struct work *work, int64_t account_id, const char *reason, const char *address)
{
    struct account account = take_to_manage(work, account_id);
    keep_the_last(work, &account);
    if (strcmp(account.state, "pending") == 0)       /* unlocking makes active: it would pass the review by */
        fail(work, FAIL_CONFLICT, "该账号的注册尚在审核，请在审核中办理。");
    if (!account_lock(work, account_id, reason, address))
        fail(work, FAIL_CONFLICT, "该账号已锁定或已注销，请刷新页面后查看。");
    db_exec(work, Q_NOTE, T(reason), I(account_id));
}

void account_admin_unlock(struct work *work, int64_t account_id, const char *address)
{
    take_to_manage(work, account_id);
    if (!account_unlock(work, account_id, address))
        fail(work, FAIL_CONFLICT, "该账号不是锁定状态，可能已由他人解锁，请刷新页面后查看。");
    db_exec(work, Q_NOTE, T(""), I(account_id));
}

static const char *link_give(struct work *work, int64_t account_id, const char *phone, const char *base, const char *address)
{
    const char *token = recovery_link(work, account_id, address);
    const char *link = arena_printf(work->arena, "%s/account/reset?code=%s", base, token);
    if (!*phone)
        return link;
    outbox_sms(work, phone, arena_printf(work->arena, "您的登录密码已由管理员重置，请在 24 小时内打开以下链接设置新密码，"
                                         "链接仅可使用一次，请勿转发：%s", link), link);
    return NULL;
}

const char *account_admin_reset(struct work *work, int64_t account_id, const char *base, const char *address)
{
    struct account account = take_to_manage(work, account_id);
    if (strcmp(account.state, "active") != 0 && strcmp(account.state, "must_change") != 0)
        fail(work, FAIL_CONFLICT, "该账号目前不能登录，请先解锁或完成审核后再重置密码。");
    return link_give(work, account_id, account.phone, base, address);
}

/* --- opening ---------------------------------------------------------------------------------------------- */

static bool division_known(struct work *work, const char *code, int64_t *level)
{
    *level = db_int(work, 0, Q_DIVISION, T(code));
    return *level != 0;
}

int64_t account_admin_create(struct work *work, const struct staff_new *account, const char *base, const char *address,
                             const char **link, const char **field, const char **wrong)
{
    int64_t level;
    if (!holds(work, CAP_ACCOUNT_MANAGE))
        fail(work, FAIL_FORBIDDEN, "开立账号由系统管理员办理。");
    if (db_int(work, 0, Q_TAKEN, T(account->login), T(account->login)))
        return *field = "login", *wrong = "该账号名已被使用，请换一个", 0;
    if (*account->phone && db_int(work, 0, Q_PHONE_TAKEN, T(account->phone), T(account->phone)))
        return *field = "phone", *wrong = "该手机号已用于其他账号", 0;
    if (*account->division && !division_known(work, account->division, &level))
        return *field = "division", *wrong = "没有这个区划，请重新选择", 0;
    int64_t id = db_insert(work, Q_ADD, T(account->login), T(account->name), T(account->division), T(account->phone));
    trail_write(work, "account-create", object_of(work, id), "done", arena_printf(work->arena, "%s，待授权", account->login), address);
    *link = link_give(work, id, account->phone, base, address);
    return id;
}

/* --- roles ------------------------------------------------------------------------------------------------ */

void account_admin_roles(HDF *node)
{
    int n = 0;
    for (HDF *role = role_first(); role; role = hdf_obj_next(role)) {
        if (!is_staff(hdf_obj_name(role)))
            continue;
        char name[12];
        snprintf(name, sizeof name, "%d", n++);
        HDF *option = view_node(node, name);
        view_set(option, "Value", hdf_obj_name(role));
        view_set(option, "Label", role_label(hdf_obj_name(role)));
    }
}

void account_admin_divisions(struct work *work, HDF *node)
{
    const char *site = config_text("Site.Division.Code");
    db_rows(work, node, Q_DIVISIONS, T(division_like(work->arena, site)), T(site));
}

void account_admin_divisions_seen(struct work *work, HDF *node)
{
    const char *site = config_text("Site.Division.Code"), *own = work->actor.division;
    const char *top = own && *own && !holds(work, CAP_ACCOUNT_ALL) && strlen(division_prefix(work->arena, own)) > strlen(division_prefix(work->arena, site)) ? own : site;
    int64_t level = db_int(work, 1, Q_DIVISION, T(top));
    db_rows(work, node, Q_SEEN, I(level), T(division_like(work->arena, site)), T(division_like(work->arena, top)));
}

/* A department is one of its level; whoever keeps the portal may have a division or none. */
static const char *division_fault(struct work *work, const char *role, const char *division)
{
    static const struct { const char *role; int64_t low, high; const char *wrong; } levels[] = {
        { "province", 1, 1, "省级主管部门的辖区应为省、自治区、直辖市" },
        { "city",     2, 2, "市级主管部门的辖区应为市、州" },
        { "county",   3, 4, "县（区）主管部门的辖区应为县、区或乡镇" },
    };
    int64_t level = 0;
    if (*division && !division_known(work, division, &level))
        return "没有这个区划，请重新选择";
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(role, levels[i].role) == 0 && (level < levels[i].low || level > levels[i].high))
            return levels[i].wrong;
    return NULL;
}

const char *account_admin_assign(struct work *work, int64_t account_id, const char *role, const char *division,
                                 const char *reason, const char *address)
{
    struct account account = take(work, account_id);
    if (!holds(work, CAP_ACCOUNT_ROLES))
        fail(work, FAIL_FORBIDDEN, "分配角色和辖区由安全管理员办理。");
    if (account_id == work->actor.account_id)
        fail(work, FAIL_FORBIDDEN, "不能变更本人的角色和辖区，请由其他安全管理员办理。");
    if (!is_staff(account.role) || account.company || strcmp(account.state, "closed") == 0)
        fail(work, FAIL_CONFLICT, "只能为工作人员账号分配角色；运营商、建设方和个人账号的角色由注册审核确定。");
    if (!is_staff(role))
        return "请选择工作人员角色";
    const char *fault = division_fault(work, role, division);
    if (fault)
        return fault;
    if (strcmp(role, account.role) == 0 && strcmp(division, account.division) == 0)
        return "角色和辖区没有变化";
    if (!(role_capabilities(role) & CAP_BIT(CAP_ACCOUNT_ROLES)))
        keep_the_last(work, &account);
    db_exec(work, Q_ASSIGN, T(role), T(division), I(account_id));
    session_close_others(work, account_id, NULL);
    trail_write(work, "account-roles", object_of(work, account_id), "done",
                arena_printf(work->arena, "%s %s → %s %s：%s", account.role, account.division, role, division, reason), address);
    return NULL;
}
