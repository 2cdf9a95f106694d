/* asked: a request as a unit test asks it, without nginx and FastCGI: parameters go through the same decoding and
 * checking as a visitor's, then one function stands in for the handler. */
#ifndef TESTS_ASKED_H
#define TESTS_ASKED_H

#include "web/io.h"

struct asked {
    struct request rq;
    struct web_io  io;
    struct route   route;
    struct program program;
    bool           good;                    /* false: rq.work.failed says how it ended */
};

/* Decodes `query` ("a=1&b=%20") with `form` and runs handler(rq) in a transaction, READ ONLY for GET. The handler may
 * return. Free with asked_done(); until then asked->rq.page and .io.answer can be read. */
extern void (*asked_redraw)(struct request *rq);       /* the route's redraw from now on; NULL: none */
struct asked *ask(struct work *like, const struct actor *actor, enum method method, const char *form, const char *query,
                  void (*handler)(struct request *rq));
/* The page the handler ended with, as the browser gets it; views_load() must have run. NULL: it ended otherwise. */
const char *asked_html(struct asked *asked);
void asked_done(struct asked *asked);
const char *page_value(const struct asked *asked, const char *name);      /* of Page; "" when absent */

#endif
