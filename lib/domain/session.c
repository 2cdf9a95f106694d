#include "domain/session.h"

#include <string.h>

#include "core/capability.h"
#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/account.h"
#include "domain/lockout.h"
#include "domain/role.h"
#include "domain/second_factor.h"

/* The password of a demonstration account is known to everyone: outside demonstration mode it opens nothing. */
#define NO_DEMO " AND (demo = 0 OR ?)"
#define LIVE " s.expires_at > NOW(3) AND s.seen_at > NOW(3) - INTERVAL ? MINUTE"
#define Q_ACTOR "SELECT a.id, COALESCE(a.operator_id, 0), a.login, a.name, a.role, a.division_code, a.state, s.complete," \
                " s.seen_at < NOW(3) - INTERVAL 60 SECOND" \
                " FROM session s JOIN account a ON a.id = s.account_id WHERE s.token_hash = ? AND" LIVE \
                " AND a.state IN ('active', 'pending', 'must_change')" NO_DEMO
#define Q_SEEN "UPDATE session SET seen_at = NOW(3) WHERE token_hash = ?"
#define Q_BEGIN "INSERT INTO session (token_hash, account_id, created_at, seen_at, expires_at, address, user_agent, reauth_at)" \
                " VALUES (?, ?, NOW(3), NOW(3), NOW(3) + INTERVAL ? MINUTE, ?, ?, NOW(3))"
#define Q_FACTOR "UPDATE session SET second_factor_at = NOW(3) WHERE token_hash = ?"
#define Q_STEP "SELECT a.id, a.role, a.state, a.totp_secret IS NOT NULL, s.second_factor_at IS NOT NULL, s.complete" \
               " FROM session s JOIN account a ON a.id = s.account_id WHERE s.token_hash = ?"
#define Q_COMPLETE "UPDATE session SET token_hash = ?, complete = 1, seen_at = NOW(3), created_at = NOW(3)," \
                   " expires_at = NOW(3) + INTERVAL ? HOUR WHERE token_hash = ?"
#define Q_LOGGED_IN "UPDATE account SET last_login_at = NOW(3) WHERE id = ?"
#define Q_LOGIN_OF "SELECT login FROM account WHERE id = ?"
#define Q_CLOSE "DELETE FROM session WHERE token_hash = ?"
#define Q_CLOSE_OTHERS "DELETE FROM session WHERE account_id = ? AND token_hash <> ?"
#define Q_CLOSE_ONE "DELETE FROM session WHERE account_id = ? AND id = ?"
#define Q_LIST "SELECT s.id, DATE_FORMAT(s.created_at, '%Y-%m-%d %H:%i') AS created_at," \
               " DATE_FORMAT(s.seen_at, '%Y-%m-%d %H:%i') AS seen_at, s.address, s.user_agent, s.token_hash = ? AS own" \
               " FROM session s WHERE s.account_id = ? AND s.complete = 1 AND" LIVE " ORDER BY own DESC, s.seen_at DESC LIMIT 100"
#define Q_PROVED "SELECT reauth_at > NOW(3) - INTERVAL ? MINUTE FROM session WHERE token_hash = ?"
#define Q_PROVE "UPDATE session SET token_hash = ?, reauth_at = NOW(3) WHERE token_hash = ?"
#define Q_PURGE "DELETE FROM session WHERE expires_at < NOW(3) OR seen_at < NOW(3) - INTERVAL ? MINUTE LIMIT 1000"
#define Q_FIND "SELECT id, login, password_hash, state, lock_reason, demo = 0 AND ? > 0" \
               " AND COALESCE(last_login_at, created_at) < NOW(3) - INTERVAL ? MONTH," \
               " demo = 0 AND ? > 0 AND password_at < NOW(3) - INTERVAL ? DAY" \
               " FROM account WHERE (login = ? OR phone = ?)" NO_DEMO " ORDER BY phone = ? DESC LIMIT 1"
#define Q_MUST_CHANGE "UPDATE account SET state = 'must_change' WHERE id = ? AND state = 'active'"
#define Q_REHASH "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?"

enum { BEGIN_MINUTES = 15, AGENT_LENGTH = 200 };

static struct value hash_of(struct work *work, const char *token)
{
    uint8_t *hash = arena_alloc(work->arena, 32);
    crypto_sha256(token ? token : "", token ? strlen(token) : 0, hash);
    return B(hash, 32);
}

/* --- who is it ------------------------------------------------------------------------------------------- */

struct found {
    int64_t     id, operator_id, touch, complete;
    const char *login, *name, *role, *division, *state;
};

static uint64_t capabilities_of(const struct found *found)
{
    uint64_t all = role_capabilities(found->role);
    return strcmp(found->state, "pending") == 0 ? all & (CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) | CAP_BIT(CAP_COMPANY)) : all;
}

bool session_actor(struct work *work, const char *token, struct actor *actor)
{
    static const struct db_column columns[] = {
        DB_INT(struct found, id), DB_INT(struct found, operator_id), DB_TEXT(struct found, login),
        DB_TEXT(struct found, name), DB_TEXT(struct found, role), DB_TEXT(struct found, division),
        DB_TEXT(struct found, state), DB_INT(struct found, complete), DB_INT(struct found, touch), DB_END };
    struct found found = { 0 };
    if (!db_struct(work, columns, &found, Q_ACTOR, hash_of(work, token), I(config_int("Session.IdleMinutes")),
                   I(config_bool("Demo.Mode"))))
        return false;
    if (found.touch)
        db_exec(work, Q_SEEN, hash_of(work, token));
    if (!found.complete || strcmp(found.state, "must_change") == 0) {
        actor->pending_id = found.id;
        actor->capabilities |= CAP_BIT(CAP_SIGNING_IN);
        return true;
    }
    *actor = (struct actor){ .account_id = found.id, .operator_id = found.operator_id, .login = found.login,
                             .name = found.name, .role = found.role, .role_label = role_label(found.role),
                             .division = found.division, .capabilities = capabilities_of(&found) };
    return true;
}

/* --- the password ---------------------------------------------------------------------------------------- */

struct secret {
    int64_t     id, dormant, outdated;
    const char *login, *hash, *state, *reason;
};

/* An unknown name costs the same time as a wrong password, so that nobody learns which names exist. */
static const char *nobody_hash(struct work *work)
{
    static char hash[160];
    if (!hash[0])
        strncpy(hash, password_hash(work->arena, "nobody"), sizeof hash - 1);
    return hash;
}

static bool secret_find(struct work *work, const char *name, struct secret *found)
{
    static const struct db_column columns[] = {
        DB_INT(struct secret, id), DB_TEXT(struct secret, login), DB_TEXT(struct secret, hash), DB_TEXT(struct secret, state),
        DB_TEXT(struct secret, reason), DB_INT(struct secret, dormant), DB_INT(struct secret, outdated), DB_END };
    int64_t months = config_int("Session.DormantMonths"), days = config_int("Password.RotationDays");
    return db_struct(work, columns, found, Q_FIND, I(months), I(months), I(days), I(days), T(name), T(name),
                     I(config_bool("Demo.Mode")), T(name));
}

const char *session_canonical(struct work *work, const char *name)
{
    struct secret found = { 0 };
    return secret_find(work, name, &found) ? found.login : name;
}

/* The password is right: may the account come in? */
static enum login_outcome outcome_of(struct work *work, const struct secret *found)
{
    if (strcmp(found->state, "locked") == 0)
        return strcmp(found->reason, "dormant") == 0 ? LOGIN_DORMANT : LOGIN_LOCKED;
    if (strcmp(found->state, "closed") == 0)
        return LOGIN_CLOSED;
    if (found->dormant && strcmp(found->state, "pending") != 0       /* the nightly round has not come yet */
        && account_lock_sleeper(work, found->id))
        return LOGIN_DORMANT;
    if (found->outdated)
        db_exec(work, Q_MUST_CHANGE, I(found->id));
    return LOGIN_GOOD;
}

struct login session_check_password(struct work *work, const char *name, const char *password, const char *address)
{
    struct secret found = { 0 };
    bool known = secret_find(work, name, &found);
    struct login login = { LOGIN_WRONG, known, 0, known ? found.login : name };
    int64_t try = lockout_try(work, login.name, address);
    bool usable = known && text_has_prefix(found.hash, "$argon2id$");
    if (!password_matches(usable ? found.hash : nobody_hash(work), password) || !usable)
        return login;
    lockout_right(work, try);
    login.outcome = outcome_of(work, &found);
    login.account_id = found.id;
    if (login.outcome == LOGIN_GOOD && password_outdated(found.hash))
        db_exec(work, Q_REHASH, T(password_hash(work->arena, password)), I(found.id), T(found.hash));
    return login;
}

/* --- the life of a session --------------------------------------------------------------------------------- */

const char *session_begin(struct work *work, int64_t account_id, const char *address, const char *user_agent)
{
    const char *token = crypto_token(work->arena, 32);
    const char *agent = utf8_repair(work->arena, user_agent ? user_agent : "", strlen(user_agent ? user_agent : ""));
    db_exec(work, Q_BEGIN, hash_of(work, token), I(account_id), I(BEGIN_MINUTES), T(address),
            T(utf8_cut(work->arena, agent, AGENT_LENGTH - 1)));
    return token;
}

struct standing {
    int64_t     account_id, has_factor, factor_given, complete;
    const char *role, *state;
};

static bool standing_find(struct work *work, const char *token, struct standing *standing)
{
    static const struct db_column columns[] = {
        DB_INT(struct standing, account_id), DB_TEXT(struct standing, role), DB_TEXT(struct standing, state),
        DB_INT(struct standing, has_factor), DB_INT(struct standing, factor_given), DB_INT(struct standing, complete), DB_END };
    return db_struct(work, columns, standing, Q_STEP, hash_of(work, token));
}

enum login_step session_step(struct work *work, const char *token)
{
    struct standing standing = { 0 };
    if (!standing_find(work, token, &standing))
        fail(work, FAIL_LOGIN, "%s", "");
    if (!standing.complete && standing.has_factor && !standing.factor_given)
        return STEP_FACTOR;
    if (!standing.complete && !standing.has_factor && second_factor_required(standing.role))
        return STEP_ENROL;
    return strcmp(standing.state, "must_change") == 0 ? STEP_CHANGE : STEP_DONE;
}

void session_factor_given(struct work *work, const char *token)
{
    db_exec(work, Q_FACTOR, hash_of(work, token));
}

static const char *make_complete(struct work *work, const char *token)
{
    const char *fresh = crypto_token(work->arena, 32);
    db_exec(work, Q_COMPLETE, hash_of(work, fresh), I(config_int("Session.AbsoluteHours")), hash_of(work, token));
    return fresh;
}

const char *session_complete(struct work *work, const char *token)
{
    struct standing standing = { 0 };
    if (session_step(work, token) != STEP_DONE || !standing_find(work, token, &standing))
        fail_ours(work, "a log-in completed before its last step");
    db_exec(work, Q_LOGGED_IN, I(standing.account_id));
    lockout_forgive(work, db_text(work, Q_LOGIN_OF, I(standing.account_id)));
    return make_complete(work, token);
}

const char *session_open(struct work *work, int64_t account_id, const char *address)
{
    return make_complete(work, session_begin(work, account_id, address, ""));
}

void session_close(struct work *work, const char *token)
{
    db_exec(work, Q_CLOSE, hash_of(work, token));
}

int64_t session_close_others(struct work *work, int64_t account_id, const char *token)
{
    return db_exec(work, Q_CLOSE_OTHERS, I(account_id), hash_of(work, token));
}

bool session_close_one(struct work *work, int64_t account_id, int64_t session_id)
{
    return db_exec(work, Q_CLOSE_ONE, I(account_id), I(session_id)) == 1;
}

int session_list(struct work *work, int64_t account_id, const char *token, HDF *node)
{
    return db_rows(work, node, Q_LIST, hash_of(work, token), I(account_id), I(config_int("Session.IdleMinutes")));
}

bool session_recently_proved(struct work *work, const char *token)
{
    return db_int(work, 0, Q_PROVED, I(config_int("Session.ReauthMinutes")), hash_of(work, token)) == 1;
}

const char *session_prove(struct work *work, const char *token)
{
    const char *fresh = crypto_token(work->arena, 32);
    db_exec(work, Q_PROVE, hash_of(work, fresh), hash_of(work, token));
    return fresh;
}

void session_purge(struct work *work)
{
    db_exec(work, Q_PURGE, I(config_int("Session.IdleMinutes")));
}
