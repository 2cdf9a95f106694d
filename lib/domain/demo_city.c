/* demo_city: makes and stores the demonstration city: operators, then stations in short transactions, then the
 * states told by their platforms. Everything follows from one seed. */
#include "domain/demo_city.h"

#include <math.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/side.h"
#include "core/text.h"
#include "domain/demo.h"
#include "domain/operator.h"

enum { SEED = 20261120, BATCH = 100, PER_OPERATOR = 26, NAME_TRIES = 6, TWIN_ONE_IN = 30 };

struct maker {
    struct city          city;
    struct demo_operator operators[OPERATORS_MOST];
    int64_t              ids[OPERATORS_MOST];
    int                  operator_count, total, done;
    struct station_record batch[BATCH];
    int                  owner[BATCH];
    int                  count;
    struct point         last;
    uint64_t            *names;              /* open-addressed set of hashes: no two stations of one name */
    size_t               names_room;
    struct arena        *kept, *scratch;     /* the city; one batch of stations */
};

/* --- names -------------------------------------------------------------------------------------------- */

static bool name_taken(struct maker *maker, const char *name)
{
    uint64_t hash = 1469598103934665603u;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    hash |= 1;                                                       /* 0 is an empty place */
    for (size_t at = hash % maker->names_room;; at = (at + 1) % maker->names_room) {
        if (maker->names[at] == hash)
            return true;
        if (!maker->names[at]) {
            maker->names[at] = hash;
            return false;
        }
    }
}

/* --- making ---------------------------------------------------------------------------------------------- */

/* A few large operators and many small ones. */
static int owner_draw(struct maker *maker)
{
    double u = random_real(&maker->city.random);

    return (int)(pow(u, 1.8) * maker->operator_count);
}

static void station_make(struct maker *maker, struct station_record *record, int *owner)
{
    struct city *city = &maker->city;
    const struct centre *centre = city_centre(city);

    *owner = owner_draw(maker);
    for (int i = 0; i < NAME_TRIES; i++) {
        demo_station_make(city, maker->done, &maker->operators[*owner], centre, record);
        if (!name_taken(maker, record->name))
            break;
        record->name = NULL;
    }
    if (!record->name)
        record->name = arena_printf(city->arena, "%s%d号充电站", centre->name, maker->done + 1);
    if (maker->done > 0 && random_below(&city->random, TWIN_ONE_IN) == 0)
        record->place = maker->last;         /* two operators in one car park: one point on the map */
    maker->last = record->place;
    maker->done++;
}

static void batch_store(struct work *side, void *arg)
{
    struct maker *maker = arg;

    for (int i = 0; i < maker->count; i++) {
        maker->batch[i].operator_id = maker->ids[maker->owner[i]];
        station_upsert(side, &maker->batch[i]);
    }
}

static void operators_store(struct work *side, void *arg)
{
    struct maker *maker = arg;

    for (int i = 0; i < maker->operator_count; i++) {
        const struct demo_operator *o = &maker->operators[i];
        maker->ids[i] = operator_upsert(side, &(struct operator_record){
            .code = o->code, .uscc = o->uscc, .name = o->name, .short_name = o->brand, .service_tel = o->tel,
            .division = config_text("Site.Division.Code"), .source = "demo" });
    }
}

static void city_open(struct work *side, void *arg)
{
    struct maker *maker = arg;

    city_read(side, &maker->city);
}

static void any_demo(struct work *side, void *arg)
{
    *(bool *)arg = db_int(side, 0, "SELECT 1 FROM station WHERE source = 'demo' LIMIT 1") == 1;
}

static void states_tell(struct work *side, void *arg)
{
    (void)arg;
    demo_states_seed(side);
}

static void maker_close(void *thing)
{
    arena_free(((struct maker *)thing)->kept);
    arena_free(((struct maker *)thing)->scratch);
}

static int operators_for(int stations)
{
    int wanted = stations / PER_OPERATOR;

    return wanted < OPERATORS_LEAST ? OPERATORS_LEAST : wanted > OPERATORS_MOST ? OPERATORS_MOST : wanted;
}

static void stations_make(struct work *work, struct work *side, struct maker *maker, struct progress *progress)
{
    maker->city.arena = maker->scratch;
    while (maker->done < maker->total) {
        arena_reset(maker->scratch);
        for (maker->count = 0; maker->count < BATCH && maker->done < maker->total; maker->count++)
            station_make(maker, &maker->batch[maker->count], &maker->owner[maker->count]);
        side_run(work, side, WORK_WRITE, batch_store, maker);
        progress_tell(progress, (double)maker->done / maker->total, maker->done);
    }
}

void demo_city(struct work *work, struct progress *progress)
{
    struct work *side = side_open(work);
    struct maker *maker = arena_alloc(work->arena, sizeof *maker);
    bool there = false;

    side_run(work, side, WORK_READ, any_demo, &there);
    if (there)
        return;
    maker->city.arena = maker->kept = arena_new();
    maker->scratch = arena_new();
    work_defer(work, maker_close, maker);
    maker->city.random.state = SEED;
    maker->total = (int)config_int("Demo.Stations");
    maker->operator_count = operators_for(maker->total);
    maker->names_room = (size_t)maker->total * 2 * NAME_TRIES + 64;
    maker->names = arena_alloc(maker->kept, maker->names_room * sizeof *maker->names);
    side_run(work, side, WORK_READ, city_open, maker);
    for (int i = 0; i < maker->operator_count; i++)
        demo_operator_make(&maker->city, i, &maker->operators[i]);
    side_run(work, side, WORK_WRITE, operators_store, maker);
    stations_make(work, side, maker, progress);
    side_run(work, side, WORK_WRITE, states_tell, NULL);
}
