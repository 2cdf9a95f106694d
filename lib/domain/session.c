#include "domain/session.h"

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/role.h"

#include <string.h>

/* The password of a demonstration account is known to everyone: outside demonstration mode it opens nothing. */
#define NO_DEMO " AND (a.demo = 0 OR ?)"
#define Q_ACTOR "SELECT a.id, COALESCE(a.operator_id, 0), a.login, a.name, a.role, a.division_code," \
                " s.seen_at < NOW(3) - INTERVAL 60 SECOND" \
                " FROM session s JOIN account a ON a.id = s.account_id" \
                " WHERE s.token_hash = ? AND s.expires_at > NOW(3) AND s.seen_at > NOW(3) - INTERVAL ? MINUTE" \
                " AND a.state = 'active'" NO_DEMO
#define Q_SEEN "UPDATE session SET seen_at = NOW(3) WHERE token_hash = ?"
#define Q_OPEN "INSERT INTO session (token_hash, account_id, created_at, seen_at, expires_at, address)" \
               " VALUES (?, ?, NOW(3), NOW(3), NOW(3) + INTERVAL ? HOUR, ?)"
#define Q_CLOSE "DELETE FROM session WHERE token_hash = ?"
#define Q_PURGE "DELETE FROM session WHERE expires_at < NOW(3) OR seen_at < NOW(3) - INTERVAL ? MINUTE LIMIT 1000"
#define Q_PURGE_FAILURES "DELETE FROM login_failure WHERE at < NOW(3) - INTERVAL 1 DAY LIMIT 1000"
#define Q_BY_LOGIN "SELECT a.id, a.login, a.password_hash FROM account a WHERE (a.login = ? OR a.phone = ?)" \
                   " AND a.state = 'active'" NO_DEMO " ORDER BY a.login = ? DESC LIMIT 1"
#define Q_FAILURES "SELECT GREATEST((SELECT COUNT(*) FROM login_failure WHERE login = ? AND at > NOW(3) - INTERVAL ? MINUTE)," \
                   " (SELECT COUNT(*) FROM login_failure WHERE address = ? AND at > NOW(3) - INTERVAL ? MINUTE) DIV 5)"
#define Q_FAILED "INSERT INTO login_failure (login, address, at) VALUES (?, ?, NOW(3))"
#define Q_FORGIVE "DELETE FROM login_failure WHERE login = ?"

struct found {
    int64_t     id, operator_id, touch;
    const char *login, *name, *role, *division;
};

bool session_actor(struct work *work, const char *token, struct actor *actor)
{
    static const struct db_column columns[] = {
        DB_INT(struct found, id), DB_INT(struct found, operator_id), DB_TEXT(struct found, login),
        DB_TEXT(struct found, name), DB_TEXT(struct found, role), DB_TEXT(struct found, division),
        DB_INT(struct found, touch), DB_END };
    struct found found = { 0 };
    uint8_t hash[32];
    crypto_sha256(token, strlen(token), hash);
    if (!db_struct(work, columns, &found, Q_ACTOR, B(hash, 32), I(config_int("Session.IdleMinutes")), I(config_bool("Demo.Mode"))))
        return false;
    if (found.touch)
        db_exec(work, Q_SEEN, B(hash, 32));
    *actor = (struct actor){ .account_id = found.id, .operator_id = found.operator_id, .login = found.login,
                             .name = found.name, .role = found.role, .role_label = role_label(found.role),
                             .division = found.division, .capabilities = role_capabilities(found.role) };
    return true;
}

const char *session_open(struct work *work, int64_t account_id, const char *address)
{
    const char *token = crypto_token(work->arena, 32);
    uint8_t hash[32];
    crypto_sha256(token, strlen(token), hash);
    db_exec(work, Q_OPEN, B(hash, 32), I(account_id), I(config_int("Session.AbsoluteHours")), T(address));
    return token;
}

void session_close(struct work *work, const char *token)
{
    uint8_t hash[32];
    crypto_sha256(token, strlen(token), hash);
    db_exec(work, Q_CLOSE, B(hash, 32));
}

void session_purge(struct work *work)
{
    db_exec(work, Q_PURGE, I(config_int("Session.IdleMinutes")));
    db_exec(work, Q_PURGE_FAILURES);
}

struct secret {
    int64_t     id;
    const char *login, *hash;
};

/* An unknown name costs the same time as a wrong password, so that nobody learns which names exist. */
static const char *nobody_hash(struct work *work)
{
    static char hash[160];
    if (!hash[0])
        strncpy(hash, password_hash(work->arena, "nobody"), sizeof hash - 1);
    return hash;
}

/* Failures count for the account, whichever of its names was typed: its phone gives no second try. */
int64_t session_check_password(struct work *work, const char *login, const char *password, const char *address)
{
    static const struct db_column columns[] = { DB_INT(struct secret, id), DB_TEXT(struct secret, login),
                                                DB_TEXT(struct secret, hash), DB_END };
    struct secret found = { 0 };
    int64_t wait = config_int("Session.LoginWaitMinutes");
    bool known = db_struct(work, columns, &found, Q_BY_LOGIN, T(login), T(login), I(config_bool("Demo.Mode")), T(login));
    const char *name = known ? found.login : login;
    if (db_int(work, 0, Q_FAILURES, T(name), I(wait), T(address), I(wait)) >= config_int("Session.LoginFailures"))
        fail(work, FAIL_TOO_MANY, "密码连续输入错误次数过多，请 %d 分钟后再试。", (int)wait);
    bool good = password_matches(known ? found.hash : nobody_hash(work), password);
    if (known && good) {
        db_exec(work, Q_FORGIVE, T(name));
        return found.id;
    }
    db_exec(work, Q_FAILED, T(name), T(address));
    return 0;
}
