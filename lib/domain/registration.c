/* registration: making an account (see the header). What an attacker would try: a code for another address (bound to it), a
 * known address without its code (sealed proof), another's case (scope in every statement), the code of a company that
 * is there already (the case is the account's own until a reviewer has passed it). */
#include "domain/registration.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "core/uscc.h"
#include "domain/account.h"
#include "domain/lockout.h"
#include "domain/outbox.h"
#include "domain/password.h"
#include "domain/role.h"
#include "domain/trail.h"
#include "flow/flow.h"
#include "web/web.h"

#define Q_AGREEMENT "SELECT title AS Title, body AS Body, version AS Version FROM agreement WHERE kind = 'registration'" \
                    " AND published_at <= NOW(3) ORDER BY version DESC LIMIT 1"
#define Q_VERSION "SELECT version FROM agreement WHERE kind = 'registration' AND published_at <= NOW(3)" \
                  " ORDER BY version DESC LIMIT 1"
#define Q_OWN "SELECT id FROM operator_registration WHERE account_id = ? ORDER BY id DESC LIMIT 1"
#define Q_STATE "SELECT state FROM operator_registration WHERE id = ? AND account_id = ? FOR UPDATE"
#define Q_NAME "UPDATE account SET name = ? WHERE id = ? AND state = 'pending'"

enum { PROOF_MS = 24 * 3600 * 1000, NAME_CHARACTERS = 59 };
static const char PURPOSE[] = "register";

/* --- step 1: the code ---------------------------------------------------------------------------------------- */

void registration_code(struct work *work, const char *target, bool sms, const char *address)
{
    code_request_send(work, &(struct code_request){ .purpose = PURPOSE, .target = target, .sms = sms, .about = "注册账号",
                                                    .address = address });
}

const char *registration_prove(struct work *work, const char *target, const char *code, bool sms, const char *agreed)
{
    const char *normal = outbox_target(work, target, sms);
    if (!normal || !code_check(work, PURPOSE, normal, code))
        return NULL;
    return secret_seal(work->arena, arena_printf(work->arena, "%d|%lld|%s|%s", sms, (long long)work->now + PROOF_MS, agreed, normal),
                       "registration proof");
}

struct registration_proof registration_proved(struct work *work, const char *proof, bool sms)
{
    struct registration_proof proved = { NULL, "" };
    char *plain = proof && *proof ? secret_open(work->arena, proof, "registration proof") : NULL;
    if (!plain || plain[0] != (sms ? '1' : '0') || plain[1] != '|')
        return proved;
    plain += 2;
    long long until = strtoll(strsep(&plain, "|"), NULL, 10);
    const char *agreed = strsep(&plain, "|");
    if (plain && until > work->now)
        proved = (struct registration_proof){ plain, agreed };
    return proved;
}

const char *registration_limit(struct work *work, const char *target, const char *address)
{
    struct arena *arena = work->arena;
    if (!outbox_quota(work, arena_printf(arena, "register-from:%.60s", lockout_network(work, address)), 'D', config_int("Registration.TriesPerAddress")))
        return "您所在网络今日提交注册的次数已达上限，请明日再试；已填写的内容请点击「保存」暂存";
    if (!outbox_quota(work, arena_printf(arena, "register:%.254s", target), 'D', config_int("Registration.TriesPerTarget")))
        return "您今日提交注册的次数已达上限，请明日再试；已填写的内容请点击「保存」暂存";
    return NULL;
}

bool registration_agreement(struct work *work, HDF *node)
{
    return db_row(work, node, Q_AGREEMENT);
}

const char *registration_agreement_version(struct work *work)
{
    const char *version = db_text(work, Q_VERSION);
    return version ? version : "0";
}

/* --- what is wrong that the form cannot know -------------------------------------------------------------------- */

static void check_account(struct work *work, const struct registration *r, const char *name, const char *phone)
{
    struct form_values *values = r->values;
    const char *login = values_text(values, "account_name"), *password = values_text(values, "password");
    const char *fault = password_fault_for(work, password, login, name, phone);
    if (account_by_login(work, login))
        values_error(values, "account_name", "「%s」已被使用，请更换", values_label(values, "account_name"));
    if (fault)
        values_error(values, "password", "%s", fault);
    else if (strcmp(password, values_text(values, "again")) != 0)
        values_error(values, "again", "两次输入的密码不一致");
}

/* A few really issued codes fail the check character: with the applicant's word for it staff look at it. */
static void check_company(struct form_values *values)
{
    if (!uscc_valid(values_text(values, "uscc")) && !values_int(values, "uscc_sure"))
        values_error(values, "uscc", "「统一社会信用代码」校验位不符，请对照营业执照逐位核对；确认无误的，在下一项选择「是」");
}

/* --- making ------------------------------------------------------------------------------------------------------ */

/* From here on the work acts as the new account: the case is its own. */
static void act_as(struct work *work, int64_t account, const char *login, const char *name, const char *role)
{
    work->actor = (struct actor){ .account_id = account, .login = login, .name = name, .role = role, .role_label = role_label(role),
                                  .division = "", .capabilities = CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) };
}

static int64_t make_account(struct work *work, const struct registration *r, const struct account_new *wanted)
{
    const char *field;
    int64_t account = account_create(work, wanted, &field);
    if (account)
        return account;
    bool email = strcmp(field, "email") == 0, phone = strcmp(field, "phone") == 0;
    values_error(r->values, email && r->email ? "company" : phone && r->phone ? "account_name" : email ? "email" : phone ? "phone" : "account_name",
                 email ? "该邮箱已被其他账号使用，请使用已有账号登录，或更换邮箱后重新注册"
                 : phone ? "该手机号码已被其他账号使用，请使用已有账号登录，或更换号码" : "账号名称已被使用，请更换");
    return 0;
}

static const char *create_company(struct work *work, void *arg)
{
    const struct registration *r = arg;
    struct form_values *values = r->values;
    const char *name = utf8_cut(work->arena, values_text(values, "company"), NAME_CHARACTERS);
    const char *kind = *values_text(values, "kind") ? values_text(values, "kind") : "operator";
    const char *login = values_text(values, "account_name"), *phone = r->phone ? r->phone : values_text(values, "phone");
    int64_t account = make_account(work, r, &(struct account_new){ .login = login, .name = name, .role = kind,
        .phone = phone, .email = r->email, .password = values_text(values, "password"), .pending = true });
    if (!account)
        return NULL;
    act_as(work, account, login, name, kind);
    values_give(values, "account_id", I(account));
    if (r->email)
        values_give(values, "email", T(r->email));
    if (r->phone)
        values_give(values, "phone", T(r->phone));
    if (!*values_text(values, "kind"))
        values_give(values, "kind", T(kind));
    int64_t id = form_store(work, values, 0);
    flow_begin(work, "registration", id);
    flow_take(work, &(struct flow_move){ .flow = "registration", .action = "submit", .id = id });
    trail_write(work, "register", arena_printf(work->arena, "account:%lld", (long long)account), "done", kind, r->address);
    return login;
}

/* One account a person, even when two submissions come at the same moment: the second waits here for the first. */
static bool identity_claim(struct work *work, const char *resident_id, uint8_t key[32])
{
    crypto_keyed("citizen identity", resident_id, strlen(resident_id), key);
    return db_insert_new(work, "INSERT INTO citizen_identity (identity_key) VALUES (?)", B(key, 32));
}

static const char *create_citizen(struct work *work, void *arg)
{
    const struct registration *r = arg;
    struct form_values *values = r->values;
    const char *login = values_text(values, "account_name"), *name = values_text(values, "name");
    uint8_t key[32];
    if (!identity_claim(work, values_text(values, "resident_id"), key)) {
        values_error(values, "resident_id", "该身份证号码已实名注册，请使用已有账号登录；不是本人注册的，请联系平台核实");
        return NULL;
    }
    int64_t account = make_account(work, r, &(struct account_new){ .login = login, .name = name, .role = "citizen", .phone = r->phone,
                                                                   .password = values_text(values, "password") });
    if (!account)
        return NULL;
    db_exec(work, "UPDATE citizen_identity SET account_id = ? WHERE identity_key = ?", I(account), B(key, 32));
    act_as(work, account, login, name, "citizen");
    values_give(values, "account_id", I(account));
    values_give(values, "phone", T(r->phone));
    form_store(work, values, 0);
    trail_write(work, "register", arena_printf(work->arena, "account:%lld", (long long)account), "done", "citizen", r->address);
    return login;
}

/* As submission_once(): a finding inside leaves nothing behind, and the caller redraws its form. */
static const char *once(struct work *work, const struct registration *r, const char *(*make)(struct work *work, void *arg))
{
    const struct actor visitor = work->actor;
    if (values_wrong(r->values))
        return NULL;
    const char *login = submission_once(work, work->idempotency, make, (void *)(uintptr_t)r);
    work->actor = visitor;
    return login;
}

/* The same submission again: its account name is taken, by itself. */
static const char *stored_before(struct work *work)
{
    const char *key = work->idempotency;
    const char *login = key ? db_text(work, "SELECT result FROM submission WHERE idempotency_key = ? AND account_id = ?", T(key),
                                      I(work->actor.account_id)) : NULL;
    return login && *login ? login : NULL;
}

const char *registration_create(struct work *work, const struct registration *r)
{
    const char *before = stored_before(work);
    if (before)
        return before;
    check_account(work, r, values_text(r->values, "company"), r->phone ? r->phone : values_text(r->values, "phone"));
    check_company(r->values);
    return once(work, r, create_company);
}

const char *registration_create_citizen(struct work *work, const struct registration *r)
{
    const char *before = stored_before(work);
    if (before)
        return before;
    check_account(work, r, values_text(r->values, "name"), r->phone);
    return once(work, r, create_citizen);
}

/* --- the owner's own ------------------------------------------------------------------------------------------------ */

int64_t registration_own(struct work *work)
{
    return db_int(work, 0, Q_OWN, I(work->actor.account_id ? work->actor.account_id : -1));
}

static bool may_change(const char *state)
{
    return state && (strcmp(state, "draft") == 0 || strcmp(state, "refused") == 0 || strcmp(state, "returned") == 0);
}

struct form_values *registration_to_change(struct work *work, int64_t id)
{
    const char *state = db_text(work, "SELECT state FROM operator_registration WHERE id = ? AND account_id = ?", I(id), I(work->actor.account_id));
    return may_change(state) ? form_load(work, "registration-edit", id, I(work->actor.account_id)) : NULL;
}

bool registration_change(struct work *work, struct form_values *values, int64_t id)
{
    const char *state = db_text(work, Q_STATE, I(id), I(work->actor.account_id));
    if (!state)
        fail(work, FAIL_MISSING, "%s", "");
    if (!may_change(state))
        fail(work, FAIL_CONFLICT, "注册申请当前为「%s」，不能修改。请返回运营商概览查看。", flow_state_label("registration", state));
    check_company(values);
    if (values_wrong(values))
        return false;
    values_give(values, "account_id", I(work->actor.account_id));
    form_store(work, values, id);
    db_exec(work, Q_NAME, T(utf8_cut(work->arena, values_text(values, "company"), NAME_CHARACTERS)), I(work->actor.account_id));
    flow_take(work, &(struct flow_move){ .flow = "registration", .id = id,
                                         .action = strcmp(state, "draft") == 0 ? "submit" : "resubmit" });
    return true;
}
