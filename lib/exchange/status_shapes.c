/* status_shapes.c: notification_stationStatus in the shapes met in the field, made into one list.
 *   {"ConnectorStatusInfo": {…}}   the standard's        {"ConnectorStatusInfo": […]}     a test client's
 *   {"ConnectorStatusInfos": […]}  accepted by others    {"StationStatusInfo": {"StationID", "ConnectorStatusInfos"}}
 *   {"StationID", "ConnectorID", "Status", …}            Zhejiang's supervise push, members at the root */
#include <string.h>

#include "exchange/message.h"

struct shape {
    json_t     *infos;          /* object or array of ConnectorStatusInfo */
    const char *path;
    const char *station_code;
};

/* NULL infos: no shape was recognised. */
static struct shape shape_of(json_t *data)
{
    json_t *station = json_object_get(data, "StationStatusInfo");
    json_t *one = json_object_get(data, "ConnectorStatusInfo");
    json_t *many = json_object_get(data, "ConnectorStatusInfos");
    if (one)
        return (struct shape){ one, "ConnectorStatusInfo", message_text(data, "StationID") };
    if (many)
        return (struct shape){ many, "ConnectorStatusInfos", message_text(data, "StationID") };
    if (json_is_object(station))
        return (struct shape){ json_object_get(station, "ConnectorStatusInfos"), "StationStatusInfo.ConnectorStatusInfos",
                               message_text(station, "StationID") };
    if (json_object_get(data, "ConnectorID"))
        return (struct shape){ data, "", message_text(data, "StationID") };
    return (struct shape){ NULL, "", "" };
}

static struct status_item item_of(const json_t *info, const char *station_code)
{
    const char *own = message_text(info, "StationID");
    return (struct status_item){
        .station_code = *own ? own : station_code,
        .connector_code = message_text(info, "ConnectorID"),
        .status = (int)message_int(info, "Status", 0),
        .park_status = (int)message_int(info, "ParkStatus", -1),
        .lock_status = (int)message_int(info, "LockStatus", -1),
    };
}

struct verdict status_push_read(struct arena *arena, json_t *data, struct status_item **items, size_t *count)
{
    struct findings found = { .arena = arena };
    struct shape shape = shape_of(data);
    bool list = json_is_array(shape.infos);
    size_t n = list ? json_array_size(shape.infos) : 1;
    if (!shape.infos)
        return (struct verdict){ RET_BUSINESS, "缺少 ConnectorStatusInfo（充电接口状态），为必填项" };
    if (n == 0)
        return (struct verdict){ RET_BUSINESS, arena_printf(arena, "%s（充电接口状态）不能为空数组", shape.path) };
    if (n > STATUS_ITEMS_MAX)
        return (struct verdict){ RET_BUSINESS, arena_printf(arena, "%s（充电接口状态）共 %zu 项，一次不得超过 %d 项", shape.path, n,
                                                            STATUS_ITEMS_MAX) };
    *items = arena_alloc(arena, n * sizeof **items);
    for (size_t i = 0; i < n; i++) {
        json_t *info = list ? json_array_get(shape.infos, i) : shape.infos;
        const char *path = list ? arena_printf(arena, "%s[%zu]", shape.path, i) : shape.path;
        if (!json_is_object(info))
            return (struct verdict){ RET_BUSINESS, arena_printf(arena, "%s（充电接口状态）应为对象", path) };
        message_check(connector_status_fields, info, path, &found);
        (*items)[i] = item_of(info, shape.station_code);
    }
    *count = n;
    return found.count ? (struct verdict){ RET_BUSINESS, findings_text(&found) } : VERDICT_OK;
}
