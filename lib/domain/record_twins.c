/* record_twins: see the header. Each question goes through an index of its own (code, serial_no, name). */
#include "domain/record_twins.h"

#include <string.h>

#include "core/db.h"
#include "domain/record.h"
#include "web/web.h"

enum { MOST = 12, NAME_METRES = 500 };

#define FOUND(what, path) "SELECT '" what "' AS What, CONCAT('" path "', t.id) AS Path, t.name AS Name, COALESCE(t.code, '') AS Code," \
                   " o.short_name AS Operator, t.operator_id = m.operator_id AS Own, t.filed_division LIKE ? AS Mine"
#define OTHER(table) " JOIN " table " t ON t.id <> m.id AND t.submitted_at IS NOT NULL"
#define OPERATOR   " JOIN operator o ON o.id = t.operator_id WHERE m.id = ?"
#define STATIONS   "/archives/stations/"
#define EQUIPMENT  "/archives/equipment/"
#define Q_STATION  "(" FOUND("充电站编码相同", STATIONS) " FROM station_record m" OTHER("station_record") " AND t.code = m.code" OPERATOR " LIMIT 5)" \
                   " UNION ALL (" FOUND("名称相同且位置相近", STATIONS) " FROM station_record m" OTHER("station_record") " AND t.name = m.name" \
                   " AND ST_DISTANCE_SPHERE(POINT(t.lng, t.lat), POINT(m.lng, m.lat)) <= ?" OPERATOR " AND m.name <> '' LIMIT 5)"
#define Q_EQUIPMENT "(" FOUND("设施编码相同", EQUIPMENT) " FROM equipment_record m" OTHER("equipment_record") " AND t.code = m.code" OPERATOR " LIMIT 5)" \
                   " UNION ALL (" FOUND("出厂编号相同", EQUIPMENT) " FROM equipment_record m" OTHER("equipment_record") " AND t.serial_no = m.serial_no" \
                   OPERATOR " AND m.serial_no <> '' LIMIT 5)" \
                   " UNION ALL (" FOUND("充电枪编码相同", EQUIPMENT) " FROM equipment_record m JOIN connector_record mine ON mine.equipment_record_id = m.id" \
                   " JOIN connector_record g ON g.code = mine.code AND g.equipment_record_id <> m.id" OTHER("equipment_record") \
                   " AND t.id = g.equipment_record_id" OPERATOR " AND mine.code <> '' LIMIT 5)"

/* Whose it is: the actor's own department reads the name, else only that there is one. */
static void twin_to_node(HDF *row, HDF *out)
{
    bool own = hdf_get_int_value(row, "Own", 0), mine = hdf_get_int_value(row, "Mine", 0);
    view_set(out, "What", view_get(row, "What"));
    if (!mine) {
        view_set(out, "Text", own ? "该运营商的另一份档案（不在本辖区）" : "另一运营商的档案（不在本辖区）");
        return;
    }
    view_set(out, "Text", own ? "该运营商的另一份档案" : view_get(row, "Operator"));
    view_setf(out, "Label", "%s %s", view_get(row, "Name"), view_get(row, "Code"));
    view_set(out, "Href", view_get(row, "Path"));
}

int record_twins(struct work *work, const char *flow, int64_t id, HDF *node)
{
    struct value mine = T(record_division(work));
    HDF *rows;
    int count = 0;
    if (hdf_init(&rows))
        fail_ours(work, "out of memory");
    if (strcmp(flow, "station-record") == 0)
        db_rows(work, rows, Q_STATION, mine, I(id), mine, I(NAME_METRES), I(id));
    else
        db_rows(work, rows, Q_EQUIPMENT, mine, I(id), mine, I(id), mine, I(id));
    for (HDF *row = hdf_obj_child(rows); row && count < MOST; row = hdf_obj_next(row), count++)
        if (node)
            twin_to_node(row, view_node(node, arena_printf(work->arena, "%d", count)));
    hdf_destroy(&rows);
    return count;
}
