/* token: see the header. */
#include "domain/token.h"

#include <string.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"

enum { REMEMBERED = 64, REMEMBER_MS = 3000, RENEW_MS = 300000 };

struct token_row {
    const char *sealed;
    int64_t     left;         /* milliseconds */
};

static const struct db_column token_columns[] = { DB_TEXT(struct token_row, sealed), DB_INT(struct token_row, left), DB_END };

static const char *about(struct work *work, int64_t operator_id)
{
    return arena_printf(work->arena, "exchange_token.sealed.%lld", (long long)operator_id);
}

/* Near its end a token is not given again, unless it was short-lived from the start. */
static int64_t renew_before(const struct partner *partner)
{
    int64_t tenth = partner->token_seconds * 100;
    return tenth < RENEW_MS ? tenth : RENEW_MS;
}

const char *token_issue(struct work *work, const struct partner *partner, int64_t key_id, int64_t *seconds)
{
    struct token_row row;
    uint8_t hash[32];
    int64_t own = partner->operator_id;
    const char *now = time_sql(work->arena, work->now);
    if (db_struct(work, token_columns, &row,
                  "SELECT sealed, CAST(TIMESTAMPDIFF(MICROSECOND, ?, expires_at) DIV 1000 AS INT) FROM exchange_token"
                  " WHERE operator_id = ? AND key_id = ? AND expires_at > ? ORDER BY expires_at DESC LIMIT 1",
                  T(now), I(own), I(key_id), T(time_sql(work->arena, work->now + renew_before(partner))))) {
        const char *token = secret_open(work->arena, row.sealed, about(work, own));
        *seconds = row.left / 1000;
        if (token)
            return token;
    }
    const char *token = crypto_token(work->arena, 24);             /* 32 characters */
    *seconds = partner->token_seconds;
    crypto_sha256(token, strlen(token), hash);
    db_exec(work, "INSERT INTO exchange_token (token_hash, operator_id, key_id, sealed, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
            B(hash, 32), I(own), I(key_id), T(secret_seal(work->arena, token, about(work, own))), T(now),
            T(time_sql(work->arena, work->now + *seconds * 1000)));
    return token;
}

struct held_row { int64_t left, key_id; };
static const struct db_column held_columns[] = { DB_INT(struct held_row, left), DB_INT(struct held_row, key_id), DB_END };

bool token_holds(struct work *work, const struct partner *partner, const char *token)
{
    static struct { uint8_t hash[32]; int64_t operator_id, key_id, until; } remembered[REMEMBERED];
    struct held_row row;
    uint8_t hash[32];
    crypto_sha256(token, strlen(token), hash);
    size_t place = hash[0] % REMEMBERED;
    if (remembered[place].operator_id == partner->operator_id && memcmp(remembered[place].hash, hash, 32) == 0
        && work->now < remembered[place].until && work->now > remembered[place].until - REMEMBER_MS)
        return partner_keys_hold(partner, remembered[place].key_id, work->now);

    if (!db_struct(work, held_columns, &row, "SELECT CAST(TIMESTAMPDIFF(MICROSECOND, ?, expires_at) DIV 1000 AS INT),"
                   " COALESCE(key_id, 0) FROM exchange_token WHERE token_hash = ? AND operator_id = ?",
                   T(time_sql(work->arena, work->now)), B(hash, 32), I(partner->operator_id))
        || row.left <= 0 || !partner_keys_hold(partner, row.key_id, work->now))
        return false;
    memcpy(remembered[place].hash, hash, 32);
    remembered[place].operator_id = partner->operator_id;
    remembered[place].key_id = row.key_id;
    remembered[place].until = work->now + (row.left < REMEMBER_MS ? row.left : REMEMBER_MS);
    return true;
}

void token_end(struct work *work, int64_t operator_id, const char *at)
{
    db_exec(work, "UPDATE exchange_token SET expires_at = LEAST(expires_at, ?) WHERE operator_id = ?", T(at), I(operator_id));
}

int64_t token_sweep(struct work *work)
{
    return db_exec(work, "DELETE FROM exchange_token WHERE expires_at < ? LIMIT 5000", T(time_sql(work->arena, work->now)));
}
