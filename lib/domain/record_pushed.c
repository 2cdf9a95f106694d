/* record_pushed: see the header. Only reads. */
#include "domain/record_pushed.h"

#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "domain/record.h"
#include "web/web.h"

enum { NAMED = 20 };

#define Q_STATION  "SELECT r.operator_id, COALESCE(r.code, '') AS code, r.name, COALESCE(NULLIF(r.owner_code, ''), o.code) AS owner_code," \
                   " r.station_type, r.station_status, r.construction, r.division_code, r.address, r.lng, r.lat, r.service_tel, r.station_tel," \
                   " r.park_nums, r.busine_hours, r.electricity_fee, r.service_fee, r.park_fee" \
                   " FROM station_record r JOIN operator o ON o.id = r.operator_id WHERE r.id = ? AND (r.operator_id = ? OR (? = 1 AND r.filed_division LIKE ?))"
#define Q_STATION_PUSHED "SELECT id, name, owner_code, station_type, station_status, construction, division_code, address, lng, lat, service_tel," \
                   " station_tel, park_nums, busine_hours, electricity_fee, service_fee, park_fee," \
                   " DATE_FORMAT(COALESCE(seen_at, updated_at), '%Y-%m-%d %H:%i') AS seen" \
                   " FROM station WHERE operator_id = ? AND code = ? AND removed_at IS NULL"
#define Q_EQUIPMENT "SELECT r.operator_id, COALESCE(r.code, '') AS code, COALESCE(s.code, '') AS station, r.name, r.equipment_type," \
                   " r.manufacturer_code, r.manufacturer_name, r.model, r.power, r.production_date" \
                   " FROM equipment_record r JOIN station_record s ON s.id = r.station_record_id" \
                   " WHERE r.id = ? AND (r.operator_id = ? OR (? = 1 AND r.filed_division LIKE ?))"
#define Q_EQUIPMENT_PUSHED "SELECT e.id, s.code AS station, e.name, e.equipment_type, e.manufacturer_code, e.manufacturer_name, e.model, e.power," \
                   " e.production_date, DATE_FORMAT(COALESCE(s.seen_at, s.updated_at), '%Y-%m-%d %H:%i') AS seen" \
                   " FROM equipment e JOIN station s ON s.id = e.station_id WHERE e.operator_id = ? AND e.code = ? AND e.removed_at IS NULL"
#define GUN        "code, name, connector_type, national_standard, power, voltage_lower, voltage_upper, current, park_no"
#define Q_GUNS     "SELECT " GUN " FROM connector_record WHERE equipment_record_id = ? ORDER BY id"
#define Q_GUNS_PUSHED "SELECT " GUN " FROM connector WHERE equipment_id = ? AND removed_at IS NULL ORDER BY code"
#define DECLARED   " FROM equipment_record r WHERE r.station_record_id = ? AND r.submitted_at IS NOT NULL"
#define UNPUSHED   DECLARED " AND NOT EXISTS (SELECT 1 FROM equipment e WHERE e.operator_id = r.operator_id AND e.code = r.code AND e.removed_at IS NULL)"
#define PUSHED     " FROM equipment e WHERE e.station_id = ? AND e.removed_at IS NULL"
#define UNDECLARED PUSHED " AND NOT EXISTS (SELECT 1 FROM equipment_record r WHERE r.operator_id = e.operator_id AND r.code = e.code AND r.submitted_at IS NOT NULL)"
#define Q_MISSING  "SELECT r.id AS Id, COALESCE(r.code, '') AS Code, r.name AS Name" UNPUSHED " ORDER BY r.id LIMIT ?"
#define Q_MORE     "SELECT e.code AS Code, e.name AS Name" UNDECLARED " ORDER BY e.code LIMIT ?"

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

static int64_t number(HDF *row, const char *name)
{
    return strtoll(view_get(row, name), NULL, 10);
}

/* --- in words ------------------------------------------------------------------------------------------------------- */

int64_t record_pushed_differs(const struct record_pushed *p, bool station)
{
    return p->fields.of[COMPARE_DIFFERS] + (station ? 0 : p->missing + p->more);
}

const char *record_pushed_words(struct work *work, const struct record_pushed *p, bool station)
{
    int64_t differs = record_pushed_differs(p, station);
    if (!p->there)
        return "平台未推送";
    return differs ? arena_printf(work->arena, "与平台数据 %lld 处不一致", (long long)differs) : "与平台数据一致";
}

const char *record_pushed_tone(const struct record_pushed *p, bool station)
{
    return !p->there ? "wait" : record_pushed_differs(p, station) ? "bad" : "good";
}

static void sum_to_node(struct work *work, const struct record_pushed *p, bool station, HDF *declared, HDF *pushed, HDF *node)
{
    if (!node)
        return;
    view_set(node, "There", p->there ? "1" : NULL);
    view_set(node, "Code", view_get(declared, "code"));
    view_set(node, "SeenAt", view_get(pushed, "seen"));
    view_set(node, "Sum", record_pushed_words(work, p, station));
    view_set(node, "Tone", record_pushed_tone(p, station));
}

/* --- a station ------------------------------------------------------------------------------------------------------- */

static void facilities(struct work *work, struct record_pushed *p, int64_t id, int64_t station, HDF *node)
{
    p->missing = db_int(work, 0, "SELECT COUNT(*)" UNPUSHED, I(id));
    p->more = db_int(work, 0, "SELECT COUNT(*)" UNDECLARED, I(station));
    view_set_int(node, "Parts.Declared", db_int(work, 0, "SELECT COUNT(*)" DECLARED, I(id)));
    view_set_int(node, "Parts.Pushed", db_int(work, 0, "SELECT COUNT(*)" PUSHED, I(station)));
    view_set_int(node, "Parts.MissingCount", p->missing);
    view_set_int(node, "Parts.MoreCount", p->more);
    db_rows(work, view_node(node, "Parts.Missing"), Q_MISSING, I(id), I(NAMED));
    db_rows(work, view_node(node, "Parts.More"), Q_MORE, I(station), I(NAMED));
}

struct record_pushed record_pushed_station(struct work *work, int64_t id, HDF *node)
{
    struct record_pushed p = { 0 };
    HDF *declared = tree_new(work), *pushed = tree_new(work);
    if (!db_row(work, declared, Q_STATION, I(id), RECORD_MINE(work)))
        fail(work, FAIL_MISSING, "%s", "");
    p.there = db_row(work, pushed, Q_STATION_PUSHED, I(number(declared, "operator_id")), T(view_get(declared, "code")));
    p.fields = record_compare(work->arena, COMPARE_STATION, declared, p.there ? pushed : NULL, node ? view_node(node, "Rows") : NULL);
    if (node && p.there)
        facilities(work, &p, id, number(pushed, "id"), node);
    sum_to_node(work, &p, true, declared, pushed, node);
    return p;
}

/* --- a facility and its guns ------------------------------------------------------------------------------------------- */

static HDF *of_code(HDF *rows, const char *code)
{
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row))
        if (*code && strcmp(view_get(row, "code"), code) == 0)
            return row;
    return NULL;
}

static HDF *gun_node(struct work *work, HDF *node, int n, HDF *gun, const char *words, const char *tone)
{
    if (!node)
        return NULL;
    HDF *out = view_node(node, arena_printf(work->arena, "Guns.%d", n));
    view_set(out, "Code", view_get(gun, "code"));
    view_set(out, "Words", words);
    view_set(out, "Kind", tone);
    return out;
}

static void guns(struct work *work, struct record_pushed *p, HDF *declared, HDF *pushed, HDF *node)
{
    int n = 0;
    for (HDF *gun = hdf_obj_child(declared); gun; gun = hdf_obj_next(gun)) {
        HDF *other = of_code(pushed, view_get(gun, "code"));
        if (!other) {
            p->missing++;
            gun_node(work, node, n++, gun, compare_words(COMPARE_UNPUSHED), "bad");
            continue;
        }
        struct record_compared sum = record_compare(work->arena, COMPARE_CONNECTOR, gun, other, NULL);
        int differs = sum.of[COMPARE_DIFFERS];
        HDF *out = gun_node(work, node, n++, gun, differs ? arena_printf(work->arena, "%d 处不一致", differs) : "一致", differs ? "bad" : "good");
        if (out)
            record_compare(work->arena, COMPARE_CONNECTOR, gun, other, view_node(out, "Rows"));
        record_compared_add(&p->fields, sum);
    }
    for (HDF *gun = hdf_obj_child(pushed); gun; gun = hdf_obj_next(gun))
        if (!of_code(declared, view_get(gun, "code"))) {
            p->more++;
            gun_node(work, node, n++, gun, "档案未录入", "bad");
        }
}

struct record_pushed record_pushed_equipment(struct work *work, int64_t id, HDF *node)
{
    struct record_pushed p = { 0 };
    HDF *declared = tree_new(work), *pushed = tree_new(work);
    if (!db_row(work, declared, Q_EQUIPMENT, I(id), RECORD_MINE(work)))
        fail(work, FAIL_MISSING, "%s", "");
    p.there = db_row(work, pushed, Q_EQUIPMENT_PUSHED, I(number(declared, "operator_id")), T(view_get(declared, "code")));
    p.fields = record_compare(work->arena, COMPARE_EQUIPMENT, declared, p.there ? pushed : NULL, node ? view_node(node, "Rows") : NULL);
    if (p.there) {
        HDF *ours = tree_new(work), *theirs = tree_new(work);
        db_rows(work, ours, Q_GUNS, I(id));
        db_rows(work, theirs, Q_GUNS_PUSHED, I(number(pushed, "id")));
        guns(work, &p, ours, theirs, node);
    }
    sum_to_node(work, &p, false, declared, pushed, node);
    return p;
}
