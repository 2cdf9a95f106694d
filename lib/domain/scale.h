/* scale: 充电站规模, by the number of connectors; the classes are data (schema/dicts/station_scale.hdf, [min=…]). */
#ifndef DOMAIN_SCALE_H
#define DOMAIN_SCALE_H

#include <stddef.h>

/* The code of the class as in the dict; NULL: no class holds that few (a station without known connectors). */
const char *scale_code(size_t connectors);

#endif
