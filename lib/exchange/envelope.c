/* envelope.c: see envelope.h. */
#include "exchange/envelope.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/text.h"

#define READ_FLAGS (JSON_REJECT_DUPLICATES)
#define RET_MOST   99999

static struct verdict refuse(enum exchange_ret ret, const char *text)
{
    return (struct verdict){ ret, text };
}

bool operator_id_valid(const char *text)
{
    size_t n = 0;
    for (; text[n]; n++)
        if (!isdigit((unsigned char)text[n]) && !(text[n] >= 'A' && text[n] <= 'Z'))
            return false;
    return n == OPERATOR_ID_SIZE;
}

static bool all_digits(const char *text, size_t size)
{
    return strlen(text) == size && strspn(text, "0123456789") == size;
}

/* One required string member into the arena; a complaint when it is absent, no string or empty. */
static const char *member_read(struct arena *arena, const json_t *object, const char *name, const char **out)
{
    const json_t *value = json_object_get(object, name);
    if (!value)
        return arena_printf(arena, "缺少参数 %s，请补全 OperatorID、Data、TimeStamp、Seq、Sig 五项", name);
    if (!json_is_string(value))
        return arena_printf(arena, "参数 %s 应为字符串", name);
    if (json_string_length(value) == 0)
        return arena_printf(arena, "参数 %s 不能为空", name);
    *out = arena_copy(arena, json_string_value(value));
    return NULL;
}

/* yyyyMMddHHmmss that exists in the calendar: what strptime moves (31 February) is refused. */
static bool time_stamp_read(struct arena *arena, const char *text, int64_t *at)
{
    return all_digits(text, 14) && time_parse(text, "%Y%m%d%H%M%S", at)
           && strcmp(time_format(arena, *at, "%Y%m%d%H%M%S"), text) == 0;
}

static const char *members_read(struct arena *arena, const json_t *object, struct envelope *out)
{
    const struct { const char *name; const char **out; } members[] = {
        { "OperatorID", &out->operator_id }, { "Data", &out->data }, { "TimeStamp", &out->time_stamp },
        { "Seq", &out->seq }, { "Sig", &out->sig },
    };
    const char *wrong = NULL;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *complaint = member_read(arena, object, members[i].name, members[i].out);
        wrong = wrong ? wrong : complaint;
    }
    if (out->operator_id && !operator_id_valid(out->operator_id)) {
        out->operator_id = NULL;
        wrong = wrong ? wrong : "OperatorID 应为 9 位数字或大写字母（组织机构代码）";
    }
    if (wrong)
        return wrong;
    if (!time_stamp_read(arena, out->time_stamp, &out->at))
        return "TimeStamp 格式错误，应为北京时间 yyyyMMddHHmmss，共 14 位数字";
    if (!all_digits(out->seq, 4))
        return "Seq 格式错误，应为 4 位数字，如 0001";
    if (strlen(out->sig) != SEAL_SIG_SIZE || strspn(out->sig, "0123456789ABCDEFabcdef") != SEAL_SIG_SIZE)
        return "Sig 格式错误，应为 32 位大写十六进制字符（HMAC-MD5）";
    return NULL;
}

struct verdict envelope_read(struct arena *arena, const char *body, size_t size, struct envelope *out)
{
    json_error_t where;
    memset(out, 0, sizeof *out);
    if (!utf8_valid(body, size))
        return refuse(RET_PARAMETERS, "请求体不是 UTF-8 编码，请将字符集改为 UTF-8 后重发");
    json_t *object = json_loadb(body, size, READ_FLAGS, &where);
    if (!object)
        return refuse(RET_PARAMETERS, arena_printf(arena, "请求体不是合法的 JSON（第 %d 行第 %d 列附近），请检查后重发",
                                                   where.line, where.column));
    const char *wrong = json_is_object(object) ? members_read(arena, object, out)
                                               : "请求体应为 JSON 对象，含 OperatorID、Data、TimeStamp、Seq、Sig 五项";
    json_decref(object);
    if (wrong)
        return refuse(RET_PARAMETERS, wrong);

    char *upper = arena_copy(arena, out->sig);    /* either case is one message: the replay guard sees one form */
    for (char *c = upper; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    out->sig = upper;
    return VERDICT_OK;
}

struct verdict envelope_check_sig(const struct envelope *e, const struct key_set *keys)
{
    char sig[SEAL_SIG_SIZE + 1];
    seal_sign(keys->sig_secret, (const char *[]){ e->operator_id, e->data, e->time_stamp, e->seq }, 4, sig);
    return seal_same_sig(sig, e->sig) ? VERDICT_OK : envelope_sig_wrong();
}

struct verdict envelope_sig_wrong(void)
{
    return refuse(RET_SIGNATURE, "签名 Sig 错误，应以签名密钥 SigSecret 对 OperatorID+Data+TimeStamp+Seq 依次拼接的"
                                 "文本计算 HMAC-MD5，并转为大写十六进制");
}

struct verdict envelope_check_time(struct arena *arena, const struct envelope *e, int64_t now, int64_t window)
{
    int64_t apart = e->at > now ? e->at - now : now - e->at;
    if (apart <= window)
        return VERDICT_OK;
    return refuse(RET_PARAMETERS,
                  arena_printf(arena, "TimeStamp %s 与本平台时间 %s 相差超过 %lld 秒，请校准时钟（北京时间）后重发",
                               e->time_stamp, time_format(arena, now, "%Y%m%d%H%M%S"), (long long)(window / 1000)));
}

void envelope_digest(const struct envelope *e, uint8_t digest[32])
{
    /* Sizes of all but Data are fixed, so the concatenation can be read in one way only. */
    size_t data = strlen(e->data), size = OPERATOR_ID_SIZE + 14 + 4 + SEAL_SIG_SIZE + data;
    char *text = malloc(size + 1);
    if (!text)
        abort();
    stpcpy(stpcpy(stpcpy(stpcpy(stpcpy(text, e->operator_id), e->time_stamp), e->seq), e->sig), e->data);
    crypto_sha256(text, size, digest);
    free(text);
}

struct verdict envelope_open(struct arena *arena, const struct envelope *e, const struct key_set *keys, json_t **out)
{
    size_t size = 0;
    json_error_t where;
    *out = NULL;
    const char *plain = seal_decrypt(arena, keys, e->data, &size);
    if (!plain)
        return refuse(RET_BUSINESS, "Data 无法解密，应以消息密钥 DataSecret 和初始化向量 DataSecretIV 作 AES-128-CBC"
                                    "（PKCS7 填充）加密后转 base64");
    if (!utf8_valid(plain, size))
        return refuse(RET_BUSINESS, "Data 解密后不是 UTF-8 编码的文本，请核对消息密钥和字符集");
    json_t *data = json_loadb(plain, size, READ_FLAGS, &where);
    if (!data)
        return refuse(RET_BUSINESS, arena_printf(arena, "Data 解密后不是合法的 JSON（第 %d 行第 %d 列附近）", where.line, where.column));
    if (!json_is_object(data)) {
        json_decref(data);
        return refuse(RET_BUSINESS, "Data 解密后应为 JSON 对象");
    }
    *out = data;
    return VERDICT_OK;
}

/* jansson allocates with malloc; what leaves this file is arena memory. */
static char *json_to_arena(struct arena *arena, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));
    if (!text)
        abort();
    char *copy = arena_copy(arena, text);
    free(text);
    return copy;
}

char *reply_write(struct arena *arena, const struct key_set *keys, int ret, const char *msg, const json_t *data)
{
    char sig[SEAL_SIG_SIZE + 1] = "";
    const char *sealed = "";
    if (!utf8_valid(msg, strlen(msg)))              /* a sentence cut in the middle of a character */
        msg = utf8_repair(arena, msg, strlen(msg));
    if (data && keys) {
        const char *plain = json_to_arena(arena, data);
        sealed = seal_encrypt(arena, keys, plain, strlen(plain));
    }
    if (keys)
        seal_sign(keys->sig_secret, (const char *[]){ arena_printf(arena, "%d", ret), msg, sealed }, 3, sig);
    json_t *reply = json_pack("{s:i, s:s, s:s, s:s}", "Ret", ret, "Msg", msg, "Data", sealed, "Sig", sig);
    if (!reply)
        abort();
    char *text = json_to_arena(arena, reply);
    json_decref(reply);
    return text;
}

char *envelope_write(struct arena *arena, const struct key_set *keys, const char *operator_id, int64_t now, unsigned seq,
                     const json_t *data)
{
    char sig[SEAL_SIG_SIZE + 1];
    const char *plain = json_to_arena(arena, data);
    const char *sealed = seal_encrypt(arena, keys, plain, strlen(plain));
    const char *time_stamp = time_format(arena, now, "%Y%m%d%H%M%S");
    const char *number = arena_printf(arena, "%04u", seq % 10000);
    seal_sign(keys->sig_secret, (const char *[]){ operator_id, sealed, time_stamp, number }, 4, sig);
    json_t *envelope = json_pack("{s:s, s:s, s:s, s:s, s:s}", "OperatorID", operator_id, "Data", sealed,
                                 "TimeStamp", time_stamp, "Seq", number, "Sig", sig);
    if (!envelope)
        abort();
    char *text = json_to_arena(arena, envelope);
    json_decref(envelope);
    return text;
}

static const char *optional_text(struct arena *arena, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? arena_copy(arena, json_string_value(value)) : "";
}

bool reply_read(struct arena *arena, const char *body, size_t size, struct reply *out, const char **why)
{
    memset(out, 0, sizeof *out);
    json_t *object = json_loadb(body, size, READ_FLAGS, NULL);
    const json_t *ret = json_object_get(object, "Ret");      /* NULL-safe */
    int64_t number = json_integer_value(ret);
    bool good = json_is_integer(ret) ? number >= -RET_MOST && number <= RET_MOST      /* 2^32 must not become 0 */
              : json_is_string(ret) && text_to_int(json_string_value(ret), -RET_MOST, RET_MOST, &number);
    *why = !object ? "应答不是合法的 JSON" : !ret ? "应答缺少返回码 Ret" : "应答的返回码 Ret 不是规定的整数";
    if (good) {
        out->ret = (int)number;
        out->msg = optional_text(arena, object, "Msg");
        out->data = optional_text(arena, object, "Data");
        out->sig = optional_text(arena, object, "Sig");
    }
    json_decref(object);
    return good;
}

bool reply_sig_good(struct arena *arena, const struct reply *reply, const struct key_set *keys)
{
    char sig[SEAL_SIG_SIZE + 1];
    seal_sign(keys->sig_secret, (const char *[]){ arena_printf(arena, "%d", reply->ret), reply->msg, reply->data }, 3, sig);
    return seal_same_sig(sig, reply->sig);
}

json_t *reply_open(struct arena *arena, const struct reply *reply, const struct key_set *keys, const char **why)
{
    size_t size = 0;
    const char *plain = seal_decrypt(arena, keys, reply->data, &size);
    json_t *data = plain ? json_loadb(plain, size, READ_FLAGS, NULL) : NULL;
    *why = !plain ? "应答 Data 无法解密" : "应答 Data 解密后不是合法的 JSON 对象";
    if (data && !json_is_object(data)) {
        json_decref(data);
        return NULL;
    }
    return data;
}
