/* charge_order: see the header. A new order costs: its number, the connector's lock, a look for overlaps, the order, its share
 * of the day. Everything else is the rare way. */
#include "domain/charge_order.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/charge_order_day.h"
#include "domain/charge_order_doubt.h"
#include "domain/connector_place.h"

enum { OVERLAPS_MOST = 50 };

#define Q_NUMBER "INSERT INTO charge_order_key (operator_id, order_no, digest, at) VALUES (?, ?, ?, ?)"
#define Q_NUMBER_KNOWN "SELECT at, digest = ? FROM charge_order_key WHERE operator_id = ? AND order_no = ? FOR UPDATE"
#define Q_OTHER "INSERT INTO charge_order_other (operator_id, order_no, digest) VALUES (?, ?, ?)"
#define Q_OTHERS "SELECT COUNT(*) FROM charge_order_other WHERE operator_id = ? AND order_no = ? AND raw IS NULL"
#define Q_ADDED "INSERT INTO charge_order_other (operator_id, order_no, digest, raw) VALUES (?, ?, ?, ?)"
#define Q_WAS_ADDED "SELECT raw IS NOT NULL FROM charge_order_other WHERE operator_id = ? AND order_no = ? AND digest = ?"
/* What the books are about. NULL of the one is NULL of the other. */
#define Q_SAME_BOOKS \
    "SELECT 1 FROM charge_order WHERE operator_id = ? AND at = ? AND order_no = ? AND version = 1 AND connector_code = ? AND start_at = ?" \
    " AND end_at = ? AND energy_wh = ? AND elec_money <=> CAST(? AS DECIMAL(14,2)) AND service_money <=> CAST(? AS DECIMAL(14,2))" \
    " AND total_money = CAST(? AS DECIMAL(14,2))"
#define Q_FIRST "SELECT id FROM charge_order WHERE operator_id = ? AND at = ? AND order_no = ? AND version = 1"
#define Q_LOCK_CONNECTOR "SELECT id FROM connector WHERE id = ? FOR UPDATE"
/* By the index (connector_id, at, start_at): `at` is EndTime of every order without other doubts. */
#define Q_OVERLAPS \
    "SELECT id, at FROM charge_order WHERE connector_id = ? AND at > ? AND at < ? AND start_at < ? AND doubts & ~? = 0 LIMIT ?"
#define Q_STORE \
    "INSERT INTO charge_order (at, operator_id, order_no, version, connector_code, connector_id, station_id, division_code, start_at," \
    " end_at, energy_wh, cusp_wh, peak_wh, flat_wh, valley_wh, elec_money, service_money, total_money, paid_money, paid_at," \
    " pay_channel, discount, stop_reason, sum_period, details, raw, doubts, doubt, source, digest, received_at) VALUES" \
    " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define Q_MARKED \
    "SELECT doubts, operator_id, COALESCE(station_id, 0), energy_wh, CAST(COALESCE(elec_money, 0) * 100 AS SIGNED)," \
    " CAST(COALESCE(service_money, 0) * 100 AS SIGNED), CAST(total_money * 100 AS SIGNED) FROM charge_order WHERE id = ? AND at = ? FOR UPDATE"
#define Q_MARK "UPDATE charge_order SET doubts = ?, doubt = ? WHERE id = ? AND at = ?"

/* By the index (doubt, at). */
#define Q_UNATTACHED \
    "SELECT o.id, o.at, o.operator_id, o.connector_code FROM charge_order o JOIN connector c ON c.operator_id = o.operator_id" \
    " AND c.code = o.connector_code WHERE o.doubt = ? AND o.at > ? ORDER BY o.at LIMIT ?"
#define Q_ATTACHED \
    "SELECT doubts, operator_id, energy_wh, CAST(COALESCE(elec_money, 0) * 100 AS SIGNED), CAST(COALESCE(service_money, 0) * 100 AS SIGNED)," \
    " CAST(total_money * 100 AS SIGNED), start_at, end_at FROM charge_order WHERE id = ? AND at = ? AND connector_id IS NULL FOR UPDATE"
#define Q_ATTACH \
    "UPDATE charge_order SET connector_id = ?, station_id = ?, division_code = ?, doubts = ?, doubt = ? WHERE id = ? AND at = ?"

/* --- binds ---------------------------------------------------------------------------------------------------- */

static struct value told(int64_t value)
{
    return value == ORDER_NO_VALUE ? N() : I(value);
}

static struct value yuan(struct work *work, int64_t fen)
{
    return fen == ORDER_NO_VALUE ? N()
        : T(arena_printf(work->arena, "%s%lld.%02lld", fen < 0 ? "-" : "", (long long)llabs(fen) / 100, (long long)llabs(fen) % 100));
}

static const char *second(struct work *work, int64_t ms)
{
    return time_format(work->arena, ms, "%Y-%m-%d %H:%M:%S");
}

/* --- marking what is stored -------------------------------------------------------------------------------------- */

struct marked { int64_t doubts, operator_id, station_id, energy_wh, elec_fen, service_fen, total_fen; };

/* Puts a doubt on a stored order; one that was counted is so no more. */
static void mark(struct work *work, int64_t id, const char *at, enum order_doubt doubt)
{
    static const struct db_column columns[] = { DB_INT(struct marked, doubts), DB_INT(struct marked, operator_id),
        DB_INT(struct marked, station_id), DB_INT(struct marked, energy_wh), DB_INT(struct marked, elec_fen),
        DB_INT(struct marked, service_fen), DB_INT(struct marked, total_fen), DB_END };
    struct marked row;
    if (!db_struct(work, columns, &row, Q_MARKED, I(id), T(at)) || row.doubts & DOUBT_BIT(doubt))
        return;
    unsigned doubts = (unsigned)row.doubts | DOUBT_BIT(doubt);
    db_exec(work, Q_MARK, I(doubts), I(order_doubt_first(doubts)), I(id), T(at));
    if (!row.doubts)
        order_day_doubt(work, &(struct order_share){ .day = arena_copy_n(work->arena, at, 10), .operator_id = row.operator_id,
            .station_id = row.station_id, .energy_wh = row.energy_wh, .elec_fen = row.elec_fen, .service_fen = row.service_fen,
            .total_fen = row.total_fen });
}

struct other_order { int64_t id; const char *at; };
struct overlaps    { struct arena *arena; struct other_order kept[OVERLAPS_MOST]; size_t count; };

static void overlap_keep(void *row, void *arg)
{
    const struct other_order *r = row;
    struct overlaps *out = arg;
    out->kept[out->count++] = (struct other_order){ r->id, arena_copy(out->arena, r->at) };
}

/* Marks the others; true: there were some. The connector's lock makes two at once wait for each other, and orders that are
 * doubtful by themselves overlap with nothing: one impossible order must not take a whole month out of the books. */
static bool overlap(struct work *work, const struct connector_place *place, const struct charge_order *order)
{
    static const struct db_column columns[] = { DB_INT(struct other_order, id), DB_TEXT(struct other_order, at), DB_END };
    struct overlaps found = { .arena = work->arena };
    struct other_order row;
    int64_t longest = config_int("Orders.LongestHours") * 3600000;
    db_each(work, columns, &row, overlap_keep, &found, Q_OVERLAPS, I(place->connector_id),
            T(second(work, order->start_ms + OVERLAP_MS)), T(second(work, order->end_ms + longest)),
            T(second(work, order->end_ms - OVERLAP_MS)), I(DOUBT_BIT(DOUBT_OVERLAP)), I(OVERLAPS_MOST));
    for (size_t i = 0; i < found.count; i++)
        mark(work, found.kept[i].id, found.kept[i].at, DOUBT_OVERLAP);
    return found.count > 0;
}

/* --- storing -------------------------------------------------------------------------------------------------------- */

struct entry {
    int64_t                       operator_id;
    const struct charge_order    *order;
    const struct connector_place *place;         /* NULL: not known */
    const char                   *at;            /* its place in the books */
    int64_t                       version;
    unsigned                      doubts;
};

/* A month that cannot be is none to keep books by. */
static int64_t booked(const struct work *work, const struct charge_order *order)
{
    bool possible = order->end_ms > INT64_C(946656000000) && order->end_ms < work->now + 86400000;        /* 2000-01-01 */
    return possible ? order->end_ms : work->now;
}

static unsigned doubts_of(struct work *work, const struct entry *e)
{
    struct doubt_context context = { .now = work->now, .known = e->place != NULL, .power_w = e->place ? e->place->power_w : 0 };
    unsigned doubts = order_doubts(work->arena, e->order, &context);
    if (e->version > 1)
        doubts |= DOUBT_BIT(DOUBT_CONTENT);
    if (e->place && !doubts && db_int(work, 0, Q_LOCK_CONNECTOR, I(e->place->connector_id)) && overlap(work, e->place, e->order))
        doubts |= DOUBT_BIT(DOUBT_OVERLAP);
    return doubts;
}

static void entry_store(struct work *work, struct entry *e)
{
    const struct charge_order *o = e->order;
    const struct connector_place *p = e->place;
    e->doubts = doubts_of(work, e);
    db_exec(work, Q_STORE, T(e->at), I(e->operator_id), T(o->order_no), I(e->version), T(o->connector_code),
            p ? I(p->connector_id) : N(), p ? I(p->station_id) : N(), T(p && *p->division ? p->division : config_text("Site.Division.Code")),
            T(second(work, o->start_ms)), T(second(work, o->end_ms)), I(o->energy_wh), told(o->cusp_wh), told(o->peak_wh),
            told(o->flat_wh), told(o->valley_wh), yuan(work, o->elec_fen), yuan(work, o->service_fen),
            yuan(work, o->total_fen == ORDER_NO_VALUE ? 0 : o->total_fen), yuan(work, o->paid_fen),
            o->paid_ms == ORDER_NO_VALUE ? N() : T(second(work, o->paid_ms)), told(o->pay_channel), T(o->discount), T(o->stop_reason),
            told(o->sum_period), T(o->details_text), T(o->raw), I(e->doubts), I(order_doubt_first(e->doubts)), T(o->source),
            B(o->digest, sizeof o->digest), T(time_sql(work->arena, work->now)));
    order_day_add(work, &(struct order_share){ .day = arena_copy_n(work->arena, e->at, 10), .operator_id = e->operator_id,
        .station_id = p ? p->station_id : 0, .energy_wh = o->energy_wh, .elec_fen = o->elec_fen, .service_fen = o->service_fen,
        .total_fen = o->total_fen, .doubtful = e->doubts != 0 });
}

struct known { const char *at; int64_t same; };

/* Told again with its payment, its reason of stopping and the like: it disputes nothing. */
static bool same_books(struct work *work, const struct entry *e, const char *at)
{
    const struct charge_order *o = e->order;
    return db_int(work, 0, Q_SAME_BOOKS, I(e->operator_id), T(at), T(o->order_no), T(o->connector_code), T(second(work, o->start_ms)),
                  T(second(work, o->end_ms)), I(o->energy_wh), yuan(work, o->elec_fen), yuan(work, o->service_fen),
                  yuan(work, o->total_fen == ORDER_NO_VALUE ? 0 : o->total_fen));
}

static enum order_outcome known_store(struct work *work, struct entry *e)
{
    static const struct db_column columns[] = { DB_TEXT(struct known, at), DB_INT(struct known, same), DB_END };
    struct known first;
    const struct charge_order *o = e->order;
    if (!db_struct(work, columns, &first, Q_NUMBER_KNOWN, B(o->digest, 16), I(e->operator_id), T(o->order_no)))
        fail_ours(work, "order %s is there and is not", o->order_no);
    if (first.same)
        return ORDER_AGAIN;
    if (db_int(work, 0, Q_WAS_ADDED, I(e->operator_id), T(o->order_no), B(o->digest, 16)))
        return ORDER_AGAIN;
    if (same_books(work, e, first.at) && db_insert_new(work, Q_ADDED, I(e->operator_id), T(o->order_no), B(o->digest, 16), T(o->raw)))
        return ORDER_AGAIN;
    if (!db_insert_new(work, Q_OTHER, I(e->operator_id), T(o->order_no), B(o->digest, 16)))
        return ORDER_OTHER;
    e->version = 1 + db_int(work, 0, Q_OTHERS, I(e->operator_id), T(o->order_no));
    entry_store(work, e);
    mark(work, db_int(work, 0, Q_FIRST, I(e->operator_id), T(first.at), T(o->order_no)), first.at, DOUBT_CONTENT);
    return ORDER_OTHER;
}

enum order_outcome charge_order_store(struct work *work, int64_t operator_id, const struct charge_order *order)
{
    struct entry entry = { .operator_id = operator_id, .order = order, .version = 1,
                           .place = connector_place(work, operator_id, order->connector_code),
                           .at = second(work, booked(work, order)) };
    if (!db_insert_new(work, Q_NUMBER, I(operator_id), T(order->order_no), B(order->digest, sizeof order->digest), T(entry.at)))
        return known_store(work, &entry);
    entry_store(work, &entry);
    return ORDER_STORED;
}

/* --- connectors that became known later ------------------------------------------------------------------------------- */

enum { ATTACH_MOST = 1000, ATTACH_DAYS = 60 };

struct unattached { int64_t id, operator_id; const char *at, *connector_code; };
struct attached   { int64_t doubts, operator_id, energy_wh, elec_fen, service_fen, total_fen; const char *start_at, *end_at; };
struct attach     { struct arena *arena; struct unattached found[ATTACH_MOST]; size_t count, moved; const struct unattached *now;
                    struct connector_place place; bool known; };

static void unattached_keep(void *row, void *arg)
{
    const struct unattached *r = row;
    struct attach *a = arg;
    a->found[a->count++] = (struct unattached){ r->id, r->operator_id, arena_copy(a->arena, r->at), arena_copy(a->arena, r->connector_code) };
}

static void unattached_find(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_INT(struct unattached, id), DB_TEXT(struct unattached, at),
        DB_INT(struct unattached, operator_id), DB_TEXT(struct unattached, connector_code), DB_END };
    struct attach *a = arg;
    struct unattached row;
    a->count = 0;
    db_each(work, columns, &row, unattached_keep, a, Q_UNATTACHED, I(DOUBT_CONNECTOR),
            T(second(work, work->now - ATTACH_DAYS * INT64_C(86400000))), I(ATTACH_MOST));
}

/* What the connector decides: that it is known, the energy its power allows, overlaps. The other doubts stay. */
static unsigned doubts_anew(struct work *work, const struct attached *row, const struct connector_place *place)
{
    struct charge_order order = { .energy_wh = row->energy_wh };
    struct doubt_context context = { .now = work->now, .known = true, .power_w = place->power_w };
    unsigned doubts = (unsigned)row->doubts & ~(DOUBT_BIT(DOUBT_CONNECTOR) | DOUBT_BIT(DOUBT_ENERGY));
    (void)time_parse(row->start_at, "%Y-%m-%d %H:%M:%S", &order.start_ms);
    (void)time_parse(row->end_at, "%Y-%m-%d %H:%M:%S", &order.end_ms);
    if (order_doubt_why(work->arena, DOUBT_ENERGY, &order, &context))
        doubts |= DOUBT_BIT(DOUBT_ENERGY);
    if (!doubts && overlap(work, place, &order))
        doubts |= DOUBT_BIT(DOUBT_OVERLAP);
    return doubts;
}

/* In a work of its own: a read before the connector's lock is had would show the overlaps of before the wait for it. */
static void place_read(struct work *work, void *arg)
{
    struct attach *a = arg;
    const struct connector_place *place = connector_place(work, a->now->operator_id, a->now->connector_code);
    a->known = place != NULL;
    if (place)
        a->place = *place;
}

static void order_attach(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_INT(struct attached, doubts), DB_INT(struct attached, operator_id),
        DB_INT(struct attached, energy_wh), DB_INT(struct attached, elec_fen), DB_INT(struct attached, service_fen),
        DB_INT(struct attached, total_fen), DB_TEXT(struct attached, start_at), DB_TEXT(struct attached, end_at), DB_END };
    struct attach *a = arg;
    struct attached row;
    const struct unattached *u = a->now;
    const struct connector_place *place = &a->place;
    if (!db_int(work, 0, Q_LOCK_CONNECTOR, I(place->connector_id)) || !db_struct(work, columns, &row, Q_ATTACHED, I(u->id), T(u->at)))
        return;
    unsigned doubts = doubts_anew(work, &row, place);
    struct order_share share = { .day = arena_copy_n(work->arena, u->at, 10), .operator_id = row.operator_id, .energy_wh = row.energy_wh,
                                 .elec_fen = row.elec_fen, .service_fen = row.service_fen, .total_fen = row.total_fen, .doubtful = true };
    db_exec(work, Q_ATTACH, I(place->connector_id), I(place->station_id),
            T(*place->division ? place->division : config_text("Site.Division.Code")), I(doubts), I(order_doubt_first(doubts)), I(u->id), T(u->at));
    order_day_take(work, &share);
    share.station_id = place->station_id;
    share.doubtful = doubts != 0;
    order_day_add(work, &share);
    a->moved++;
}

int64_t charge_orders_attach(struct work *work)
{
    struct attach *a = arena_alloc(work->arena, sizeof *a);
    a->arena = work->arena;
    work_must(work, WORK_READ, unattached_find, a);
    for (size_t i = 0; i < a->count; i++) {
        a->now = &a->found[i];
        work_must(work, WORK_READ, place_read, a);
        if (a->known)
            work_must(work, WORK_WRITE, order_attach, a);
    }
    return (int64_t)a->moved;
}
