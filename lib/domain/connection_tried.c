/* connection_tried: see the header. */
#include "domain/connection_tried.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "exchange/message.h"
#include "web/web.h"

enum { REQUIRED = 40 };
struct required {
    const struct message *message;
    bool in, out, check, charging;
};
static struct required required[REQUIRED];
static size_t          required_count;

/* --- the declaration ---------------------------------------------------------------------------------------------- */

static _Noreturn void stop(const char *interface, const char *what)
{
    fprintf(stderr, "schema/connection-required.hdf: %s: %s\n", interface, what);
    exit(1);
}

static void required_read(HDF *node, bool charging)
{
    const char *name = hdf_obj_name(node);
    if (required_count == REQUIRED)
        stop(name, "too many interfaces");
    struct required *r = &required[required_count++];
    *r = (struct required){ .message = message_find(name), .charging = charging };
    for (HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next) {
        bool *flag = strcmp(a->key, "in") == 0 ? &r->in : strcmp(a->key, "out") == 0 ? &r->out
                   : strcmp(a->key, "check") == 0 ? &r->check : NULL;
        if (!flag)
            stop(name, "says something else than in, out, check");
        *flag = true;
    }
    if (!r->message)
        stop(name, "is no interface of lib/exchange/message_table.c");
    if ((r->in && !r->message->by_operator) || (r->out && !r->message->by_portal) || (!r->in && !r->out) || (r->check && !r->out))
        stop(name, "is not called in that direction");
}

void connection_required_load(void)
{
    static HDF *file;               /* for the life of the process */
    if (file)
        return;
    NEOERR *error = hdf_init(&file);
    if (!error)
        error = hdf_read_file(file, path_in_root("schema/connection-required.hdf"));
    if (error) {
        nerr_log_error(error);
        nerr_ignore(&error);
        stop("the file", "cannot be read");
    }
    for (HDF *node = hdf_get_child(file, "basic"); node; node = hdf_obj_next(node))
        required_read(node, false);
    for (HDF *node = hdf_get_child(file, "charging"); node; node = hdf_obj_next(node))
        required_read(node, true);
}

/* --- whose connection needs what ---------------------------------------------------------------------------------- */

/* 互联互通类型 of the operator's connection: with part 3? */
static bool with_charging(struct work *work, int64_t operator_id)
{
    return db_int(work, 0, "SELECT service_kind = 'charging' FROM connection WHERE operator_id = ? AND platform_id = operator_id", I(operator_id)) == 1;
}

bool connection_required(struct work *work, int64_t operator_id, const char *interface, bool incoming)
{
    bool charging = with_charging(work, operator_id);
    for (size_t i = 0; i < required_count; i++)
        if (strcmp(required[i].message->interface, interface) == 0)
            return (incoming ? required[i].in : required[i].out) && (charging || !required[i].charging);
    return false;
}

/* --- tries ---------------------------------------------------------------------------------------------------------- */

void connection_tried(struct work *work, int64_t operator_id, const char *interface, bool incoming, bool passed, const char *what)
{
    enum { REMEMBERED = 1024, FOR = 10000000 };
    static struct { int64_t operator_id, until; const struct message *message; bool incoming; } passed_lately[REMEMBERED];
    const struct message *message = message_find(interface);
    if (!message)
        return;
    size_t place = ((size_t)operator_id * 64 + (size_t)(message - messages()) * 2 + incoming) % REMEMBERED;
    if (passed && incoming && passed_lately[place].operator_id == operator_id && passed_lately[place].message == message
        && passed_lately[place].incoming == incoming && passed_lately[place].until > clock_micro())
        return;                                 /* pushes are many: a look at the table each ten seconds will do */
    if (!passed || !db_int(work, 0, "SELECT 1 FROM connection_tried WHERE operator_id = ? AND interface = ? AND incoming = ?"
                           " AND passed_at > NOW(3) - INTERVAL 1 HOUR AND what = ''", I(operator_id), T(interface), I(incoming)))
        db_exec(work, "INSERT INTO connection_tried (operator_id, interface, incoming, tried_at, passed_at, what)"
                " VALUES (?, ?, ?, NOW(3), IF(?, NOW(3), NULL), ?) ON DUPLICATE KEY UPDATE tried_at = NOW(3),"
                " passed_at = COALESCE(VALUES(passed_at), passed_at), what = VALUES(what)",
                I(operator_id), T(interface), I(incoming), I(passed), T(passed ? "" : utf8_cut(work->arena, what, 900)));
    if (passed && incoming) {
        passed_lately[place].operator_id = operator_id;
        passed_lately[place].message = message;
        passed_lately[place].incoming = incoming;
        passed_lately[place].until = clock_micro() + FOR;
    }
}

void connection_tried_reset(struct work *work, int64_t operator_id)
{
    db_exec(work, "DELETE FROM connection_tried WHERE operator_id = ?", I(operator_id));
}

/* --- what is left ----------------------------------------------------------------------------------------------------- */

struct tried_row { const char *at, *passed_at, *what; };

static bool tried_show(struct work *work, int64_t operator_id, const struct required *r, bool incoming, HDF *node)
{
    static const struct db_column columns[] = { DB_TEXT(struct tried_row, at), DB_TEXT(struct tried_row, passed_at),
        DB_TEXT(struct tried_row, what), DB_END };
    struct tried_row row = { 0 };
    bool tried = db_struct(work, columns, &row, "SELECT tried_at, passed_at, what FROM connection_tried WHERE operator_id = ?"
                           " AND interface = ? AND incoming = ?", I(operator_id), T(r->message->interface), I(incoming));
    bool passed = tried && row.passed_at;
    if (!node)
        return passed;
    view_set(node, "Interface", r->message->interface);
    view_set(node, "Label", r->message->label);
    view_set(node, "Direction", incoming ? "平台调用本平台" : "本平台调用平台");
    view_set(node, "Incoming", incoming ? "1" : NULL);
    view_set(node, "Passed", passed ? "1" : NULL);
    view_set(node, "Tried", tried ? "1" : NULL);
    view_set(node, "At", tried ? arena_printf(work->arena, "%.19s", row.at) : NULL);
    view_set(node, "What", row.what);
    view_set(node, "Words", passed ? "已通过" : tried ? "未通过" : "未调试");
    view_set(node, "Kind", passed ? "good" : tried ? "bad" : "wait");
    return passed;
}

int connection_tried_list(struct work *work, int64_t operator_id, HDF *node)
{
    bool charging = with_charging(work, operator_id);
    int left = 0, shown = 0;
    for (size_t i = 0; i < required_count; i++)
        for (int incoming = 0; incoming < 2; incoming++) {
            if (!(incoming ? required[i].in : required[i].out) || (required[i].charging && !charging))
                continue;
            HDF *row = node ? view_node(node, arena_printf(work->arena, "%d", shown++)) : NULL;
            left += !tried_show(work, operator_id, &required[i], incoming, row);
        }
    return left;
}

bool connection_tried_all(struct work *work, int64_t operator_id)
{
    return connection_tried_list(work, operator_id, NULL) == 0;
}

const char *connection_required_at(struct work *work, int64_t operator_id, size_t i, const char **label)
{
    if (i >= required_count)
        return NULL;
    *label = required[i].message->label;
    return required[i].check && (!required[i].charging || with_charging(work, operator_id)) ? required[i].message->interface : "";
}
