/* code: one-time codes (outbox.h). Owns tables verification_code and verification_try.
 *
 * An attacker would guess: tries are counted in a transaction of their own, before the comparison, so that neither a
 * rolled-back form nor many requests at once give more of them. He would ask for many codes: a target and a network
 * address have a day's share. He would read the database: the hash is keyed from outside of it. */
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/side.h"
#include "core/text.h"
#include "domain/lockout.h"
#include "domain/outbox.h"

#define Q_SINCE "SELECT TIMESTAMPDIFF(SECOND, created_at, NOW(3)) FROM verification_code WHERE target = ?" \
                " ORDER BY id DESC LIMIT 1 FOR UPDATE"
#define Q_ADD "INSERT INTO verification_code (purpose, target, code_hash, expires_at) VALUES (?, ?, ?, NOW(3) + INTERVAL ? MINUTE)"
#define Q_TRIES_ANEW "INSERT INTO verification_try (target, purpose, tries, sent_at) VALUES (?, ?, 0, NOW(3))" \
                     " ON DUPLICATE KEY UPDATE tries = 0, sent_at = NOW(3)"
#define Q_TRY "UPDATE verification_try SET tries = tries + 1 WHERE target = ? AND purpose = ? AND tries < ?"
#define Q_NEWEST "SELECT id FROM verification_code WHERE target = ? AND purpose = ? ORDER BY id DESC LIMIT 1"
#define Q_USE "UPDATE verification_code SET used_at = NOW(3) WHERE id = ? AND code_hash = ? AND used_at IS NULL AND expires_at > NOW(3)"

enum { DIGITS = 6, CODES = 1000000 };

/* Bound to what it is for: a code for one purpose or target is none for another. */
static void code_hash(struct arena *arena, const char *purpose, const char *target, const char *code, uint8_t out[32])
{
    const char *whole = arena_printf(arena, "%s\n%s\n%s", purpose, target, code);
    crypto_keyed("verification code", whole, strlen(whole), out);
}

/* Each of the million as likely as any other: numbers past the last whole million are thrown again. */
static const char *code_make(struct arena *arena)
{
    uint32_t number;
    do
        crypto_random(&number, sizeof number);
    while (number >= UINT32_MAX / CODES * CODES);
    return arena_printf(arena, "%06u", (unsigned)(number % CODES));
}

/* The day's count is taken first: its row lock lets two at once see each other. */
static void check_limits(struct work *work, const char *target, const struct code_request *request)
{
    struct arena *arena = work->arena;
    int64_t wait = config_int("Outbox.CodeWaitSeconds");
    if (!outbox_quota(work, arena_printf(arena, "code:%s", target), 'D', config_int("Outbox.CodesPerTarget")))
        fail(work, FAIL_TOO_MANY, "今日获取验证码的次数已达上限，请明日再试。");
    if (request->address && *request->address
        && !outbox_quota(work, arena_printf(arena, "code-from:%.60s", lockout_network(work, request->address)), 'D', config_int("Outbox.CodesPerAddress")))
        fail(work, FAIL_TOO_MANY, "您所在网络今日获取验证码的次数已达上限，请明日再试。");
    int64_t since = db_int(work, wait, Q_SINCE, T(target));
    if (since < wait)
        fail(work, FAIL_TOO_MANY, "验证码已发送，请 %lld 秒后再重新获取。", (long long)(wait - (since > 0 ? since : 0)));
}

void code_request_send(struct work *work, const struct code_request *request)
{
    struct arena *arena = work->arena;
    int64_t minutes = config_int("Outbox.CodeMinutes");
    const char *target = outbox_target(work, request->target, request->sms);
    uint8_t hash[32];
    if (!target)
        fail(work, FAIL_INVALID, request->sms ? "手机号码格式不正确，请核对后重新填写。" : "邮箱地址格式不正确，请核对后重新填写。");
    check_limits(work, target, request);
    const char *code = code_make(arena), *about = request->about ? request->about : "身份验证";
    code_hash(arena, request->purpose, target, code, hash);
    if (request->nobody)
        crypto_random(hash, sizeof hash);             /* fits no code */
    db_exec(work, Q_ADD, T(request->purpose), T(target), B(hash, 32), I(minutes));
    db_exec(work, Q_TRIES_ANEW, T(target), T(request->purpose));
    const struct message message = { .sms = request->sms, .withheld = request->nobody, .to = target, .secret = code,
        .subject = arena_printf(arena, "【%s】验证码", config_text("Site.ShortName")),
        .text = arena_printf(arena, "【%s】您正在办理%s，验证码为 %s，%lld 分钟内有效。如非本人操作，请忽略本消息，切勿将验证码告知他人。",
                             config_text("Site.ShortName"), about, code, (long long)minutes) };
    outbox_add(work, &message);
}

void code_send_mail(struct work *work, const char *purpose, const char *address)
{
    code_request_send(work, &(struct code_request){ .purpose = purpose, .target = address });
}

void code_send_sms(struct work *work, const char *purpose, const char *phone)
{
    code_request_send(work, &(struct code_request){ .purpose = purpose, .target = phone, .sms = true });
}

/* --- checking --------------------------------------------------------------------------------------------- */

struct try { const char *purpose, *target; bool counted; };

static void count_try(struct work *side, void *arg)
{
    struct try *try = arg;
    try->counted = db_exec(side, Q_TRY, T(try->target), T(try->purpose), I(config_int("Outbox.CodeTries"))) > 0;
}

bool code_check(struct work *work, const char *purpose, const char *target, const char *code)
{
    struct try try = { .purpose = purpose, .target = text_folded(work->arena, target) };
    const char *typed = text_folded(work->arena, code);
    uint8_t hash[32];
    if (strlen(typed) != DIGITS || strspn(typed, "0123456789") != DIGITS)
        return false;                                 /* a slip of the keyboard, no guess */
    side_run(work, side_open(work), WORK_WRITE, count_try, &try);
    code_hash(work->arena, purpose, try.target, typed, hash);
    int64_t newest = db_int(work, 0, Q_NEWEST, T(try.target), T(purpose));
    return try.counted && newest && db_exec(work, Q_USE, I(newest), B(hash, 32)) > 0;
}
