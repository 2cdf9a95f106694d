/* mail: see the header. */
#include "exchange/mail.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { WORD_BYTES = 39, LINE_BYTES = 57 };      /* base64 of these fits a line of 78 behind "Subject: ", and of 76 */

bool mail_address_good(const char *address)
{
    static const char local[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-";
    static const char domain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    size_t n = strspn(address, local);
    const char *host = address + n + 1;
    if (!n || n > 64 || address[n] != '@' || strlen(address) > 254 || address[0] == '.' || address[n - 1] == '.')
        return false;
    return *host && strspn(host, domain) == strlen(host) && *host != '.' && *host != '-' && host[strlen(host) - 1] != '.'
        && !strstr(address, "..");
}

static char *base64(struct arena *arena, const char *data, size_t size)
{
    size_t room = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL);
    return sodium_bin2base64(arena_alloc(arena, room), room, (const unsigned char *)data, size, sodium_base64_VARIANT_ORIGINAL);
}

/* Bytes of whole characters, at most `most`. */
static size_t whole_characters(const char *text, size_t most)
{
    size_t n = strnlen(text, most + 1);
    if (n <= most)
        return n;
    for (n = most; n && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
        ;
    return n;
}

/* RFC 2047 B encoding, always: what is encoded cannot break a line or end a quote. */
static const char *encoded_words(struct arena *arena, const char *text)
{
    const char *out = "";
    for (size_t n; *text; text += n) {
        n = whole_characters(text, WORD_BYTES);
        if (!n)                                      /* not UTF-8: never stands still */
            n = 1;
        out = arena_printf(arena, "%s%s=?UTF-8?B?%s?=", out, *out ? "\r\n " : "", base64(arena, text, n));
    }
    return out;
}

static const char *date_header(struct arena *arena, int64_t at)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int day = atoi(time_format(arena, at, "%w")), month = atoi(time_format(arena, at, "%m"));
    return arena_printf(arena, "%s, %s %s %s +0800", days[day % 7], time_format(arena, at, "%d"), months[(month + 11) % 12],
                        time_format(arena, at, "%Y %H:%M:%S"));
}

/* Line ends become CRLF (RFC 2045, 6.8), then base64 in lines of 76. */
static const char *encoded_body(struct arena *arena, const char *text)
{
    char *crlf = arena_alloc(arena, strlen(text) * 2 + 3), *o = crlf;
    for (; *text; text++) {
        if (*text == '\r')
            continue;
        if (*text == '\n')
            *o++ = '\r';
        *o++ = *text;
    }
    size_t size = (size_t)(o - crlf), lines = size / LINE_BYTES + 1;
    char *out = arena_alloc(arena, lines * 80), *w = out;
    for (size_t at = 0; at < size; at += LINE_BYTES)
        w += sprintf(w, "%s\r\n", base64(arena, crlf + at, size - at < LINE_BYTES ? size - at : LINE_BYTES));
    return out;
}

char *mail_message(struct arena *arena, const struct mail *m)
{
    const char *domain = strrchr(m->from, '@');
    return arena_printf(arena, "Date: %s\r\nFrom: %s%s<%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <%s@%s>\r\n"
                        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\n%s",
                        date_header(arena, m->at), encoded_words(arena, m->from_name), *m->from_name ? "\r\n " : "", m->from, m->to,
                        encoded_words(arena, m->subject), m->message_key, domain ? domain + 1 : "localhost",
                        encoded_body(arena, m->text));
}

/* --- the wire --------------------------------------------------------------------------------------------- */

struct source { const char *text; size_t left; };

static size_t source_read(char *out, size_t one, size_t count, void *arg)
{
    struct source *source = arg;
    size_t n = source->left < one * count ? source->left : one * count;
    memcpy(out, source->text, n);
    source->text += n;
    source->left -= n;
    return n;
}

static const char *failure_words(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:     return "邮件服务器的域名无法解析";
    case CURLE_COULDNT_CONNECT:          return "无法连接邮件服务器";
    case CURLE_OPERATION_TIMEDOUT:       return "邮件服务器未在规定时间内应答";
    case CURLE_PEER_FAILED_VERIFICATION: return "邮件服务器的证书无效";
    case CURLE_USE_SSL_FAILED:           return "邮件服务器不支持加密传输";
    case CURLE_SSL_CACERT_BADFILE:       return "配置的 CA 证书文件无法读取";
    case CURLE_LOGIN_DENIED:             return "邮件服务器拒绝了配置的账号或密码";
    default:                             return "与邮件服务器通信中断";
    }
}

/* A final answer of the server (5xx) is final, but not the refusal of our own log-in: staff mend the configuration.
 * Nothing is known of an interrupted delivery: it is tried again under the same Message-ID. */
static void judge(struct arena *arena, CURLcode code, long status, struct delivery *out)
{
    out->done = code == CURLE_OK;
    if (out->done)
        return;
    bool certificate = code == CURLE_LOGIN_DENIED || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED;
    out->later = certificate || status < 500 || status > 599;
    out->why = !certificate && status >= 400 ? arena_printf(arena, "邮件服务器返回 %ld", status)
                                             : arena_printf(arena, "%s", failure_words(code));
}

static void set_server(CURL *curl, const struct mail_server *server)
{
    curl_easy_setopt(curl, CURLOPT_URL, server->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, server->plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, server->seconds);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, server->seconds);
    if (*server->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, server->ca_file);
    if (*server->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password);
    }
}

void mail_send(struct arena *arena, const struct mail_server *server, const struct mail *mail, struct delivery *out)
{
    *out = (struct delivery){ .why = "" };
    if (!mail_address_good(mail->to) || !mail_address_good(mail->from)) {
        out->why = "邮箱地址格式不正确";
        return;
    }
    CURL *curl = curl_easy_init();
    if (!curl)
        abort();
    const char *message = mail_message(arena, mail);
    struct source source = { message, strlen(message) };
    struct curl_slist *to = curl_slist_append(NULL, mail->to);
    long status = 0;
    set_server(curl, server);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, source_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, &source);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    judge(arena, code, status, out);
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
}
