/* message_station.c: the messages of T/CEC 102 part 2, public information (reference section 5). */
#include "exchange/message_station_info.h"

const struct field connector_info_fields[] = { CONNECTOR_INFO, END };
const struct field equipment_info_fields[] = { EQUIPMENT_INFO(connector_info_fields), END };
const struct field station_info_fields[] = { STATION_INFO(equipment_info_fields), END };

/* --- stations: query_stations_info, notification_stationInfo --------------------------------------- */

const struct field stations_info_request[] = {
    FORMED(O, "LastQueryTime", "上次查询时间", FORM_DATETIME),
    INT(O, "PageNo", "查询页码", 1000000),
    INT(O, "PageSize", "每页数量", 10000),
    END
};

const struct field stations_info_response[] = {
    INT(O, "PageNo", "页码", 1000000),
    INT(O, "PageCount", "总页数", 1000000),
    INT(O, "ItemSize", "总记录条数", 10000000),
    LIST(E, "StationInfos", "充电站信息列表", 10000, station_info_fields),
    END
};

const struct field stations_push_request[] = {
    LIST_OR_ONE(E, "StationInfos", "StationInfo", "充电站信息列表", 200, station_info_fields),
    END
};

/* --- states: notification_stationStatus, query_station_status --------------------------------------- */

const struct field connector_status_fields[] = {
    TEXT(E, "ConnectorID", "充电接口编码", CODE_MOST),
    ENUM(E, "Status", "充电接口状态", "0 1 2 3 4 255"),
    ENUM(O, "ParkStatus", "车位状态", "0 10 50"),
    ENUM(O, "LockStatus", "地锁状态", "0 10 50"),
    END
};

const struct field station_status_fields[] = {
    TEXT(E, "StationID", "充电站编码", 20),
    LIST(E, "ConnectorStatusInfos", "充电接口状态列表", 5000, connector_status_fields),
    END
};

/* The first of the accepted shapes, the one the standard prints; the others: status_push_read(). */
const struct field station_status_push_request[] = {
    OBJECT(E, "ConnectorStatusInfo", "充电接口状态", connector_status_fields),
    END
};

/* The answer to every push of part 2: 1 is "discarded", not "send again". */
const struct field status_response[] = {
    ENUM(R, "Status", "处理状态", "0 1"),
    END
};

const struct field station_status_request[] = {
    TEXTS(E, "StationIDs", "充电站编码列表", 50),
    END
};

const struct field station_status_response[] = {
    INT(O, "Total", "总数", 1000000),
    LIST(E, "StationStatusInfos", "充电站状态列表", 1000, station_status_fields),
    END
};

/* --- statistics: query_station_stats ----------------------------------------------------------------- */

static const struct field connector_stats_fields[] = {
    TEXT(R, "ConnectorID", "充电接口编码", CODE_MOST),
    NUMBER(R, "ConnectorElectricity", "充电接口累计电量", 0, ENERGY_MOST),
    END
};

static const struct field equipment_stats_fields[] = {
    TEXT(R, "EquipmentID", "设备编码", CODE_MOST),
    NUMBER(R, "EquipmentElectricity", "设备累计电量", 0, ENERGY_MOST),
    LIST(O, "ConnectorStatsInfos", "充电接口统计信息列表", 200, connector_stats_fields),
    END
};

static const struct field station_stats_fields[] = {
    TEXT(E, "StationID", "充电站编码", 20),
    FORMED(R, "StartTime", "统计开始日期", FORM_DATE),
    FORMED(R, "EndTime", "统计结束日期", FORM_DATE),
    NUMBER(E, "StationElectricity", "充电站累计电量", 0, ENERGY_MOST),
    LIST(O, "EquipmentStatsInfos", "设备统计信息列表", 2000, equipment_stats_fields),
    END
};

const struct field station_stats_request[] = {
    TEXT(E, "StationID", "充电站编码", 20),
    FORMED(E, "StartTime", "统计开始日期", FORM_DATE),
    FORMED(E, "EndTime", "统计结束日期", FORM_DATE),
    END
};

const struct field station_stats_response[] = {
    OBJECT(E, "StationStats", "充电站统计信息", station_stats_fields),
    END
};

/* --- prices: notification_stationFee (not of the standard, met with one platform) ---------------------- */

static const struct field fee_detail_fields[] = {
    TEXT(R, "StartTime", "时段开始时刻", 20),
    TEXT(O, "EndTime", "时段结束时刻", 20),
    NUMBER(R, "ElectricityFee", "电费单价", 0, 1000),
    NUMBER(R, "ServiceFee", "服务费单价", 0, 1000),
    END
};

const struct field station_fee_request[] = {
    FORMED(O, "OperatorID", "运营商标识", FORM_ORGANISATION),
    TEXT(E, "StationID", "充电站编码", 20),
    LIST(E, "ChargeFeeDetail", "费率详情", 96, fee_detail_fields),
    LIST(O, "DiscountFeeDetail", "折扣后费率详情", 96, fee_detail_fields),
    LIST(O, "OriginalFeeDetail", "原价费率详情", 96, fee_detail_fields),
    END
};
