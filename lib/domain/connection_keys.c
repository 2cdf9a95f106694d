/* connection_keys: Step1 of the connection (Z12.1): address and keys of the operator's platform, the portal's data in return.
 * Keys stand in table partner alone, sealed; here they pass through memory and are shown once. What an attacker would try: to
 * read them without the password, or to have the portal call an address inside its own network (the operator's address is
 * taken as typed: who may call out where is the network's business, said in README). */
#include <stdio.h>
#include <string.h>

#include "core/address.h"
#include "core/config.h"
#include "core/text.h"
#include "domain/company.h"
#include "domain/connection_private.h"
#include "domain/connection_tried.h"
#include "domain/job.h"
#include "domain/partner.h"
#include "domain/partner_save.h"
#include "exchange/client.h"
#include "flow/flow.h"
#include "web/web.h"

#define FORM "connection-platform"
#define Q_COMPANY "SELECT o.name, COALESCE(o.service_tel, '') AS tel FROM operator o WHERE o.id = ?"
#define Q_TESTED  "UPDATE connection SET tested_at = NOW(3), tested_good = ?, tested_words = ? WHERE operator_id = ? AND platform_id = operator_id"

/* --- reading ------------------------------------------------------------------------------------------------------------ */

struct form_values *connection_platform(struct work *work)
{
    struct connection c;
    struct form_values *values = connection_own(work, &c) ? form_load(work, FORM, c.id, I(c.operator_id)) : NULL;
    bool known = values && partner_exists(work, company_own(work));
    if (!values) {
        values = values_new(work, form_find(work, FORM));
        values_put(values, "edition", "2016");
        values_put(values, "service_kind", "basic");
    }
    values_put(values, "keys_by", known ? "kept" : "typed");
    return values;
}

void connection_keys_show(const struct key_set *keys, HDF *node)
{
    const struct { const char *name, *label, *value; } rows[] = {
        { "OperatorSecret", "平台密钥", keys->operator_secret }, { "DataSecret", "消息密钥", keys->data_secret },
        { "DataSecretIV", "消息密钥初始化向量", keys->data_secret_iv }, { "SigSecret", "签名密钥", keys->sig_secret } };
    for (int i = 0; i < 4; i++) {
        char at[12];
        snprintf(at, sizeof at, "%d", i);
        HDF *row = view_node(node, at);
        view_set(row, "Name", rows[i].name);
        view_set(row, "Label", rows[i].label);
        view_set(row, "Value", rows[i].value);
    }
}

/* A partner that is switched off is still there to be read by its owner. */
static bool partner_read(struct work *work, int64_t operator_id, struct partner *out)
{
    return partner_exists(work, operator_id) && partner_load(work, operator_id, out);
}

bool connection_feedback(struct work *work, HDF *node)
{
    struct partner partner;
    if (!partner_read(work, company_own(work), &partner))
        return false;
    view_set(node, "OperatorId", partner.gov_id);
    view_set(node, "OwnId", partner.code);
    view_set(node, "Path", "/evcs/v1");
    return true;
}

/* --- storing ------------------------------------------------------------------------------------------------------------ */

/* False: a field is wrong and said so. *given: keys were typed or made. */
static bool keys_read(struct form_values *values, bool known, struct key_set *keys, bool *given)
{
    const char *by = values_text(values, "keys_by");
    static const char *const fields[] = { "operator_secret", "data_secret", "data_secret_iv", "sig_secret" };
    *given = strcmp(by, "kept") != 0;
    if (strcmp(by, "generated") == 0)
        key_set_random(keys);
    if (strcmp(by, "kept") == 0 && !known)
        values_error(values, "keys_by", "尚无已保存的密钥，请填写密钥，或选择由本平台生成");
    if (strcmp(by, "typed") != 0)
        return !values_wrong(values);
    for (int i = 0; i < 4; i++) {
        const char *text = values_text(values, fields[i]);
        bool fixed = i == 1 || i == 2;
        if (!*text)
            values_error(values, fields[i], "请填写「%s」", values_label(values, fields[i]));
        else if (fixed && strlen(text) != SEAL_KEY_SIZE)
            values_error(values, fields[i], "「%s」应为 16 个字符，请核对", values_label(values, fields[i]));
    }
    return !values_wrong(values)
        && !key_set_fill(keys, values_text(values, fields[0]), values_text(values, fields[1]), values_text(values, fields[2]), values_text(values, fields[3]));
}

static bool address_good(struct work *work, struct form_values *values)
{
    const char *wrong = partner_url_wrong(values_text(values, "base_url"));
    const char *listed = address_list_wrong(work->arena, values_text(values, "addresses"));
    if (wrong)
        values_error(values, "base_url", "「平台接口地址」%s，请核对", wrong);
    if (listed)
        values_error(values, "addresses", "「平台出口地址」中 %s 不是 IP 地址或网段，请核对", listed);
    return !values_wrong(values);
}

/* The edition, when the operator changed it: else what the department has set since stays. Its addresses stand in the case
 * (partner.h own_list), beside the department's list. */
static void edition_store(struct work *work, const char *edition, const char *before, int64_t own)
{
    struct partner_settings settings;
    const char *member;
    if (strcmp(edition, before) == 0 || !partner_settings_load(work, own, &settings))
        return;
    settings.edition = edition;
    if (partner_settings_save(work, own, &settings, &member))
        fail_ours(work, "settings of partner %lld are refused: %s", (long long)own, member);
}

/* By the system: the owner files nothing here, what staff passed goes back to them. */
static void review_again(struct work *work, const struct connection *c)
{
    struct actor before = work->actor;
    work->actor = (struct actor){ .role = "system", .name = "系统", .login = "system" };
    flow_take(work, &(struct flow_move){ .flow = CONNECTION_FLOW, .action = "review", .id = c->id });
    work->actor = before;
}

/* A connected platform whose address or keys changed is tried and checked anew, or decided anew when staff decided it; the
 * exchange goes on meanwhile. */
static void move_on(struct work *work, const struct connection *c, bool changed)
{
    const char *action = strcmp(c->state, "draft") == 0 ? "configure"
                       : changed && (strcmp(c->state, "connected") == 0 || strcmp(c->state, "failed") == 0) ? "change" : NULL;
    bool wizard = strcmp(c->kind, "wizard") == 0 || strcmp(c->kind, "import") == 0;
    if (!wizard && changed && strcmp(c->state, "connected") == 0)
        review_again(work, c);
    if (action && wizard)
        flow_take(work, &(struct flow_move){ .flow = CONNECTION_FLOW, .action = action, .id = c->id });
}

static void check_state(struct work *work, const struct connection *c)
{
    if (strcmp(c->state, "checking") == 0)
        fail(work, FAIL_CONFLICT, "系统正在核对，核对结束或撤回核对申请后可修改。");
    if (strcmp(c->state, "filed") == 0)
        fail(work, FAIL_CONFLICT, "接入申请正在审核，审核结束或撤回申请后可修改。");
    if (strcmp(c->state, "stopped") == 0)
        fail(work, FAIL_CONFLICT, "平台接入已停用，请联系主管部门。");
}

bool connection_configure(struct work *work, struct form_values *values, const char *address, struct connection_shown *shown)
{
    int64_t own = connection_lock(work);
    struct partner before;
    bool known = partner_read(work, own, &before), given;
    *shown = (struct connection_shown){ .to_gov_new = !known };
    bool good = address_good(work, values);
    if (!keys_read(values, known, &shown->to_operator, &given) || !good)
        return false;
    struct connection c = connection_begin(work, own, own, "wizard", "chosen");
    check_state(work, &c);
    const char *edition = db_text(work, "SELECT edition FROM connection WHERE id = ?", I(c.id));
    values_give(values, "operator_id", I(own));
    (void)form_store(work, values, c.id);
    if (!known)
        key_set_random(&shown->to_gov);
    shown->to_operator_new = given && strcmp(values_text(values, "keys_by"), "generated") == 0;
    partner_save(work, own, partner_gov_id(work, own), values_text(values, "base_url"),
                 known ? NULL : &shown->to_gov, given ? &shown->to_operator : NULL);
    edition_store(work, values_text(values, "edition"), edition, own);
    bool changed = given || !known || strcmp(before.base_url, values_text(values, "base_url")) != 0;
    if (changed)
        connection_tried_reset(work, own);
    move_on(work, &c, changed);
    connection_trail(work, "connection-configure", c.id, given ? "接入信息和密钥" : "接入信息", address);
    return true;
}

/* --- the keys once more --------------------------------------------------------------------------------------------------- */

static struct connection own_must(struct work *work, struct partner *partner)
{
    struct connection c;
    if (!connection_own(work, &c) || !partner_read(work, c.operator_id, partner))
        fail(work, FAIL_CONFLICT, "尚未保存互联配置，没有可查看的密钥。");
    return c;
}

void connection_keys_reveal(struct work *work, const char *address, struct connection_shown *out)
{
    struct partner partner;
    struct connection c = own_must(work, &partner);
    *out = (struct connection_shown){ .to_gov_new = true, .to_operator_new = true, .to_gov = partner.to_gov, .to_operator = partner.to_operator };
    connection_trail(work, "connection-keys", c.id, "查看密钥", address);
}

void connection_keys_rotate(struct work *work, const char *address, struct connection_shown *out)
{
    (void)connection_lock(work);
    struct partner partner;
    struct connection c = own_must(work, &partner);
    check_state(work, &c);
    *out = (struct connection_shown){ .to_gov_new = true };
    key_set_random(&out->to_gov);
    partner_save(work, c.operator_id, partner.gov_id, partner.base_url, &out->to_gov, NULL);
    connection_trail(work, "connection-keys", c.id, "更换密钥", address);
}

/* --- 「测试连接」 ------------------------------------------------------------------------------------------------------------- */

void connection_test_ask(struct work *work)
{
    struct partner partner;
    struct connection c = own_must(work, &partner);
    db_exec(work, "UPDATE connection SET tested_at = NULL, tested_words = '正在测试' WHERE id = ?", I(c.id));
    job_add_remote(work, "connection.test", arena_printf(work->arena, "connection.test.%lld", (long long)c.operator_id),
                   arena_printf(work->arena, "{\"operator_id\":%lld}", (long long)c.operator_id), JOB_PROMPT, partner.code);
}

void connection_tested(struct work *work, HDF *node)
{
    (void)db_row(work, node, "SELECT DATE_FORMAT(tested_at, '%Y-%m-%d %H:%i:%s') AS At, IF(tested_good, '1', '') AS Good, tested_words AS Words,"
                 " IF(tested_at IS NULL AND tested_words <> '', '1', '') AS Running FROM connection WHERE operator_id = ? AND platform_id = operator_id",
                 I(company_own(work)));
}

struct tested { int64_t operator_id; bool good; const char *words; };

static void tested_store(struct work *work, void *arg)
{
    const struct tested *t = arg;
    db_exec(work, Q_TESTED, I(t->good), T(utf8_cut(work->arena, t->words, 480)), I(t->operator_id));
}

static void token_new(void *arg, const char *token, int64_t seconds)
{
    bool *good = arg;
    (void)token;
    (void)seconds;
    *good = true;
}

/* query_token is the first call of any exchange; a call after it shows that the token is taken. Short: somebody waits. */
void connection_test_job(struct work *work, const json_t *payload)
{
    struct tested t = { .operator_id = json_integer_value(json_object_get(payload, "operator_id")) };
    struct partner partner;
    struct client_answer answer;
    bool token = false;
    if (!partner_load(work, t.operator_id, &partner))
        return;
    struct client client = { .base_url = partner.base_url, .own_id = partner.gov_id, .keys = &partner.to_operator,
        .answer_limit = (size_t)config_int("Exchange.AnswerLimit"), .connect_seconds = 5, .whole_seconds = 10, .token_new = token_new, .arg = &token };
    json_t *request = json_pack("{s:s, s:i, s:i}", "LastQueryTime", "", "PageNo", 1, "PageSize", 1);
    client_call(&client, work->arena, "query_stations_info", request, &answer);
    client_close(&client);
    json_decref(request);
    t.good = answer.data != NULL;
    t.words = t.good ? "连接正常：已取得令牌，平台已应答充电站信息查询"
            : token ? arena_printf(work->arena, "已取得令牌，充电站信息查询未成功：%s", answer.why) : answer.why;
    json_decref(answer.data);
    work_must(work, WORK_WRITE, tested_store, &t);
}
