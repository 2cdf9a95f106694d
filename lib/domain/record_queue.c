/* record_queue: see the header. Three branches, one a state, each along its index (state, state_at, id, filed_division,
 * operator_id), limited before they are joined. Only reads. */
#include "domain/record_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/calendar.h"
#include "domain/division.h"
#include "domain/record.h"
#include "flow/flow.h"
#include "web/web.h"

enum { STATION = 1, EQUIPMENT = 2, LINK = 3, BRANCHES = 3, LIMIT_MAX = 200, BINDS_A_BRANCH = 16 };

static const struct { const char *only, *flow, *state, *kind, *label; } branches[BRANCHES + 1] = {
    [STATION]   = { "station",   "station-record",   "filed",   "stations",  "站点档案核查" },
    [EQUIPMENT] = { "equipment", "equipment-record", "filed",   "equipment", "设施档案核查" },
    [LINK]      = { "link",      "equipment-record", "linking", "equipment", "互联互通核查" } };

#define FROM(table, flow, state) " FROM " table " t FORCE INDEX (" table "_queue) JOIN operator o ON o.id = t.operator_id" \
    " LEFT JOIN flow_due d ON d.flow = '" flow "' AND d.case_id = t.id WHERE t.state = '" state "'" \
    " AND ? AND t.filed_division LIKE ? AND t.filed_division LIKE ? AND (? = '' OR o.name LIKE ? OR o.short_name LIKE ?)" \
    " AND (? = 0 OR t.state_at <= NOW(3) - INTERVAL ? DAY) AND (? = 0 OR d.due_on < CURDATE())"
#define FROM_STATION   FROM("station_record", "station-record", "filed")
#define FROM_EQUIPMENT FROM("equipment_record", "equipment-record", "filed")
#define FROM_LINK      FROM("equipment_record", "equipment-record", "linking")
/* behind (or before) a place: the index's range first, the tie afterwards */
#define AFTER(rank)  " AND t.state_at >= ? AND (t.state_at > ? OR (" rank ", t.id) > (?, ?))"
#define BEFORE(rank) " AND t.state_at <= ? AND (t.state_at < ? OR (" rank ", t.id) < (?, ?))"
#define ROW(rank, flow) "SELECT " rank " AS rank, t.id, t.name, COALESCE(t.code, '') AS code, t.state, t.filed_division AS division, o.short_name AS operator," \
    " t.state_at AS since, DATE_FORMAT(d.due_on, '%Y-%m-%d') AS due_on, d.known," \
    " (SELECT MAX(s.id) FROM flow_step s WHERE s.flow = '" flow "' AND s.case_id = t.id) AS seen"
#define PLACE(rank) "SELECT " rank " AS rank, t.id, t.state_at AS since"
#define UP   " ORDER BY t.state_at, t.id LIMIT ?)"
#define DOWN " ORDER BY t.state_at DESC, t.id DESC LIMIT ?)"
#define Q_LIST "(" ROW("1", "station-record") FROM_STATION AFTER("1") UP " UNION ALL (" ROW("2", "equipment-record") FROM_EQUIPMENT AFTER("2") UP \
    " UNION ALL (" ROW("3", "equipment-record") FROM_LINK AFTER("3") UP " ORDER BY since, rank, id LIMIT ?"
#define Q_NEXT "(" PLACE("1") FROM_STATION AFTER("1") UP " UNION ALL (" PLACE("2") FROM_EQUIPMENT AFTER("2") UP \
    " UNION ALL (" PLACE("3") FROM_LINK AFTER("3") UP " ORDER BY since, rank, id LIMIT ?"
#define Q_PREVIOUS "(" PLACE("1") FROM_STATION BEFORE("1") DOWN " UNION ALL (" PLACE("2") FROM_EQUIPMENT BEFORE("2") DOWN \
    " UNION ALL (" PLACE("3") FROM_LINK BEFORE("3") DOWN " ORDER BY since DESC, rank DESC, id DESC LIMIT ?"
#define Q_COUNT "SELECT LEAST(COUNT(*), ?) FROM ((SELECT 1" FROM_STATION AFTER("1") " LIMIT ?) UNION ALL (SELECT 1" FROM_EQUIPMENT AFTER("2") " LIMIT ?)" \
    " UNION ALL (SELECT 1" FROM_LINK AFTER("3") " LIMIT ?)) waiting"
#define Q_PLACE_STATION   "SELECT 1, id, state_at FROM station_record WHERE id = ? AND state = 'filed' AND filed_division LIKE ?"
#define Q_PLACE_EQUIPMENT "SELECT IF(state = 'filed', 2, 3), id, state_at FROM equipment_record WHERE id = ? AND state IN ('filed', 'linking') AND filed_division LIKE ?"
#define Q_AREAS "SELECT code AS Value, name AS Label FROM division WHERE code LIKE ? AND level IN (2, 3) ORDER BY code LIMIT 300"

static const struct db_column place_columns[] = { DB_INT(struct queue_place, rank), DB_INT(struct queue_place, id), DB_TEXT(struct queue_place, since), DB_END };

/* --- places ------------------------------------------------------------------------------------------------------------ */

struct queue_place queue_place_read(struct work *work, const char *text)
{
    struct queue_place place = { 0 };
    if (!text || !*text)
        return place;
    char *copy = arena_copy(work->arena, text), *at = strsep(&copy, "."), *rank = strsep(&copy, ".");
    if (!rank || !copy || strlen(at) != 17 || strspn(at, "0123456789") != 17 || !text_to_int(rank, STATION, LINK, &place.rank)
        || !text_to_int(copy, 1, INT64_MAX, &place.id))
        fail(work, FAIL_MALFORMED, "翻页参数有误，请从列表第一页重新进入。");
    place.since = arena_printf(work->arena, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s.%s", at, at + 4, at + 6, at + 8, at + 10, at + 12, at + 14);
    return place;
}

const char *queue_place_text(struct work *work, const struct queue_place *place)
{
    char digits[24], *d = digits;
    for (const char *c = place->since; *c && d < digits + 17; c++)
        if (*c >= '0' && *c <= '9')
            *d++ = *c;
    *d = '\0';
    return arena_printf(work->arena, "%s.%lld.%lld", digits, (long long)place->rank, (long long)place->id);
}

bool record_queue_place(struct work *work, const char *flow, int64_t id, struct queue_place *place)
{
    struct value mine = T(record_staff(work) ? record_division(work) : "");
    return strcmp(flow, "station-record") == 0 ? db_struct(work, place_columns, place, Q_PLACE_STATION, I(id), mine)
                                               : db_struct(work, place_columns, place, Q_PLACE_EQUIPMENT, I(id), mine);
}

/* --- asking --------------------------------------------------------------------------------------------------------------- */

/* LIKE's own characters in what was typed are themselves. */
static const char *beginning(struct work *work, const char *text)
{
    char *out = arena_alloc(work->arena, 2 * strlen(text) + 2), *at = out;
    for (; *text; text++) {
        if (strchr("\\%_", *text))
            *at++ = '\\';
        *at++ = *text;
    }
    strcpy(at, "%");
    return out;
}

static const char *given(const char *text) { return text ? text : ""; }

static size_t branch_bind(struct work *work, const struct queue_asked *asked, const struct queue_place *place, int rank, struct value *binds)
{
    size_t n = 0;
    const char *only = given(asked->only), *area = given(asked->area), *owner = given(asked->owner), *like = beginning(work, owner);
    const char *since = place && place->since ? place->since : "0001-01-01";
    binds[n++] = I(record_staff(work) && (!*only || strcmp(only, branches[rank].only) == 0));
    binds[n++] = T(record_division(work));
    binds[n++] = T(*area ? division_like(work->arena, area) : "%");
    binds[n++] = T(owner);
    binds[n++] = T(like);
    binds[n++] = T(like);
    binds[n++] = I(asked->days);
    binds[n++] = I(asked->days);
    binds[n++] = I(asked->overdue);
    binds[n++] = T(since);
    binds[n++] = T(since);
    binds[n++] = I(place ? place->rank : 0);
    binds[n++] = I(place ? place->id : 0);
    return n;
}

static size_t all_bind(struct work *work, const struct queue_asked *asked, const struct queue_place *place, int64_t limit, struct value *binds)
{
    size_t n = 0;
    for (int rank = STATION; rank <= BRANCHES; rank++) {
        n += branch_bind(work, asked, place, rank, binds + n);
        binds[n++] = I(limit);
    }
    return n;
}

/* --- pages ------------------------------------------------------------------------------------------------------------------ */

static void due_to_row(struct work *work, HDF *found, HDF *row)
{
    const char *due = view_get(found, "due_on");
    if (!*due)
        return;
    int left = calendar_left(work, due);
    view_set(row, "Due", due);
    view_set_int(row, "Left", abs(left));
    view_set(row, "Overdue", left < 0 ? "1" : NULL);
    view_set(row, "Known", hdf_get_int_value(found, "known", 0) ? "1" : NULL);
}

static void row_fill(struct work *work, HDF *found, HDF *row)
{
    int rank = hdf_get_int_value(found, "rank", STATION);
    const char *flow = branches[rank].flow, *state = view_get(found, "state");
    view_set(row, "Kind", branches[rank].kind);
    view_set(row, "Label", branches[rank].label);
    view_set(row, "Flow", flow);
    view_set(row, "Id", view_get(found, "id"));
    view_set(row, "Seen", *view_get(found, "seen") ? view_get(found, "seen") : "0");
    view_set(row, "Name", *view_get(found, "name") ? view_get(found, "name") : "未命名");
    view_set(row, "Code", view_get(found, "code"));
    view_set(row, "State", state);
    view_set(row, "StateLabel", flow_state_label(flow, state));
    view_set(row, "StateKind", flow_state_kind(flow, state));
    view_set(row, "Area", division_name(work, view_get(found, "division")));
    view_set(row, "Operator", view_get(found, "operator"));
    view_set(row, "At", arena_copy_n(work->arena, view_get(found, "since"), 16));
    due_to_row(work, found, row);
}

static void release(void *hdf)
{
    HDF *tree = hdf;
    hdf_destroy(&tree);
}

const char *record_queue(struct work *work, const struct queue_asked *asked, const struct queue_place *after, int limit, HDF *node)
{
    struct value binds[BRANCHES * BINDS_A_BRANCH];
    size_t count = all_bind(work, asked, after, limit + 1, binds);
    HDF *found, *last = NULL;
    int n = 0;
    if (limit < 1 || limit > LIMIT_MAX || hdf_init(&found))
        fail_ours(work, "queue: a page of %d", limit);
    work_defer(work, release, found);
    binds[count++] = I(limit + 1);
    int rows = db_rows_text(work, found, Q_LIST, binds, count);
    for (HDF *f = hdf_obj_child(found); f && n < limit; f = hdf_obj_next(f)) {
        row_fill(work, f, view_node(node, arena_printf(work->arena, "%d", n++)));
        last = f;
    }
    if (rows <= limit)
        return NULL;
    return queue_place_text(work, &(struct queue_place){ view_get(last, "since"), hdf_get_int_value(last, "rank", 0),
                                                         strtoll(view_get(last, "id"), NULL, 10) });
}

int64_t record_queue_count(struct work *work, const struct queue_asked *asked)
{
    struct value binds[BRANCHES * BINDS_A_BRANCH + 1] = { I(QUEUE_COUNT_MAX) };
    size_t count = 1 + all_bind(work, asked, NULL, QUEUE_COUNT_MAX, binds + 1);
    return db_int_text(work, 0, Q_COUNT, binds, count);
}

static struct queue_case neighbour(struct work *work, const struct queue_asked *asked, const struct queue_place *place, bool next)
{
    struct value binds[BRANCHES * BINDS_A_BRANCH];
    size_t count = all_bind(work, asked, place, 1, binds);
    struct queue_place found = { 0 };
    binds[count++] = I(1);
    bool there = next ? db_struct_text(work, place_columns, &found, Q_NEXT, binds, count)
                      : db_struct_text(work, place_columns, &found, Q_PREVIOUS, binds, count);
    return there ? (struct queue_case){ branches[found.rank].flow, found.id } : (struct queue_case){ NULL, 0 };
}

struct queue_case record_queue_next(struct work *work, const struct queue_asked *asked, const struct queue_place *place)
{
    return neighbour(work, asked, place, true);
}

struct queue_case record_queue_previous(struct work *work, const struct queue_asked *asked, const struct queue_place *place)
{
    return neighbour(work, asked, place, false);
}

void record_queue_areas(struct work *work, HDF *node)
{
    db_rows(work, node, Q_AREAS, T(record_staff(work) ? record_division(work) : ""));
}

int64_t record_queue_waiting(struct work *work)
{
    static const struct queue_asked all = { 0 };
    struct value binds[BRANCHES * BINDS_A_BRANCH + 1] = { I(FLOW_COUNT_MAX) };
    if (!(work->actor.capabilities & CAP_BIT(CAP_RECORD_REVIEW)))
        return 0;
    size_t count = 1 + all_bind(work, &all, NULL, FLOW_COUNT_MAX, binds + 1);
    return db_int_text(work, 0, Q_COUNT, binds, count);
}
