/* confirm: what cannot be undone asks first. Without JavaScript the question is a page that carries the whole submission on;
 * portal.js asks in a <dialog> and sends confirmed=1 at once. The question guards against a slip of the hand, not against
 * an attacker: token, capability and key are checked as for any submission, before and after. */
#include <string.h>

#include "web/io.h"

static bool of_the_frame(const char *name)
{
    return strcmp(name, "csrf") == 0 || strcmp(name, "confirmed") == 0;
}

void form_confirm(struct request *rq, const char *label, const char *words, const char *back)
{
    const struct pairs *given = &rq->io->given;
    const char *confirmed = pairs_get(given, "confirmed");
    int n = 0;
    if (confirmed && strcmp(confirmed, "1") == 0)
        return;
    view_set(rq->page, "Title", label);
    view_set(rq->page, "Words", words);
    view_set(rq->page, "Back", back);
    for (size_t i = 0; i < given->count; i++) {
        if (of_the_frame(given->list[i].name))
            continue;
        HDF *one = view_node(rq->page, arena_printf(rq->work.arena, "Given.%d", n++));
        view_set(one, "Name", given->list[i].name);
        view_set(one, "Value", given->list[i].value);
    }
    page(rq, "error/confirm.cst");
}
