/* map_page: what the files of this program share: a request read as a question to the map (ask.c), and the
 * parts of a page made from the answer (facets.c, rows.c, view.c, overview.c, station.c).
 *
 * Nothing here reads the database but the pages of one station: a map answers while the database is away. */
#ifndef MAP_PAGE_H
#define MAP_PAGE_H

#include "map/map.h"
#include "web/web.h"

enum { ROWS_PER_PAGE = 20, VALUES_SHOWN = 30, VALUES_MORE = 300 };

struct facet_name { const char *key, *label; };
extern const struct facet_name facet_names[MAP_FACETS];
int facet_by_key(const char *key);                    /* -1: no such */

struct box { double west, south, east, north; };

struct ask {
    struct map       *map;
    struct map_query  query;          /* .everywhere when the request names no place */
    bool              placed;         /* it names one: bbox, or center with zoom */
    struct point      centre;         /* of the place; of the site when there is none */
    enum map_order    order;
    size_t            page;           /* from 1 */
    bool              every[MAP_FACETS];      /* 「全选」 */
    const char       *filters;        /* "&q=…&division=…": every condition, for links; "" when there is none */
    const char       *where;          /* "&center=…&zoom=…" or "" */
};

/* Reads form map-view. A place that is none: FAIL_MALFORMED with words. */
struct ask *ask_read(struct request *rq);
struct box  ask_box(const struct map_query *query);
void        box_set(struct map_query *query, struct box box);
/* Conditions in words: 「（香洲区 或 斗门区）且 直流设备」, 「全部充电站」. */
const char *ask_words(struct request *rq, const struct ask *ask);
/* The whole set instead of the viewport. */
struct map_query ask_everywhere(const struct ask *ask);
const char *url_text(struct arena *arena, const char *text);           /* percent-encoded */
/* Where all features lie; false: there are none. */
bool answer_box(const struct map_answer *answer, struct box *box);

/* The zoom at which a map of the nominal size shows the whole box. */
int box_zoom(struct box box);
struct box box_round(struct point centre, int zoom);
enum { NOMINAL_WIDTH = 900, NOMINAL_HEIGHT = 640 };

/* What the site's own land covers, from the base map; of all China when it is not there. Read once a process. */
struct box  home_box(void);
struct point home_centre(void);

void facets_fill(struct request *rq, const struct ask *ask, const struct map_answer *answer, HDF *node);
void facet_fill(struct request *rq, const struct ask *ask, const struct map_answer *answer, enum map_facet facet, HDF *node);
void sentence_fill(struct request *rq, const struct ask *ask, const struct map_answer *answer, HDF *node);
void rows_fill(struct request *rq, const struct ask *ask, HDF *node);
/* The map as a drawing that needs no script: land, and the features as links. `box` is what it must show. */
void overview_fill(struct request *rq, const struct ask *ask, struct box box, HDF *node);
const char *freshness_words(struct arena *arena, int64_t now_ms, int64_t seconds);     /* "12 秒前" */
const char *class_key(enum map_class state);          /* free full fault offline unknown */
const char *class_label(enum map_class state);        /* 空闲 占满 故障 离线 状态未知 */

/* pages */
void map_page(struct request *rq);
void map_rows_part(struct request *rq);
void map_facet_part(struct request *rq);
void map_view_json(struct request *rq);
void station_page(struct request *rq);
void station_by_code(struct request *rq);
void equipment_by_code(struct request *rq);
void station_card_part(struct request *rq);
void station_qr_png(struct request *rq);
void station_qr_svg(struct request *rq);
void station_picture(struct request *rq);

#endif
