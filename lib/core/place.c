/* place: see the header. A reader of words: numbers, signs of degrees, minutes and seconds, marks of an axis, separators;
 * two angles must come out of it. Owns no state. */
#include "core/place.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

/* --- datums --------------------------------------------------------------------------------------------------- */

static const struct { const char *code, *label; } datums[] = {
    [DATUM_WGS84] = { "wgs84", "WGS-84" }, [DATUM_GCJ02] = { "gcj02", "GCJ-02" }, [DATUM_BD09] = { "bd09", "BD-09" } };

/* Longer words first: each is looked for in what was typed. */
static const struct { const char *word; enum datum datum; } datum_words[] = {
    { "CGCS2000", DATUM_WGS84 }, { "CGCS-2000", DATUM_WGS84 }, { "WGS-84", DATUM_WGS84 }, { "WGS84", DATUM_WGS84 },
    { "WGS 84", DATUM_WGS84 }, { "GCJ-02", DATUM_GCJ02 }, { "GCJ02", DATUM_GCJ02 }, { "GCJ 02", DATUM_GCJ02 },
    { "BD-09", DATUM_BD09 }, { "BD09", DATUM_BD09 }, { "BD 09", DATUM_BD09 }, { "国家2000", DATUM_WGS84 },
    { "2000坐标系", DATUM_WGS84 }, { "天地图", DATUM_WGS84 }, { "GPS", DATUM_WGS84 }, { "火星坐标系", DATUM_GCJ02 },
    { "火星坐标", DATUM_GCJ02 }, { "高德", DATUM_GCJ02 }, { "腾讯", DATUM_GCJ02 }, { "百度", DATUM_BD09 } };

const char *datum_code(enum datum datum)  { return datums[datum].code; }
const char *datum_label(enum datum datum) { return datums[datum].label; }

bool datum_named(const char *text, enum datum *datum)
{
    for (size_t i = 0; i < sizeof datum_words / sizeof *datum_words; i++)
        if (strncasecmp(text, datum_words[i].word, strlen(datum_words[i].word)) == 0) {
            *datum = datum_words[i].datum;
            return true;
        }
    return false;
}

/* Blanks out a datum's name, with the brackets around it, and says which. */
static void datum_cut(char *text, enum datum *datum)
{
    for (size_t i = 0; i < sizeof datum_words / sizeof *datum_words; i++) {
        char *at = strcasestr(text, datum_words[i].word);
        if (!at)
            continue;
        *datum = datum_words[i].datum;
        memset(at, ' ', strlen(datum_words[i].word));
        break;
    }
    for (; *text; text++)
        if (strchr("()[]{}", *text))
            *text = ' ';
}

/* --- tokens --------------------------------------------------------------------------------------------------- */

enum token { T_END, T_NUMBER, T_DEGREE, T_MINUTE, T_SECOND, T_COLON, T_LNG, T_LAT, T_WEST, T_SOUTH, T_BREAK, T_BAD };

static const struct { const char *word; enum token token; } words[] = {
    { "longitude", T_LNG }, { "latitude", T_LAT }, { "lng", T_LNG }, { "lon", T_LNG }, { "lat", T_LAT }, { "东经", T_LNG },
    { "西经", T_WEST }, { "北纬", T_LAT }, { "南纬", T_SOUTH }, { "经度", T_LNG }, { "纬度", T_LAT }, { "E", T_LNG },
    { "N", T_LAT }, { "W", T_WEST }, { "S", T_SOUTH }, { "°", T_DEGREE }, { "度", T_DEGREE }, { "º", T_DEGREE },
    { "′′", T_SECOND }, { "''", T_SECOND }, { "″", T_SECOND }, { "\"", T_SECOND }, { "”", T_SECOND }, { "“", T_SECOND },
    { "秒", T_SECOND }, { "′", T_MINUTE }, { "'", T_MINUTE }, { "’", T_MINUTE }, { "‘", T_MINUTE }, { "分", T_MINUTE },
    { ",", T_BREAK }, { "，", T_BREAK }, { "、", T_BREAK }, { ";", T_BREAK }, { "；", T_BREAK }, { "/", T_BREAK }, { "|", T_BREAK } };

struct reader { const char *at; double number; bool whole; };

static enum token next_number(struct reader *r)
{
    size_t sign = *r->at == '-' || *r->at == '+', digits = strspn(r->at + sign, "0123456789");
    size_t used = sign + digits;
    r->whole = true;
    if (r->at[used] == '.') {
        size_t decimals = strspn(r->at + used + 1, "0123456789");
        r->whole = false;
        used += 1 + decimals;
        digits += decimals;
    }
    if (!digits || used > 24)
        return T_BAD;
    char copy[26];
    memcpy(copy, r->at, used);
    copy[used] = '\0';
    r->number = strtod(copy, NULL);
    r->at += used;
    return T_NUMBER;
}

static enum token next_token(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '=' || *r->at == '\t' || strncmp(r->at, "　", 3) == 0)
        r->at += strncmp(r->at, "　", 3) == 0 ? 3 : 1;
    if (!*r->at)
        return T_END;
    if (isdigit((unsigned char)*r->at) || strchr("+-.", *r->at))
        return next_number(r);
    if (*r->at == ':') {
        r->at++;
        return T_COLON;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(r->at, words[i].word, strlen(words[i].word)) == 0) {
            r->at += strlen(words[i].word);
            return words[i].token;
        }
    return T_BAD;
}

/* --- angles --------------------------------------------------------------------------------------------------- */

struct angle {
    double      part[3];                /* degrees, minutes, seconds */
    int         parts;
    bool        named;                  /* its last number has its sign, °, ′ or ″ */
    bool        fraction;               /* the last number has decimals: nothing finer may follow */
    enum token  axis;                   /* T_END: not said */
    const char *from, *to, *number;     /* number: where its last one begins */
};

struct angles { struct angle list[2]; int count; bool prefix, closed; };

static struct angle *angle_open(struct angles *all, const char *at)
{
    if (all->count == 2)
        return NULL;
    struct angle *a = &all->list[all->count++];
    *a = (struct angle){ .from = at, .to = at, .axis = T_END };
    all->closed = false;
    return a;
}

static struct angle *current(struct angles *all)
{
    return all->count && !all->closed ? &all->list[all->count - 1] : NULL;
}

/* A number goes on with the angle before it when that one's last number had its sign ("113°33"), else begins one. */
static bool take_number(struct angles *all, const struct reader *r, const char *at)
{
    struct angle *a = current(all);
    bool marked = a && !all->prefix && a->axis != T_END;
    if (!a || marked || (a->parts && (!a->named || a->parts == 3 || a->fraction)))
        a = angle_open(all, at);
    if (!a)
        return false;
    a->number = at;
    a->part[a->parts++] = r->number;
    a->named = false;
    a->fraction = !r->whole;
    return true;
}

/* "113°33′ 22°": what looked like seconds is the next angle. */
static bool begin_again(struct angles *all, struct angle *a)
{
    struct angle *next = angle_open(all, a->number);
    if (!next)
        return false;
    a->parts--;
    next->part[next->parts++] = a->part[a->parts];
    next->number = a->to = a->number;
    next->named = true;
    a->part[a->parts] = 0;
    a->named = true;
    return true;
}

static bool take_sign(struct angles *all, enum token token)
{
    struct angle *a = current(all);
    if (token == T_COLON && (!a || !a->parts))          /* 经度：113.55 */
        return true;
    if (token == T_DEGREE && a && a->parts > 1 && !a->named)
        return begin_again(all, a);
    if (!a || a->named || !a->parts || (token != T_COLON && a->parts != (int)(token - T_DEGREE) + 1) || (token == T_COLON && a->parts > 2))
        return false;
    a->named = true;
    return true;
}

static bool take_axis(struct angles *all, enum token token, const char *at)
{
    struct angle *a = current(all);
    if (!all->count)
        all->prefix = true;
    if (all->prefix && (!a || a->parts))
        a = angle_open(all, at);
    if (!a || a->axis != T_END)
        return all->prefix && a && a->axis == token;     /* 经度：东经113 */
    a->axis = token;
    return true;
}

static bool read_angles(const char *text, struct angles *all)
{
    struct reader r = { .at = text };
    for (;;) {
        const char *at = r.at + strspn(r.at, " ");
        enum token token = next_token(&r);
        bool good = token == T_NUMBER ? take_number(all, &r, at)
                  : token >= T_DEGREE && token <= T_COLON ? take_sign(all, token)
                  : token >= T_LNG && token <= T_SOUTH ? take_axis(all, token, at) : token != T_BAD;
        if (!good)
            return false;
        if (token == T_END)
            return true;
        if (token == T_BREAK)
            all->closed = true;
        else if (all->count)
            all->list[all->count - 1].to = r.at;
    }
}

/* False: minutes or seconds of 60 and more. */
static bool angle_value(const struct angle *a, double *out)
{
    double value = fabs(a->part[0]) + a->part[1] / 60 + a->part[2] / 3600;
    bool negative = signbit(a->part[0]) || a->axis == T_WEST || a->axis == T_SOUTH;
    *out = negative ? -value : value;
    return a->part[1] >= 0 && a->part[1] < 60 && a->part[2] >= 0 && a->part[2] < 60;
}

static bool is_lng(enum token axis) { return axis == T_LNG || axis == T_WEST; }
static bool is_lat(enum token axis) { return axis == T_LAT || axis == T_SOUTH; }

static const char *piece(struct arena *arena, const struct angle *a)
{
    size_t size = (size_t)(a->to - a->from);
    while (size && a->from[size - 1] == ' ')
        size--;
    return arena_copy_n(arena, a->from, size);
}

/* Longitude and latitude the wrong way round: impossible as they stand, or at home the other way. */
static bool swapped(struct point p)
{
    struct point other = { p.lat, p.lng };
    return geo_valid(other) && (!geo_valid(p) || (!geo_in_china_box(p) && geo_in_china_box(other)));
}

enum place_fault place_read(struct arena *arena, const char *text, enum datum fallback, struct place *place)
{
    struct angles all = { .count = 0 };
    char *rest = arena_copy(arena, text);
    *place = (struct place){ .datum = fallback, .lng = "", .lat = "" };
    datum_cut(rest, &place->datum);
    bool read = read_angles(rest, &all);
    if (!read || !all.count || !all.list[0].parts || (all.count == 2 && !all.list[1].parts))
        return PLACE_UNREADABLE;
    if (all.count == 1)
        return PLACE_HALF;
    struct angle *lng = &all.list[0], *lat = &all.list[1];
    bool marked = lng->axis != T_END || lat->axis != T_END;
    if (is_lat(lng->axis) || is_lng(lat->axis))
        lng = &all.list[1], lat = &all.list[0];
    if (is_lat(lng->axis) || is_lng(lat->axis))
        return PLACE_UNREADABLE;                         /* two longitudes */
    place->lng = piece(arena, lng);
    place->lat = piece(arena, lat);
    bool good = angle_value(lng, &place->typed.lng) & angle_value(lat, &place->typed.lat);
    if (good && !marked && swapped(place->typed))
        return PLACE_SWAPPED;
    if (!good || !geo_valid(place->typed))
        return marked && good && swapped(place->typed) ? PLACE_SWAPPED : PLACE_RANGE;
    place->gcj = geo_convert(place->typed, place->datum, DATUM_GCJ02);
    return PLACE_GOOD;
}
