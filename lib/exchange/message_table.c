/* message_table.c: the fields of every message, from T/CEC 102 parts 2 and 4 (reference sections 4 and 5).
 * Lengths are characters. Enumerations include the additions of provincial platforms. */
#include "exchange/message.h"

#include <string.h>

#define END { 0 }
#define TEXT(need, name, label, most)        { name, label, FIELD_TEXT, need, 1, most, NULL, NULL, FORM_ANY }
#define FORMED(need, name, label, form)      { name, label, FIELD_TEXT, need, 1, 0, NULL, NULL, form }
#define ENUM(need, name, label, values)      { name, label, FIELD_INT, need, 0, 0, values, NULL, FORM_ANY }
#define INT(need, name, label, most)         { name, label, FIELD_INT, need, 0, most, NULL, NULL, FORM_ANY }
#define NUMBER(need, name, label, low, high) { name, label, FIELD_NUMBER, need, low, high, NULL, NULL, FORM_ANY }
#define OBJECT(need, name, label, of)        { name, label, FIELD_OBJECT, need, 0, 0, NULL, of, FORM_ANY }
#define LIST(need, name, label, most, of)    { name, label, FIELD_LIST, need, 0, most, NULL, of, FORM_ANY }
#define TEXTS(need, name, label, most)       { name, label, FIELD_TEXTS, need, 0, most, NULL, NULL, FORM_ANY }
#define O FIELD_OPTIONAL
#define R FIELD_REQUIRED
#define E FIELD_ESSENTIAL

static const struct field token_request[] = {
    FORMED(E, "OperatorID", "运营商标识", FORM_ORGANISATION),
    TEXT(E, "OperatorSecret", "平台密钥", 64),
    END
};

static const struct field token_response[] = {
    FORMED(R, "OperatorID", "运营商标识", FORM_ORGANISATION),
    ENUM(E, "SuccStat", "成功状态", "0 1"),
    TEXT(O, "AccessToken", "令牌", 400),
    INT(O, "TokenAvailableTime", "令牌有效期（秒）", 31536000),
    INT(O, "FailReason", "失败原因", 99),
    END
};

const struct field connector_info_fields[] = {
    TEXT(E, "ConnectorID", "充电接口编码", 50),
    TEXT(O, "ConnectorName", "充电接口名称", 30),
    ENUM(R, "ConnectorType", "充电接口类型", "1 2 3 4 5 6"),
    INT(R, "VoltageUpperLimits", "额定电压上限", 5000),
    INT(R, "VoltageLowerLimits", "额定电压下限", 5000),
    INT(R, "Current", "额定电流", 5000),
    NUMBER(R, "Power", "额定功率", 0, 5000),
    TEXT(O, "ParkNo", "车位号", 10),
    ENUM(R, "NationalStandard", "国家标准", "1 2 3 4"),
    END
};

const struct field equipment_info_fields[] = {
    TEXT(E, "EquipmentID", "设备编码", 50),
    FORMED(O, "ManufacturerID", "设备生产商组织机构代码", FORM_ORGANISATION),
    TEXT(O, "ManufacturerName", "设备生产商名称", 30),
    TEXT(O, "EquipmentModel", "设备型号", 20),
    FORMED(O, "ProductionDate", "设备生产日期", FORM_DATE),
    ENUM(R, "EquipmentType", "设备类型", "1 2 3 4 5 6 7"),
    NUMBER(O, "EquipmentLng", "设备经度", -180, 180),
    NUMBER(O, "EquipmentLat", "设备纬度", -90, 90),
    NUMBER(R, "Power", "设备总功率", 0, 20000),
    TEXT(O, "EquipmentName", "设备名称", 30),
    LIST(E, "ConnectorInfos", "充电接口信息列表", 200, connector_info_fields),
    END
};

const struct field station_info_fields[] = {
    TEXT(E, "StationID", "充电站编码", 20),
    FORMED(R, "OperatorID", "运营商标识", FORM_ORGANISATION),
    FORMED(R, "EquipmentOwnerID", "设备所属方标识", FORM_ORGANISATION),
    TEXT(E, "StationName", "充电站名称", 50),
    TEXT(R, "CountryCode", "国家代码", 2),
    TEXT(R, "AreaCode", "省市辖区编码", 20),
    TEXT(R, "Address", "详细地址", 50),
    TEXT(O, "StationTel", "站点电话", 30),
    TEXT(R, "ServiceTel", "服务电话", 30),
    ENUM(R, "StationType", "站点类型", "1 50 100 101 102 103 104 105 106 255"),
    ENUM(R, "StationStatus", "站点状态", "0 1 5 6 50"),
    INT(R, "ParkNums", "车位数量", 100000),
    NUMBER(E, "StationLng", "经度", -180, 180),
    NUMBER(E, "StationLat", "纬度", -90, 90),
    TEXT(O, "SiteGuide", "站点引导", 100),
    ENUM(R, "Construction", "建设场所", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 255"),
    TEXTS(O, "Pictures", "站点照片", 100),
    TEXT(O, "MatchCars", "适用车型", 100),
    TEXT(O, "ParkInfo", "车位楼层及数量", 100),
    TEXT(O, "BusineHours", "营业时间", 100),
    TEXT(O, "ElectricityFee", "充电电费率", 256),
    TEXT(O, "ServiceFee", "服务费率", 256),
    TEXT(O, "ParkFee", "停车费", 100),
    TEXT(O, "Payment", "支付方式", 20),
    ENUM(O, "SupportOrder", "是否支持预约", "0 1"),
    TEXT(O, "Remark", "备注", 100),
    LIST(E, "EquipmentInfos", "充电设备信息列表", 2000, equipment_info_fields),
    END
};

const struct field connector_status_fields[] = {
    TEXT(E, "ConnectorID", "充电接口编码", 50),
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

static const struct field stations_info_request[] = {
    FORMED(O, "LastQueryTime", "上次查询时间", FORM_DATETIME),
    INT(O, "PageNo", "查询页码", 1000000),
    INT(O, "PageSize", "每页数量", 10000),
    END
};

static const struct field stations_info_response[] = {
    INT(O, "PageNo", "页码", 1000000),
    INT(O, "PageCount", "总页数", 1000000),
    INT(O, "ItemSize", "总记录条数", 10000000),
    LIST(E, "StationInfos", "充电站信息列表", 10000, station_info_fields),
    END
};

/* The first of the accepted shapes, the one the standard prints; the others: status_push_read(). */
static const struct field station_status_push_request[] = {
    OBJECT(E, "ConnectorStatusInfo", "充电接口状态", connector_status_fields),
    END
};

static const struct field station_status_push_response[] = {
    ENUM(R, "Status", "处理状态", "0 1"),
    END
};

static const struct field station_status_request[] = {
    TEXTS(E, "StationIDs", "充电站编码列表", 50),
    END
};

static const struct field station_status_response[] = {
    INT(O, "Total", "总数", 1000000),
    LIST(E, "StationStatusInfos", "充电站状态列表", 1000, station_status_fields),
    END
};

static const struct message table[] = {
    { "query_token", "获取令牌", true, true, token_request, token_response },
    { "query_stations_info", "查询充电站信息", false, true, stations_info_request, stations_info_response },
    { "query_station_status", "查询充电接口状态", false, true, station_status_request, station_status_response },
    { "notification_stationStatus", "推送充电接口状态", true, false, station_status_push_request,
      station_status_push_response },
    { 0 }
};

const struct message *messages(void)
{
    return table;
}

const struct message *message_find(const char *interface)
{
    for (const struct message *m = table; m->interface; m++)
        if (strcmp(m->interface, interface) == 0)
            return m;
    return NULL;
}
