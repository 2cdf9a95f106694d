/* map_bench STATIONS.ndjson.gz [questions]: the map's memory over the real sample and over a synthetic million.
 *
 * A question is one viewport answer, facet counts and JSON included, in one thread and with no cache of results: a
 * random zoom 3-17 around a random station, 0-6 facets with random selections, one in eight with a text.
 * Missing facets are filled by seeded dice; the million are copies moved by up to 3 km with names of their own.
 * The questions are asked by a fresh process, whose private memory is printed. Bounds: medians below 2 ms and 5 ms,
 * at most 300 features and 65,536 bytes; exit status 1 when the last two do not hold. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "map/map.h"
#include "map/map_build.h"

#define MILLION 1000000
#define ZOOMS   18
#define NOW     1800000000000LL

static uint64_t seed = 42;

static uint32_t roll(uint32_t below)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)((seed >> 33) % (below ? below : 1));
}

static double roll_real(double low, double high)
{
    return low + (high - low) * roll(1u << 30) / (double)(1u << 30);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct source { char *name, *address, *operator, *hours, *price; struct point at; int points; bool dc, ac; };

static struct source *sources;
static size_t source_count;

static char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text && *text ? strdup(text) : NULL;
}

static void sources_read(const char *path)
{
    static char line[1 << 16];
    gzFile file = gzopen(path, "rb");
    if (!file) {
        fprintf(stderr, "map_bench: cannot read %s\n", path);
        exit(2);
    }
    for (; gzgets(file, line, sizeof line); source_count++) {
        json_t *row = json_loads(line, 0, NULL), *connector;
        size_t i;
        if ((source_count & (source_count - 1)) == 0)
            sources = realloc(sources, (source_count ? source_count * 2 : 1) * sizeof *sources);
        struct source *s = &sources[source_count];
        *s = (struct source){ text_of(row, "name"), text_of(row, "address"), text_of(row, "operator"),
            text_of(row, "hours"), text_of(row, "price"), { json_number_value(json_object_get(row, "lng")),
            json_number_value(json_object_get(row, "lat")) }, (int)json_integer_value(json_object_get(row, "points")) };
        json_array_foreach(json_object_get(row, "connectors"), i, connector)
            *(json_integer_value(json_object_get(connector, "dc")) ? &s->dc : &s->ac) = true;
        json_decref(row);
    }
    gzclose(file);
}

enum { DIVISIONS = 360, TYPES = 7, SCALES = 4, KINDS = 5, PAYMENTS = 6 };

static void values_add(struct map_builder *b)
{
    static const int counts[MAP_FACETS] = { 0, DIVISIONS, TYPES, SCALES, KINDS, PAYMENTS };
    for (int f = 1; f < MAP_FACETS; f++)
        for (int v = 0; v < counts[f]; v++) {
            char code[16], label[32];
            snprintf(code, sizeof code, "%d%05d", f, v);
            snprintf(label, sizeof label, "示例值%d", v);
            map_builder_value(b, (enum map_facet)f, code, label);
        }
}

static uint16_t operator_of(struct map_builder *b, const struct source *s)
{
    char code[12];
    const char *name = s->operator;
    if (!name)                          /* four in ten have none: half of them get another's */
        name = roll(2) ? sources[roll((uint32_t)source_count)].operator : NULL;
    if (!name)
        return MAP_NONE;
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    snprintf(code, sizeof code, "M%08X", hash);
    return map_builder_value(b, MAP_OPERATOR, code, name);
}

static void station_add(struct map_builder *b, const struct source *s, size_t number, int64_t *connectors)
{
    static const int states[] = { 1, 1, 1, 1, 3, 3, 3, 2, 4, 0, 255, -1 };
    struct map_connector_new told[32];
    const bool copy = number >= source_count;
    char name[256];
    size_t count = (size_t)(s->points ? s->points : 1 + (int)roll(9));
    count = count > 32 ? 32 : count;
    for (size_t i = 0; i < count; i++)
        told[i] = (struct map_connector_new){ ++*connectors, states[roll(12)], 1, NOW - 1000 * (int64_t)roll(900) };
    snprintf(name, sizeof name, copy ? "%s %zu" : "%s", s->name ? s->name : "", number / source_count);
    struct map_station_new station = { .id = (int64_t)number + 1, .at = s->at, .name = name, .address = s->address,
        .price = s->price, .hours = s->hours, .max_kw = (uint16_t)(7 + roll(350)), .connectors = told,
        .connector_count = count };
    if (copy) {
        station.at.lat = fmin(85, fmax(-85, s->at.lat + roll_real(-0.03, 0.03)));
        station.at.lng = s->at.lng + roll_real(-0.03, 0.03);
    }
    station.facet[MAP_OPERATOR] = operator_of(b, s);
    station.facet[MAP_DIVISION] = (uint16_t)((int)(s->at.lat * 2 + 180) * 31 + (int)(s->at.lng + 180)) % DIVISIONS;
    station.facet[MAP_STATION_TYPE] = (uint16_t)(roll(3) ? 0 : roll(TYPES));
    station.facet[MAP_SCALE] = (uint16_t)(count < 3 ? 0 : count < 8 ? 1 : count < 16 ? 2 : 3);
    station.facet[MAP_EQUIPMENT_KIND] = (uint16_t)(s->dc || s->ac ? s->dc | s->ac << 1 : 1 + (int)roll(3)) |
                                        (uint16_t)(roll(20) ? 0 : 1 << roll(KINDS));
    station.facet[MAP_PAYMENT] = (uint16_t)(1 + roll((1 << PAYMENTS) - 1));
    map_builder_station(b, &station);
}

static void set_build(const char *directory, size_t stations)
{
    struct map *map = map_open(directory);
    struct map_builder *b = map_builder_new();
    int64_t connectors = 0;
    struct stat status;
    char path[256];
    values_add(b);
    const double start = now_ms();
    for (size_t i = 0; i < stations; i++)
        station_add(b, &sources[i % source_count], i, &connectors);
    const double added = now_ms();
    if (!map || !map_builder_finish(b, map, NOW, 600)) {
        perror("map_bench: build");
        exit(1);
    }
    snprintf(path, sizeof path, "%s/index", directory);
    stat(path, &status);
    printf("%zu stations, %" PRId64 " connectors: collected %.0f ms, written and synced %.0f ms, file %.1f MB\n",
           stations, connectors, added - start, now_ms() - added, (double)status.st_size / 1e6);
    map_close(map);
}

static uint16_t selections[MAP_FACETS][4096];

static struct map_query question_roll(struct map *map, struct arena *arena, uint32_t stations)
{
    static const char *const texts[] = { "充电站", "tesla", "station", "a", "chargepoint network", "深圳充电站 1",
        "parking", "ionity", "e", "hotel", "stadtwerke", "주차장" };
    const struct map_station *on = map_station(map, arena, 1 + roll(stations));
    struct map_query q = { .zoom = 3 + (int)roll(15) };
    const bool wide = roll(2);
    const double degrees = 360.0 / 256 / (double)(1 << q.zoom), width = degrees * (wide ? 1920 : 1280),
                 height = degrees * (wide ? 1080 : 800) * cos(on->lat * M_PI / 180);
    q.west = on->lng - roll_real(0.2, 0.8) * width;
    q.south = on->lat - roll_real(0.2, 0.8) * height;
    q.east = q.west + width;
    q.north = q.south + height;
    const uint32_t conditions = roll(7);
    for (int f = 0; f < MAP_FACETS; f++) {
        if (roll(6) >= conditions)
            continue;
        const struct map_value_row *rows;
        const uint32_t known = (uint32_t)map_facet_values(map, arena, (enum map_facet)f, &rows);
        const uint32_t count = 1 + (roll(8) ? roll(known < 20 ? known : 20) : roll(known));
        for (uint32_t i = 0; i < count; i++)
            selections[f][i] = (uint16_t)roll(known);
        q.facet[f] = (struct map_selection){ selections[f], count };
    }
    if (roll(8) == 0)
        q.q = texts[roll(sizeof texts / sizeof *texts)];
    return q;
}

static int number_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void times_print(const char *what, double *times, int count)
{
    qsort(times, (size_t)count, sizeof *times, number_compare);
    if (count)
        printf("  %-34s %6d questions: median %.3f ms, p99 %.3f ms, max %.3f ms\n", what, count, times[count / 2],
               times[count * 99 / 100], times[count - 1]);
}

static long status_kb(const char *key)
{
    char line[256];
    long kb = -1;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            kb = strtol(line + strlen(key), NULL, 10);
    if (file)
        fclose(file);
    return kb;
}

static void states_bench(struct map *map, uint32_t stations)
{
    enum { PUTS = 200000 };
    const double start = now_ms();
    for (uint32_t i = 0; i < PUTS; i++)
        map_state_put(map, 1 + roll(stations * 3), (int)roll(5), 2 + i, NOW);
    const double put = now_ms();
    const size_t marked = map_mark_stale(map, NOW + 100000, 600), again = map_mark_stale(map, NOW + 100000, 600);
    printf("  %.0f state updates a second; marking %zu of all as stale and once more none: %.1f ms\n",
           PUTS / (put - start) * 1e3, marked - again, now_ms() - put);
}

static void list_bench(struct map *map, struct arena *arena, uint32_t stations)
{
    static const char *const names[] = { "list by distance, whole set", "list by name, whole set",
                                         "list by free, whole set" };
    for (int order = 0; order < 3; order++) {
        double times[50];
        for (int i = 0; i < 50; i++) {
            const struct map_station *on = map_station(map, arena, 1 + roll(stations));
            const struct point from = { on->lng, on->lat };
            const struct map_query all = { .everywhere = true };
            const double start = now_ms();
            map_list(map, arena, &all, (enum map_order)order, &from, 0, 20);
            times[i] = now_ms() - start;
            arena_reset(arena);
        }
        times_print(names[order], times, 50);
    }
}

static bool facets_chosen(const struct map_query *q)
{
    for (int f = 0; f < MAP_FACETS; f++)
        if (q->facet[f].count)
            return true;
    return false;
}

static int questions_ask(const char *directory, uint32_t stations, int questions)
{
    struct map *map = map_open(directory);
    struct arena *arena = arena_new();
    double *all = malloc((size_t)questions * sizeof *all), *text = malloc((size_t)questions * sizeof *text),
           *bare = malloc((size_t)questions * sizeof *bare);
    double (*zooms)[512] = calloc(ZOOMS, sizeof *zooms);
    int texts = 0, bares = 0, at_zoom[ZOOMS] = { 0 };
    size_t features = 0, bytes = 0, sum = 0;
    const long idle = status_kb("RssAnon:");
    for (int i = 0; i < questions; i++) {
        struct arena *asked = arena_new();
        const struct map_query q = question_roll(map, asked, stations);
        size_t size;
        const double start = now_ms();
        const struct map_answer *answer = map_view(map, arena, &q);
        map_answer_json(arena, answer, &size);
        all[i] = now_ms() - start;
        if (at_zoom[q.zoom] < 512)
            zooms[q.zoom][at_zoom[q.zoom]++] = all[i];
        if (q.q)
            text[texts++] = all[i];
        else if (!facets_chosen(&q))
            bare[bares++] = all[i];
        features = answer->feature_count > features ? answer->feature_count : features;
        bytes = size > bytes ? size : bytes;
        sum += size;
        arena_reset(arena);
        arena_free(asked);
    }
    for (int zoom = 0; zoom < ZOOMS; zoom++) {
        char what[16];
        snprintf(what, sizeof what, "zoom %d", zoom);
        times_print(what, zooms[zoom], at_zoom[zoom]);
    }
    times_print("all questions", all, questions);
    times_print("those with a text", text, texts);
    times_print("those without any condition", bare, bares);
    printf("  at most %zu features and %zu bytes an answer (mean %zu); private memory %ld KB idle, %ld KB after\n",
           features, bytes, sum / (size_t)questions, idle, status_kb("RssAnon:"));
    list_bench(map, arena, stations);
    states_bench(map, stations);
    map_close(map);
    arena_free(arena);
    free(all);
    free(zooms);
    free(text);
    free(bare);
    return features > MAP_FEATURES_MAX || bytes > MAP_JSON_MAX;
}

static int set_bench(const char *program, size_t stations, const char *questions)
{
    char directory[] = "/tmp/map-bench-XXXXXX", number[24], path[64];
    int status = 1;
    if (!mkdtemp(directory))
        return 1;
    set_build(directory, stations);
    snprintf(number, sizeof number, "%zu", stations);
    fflush(stdout);
    const pid_t child = fork();
    if (!child) {
        execl(program, program, "--ask", directory, number, questions, (char *)NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    static const char *const files[] = { "index", "control", "build" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        unlink(path);
    }
    rmdir(directory);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "--ask") == 0)
        return questions_ask(argv[2], (uint32_t)atol(argv[3]), atoi(argv[4]));
    if (argc < 2) {
        fprintf(stderr, "usage: map_bench STATIONS.ndjson.gz [questions]\n");
        return 2;
    }
    const char *questions = argc > 2 ? argv[2] : "4000";
    sources_read(argv[1]);
    const int real = set_bench("/proc/self/exe", source_count, questions);
    return set_bench("/proc/self/exe", MILLION, questions) || real;
}
