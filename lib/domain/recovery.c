#include "domain/recovery.h"

#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/account.h"
#include "domain/job.h"
#include "domain/lockout.h"
#include "domain/outbox.h"
#include "domain/password.h"
#include "domain/session.h"
#include "domain/trail.h"

#define Q_ASKED "INSERT INTO recovery_request (phone_hash, address) VALUES (?, ?)"
#define Q_ASKED_PHONE "SELECT COUNT(*) FROM recovery_request WHERE phone_hash = ? AND at > NOW(3) - INTERVAL 1 HOUR"
#define Q_ASKED_ADDRESS "SELECT COUNT(*) FROM recovery_request WHERE address = ? AND at > NOW(3) - INTERVAL 1 HOUR"
#define Q_SINCE "SELECT password_at FROM account WHERE id = ? AND state <> 'closed'"
#define Q_UNUSABLE "UPDATE account SET password_hash = '!', state = IF(state = 'active', 'must_change', state)" \
                   " WHERE id = ? AND state <> 'closed'"
#define Q_ADD_LINK "INSERT INTO password_reset (token_hash, account_id, expires_at) VALUES (?, ?, NOW(3) + INTERVAL 1 DAY)"
#define Q_FIND_LINK "SELECT account_id FROM password_reset WHERE token_hash = ? AND expires_at > NOW(3)"
#define Q_DROP_LINKS "DELETE FROM password_reset WHERE account_id = ?"
#define Q_PURGE "DELETE FROM recovery_request WHERE at < NOW(3) - INTERVAL 1 DAY LIMIT 1000"
#define Q_PURGE_LINKS "DELETE FROM password_reset WHERE expires_at < NOW(3) LIMIT 1000"

enum { PER_PHONE = 5, PER_ADDRESS = 30, TICKET_MS = 10 * 60 * 1000 };
static const char PURPOSE[] = "recover";

static void phone_digest(const char *phone, uint8_t out[32])
{
    crypto_keyed("recovery phone", phone, strlen(phone), out);
}

void recovery_ask(struct work *work, const char *phone, const char *address)
{
    uint8_t digest[32];
    phone_digest(phone, digest);
    if (db_int(work, 0, Q_ASKED_PHONE, B(digest, 32)) >= PER_PHONE || db_int(work, 0, Q_ASKED_ADDRESS, T(address)) >= PER_ADDRESS)
        fail(work, FAIL_TOO_MANY, "获取验证码过于频繁，请一小时后再试。");
    db_exec(work, Q_ASKED, B(digest, 32), T(address));
    job_add_once(work, "account.recover-code", arena_printf(work->arena, "recover:%s", crypto_token(work->arena, 18)),
                 arena_printf(work->arena, "{\"phone\":\"%s\"}", phone));
}

static void code_send(struct work *work, void *arg)
{
    const char *phone = arg;
    if (account_by_phone(work, phone))
        code_send_sms(work, PURPOSE, phone);
}

void recovery_code_job(struct work *work, const json_t *payload)
{
    const char *phone = json_string_value(json_object_get(payload, "phone"));
    if (phone)
        work_must(work, WORK_WRITE, code_send, (void *)phone);
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
    const char *since = db_text(work, Q_SINCE, I(account));
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
    db_exec(work, Q_PURGE_LINKS);
}
