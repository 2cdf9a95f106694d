#include "domain/trail.h"

#include "core/db.h"

#define Q_WRITE "INSERT INTO trail (account_id, actor, act, object, outcome, detail, address, work_id)" \
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

void trail_write(struct work *work, const char *act, const char *object, const char *outcome, const char *detail,
                 const char *address)
{
    const char *actor = work->actor.login && *work->actor.login ? work->actor.login : "system";
    db_exec(work, Q_WRITE, I(work->actor.account_id), T(actor), T(act), T(object), T(outcome), T(detail),
            T(address ? address : ""), T(work->id ? work->id : ""));
}
