/* record_position: see the header. Only reads. */
#include "domain/record_position.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "domain/division.h"
#include "domain/record.h"
#include "draw/outline.h"
#include "web/web.h"

enum { BORDER = 300, COUNTY_WITHIN = 3000, COUNTY_NEIGHBOURS = 15, COUNTY_LEAST = 5, FACILITY_FAR = 500, NEAR_NAMED = 5 };
#define DEGREE 111320.0                    /* metres of a degree of latitude */

#define Q_STATION   "SELECT COALESCE(lng, 0), COALESCE(lat, 0), division_code, COALESCE(code, ''), operator_id, 0, 0 FROM station_record" \
                    " WHERE id = ? AND" RECORD_SCOPE
#define Q_EQUIPMENT "SELECT COALESCE(e.lng, s.lng, 0), COALESCE(e.lat, s.lat, 0), e.division_code, COALESCE(s.code, ''), e.operator_id," \
                    " COALESCE(IF(e.lng IS NULL, 0, s.lng), 0), COALESCE(IF(e.lng IS NULL, 0, s.lat), 0) FROM equipment_record e" \
                    " JOIN station_record s ON s.id = e.station_record_id WHERE e.id = ? AND (e.operator_id = ? OR (? = 1 AND e.filed_division LIKE ?))"
#define BOX         " lat BETWEEN ? AND ? AND lng BETWEEN ? AND ?"
#define Q_COUNTIES  "SELECT LEFT(division_code, 6) AS code FROM station WHERE" BOX " AND removed_at IS NULL AND LENGTH(division_code) >= 6" \
                    " AND RIGHT(LEFT(division_code, 6), 2) <> '00' AND NOT (operator_id = ? AND code = ?)" \
                    " ORDER BY POW(lat - ?, 2) + POW((lng - ?) * ?, 2) LIMIT ?"
#define Q_NEAR      "SELECT * FROM (SELECT r.id AS id, 1 AS record, r.name, r.operator_id, r.code, r.lng, r.lat, o.short_name AS operator, r.filed_division LIKE ? AS mine" \
                    " FROM station_record r JOIN operator o ON o.id = r.operator_id WHERE r.lat BETWEEN ? AND ? AND r.lng BETWEEN ? AND ?" \
                    " AND r.submitted_at IS NOT NULL AND NOT (r.operator_id = ? AND r.code <=> NULLIF(?, ''))" \
                    " UNION ALL SELECT s.id, 0, s.name, s.operator_id, s.code, s.lng, s.lat, o.short_name, s.division_code LIKE ? FROM station s" \
                    " JOIN operator o ON o.id = s.operator_id WHERE s.lat BETWEEN ? AND ? AND s.lng BETWEEN ? AND ? AND s.removed_at IS NULL" \
                    " AND NOT (s.operator_id = ? AND s.code = ?) AND NOT EXISTS (SELECT 1 FROM station_record r WHERE r.operator_id = s.operator_id" \
                    " AND r.code = s.code AND r.submitted_at IS NOT NULL)) near LIMIT 50"

struct box { double south, north, west, east; };

static struct box around(struct point p, double metres)
{
    double lat = metres / DEGREE, lng = lat / fmax(0.1, cos(p.lat * M_PI / 180));
    return (struct box){ p.lat - lat, p.lat + lat, p.lng - lng, p.lng + lng };
}

static void release(void *hdf)
{
    HDF *tree = hdf;
    hdf_destroy(&tree);
}

static HDF *tree_new(struct work *work)
{
    HDF *tree;
    if (hdf_init(&tree))
        fail_ours(work, "out of memory");
    work_defer(work, release, tree);
    return tree;
}

/* --- where it is ------------------------------------------------------------------------------------------------------ */

struct row { double lng, lat, station_lng, station_lat; const char *division, *code; int64_t operator_id; };

bool record_place_of(struct work *work, const char *flow, int64_t id, struct record_place *place)
{
    static const struct db_column columns[] = {
        DB_REAL(struct row, lng), DB_REAL(struct row, lat), DB_TEXT(struct row, division), DB_TEXT(struct row, code),
        DB_INT(struct row, operator_id), DB_REAL(struct row, station_lng), DB_REAL(struct row, station_lat), DB_END };
    struct row row;
    bool found = strcmp(flow, "equipment-record") == 0 ? db_struct(work, columns, &row, Q_EQUIPMENT, I(id), RECORD_MINE(work))
                                                       : db_struct(work, columns, &row, Q_STATION, I(id), RECORD_MINE(work));
    if (!found || row.lng == 0)
        return false;
    *place = (struct record_place){ { row.lng, row.lat }, row.division, row.code, row.operator_id, -1 };
    if (row.station_lng != 0)
        place->from_station = geo_distance(place->gcj, (struct point){ row.station_lng, row.station_lat });
    return true;
}

/* --- the city's boundary ---------------------------------------------------------------------------------------------------- */

enum position_city record_position_city(const char *division, struct point wgs)
{
    char path[80];
    if (strlen(division) < 4)
        return POSITION_UNKNOWN;
    snprintf(path, sizeof path, "htdocs/vendor/basemap/outline/%.2s0000.bin", division);
    const struct outline *outline = outline_load(path_in_root(path));
    char city[7] = { division[0], division[1], division[2], division[3], '0', '0', '\0' };
    const struct area *area = outline ? outline_area(outline, atoi(city)) : NULL;
    if (!area)
        return POSITION_UNKNOWN;
    if (area_holds(area, wgs))
        return POSITION_INSIDE;
    struct box box = around(wgs, BORDER);
    const struct point rim[] = { { box.west, wgs.lat }, { box.east, wgs.lat }, { wgs.lng, box.south }, { wgs.lng, box.north },
                                 { box.west, box.south }, { box.west, box.north }, { box.east, box.south }, { box.east, box.north } };
    for (size_t i = 0; i < sizeof rim / sizeof *rim; i++)
        if (area_holds(area, rim[i]))
            return POSITION_NEAR_BORDER;
    return POSITION_OUTSIDE;
}

/* --- the county of the neighbours ------------------------------------------------------------------------------------------- */

const char *record_position_majority(const char *const *counties, size_t count, const char *named, size_t *agree)
{
    const char *best = NULL;
    *agree = 0;
    for (size_t i = 0; count >= COUNTY_LEAST && i < count; i++) {
        size_t same = 0;
        for (size_t k = 0; k < count; k++)
            same += strcmp(counties[k], counties[i]) == 0;
        if (same > *agree)
            best = counties[i], *agree = same;
    }
    return best && *agree * 3 >= count * 2 && strncmp(best, named, strlen(named) < 6 ? strlen(named) : 6) != 0 ? best : NULL;
}

/* --- what is found ------------------------------------------------------------------------------------------------------------ */

struct findings { struct work *work; HDF *node; int warnings, basis; };

static HDF *warn(struct findings *f, const char *text, const char *basis)
{
    HDF *out = view_node(f->node, arena_printf(f->work->arena, "Warnings.%d", f->warnings++));
    view_set(out, "Text", text);
    view_set(out, "Basis", basis);
    return out;
}

static void in_order(struct findings *f, const char *text)
{
    view_set(f->node, arena_printf(f->work->arena, "Basis.%d.Text", f->basis++), text);
}

static void city_check(struct findings *f, const struct record_place *place)
{
    struct arena *arena = f->work->arena;
    const char *city = arena_printf(arena, "%.4s00", place->division), *name = division_name(f->work, city);
    switch (record_position_city(place->division, geo_convert(place->gcj, DATUM_GCJ02, DATUM_WGS84))) {
    case POSITION_INSIDE:
        in_order(f, arena_printf(arena, "位于%s范围内（依据底图的市级边界，精度约 100 米）", name));
        break;
    case POSITION_OUTSIDE:
        warn(f, arena_printf(arena, "坐标不在%s范围内", name), "依据底图的市级边界，精度约 100 米");
        break;
    case POSITION_NEAR_BORDER:
        in_order(f, arena_printf(arena, "距%s边界不足 300 米，底图精度不足以判断是否越界", name));
        break;
    case POSITION_UNKNOWN:
        in_order(f, "底图没有所属城市的边界，未核对市级范围");
        break;
    }
}

static void county_check(struct findings *f, const struct record_place *place)
{
    struct box box = around(place->gcj, COUNTY_WITHIN);
    HDF *rows = tree_new(f->work);
    const char *counties[COUNTY_NEIGHBOURS] = { NULL };
    double shrink = cos(place->gcj.lat * M_PI / 180);
    size_t count = 0, agree;
    if (strlen(place->division) < 6)
        return;
    db_rows(f->work, rows, Q_COUNTIES, R(box.south), R(box.north), R(box.west), R(box.east), I(place->operator_id), T(place->code),
            R(place->gcj.lat), R(place->gcj.lng), R(shrink), I(COUNTY_NEIGHBOURS));
    for (HDF *row = hdf_obj_child(rows); row && count < COUNTY_NEIGHBOURS; row = hdf_obj_next(row))
        counties[count++] = view_get(row, "code");
    const char *other = record_position_majority(counties, count, place->division, &agree), *named = division_name(f->work, place->division);
    if (other)
        warn(f, arena_printf(f->work->arena, "档案填报为%s，但最近的 %zu 座已上报充电站中有 %zu 座属于%s", named, count, agree, division_name(f->work, other)),
             "没有县级边界数据，按 3 公里内邻近站点推断，请结合详细地址核实");
    else if (count >= COUNTY_LEAST)
        in_order(f, arena_printf(f->work->arena, "与邻近 %zu 座已上报充电站的区县未见矛盾（没有县级边界数据，按邻近站点推断）", count));
    else
        in_order(f, "3 公里内已上报的充电站不足 5 座，且没有县级边界数据，未核对区县");
}

static void near_one(struct findings *f, const struct record_place *place, HDF *row, double metres)
{
    struct arena *arena = f->work->arena;
    bool own = strtoll(view_get(row, "operator_id"), NULL, 10) == place->operator_id;
    if (!hdf_get_int_value(row, "mine", 0)) {
        warn(f, arena_printf(arena, "与%s的一座充电站（不在本辖区）相距 %.0f 米", own ? "该运营商" : "另一运营商", metres), NULL);
        return;
    }
    bool record = hdf_get_int_value(row, "record", 0);
    HDF *out = warn(f, arena_printf(arena, "与%s的充电站相距 %.0f 米：", view_get(row, "operator"), metres), record ? NULL : "平台上报的充电站");
    view_set(out, "Label", *view_get(row, "name") ? view_get(row, "name") : view_get(row, "code"));
    view_set(out, "Href", arena_printf(arena, record ? "/archives/stations/%s" : "/map/stations/%s", view_get(row, "id")));
}

static void near_check(struct findings *f, const struct record_place *place)
{
    int within = (int)config_int("Records.NearMetres"), found = 0;
    struct box box = around(place->gcj, within);
    HDF *rows = tree_new(f->work);
    struct value mine = T(record_division(f->work)), code = T(place->code);
    db_rows(f->work, rows, Q_NEAR, mine, R(box.south), R(box.north), R(box.west), R(box.east), I(place->operator_id), code,
            mine, R(box.south), R(box.north), R(box.west), R(box.east), I(place->operator_id), code);
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row)) {
        double metres = geo_distance(place->gcj, (struct point){ atof(view_get(row, "lng")), atof(view_get(row, "lat")) });
        if (metres <= within && found++ < NEAR_NAMED)
            near_one(f, place, row, metres);
    }
    if (found > NEAR_NAMED)
        warn(f, arena_printf(f->work->arena, "%d 米内另有 %d 座充电站", within, found - NEAR_NAMED), NULL);
    if (!found)
        in_order(f, arena_printf(f->work->arena, "%d 米内没有其他充电站", within));
}

void record_position(struct work *work, const char *flow, int64_t id, HDF *node)
{
    struct findings f = { .work = work, .node = node };
    struct record_place place;
    if (!record_place_of(work, flow, id, &place)) {
        view_set(node, "None", "1");
        return;
    }
    view_setf(node, "Lng", "%.6f", place.gcj.lng);
    view_setf(node, "Lat", "%.6f", place.gcj.lat);
    city_check(&f, &place);
    county_check(&f, &place);
    if (place.from_station > FACILITY_FAR)
        warn(&f, arena_printf(work->arena, "设施坐标距所属充电站 %.0f 米", place.from_station), "超过 500 米");
    if (strcmp(flow, "station-record") == 0)
        near_check(&f, &place);
    view_set_int(node, "Count", f.warnings);
}
