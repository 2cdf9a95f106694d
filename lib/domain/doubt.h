/* doubt: what makes a position doubtful though it can be read: a finding for whoever typed it and whoever reviews it, never
 * a refusal (a station on new land, an outline right to 100 m). */
#ifndef DOMAIN_DOUBT_H
#define DOMAIN_DOUBT_H

#include "core/geo.h"
#include "core/work.h"

/* Outside China, outside the site's own land, outside `division` ("" or a code the outline does not draw: not judged).
 * NULL: nothing. */
const char *place_doubt(struct work *work, struct point gcj, const char *division);

/* Where the site's name stands on its land, or the middle of it: WGS-84. */
struct point place_home(void);

#endif
