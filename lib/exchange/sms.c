/* sms: see the header. */
#include "exchange/sms.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/text.h"

enum { ANSWER_MOST = 64 * 1024, GROWS = 6 };    /* one byte becomes at most six: \u0001 */

static char *put_encoded(char *out, const char *value, enum sms_place place)
{
    for (; *value; value++) {
        const unsigned char c = (unsigned char)*value;
        bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || strchr("-._~", c);
        if (place == SMS_ADDRESS && !plain)
            out += sprintf(out, "%%%02X", c);
        else if (place == SMS_JSON && (c == '"' || c == '\\'))
            *out++ = '\\', *out++ = (char)c;
        else if (place == SMS_JSON && c < 0x20)
            out += sprintf(out, "\\u%04x", c);
        else if (place != SMS_HEADER || c >= 0x20)
            *out++ = (char)c;
    }
    return out;
}

char *sms_fill(struct arena *arena, const char *pattern, const struct sms *sms, const char *sign, const char *key,
               enum sms_place place)
{
    const struct { const char *name, *value; } names[] = { { "{phone}", sms->phone }, { "{text}", sms->text },
        { "{time}", sms->time }, { "{nonce}", sms->nonce }, { "{sign}", sign }, { "{key}", key } };
    enum { NAMES = sizeof names / sizeof *names };
    size_t room = strlen(pattern) + 1;
    for (const char *p = pattern; *p; p++)
        for (size_t i = 0; *p == '{' && i < NAMES; i++)
            if (names[i].value && text_has_prefix(p, names[i].name))
                room += strlen(names[i].value) * GROWS;
    char *out = arena_alloc(arena, room), *o = out;
    while (*pattern) {
        size_t i = 0;
        while (i < NAMES && !(names[i].value && text_has_prefix(pattern, names[i].name)))
            i++;
        if (i < NAMES) {
            o = put_encoded(o, names[i].value, place);
            pattern += strlen(names[i].name);
        } else {
            *o++ = *pattern++;
        }
    }
    return out;
}

const char *sms_sign(struct arena *arena, const struct sms_provider *p, const struct sms *sms)
{
    uint8_t digest[32];
    const char *text = sms_fill(arena, p->sign_text, sms, NULL, p->sign_key, SMS_AS_IS);
    if (strcmp(p->sign, "none") == 0)
        return "";
    if (strcmp(p->sign, "sha256") == 0)
        crypto_sha256(text, strlen(text), digest);
    else
        crypto_hmac_sha256(p->sign_key, strlen(p->sign_key), text, strlen(text), digest);
    if (strcmp(p->sign, "hmac-base64") != 0)
        return text_hex(arena, digest, 32);
    size_t room = sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_ORIGINAL);
    return sodium_bin2base64(arena_alloc(arena, room), room, digest, 32, sodium_base64_VARIANT_ORIGINAL);
}

/* --- the wire --------------------------------------------------------------------------------------------- */

struct heard { char text[ANSWER_MOST + 1]; size_t size; };

static size_t heard_take(char *bytes, size_t one, size_t count, void *arg)
{
    struct heard *heard = arg;
    if (one * count > ANSWER_MOST - heard->size)
        return 0;
    memcpy(heard->text + heard->size, bytes, one * count);
    heard->size += one * count;
    return one * count;
}

static struct curl_slist *fill_headers(struct arena *arena, const struct sms_provider *p, const struct sms *sms, const char *sign)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    if (*p->content_type)
        list = curl_slist_append(list, arena_printf(arena, "Content-Type: %s", p->content_type));
    for (char *rest = arena_copy(arena, p->headers), *one; (one = strsep(&rest, "|"));) {
        one += strspn(one, " ");
        if (*one)
            list = curl_slist_append(list, sms_fill(arena, one, sms, sign, NULL, SMS_HEADER));
    }
    return list;
}

static const char *failure_words(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:     return "短信平台的域名无法解析";
    case CURLE_COULDNT_CONNECT:          return "无法连接短信平台";
    case CURLE_OPERATION_TIMEDOUT:       return "短信平台未在规定时间内应答";
    case CURLE_PEER_FAILED_VERIFICATION: return "短信平台的 HTTPS 证书无效";
    case CURLE_SSL_CACERT_BADFILE:       return "配置的 CA 证书文件无法读取";
    case CURLE_UNSUPPORTED_PROTOCOL:     return "短信平台地址应以 https:// 开头";
    default:                             return "与短信平台通信中断";
    }
}

/* Refused by status: 4xx is final but for 408 and 429. A 2xx without the accepted words is the provider's own refusal of
 * this message: final too, since a second try may cost and reach twice. */
static void judge(struct arena *arena, const struct sms_provider *p, CURLcode code, long status, const struct heard *heard,
                  struct delivery *out)
{
    if (code != CURLE_OK) {
        out->later = true;
        out->why = failure_words(code);
    } else if (status < 200 || status > 299) {
        out->later = status >= 500 || status == 408 || status == 429;
        out->why = arena_printf(arena, "短信平台返回 HTTP 状态 %ld", status);
    } else if (*p->accepted && !strstr(heard->text, p->accepted)) {
        out->why = arena_printf(arena, "短信平台未受理：%s",
                                utf8_cut(arena, utf8_repair(arena, heard->text, strlen(heard->text)), 80));
    } else {
        out->done = true;
    }
}

static void set_provider(CURL *curl, const struct sms_provider *p, const char *url, const char *body)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, p->seconds);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, p->seconds);
    if (strcmp(p->method, "GET") != 0) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, p->method);
    }
    if (*p->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, p->ca_file);
}

void sms_send(struct arena *arena, const struct sms_provider *p, const struct sms *sms, struct delivery *out)
{
    struct heard *heard = arena_alloc(arena, sizeof *heard);
    const char *sign = sms_sign(arena, p, sms);
    enum sms_place place = strstr(p->content_type, "json") ? SMS_JSON : strstr(p->content_type, "urlencoded") ? SMS_ADDRESS : SMS_AS_IS;
    *out = (struct delivery){ .why = "" };
    CURL *curl = curl_easy_init();
    if (!curl)
        abort();
    struct curl_slist *headers = fill_headers(arena, p, sms, sign);
    long status = 0;
    set_provider(curl, p, sms_fill(arena, p->url, sms, sign, NULL, SMS_ADDRESS), sms_fill(arena, p->body, sms, sign, NULL, place));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, heard_take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, heard);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    judge(arena, p, code, status, heard, out);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
}
