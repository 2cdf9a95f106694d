/* Questions to the map against the same questions answered the slow way, on random worlds. */
#include "map_world.h"

#include <jansson.h>

static void features_check(const struct world *w, const struct map_query *q, const struct map_answer *answer)
{
    uint32_t shown = 0, inside = 0, free = 0, total = 0, free_wanted = 0, total_wanted = 0, newest = 0, oldest = 0;
    uint32_t states[MAP_CLASSES] = { 0 }, wanted[MAP_CLASSES] = { 0 };
    for (size_t i = 0; i < answer->feature_count; i++) {
        const struct map_feature *f = &answer->features[i];
        uint32_t classes = 0;
        shown += f->count;
        free += f->free;
        total += f->total;
        for (int k = 0; k < MAP_CLASSES; k++) {
            states[k] += f->states[k];
            classes += f->states[k];
        }
        assert_int_equal(classes, f->count);
        assert_int_equal(f->count == 1, f->station != NULL);
        assert_true(f->lng >= f->west - 1e-6 && f->lng <= f->east + 1e-6);
        assert_true(f->lat >= f->south - 1e-6 && f->lat <= f->north + 1e-6);
        assert_true(f->west >= q->west - 1e-6 && f->east <= q->east + 1e-6);
        assert_true(f->south >= q->south - 1e-6 && f->north <= q->north + 1e-6);
    }
    for (size_t i = 0; i < w->count; i++) {
        const struct plain_station *s = &w->stations[i];
        if (!plain_matches(w, s, q, -1) || !plain_inside(s, q))
            continue;
        const struct sums sums = plain_sums(s, WORLD_NOW);
        inside++;
        free_wanted += sums.free;
        total_wanted += (uint32_t)s->as.connector_count;
        wanted[sums.is]++;
        newest = sums.newest > newest ? sums.newest : newest;
        oldest = sums.oldest && (!oldest || sums.oldest < oldest) ? sums.oldest : oldest;
    }
    assert_int_equal(answer->shown, inside);
    assert_int_equal(shown, inside);
    assert_int_equal(free, free_wanted);
    assert_int_equal(total, total_wanted);
    assert_memory_equal(states, wanted, sizeof states);
    assert_int_equal(answer->newest, newest);
    assert_int_equal(answer->oldest, oldest);
    assert_true(answer->feature_count <= MAP_FEATURES_MAX);
}

static void counts_check(const struct world *w, const struct map_query *q, const struct map_answer *answer)
{
    uint32_t matching = 0;
    for (int f = 0; f < MAP_FACETS; f++) {
        uint32_t counts[256] = { 0 };
        for (size_t i = 0; i < w->count; i++) {
            const struct plain_station *s = &w->stations[i];
            if (!plain_matches(w, s, q, f))
                continue;
            for (uint32_t v = 0; v < w->values[f]; v++)
                counts[v] += f < MAP_SINGLE ? s->as.facet[f] == v : s->as.facet[f] >> v & 1;
        }
        assert_int_equal(answer->facet[f].values, w->values[f]);
        assert_memory_equal(answer->facet[f].counts, counts, w->values[f] * sizeof *counts);
        uint64_t listed = answer->facet[f].rest, all = 0;
        for (uint32_t i = 0; i < answer->facet[f].listed; i++)
            listed += answer->facet[f].list[i].count;
        for (uint32_t v = 0; v < w->values[f]; v++)
            all += counts[v];
        assert_int_equal(listed, all);
    }
    for (size_t i = 0; i < w->count; i++)
        matching += plain_matches(w, &w->stations[i], q, -1);
    assert_int_equal(answer->matching, matching);
    assert_int_equal(answer->stations, w->count);
}

static void json_check(struct world *w, const struct map_answer *answer)
{
    size_t size;
    const char *text = map_answer_json(w->arena, answer, &size);
    assert_true(size <= MAP_JSON_MAX);
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    json_int_t shown = 0;
    size_t i;
    json_t *feature;
    json_array_foreach(json_object_get(json, "features"), i, feature)
        shown += json_object_get(feature, "n") ? json_integer_value(json_object_get(feature, "n")) : 1;
    assert_int_equal(shown, answer->shown);
    assert_int_equal(json_integer_value(json_object_get(json, "matching")), answer->matching);
    assert_int_equal(json_array_size(json_object_get(json, "facets")), MAP_FACETS);
    json_decref(json);
}

static void worlds(size_t stations, int spread, int questions, uint64_t seed)
{
    struct world w;
    world_make(&w, stations, seed, spread);
    for (int i = 0; i < questions; i++) {
        uint16_t values[MAP_FACETS][40];
        const struct map_query q = query_roll(&w, values);
        const struct map_answer *answer = map_view(w.map, w.arena, &q);
        counts_check(&w, &q, answer);
        features_check(&w, &q, answer);
        json_check(&w, answer);
        arena_reset(w.arena);
    }
    world_drop(&w);
}

static void random_worlds(void **state)
{
    (void)state;
    worlds(1, 1, 50, 1);
    worlds(64, 1, 300, 2);
    worlds(1000, 1, 700, 3);
    worlds(5003, 1, 500, 4);
    worlds(20000, 0, 120, 5);
}

static void facets_or_within_and_between(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 3000, 11, 1);
    static const uint16_t two[] = { 0, 1 }, payment[] = { 3 }, nothing[] = { MAP_NONE };
    struct map_query q = { .west = -180, .east = 180, .south = -85, .north = 85, .zoom = 3 };
    q.facet[MAP_STATION_TYPE] = (struct map_selection){ two, 2 };
    q.facet[MAP_PAYMENT] = (struct map_selection){ payment, 1 };
    const struct map_answer *a = map_view(w.map, w.arena, &q);
    uint32_t both = 0, payment_alone = 0;
    for (size_t i = 0; i < w.count; i++) {
        const uint16_t *f = w.stations[i].as.facet;
        both += f[MAP_STATION_TYPE] <= 1 && (f[MAP_PAYMENT] >> 3 & 1);
        payment_alone += f[MAP_STATION_TYPE] == 5 && (f[MAP_PAYMENT] >> 3 & 1);
    }
    assert_int_equal(a->matching, both);
    assert_true(both > 0 && both < w.count);
    /* the facet's own selection does not hide what its other values would add */
    assert_int_equal(a->facet[MAP_STATION_TYPE].counts[5], payment_alone);
    assert_true(payment_alone > 0);
    q.facet[MAP_SCALE] = (struct map_selection){ nothing, 1 };
    assert_int_equal(map_view(w.map, w.arena, &q)->matching, 0);
    world_drop(&w);
}

static void search_names_and_operators(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 2000, 12, 1);
    static const struct { const char *q; bool found; } cases[] = {
        { "站", true }, { "充电站", true }, { "ＴＥＳＬＡ", true }, { "operator 7", true }, { "星星充电", true },
        { "长隆国际海洋度假区北门", true }, { "长隆国际海洋度假区南门", false }, { "电充珠", false }, { "珠海 机场", true } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct map_query q = { .everywhere = true, .q = cases[i].q };
        uint32_t wanted = 0;
        for (size_t s = 0; s < w.count; s++)
            wanted += plain_matches(&w, &w.stations[s], &q, -1);
        assert_int_equal(map_list(w.map, w.arena, &q, MAP_BY_NAME, NULL, 0, 10)->total, wanted);
        assert_int_equal(wanted > 0, cases[i].found);
    }
    const struct map_query many = { .everywhere = true, .q = "站 站 站 站 站 站 站 站 站 不存在" };     /* none is left out */
    assert_int_equal(map_list(w.map, w.arena, &many, MAP_BY_NAME, NULL, 0, 10)->total, 0);
    char long_word[600];
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    const struct map_query q = { .everywhere = true, .q = long_word };
    assert_int_equal(map_list(w.map, w.arena, &q, MAP_BY_NAME, NULL, 0, 10)->total, 0);
    world_drop(&w);
}

static double list_key(const struct map_station *s, enum map_order order)
{
    return order == MAP_BY_DISTANCE ? s->distance : -(double)s->free;
}

static void list_pages_are_the_sorted_whole(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 3000, 13, 1);
    for (int i = 0; i < 60; i++) {
        uint16_t values[MAP_FACETS][40];
        struct map_query q = query_roll(&w, values);
        q.everywhere = roll(&w, 2);
        const struct point from = { roll_real(&w, 112, 114), roll_real(&w, 21, 23) };
        const enum map_order order = (enum map_order)roll(&w, 3);
        const struct map_rows *all = map_list(w.map, w.arena, &q, order, &from, 0, w.count);
        uint32_t wanted = 0;
        for (size_t s = 0; s < w.count; s++)
            wanted += plain_matches(&w, &w.stations[s], &q, -1) && plain_inside(&w.stations[s], &q);
        assert_int_equal(all->total, wanted);
        assert_int_equal(all->count, wanted);
        for (size_t r = 1; r < all->count; r++)
            if (order == MAP_BY_NAME)
                assert_true(strcmp(text_folded(w.arena, all->rows[r - 1].name),
                                   text_folded(w.arena, all->rows[r].name)) <= 0);
            else
                assert_true(list_key(&all->rows[r - 1], order) <= list_key(&all->rows[r], order));
        const size_t offset = roll(&w, 50), limit = 1 + roll(&w, 20);
        const struct map_rows *page = map_list(w.map, w.arena, &q, order, &from, offset, limit);
        assert_int_equal(page->total, wanted);
        for (size_t r = 0; r < page->count; r++)
            assert_int_equal(page->rows[r].id, all->rows[offset + r].id);
        assert_int_equal(page->count, offset > wanted ? 0 : wanted - offset < limit ? wanted - offset : limit);
        arena_reset(w.arena);
    }
    world_drop(&w);
}

static void station_and_facet_values(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 500, 14, 1);
    for (size_t i = 0; i < w.count; i++) {
        const struct plain_station *s = &w.stations[i];
        const struct map_station *row = map_station(w.map, w.arena, s->as.id);
        const struct sums sums = plain_sums(s, WORLD_NOW);
        assert_non_null(row);
        assert_string_equal(row->name, s->name);
        assert_int_equal(row->state, sums.is);
        assert_int_equal(row->free, sums.free);
        assert_int_equal(row->unknown, sums.unknown);
        assert_int_equal(row->total, s->as.connector_count);
        assert_true(row->lng - s->as.at.lng < 1e-6 && s->as.at.lng - row->lng < 1e-6);
        assert_memory_equal(row->facet, s->as.facet, sizeof row->facet);
    }
    assert_null(map_station(w.map, w.arena, 1001));
    const struct map_value_row *rows;
    assert_int_equal(map_facet_values(w.map, w.arena, MAP_OPERATOR, &rows), 200);
    for (uint16_t v = 0; v < 200; v++)
        assert_int_equal(map_facet_find(w.map, MAP_OPERATOR, rows[v].code), v);
    assert_int_equal(map_facet_find(w.map, MAP_OPERATOR, "nobody"), MAP_NONE);
    world_drop(&w);
}

static void thirty_on_one_point(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 30, 15, 1);
    for (size_t i = 0; i < w.count; i++)
        w.stations[i].as.at = (struct point){ 113.55, 22.25 };
    world_build(&w);
    for (int zoom = 0; zoom <= 22; zoom++) {
        const struct map_query q = { .west = 113.5, .east = 113.6, .south = 22.2, .north = 22.3, .zoom = zoom };
        const struct map_answer *a = map_view(w.map, w.arena, &q);
        assert_int_equal(a->feature_count, 1);
        assert_int_equal(a->features[0].count, 30);
        assert_true(a->features[0].same_point);
        /* the list over the feature's bounds, as the browser gets them, has all members */
        size_t size;
        json_t *json = json_loads(map_answer_json(w.arena, a, &size), 0, NULL);
        json_t *b = json_object_get(json_array_get(json_object_get(json, "features"), 0), "b");
        const struct map_query members = { .west = json_number_value(json_array_get(b, 0)),
            .south = json_number_value(json_array_get(b, 1)), .east = json_number_value(json_array_get(b, 2)),
            .north = json_number_value(json_array_get(b, 3)) };
        assert_int_equal(map_list(w.map, w.arena, &members, MAP_BY_NAME, NULL, 0, 50)->count, 30);
        json_decref(json);
    }
    world_drop(&w);
}

static void stations_stand_singly_from_zoom_17(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 40, 16, 1);
    for (size_t i = 0; i < w.count; i++)        /* 11 m apart */
        w.stations[i].as.at = (struct point){ 113.55 + 0.0001 * (double)(i % 8), 22.25 + 0.0001 * (double)(i / 8) };
    world_build(&w);
    struct map_query q = { .west = 113.54, .east = 113.56, .south = 22.24, .north = 22.26, .zoom = 17 };
    assert_int_equal(map_view(w.map, w.arena, &q)->feature_count, 40);
    q.zoom = 12;
    assert_int_equal(map_view(w.map, w.arena, &q)->feature_count, 1);
    world_drop(&w);
}

static void clusters_keep_a_marker_apart(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 8000, 17, 1);
    const struct map_query q = { .west = 112.9, .east = 113.7, .south = 21.9, .north = 22.6, .zoom = 11 };
    const struct map_answer *a = map_view(w.map, w.arena, &q);
    const double near = 30 * 360.0 / 256 / (1 << 11);       /* 44 px less what later joins may move */
    for (size_t i = 0; i < a->feature_count; i++)
        for (size_t k = 0; k < i; k++) {
            const double dx = a->features[i].lng - a->features[k].lng, dy = a->features[i].lat - a->features[k].lat;
            assert_true(dx * dx + dy * dy > near * near);
        }
    assert_true(a->feature_count > 20);
    world_drop(&w);
}

/* 1,500 stations 20 m apart in one view of zoom 18, with the longest names there are, every byte needing an escape,
 * and every one of 3,000 operators selected. */
static void size_bound_holds_in_the_worst_case(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 0, 18, 1);
    for (int spread = 0; spread < 2; spread++) {
        struct map_builder *b = map_builder_new();
        uint16_t *selected = malloc(3000 * sizeof *selected);
        char name[160], code[8];
        memset(name, '<', sizeof name - 1);
        name[sizeof name - 1] = '\0';
        for (uint16_t v = 0; v < 3000; v++) {
            snprintf(code, sizeof code, "%u", v);
            selected[v] = map_builder_value(b, MAP_OPERATOR, code, name);
            map_builder_value(b, MAP_DIVISION, code, name);
        }
        for (uint32_t i = 0; i < 3000; i++) {
            const double step = spread ? 0.01 : 0.0002;
            const struct map_station_new s = { .id = INT64_MAX - i, .name = name,
                .at = { -122 + step * (i % 60), 22.25 + step * (i / 60) },
                .facet = { (uint16_t)i, (uint16_t)i, MAP_NONE, MAP_NONE } };
            assert_true(map_builder_station(b, &s));
        }
        assert_true(map_builder_finish(b, w.map, WORLD_NOW, STALE));
        for (int zoom = 0; zoom <= 22; zoom++) {
            const double width = 360.0 / (1 << zoom) * 15, height = width * 0.4;
            const struct map_query q = { .west = -122, .east = -122 + width, .south = 22.25, .north = 22.25 + height,
                .zoom = zoom, .facet[MAP_OPERATOR] = { selected, 3000 } };
            const struct map_answer *a = map_view(w.map, w.arena, &q);
            size_t size;
            uint32_t shown = 0;
            const char *text = map_answer_json(w.arena, a, &size);
            json_t *json = json_loadb(text, size, 0, NULL);
            assert_non_null(json);
            assert_true(size <= MAP_JSON_MAX);
            assert_true(a->feature_count <= MAP_FEATURES_MAX);
            for (size_t i = 0; i < a->feature_count; i++)
                shown += a->features[i].count;
            assert_int_equal(shown, a->shown);
            json_t *facet = json_array_get(json_object_get(json, "facets"), MAP_OPERATOR);
            assert_int_equal(json_array_size(json_object_get(facet, "v")) +
                             (size_t)json_integer_value(json_object_get(facet, "more")), 3000);
            json_decref(json);
            arena_reset(w.arena);
        }
        free(selected);
    }
    world_drop(&w);
}

static void hostile_questions(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, 300, 19, 1);
    const struct map_query questions[] = {
        { .west = -1e300, .east = 1e300, .south = -1e300, .north = 1e300, .zoom = 1000000 },
        { .west = 0.0 / 0.0, .east = 0.0 / 0.0, .south = 0.0 / 0.0, .north = 0.0 / 0.0, .zoom = -5 },
        { .west = 180, .east = -180, .south = 90, .north = -90, .zoom = 22 } };
    for (size_t i = 0; i < 3; i++) {
        const struct map_answer *a = map_view(w.map, w.arena, &questions[i]);
        uint32_t sum = 0;
        for (size_t k = 0; k < a->feature_count; k++)
            sum += a->features[k].count;
        assert_int_equal(sum, a->shown);
        json_check(&w, a);
    }
    world_drop(&w);
}

static void no_file_answers_zero(void **state)
{
    (void)state;
    struct world w = { 0 };
    snprintf(w.directory, sizeof w.directory, "/tmp/map-test-XXXXXX");
    assert_non_null(mkdtemp(w.directory));
    w.arena = arena_new();
    w.map = map_open(w.directory);
    const struct map_query q = { .west = 113, .east = 114, .south = 22, .north = 23, .zoom = 10 };
    const struct map_answer *a = map_view(w.map, w.arena, &q);
    assert_int_equal(a->shown, 0);
    json_check(&w, a);
    assert_int_equal(map_list(w.map, w.arena, &q, MAP_BY_NAME, NULL, 0, 10)->total, 0);
    assert_false(map_state_put(w.map, 1, 1, 1, WORLD_NOW));
    assert_int_equal(map_mark_stale(w.map, WORLD_NOW, STALE), 0);
    struct map *second = map_open(w.directory);      /* finds the file that the first writes later */
    struct map_builder *b = map_builder_new();
    assert_true(map_builder_station(b, &(struct map_station_new){ .id = 5, .at = { 113.5, 22.5 },
        .facet = { MAP_NONE, MAP_NONE, MAP_NONE, MAP_NONE } }));
    assert_false(map_builder_station(b, &(struct map_station_new){ .id = 6, .at = { 113.5, 22.5 } }));
    assert_true(map_builder_finish(b, w.map, WORLD_NOW, STALE));
    assert_int_equal(map_view(second, w.arena, &q)->shown, 1);
    map_close(second);
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_worlds),
        { "Z2.3: OR within a facet, AND between facets, counts by all other facets", facets_or_within_and_between },
        { "Z2.2: search by station name or operator name over the whole set", search_names_and_operators },
        cmocka_unit_test(list_pages_are_the_sorted_whole),
        cmocka_unit_test(station_and_facet_values),
        cmocka_unit_test(thirty_on_one_point),
        cmocka_unit_test(stations_stand_singly_from_zoom_17),
        cmocka_unit_test(clusters_keep_a_marker_apart),
        cmocka_unit_test(size_bound_holds_in_the_worst_case),
        cmocka_unit_test(hostile_questions),
        cmocka_unit_test(no_file_answers_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
