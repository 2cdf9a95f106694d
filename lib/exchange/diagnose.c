/* diagnose: see the header. */
#include "exchange/diagnose.h"

#include <ctype.h>
#include <string.h>

#include "core/text.h"

/* --- what was signed instead ------------------------------------------------------------------------------------------------ */

static bool signs(const char *secret, const char *const parts[], size_t count, const char *sig)
{
    char made[SEAL_SIG_SIZE + 1];
    seal_sign(secret, parts, count, made);
    return seal_same_sig(made, sig);
}

static const char *other_key(const struct envelope *e, const char *const whole[4], const struct diagnose_with *with)
{
    const struct { const char *secret, *words; } tries[] = {
        { with->keys->data_secret, "签名用了消息密钥 DataSecret；请改用签名密钥 SigSecret" },
        { with->keys->operator_secret, "签名用了运营商密钥 OperatorSecret；请改用签名密钥 SigSecret" },
        { with->keys->data_secret_iv, "签名用了初始化向量 DataSecretIV；请改用签名密钥 SigSecret" },
        { with->other ? with->other->sig_secret : NULL, "签名用了另一个方向的签名密钥；您的平台调用本平台时，请使用本平台分配的密钥" } };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        if (tries[i].secret && signs(tries[i].secret, whole, 4, e->sig))
            return tries[i].words;
    return NULL;
}

static const char *other_text(const struct envelope *e, const struct diagnose_with *with, struct arena *arena)
{
    size_t size = 0;
    const char *plain = seal_decrypt(arena, with->keys, e->data, &size), *secret = with->keys->sig_secret;
    char *one_line = arena_copy(arena, e->data), *end = one_line;
    for (const char *c = e->data; *c; c++)
        if (!isspace((unsigned char)*c))
            *end++ = *c;
    *end = '\0';
    const struct { const char *parts[4]; size_t count; const char *words; } tries[] = {
        { { e->operator_id, one_line, e->time_stamp, e->seq }, 4, "签名时去掉了 Data 中的换行；签名和发送的 Data 应完全相同，请发送不换行的 base64" },
        { { e->operator_id, plain ? plain : "", e->time_stamp, e->seq }, 4, "签名用了加密前的明文；请用加密后的 Data 参与签名" },
        { { e->data }, 1, "只对 Data 签名；还应包括 OperatorID、TimeStamp 和 Seq" },
        { { e->operator_id, e->data, e->time_stamp }, 3, "签名缺少 Seq" },
        { { e->operator_id, e->data }, 2, "签名缺少 TimeStamp 和 Seq" },
        { { e->data, e->time_stamp, e->seq }, 3, "签名缺少 OperatorID" },
        { { e->operator_id, e->time_stamp, e->seq, e->data }, 4, "签名的拼接顺序不对；顺序为 OperatorID、Data、TimeStamp、Seq" },
        { { e->operator_id, e->data, e->seq, e->time_stamp }, 4, "签名的拼接顺序不对；TimeStamp 在前，Seq 在后" },
        { { e->time_stamp, e->seq, e->operator_id, e->data }, 4, "签名的拼接顺序不对；顺序为 OperatorID、Data、TimeStamp、Seq" } };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        if (signs(secret, tries[i].parts, tries[i].count, e->sig))
            return tries[i].words;
    return NULL;
}

const char *diagnose_sig(const struct envelope *e, const struct diagnose_with *with, struct arena *arena)
{
    const char *const whole[4] = { e->operator_id, e->data, e->time_stamp, e->seq };
    const char *words = other_key(e, whole, with);
    words = words ? words : other_text(e, with, arena);
    return words ? words : "";
}

const char *diagnose_reply_sig(struct arena *arena, const struct reply *r, const struct key_set *keys, const struct key_set *other)
{
    const char *ret = arena_printf(arena, "%d", r->ret);
    size_t size = 0;
    const char *plain = seal_decrypt(arena, keys, r->data, &size), *whole[] = { ret, r->msg, r->data };
    if (!*r->sig)
        return "应答没有签名；请对 Ret、Msg、Data 依次拼接的文本计算 HMAC-MD5";
    if (other && signs(other->sig_secret, whole, 3, r->sig))
        return "应答用了另一个方向的签名密钥；应答与请求使用同一组密钥";
    if (signs(keys->data_secret, whole, 3, r->sig))
        return "应答签名用了消息密钥 DataSecret；请改用签名密钥 SigSecret";
    if (signs(keys->sig_secret, (const char *[]){ r->data }, 1, r->sig))
        return "应答只对 Data 签名；还应包括 Ret 和 Msg";
    if (signs(keys->sig_secret, (const char *[]){ ret, r->data }, 2, r->sig))
        return "应答签名缺少 Msg";
    if (plain && signs(keys->sig_secret, (const char *[]){ ret, r->msg, plain }, 3, r->sig))
        return "应答签名用了加密前的明文；请用加密后的 Data 参与签名";
    return "请核对签名密钥，并对 Ret、Msg、Data 依次拼接的文本计算 HMAC-MD5，转为大写十六进制";
}

/* --- what was encrypted instead --------------------------------------------------------------------------------------------- */

static const char *data_hint(struct arena *arena, const char *data, const struct diagnose_with *with)
{
    size_t size = 0;
    struct key_set turned = *with->keys;
    memcpy(turned.data_secret, with->keys->data_secret_iv, sizeof turned.data_secret);
    memcpy(turned.data_secret_iv, with->keys->data_secret, sizeof turned.data_secret_iv);
    if (data[strspn(data, " \r\n\t")] == '{')
        return "Data 是未加密的 JSON；请先用消息密钥加密，再转为 base64";
    if (with->other && seal_decrypt(arena, with->other, data, &size))
        return "Data 用了另一个方向的消息密钥；您的平台调用本平台时，请使用本平台分配的密钥";
    if (seal_decrypt(arena, &turned, data, &size))
        return "消息密钥和初始化向量用反了；请对调 DataSecret 与 DataSecretIV";
    if (strlen(data) % 32 == 0 && strspn(data, "0123456789abcdefABCDEF") == strlen(data))
        return "Data 是十六进制文本；密文应转为 base64";
    return "请核对消息密钥 DataSecret、初始化向量 DataSecretIV（均为 16 个字符，直接按字节使用，不作十六进制解码），以及 AES-128-CBC、PKCS7 填充";
}

/* --- the steps ------------------------------------------------------------------------------------------------------------------- */

static void step_read(struct arena *arena, const char *text, size_t size, struct envelope *e, struct diagnose_step *step)
{
    struct verdict verdict = envelope_read(arena, text, size, e);
    bool answer = verdict.ret != RET_OK && size && utf8_valid(text, size) && strstr(arena_copy_n(arena, text, size), "\"Ret\"");
    *step = (struct diagnose_step){ "读取信封", verdict.ret == RET_OK ? STEP_GOOD : STEP_BAD,
        verdict.ret == RET_OK ? "五项参数齐全，格式正确" : verdict.text,
        answer ? "这是应答报文（含 Ret）；这里只检查请求报文" : "" };
}

static void step_who(struct arena *arena, const struct envelope *e, const struct diagnose_with *with, struct diagnose_step *step)
{
    bool same = strcmp(e->operator_id, with->code) == 0;
    *step = (struct diagnose_step){ "识别运营商", same ? STEP_GOOD : STEP_BAD,
        same ? arena_printf(arena, "OperatorID %s 已在本平台登记", e->operator_id)
             : arena_printf(arena, "OperatorID %s 不是贵司的标识", e->operator_id),
        same ? "" : arena_printf(arena, "请求的 OperatorID 应填调用方自己的标识 %s", with->code) };
}

static void step_sig(struct arena *arena, const struct envelope *e, const struct diagnose_with *with, struct diagnose_step *step)
{
    bool good = envelope_check_sig(e, with->keys).ret == RET_OK;
    const char *probably = good ? "" : diagnose_sig(e, with, arena);
    *step = (struct diagnose_step){ "验证签名", good ? STEP_GOOD : STEP_BAD, good ? "签名 Sig 正确" : "签名 Sig 与本平台计算的结果不一致",
        good ? "" : *probably ? probably : "请核对签名密钥 SigSecret，并对下方的「签名原文」计算 HMAC-MD5（不是普通 MD5），转为大写十六进制" };
}

static void step_time(struct arena *arena, const struct envelope *e, const struct diagnose_with *with, struct diagnose_step *step)
{
    struct verdict verdict = envelope_check_time(arena, e, with->now, with->window);
    int64_t apart = e->at - with->now;
    bool utc = apart < -28200000 && apart > -29400000;                   /* eight hours behind, ten minutes either way */
    *step = (struct diagnose_step){ "核对时间", verdict.ret == RET_OK ? STEP_GOOD : STEP_BAD,
        verdict.ret == RET_OK ? "TimeStamp 在允许的时间差以内" : verdict.text,
        verdict.ret == RET_OK ? "" : utc ? "TimeStamp 用了世界协调时；应为北京时间（早 8 小时）" : "粘贴较早的报文时，时间一步不通过属正常现象" };
}

static void step_open(struct arena *arena, const struct envelope *e, const struct diagnose_with *with, struct diagnosed *out,
                      struct diagnose_step *step)
{
    out->plain = seal_decrypt(arena, with->keys, e->data, &out->plain_size);
    *step = (struct diagnose_step){ "解密 Data", out->plain ? STEP_GOOD : STEP_BAD, out->plain ? "解密成功" : "Data 无法解密",
                                    out->plain ? "" : data_hint(arena, e->data, with) };
}

static void step_json(struct arena *arena, const struct envelope *e, const struct diagnose_with *with, struct diagnosed *out,
                      struct diagnose_step *step)
{
    struct verdict verdict = envelope_open(arena, e, with->keys, &out->data);
    bool letters = out->plain && !utf8_valid(out->plain, out->plain_size);
    *step = (struct diagnose_step){ "读取业务数据", verdict.ret == RET_OK ? STEP_GOOD : STEP_BAD,
        verdict.ret == RET_OK ? "业务数据是合法的 JSON 对象" : verdict.text,
        verdict.ret == RET_OK ? "" : letters ? "明文可能是 GBK 编码；加密前请转为 UTF-8" : "请检查加密前的 JSON 是否完整，以及加密时是否多加了字节" };
}

void diagnose_request(struct arena *arena, const char *text, size_t size, const struct diagnose_with *with, struct diagnosed *out)
{
    static const char *const labels[DIAGNOSE_STEPS] = { "读取信封", "识别运营商", "验证签名", "核对时间", "解密 Data", "读取业务数据" };
    struct envelope e;
    *out = (struct diagnosed){ .base = NULL };
    for (int i = 0; i < DIAGNOSE_STEPS; i++)
        out->steps[i] = (struct diagnose_step){ labels[i], STEP_SKIPPED, "前面的步骤通过后才能检查", "" };
    step_read(arena, text, size, &e, &out->steps[0]);
    if (out->steps[0].state == STEP_GOOD) {
        out->base = arena_printf(arena, "%s%s%s%s", e.operator_id, e.data, e.time_stamp, e.seq);
        step_who(arena, &e, with, &out->steps[1]);
        step_sig(arena, &e, with, &out->steps[2]);
        step_time(arena, &e, with, &out->steps[3]);
        step_open(arena, &e, with, out, &out->steps[4]);
        if (out->plain)
            step_json(arena, &e, with, out, &out->steps[5]);
    }
    out->good = true;
    for (int i = 0; i < DIAGNOSE_STEPS; i++)
        out->good = out->good && out->steps[i].state == STEP_GOOD;
}
