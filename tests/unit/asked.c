/* asked: see the header. */
#include "asked.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"

void (*asked_redraw)(struct request *rq);

static void understand(struct work *work, void *arg)
{
    struct asked *asked = arg;
    (void)work;
    decode_urlencoded(&asked->rq, asked->rq.query);
    form_decode(&asked->rq);
}

static void handle(struct work *work, void *arg)
{
    struct asked *asked = arg;
    (void)work;
    view_begin(&asked->rq);
    form_enter(&asked->rq);
    asked->rq.route->handler(&asked->rq);
}

struct asked *ask(struct work *like, const struct actor *actor, enum method method, const char *form, const char *query,
                  void (*handler)(struct request *rq))
{
    struct asked *asked = calloc(1, sizeof *asked);
    if (!asked)
        abort();
    asked->route = (struct route){ method, "/x", CAP_PUBLIC, form, handler, asked_redraw, 0 };
    asked->program = (struct program){ .name = "test", .routes = &asked->route };
    asked->rq = (struct request){ .program = &asked->program, .route = &asked->route, .method = method, .path = "/x",
                                  .query = query, .address = "127.0.0.1", .csrf = "token", .io = &asked->io };
    asked->rq.work = (struct work){ .arena = arena_new(), .db = like ? like->db : NULL, .id = "test", .now = clock_now() };
    asked->rq.work.actor = *actor;
    asked->good = work_run(&asked->rq.work, WORK_PLAIN, understand, asked)
               && work_run(&asked->rq.work, method == GET ? WORK_READ : WORK_WRITE, handle, asked);
    return asked;
}

static void draw(struct work *work, void *arg)
{
    struct asked *asked = arg;
    struct answer *a = &asked->io.answer;
    (void)work;
    a->body = view_render(&asked->rq, a->template_name, &a->size);
}

const char *asked_html(struct asked *asked)
{
    if (!asked->io.answer.template_name)
        return NULL;
    if (!work_run(&asked->rq.work, WORK_PLAIN, draw, asked)) {
        fprintf(stderr, "%s\n", asked->rq.work.fail_detail);
        return NULL;
    }
    return asked->io.answer.body;
}

void asked_done(struct asked *asked)
{
    work_release(&asked->rq.work);
    arena_free(asked->rq.work.arena);
    free(asked);
}

const char *page_value(const struct asked *asked, const char *name)
{
    return asked->rq.page ? hdf_get_value(asked->rq.page, name, "") : "";
}
