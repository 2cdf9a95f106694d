/* csrf: a changing request must come from our own page. Two independent proofs: the Origin (or Referer) is
 * this host, and the form carries a token bound to the visitor's session, or before log-in to a random
 * cookie. The token is an HMAC: nothing is stored, another session's token does not fit. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "web/io.h"

/* Without the key every token could be guessed: such an instance answers 500 and says why in the log. */
static const char *server_key(struct work *work)
{
    static char key[80];
    if (!key[0]) {
        FILE *file = fopen(path_in_var("secret.key"), "r");
        bool whole = file && fgets(key, sizeof key, file) && strlen(key) >= 64;
        if (file)
            fclose(file);
        if (!whole) {
            key[0] = '\0';
            fail_ours(work, "secret.key in VAR cannot be read or is too short");
        }
    }
    return key;
}

char *page_sign(struct work *work, const char *about)
{
    uint8_t digest[32];
    const char *text = arena_printf(work->arena, "page %s", about), *key = server_key(work);
    crypto_hmac_sha256(key, strlen(key), text, strlen(text), digest);
    return text_hex(work->arena, digest, 16);
}

void csrf_prepare(struct request *rq)
{
    struct arena *arena = rq->work.arena;
    const char *session = rq->io->has_session ? cookie_get(rq, "session") : NULL;
    const char *visit = cookie_get(rq, "visit");
    if (!session && (!visit || strlen(visit) < 20 || strlen(visit) > 80)) {
        visit = crypto_token(arena, 18);
        rq->io->visit = visit;                     /* set with the first page */
    }
    uint8_t digest[32];
    const char *about = arena_printf(arena, "csrf %s %s", session ? "session" : "visit", session ? session : visit);
    const char *key = server_key(&rq->work);
    crypto_hmac_sha256(key, strlen(key), about, strlen(about), digest);
    rq->csrf = text_hex(arena, digest, 20);
}

/* "http://host:port" of a header against Host. An absent Origin (old browsers) is judged by the Referer;
 * both absent: the token alone decides. */
bool same_origin(struct request *rq)
{
    const char *from = header_get(rq, "Origin");
    if (!from || !*from)
        from = header_get(rq, "Referer");
    if (!from || !*from)
        return true;
    const char *host = strstr(from, "://"), *own = header_get(rq, "Host");
    if (!host || !own || (config_bool("Web.SecureCookies") && strncasecmp(from, "https://", 8) != 0))
        return false;
    host += 3;
    size_t size = strcspn(host, "/?#");
    return size == strlen(own) && strncasecmp(host, own, size) == 0;
}

void csrf_check(struct request *rq)
{
    if (!same_origin(rq))
        fail(&rq->work, FAIL_FORBIDDEN, "此操作不是从本网站页面发起的，已被阻止。请从本网站页面重新操作。");
    const char *token = pairs_get(&rq->io->given, "csrf");
    if (!token)
        token = header_get(rq, "X-CSRF-Token");
    if (!token || !text_same_secret(rq->csrf, token))
        fail(&rq->work, FAIL_FORBIDDEN, "页面已过期或登录状态已变化，请返回上一页、刷新后重新提交。");
}
