/* demo_city: what the makers of the demonstration city share. Private to demo_*.c. */
#ifndef DOMAIN_DEMO_CITY_H
#define DOMAIN_DEMO_CITY_H

#include "core/work.h"
#include "domain/demo_random.h"
#include "domain/station.h"
#include "draw/outline.h"

struct centre {                              /* stations cluster around it */
    const char        *name, *division, *district;     /* "拱北", "440402", "香洲区" */
    const char        *city;                 /* "珠海市" */
    struct point       at;                   /* WGS-84 */
    double             radius;               /* metres */
    int                weight;
    const struct area *land;                 /* stations stay on it; NULL: no outline */
};

struct place { const char *word, *guide; int construction, type; };

struct city {
    struct arena      *arena;
    struct random_stream random;
    struct centre     *centres;
    int                centre_count, weight_sum;
    struct words       brands, companies, heads, roads, hours, parking, payments, makers;
    struct place      *places;
    int                place_count;
};

enum { OPERATORS_LEAST = 10, OPERATORS_MOST = 46, SILENT_ONE_IN = 17 };

/* Centres of the site: schema/demo/<division>.hdf, else the cities of its province by their outlines. In a
 * transaction: reads divisions. */
void city_read(struct work *work, struct city *city);
/* Seeded words, then a place on land. */
const struct centre *city_centre(struct city *city);
struct point city_place(struct city *city, const struct centre *centre);

struct demo_operator { const char *code, *uscc, *name, *brand, *tel; };
void demo_operator_make(struct city *city, int index, struct demo_operator *out);
/* Some operators' platforms have fallen silent: their states are old and stay so. Decided by the code alone. */
#define SQL_SILENT "CRC32(o.code) MOD 17 = 0"
_Static_assert(SILENT_ONE_IN == 17, "SQL_SILENT says the same");

/* First told states of the whole city, and the share of connectors in use at this hour (demo_live.c). */
void   demo_states_seed(struct work *work);
double demo_busy_share(int64_t now_ms);

/* A whole station at a centre; equipment and connectors in city->arena. */
void demo_station_make(struct city *city, int number, const struct demo_operator *operator_, const struct centre *centre,
                       struct station_record *out);

#endif
