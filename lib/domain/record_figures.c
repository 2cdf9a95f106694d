#include "domain/record_figures.h"

#include "core/db.h"
#include "core/text.h"
#include "domain/record.h"
#include "web/web.h"

#define STATIONS  "/archives/stations"
#define EQUIPMENT "/archives/equipment"
#define Q_STATIONS  "SELECT COUNT(*) FROM station_record WHERE operator_id = ?"
#define Q_EQUIPMENT "SELECT COUNT(*) FROM equipment_record WHERE operator_id = ?"
#define Q_CONNECTED "SELECT COUNT(*) FROM equipment_record WHERE operator_id = ? AND connected = 1"
#define Q_CONNECTED_STATIONS "SELECT COUNT(DISTINCT station_record_id) FROM equipment_record WHERE operator_id = ? AND connected = 1"

static void figure(struct work *work, HDF *node, int n, const char *label, const char *unit, int64_t value, const char *href)
{
    HDF *row = view_node(node, arena_printf(work->arena, "Figures.%d", n));
    view_set(row, "Label", label);
    view_set(row, "Unit", unit);
    view_set(row, "Value", text_thousands(work->arena, value));
    view_set(row, "Href", href);
}

void record_figures(struct work *work, HDF *node)
{
    struct value own = I(record_company(work));
    figure(work, node, 0, "已录入充电站", "座", db_int(work, 0, Q_STATIONS, own), STATIONS);
    figure(work, node, 1, "已录入充电设施", "台", db_int(work, 0, Q_EQUIPMENT, own), EQUIPMENT);
    figure(work, node, 2, "已互联互通充电站", "座", db_int(work, 0, Q_CONNECTED_STATIONS, own), EQUIPMENT "?connected=1");
    figure(work, node, 3, "已互联互通充电设施", "台", db_int(work, 0, Q_CONNECTED, own), EQUIPMENT "?connected=1");
}
