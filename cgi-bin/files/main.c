/* files: uploads, for whoever may read the record they belong to. The program only decides; nginx sends the bytes
 * (location /protected/ in conf/nginx.conf.in adds nosniff and a sandbox). */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "domain/file.h"
#include "domain/session.h"
#include "domain/setting.h"
#include "readers.h"
#include "web/web.h"

/* RFC 6266: a plain name for old clients, the real one in UTF-8 by RFC 5987. */
static const char *disposition(struct arena *arena, const char *how, const char *name, const char *ending)
{
    char *out = arena_alloc(arena, strlen(name) * 3 + 1), *o = out;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        bool plain = (*c >= '0' && *c <= '9') || ((*c | 32) >= 'a' && (*c | 32) <= 'z') || strchr("-._~", *c);
        o += plain ? sprintf(o, "%c", *c) : sprintf(o, "%%%02X", *c);
    }
    return arena_printf(arena, "%s; filename=\"file%s\"; filename*=UTF-8''%s", how, ending, out);
}

static _Noreturn void send(struct request *rq, bool thumb)
{
    struct file file;
    if (!file_open(&rq->work, form_int(rq, "id"), &file) || (thumb && !file.picture))
        fail(&rq->work, FAIL_MISSING, "没有这个文件，或者您不能查看它。");
    const char *ending = strrchr(file.name, '.');
    header_add(rq, "X-Accel-Redirect", arena_printf(rq->work.arena, "/protected/%s%s", file.stored, thumb ? ".thumb" : ""));
    /* only pictures, made by this machine, are shown in place */
    header_add(rq, "Content-Disposition", disposition(rq->work.arena, file.picture ? "inline" : "attachment", file.name,
                                                      ending && strlen(ending) < 8 ? ending : ""));
    header_add(rq, "Cache-Control", "private, no-cache");
    answer(rq, 200, thumb ? "image/jpeg" : file.content_type, "", 0);
}

static void file_whole(struct request *rq) { send(rq, false); }
static void file_thumb(struct request *rq) { send(rq, true); }

static const struct route routes[] = {
    { GET, "/files/{id}",       CAP_PUBLIC, NULL, file_whole },
    { GET, "/files/{id}/thumb", CAP_PUBLIC, NULL, file_thumb },
    ROUTE_END };

static void start(void)
{
    settings_start();
    readers_register();
}

static const struct program program = {
    .name = "files", .routes = routes, .templates = "error", .start = start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
