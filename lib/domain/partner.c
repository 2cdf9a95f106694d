/* partner: see the header. */
#include "domain/partner.h"

#include <stdio.h>
#include <string.h>

#include "core/address.h"
#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/partner_key.h"

enum { CACHED = 128, CACHE_MS = 5000, FRESH_MS = 1000, HEARD_MS = 60000 };

#define COLUMNS "p.operator_id, o.code, p.gov_id, p.base_url, p.last_pull_at, p.edition, p.allow_list, COALESCE(c.addresses, '')," \
    " COALESCE(p.rate_limit, -1), COALESCE(p.token_seconds, 0), COALESCE(p.clock_window, 0)"
#define TABLES "FROM partner p JOIN operator o ON o.id = p.operator_id LEFT JOIN connection c ON c.operator_id = p.operator_id AND c.platform_id = p.operator_id"
#define Q_BY_CODE "SELECT " COLUMNS " " TABLES " WHERE o.code = ? AND p.enabled = 1"
#define Q_BY_ID   "SELECT " COLUMNS " " TABLES " WHERE p.operator_id = ? AND p.enabled = 1"

struct partner_row {
    int64_t     operator_id;
    const char *code, *gov_id, *base_url, *last_pull_at, *edition, *allow_list, *own_list;
    int64_t     rate_limit, token_seconds, clock_window;
};

static const struct db_column partner_columns[] = {
    DB_INT(struct partner_row, operator_id), DB_TEXT(struct partner_row, code), DB_TEXT(struct partner_row, gov_id),
    DB_TEXT(struct partner_row, base_url), DB_TEXT(struct partner_row, last_pull_at), DB_TEXT(struct partner_row, edition),
    DB_TEXT(struct partner_row, allow_list), DB_TEXT(struct partner_row, own_list), DB_INT(struct partner_row, rate_limit),
    DB_INT(struct partner_row, token_seconds), DB_INT(struct partner_row, clock_window), DB_END
};

/* --- loading and the process' memory ------------------------------------------------------------ */

static void keys_fill(struct work *work, struct partner *out)
{
    struct partner_keys outward;
    out->key_count = partner_keys_read(work, out->operator_id, KEYS_TO_GOV, out->keys, PARTNER_KEYS);
    out->keyed_in = out->key_count && !out->keys[0].until;
    if (out->keyed_in)
        out->to_gov = out->keys[0].set;
    out->keyed_out = partner_keys_read(work, out->operator_id, KEYS_TO_OPERATOR, &outward, 1) && !outward.until;
    if (out->keyed_out)
        out->to_operator = outward.set;
}

static void partner_fill(struct work *work, const struct partner_row *row, struct partner *out)
{
    memset(out, 0, sizeof *out);
    out->operator_id = row->operator_id;
    out->enabled = true;
    snprintf(out->code, sizeof out->code, "%s", row->code);
    snprintf(out->gov_id, sizeof out->gov_id, "%s", row->gov_id);
    snprintf(out->base_url, sizeof out->base_url, "%s", row->base_url);
    snprintf(out->last_pull_at, sizeof out->last_pull_at, "%.19s", row->last_pull_at ? row->last_pull_at : "");
    snprintf(out->allow_list, sizeof out->allow_list, "%s", row->allow_list);
    snprintf(out->own_list, sizeof out->own_list, "%s", row->own_list);
    out->edition = edition_find(row->edition) ? edition_find(row->edition) : edition_at(0);
    out->rate_limit = row->rate_limit >= 0 ? row->rate_limit : config_int("Exchange.RateLimit");
    out->token_seconds = row->token_seconds > 0 ? row->token_seconds : config_int("Exchange.TokenSeconds");
    out->clock_window = row->clock_window > 0 ? row->clock_window : config_int("Exchange.ClockWindow");
    keys_fill(work, out);
}

bool partner_may_call(const struct partner *partner, const char *address)
{
    return (!*partner->allow_list || address_listed(partner->allow_list, address))
        && (!*partner->own_list || address_listed(partner->own_list, address));
}

bool partner_load(struct work *work, int64_t operator_id, struct partner *out)
{
    struct partner_row row;
    if (!db_struct(work, partner_columns, &row, Q_BY_ID, I(operator_id)))
        return false;
    partner_fill(work, &row, out);
    return true;
}

static struct cached {
    struct partner partner;
    int64_t        read_at;       /* milliseconds; 0: empty */
    int64_t        heard_at;      /* last_push_at written by this process */
} cache[CACHED];

static struct cached *cache_place(const char *code)
{
    struct cached *oldest = &cache[0];
    for (size_t i = 0; i < CACHED; i++) {
        if (cache[i].read_at && strcmp(cache[i].partner.code, code) == 0)
            return &cache[i];
        if (cache[i].read_at < oldest->read_at)
            oldest = &cache[i];
    }
    return oldest;
}

static bool cache_holds(const struct cached *place, const char *code)
{
    return place->read_at && strcmp(place->partner.code, code) == 0;
}

/* Unknown partners are not kept: they are refused before anything costly, and could push the known ones out. */
static const struct partner *partner_read(struct work *work, const char *code, int64_t good_for)
{
    struct partner_row row;
    struct cached *place = cache_place(code);
    int64_t now = clock_now(), age = now - place->read_at;
    if (cache_holds(place, code) && age >= 0 && age < good_for)
        return place->partner.enabled ? &place->partner : NULL;
    if (!db_struct(work, partner_columns, &row, Q_BY_CODE, T(code))) {
        if (cache_holds(place, code))
            place->read_at = 0;
        return NULL;
    }
    struct partner fresh;                  /* keys that cannot be opened end the work here: what is kept stays whole */
    partner_fill(work, &row, &fresh);
    if (!cache_holds(place, code))
        place->heard_at = 0;
    place->partner = fresh;
    place->read_at = now;
    return &place->partner;
}

const struct partner *partner_by_code(struct work *work, const char *code)
{
    return partner_read(work, code, CACHE_MS);
}

const struct partner *partner_fresh(struct work *work, const char *code)
{
    return partner_read(work, code, FRESH_MS);
}

const struct partner *partner_known(const char *code)
{
    struct cached *place = cache_place(code);
    return cache_holds(place, code) ? &place->partner : NULL;
}

bool partner_keys_hold(const struct partner *partner, int64_t key_id, int64_t now)
{
    for (size_t i = 0; i < partner->key_count; i++)
        if (partner->keys[i].id == key_id)
            return !partner->keys[i].until || partner->keys[i].until > now;
    return false;
}

const struct partner_keys *partner_keys_fit(const struct partner *partner, const struct envelope *envelope, int64_t now)
{
    for (size_t i = 0; i < partner->key_count; i++) {
        const struct partner_keys *keys = &partner->keys[i];
        if ((!keys->until || keys->until > now) && envelope_check_sig(envelope, &keys->set).ret == RET_OK)
            return keys;
    }
    return NULL;
}

/* --- what happened ------------------------------------------------------------------------------- */

void partner_heard(struct work *work, const struct partner *partner)
{
    struct cached *place = cache_place(partner->code);
    if (work->now - place->heard_at < HEARD_MS)
        return;
    db_exec(work, "UPDATE partner SET last_push_at = ? WHERE operator_id = ? AND (last_push_at IS NULL OR last_push_at < ?)",
            T(time_sql(work->arena, work->now)), I(partner->operator_id), T(time_sql(work->arena, work->now - HEARD_MS / 2)));
    place->heard_at = work->now;
}

void partner_pulled(struct work *work, int64_t operator_id, const char *their_time)
{
    db_exec(work, "UPDATE partner SET last_pull_at = ? WHERE operator_id = ?", T(their_time), I(operator_id));
}

static const char *token_about(struct work *work, int64_t operator_id)
{
    return arena_printf(work->arena, "partner.token.%lld", (long long)operator_id);
}

const char *partner_token(struct work *work, int64_t operator_id)
{
    const char *sealed = db_text(work, "SELECT sealed FROM partner_token WHERE operator_id = ? AND expires_at > ?",
                                 I(operator_id), T(time_sql(work->arena, work->now + 60000)));
    return sealed ? secret_open(work->arena, sealed, token_about(work, operator_id)) : NULL;
}

void partner_token_keep(struct work *work, int64_t operator_id, const char *token, int64_t seconds)
{
    db_exec(work, "REPLACE INTO partner_token (operator_id, sealed, expires_at) VALUES (?, ?, ?)", I(operator_id),
            T(secret_seal(work->arena, token, token_about(work, operator_id))),
            T(time_sql(work->arena, clock_now() + seconds * 1000)));
}
