/* demo_live: the demonstration city's day. States are told through connector_state_tell() like anybody's; only the
 * very first are set by one statement (Q_SEED). */
#include <stdio.h>

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/connector_state.h"
#include "domain/demo.h"
#include "domain/demo_city.h"
#include "domain/map_source.h"

enum { TICK_ROWS = 2000, FIRST_TICKS = 12, ROUND_TICKS = 160, CHANGE_ONE_IN = 14 };

/* Of every thousand connectors 40 are never told, 15 faulty, 15 offline, the rest free or in use. */
#define HASH(letter) "CRC32(CONCAT('" letter "', c.code, c.operator_id)) MOD 1000"
#define Q_SEED                                                                                              \
    "UPDATE connector c JOIN station s ON s.id = c.station_id JOIN operator o ON o.id = s.operator_id"       \
    " SET c.state_version = 1, c.state_at = IF(" SQL_SILENT ", ? - INTERVAL 5 HOUR, ? - INTERVAL (" HASH("t") ") DIV 3 SECOND)," \
    " c.state = CASE WHEN s.station_status <> 50 THEN 0 WHEN " HASH("f") " < 15 THEN 255 WHEN " HASH("f") " < 30 THEN 0" \
    " WHEN " HASH("b") " >= ? THEN 1 WHEN " HASH("k") " < 800 THEN 3 WHEN " HASH("k") " < 950 THEN 2 ELSE 4 END" \
    " WHERE s.source = 'demo' AND c.state IS NULL AND " HASH("n") " >= 40"
#define Q_NEXT                                                                                              \
    "SELECT c.id, c.state, s.station_status FROM connector c JOIN station s ON s.id = c.station_id"          \
    " JOIN operator o ON o.id = s.operator_id"                                                               \
    " WHERE c.id > ? AND s.source = 'demo' AND s.removed_at IS NULL AND c.removed_at IS NULL AND c.state IS NOT NULL" \
    " AND NOT (" SQL_SILENT ") AND NOT EXISTS (SELECT 1 FROM partner p WHERE p.operator_id = o.id) ORDER BY c.id LIMIT ?"
#define Q_HOW_MANY                                                                                          \
    "SELECT COUNT(*) FROM connector c JOIN station s ON s.id = c.station_id WHERE s.source = 'demo'"

/* Share of connectors in use by the hour, in percent: nights on slow piles, noon and the evening peak */
static const int busy_by_hour[24] = { 38, 40, 40, 38, 34, 28, 22, 24, 28, 30, 33, 40,
                                      48, 46, 38, 34, 33, 36, 42, 45, 42, 40, 42, 40 };

double demo_busy_share(int64_t now_ms)
{
    int64_t hours = now_ms / 3600000 + 8;                            /* +08:00 */

    return busy_by_hour[hours % 24] / 100.0;
}

void demo_states_seed(struct work *work)
{
    const char *now = time_sql(work->arena, clock_now());

    db_exec(work, Q_SEED, T(now), T(now), I((int64_t)(demo_busy_share(clock_now()) * 1000)));
}

struct live_row { int64_t id, state, status; };

struct tick {
    struct live_row  rows[TICK_ROWS];
    struct map_told  told[TICK_ROWS];
    int              wanted, count, told_count;
    int64_t          after;
    struct random_stream random;
};

static void row_keep(void *row, void *arg)
{
    struct tick *tick = arg;

    tick->rows[tick->count++] = *(struct live_row *)row;
}

static int state_draw(struct tick *tick, int64_t now)
{
    int draw = random_below(&tick->random, 1000);

    if (draw < 6)
        return CONNECTOR_FAULT;
    if (draw < 14)
        return CONNECTOR_OFFLINE;
    if (random_real(&tick->random) >= demo_busy_share(now))
        return CONNECTOR_FREE;
    draw = random_below(&tick->random, 100);
    return draw < 80 ? CONNECTOR_CHARGING : draw < 95 ? CONNECTOR_OCCUPIED : CONNECTOR_RESERVED;
}

static void row_tell(struct work *work, struct tick *tick, const struct live_row *row, int64_t now)
{
    uint32_t version;
    int state = (int)row->state;
    bool changes = row->status == STATION_IN_USE && random_below(&tick->random, CHANGE_ONE_IN) == 0;

    if (changes)
        state = state_draw(tick, now);
    if (state == row->state)
        connector_state_again(work, row->id, now, &version);
    else
        connector_state_tell(work, row->id, state, NOT_TOLD, NOT_TOLD, now, &version);
    if (version)
        tick->told[tick->told_count++] = (struct map_told){ row->id, state, version, now };
}

static void tick_tell(struct work *work, void *arg)
{
    static const struct db_column columns[] = {
        DB_INT(struct live_row, id), DB_INT(struct live_row, state), DB_INT(struct live_row, status), DB_END };
    struct tick *tick = arg;
    struct live_row row;
    int64_t now = clock_now();

    tick->count = tick->told_count = 0;                              /* run again after a conflict */
    db_each(work, columns, &row, row_keep, tick, Q_NEXT, I(tick->after), I(tick->wanted));
    for (int i = 0; i < tick->count; i++)
        row_tell(work, tick, &tick->rows[i], now);
}

static void count_rows(struct work *work, void *arg)
{
    *(int64_t *)arg = db_int(work, 0, Q_HOW_MANY);
}

/* After a start everything is told within a minute; then all of it once in eight minutes, in order of the ids. */
int demo_tick(struct work *work)
{
    static int64_t after, total;
    static int ticks;
    struct tick *tick = arena_alloc(work->arena, sizeof *tick);

    if (ticks == 0 && !work_run(work, WORK_READ, count_rows, &total))
        return 0;
    tick->after = after;
    tick->wanted = ticks < FIRST_TICKS ? TICK_ROWS : (int)(total / ROUND_TICKS) + 1;
    tick->wanted = tick->wanted > TICK_ROWS ? TICK_ROWS : tick->wanted;
    tick->random.state = (uint64_t)clock_now();
    if (!work_run(work, WORK_WRITE, tick_tell, tick))
        return 0;
    ticks++;
    after = tick->count < tick->wanted ? 0 : tick->rows[tick->count - 1].id;
    map_states_put(map_shared(work), tick->told, (size_t)tick->told_count);
    return tick->told_count;
}
