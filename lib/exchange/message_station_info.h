/* message_station_info: the members of StationInfo, EquipmentInfo and ConnectorInfo (reference 5.6-5.8), written once for
 * the standard's own tables and for those with provincial additions. Private to message_*.c. */
#ifndef EXCHANGE_MESSAGE_STATION_INFO_H
#define EXCHANGE_MESSAGE_STATION_INFO_H

#include "exchange/message_fields.h"

#define CONNECTOR_INFO                                                                                                \
    TEXT(E, "ConnectorID", "充电接口编码", 50),                                                                             \
    TEXT(O, "ConnectorName", "充电接口名称", 30),                                                                           \
    ENUM(R, "ConnectorType", "充电接口类型", "1 2 3 4 5 6"),                                                                \
    INT(R, "VoltageUpperLimits", "额定电压上限", 5000),                                                                     \
    INT(R, "VoltageLowerLimits", "额定电压下限", 5000),                                                                     \
    INT(R, "Current", "额定电流", 5000),                                                                                  \
    NUMBER(R, "Power", "额定功率", 0, 5000),                                                                              \
    TEXT(O, "ParkNo", "车位号", 10),                                                                                     \
    ENUM(R, "NationalStandard", "国家标准", "1 2 3 4")

#define EQUIPMENT_INFO(connectors)                                                                                    \
    TEXT(E, "EquipmentID", "设备编码", 50),                                                                               \
    FORMED(O, "ManufacturerID", "设备生产商组织机构代码", FORM_ORGANISATION),                                                    \
    TEXT(O, "ManufacturerName", "设备生产商名称", 30),                                                                       \
    TEXT(O, "EquipmentModel", "设备型号", 20),                                                                            \
    FORMED(O, "ProductionDate", "设备生产日期", FORM_DATE),                                                                 \
    ENUM(R, "EquipmentType", "设备类型", "1 2 3 4 5 6 7"),                                                                \
    NUMBER(O, "EquipmentLng", "设备经度", -180, 180),                                                                     \
    NUMBER(O, "EquipmentLat", "设备纬度", -90, 90),                                                                       \
    NUMBER(R, "Power", "设备总功率", 0, 20000),                                                                            \
    TEXT(O, "EquipmentName", "设备名称", 30),                                                                             \
    LIST(E, "ConnectorInfos", "充电接口信息列表", 200, connectors)

#define STATION_INFO(equipment)                                                                                       \
    TEXT(E, "StationID", "充电站编码", 20),                                                                                \
    FORMED(R, "OperatorID", "运营商标识", FORM_ORGANISATION),                                                              \
    FORMED(R, "EquipmentOwnerID", "设备所属方标识", FORM_ORGANISATION),                                                      \
    TEXT(E, "StationName", "充电站名称", 50),                                                                              \
    TEXT(R, "CountryCode", "国家代码", 2),                                                                                \
    TEXT(R, "AreaCode", "省市辖区编码", 20),                                                                                \
    TEXT(R, "Address", "详细地址", 50),                                                                                   \
    TEXT(O, "StationTel", "站点电话", 30),                                                                                \
    TEXT(R, "ServiceTel", "服务电话", 30),                                                                                \
    ENUM(R, "StationType", "站点类型", "1 50 100 101 102 103 104 105 106 255"),                                           \
    ENUM(R, "StationStatus", "站点状态", "0 1 5 6 50"),                                                                   \
    INT(R, "ParkNums", "车位数量", 100000),                                                                               \
    NUMBER(E, "StationLng", "经度", -180, 180),                                                                         \
    NUMBER(E, "StationLat", "纬度", -90, 90),                                                                           \
    TEXT(O, "SiteGuide", "站点引导", 100),                                                                                \
    ENUM(R, "Construction", "建设场所", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 255"),                                       \
    TEXTS(O, "Pictures", "站点照片", 100),                                                                                \
    TEXT(O, "MatchCars", "适用车型", 100),                                                                                \
    TEXT(O, "ParkInfo", "车位楼层及数量", 100),                                                                              \
    TEXT(O, "BusineHours", "营业时间", 100),                                                                              \
    TEXT(O, "ElectricityFee", "充电电费率", 256),                                                                          \
    TEXT(O, "ServiceFee", "服务费率", 256),                                                                               \
    TEXT(O, "ParkFee", "停车费", 100),                                                                                   \
    TEXT(O, "Payment", "支付方式", 20),                                                                                   \
    ENUM(O, "SupportOrder", "是否支持预约", "0 1"),                                                                         \
    TEXT(O, "Remark", "备注", 100),                                                                                     \
    LIST(E, "EquipmentInfos", "充电设备信息列表", 2000, equipment)

#endif
