/* connector_state: see the header. One conditional UPDATE, so that two tellers never lose a version. */
#include "domain/connector_state.h"

#include "core/db.h"
#include "core/text.h"

#define Q_TELL                                                                                       \
    "UPDATE connector SET state = ?, park_state = COALESCE(?, park_state), lock_state = COALESCE(?, lock_state)," \
    " state_version = LAST_INSERT_ID(state_version + 1), state_at = ?"                                \
    " WHERE id = ? AND removed_at IS NULL AND (state_at IS NULL OR state_at <= ?)"
#define Q_AGAIN                                                                                      \
    "UPDATE connector SET state_version = LAST_INSERT_ID(state_version + 1), state_at = ?"            \
    " WHERE id = ? AND removed_at IS NULL AND state IS NOT NULL AND state_at <= ?"
#define Q_LOG "INSERT INTO connector_state_log (at, connector_id, state, park_state, lock_state) VALUES (?, ?, ?, ?, ?)"

static struct value told(int value)
{
    return value == NOT_TOLD ? N() : I(value);
}

bool connector_state_tell(struct work *work, int64_t connector_id, int state, int park, int lock, int64_t at_ms,
                          uint32_t *version)
{
    const char *at = time_sql(work->arena, at_ms);

    *version = 0;
    int64_t next = db_insert(work, Q_TELL, I(state), told(park), told(lock), T(at), I(connector_id), T(at));
    if (next == 0)
        return db_int(work, 0, "SELECT 1 FROM connector WHERE id = ? AND removed_at IS NULL", I(connector_id)) == 1;
    db_exec(work, Q_LOG, T(at), I(connector_id), I(state), told(park), told(lock));
    *version = (uint32_t)next;
    return true;
}

bool connector_state_again(struct work *work, int64_t connector_id, int64_t at_ms, uint32_t *version)
{
    const char *at = time_sql(work->arena, at_ms);

    *version = (uint32_t)db_insert(work, Q_AGAIN, T(at), I(connector_id), T(at));
    return *version != 0;
}

int64_t connector_find(struct work *work, int64_t operator_id, const char *code)
{
    return db_int(work, 0, "SELECT id FROM connector WHERE operator_id = ? AND code = ? AND removed_at IS NULL",
                  I(operator_id), T(code));
}
