/* payment: words met in operators' free text, each with the bit it means. Pure. */
#include "domain/payment.h"

#include <string.h>

#include "core/dict.h"
#include "core/text.h"

static const struct { const char *word; unsigned mask; } words[] = {
    { "刷卡", PAYMENT_CARD },     { "ic卡", PAYMENT_CARD },     { "充电卡", PAYMENT_CARD },  { "银行卡", PAYMENT_CARD },
    { "信用卡", PAYMENT_CARD },   { "card", PAYMENT_CARD },     { "线上", PAYMENT_ONLINE },  { "在线", PAYMENT_ONLINE },
    { "网上", PAYMENT_ONLINE },   { "扫码", PAYMENT_ONLINE },   { "扫描", PAYMENT_ONLINE },  { "二维码", PAYMENT_ONLINE },
    { "app", PAYMENT_ONLINE },    { "小程序", PAYMENT_ONLINE }, { "公众号", PAYMENT_ONLINE }, { "微信", PAYMENT_ONLINE },
    { "支付宝", PAYMENT_ONLINE }, { "云闪付", PAYMENT_ONLINE }, { "手机", PAYMENT_ONLINE },  { "无感", PAYMENT_ONLINE },
    { "即插即充", PAYMENT_ONLINE }, { "账户", PAYMENT_ONLINE }, { "余额", PAYMENT_ONLINE },  { "online", PAYMENT_ONLINE },
    { "subscription", PAYMENT_ONLINE }, { "pay_per_use", PAYMENT_ONLINE },
    { "现金", PAYMENT_CASH },     { "cash", PAYMENT_CASH },     { "免费", PAYMENT_FREE },    { "free", PAYMENT_FREE },
};

/* "不支持现金" and the like: what stands shortly before the word takes it back. */
static int is_denied(const char *text, const char *at)
{
    static const char *const denials[] = { "不支持", "不收", "暂不", "非", "无法" };

    for (size_t i = 0; i < sizeof denials / sizeof denials[0]; i++) {
        size_t length = strlen(denials[i]);
        if ((size_t)(at - text) >= length && memcmp(at - length, denials[i], length) == 0)
            return 1;
    }
    return 0;
}

unsigned payment_mask(const char *text)
{
    unsigned mask = 0;
    if (!text || !*text)
        return 0;
    struct arena *arena = arena_new();
    const char *folded = text_folded(arena, text);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (const char *at = strstr(folded, words[i].word); at && !(mask & words[i].mask);
             at = strstr(at + 1, words[i].word))
            if (!is_denied(folded, at))
                mask |= words[i].mask;
    arena_free(arena);
    return mask;
}

const char *payment_words(struct arena *arena, unsigned mask)
{
    const char *out = "";
    const struct dict *dict = dict_find("payment");

    for (size_t i = 0; dict && i < dict_count(dict); i++) {
        int64_t bit;
        if (text_to_int(dict_code(dict, i), 0, 255, &bit) && (mask & bit))
            out = arena_printf(arena, "%s%s%s", out, *out ? "、" : "", dict_name(dict, i));
    }
    return out;
}
