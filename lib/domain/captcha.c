#include "domain/captcha.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"

#define Q_USE "INSERT INTO captcha_used (nonce) VALUES (?)"
#define Q_PURGE "DELETE FROM captcha_used WHERE used_at < NOW(3) - INTERVAL 1 DAY LIMIT 1000"

enum { LETTERS = 5, LIFE_MS = 10 * 60 * 1000, NONCE = 16 };
static const char ALPHABET[] = "ACDEFGHJKLMNPQRTUVWXY3479";      /* nothing that looks like something else */
static const char *const digits[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十" };
static const char *const words[] = { "充电站", "新能源", "电动车", "互联互通", "政务服务", "停车场", "高速公路", "服务区" };

struct challenge {
    int64_t     until;
    const char *nonce, *letters, *answer, *question;
};

static uint32_t pick(uint32_t below)
{
    uint32_t raw;
    crypto_random(&raw, sizeof raw);
    return raw % below;
}

static const char *chinese_number(struct work *work, uint32_t n)
{
    if (n <= 10)
        return digits[n];
    return arena_printf(work->arena, "%s十%s", n / 10 > 1 ? digits[n / 10] : "", n % 10 ? digits[n % 10] : "");
}

static void ask_sum(struct work *work, struct challenge *c)
{
    uint32_t a = 10 + pick(40), b = 1 + pick(9);
    bool minus = pick(2);
    c->question = arena_printf(work->arena, "%s%s%s等于多少？请填写数字。", chinese_number(work, a), minus ? "减" : "加",
                               chinese_number(work, b));
    c->answer = arena_printf(work->arena, "%u", minus ? a - b : a + b);
}

static void ask_word(struct work *work, struct challenge *c)
{
    const char *word = words[pick(sizeof words / sizeof *words)];
    uint32_t at = pick((uint32_t)utf8_length(word));
    c->question = arena_printf(work->arena, "词语「%s」的第%s个字是什么？", word, digits[at + 1]);
    c->answer = arena_copy_n(work->arena, word + 3 * at, 3);     /* Han characters of three bytes */
}

/* The sealed text goes into forms and addresses: base64's + / = become - _ . there. */
static char *swap(struct work *work, const char *text, const char *from, const char *to)
{
    char *out = arena_copy(work->arena, text);
    for (char *c = out; *c; c++) {
        const char *found = strchr(from, *c);
        if (found)
            *c = to[found - from];
    }
    return out;
}

const char *captcha_new(struct work *work)
{
    struct challenge c = { 0 };
    char letters[LETTERS + 1] = "";
    for (int i = 0; i < LETTERS; i++)
        letters[i] = ALPHABET[pick(sizeof ALPHABET - 1)];
    (pick(2) ? ask_sum : ask_word)(work, &c);
    const char *plain = arena_printf(work->arena, "%lld|%s|%s|%s|%s", (long long)clock_now() + LIFE_MS,
                                     crypto_token(work->arena, NONCE), letters, c.answer, c.question);
    return swap(work, secret_seal(work->arena, plain, "captcha"), "+/=", "-_.");
}

static bool challenge_open(struct work *work, const char *token, struct challenge *c)
{
    char *plain = token && *token ? secret_open(work->arena, swap(work, token, "-_.", "+/="), "captcha") : NULL;
    if (!plain)
        return false;
    c->until = strtoll(strsep(&plain, "|"), NULL, 10);
    c->nonce = strsep(&plain, "|");
    c->letters = strsep(&plain, "|");
    c->answer = strsep(&plain, "|");
    c->question = plain;
    return c->question && c->until > clock_now();
}

const char *captcha_text(struct work *work, const char *token)
{
    struct challenge c;
    return challenge_open(work, token, &c) ? c.letters : NULL;
}

const char *captcha_question(struct work *work, const char *token)
{
    struct challenge c;
    return challenge_open(work, token, &c) ? c.question : NULL;
}

/* 「十二」 for 12 is right as well. */
static bool same_number(struct work *work, const char *answer, const char *given)
{
    int64_t number;
    return text_to_int(answer, 0, 99, &number) && strcmp(chinese_number(work, (uint32_t)number), given) == 0;
}

bool captcha_check(struct work *work, const char *token, const char *answer)
{
    struct challenge c;
    uint8_t nonce[32];
    if (!challenge_open(work, token, &c))
        return false;
    crypto_sha256(c.nonce, strlen(c.nonce), nonce);
    if (!db_insert_new(work, Q_USE, B(nonce, NONCE)))
        return false;
    const char *given = text_normal(work->arena, answer);
    return *given && (strcasecmp(given, c.letters) == 0 || strcmp(given, c.answer) == 0 || same_number(work, c.answer, given));
}

void captcha_purge(struct work *work)
{
    db_exec(work, Q_PURGE);
}
