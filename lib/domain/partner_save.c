/* partner_save: see the header. */
#include "domain/partner_save.h"

#include <string.h>

#include "core/address.h"
#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/connection.h"
#include "domain/operator.h"
#include "domain/partner_key.h"
#include "domain/token.h"
#include "web/web.h"

#define Q_STORE                                                                      \
    "INSERT INTO partner (operator_id, gov_id, base_url) VALUES (?, ?, ?)"            \
    " ON DUPLICATE KEY UPDATE gov_id = VALUES(gov_id), base_url = VALUES(base_url), enabled = 1"

enum { HOUR_MS = 3600000, TOKEN_LEAST = 60, TOKEN_MOST = 30 * 86400, CLOCK_MOST = 86400, RATE_MOST = 60000000 };

/* --- import ------------------------------------------------------------------------------------- */

static const char *member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

const char *partner_url_wrong(const char *url)
{
    const char *host = strstr(url, "://");
    if (!text_has_prefix(url, "http://") && !text_has_prefix(url, "https://"))
        return "应以 http:// 或 https:// 开头";
    if (strlen(url) > 200 || strpbrk(url, " \t\r\n?#@\\"))
        return "超过 200 个字符，或含有空格、问号、井号、@、反斜杠";
    if (!host[3] || host[3] == '/')
        return "缺少主机名或 IP 地址";
    return NULL;
}

static const char *required_text(struct work *work, const json_t *file, const char *name)
{
    const char *text = member_text(file, name);
    if (!text)
        fail(work, FAIL_INVALID, "接入文件缺少 %s，或其值不是字符串。", name);
    return text;
}

static struct key_set required_keys(struct work *work, const json_t *file, const char *name)
{
    struct key_set keys;
    const json_t *object = json_object_get(file, name);
    const char *wrong = !json_is_object(object) ? "缺失或不是对象"
        : key_set_fill(&keys, member_text(object, "OperatorSecret"), member_text(object, "DataSecret"),
                       member_text(object, "DataSecretIV"), member_text(object, "SigSecret"));
    if (wrong)
        fail(work, FAIL_INVALID, "接入文件的 %s 有误：%s。", name, wrong);
    return keys;
}

/* An operator known already keeps its name unless the file gives one. */
static int64_t operator_of(struct work *work, const json_t *file, const char *code)
{
    const char *name = member_text(file, "name");
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
    const char *url = member_text(file, "base_url") ? member_text(file, "base_url") : "";
    const char *wrong = *url ? partner_url_wrong(url) : NULL;
    if (!operator_id_valid(code) || !operator_id_valid(gov_id))
        fail(work, FAIL_INVALID, "operator_id 和 gov_id 应为 9 位数字或大写字母（组织机构代码）。");
    if (wrong)
        fail(work, FAIL_INVALID, "base_url %s。", wrong);
    const struct key_set to_gov = required_keys(work, file, "to_gov"), to_operator = required_keys(work, file, "to_operator");
    int64_t id = operator_of(work, file, code);
    db_exec(work, Q_STORE, I(id), T(gov_id), T(url));
    partner_keys_put(work, id, KEYS_TO_GOV, &to_gov, 0);
    partner_keys_put(work, id, KEYS_TO_OPERATOR, &to_operator, 0);
    operator_connected(work, id, true);
    connection_adopt(work, id);
    return id;
}

/* --- by the connection wizard ---------------------------------------------------------------------- */

bool partner_exists(struct work *work, int64_t operator_id)
{
    return db_int(work, 0, "SELECT COUNT(*) FROM partner WHERE operator_id = ?", I(operator_id)) == 1;
}

void partner_save(struct work *work, int64_t operator_id, const char *gov_id, const char *base_url, const struct key_set *to_gov,
                  const struct key_set *to_operator)
{
    int64_t overlap = config_int("Exchange.KeyOverlapHours") * HOUR_MS;
    db_exec(work, Q_STORE, I(operator_id), T(gov_id), T(base_url));
    if (to_gov)
        partner_keys_put(work, operator_id, KEYS_TO_GOV, to_gov, overlap);
    if (to_operator)
        partner_keys_put(work, operator_id, KEYS_TO_OPERATOR, to_operator, overlap);
}

void partner_enable(struct work *work, int64_t operator_id, bool enabled)
{
    db_exec(work, "UPDATE partner SET enabled = ? WHERE operator_id = ?", I(enabled), I(operator_id));
}

const char *partner_gov_id(struct work *work, int64_t operator_id)
{
    const char *known = db_text(work, "SELECT gov_id FROM partner WHERE operator_id = ?", I(operator_id));
    return known ? known : config_text("Exchange.OperatorId");
}

void partner_stopped(struct work *work, int64_t operator_id, bool for_good)
{
    partner_enable(work, operator_id, false);
    if (for_good)
        partner_keys_end_all(work, operator_id);
    else if (!partner_keys_end(work, operator_id, KEYS_TO_GOV))
        token_end(work, operator_id, time_sql(work->arena, work->now));
}

int64_t partner_keys_end_earlier(struct work *work, int64_t operator_id)
{
    return partner_keys_end(work, operator_id, KEYS_TO_GOV);
}

/* Letters and digits without those that look alike; 64 of 256 values a byte each, so every one is as likely. */
static void random_text(char *out, size_t size)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789abcdefgh";
    uint8_t bytes[SEAL_KEY_SIZE];
    _Static_assert(sizeof letters - 1 >= 64, "six bits a letter");
    crypto_random(bytes, sizeof bytes);
    for (size_t i = 0; i < size; i++)
        out[i] = letters[bytes[i] & 63];
    out[size] = '\0';
}

void key_set_random(struct key_set *keys)
{
    memset(keys, 0, sizeof *keys);
    random_text(keys->operator_secret, SEAL_KEY_SIZE);
    random_text(keys->data_secret, SEAL_KEY_SIZE);
    random_text(keys->data_secret_iv, SEAL_KEY_SIZE);
    random_text(keys->sig_secret, SEAL_KEY_SIZE);
}

/* --- by staff ------------------------------------------------------------------------------------------ */

static const struct db_column settings_columns[] = {
    DB_TEXT(struct partner_settings, edition), DB_TEXT(struct partner_settings, allow_list),
    DB_INT(struct partner_settings, rate_limit), DB_INT(struct partner_settings, token_seconds),
    DB_INT(struct partner_settings, clock_window), DB_END };

bool partner_settings_load(struct work *work, int64_t operator_id, struct partner_settings *out)
{
    return db_struct(work, settings_columns, out, "SELECT edition, allow_list, COALESCE(rate_limit, -1), COALESCE(token_seconds, 0),"
                     " COALESCE(clock_window, 0) FROM partner WHERE operator_id = ?", I(operator_id));
}

static const char *settings_wrong(struct work *work, const struct partner_settings *s, const char **member)
{
    const char *entry = address_list_wrong(work->arena, s->allow_list);
    *member = "edition";
    if (!edition_find(s->edition))
        return "没有这个版本";
    *member = "allow_list";
    if (entry)
        return arena_printf(work->arena, "%s 不是 IP 地址或网段（如 203.0.113.7、198.51.100.0/24、2001:db8::/32）", entry);
    if (strlen(s->allow_list) > 2000)
        return "超过 2000 个字符";
    *member = "rate_limit";
    if (s->rate_limit < -1 || s->rate_limit > RATE_MOST)
        return "应为每分钟 0（不限）至 6000 万条";
    *member = "token_seconds";
    if (s->token_seconds && (s->token_seconds < TOKEN_LEAST || s->token_seconds > TOKEN_MOST))
        return "应为 60 秒至 30 天";
    *member = "clock_window";
    return s->clock_window < 0 || s->clock_window > CLOCK_MOST ? "应为 1 秒至 1 天" : NULL;
}

const char *partner_settings_save(struct work *work, int64_t operator_id, const struct partner_settings *s, const char **member)
{
    const char *wrong = settings_wrong(work, s, member);
    if (wrong)
        return wrong;
    if (!db_exec(work, "UPDATE partner SET edition = ?, allow_list = ?, rate_limit = ?, token_seconds = ?, clock_window = ?"
                 " WHERE operator_id = ?", T(s->edition), T(s->allow_list), s->rate_limit < 0 ? N() : I(s->rate_limit),
                 s->token_seconds ? I(s->token_seconds) : N(), s->clock_window ? I(s->clock_window) : N(), I(operator_id)))
        fail(work, FAIL_MISSING, "没有这个接入平台。");
    return NULL;
}

#define Q_SHOW                                                                                                          \
    "SELECT o.code AS Code, o.name AS Name, p.gov_id AS GovId, p.base_url AS BaseUrl, p.enabled AS Enabled, p.edition AS Edition," \
    " p.allow_list AS AllowList, p.rate_limit AS RateLimit, p.token_seconds AS TokenSeconds, p.clock_window AS ClockWindow,"     \
    " p.last_pull_at AS LastPull, p.last_push_at AS LastPush FROM partner p JOIN operator o ON o.id = p.operator_id"             \
    " WHERE p.operator_id = ?"

bool partner_show(struct work *work, int64_t operator_id, HDF *node)
{
    if (!db_row(work, node, Q_SHOW, I(operator_id)))
        return false;
    const struct edition *edition = edition_find(hdf_get_value(node, "Edition", ""));
    view_set(node, "Spelling", edition && edition->sevice ? "Sevice" : "Service");
    db_rows(work, view_node(node, "Keys"), "SELECT direction AS Direction, made_at AS Made, ends_at AS Ends FROM partner_key WHERE operator_id = ?"
            " AND (ends_at IS NULL OR ends_at > ?) ORDER BY direction, id DESC", I(operator_id), T(time_sql(work->arena, work->now)));
    return true;
}
