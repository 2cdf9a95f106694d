/* io: private to lib/web. The raw request as it came from nginx, and the answer being made. */
#ifndef WEB_IO_H
#define WEB_IO_H

#include <fcgiapp.h>

#include "web/web.h"

struct pair {
    const char *name, *value;
};

struct pairs {
    struct pair *list;
    size_t       count, room;
};

struct hook {
    struct hook *next;
    void       (*fn)(struct work *work, void *arg);
    void        *arg;
};

struct answer {
    int         status;
    const char *template_name;        /* rendered after the commit */
    const char *content_type;
    const void *body;
    size_t      size;
    const char *file;                 /* instead of body: sent in pieces */
    struct pairs headers;
};

struct web_io {
    FCGX_Request *fcgi;
    size_t        body_read;          /* bytes of the body taken so far */
    size_t        body_limit;
    struct pairs  cookies;
    struct pairs  given;              /* parameters as they came: path, query, body */
    struct upload *uploads;
    size_t        upload_count;
    struct hook  *committed;
    struct answer answer;
    bool          has_session;
    const char   *visit;              /* the random cookie a visitor's CSRF token hangs on */
    int64_t       started;            /* clock_micro() */
    const char   *back;               /* the page a rescued form stood on: where log-in leads */
    bool          rescued;            /* what was typed waits as a draft (form_rescue) */
    bool          entered;            /* the handler's transaction ran before: a conflict */
    HDF          *data;               /* root of rq->page; fresh for each request */
};

void pairs_add(struct arena *arena, struct pairs *pairs, const char *name, const char *value);
const char *pairs_get(const struct pairs *pairs, const char *name);      /* first one; NULL: absent */

/* decode.c: each fails the work with FAIL_MALFORMED on NUL, bad UTF-8, bad escapes, too many values */
char *url_decode(struct work *work, const char *text, size_t size, bool plus_is_blank);
void  decode_urlencoded(struct request *rq, const char *text);
void  decode_cookies(struct request *rq, const char *header);
const char *cookie_name(struct arena *arena, const char *name);            /* as the browser knows it */
/* multipart.c: files go to VAR/tmp as they arrive */
void  decode_multipart(struct request *rq, const char *boundary);
size_t body_read(struct request *rq, void *out, size_t size);             /* FAIL_TOO_LARGE past the limit */
const char *body_too_large(struct request *rq);                           /* what it says then */

/* form_read.c */
void forms_load(const struct program *program);                           /* a mistake stops the start */
void forms_complete(const struct program *program);                       /* after start: each route's form is there */
/* form_decode.c */
void form_decode(struct request *rq);                                     /* rq->values from io->given; types checked */
void form_enter(struct request *rq);                                      /* in the transaction: files, draft, all checks; a wrong
                                                                             form does not reach its handler */
bool form_wrong(const struct request *rq);
void form_refuse_plain(struct request *rq);                               /* no redraw: 400 (GET) or 422 */
/* form_page.c */
void form_to_page(struct request *rq);                                    /* Page.Values.*, Page.Errors.* */
/* form_draft.c */
bool form_rescue(struct request *rq);                                     /* a POST whose session ended: kept as a draft */

/* csrf.c */
void csrf_prepare(struct request *rq);
void csrf_check(struct request *rq);
bool same_origin(struct request *rq);
char *page_sign(struct work *work, const char *about);                  /* what only this server can have written */

/* view.c */
void views_load(const struct program *program);
void view_begin(struct request *rq);                                      /* a fresh rq->page */
void view_count_side(struct request *rq);                                 /* Side.N with the Count of registered counters */
const char *view_render(struct request *rq, const char *template_name, size_t *size);

/* wire.c: the whole answer at once */
void wire_send(struct request *rq, const char *head, const void *body, size_t size);
void wire_send_file(struct request *rq, const char *head, const char *path);          /* in pieces */

/* send.c */
void send_answer(struct request *rq);
void answer_failure(struct request *rq);                                  /* fills io->answer from work->failed */

/* route.c */
const struct route *route_find(const struct program *program, enum method method, const char *path,
                               struct arena *arena, struct pairs *given, bool *other_method, const char **allow);
void routes_check(const struct program *program);
void routes_print(const struct program *program);

#endif
