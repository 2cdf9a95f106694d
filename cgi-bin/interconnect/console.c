/* console: 联调控制台 (Z12.2): each interface in its direction with an example, sending to the operator's platform, the last
 * messages, one of them explained, and 「报文自查」 of an envelope that is pasted. Departments may look at messages of their
 * division. What is said of a message comes from the message table (exchange/explain.h) and the steps of the exchange itself. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "domain/company.h"
#include "domain/connection_tried.h"
#include "domain/exchange_show.h"
#include "domain/exchange_try.h"
#include "exchange/message.h"
#include "interconnect.h"
#include "list/list.h"

static void crumbs(struct request *rq, const char *title)
{
    view_set(rq->page, "Title", title);
    view_set(rq->page, "Back", "/interconnect/debug");
}

/* --- which interface ------------------------------------------------------------------------------------------------ */

/* The one asked for in a direction it has; the first of that direction when there is none. */
static const struct message *chosen(const char *interface, bool incoming)
{
    const struct message *first = NULL;
    for (const struct message *m = messages(); m->interface; m++) {
        if (!(incoming ? m->by_operator : m->by_portal))
            continue;
        if (strcmp(m->interface, interface) == 0)
            return m;
        first = first ? first : m;
    }
    return first;
}

static void options_show(struct request *rq, const struct message *current, bool incoming)
{
    int64_t own = company_own(&rq->work);
    int n = 0;
    for (int required = 1; required >= 0; required--)
        for (const struct message *m = messages(); m->interface; m++) {
            if (!(incoming ? m->by_operator : m->by_portal) || connection_required(&rq->work, own, m->interface, incoming) != required)
                continue;
            HDF *option = view_node(rq->page, arena_printf(rq->work.arena, "Interfaces.%d", n++));
            view_set(option, "Value", m->interface);
            view_setf(option, "Label", "%s %s%s", m->interface, m->label, required ? "（必测）" : "");
            view_set(option, "Checked", m == current ? "1" : NULL);
        }
}

static void directions_show(struct request *rq, bool incoming)
{
    static const struct { const char *label, *path; } tabs[] = {
        { "本平台调用平台", "/interconnect/debug/console?direction=out" }, { "平台调用本平台", "/interconnect/debug/console?direction=in" } };
    for (int i = 0; i < 2; i++) {
        HDF *tab = view_node(rq->page, arena_printf(rq->work.arena, "Directions.%d", i));
        view_set(tab, "Label", tabs[i].label);
        view_set(tab, "Path", tabs[i].path);
        view_set(tab, "Current", i == incoming ? "1" : NULL);
    }
}

/* `typed`: what was sent and refused, or NULL. */
static void console_show(struct request *rq, const char *interface, bool incoming, const char *typed)
{
    struct work *work = &rq->work;
    int64_t own = company_own(work);
    const struct message *message = chosen(interface, incoming);
    crumbs(rq, "联调控制台");
    directions_show(rq, incoming);
    options_show(rq, message, incoming);
    view_set(rq->page, "Incoming", incoming ? "1" : NULL);
    view_set(rq->page, "Interface", message->interface);
    view_set(rq->page, "Label", message->label);
    view_set(rq->page, "OperatorId", exchange_operator_code(work, own));
    const char *example = exchange_example(work, own, message->interface, incoming);
    view_set(rq->page, "Example", example);
    view_setf(rq->page, "Address", "%s/evcs/v1/%s", public_address(rq), message->interface);
    if (!incoming)
        view_set(rq->page, "Values.request", typed ? typed : example);
    if (incoming)
        exchange_recent(work, own, message->interface, view_node(rq->page, "Recent"));
}

void console_page(struct request *rq)
{
    console_show(rq, form_text(rq, "interface"), strcmp(form_text(rq, "direction"), "in") == 0, NULL);
    page(rq, "interconnect/console.cst");
}

void console_redraw(struct request *rq)
{
    console_show(rq, form_text(rq, "interface"), false, form_text(rq, "request"));
    page_status(rq, 422, "interconnect/console.cst");
}

void console_send(struct request *rq)
{
    int64_t id = 0;
    const char *wrong = exchange_try_ask(&rq->work, form_text(rq, "interface"), form_text(rq, "request"), &id);
    if (wrong) {
        form_error(rq, "request", "%s", wrong);
        form_refuse(rq);
    }
    redirect(rq, "/interconnect/debug/tries/%" PRId64, id);
}

void console_try(struct request *rq)
{
    HDF *node = view_node(rq->page, "Try");
    if (!exchange_try_show(&rq->work, form_int(rq, "id"), node))
        fail(&rq->work, FAIL_MISSING, "没有这次调试，请从联调控制台重新发送。");
    crumbs(rq, "调试结果");
    int64_t log = strtoll(view_get(node, "LogId"), NULL, 10);
    if (!hdf_get_obj(node, "Running") && log)
        (void)exchange_message_show(&rq->work, log, view_node(rq->page, "Message"));
    page(rq, "interconnect/try.cst");
}

/* --- messages -------------------------------------------------------------------------------------------------------- */

void messages_page(struct request *rq)
{
    view_set(rq->page, "Title", "最近报文");
    view_set(rq->page, "Own", rq->work.actor.operator_id ? "1" : NULL);
    list_page(rq, "exchange_message");
    page(rq, "interconnect/messages.cst");
}

void message_page(struct request *rq)
{
    HDF *node = view_node(rq->page, "Message");
    if (!exchange_message_show(&rq->work, form_int(rq, "id"), node))
        fail(&rq->work, FAIL_MISSING, "没有这条报文，或已不在最近 200 条之内。");
    view_setf(rq->page, "Title", "报文 %s", view_get(node, "Interface"));
    view_set(rq->page, "Own", rq->work.actor.operator_id ? "1" : NULL);
    page(rq, "interconnect/message.cst");
}

/* --- 报文自查 ---------------------------------------------------------------------------------------------------------- */

static void verify_show(struct request *rq)
{
    const char *interface = form_text(rq, "interface");
    crumbs(rq, "报文自查");
    options_show(rq, chosen(*interface ? interface : "notification_stationStatus", true), true);
}

void verify_page(struct request *rq)
{
    verify_show(rq);
    page(rq, "interconnect/verify.cst");
}

void verify_redraw(struct request *rq)
{
    verify_show(rq);
    page_status(rq, 422, "interconnect/verify.cst");
}

/* Shows and stores nothing; what was pasted stays in the box. */
void verify_check(struct request *rq)
{
    verify_show(rq);
    HDF *node = view_node(rq->page, "Message");
    view_set(rq->page, "Values.envelope", form_text(rq, "envelope"));
    exchange_verify(&rq->work, form_text(rq, "interface"), form_text(rq, "envelope"), node);
    page(rq, "interconnect/verify.cst");
}
