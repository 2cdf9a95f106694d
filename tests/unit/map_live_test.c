/* Live states: several processes, versions out of order, killed writers, a swap under readers, stale marking. */
#include "map_world.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "map/map_file.h"

/* The stations' sums as the file has them against the plain copy. */
static void world_check(struct world *w, int64_t now)
{
    uint32_t classes[MAP_CLASSES] = { 0 }, found[MAP_CLASSES] = { 0 };
    for (size_t i = 0; i < w->count; i++) {
        const struct sums wanted = plain_sums(&w->stations[i], now);
        const struct map_station *row = map_station(w->map, w->arena, w->stations[i].as.id);
        assert_non_null(row);
        assert_int_equal(row->free, wanted.free);
        assert_int_equal(row->busy, wanted.busy);
        assert_int_equal(row->fault, wanted.fault);
        assert_int_equal(row->offline, wanted.offline);
        assert_int_equal(row->unknown, wanted.unknown);
        assert_int_equal(row->newest, wanted.newest);
        assert_int_equal(row->oldest, wanted.oldest);
        assert_int_equal(row->state, wanted.is);
        classes[wanted.is]++;
        arena_reset(w->arena);
    }
    const struct map_query all = { .west = -180, .east = 180, .south = -85.06, .north = 85.06, .zoom = 2 };
    const struct map_answer *a = map_view(w->map, w->arena, &all);
    for (size_t i = 0; i < a->feature_count; i++)
        for (int k = 0; k < MAP_CLASSES; k++)
            found[k] += a->features[i].states[k];
    assert_memory_equal(found, classes, sizeof classes);
    arena_reset(w->arena);
}

static const int told_states[] = { 0, 1, 2, 3, 4, 255, 77 };

static void plain_put(struct plain_connector *c, int state, uint32_t version, int64_t told)
{
    if (version <= c->version)
        return;
    *c = (struct plain_connector){ c->id, state == 77 ? -1 : state, version, told };
}

static struct plain_connector *connector_roll(struct world *w)
{
    for (;;) {
        struct plain_station *s = &w->stations[roll(w, (uint32_t)w->count)];
        if (s->as.connector_count)
            return &s->connectors[roll(w, (uint32_t)s->as.connector_count)];
    }
}

static void versions_out_of_order(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 400, 21, 1);
    world_check(&w, WORLD_NOW);
    for (int i = 0; i < 20000; i++) {
        struct plain_connector *c = connector_roll(&w);
        const uint32_t version = c->version + roll(&w, 4) - (c->version ? 1 : 0);
        const int told = told_states[roll(&w, 7)];
        const int64_t at = WORLD_NOW - 1000LL * roll(&w, 2 * STALE);
        const uint64_t changes = map_stamp(w.map).changes;
        assert_int_equal(map_state_put(w.map, c->id, told, version, at), version > c->version);
        assert_int_equal(map_stamp(w.map).changes - changes, version > c->version);
        plain_put(c, told, version, at);
    }
    assert_false(map_state_put(w.map, -5, 1, 99, WORLD_NOW));
    world_check(&w, WORLD_NOW);
    world_drop(&w);
}

/* Child and parent put different versions to the same connectors; whatever the order, the highest stays. */
static void two_processes_update(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 300, 22, 1);
    enum { ROUNDS = 30000 };
    pid_t child = fork();
    struct world mine = w;
    mine.seed = 77;
    for (uint32_t i = 0; i < ROUNDS; i++) {         /* the same dice in both: version 2i+10 and 2i+11 */
        struct plain_connector *c = connector_roll(&mine);
        const int s = told_states[roll(&mine, 6)], other = told_states[roll(&mine, 6)];
        map_state_put(w.map, c->id, child ? s : other, 2 * i + (child ? 10 : 11), WORLD_NOW);
        if (child)
            plain_put(c, other, 2 * i + 11, WORLD_NOW);
    }
    if (!child)
        _exit(0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    world_check(&w, WORLD_NOW);
    world_drop(&w);
}

/* The lock excludes, also between a process and the child that inherited its open map. */
static void writers_exclude_each_other(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 20, 30, 1);
    int locked[2];
    assert_int_equal(pipe(locked), 0);
    pid_t child = fork();
    if (!child) {
        if (!map_lock(w.map) || !map_writable(w.map) || write(locked[1], "x", 1) != 1)
            _exit(1);
        usleep(200000);
        w.map->control->changes += 1000;
        map_unlock(w.map);
        _exit(0);
    }
    char byte;
    assert_int_equal(read(locked[0], &byte, 1), 1);
    const uint64_t before = map_stamp(w.map).changes;
    struct plain_connector *c = connector_roll(&w);
    assert_true(map_state_put(w.map, c->id, 1, 90, WORLD_NOW));
    assert_int_equal(map_stamp(w.map).changes, before + 1001);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(locked[0]);
    close(locked[1]);
    world_drop(&w);
}

static void killed_writer_leaves_nothing_wrong(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 300, 23, 1);
    for (int round = 0; round < 10; round++) {
        struct plain_connector *c = connector_roll(&w);
        int ready[2];
        assert_int_equal(pipe(ready), 0);
        pid_t child = fork();
        if (!child) {                       /* dies with the lock, a connector changed and its station not */
            if (!map_lock(w.map) || !map_writable(w.map))
                _exit(1);
            for (size_t i = 0; i < w.map->file->connectors; i++)
                if (w.map->c.connector_id[i] == c->id) {
                    const size_t at = w.map->c.connector_at[i];
                    w.map->c.state[at] = w.map->c.counted[at] = 1;
                    w.map->c.told[at] = (uint32_t)(WORLD_NOW / 1000);
                    w.map->c.version[at]++;
                }
            if (write(ready[1], "x", 1) == 1)
                pause();
            _exit(1);
        }
        char byte;
        assert_int_equal(read(ready[0], &byte, 1), 1);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(ready[0]);
        close(ready[1]);
        plain_put(c, 1, c->version + 1, WORLD_NOW);
        struct plain_connector *next = connector_roll(&w);
        assert_true(map_state_put(w.map, next->id, 255, next->version + 1, WORLD_NOW));
        plain_put(next, 255, next->version + 1, WORLD_NOW);
        world_check(&w, WORLD_NOW);
    }
    world_drop(&w);
}

/* Writers killed at any moment, many times: what is there afterwards is consistent in itself. */
static void writers_killed_at_random(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 200, 24, 1);
    for (int round = 0; round < 40; round++) {
        pid_t child = fork();
        if (!child)
            for (uint32_t version = 100000u * (uint32_t)(round + 1);; version++)
                map_state_put(w.map, connector_roll(&w)->id, told_states[version % 6], version, WORLD_NOW);
        usleep(1000 + roll(&w, 3000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    assert_false(map_state_put(w.map, -1, 0, 1, 0));        /* takes the lock: repairs if need be */
    for (size_t i = 0; i < w.map->file->connectors; i++) {
        struct plain_connector *c = NULL;
        const int64_t id = w.map->c.connector_id[i];
        for (size_t s = 0; s < w.count && !c; s++)
            for (size_t k = 0; k < w.stations[s].as.connector_count; k++)
                if (w.stations[s].connectors[k].id == id)
                    c = &w.stations[s].connectors[k];
        const size_t at = w.map->c.connector_at[i];
        assert_non_null(c);
        c->state = w.map->c.state[at] == 254 ? -1 : w.map->c.state[at];
        c->told = 1000LL * w.map->c.told[at];
    }
    world_check(&w, WORLD_NOW);
    world_drop(&w);
}

/* Facet values are numbers of one file: a question of several calls must not span two. */
static void a_pinned_reader_keeps_to_one_file(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 100, 29, 1);
    struct map *reader = map_open(w.directory);
    const struct map_query q = { .west = -180, .east = 180, .south = -85.06, .north = 85.06, .zoom = 4 };
    map_pin(reader);
    station_roll(&w, &w.stations[w.count], w.count, 1);
    w.count++;
    world_build(&w);
    assert_int_equal(map_view(reader, w.arena, &q)->stations, 100);
    assert_int_equal(map_stamp(reader).generation, 1);         /* the tag is that of the answer */
    map_pin(reader);
    assert_int_equal(map_view(reader, w.arena, &q)->stations, 101);
    station_roll(&w, &w.stations[w.count - 1], w.count - 1, 1);
    world_build(&w);
    map_states_put(reader, NULL, 0);                           /* a writer leaves the old file at once */
    assert_int_equal(map_stamp(reader).generation, 3);
    map_close(reader);
    world_drop(&w);
}

static void swap_while_readers_ask(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 1000, 25, 1);
    pid_t readers[3];
    for (int r = 0; r < 3; r++)
        if (!(readers[r] = fork())) {
            struct map *map = r ? w.map : map_open(w.directory);
            uint64_t last = 0;
            while (last < 16) {
                const struct map_query q = { .west = -180, .east = 180, .south = -85.06, .north = 85.06, .zoom = 4 };
                const struct map_answer *a = map_view(map, w.arena, &q);
                uint32_t sum = 0;
                for (size_t i = 0; i < a->feature_count; i++)
                    sum += a->features[i].count;
                if (sum != a->shown || a->stations < 1000 || a->shown != a->stations || a->stamp.generation < last)
                    _exit(1);
                last = a->stamp.generation;
                if (r == 2)
                    map_state_put(map, w.stations[7].connectors[0].id, 1, (uint32_t)last + 50, WORLD_NOW);
                arena_reset(w.arena);
            }
            _exit(0);
        }
    w.stations = realloc(w.stations, 1100 * sizeof *w.stations);
    for (int i = 0; i < 15; i++) {
        station_roll(&w, &w.stations[w.count], w.count, 1);
        w.count++;
        world_build(&w);
    }
    for (int r = 0; r < 3; r++) {
        int status;
        assert_int_equal(waitpid(readers[r], &status, 0), readers[r]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(map_stamp(w.map).generation, 16);
    world_drop(&w);
}

/* A builder killed between rename and the new generation: the next writer brings the generation up. */
static void killed_between_rename_and_generation(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 100, 26, 1);
    world_build(&w);
    assert_int_equal(map_stamp(w.map).generation, 2);
    assert_true(map_lock(w.map));
    w.map->control->generation = 1;         /* as it was when the second file was renamed … */
    flock(w.map->lock_fd, LOCK_UN);         /* … and the builder died with its mark set */
    struct map *other = map_open(w.directory);
    assert_int_equal(map_stamp(other).generation, 2);
    struct plain_connector *c = connector_roll(&w);
    assert_true(map_state_put(other, c->id, 2, 90, WORLD_NOW));
    plain_put(c, 2, 90, WORLD_NOW);
    world_check(&w, WORLD_NOW);
    map_close(other);
    world_drop(&w);
}

static void stale_states_become_unknown(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 300, 27, 1);
    assert_int_equal(map_mark_stale(w.map, WORLD_NOW, STALE), 0);
    const int64_t later = WORLD_NOW + 1000LL * STALE / 2;
    const uint64_t changes = map_stamp(w.map).changes;
    assert_true(map_mark_stale(w.map, later, STALE) > 0);
    assert_true(map_stamp(w.map).changes > changes);
    assert_int_equal(map_mark_stale(w.map, later, STALE), 0);
    world_check(&w, later);
    struct plain_connector *c = connector_roll(&w);
    assert_true(map_state_put(w.map, c->id, 1, 50, later));          /* told again: known again */
    plain_put(c, 1, 50, later);
    world_check(&w, later);
    assert_true(map_state_put(w.map, c->id, 1, 51, later - 1000LL * STALE - 5000));    /* late news is stale at once */
    plain_put(c, 1, 51, later - 1000LL * STALE - 5000);
    world_check(&w, later);
    const int64_t end = WORLD_NOW + 1000LL * 3 * STALE;
    map_mark_stale(w.map, end, STALE);
    const struct map_query all = { .west = -180, .east = 180, .south = -85.06, .north = 85.06, .zoom = 2 };
    const struct map_answer *a = map_view(w.map, w.arena, &all);
    for (size_t i = 0; i < a->feature_count; i++) {
        assert_int_equal(a->features[i].free, 0);
        assert_int_equal(a->features[i].states[MAP_UNKNOWN] + a->features[i].states[MAP_OFFLINE],
                         a->features[i].count);
        assert_int_equal(a->features[i].states[MAP_OFFLINE], 0);
    }
    world_drop(&w);
}

static void two_builders_do_not_mix(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 50, 28, 1);
    char path[96];
    snprintf(path, sizeof path, "%s/build", w.directory);
    FILE *held = fopen(path, "r+");
    assert_non_null(held);
    assert_int_equal(flock(fileno(held), LOCK_EX), 0);
    assert_false(map_builder_finish(map_builder_new(), w.map, WORLD_NOW, STALE));
    fclose(held);
    world_check(&w, WORLD_NOW);
    assert_true(map_builder_finish(map_builder_new(), w.map, WORLD_NOW, STALE));      /* an empty set is a set */
    assert_null(map_station(w.map, w.arena, w.stations[0].as.id));
    world_drop(&w);
}

static void another_layout_is_no_file(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 50, 29, 1);
    char path[96];
    snprintf(path, sizeof path, "%s/index", w.directory);
    for (int kind = 0; kind < 3; kind++) {
        FILE *file = fopen(path, kind == 2 ? "w" : "r+");
        assert_non_null(file);
        const struct map_header bad = { .magic = MAP_MAGIC, .layout = kind ? MAP_LAYOUT : MAP_LAYOUT + 1,
                                        .header_size = sizeof bad, .size = 1u << 20 };
        if (kind < 2)
            assert_int_equal(fwrite(&bad, sizeof bad, 1, file), 1);
        fclose(file);
        struct map *map = map_open(w.directory);
        const struct map_query all = { .everywhere = true };
        assert_int_equal(map_list(map, w.arena, &all, MAP_BY_NAME, NULL, 0, 5)->total, 0);
        map_close(map);
    }
    map_close(w.map);                       /* its mapping lost its pages with the file */
    w.map = map_open(w.directory);
    world_build(&w);
    world_check(&w, WORLD_NOW);
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_out_of_order),
        cmocka_unit_test(two_processes_update),
        cmocka_unit_test(writers_exclude_each_other),
        cmocka_unit_test(killed_writer_leaves_nothing_wrong),
        cmocka_unit_test(writers_killed_at_random),
        cmocka_unit_test(swap_while_readers_ask),
        cmocka_unit_test(a_pinned_reader_keeps_to_one_file),
        cmocka_unit_test(killed_between_rename_and_generation),
        cmocka_unit_test(stale_states_become_unknown),
        cmocka_unit_test(two_builders_do_not_mix),
        cmocka_unit_test(another_layout_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
