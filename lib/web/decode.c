/* decode: names and values out of a query, a form body and cookies. Strict: what is not UTF-8, has a NUL or
 * a broken escape is refused with words; nothing is guessed. */
#include <ctype.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "web/io.h"

void pairs_add(struct arena *arena, struct pairs *pairs, const char *name, const char *value)
{
    if (pairs->count == pairs->room) {
        size_t room = pairs->room ? pairs->room * 2 : 16;
        struct pair *list = arena_alloc(arena, room * sizeof *list);
        if (pairs->count)
            memcpy(list, pairs->list, pairs->count * sizeof *list);
        pairs->list = list;
        pairs->room = room;
    }
    pairs->list[pairs->count++] = (struct pair){ name, value };
}

const char *pairs_get(const struct pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->list[i].name, name) == 0)
            return pairs->list[i].value;
    return NULL;
}

static int hex(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

char *url_decode(struct work *work, const char *text, size_t size, bool plus_is_blank)
{
    char *out = arena_alloc(work->arena, size + 1), *o = out;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < size ? hex(text[i + 1]) : -1;
            int low = i + 2 < size ? hex(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                fail(work, FAIL_MALFORMED, "地址或表单中有不完整的转义字符（%%），请从页面重新进入。");
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        *o++ = c;
    }
    if (!utf8_valid(out, (size_t)(o - out)))
        fail(work, FAIL_MALFORMED, "提交的文字不是有效的 UTF-8 编码，请检查浏览器编码后重新提交。");
    return out;
}

void decode_urlencoded(struct request *rq, const char *text)
{
    struct web_io *io = rq->io;
    size_t most = (size_t)config_int("Web.Parameters");
    while (*text) {
        size_t size = strcspn(text, "&");
        if (size) {
            const char *equal = memchr(text, '=', size);
            size_t name = equal ? (size_t)(equal - text) : size;
            if (io->given.count >= most)
                fail(&rq->work, FAIL_MALFORMED, "一次提交的项目过多（最多 %zu 项），请减少选择后重新提交。", most);
            pairs_add(rq->work.arena, &io->given, url_decode(&rq->work, text, name, true),
                      equal ? url_decode(&rq->work, equal + 1, size - name - 1, true) : "");
        }
        text += size + (text[size] == '&');
    }
}

/* Cookies of other programs on the same host are not ours to judge: a bad one is skipped, not refused. */
void decode_cookies(struct request *rq, const char *header)
{
    while (header && *header) {
        header += strspn(header, " \t;");
        size_t size = strcspn(header, ";");
        const char *equal = memchr(header, '=', size);
        if (equal && utf8_valid(header, size) && rq->io->cookies.count < 60)
            pairs_add(rq->work.arena, &rq->io->cookies,
                      arena_copy_n(rq->work.arena, header, (size_t)(equal - header)),
                      arena_copy_n(rq->work.arena, equal + 1, size - (size_t)(equal - header) - 1));
        header += size;
    }
}

/* Behind TLS no other host below the same domain can set a cookie for us, nor one that came in the clear (RFC 6265bis
 * 4.1.3.2; OWASP ASVS 5, 3.3.1). */
const char *cookie_name(struct arena *arena, const char *name)
{
    return config_bool("Web.SecureCookies") ? arena_printf(arena, "__Host-%s", name) : name;
}

const char *cookie_get(struct request *rq, const char *name)
{
    return pairs_get(&rq->io->cookies, cookie_name(rq->work.arena, name));
}
