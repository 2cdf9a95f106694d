#include "domain/account.h"

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "domain/role.h"

#include <string.h>

#define Q_BY_LOGIN "SELECT id FROM account WHERE login = ?"
#define Q_ADD "INSERT INTO account (login, name, role, operator_id, division_code, password_hash, demo)" \
              " VALUES (?, ?, ?, ?, ?, ?, 1) ON DUPLICATE KEY UPDATE operator_id = COALESCE(operator_id, VALUES(operator_id))"
#define Q_SOME_OPERATOR "SELECT id FROM operator WHERE source = 'demo' ORDER BY id LIMIT 1"
#define Q_DEMO "SELECT login, name, role FROM account WHERE demo = 1 ORDER BY id"

int64_t account_by_login(struct work *work, const char *login)
{
    return db_int(work, 0, Q_BY_LOGIN, T(login));
}

/* A department sees its division and below: the county role one district, the province role the province. */
static const char *demo_division(struct work *work, const char *role)
{
    const char *site = config_text("Site.Division.Code");
    if (strcmp(role, "province") == 0)
        return arena_copy_n(work->arena, site, 2);
    if (strcmp(role, "county") == 0)
        return arena_printf(work->arena, "%.4s02", site);
    return arena_copy_n(work->arena, site, strlen(site) >= 4 && strcmp(site + 2, "0000") != 0 ? 4 : 2);
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
        bool company = strcmp(key, "operator") == 0, citizen = !strcmp(key, "citizen") || !strcmp(key, "builder");
        db_exec(work, Q_ADD, T(login), T(hdf_get_value(role, "demo_name", login)), T(key),
                company && operator_id ? I(operator_id) : N(), T(company || citizen ? "" : demo_division(work, key)),
                T(hash));
    }
}

int account_demo_list(struct work *work, HDF *node)
{
    return db_rows(work, node, Q_DEMO);
}
