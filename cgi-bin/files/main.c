/* files: uploads, brought one by one ahead of their form, and read by whoever may read the record they belong to; positions
 * as forms ask for them (place.h). The program only decides; nginx sends the bytes
 * (location /protected/ in conf/nginx.conf.in adds nosniff and a sandbox). */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "domain/checks.h"
#include "domain/file.h"
#include "domain/session.h"
#include "place.h"
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

enum shape { WHOLE, THUMB, VIEW };

/* VIEW: shown in place, in a frame of this site (location /protected-view/ of conf/nginx.conf.in); else what is no picture
 * is a download. */
static _Noreturn void send(struct request *rq, enum shape shape)
{
    struct file file;
    if (!file_open(&rq->work, form_int(rq, "id"), &file) || (shape == THUMB && !file.picture))
        fail(&rq->work, FAIL_MISSING, "没有这个文件，或者您不能查看它。");
    const char *ending = strrchr(file.name, '.');
    header_add(rq, "X-Accel-Redirect", arena_printf(rq->work.arena, "/%s/%s%s", shape == VIEW ? "protected-view" : "protected",
                                                        file.stored, shape == THUMB ? ".thumb" : ""));
    /* pictures, made by this machine, are shown in place, and a PDF without scripts or attachments where it is asked for */
    bool shown = file.picture || (shape == VIEW && strcmp(file.kind, "pdf") == 0);
    header_add(rq, "Content-Disposition", disposition(rq->work.arena, shown ? "inline" : "attachment", file.name,
                                                      ending && strlen(ending) < 8 ? ending : ""));
    header_add(rq, "Cache-Control", "private, no-cache");
    answer(rq, 200, shape == THUMB ? "image/jpeg" : file.content_type, "", 0);
}

static void file_whole(struct request *rq) { send(rq, WHOLE); }
static void file_thumb(struct request *rq) { send(rq, THUMB); }
static void file_view(struct request *rq)  { send(rq, VIEW); }

enum { UPLOAD_BODY = 32 << 20 };                 /* nginx follows; one file: Web.UploadLimit, Web.WorkbookLimit */

static const struct route routes[] = {
    { GET, "/files/{id}",       CAP_PUBLIC, NULL, file_whole },
    { GET, "/files/{id}/thumb", CAP_PUBLIC, NULL, file_thumb },
    { GET, "/files/{id}/view",  CAP_PUBLIC, NULL, file_view },
    { POST, "/files/upload",    CAP_PUBLIC, "files-upload", form_upload_answer, NULL, UPLOAD_BODY },
    { GET, "/place/map.png",    CAP_SIGNED_IN, "place-map",  place_picture },
    { GET, "/place/read",       CAP_SIGNED_IN, "place-read", place_reading },
    ROUTE_END };

static void start(void)
{
    settings_start();
    readers_register();
    checks_register();
}

static const struct program program = {
    .name = "files", .routes = routes, .templates = "error", .start = start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
