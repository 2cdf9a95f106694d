/* web: the road of a request, the same for every program (design.md, "The road of a request").
 *
 * accept → sizes, UTF-8 → route (404, 405) → session → capability (401/403) → for any method but GET: same
 * origin and CSRF token → form decoded and checked → transaction (READ ONLY for GET) → handler → commit →
 * render into memory → send once → deferred clean-up, arena reset.
 *
 * A program is a table of routes and a main():
 *
 *     static const struct route routes[] = {
 *         { GET,  "/news",        CAP_PUBLIC, "news-list", news_list },
 *         { GET,  "/news/{id}",   CAP_PUBLIC, NULL,        news_article },
 *         ROUTE_END };
 *     static const struct program program = { .name = "news", .routes = routes, .templates = "news" };
 *     int main(int argc, char **argv) { return web_main(argc, argv, &program); }
 *
 * `{id}` in a path matches one segment; it must be declared in the route's form, or is a positive integer
 * when its name is `id`. Handlers read typed values (form_*), fill rq->page and end with page(). */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/capability.h"
#include "core/db.h"
#include "core/work.h"
#include "web/form.h"
#include "web/upload.h"

enum method { METHOD_NONE, GET, POST };          /* HEAD is answered as GET without a body */

struct request;
struct form;

struct route {
    enum method     method;
    const char     *path;
    enum capability capability;
    const char     *form;                        /* schema/forms/<form>.hdf, or NULL: no parameters */
    void          (*handler)(struct request *rq);
    void          (*redraw)(struct request *rq); /* draws the form again on field errors; NULL: error page */
    size_t          body_limit;                  /* bytes; 0: the default, Web.BodyLimit */
};
#define ROUTE_END { METHOD_NONE, NULL, CAP_UNDECIDED, NULL, NULL, NULL, 0 }

struct program {
    const char         *name;
    const struct route *routes;
    const char         *templates;               /* folder under templates/, parsed at start; NULL: none */
    void              (*start)(void);            /* after configuration, before the first request */
    bool              (*identify)(struct work *work, const char *token, struct actor *actor);
                                                 /* who holds this session (lib/domain/session.h);
                                                    NULL: the program knows visitors only */
    void              (*failed)(struct request *rq);   /* answers a failure in the program's own form (a
                                                    protocol's envelope); NULL: a page, or JSON */
};

struct request {
    struct work         work;                    /* first member: &rq->work */
    const struct program *program;
    const struct route *route;
    enum method         method;
    const char         *path;                    /* decoded, without the query */
    const char         *query;                   /* raw */
    const char         *address;                 /* of the visitor */
    bool                wants_json;              /* Accept: application/json, or a path under /api, /evcs */
    const char         *body;                    /* raw body when the route's content type is not a form */
    size_t              body_size;
    const char         *csrf;                    /* token for the forms of this page */
    HDF                *page;                    /* Page.*: what the template sees */
    struct form_values *values;                  /* read with form_* */
    struct { enum fail_kind kind; const char *text; } failure;   /* what program->failed() answers */
    struct web_io *io;                           /* private to lib/web: the raw request and the answer */
};

int web_main(int argc, char **argv, const struct program *program);

/* --- endings: none returns ------------------------------------------------------------------- */
/* Renders templates/<template> ("news/article.cst") with rq->page. Status 200 unless set before. */
_Noreturn void page(struct request *rq, const char *template_name);
_Noreturn void page_status(struct request *rq, int status, const char *template_name);
/* 303 to a path of this site; the format is a literal, values must be numbers or checked codes. */
_Noreturn void redirect(struct request *rq, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A body made by the program: JSON, PNG … The bytes must be arena memory or deferred. */
_Noreturn void answer(struct request *rq, int status, const char *content_type, const void *body, size_t size);
/* The same from a file, sent in pieces: for what is too long for memory. The path stays until the work ends. */
_Noreturn void answer_file(struct request *rq, const char *content_type, const char *path);
_Noreturn void not_modified(struct request *rq);

void header_add(struct request *rq, const char *name, const char *value);   /* refuses CR, LF */
const char *header_get(struct request *rq, const char *name);               /* "If-None-Match"; NULL: absent */
const char *cookie_get(struct request *rq, const char *name);

/* CommonMark -> node.Blocks.N.{Kind, Inline, Items …}: what templates/parts/richtext.cst draws, escaped.
 * Raw HTML in the text is shown as text; links leave only to http, https, mailto, tel and this site. */
void richtext_to_hdf(struct work *work, const char *markdown, HDF *node);

/* Runs fn once the transaction is committed and before the answer is sent; never when it failed or runs
 * again. For effects that must not be seen before they are true: the map's memory. */
void after_commit(struct request *rq, void (*fn)(struct work *work, void *arg), void *arg);

/* A session began or ended: sets or clears the cookie. */
void session_cookie(struct request *rq, const char *token);                 /* NULL: clear */
void cookie_set(struct request *rq, const char *name, const char *value, int64_t seconds);  /* 0: until closed */
const char *public_address(struct request *rq);   /* "https://host" without a slash, for QR codes and links */

/* --- typed parameters, declared in schema/forms/<form>.hdf ------------------------------------ */
bool        form_has(struct request *rq, const char *field);                /* given and not empty */
int64_t     form_int(struct request *rq, const char *field);                /* 0 when absent */
double      form_real(struct request *rq, const char *field);
const char *form_text(struct request *rq, const char *field);               /* "" when absent, never NULL */
size_t      form_count(struct request *rq, const char *field);              /* a field with `many` */
const char *form_text_at(struct request *rq, const char *field, size_t i);
int64_t     form_int_at(struct request *rq, const char *field, size_t i);
const struct upload *form_file(struct request *rq, const char *field);      /* NULL: none */
/* A finding of the handler itself (login taken …): form_error() notes it, form_refuse() redraws with all. */
void        form_error(struct request *rq, const char *field, const char *text, ...)
                __attribute__((format(printf, 3, 4)));
_Noreturn void form_refuse(struct request *rq);
/* Somebody was faster: the page as it is now (redraw), status 409, with the words above it and what was typed; without a
 * redraw, or for a machine, the page of that failure. */
_Noreturn void form_conflict(struct request *rq, const char *words);
/* Before what cannot be undone: returns when the person has confirmed, else ends with the question (`label` names the
 * act as its button does, `back` is where 「取消」 leads). The button says data-confirm with the same words: a <dialog>. */
void        form_confirm(struct request *rq, const char *label, const char *words, const char *back);
void        form_refuse_wrong(struct request *rq);      /* the same when values_error() found something; else returns */

/* --- forms on pages (web/form.h holds the rest) ------------------------------------------------ */
/* Page.Form.*, Page.Values.*, Page.Errors.*: the form as it must stand on the page, for parts/form.cst. After a POST of
 * this form: what was typed. Else the visitor's draft of it, else `values` (a loaded record), else empty. `action`: the
 * path the form is sent to. Returns the values it shows. */
const struct form_values *form_show(struct request *rq, const char *form, const struct form_values *values, const char *action);
bool        form_draft(struct request *rq);             /* sent by 「保存」 (do=draft): required fields were not asked for */
/* Keeps what was typed as this person's draft of the form (account, or visit); the next form_show() shows it. */
void        form_draft_keep(struct request *rq);
/* This person's draft of the form for that record (0: a new one), unchecked; NULL: none. For what is made of it before it is sent. */
struct form_values *form_draft_values(struct request *rq, const char *form, int64_t id);
void        form_done(struct request *rq);              /* it has become a record: the draft goes */
/* The POST of a form with steps: keeps the step, ends the work with a redirect to `path`?step=N for 上一步, 下一步 and
 * 保存; returns when the last step was sent and all steps are good. */
void        form_wizard(struct request *rq, const char *path);
/* A handler for { GET, "/account/divisions", CAP_PUBLIC, "divisions", form_divisions_answer }: JSON for form.js. */
void        form_divisions_answer(struct request *rq);
/* A handler for { POST, "/files/upload", CAP_PUBLIC, "files-upload", form_upload_answer }: one file of a form, sent ahead of
 * it. JSON {token, name, looks, id, path}: the token is what the form then sends. */
void        form_upload_answer(struct request *rq);

/* A figure beside an entry of the working area's menu (WorkMenu.N.Counter = name): asked once a page of a signed-in
 * actor, inside the handler's transaction. From program.start. 100 and more are shown as 99+. */
void        side_counter_register(const char *name, int64_t (*count)(struct work *work));

/* What was typed into the search field of a field with find= and sent by its 「查找」 (no script); "": nothing. The handler lists
 * what fits; with a script form.js asks the address find= names for [[value, label], …]?q=. */
const char *form_sought(struct request *rq, const char *field);

/* --- HDF, for handlers ------------------------------------------------------------------------ */
void view_set(HDF *node, const char *name, const char *value);              /* NULL value: left out */
void view_set_int(HDF *node, const char *name, int64_t value);
void view_setf(HDF *node, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
HDF *view_node(HDF *node, const char *name);                                /* made when absent */
void view_crumb(struct request *rq, const char *label, const char *path);   /* next of the way back; NULL path: this page */
const char *view_get(HDF *node, const char *name);                          /* "" when absent */

#endif
