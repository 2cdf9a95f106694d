#include "domain/second_factor.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

#include "core/capability.h"
#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/role.h"

#define Q_SECRET "SELECT totp_secret FROM account WHERE id = ?"
#define Q_LOGIN "SELECT login FROM account WHERE id = ?"
#define Q_STEP "UPDATE account SET totp_step = ? WHERE id = ? AND totp_secret IS NOT NULL AND totp_step < ?"
#define Q_ENROL "UPDATE account SET totp_secret = ?, totp_step = ? WHERE id = ?"
#define Q_REMOVE "UPDATE account SET totp_secret = NULL, totp_step = 0 WHERE id = ?"
#define Q_FORGET_CODES "DELETE FROM recovery_code WHERE account_id = ?"
#define Q_ADD_CODE "INSERT INTO recovery_code (account_id, code_hash) VALUES (?, ?)"
#define Q_USE_CODE "UPDATE recovery_code SET used_at = NOW(3) WHERE account_id = ? AND code_hash = ? AND used_at IS NULL"
#define Q_CODES_LEFT "SELECT COUNT(*) FROM recovery_code WHERE account_id = ? AND used_at IS NULL"

enum { SECRET_SIZE = 20, STEP_SECONDS = 30, STEPS_BESIDE = 1, OFFER_MS = 30 * 60 * 1000, CODE_LETTERS = 12 };

void totp_code(const void *secret, size_t size, int64_t seconds, int digits, char out[10])
{
    if (oath_totp_generate(secret, size, (time_t)seconds, STEP_SECONDS, 0, (unsigned)digits, out) != OATH_OK)
        abort();
}

bool second_factor_on(struct work *work, int64_t account_id)
{
    return db_text(work, Q_SECRET, I(account_id)) != NULL;
}

bool second_factor_required(const char *role)
{
    int64_t rule = config_int("Session.StaffSecondFactor");
    if (rule < 0)
        rule = !config_bool("Demo.Mode");
    return rule && (role_capabilities(role) & CAP_BIT(CAP_STAFF));
}

static const char *about(struct work *work, const char *what, int64_t account_id)
{
    return arena_printf(work->arena, "account.%s.%lld", what, (long long)account_id);
}

static const char *base32_of(struct work *work, const uint8_t *secret)
{
    char *text = NULL;
    size_t size = 0;
    if (oath_base32_encode((const char *)secret, SECRET_SIZE, &text, &size) != OATH_OK)
        abort();
    const char *out = arena_copy_n(work->arena, text, strcspn(text, "="));
    free(text);
    return out;
}

static bool base32_read(const char *text, uint8_t out[SECRET_SIZE])
{
    char *raw = NULL;
    size_t size = 0;
    bool good = oath_base32_decode(text, strlen(text), &raw, &size) == OATH_OK && size == SECRET_SIZE;
    if (good)
        memcpy(out, raw, SECRET_SIZE);
    free(raw);
    return good;
}

/* --- enrolment --------------------------------------------------------------------------------------------- */

const char *second_factor_offer(struct work *work, int64_t account_id)
{
    uint8_t secret[SECRET_SIZE];
    crypto_random(secret, sizeof secret);
    const char *plain = arena_printf(work->arena, "%lld %s", (long long)clock_now() + OFFER_MS, base32_of(work, secret));
    return secret_seal(work->arena, plain, about(work, "totp_offer", account_id));
}

static const char *offer_open(struct work *work, int64_t account_id, const char *offer)
{
    char *plain = secret_open(work->arena, offer, about(work, "totp_offer", account_id));
    if (!plain || strtoll(strsep(&plain, " "), NULL, 10) < clock_now())
        return NULL;
    return plain;
}

bool second_factor_show(struct work *work, int64_t account_id, const char *offer, const char **base32, const char **uri)
{
    const char *issuer = text_percent(work->arena, config_text("Site.ShortName"), ""), *login = db_text(work, Q_LOGIN, I(account_id));
    *base32 = offer_open(work, account_id, offer);
    if (!*base32 || !login)
        return false;
    *uri = arena_printf(work->arena, "otpauth://totp/%s:%s?secret=%s&issuer=%s&digits=6&period=%d", issuer,
                        text_percent(work->arena, login, ""), *base32, issuer, STEP_SECONDS);
    return true;
}

/* The step the code belongs to; 0: none of those allowed. Every candidate is compared, in constant time. */
static int64_t step_of(const uint8_t secret[SECRET_SIZE], const char *code)
{
    int64_t now = clock_now() / 1000 / STEP_SECONDS, found = 0;
    for (int64_t step = now - STEPS_BESIDE; step <= now + STEPS_BESIDE; step++) {
        char made[10];
        totp_code(secret, SECRET_SIZE, step * STEP_SECONDS, 6, made);
        if (text_same_secret(made, code))
            found = step;
    }
    return found;
}

/* What people type: blanks and dashes between, full-width digits, small letters. */
static const char *plain_code(struct work *work, const char *code)
{
    char *text = text_folded(work->arena, code), *out = text;
    for (const char *c = text; *c; c++)
        if (*c != ' ' && *c != '-')
            *out++ = *c;
    *out = '\0';
    return text;
}

bool second_factor_enrol(struct work *work, int64_t account_id, const char *offer, const char *code,
                         const char *codes[RECOVERY_CODES])
{
    uint8_t secret[SECRET_SIZE];
    const char *base32 = offer_open(work, account_id, offer);
    if (!base32 || !base32_read(base32, secret))
        return false;
    int64_t step = step_of(secret, plain_code(work, code));
    if (!step)
        return false;
    db_exec(work, Q_ENROL, T(secret_seal(work->arena, base32, about(work, "totp_secret", account_id))), I(step), I(account_id));
    second_factor_new_codes(work, account_id, codes);
    return true;
}

/* --- codes -------------------------------------------------------------------------------------------------- */

static void code_digest(struct work *work, int64_t account_id, const char *code, uint8_t out[32])
{
    const char *text = arena_printf(work->arena, "%lld %s", (long long)account_id, code);
    crypto_keyed("recovery code", text, strlen(text), out);
}

void second_factor_new_codes(struct work *work, int64_t account_id, const char *codes[RECOVERY_CODES])
{
    static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789-";      /* 32 with the dash, which is drawn again */
    db_exec(work, Q_FORGET_CODES, I(account_id));
    for (int i = 0; i < RECOVERY_CODES; i++) {
        char code[CODE_LETTERS + 1] = "";
        uint8_t digest[32];
        for (int n = 0; n < CODE_LETTERS;) {
            uint8_t raw;
            crypto_random(&raw, 1);
            if (alphabet[raw & 31] != '-')
                code[n++] = alphabet[raw & 31];
        }
        code_digest(work, account_id, code, digest);
        db_exec(work, Q_ADD_CODE, I(account_id), B(digest, sizeof digest));
        codes[i] = arena_printf(work->arena, "%.4s-%.4s-%.4s", code, code + 4, code + 8);
    }
}

static bool recovery_use(struct work *work, int64_t account_id, const char *code)
{
    uint8_t digest[32];
    code_digest(work, account_id, code, digest);
    return db_exec(work, Q_USE_CODE, I(account_id), B(digest, sizeof digest)) == 1;
}

bool second_factor_check(struct work *work, int64_t account_id, const char *code)
{
    uint8_t secret[SECRET_SIZE];
    const char *given = plain_code(work, code), *sealed = db_text(work, Q_SECRET, I(account_id));
    if (!sealed)
        return false;
    if (strlen(given) == CODE_LETTERS)
        return recovery_use(work, account_id, given);
    const char *base32 = secret_open(work->arena, sealed, about(work, "totp_secret", account_id));
    if (!base32 || !base32_read(base32, secret))
        fail_ours(work, "second factor of account %lld cannot be opened: secret.key changed?", (long long)account_id);
    int64_t step = step_of(secret, given);
    return step && db_exec(work, Q_STEP, I(step), I(account_id), I(step)) == 1;
}

int64_t second_factor_codes_left(struct work *work, int64_t account_id)
{
    return db_int(work, 0, Q_CODES_LEFT, I(account_id));
}

void second_factor_remove(struct work *work, int64_t account_id)
{
    db_exec(work, Q_FORGET_CODES, I(account_id));
    db_exec(work, Q_REMOVE, I(account_id));
}
