#include "domain/recovery.h"

#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/account.h"
#include "domain/lockout.h"
#include "domain/outbox.h"
#include "domain/password.h"
#include "domain/session.h"
#include "domain/trail.h"

#define Q_SINCE "SELECT password_at FROM account WHERE id = ? AND state <> 'closed'"
#define Q_SINCE_ALONE Q_SINCE " FOR UPDATE"
#define Q_UNUSABLE "UPDATE account SET password_hash = '!', locked_from = IF(locked_from = 'active', 'must_change', locked_from)," \
                   " state = IF(state = 'active', 'must_change', state)" \
                   " WHERE id = ? AND state <> 'closed'"
#define Q_ADD_LINK "INSERT INTO password_reset (token_hash, account_id, expires_at) VALUES (?, ?, NOW(3) + INTERVAL 1 DAY)"
#define Q_FIND_LINK "SELECT account_id FROM password_reset WHERE token_hash = ? AND expires_at > NOW(3)"
#define Q_TAKE_LINK Q_FIND_LINK " FOR UPDATE"
#define Q_DROP_LINKS "DELETE FROM password_reset WHERE account_id = ?"
#define Q_PURGE "DELETE FROM password_reset WHERE expires_at < NOW(3) LIMIT 1000"

enum { TICKET_MS = 10 * 60 * 1000 };
static const char PURPOSE[] = "recover";

void recovery_ask(struct work *work, const char *phone, const char *address)
{
    code_request_send(work, &(struct code_request){ .purpose = PURPOSE, .target = phone, .sms = true, .about = "重置登录密码",
                                                    .address = address, .nobody = !account_by_phone(work, phone) });
}

int64_t recovery_check(struct work *work, const char *phone, const char *code)
{
    int64_t account = account_by_phone(work, phone);
    return code_check(work, PURPOSE, phone, code) ? account : 0;
}

const char *recovery_ticket(struct work *work, int64_t account_id)
{
    const char *since = db_text(work, Q_SINCE, I(account_id));
    return secret_seal(work->arena, arena_printf(work->arena, "%lld|%lld|%s", (long long)account_id,
                       (long long)clock_now() + TICKET_MS, since ? since : ""), "recovery ticket");
}

int64_t recovery_ticket_open(struct work *work, const char *ticket)
{
    char *plain = secret_open(work->arena, ticket, "recovery ticket");
    if (!plain)
        return 0;
    int64_t account = strtoll(strsep(&plain, "|"), NULL, 10), until = strtoll(strsep(&plain, "|"), NULL, 10);
    const char *since = db_text(work, Q_SINCE_ALONE, I(account));
    return until > clock_now() && since && strcmp(since, plain) == 0 ? account : 0;
}

static struct value link_digest(struct work *work, const char *token)
{
    uint8_t *digest = arena_alloc(work->arena, 32);
    crypto_sha256(token, strlen(token), digest);
    return B(digest, 32);
}

const char *recovery_link(struct work *work, int64_t account_id, const char *address)
{
    const char *token = crypto_token(work->arena, 32);
    if (db_exec(work, Q_UNUSABLE, I(account_id)) != 1)
        fail(work, FAIL_MISSING, "没有这个账号，或账号已注销。");
    session_close_others(work, account_id, NULL);
    db_exec(work, Q_DROP_LINKS, I(account_id));
    db_exec(work, Q_ADD_LINK, link_digest(work, token), I(account_id));
    trail_write(work, "password-reset", arena_printf(work->arena, "account:%lld", (long long)account_id), "done",
                "生成一次性重置链接", address);
    return token;
}

int64_t recovery_link_open(struct work *work, const char *token)
{
    return db_int(work, 0, Q_FIND_LINK, link_digest(work, token));
}

int64_t recovery_link_take(struct work *work, const char *token)
{
    return db_int(work, 0, Q_TAKE_LINK, link_digest(work, token));
}

void recovery_finish(struct work *work, int64_t account_id, const char *password, const char *address)
{
    const char *login = account_login(work, account_id);
    password_store(work, account_id, password);
    db_exec(work, Q_DROP_LINKS, I(account_id));
    session_close_others(work, account_id, NULL);
    lockout_forgive(work, login);
    work->actor.login = login;
    trail_write(work, "password-recover", arena_printf(work->arena, "account:%lld", (long long)account_id), "done", "", address);
}

void recovery_purge(struct work *work)
{
    db_exec(work, Q_PURGE);
}
