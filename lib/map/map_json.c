/* The answer as JSON, never longer than MAP_JSON_MAX: features have FEATURE_BYTES, which 300 clusters without
 * names always fit, each facet FACET_BYTES. What does not fit is said in the answer ("names":0, "more"). */
#include "map/map_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEATURE_BYTES   46000
#define STATION_BYTES   90          /* one without its name */
#define CLUSTER_BYTES   145         /* one of 300; alone it may be longer */
#define NAME_BYTES      260         /* 40 characters, each escaped */
#define FACET_BYTES     3000
#define VALUE_BYTES     520         /* code and label of 40 characters, each escaped */
#define NAME_CHARACTERS 40
#define CODE_CHARACTERS 40

struct buffer { char *at; size_t size, room; };

static void put_char(struct buffer *to, char c)
{
    if (to->size + 1 >= to->room)
        abort();                    /* the bounds above are wrong: a broken invariant */
    to->at[to->size++] = c;
}

static void put(struct buffer *to, const char *text)
{
    const size_t size = strlen(text);
    if (to->size + size >= to->room)
        abort();
    memcpy(to->at + to->size, text, size);
    to->size += size;
}

static void put_number(struct buffer *to, uint64_t number)
{
    char digits[20];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        put_char(to, digits[--count]);
}

static void put_signed(struct buffer *to, int64_t number)
{
    if (number < 0)
        put_char(to, '-');
    put_number(to, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

/* Degrees with `places` decimals, rounded in the direction of `round`. */
static void put_degrees(struct buffer *to, double degrees, int places, double (*round)(double))
{
    static const int64_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
    const int64_t scaled = (int64_t)round(degrees * (double)powers[places]);
    const uint64_t size = (uint64_t)(scaled < 0 ? -scaled : scaled), power = (uint64_t)powers[places];
    uint64_t part = size % power;
    if (scaled < 0)
        put_char(to, '-');
    put_number(to, size / power);
    if (!part)
        return;
    put_char(to, '.');
    for (uint64_t digit = power / 10; digit && part; digit /= 10) {
        put_char(to, (char)('0' + part / digit));       // cppcheck-suppress zerodivcond
        part %= digit;
    }
}

/* A string of at most so many characters; 「…」 shows that it was longer. Safe inside <script> as well. */
static void put_string(struct buffer *to, const char *text, int characters)
{
    put_char(to, '"');
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if ((c & 0xC0) != 0x80 && characters-- == 0) {
            put(to, "…");
            break;
        }
        if (c == '"' || c == '\\') {
            put_char(to, '\\');
            put_char(to, (char)c);
        } else if (c < 0x20 || c == 0x7f || c == '<' || c == '>' || c == '&') {
            char escape[8];
            snprintf(escape, sizeof escape, "\\u%04x", c);
            put(to, escape);
        } else
            put_char(to, (char)c);
    }
    put_char(to, '"');
}

static void put_key(struct buffer *to, const char *key, uint64_t number)
{
    put(to, key);
    put_number(to, number);
}

/* Decimals finer than a pixel of the zoom. */
static int places_for(int zoom)
{
    return zoom < 6 ? 3 : zoom < 10 ? 4 : zoom < 14 ? 5 : 6;
}

static void put_cluster(struct buffer *to, const struct map_feature *feature, int places)
{
    put_key(to, ",\"n\":", feature->count);
    put_key(to, ",\"f\":", feature->free);
    put_key(to, ",\"t\":", feature->total);
    for (int k = 0; k < MAP_CLASSES; k++)
        put_key(to, k ? "," : ",\"s\":[", feature->states[k]);
    put(to, "],\"b\":[");           /* rounded outwards: a list over these bounds finds all members */
    put_degrees(to, feature->west, places, floor);
    put_char(to, ',');
    put_degrees(to, feature->south, places, floor);
    put_char(to, ',');
    put_degrees(to, feature->east, places, ceil);
    put_char(to, ',');
    put_degrees(to, feature->north, places, ceil);
    put(to, feature->same_point ? "],\"o\":1" : "]");
}

static void put_station(struct buffer *to, const struct map_station *station, bool name)
{
    put(to, ",\"id\":");
    put_signed(to, station->id);
    put_key(to, ",\"c\":", station->state);
    put_key(to, ",\"f\":", station->free);
    put_key(to, ",\"t\":", station->total);
    put_key(to, ",\"u\":", station->unknown);
    if (name) {
        put(to, ",\"name\":");
        put_string(to, station->name, NAME_CHARACTERS);
    }
}

/* Names are written as long as all features behind still fit without. */
static void put_features(struct buffer *to, const struct map_answer *answer)
{
    const size_t start = to->size;
    size_t needed = NAME_BYTES;
    bool named = true;
    for (size_t i = 0; i < answer->feature_count; i++)
        needed += answer->features[i].station ? STATION_BYTES : CLUSTER_BYTES;
    put(to, ",\"features\":[");
    for (size_t i = 0; i < answer->feature_count; i++) {
        const struct map_feature *feature = &answer->features[i];
        const int places = feature->station ? 6 : places_for(answer->zoom);
        named = named && to->size - start + needed <= FEATURE_BYTES;
        needed -= feature->station ? STATION_BYTES : CLUSTER_BYTES;
        put(to, i ? ",{\"p\":[" : "{\"p\":[");
        put_degrees(to, feature->lng, places, round);
        put_char(to, ',');
        put_degrees(to, feature->lat, places, round);
        put_char(to, ']');
        if (feature->station)
            put_station(to, feature->station, named);
        else
            put_cluster(to, feature, places);
        put_char(to, '}');
    }
    put(to, named ? "]" : "],\"names\":0");
}

static void put_value(struct buffer *to, const struct map_listed *value, bool label)
{
    put_char(to, '[');
    put_string(to, value->code, CODE_CHARACTERS);
    put_key(to, ",", value->count);
    if (label) {
        put_char(to, ',');
        put_string(to, value->label, NAME_CHARACTERS);
    }
    put_char(to, ']');
}

static void put_facet(struct buffer *to, const struct map_counts *facet)
{
    const size_t start = to->size;
    uint64_t more = facet->more, rest = facet->rest;
    put(to, "{\"v\":[");
    for (uint32_t i = 0; i < facet->listed; i++) {
        if (more > facet->more || to->size - start > FACET_BYTES - VALUE_BYTES) {
            more++;
            rest += facet->list[i].count;
            continue;
        }
        put(to, i ? "," : "");
        put_value(to, &facet->list[i], facet->values > MAP_SMALL_FACET);
    }
    put_key(to, "],\"more\":", more);
    put_key(to, ",\"rest\":", rest);
    put_char(to, '}');
}

char *map_answer_json(struct arena *arena, const struct map_answer *answer, size_t *size)
{
    struct buffer to = { arena_alloc(arena, MAP_JSON_MAX), 0, MAP_JSON_MAX };
    put_key(&to, "{\"gen\":\"", answer->stamp.generation);
    put_key(&to, "-", answer->stamp.changes);
    put_key(&to, "\",\"stations\":", answer->stations);
    put_key(&to, ",\"matching\":", answer->matching);
    put_key(&to, ",\"shown\":", answer->shown);
    put_key(&to, ",\"newest\":", answer->newest);
    put_key(&to, ",\"oldest\":", answer->oldest);
    put_features(&to, answer);
    for (int f = 0; f < MAP_FACETS; f++) {
        put(&to, f ? "," : ",\"facets\":[");
        put_facet(&to, &answer->facet[f]);
    }
    put(&to, "]}");
    to.at[to.size] = '\0';
    if (size)
        *size = to.size;
    return to.at;
}
