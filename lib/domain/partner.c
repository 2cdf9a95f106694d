/* partner: see the header. */
#include "domain/partner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/operator.h"
#include "exchange/envelope.h"

enum { CACHED = 128, CACHE_MS = 5000, FRESH_MS = 1000, HEARD_MS = 60000 };

#define COLUMNS "p.operator_id, o.code, p.gov_id, p.base_url, p.to_gov, p.to_operator, p.last_pull_at"
#define Q_BY_CODE "SELECT " COLUMNS " FROM partner p JOIN operator o ON o.id = p.operator_id WHERE o.code = ? AND p.enabled = 1"
#define Q_BY_ID   "SELECT " COLUMNS " FROM partner p JOIN operator o ON o.id = p.operator_id WHERE p.operator_id = ? AND p.enabled = 1"
#define Q_STORE                                                                                            \
    "INSERT INTO partner (operator_id, gov_id, base_url, to_gov, to_operator) VALUES (?, ?, ?, ?, ?)"        \
    " ON DUPLICATE KEY UPDATE gov_id = VALUES(gov_id), base_url = VALUES(base_url), to_gov = VALUES(to_gov)," \
    " to_operator = VALUES(to_operator), enabled = 1"

struct partner_row {
    int64_t     operator_id;
    const char *code, *gov_id, *base_url, *to_gov, *to_operator, *last_pull_at;
};

static const struct db_column partner_columns[] = {
    DB_INT(struct partner_row, operator_id), DB_TEXT(struct partner_row, code), DB_TEXT(struct partner_row, gov_id),
    DB_TEXT(struct partner_row, base_url), DB_TEXT(struct partner_row, to_gov), DB_TEXT(struct partner_row, to_operator),
    DB_TEXT(struct partner_row, last_pull_at), DB_END
};

static const char *keys_about(struct work *work, const char *column, int64_t operator_id)
{
    return arena_printf(work->arena, "partner.%s.%lld", column, (long long)operator_id);
}

/* --- keys as JSON ------------------------------------------------------------------------------ */

static const char *json_member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* NULL: good; else what is wrong. */
static const char *keys_from_json(const json_t *object, struct key_set *keys)
{
    return key_set_fill(keys, json_member(object, "OperatorSecret"), json_member(object, "DataSecret"),
                        json_member(object, "DataSecretIV"), json_member(object, "SigSecret"));
}

static void keys_open(struct work *work, const char *sealed, const char *about, struct key_set *keys)
{
    const char *plain = secret_open(work->arena, sealed, about);
    json_t *object = plain ? json_loads(plain, 0, NULL) : NULL;
    const char *wrong = keys_from_json(object, keys);
    json_decref(object);
    if (wrong)
        fail_ours(work, "%s cannot be opened: is VAR/secret.key the one it was sealed with?", about);
}

static const char *keys_seal(struct work *work, const json_t *object, const char *about)
{
    char *plain = json_dumps(object, JSON_COMPACT);
    if (!plain)
        abort();
    const char *sealed = secret_seal(work->arena, plain, about);
    free(plain);
    return sealed;
}

/* --- loading and the process' memory ------------------------------------------------------------ */

static void partner_fill(struct work *work, const struct partner_row *row, struct partner *out)
{
    memset(out, 0, sizeof *out);
    out->operator_id = row->operator_id;
    out->enabled = true;
    snprintf(out->code, sizeof out->code, "%s", row->code);
    snprintf(out->gov_id, sizeof out->gov_id, "%s", row->gov_id);
    snprintf(out->base_url, sizeof out->base_url, "%s", row->base_url);
    snprintf(out->last_pull_at, sizeof out->last_pull_at, "%.19s", row->last_pull_at ? row->last_pull_at : "");
    keys_open(work, row->to_gov, keys_about(work, "to_gov", row->operator_id), &out->to_gov);
    keys_open(work, row->to_operator, keys_about(work, "to_operator", row->operator_id), &out->to_operator);
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

/* --- import ------------------------------------------------------------------------------------- */

static const char *url_fault(const char *url)
{
    if (!*url)
        return NULL;
    if (!text_has_prefix(url, "http://") && !text_has_prefix(url, "https://"))
        return "base_url 应以 http:// 或 https:// 开头";
    if (strlen(url) > 200 || strpbrk(url, " \t\r\n?#@"))
        return "base_url 超过 200 个字符，或含有空白、问号、井号、@ 等字符";
    return NULL;
}

static const char *required_text(struct work *work, const json_t *file, const char *name)
{
    const char *text = json_member(file, name);
    if (!text)
        fail(work, FAIL_INVALID, "接入文件缺少 %s，或其值不是字符串。", name);
    return text;
}

static const json_t *required_keys(struct work *work, const json_t *file, const char *name)
{
    struct key_set keys;
    const json_t *object = json_object_get(file, name);
    const char *wrong = json_is_object(object) ? keys_from_json(object, &keys) : "缺失或不是对象";
    if (wrong)
        fail(work, FAIL_INVALID, "接入文件的 %s 有误：%s。", name, wrong);
    return object;
}

/* An operator known already keeps its name unless the file gives one. */
static int64_t operator_of(struct work *work, const json_t *file, const char *code)
{
    const char *name = json_member(file, "name");
    int64_t id = operator_find(work, code);
    if (id && !name)
        return id;
    const struct operator_record record = { .code = code, .source = "exchange",
        .name = name ? name : arena_printf(work->arena, "运营商 %s", code) };
    return operator_upsert(work, &record);
}

int64_t partner_import(struct work *work, const json_t *file)
{
    const char *code = required_text(work, file, "operator_id"), *gov_id = required_text(work, file, "gov_id");
    const char *url = json_member(file, "base_url") ? json_member(file, "base_url") : "", *wrong = url_fault(url);
    if (!operator_id_valid(code) || !operator_id_valid(gov_id))
        fail(work, FAIL_INVALID, "operator_id 和 gov_id 应为 9 位数字或大写字母（组织机构代码）。");
    if (wrong)
        fail(work, FAIL_INVALID, "%s。", wrong);
    const json_t *to_gov = required_keys(work, file, "to_gov"), *to_operator = required_keys(work, file, "to_operator");
    int64_t id = operator_of(work, file, code);
    db_exec(work, Q_STORE, I(id), T(gov_id), T(url), T(keys_seal(work, to_gov, keys_about(work, "to_gov", id))),
            T(keys_seal(work, to_operator, keys_about(work, "to_operator", id))));
    db_exec(work, "DELETE FROM partner_token WHERE operator_id = ?", I(id));      /* it was given for other keys */
    db_exec(work, "UPDATE operator SET connected_at = COALESCE(connected_at, ?) WHERE id = ?",
            T(time_sql(work->arena, work->now)), I(id));
    return id;
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

const char *partner_token(struct work *work, int64_t operator_id)
{
    const char *sealed = db_text(work, "SELECT sealed FROM partner_token WHERE operator_id = ? AND expires_at > ?",
                                 I(operator_id), T(time_sql(work->arena, work->now + 60000)));
    return sealed ? secret_open(work->arena, sealed, keys_about(work, "token", operator_id)) : NULL;
}

void partner_token_keep(struct work *work, int64_t operator_id, const char *token, int64_t seconds)
{
    db_exec(work, "REPLACE INTO partner_token (operator_id, sealed, expires_at) VALUES (?, ?, ?)", I(operator_id),
            T(secret_seal(work->arena, token, keys_about(work, "token", operator_id))),
            T(time_sql(work->arena, clock_now() + seconds * 1000)));
}
