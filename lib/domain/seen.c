/* seen: see the header. */
#include "domain/seen.h"

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"

bool seen_first(struct work *work, const uint8_t digest[32])
{
    return db_insert_new(work, "INSERT INTO exchange_seen (digest, received_at) VALUES (?, ?)", B(digest, 32),
                         T(time_sql(work->arena, work->now)));
}

int64_t seen_sweep(struct work *work)
{
    /* A message dated ahead of our clock stays acceptable for twice the window, which a partner may have set wider. */
    int64_t general = config_int("Exchange.ClockWindow");
    int64_t widest = db_int(work, general, "SELECT GREATEST(?, COALESCE(MAX(clock_window), 0)) FROM partner", I(general));
    int64_t keep = widest * 2000 + 600000;
    return db_exec(work, "DELETE FROM exchange_seen WHERE received_at < ? ORDER BY received_at LIMIT ?",
                   T(time_sql(work->arena, work->now - keep)), I(SEEN_SWEEP));
}
