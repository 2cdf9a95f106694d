#include "domain/account.h"

#include "core/capability.h"
#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/scope.h"
#include "domain/outbox.h"
#include "domain/role.h"
#include "domain/session.h"
#include "domain/trail.h"

#include <string.h>

#define Q_BY_LOGIN "SELECT id FROM account WHERE login = ?"
#define Q_BY_PHONE "SELECT id FROM account WHERE phone = ? AND state <> 'closed'"
#define Q_LOGIN_OF "SELECT login FROM account WHERE id = ?"
#define Q_LOAD "SELECT login, name, role, state, lock_reason, phone, email, DATE_FORMAT(last_login_at, '%Y-%m-%d %H:%i') AS last_login_at" \
               " FROM account WHERE id = ?"
#define Q_LOCK "UPDATE account SET locked_from = state, state = 'locked', lock_reason = 'staff'" \
               " WHERE id = ? AND state IN ('active', 'must_change', 'pending')"
#define Q_UNLOCK "UPDATE account SET state = IF(locked_from IN ('must_change', 'pending'), locked_from, 'active'), locked_from = ''," \
                 " lock_reason = '', last_login_at = NOW(3) WHERE id = ? AND state = 'locked'"
#define ASLEEP " state IN ('active', 'must_change') AND demo = 0 AND COALESCE(last_login_at, created_at) < NOW(3) - INTERVAL ? MONTH"
#define Q_SLEEPERS "SELECT id FROM account WHERE" ASLEEP " ORDER BY COALESCE(last_login_at, created_at), id LIMIT 500"
#define Q_SLEEPER_ROLE "SELECT role FROM account WHERE id = ? AND" ASLEEP
#define Q_LOCK_SLEEPER "UPDATE account SET locked_from = state, state = 'locked', lock_reason = 'dormant' WHERE id = ? AND" ASLEEP
/* who can do it today: no waiting for a review, a password there is (none after a reset nobody followed), no demonstration */
#define Q_HOLDERS "SELECT id FROM account WHERE role = ? AND state IN ('active', 'must_change') AND (demo = 0 OR ?)" \
                  " AND password_hash LIKE '$argon2id$%' FOR UPDATE"
#define Q_PHONE_TAKEN "SELECT COUNT(*) FROM account WHERE (phone = ? OR login = ?) AND id <> ?"
#define Q_EMAIL_TAKEN "SELECT COUNT(*) FROM account WHERE email = ? AND id <> ?"
/* As committed now: of a row younger than the transaction's picture the whole is run again (innodb_snapshot_isolation) */
#define Q_PHONE_NOW "SELECT id FROM account WHERE phone = ? FOR UPDATE"
#define Q_EMAIL_NOW "SELECT id FROM account WHERE email = ? FOR UPDATE"
#define Q_PHONE_OF "SELECT phone FROM account WHERE id = ?"
#define Q_EMAIL_OF "SELECT email FROM account WHERE id = ?"
#define Q_SET_PHONE "UPDATE account SET phone = ? WHERE id = ?"
#define Q_SET_EMAIL "UPDATE account SET email = ? WHERE id = ?"
#define Q_CREATE "INSERT INTO account (login, name, role, phone, email, password_hash, state) VALUES (?, ?, ?, ?, ?, ?, ?)"
#define Q_CREATE_KEEPER "INSERT INTO account (login, name, role, password_hash, state) VALUES (?, ?, ?, '!', 'must_change')"
#define Q_ACTIVATE "UPDATE account SET state = 'active', operator_id = ?, last_login_at = COALESCE(last_login_at, NOW(3))" \
                   " WHERE id = ? AND state = 'pending'"
#define Q_ADD "INSERT INTO account (login, name, role, operator_id, division_code, password_hash, demo)" \
              " VALUES (?, ?, ?, ?, ?, ?, 1) ON DUPLICATE KEY UPDATE operator_id = COALESCE(operator_id, VALUES(operator_id))"
#define Q_SOME_OPERATOR "SELECT id FROM operator WHERE source = 'demo' ORDER BY id LIMIT 1"
#define Q_BUILDER "INSERT INTO operator (code, name, short_name, division_code, source) VALUES ('DEMOBUILD', '演示建设方（示例）有限公司', '演示建设方', ?, 'demo')" \
                  " ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)"
#define Q_DEMO "SELECT login, name, role FROM account WHERE demo = 1 ORDER BY id"

int64_t account_by_login(struct work *work, const char *login)
{
    return db_int(work, 0, Q_BY_LOGIN, T(login));
}

int64_t account_by_phone(struct work *work, const char *phone)
{
    return db_int(work, 0, Q_BY_PHONE, T(phone));
}

const char *account_login(struct work *work, int64_t account_id)
{
    const char *login = db_text(work, Q_LOGIN_OF, I(account_id));
    return login ? login : "";
}

bool account_load(struct work *work, int64_t account_id, HDF *node)
{
    return db_row(work, node, Q_LOAD, I(account_id));
}

static const char *object_of(struct work *work, int64_t account_id)
{
    return arena_printf(work->arena, "account:%lld", (long long)account_id);
}

bool account_lock(struct work *work, int64_t account_id, const char *reason, const char *address)
{
    if (db_exec(work, Q_LOCK, I(account_id)) != 1)
        return false;
    session_close_others(work, account_id, NULL);
    trail_write(work, "account-lock", object_of(work, account_id), "done", reason, address);
    return true;
}

bool account_unlock(struct work *work, int64_t account_id, const char *address)
{
    if (db_exec(work, Q_UNLOCK, I(account_id)) != 1)
        return false;
    trail_write(work, "account-unlock", object_of(work, account_id), "done", "", address);
    return true;
}

/* --- H1.4: three months without log-in ------------------------------------------------------------------------ */

struct sleeper {
    int64_t id;
};

struct sleepers {
    int64_t ids[500];
    size_t  count;
};

static const struct db_column id_column[] = { DB_INT(struct sleeper, id), DB_END };

static void sleeper_add(void *row, void *arg)
{
    struct sleepers *list = arg;
    if (list->count < sizeof list->ids / sizeof *list->ids)
        list->ids[list->count++] = ((struct sleeper *)row)->id;
}

/* Is there nobody else for one of the two duties that let people in again: giving roles, unlocking? The holders' rows are
 * locked, so that two rounds at once do not spare each other's. */
static bool is_last_keeper(struct work *work, int64_t account_id, const char *role)
{
    static const enum capability duties[] = { CAP_ACCOUNT_ROLES, CAP_ACCOUNT_MANAGE };
    for (size_t i = 0; i < sizeof duties / sizeof *duties; i++) {
        struct sleepers holders = { .count = 0 };
        struct sleeper row;
        size_t others = 0;
        if (!(role_capabilities(role) & CAP_BIT(duties[i])))
            continue;
        for (HDF *one = role_first(); one; one = hdf_obj_next(one))
            if (role_capabilities(hdf_obj_name(one)) & CAP_BIT(duties[i]))
                db_each(work, id_column, &row, sleeper_add, &holders, Q_HOLDERS, T(hdf_obj_name(one)), I(config_bool("Demo.Mode")));
        for (size_t n = 0; n < holders.count; n++)
            others += holders.ids[n] != account_id;
        if (!others)
            return true;
    }
    return false;
}

bool account_lock_sleeper(struct work *work, int64_t account_id)
{
    int64_t months = config_int("Session.DormantMonths");
    const char *role = months ? db_text(work, Q_SLEEPER_ROLE, I(account_id), I(months)) : NULL;
    if (!role || is_last_keeper(work, account_id, role) || db_exec(work, Q_LOCK_SLEEPER, I(account_id), I(months)) != 1)
        return false;
    session_close_others(work, account_id, NULL);
    trail_write(work, "account-lock", object_of(work, account_id), "done", "长期未登录，自动锁定", "");
    return true;
}

int64_t account_lock_dormant(struct work *work)
{
    int64_t months = config_int("Session.DormantMonths"), locked = 0;
    struct sleepers list = { .count = 0 };
    struct sleeper row;
    if (!months)
        return 0;
    db_each(work, id_column, &row, sleeper_add, &list, Q_SLEEPERS, I(months));      /* longest asleep first: of the last two the fresher stays */
    for (size_t i = 0; i < list.count; i++)
        locked += account_lock_sleeper(work, list.ids[i]);
    return locked;
}

/* Whoever loses the account this way hears of it where he can still be reached. */
static void tell_the_old_one(struct work *work, const char *before, bool phone)
{
    if (!before || !outbox_target(work, before, phone))
        return;
    const char *what = phone ? "手机号" : "邮箱";
    const struct message message = { .sms = phone, .to = before,
        .subject = arena_printf(work->arena, "【%s】账号%s已更换", config_text("Site.ShortName"), what),
        .text = arena_printf(work->arena, "【%s】您账号绑定的%s已更换，本%s不再用于登录和通知。如非本人操作，请立即联系平台管理员。",
                             config_text("Site.ShortName"), what, what) };
    outbox_add(work, &message);
}

bool account_set_contact(struct work *work, int64_t account_id, const char *which, const char *value, const char *address)
{
    bool phone = strcmp(which, "phone") == 0;
    int64_t taken = phone ? db_int(work, 0, Q_PHONE_TAKEN, T(value), T(value), I(account_id))
                          : db_int(work, 0, Q_EMAIL_TAKEN, T(value), I(account_id));
    if (taken)
        return false;
    const char *before = phone ? db_text(work, Q_PHONE_OF, I(account_id)) : db_text(work, Q_EMAIL_OF, I(account_id));
    if (phone)
        db_exec(work, Q_SET_PHONE, T(value), I(account_id));
    else
        db_exec(work, Q_SET_EMAIL, T(value), I(account_id));
    tell_the_old_one(work, before, phone);
    trail_write(work, phone ? "account-phone" : "account-email", object_of(work, account_id), "done", "", address);
    return true;
}

int64_t account_keeper_create(struct work *work, const char *login, const char *role, const char *name)
{
    static const uint64_t keepers = CAP_BIT(CAP_ACCOUNT_MANAGE) | CAP_BIT(CAP_ACCOUNT_ROLES) | CAP_BIT(CAP_TRAIL_VIEW);
    if (!(role_capabilities(role) & keepers))
        fail(work, FAIL_INVALID, "%s is no back-office role: admin, security or auditor", role);
    if (!db_insert_new(work, Q_CREATE_KEEPER, T(login), T(name), T(role)))
        return 0;
    int64_t id = account_by_login(work, login);
    trail_write(work, "account-create", object_of(work, id), "done", role, "");
    return id;
}

int64_t account_create(struct work *work, const struct account_new *account, const char **field)
{
    if (db_int(work, 0, Q_PHONE_TAKEN, T(account->phone), T(account->phone), I(0)))
        return *field = "phone", 0;
    if (account->email && db_int(work, 0, Q_EMAIL_TAKEN, T(account->email), I(0)))
        return *field = "email", 0;
    if (db_insert_new(work, Q_CREATE, T(account->login), T(account->name), T(account->role), T(account->phone), T(account->email),
                      T(password_hash(work->arena, account->password)), T(account->pending ? "pending" : "active")))
        return account_by_login(work, account->login);
    /* somebody was faster by a moment: with which of the three? */
    *field = db_int(work, 0, Q_PHONE_NOW, T(account->phone)) ? "phone"
           : account->email && db_int(work, 0, Q_EMAIL_NOW, T(account->email)) ? "email" : "login";
    return 0;
}

bool account_activate(struct work *work, int64_t account_id, int64_t operator_id)
{
    return db_exec(work, Q_ACTIVATE, I(operator_id), I(account_id)) == 1;
}

#define Q_LEVEL "SELECT level FROM division WHERE code = ?"
#define Q_FIRST "SELECT code FROM division WHERE level = ? AND code LIKE ? AND portal_owned = 0 AND retired = 0" \
                " AND name NOT IN ('市辖区', '县') ORDER BY code LIMIT 1"

/* The place itself when it is of that level or below, else its first one; a city without counties stands for one. */
static const char *first_below(struct work *work, const char *place, int64_t level)
{
    if (db_int(work, 0, Q_LEVEL, T(place)) >= level)
        return place;
    const char *found = db_text(work, Q_FIRST, I(level), T(division_like(work->arena, place)));
    return found ? found : place;
}

/* A department sees its division and below: the county role one district, the city role one city (a province's profile: its
 * first), the province role the province. */
static const char *demo_division(struct work *work, const char *role)
{
    const char *site = config_text("Site.Division.Code");
    if (strcmp(role, "province") == 0)
        return arena_printf(work->arena, "%.2s0000", site);
    bool county = strcmp(role, "county") == 0;
    if (!county && strcmp(role, "city") != 0)
        return site;
    const char *city = first_below(work, site, 2);
    return county ? first_below(work, city, 3) : city;
}

void account_demo_load(struct work *work)
{
    const char *hash = NULL;
    int64_t operator_id = db_int(work, 0, Q_SOME_OPERATOR);
    for (HDF *role = role_first(); role; role = hdf_obj_next(role)) {
        const char *login = hdf_get_value(role, "demo", NULL), *key = hdf_obj_name(role);
        if (!login || account_by_login(work, login))
            continue;
        hash = hash ? hash : password_hash(work->arena, DEMO_PASSWORD);
        bool builder = strcmp(key, "builder") == 0, company = strcmp(key, "operator") == 0 || builder, citizen = !strcmp(key, "citizen");
        int64_t own = builder ? db_insert(work, Q_BUILDER, T(demo_division(work, "county"))) : operator_id;
        db_exec(work, Q_ADD, T(login), T(hdf_get_value(role, "demo_name", login)), T(key),
                company && own ? I(own) : N(), T(company || citizen ? "" : demo_division(work, key)),
                T(hash));
    }
}

int account_demo_list(struct work *work, HDF *node)
{
    return db_rows(work, node, Q_DEMO);
}
