/* form_upload: files of a form. A file may come with its form, or ahead of it, one a request (POST /files/upload, of
 * htdocs/js/files.js): what the browser gets for it is the same token the form itself hands out, so a form cannot tell, a
 * failed upload hurts no other, and a draft keeps it. What a field accepts travels as a ticket that only this server can
 * have written, for this person. Order is that of the tokens; captions come beside them. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/config.h"
#include "core/text.h"
#include "web/form_declared.h"
#include "web/io.h"

#define UPLOAD_PATH "/files/upload"
enum { CAPTION_MOST = 60, TICKET_HOURS = 24 };

/* --- one file ahead of its form ------------------------------------------------------------------------------------ */

static int64_t hour_of(const struct request *rq) { return rq->work.now / 3600000; }

static const char *ticket(struct request *rq, unsigned accept, int64_t hour)
{
    struct arena *arena = rq->work.arena;
    const char *about = arena_printf(arena, "upload %u %" PRId64 " %s", accept, hour, file_holder(rq));
    return arena_printf(arena, "%u.%" PRId64 ".%s", accept, hour, page_sign(&rq->work, about));
}

/* A page left open over a day is loaded anew before files are brought to it. */
static unsigned ticket_read(struct request *rq, const char *text)
{
    char *rest;
    unsigned long accept = strtoul(text, &rest, 10);
    int64_t hour = *rest == '.' ? strtoll(rest + 1, NULL, 10) : 0;
    bool good = accept >= 1 && accept <= 15 && text_same_secret(ticket(rq, (unsigned)accept, hour), text);
    if (!good || hour > hour_of(rq) || hour < hour_of(rq) - TICKET_HOURS)        /* an hour of ours: nothing overflows */
        fail(&rq->work, FAIL_FORBIDDEN, "上传凭证已失效，请刷新页面后重新上传。");
    return (unsigned)accept;
}

static const char *file_path(struct arena *arena, int64_t id, const char *tail)
{
    return arena_printf(arena, "/files/%" PRId64 "%s", id, tail);
}

static bool ends(const char *name, const char *const *endings)
{
    const char *dot = strrchr(name, '.');
    for (; dot && *endings; endings++)
        if (strcasecmp(dot + 1, *endings) == 0)
            return true;
    return false;
}

const char *file_looks(const char *name)
{
    static const char *const pictures[] = { "jpg", "jpeg", "png", "bmp", NULL }, *const papers[] = { "pdf", NULL };
    return ends(name, pictures) ? "picture" : ends(name, papers) ? "pdf" : "";
}

/* A name as it was called, so short that a token with it fits its field. */
static const char *called(struct arena *arena, const char *name)
{
    const char *normal = text_normal(arena, *name ? name : "文件");
    return utf8_length(normal) > 80 ? utf8_cut(arena, normal, 79) : normal;
}

void form_upload_answer(struct request *rq)
{
    struct arena *arena = rq->work.arena;
    const struct upload *upload = form_file(rq, "file");
    struct entry one = { 0 };
    int64_t id = 0;
    unsigned accept = ticket_read(rq, form_text(rq, "ticket"));
    if (!form_files || !upload)
        fail(&rq->work, FAIL_INVALID, "没有收到文件，请重新选择。");
    const char *wrong = form_files->take(&rq->work, upload, accept, &id);
    if (wrong)
        fail(&rq->work, FAIL_INVALID, "%s", wrong);
    size_t at = entry_grow(&rq->work, &one);
    one.text[at] = called(arena, upload->name);
    one.integer[at] = id;
    one.real[at] = (double)upload->size;
    bool own = rq->work.actor.account_id != 0;               /* a visitor's upload can be seen by nobody yet */
    const char *looks = file_looks(one.text[at]);
    json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "token", file_token(rq, &one, at), "name", one.text[at], "looks", looks,
                               "id", arena_printf(arena, "%" PRId64, id));
    json_object_set_new(object, "path", json_string(own ? file_path(arena, id, "") : ""));
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    const char *body = arena_copy(arena, text ? text : "{}");
    free(text);
    answer(rq, 200, "application/json; charset=utf-8", body, strlen(body));
}

/* --- order and captions ---------------------------------------------------------------------------------------------- */

static void entry_swap(struct entry *e, size_t a, size_t b)
{
#define SWAPPED(member) do { __typeof__(*e->member) kept = e->member[a]; e->member[a] = e->member[b]; e->member[b] = kept; } while (0)
    SWAPPED(text);
    SWAPPED(real);
    SWAPPED(integer);
    SWAPPED(path);
    SWAPPED(caption);
#undef SWAPPED
}

/* do=up-photos-<id>, down-photos-<id>, for pages without scripts. True: the button was one of these. */
bool files_turn(struct form_values *values, const char *act)
{
    struct arena *arena = values->work->arena;
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        struct entry *e = &values->entries[i];
        for (size_t r = 0; f->rows && r < e->count; r++)
            if (files_turn(e->rows[r], act))
                return true;
        if (f->kind != FIELD_FILES)
            continue;
        const char *up = arena_printf(arena, "up-%s%s-", values->prefix, f->name);
        const char *down = arena_printf(arena, "down-%s%s-", values->prefix, f->name);
        bool rises = text_has_prefix(act, up);
        if (!rises && !text_has_prefix(act, down))
            continue;
        int64_t id = strtoll(act + strlen(rises ? up : down), NULL, 10);
        for (size_t at = 0; at < e->count; at++)
            if (e->integer[at] == id && (rises ? at > 0 : at + 1 < e->count)) {
                entry_swap(e, at, rises ? at - 1 : at + 1);
                break;
            }
        return true;
    }
    return false;
}

void files_captions(struct request *rq, struct form_values *values, size_t i, const char *name)
{
    const struct field *f = &values->form->fields[i];
    struct entry *e = &values->entries[i];
    for (size_t at = 0; f->caption && at < e->count; at++) {
        const char *text = pairs_get(&rq->io->given, arena_printf(rq->work.arena, "%s-caption-%" PRId64, name, e->integer[at]));
        e->caption[at] = text ? text_normal(rq->work.arena, text) : NULL;
        if (text && utf8_length(e->caption[at]) > CAPTION_MOST)
            values_refuse(values, i, "「%s」的%s最多 %d 个字，请缩短", f->label, f->caption, CAPTION_MOST);
    }
}

/* --- on the page ------------------------------------------------------------------------------------------------------- */

static void accepted(const struct field *f, struct arena *arena, const char **accept, const char **words)
{
    static const struct { unsigned bit; const char *accept, *words; } kinds[] = {
        { FORM_ACCEPT_IMAGE, ".jpg,.jpeg,.png,.bmp", "jpg、png、bmp" }, { FORM_ACCEPT_PDF, ".pdf", "pdf" },
        { FORM_ACCEPT_XLSX, ".xlsx", "xlsx" } };
    *accept = *words = "";
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (f->accept & kinds[k].bit) {
            *accept = arena_printf(arena, "%s%s%s", *accept, **accept ? "," : "", kinds[k].accept);
            *words = arena_printf(arena, "%s%s%s", *words, **words ? "、" : "", kinds[k].words);
        }
}

static const char *size_text(struct arena *arena, double bytes)
{
    if (bytes < 1024)
        return NULL;
    return bytes < 1 << 20 ? arena_printf(arena, "%.0f KB", bytes / 1024) : arena_printf(arena, "%.1f MB", bytes / (1 << 20));
}

void files_to_page(struct request *rq, const struct field *f, const struct entry *e, HDF *node)
{
    struct arena *arena = rq->work.arena;
    const char *accept, *words;
    int64_t most = upload_most(f->accept == FORM_ACCEPT_XLSX ? ".xlsx" : "");
    accepted(f, arena, &accept, &words);
    view_set(rq->page, "Scripts.files", "/js/files.js");
    view_set(node, "Accept", accept);
    view_set(node, "Upload", UPLOAD_PATH);
    view_set(node, "Ticket", ticket(rq, f->accept, hour_of(rq)));
    view_set(node, "Caption", f->caption);
    view_set_int(node, "CaptionMost", CAPTION_MOST);
    view_set_int(node, "MaxBytes", most);
    view_setf(node, "FileHint", "支持 %s 格式，单个文件不超过 %" PRId64 " MB", words, most >> 20);
    if (f->at_most > 1)
        view_set(node, "Multiple", "1");
    view_set_int(node, "AtMost", (int64_t)f->at_most);
    for (size_t at = 0; at < e->count; at++) {
        HDF *file = view_node(node, arena_printf(arena, "Files.%zu", at));
        bool own = e->path[at] || rq->work.actor.account_id;
        view_set(file, "Name", e->text[at]);
        view_set(file, "Size", size_text(arena, e->real[at]));
        view_set(file, "Token", file_token(rq, e, at));
        view_set_int(file, "Id", e->integer[at]);
        view_set(file, "Caption", e->caption[at]);
        file_shown(arena, e->integer[at], e->text[at], own, file);
    }
}

/* node.{Path, View, Thumb, Looks}: how a file is read, seen large, and seen small. */
void file_shown(struct arena *arena, int64_t id, const char *name, bool readable, HDF *node)
{
    const char *looks = file_looks(name);
    view_set(node, "Looks", *looks ? looks : NULL);
    if (!readable)
        return;
    view_set(node, "Path", file_path(arena, id, ""));
    view_set(node, "View", *looks ? file_path(arena, id, "/view") : NULL);
    view_set(node, "Thumb", strcmp(looks, "picture") == 0 ? file_path(arena, id, "/thumb") : NULL);
}
