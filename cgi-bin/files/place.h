/* place: what a field of kind=place asks for beside its form: a position read and converted, and its picture. */
#ifndef FILES_PLACE_H
#define FILES_PLACE_H

#include "web/web.h"

void place_picture(struct request *rq);     /* GET /place/map.png?lng=&lat= (WGS-84) */
void place_reading(struct request *rq);     /* GET /place/read?lng=&lat=&datum= -> JSON, see place.c */

#endif
