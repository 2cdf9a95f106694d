/* record_position: does a record's position fit? County boundaries do not exist as data; what is asked, and what each answer
 * is based on, is said with it:
 *   city      the base map's boundary of the city named (right to about 100 m; nearer than 300 m to it says nothing)
 *   county    by majority: the county of the nearest stations that platforms push, when at least 5 stand within 3 km and two
 *             thirds of them are of another county than the one named
 *   near      other stations within Records.NearMetres (declared, or pushed by a platform)
 *   facility  a facility further than 500 m from its station */
#ifndef DOMAIN_RECORD_POSITION_H
#define DOMAIN_RECORD_POSITION_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/geo.h"
#include "core/work.h"

struct record_place { struct point gcj; const char *division, *code; int64_t operator_id; double from_station; };

/* Where a record of this flow stands, for whoever may read it; false: it has no position, or is not there. from_station: metres
 * of a facility with a position of its own, else -1. */
bool record_place_of(struct work *work, const char *flow, int64_t id, struct record_place *place);

/* node.{Lng, Lat (GCJ-02), Warnings.N.{Text, Basis, Href, Label}, Basis.N.Text (what was checked and found in order)}. Another
 * operator's station outside the actor's division is pointed out without its name. */
void record_position(struct work *work, const char *flow, int64_t id, HDF *node);

enum position_city { POSITION_INSIDE, POSITION_OUTSIDE, POSITION_NEAR_BORDER, POSITION_UNKNOWN };
/* The city of a division code against the base map. Pure but for reading the map once. */
enum position_city record_position_city(const char *division, struct point wgs);

/* Of `count` counties of neighbours the one that two thirds name, when it is not `named`; NULL: none, or too few. Pure. */
const char *record_position_majority(const char *const *counties, size_t count, const char *named, size_t *agree);

#endif
