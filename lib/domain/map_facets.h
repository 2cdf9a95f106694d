/* map_facets: the facet values of a map being built: dicts and the site's divisions first and in their order,
 * others as stations bring them. Private to map_source.c. */
#ifndef DOMAIN_MAP_FACETS_H
#define DOMAIN_MAP_FACETS_H

#include "core/work.h"
#include "map/map_build.h"

struct map_facets;

/* Reads the divisions with `side`; lives as long as `work`. */
struct map_facets *map_facets_new(struct work *work, struct work *side, struct map_builder *builder);

uint16_t map_facet_division(struct map_facets *, struct work *side, const char *division, const char *country);
uint16_t map_facet_type(struct map_facets *, int64_t type);                 /* MAP_NONE: not known */
uint16_t map_facet_scale(struct map_facets *, size_t connectors);
unsigned map_facet_kind(struct map_facets *, int64_t equipment_type);       /* one bit, or 0 */
uint16_t map_facet_payment(struct map_facets *, unsigned payment_mask);     /* the engine's bits */

#endif
