/* partner_key: see the header. */
#include "domain/partner_key.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/token.h"

struct key_row { int64_t id, until; const char *sealed; };
struct key_reader { struct work *work; struct key_row rows[PARTNER_KEYS]; size_t count; };

static const char *about(struct work *work, const char *direction, int64_t operator_id)
{
    return arena_printf(work->arena, "partner.%s.%lld", direction, (long long)operator_id);
}

static const char *member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool keys_open(struct work *work, const char *sealed, const char *bound, struct key_set *keys)
{
    const char *plain = secret_open(work->arena, sealed, bound);
    json_t *object = plain ? json_loads(plain, 0, NULL) : NULL;
    const char *wrong = key_set_fill(keys, member(object, "OperatorSecret"), member(object, "DataSecret"),
                                     member(object, "DataSecretIV"), member(object, "SigSecret"));
    json_decref(object);
    return !wrong;
}

static const char *keys_seal(struct work *work, const struct key_set *keys, const char *bound)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "OperatorSecret", keys->operator_secret, "DataSecret", keys->data_secret,
                               "DataSecretIV", keys->data_secret_iv, "SigSecret", keys->sig_secret);
    char *plain = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    if (!plain)
        fail_ours(work, "keys cannot be written as JSON");
    const char *sealed = secret_seal(work->arena, plain, bound);
    free(plain);
    return sealed;
}

static void key_take(void *row, void *arg)
{
    struct key_reader *r = arg;
    struct key_row *kept = &r->rows[r->count++];
    *kept = *(const struct key_row *)row;
    kept->sealed = arena_copy(r->work->arena, kept->sealed);
}

size_t partner_keys_read(struct work *work, int64_t operator_id, const char *direction, struct partner_keys *out, size_t most)
{
    static const struct db_column columns[] = {
        DB_INT(struct key_row, id), DB_INT(struct key_row, until), DB_TEXT(struct key_row, sealed), DB_END };
    struct key_reader reader = { .work = work };
    const char *bound = about(work, direction, operator_id);
    struct key_row row;
    db_each(work, columns, &row, key_take, &reader,
            "SELECT id, COALESCE(CAST(UNIX_TIMESTAMP(ends_at) * 1000 AS INT), 0), sealed FROM partner_key"
            " WHERE operator_id = ? AND direction = ? AND (ends_at IS NULL OR ends_at > ?) ORDER BY ends_at IS NULL DESC, id DESC"
            " LIMIT ?", I(operator_id), T(direction), T(time_sql(work->arena, work->now)), I((int64_t)(most < PARTNER_KEYS ? most : PARTNER_KEYS)));
    size_t count = 0;
    for (size_t i = 0; i < reader.count; i++) {
        out[count] = (struct partner_keys){ .id = reader.rows[i].id, .until = reader.rows[i].until };
        bool good = keys_open(work, reader.rows[i].sealed, bound, &out[count].set);
        count += good;
        if (!good && !reader.rows[i].until)          /* an earlier set is merely of no use any more */
            fail_ours(work, "%s cannot be opened: is VAR/secret.key the one it was sealed with?", bound);
    }
    return count;
}

/* Is this the set in force? One that cannot be opened (another secret.key) is none: it can be replaced. */
static bool in_force(struct work *work, int64_t operator_id, const char *direction, const struct key_set *keys)
{
    struct key_set before;
    const char *sealed = db_text(work, "SELECT sealed FROM partner_key WHERE operator_id = ? AND direction = ? AND ends_at IS NULL",
                                 I(operator_id), T(direction));
    return sealed && keys_open(work, sealed, about(work, direction, operator_id), &before)
           && strcmp(before.operator_secret, keys->operator_secret) == 0 && strcmp(before.data_secret, keys->data_secret) == 0
           && strcmp(before.data_secret_iv, keys->data_secret_iv) == 0 && strcmp(before.sig_secret, keys->sig_secret) == 0;
}

void partner_keys_put(struct work *work, int64_t operator_id, const char *direction, const struct key_set *keys, int64_t overlap)
{
    /* a second one who does the same waits here, not at the unique key */
    db_int(work, 0, "SELECT operator_id FROM partner WHERE operator_id = ? FOR UPDATE", I(operator_id));
    if (in_force(work, operator_id, direction, keys))
        return;
    const char *ends = time_sql(work->arena, work->now + overlap);
    db_exec(work, "UPDATE partner_key SET ends_at = LEAST(COALESCE(ends_at, ?), ?) WHERE operator_id = ? AND direction = ?",
            T(ends), T(ends), I(operator_id), T(direction));
    db_exec(work, "INSERT INTO partner_key (operator_id, direction, sealed, made_at) VALUES (?, ?, ?, ?)", I(operator_id),
            T(direction), T(keys_seal(work, keys, about(work, direction, operator_id))), T(time_sql(work->arena, work->now)));
    if (strcmp(direction, KEYS_TO_GOV) == 0)
        token_end(work, operator_id, ends);
    else
        db_exec(work, "DELETE FROM partner_token WHERE operator_id = ?", I(operator_id));      /* given for the other keys */
}

int64_t partner_keys_end(struct work *work, int64_t operator_id, const char *direction)
{
    const char *now = time_sql(work->arena, work->now);
    int64_t ended = db_exec(work, "UPDATE partner_key SET ends_at = ? WHERE operator_id = ? AND direction = ? AND ends_at > ?",
                            T(now), I(operator_id), T(direction), T(now));
    if (ended && strcmp(direction, KEYS_TO_GOV) == 0)
        token_end(work, operator_id, now);
    return ended;
}

void partner_keys_end_all(struct work *work, int64_t operator_id)
{
    const char *now = time_sql(work->arena, work->now);
    db_exec(work, "UPDATE partner_key SET ends_at = LEAST(COALESCE(ends_at, ?), ?) WHERE operator_id = ?", T(now), T(now), I(operator_id));
    token_end(work, operator_id, now);
    db_exec(work, "DELETE FROM partner_token WHERE operator_id = ?", I(operator_id));
}

int64_t partner_keys_sweep(struct work *work)
{
    return db_exec(work, "DELETE FROM partner_key WHERE ends_at < ? LIMIT 1000", T(time_sql(work->arena, work->now - INT64_C(86400000))));
}
