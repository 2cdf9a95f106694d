/* place: a position as people write it, in the datum they have it in, read and brought to GCJ-02 (the datum T/CEC 102
 * part 2 wants in StationLng/StationLat, and all our tables hold).
 *
 *     "113.553600, 22.223200"                     longitude first, as the forms ask for it
 *     "22.2232N 113.5536E"  "北纬22.2232，东经113.5536"  "lng=113.55 lat=22.22"      marked: any order
 *     "113°33′12.9″E 22°13′23.5″N"  "113度33分12.9秒,22度13分23.5秒"  "113:33:12.9, 22:13:23.5"
 *     "113.55,22.22 WGS-84"                       a datum said in the text counts more than the one chosen beside it */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/geo.h"

enum place_fault { PLACE_GOOD, PLACE_UNREADABLE, PLACE_HALF, PLACE_SWAPPED, PLACE_RANGE };

struct place {
    struct point typed;                 /* degrees, in `datum` */
    enum datum   datum;
    struct point gcj;
    const char  *lng, *lat;             /* the two halves as typed, longitude first, without the datum; arena */
};

/* `text`: one line made normal (core/text.h). PLACE_SWAPPED: longitude and latitude stand the wrong way round (`typed` as
 * read); PLACE_HALF: one number alone; PLACE_RANGE: beyond 180 or 90 degrees, 60 minutes or seconds. */
enum place_fault place_read(struct arena *arena, const char *text, enum datum fallback, struct place *place);

/* "wgs84" "gcj02" "bd09": as columns hold it; "WGS-84" "GCJ-02" "BD-09": as people read it. */
const char *datum_code(enum datum datum);
const char *datum_label(enum datum datum);
/* By code, label, or usual name (GPS, CGCS2000, 高德, 腾讯, 百度 …), any case; false: not one. */
bool datum_named(const char *text, enum datum *datum);

#endif
