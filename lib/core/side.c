/* side: see the header. */
#include "core/side.h"

#include <stdio.h>

#include "core/db.h"
#include "core/text.h"

static void side_close(void *thing)
{
    struct work *side = thing;

    work_release(side);
    db_free(side->db);
    arena_free(side->arena);
}

struct work *side_open(struct work *work)
{
    struct work *side = arena_alloc(work->arena, sizeof *side);

    side->arena = arena_new();
    side->db = db_new("portal");
    side->actor = work->actor;
    side->id = work->id;
    side->now = work->now;
    work_defer(work, side_close, side);
    return side;
}

void side_run(struct work *work, struct work *side, enum work_mode mode, void (*fn)(struct work *side, void *arg),
              void *arg)
{
    work_release(side);
    arena_reset(side->arena);
    side->now = clock_now();
    if (work_run(side, mode, fn, arg))
        return;
    snprintf(work->fail_detail, sizeof work->fail_detail, "%s", side->fail_detail);
    fail(work, side->failed, "%s", side->fail_text);
}
