/* message_supervise.c: the supervision extensions of provincial platforms (reference section 8, Zhejiang's form). Seen with
 * one operator only: what is not needed to store a message is optional, and free texts are long. */
#include "exchange/message_station_info.h"

#define WHO                                                          \
    FORMED(R, "OperatorID", "运营商标识", FORM_ORGANISATION),          \
    FORMED(O, "EquipmentOwnerID", "设备所属方标识", FORM_ORGANISATION)
#define WHERE                                                        \
    WHO,                                                             \
    TEXT(R, "StationID", "充电站编码", 20),                            \
    TEXT(O, "EquipmentID", "设备编码", CODE_MOST),                     \
    TEXT(E, "ConnectorID", "充电接口编码", CODE_MOST)
#define PAGING                                                       \
    INT(O, "PageNo", "查询页码", 1000000),                             \
    INT(O, "PageSize", "每页数量", 10000)
#define PAGED                                                        \
    INT(O, "PageNo", "页码", 1000000),                                \
    INT(O, "PageCount", "总页数", 1000000),                           \
    INT(O, "ItemSize", "总记录条数", 10000000)

/* --- supervise_query_operator_info --------------------------------------------------------------------- */

static const struct field operator_info_fields[] = {
    FORMED(E, "OperatorID", "运营商标识", FORM_ORGANISATION),
    TEXT(O, "OperatorUSCID", "统一社会信用代码", 18),
    TEXT(E, "OperatorName", "运营商名称", 64),
    TEXT(R, "OperatorTel1", "运营商电话 1", 32),
    TEXT(O, "OperatorTel2", "运营商电话 2", 32),
    TEXT(O, "OperatorRegAddress", "注册地址", 64),
    TEXT(O, "OperatorNote", "备注", 255),
    END
};

const struct field operators_request[] = { PAGING, END };
const struct field operators_response[] = { PAGED, LIST(E, "OperatorInfos", "运营商信息列表", 1000, operator_info_fields), END };

/* --- supervise_query_stations_info, supervise_notification_station_info ---------------------------------- */

static const struct field supervise_connector_fields[] = {
    CONNECTOR_INFO,
    TEXT(O, "ConnectorUniqueID", "充电接口唯一编码", 64),
    TEXTS(O, "QrCodes", "二维码", 20),
    NUMBER(O, "ConstantVoltageUpperLimits", "恒功率电压上限", 0, 5000),
    NUMBER(O, "ConstantVoltageLowerLimits", "恒功率电压下限", 0, 5000),
    NUMBER(O, "ConstantCurrentUpperLimits", "恒功率电流上限", 0, 5000),
    NUMBER(O, "ConstantCurrentLowerLimits", "恒功率电流下限", 0, 5000),
    INT(O, "AuxPower", "辅助电源", 24),
    ENUM(O, "OperateStatus", "运营状态", "0 1 5 6 50"),
    END
};

static const struct field supervise_equipment_fields[] = {
    EQUIPMENT_INFO(supervise_connector_fields),
    TEXT(O, "EquipmentUniqueID", "设备唯一编码", 64),
    TEXT(O, "EquipmentManufacturerNumber", "设备出厂编号", 64),
    END
};

static const struct field supervise_policy_fields[] = {
    ENUM(O, "ChargingType", "充电类型", "1 2 3 5 6 9"),
    NUMBER(O, "ElecFee", "电费单价", 0, 1000),
    NUMBER(O, "ServiceFee", "服务费单价", 0, 1000),
    END
};

static const struct field supervise_station_fields[] = {
    STATION_INFO(supervise_equipment_fields),
    TEXT(O, "StationUniqueID", "充电站唯一编码", 64),
    TEXT(O, "AreaCodeCountryside", "乡镇街道区划编码", 12),
    ENUM(O, "StationClassification", "站点分类", "1 2 3"),
    TEXT(O, "ParkOwner", "停车场产权方", 100),
    TEXT(O, "ParkManager", "停车场管理方", 100),
    LIST(O, "PolicyInfos", "电价信息列表", 500, supervise_policy_fields),
    ENUM(O, "ParkType", "停车收费类型", "0 1 2 3 255"),
    ENUM(O, "ElectricityType", "用电类型", "1 2 3 4"),
    ENUM(O, "BusinessExpandType", "是否独立报装", "0 1"),
    TEXT(O, "ElectricityAccountID", "用电户号", 64),
    NUMBER(O, "Capacity", "报装容量", 0, 10000000),
    NUMBER(O, "RatedPower", "额定总功率", 0, 10000000),
    ENUM(O, "StationOrientation", "场站方位", "1 2 3 4"),
    NUMBER(O, "StationArea", "占地面积", 0, 10000000),
    END
};

const struct field supervise_stations_request[] = {
    FORMED(O, "LastQueryTime", "上次查询时间", FORM_DATETIME),
    PAGING,
    TEXTS(O, "StationIDs", "充电站编码列表", 50),
    END
};

const struct field supervise_stations_response[] = {
    PAGED,
    LIST(E, "StationInfos", "充电站信息列表", 10000, supervise_station_fields),
    END
};

const struct field supervise_stations_push_request[] = {
    LIST_OR_ONE(E, "StationInfos", "StationInfo", "充电站信息列表", 200, supervise_station_fields),
    END
};

/* --- supervise_notification_station_status ------------------------------------------------------------------ */

const struct field supervise_status_request[] = {
    WHERE,
    ENUM(E, "Status", "充电接口状态", "0 1 2 3 4 255"),
    TEXT(O, "StatusDesc", "状态描述", 255),
    ENUM(O, "ParkStatus", "车位状态", "0 10 50"),
    ENUM(O, "LockStatus", "地锁状态", "0 10 50"),
    FORMED(O, "UpdateTime", "状态变化时间", FORM_DATETIME),
    END
};

/* --- supervise_notification_equip_charge_status --------------------------------------------------------------- */

const struct field supervise_snapshot_request[] = {
    WHERE,
    TEXT(E, "OrderNo", "充电订单号", 64),
    TEXT(O, "LicensePlate", "车牌号", 20),
    TEXT(O, "VIN", "车辆识别代码", 20),
    ENUM(E, "OrderStatus", "充电订单状态", "1 2 3 4 5 6 7"),
    TEXT(O, "PushTimeStamp", "推送时间", 30),
    ENUM(O, "ConnectorStatus", "充电接口状态", "0 1 2 3 4 255"),
    NUMBER(O, "CurrentA", "A 相电流", -10000, 10000),
    NUMBER(O, "CurrentB", "B 相电流", -10000, 10000),
    NUMBER(O, "CurrentC", "C 相电流", -10000, 10000),
    NUMBER(O, "VoltageA", "A 相电压", -10000, 10000),
    NUMBER(O, "VoltageB", "B 相电压", -10000, 10000),
    NUMBER(O, "VoltageC", "C 相电压", -10000, 10000),
    NUMBER(O, "SOC", "电池剩余电量", 0, 100),
    FORMED(R, "StartTime", "开始充电时间", FORM_DATETIME),
    FORMED(O, "EndTime", "本次采样时间", FORM_DATETIME),
    NUMBER(R, "TotalPower", "累计充电量", -ENERGY_MOST, ENERGY_MOST),
    MONEY(O, "ElecMoney", "ElectMoney", "累计电费"),
    MONEY(O, "ServiceMoney", "SeviceMoney", "累计服务费"),
    NUMBER(O, "TotalMoney", "累计总金额", -MONEY_MOST, MONEY_MOST),
    INT(O, "SumPeriod", "时段数", 1000),
    LIST(O, "ChargeDetails", "充电明细信息列表", 1000, charge_detail_fields),
    TEXT(O, "eventTime", "采样时间", 30),
    NUMBER(O, "bclNeedVoltage", "需求电压（0.1 V）", 0, 100000),
    NUMBER(O, "bclNeedCurrent", "需求电流（0.1 A，偏移 -400）", -100000, 100000),
    NUMBER(O, "chargeVoltage", "充电电压（0.1 V）", 0, 100000),
    NUMBER(O, "chargeCurrent", "充电电流（0.1 A，偏移 -400）", -100000, 100000),
    NUMBER(O, "bcsCellMaxVoltage", "单体最高电压（0.01 V）", 0, 100000),
    NUMBER(O, "bsmMaxTemperature", "最高温度（偏移 -50）", -1000, 1000),
    NUMBER(O, "bsmMinTemperature", "最低温度（偏移 -50）", -1000, 1000),
    END
};

/* The answer to everything that names an OrderNo. */
const struct field order_no_response[] = {
    TEXT(E, "OrderNo", "充电订单号", 64),
    INT(E, "ConfirmResult", "确认结果", 99),
    END
};

/* --- supervise_notification_charge_order_info -------------------------------------------------------------------- */

const struct field supervise_order_request[] = {
    WHERE,
    TEXT(E, "OrderNo", "充电订单号", 64),
    TEXT(O, "LicensePlate", "车牌号", 20),
    TEXT(O, "VIN", "车辆识别代码", 20),
    TEXT(O, "Phone", "手机号", 32),
    NUMBER(R, "TotalMoney", "总金额", -MONEY_MOST, MONEY_MOST),
    NUMBER(R, "TotalElecMoney", "总电费", -MONEY_MOST, MONEY_MOST),
    MONEY(R, "TotalServiceMoney", "TotalSeviceMoney", "总服务费"),
    NUMBER(E, "TotalElect", "总充电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(O, "CuspElect", "尖时段电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(O, "PeakElect", "峰时段电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(O, "FlatElect", "平时段电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(O, "ValleyElect", "谷时段电量", -ENERGY_MOST, ENERGY_MOST),
    FORMED(E, "StartTime", "开始充电时间", FORM_DATETIME),
    FORMED(E, "EndTime", "结束充电时间", FORM_DATETIME),
    NUMBER(O, "PaymentAmount", "支付金额", -MONEY_MOST, MONEY_MOST),
    FORMED(O, "PayTime", "支付时间", FORM_DATETIME),
    ENUM(O, "PayChannel", "支付渠道", "1 2 3 4 5 6"),
    TEXT(O, "DiscountInfo", "优惠信息", 255),
    TEXT(O, "StopDesc", "停止描述", 255),
    INT(O, "SumPeriod", "时段数", 1000),
    LIST(O, "ChargeDetails", "充电明细信息列表", 1000, charge_detail_fields),
    TEXT(O, "PushTime", "推送时间", 30),
    END
};

/* --- supervise_notification_realtime_power_info --------------------------------------------------------------------- */

static const struct field connector_power_fields[] = {
    TEXT(E, "ConnectorID", "充电接口编码", CODE_MOST),
    FORMED(O, "DataTime", "数据时间", FORM_DATETIME),
    NUMBER(E, "ConnectorRealTimePower", "充电接口实时功率", -100000, 100000),
    END
};

static const struct field equipment_power_fields[] = {
    TEXT(E, "EquipmentID", "设备编码", CODE_MOST),
    FORMED(O, "DataTime", "数据时间", FORM_DATETIME),
    NUMBER(E, "EquipRealTimePower", "设备实时功率", -100000, 100000),
    LIST(O, "ConnectorPowerInfos", "充电接口实时功率列表", 200, connector_power_fields),
    END
};

static const struct field station_power_fields[] = {
    WHO,
    TEXT(E, "StationID", "充电站编码", 20),
    FORMED(E, "DataTime", "数据时间", FORM_DATETIME),
    NUMBER(E, "StationRealTimePower", "充电站实时功率", -10000000, 10000000),
    LIST(O, "EquipmentPowerInfos", "设备实时功率列表", 2000, equipment_power_fields),
    END
};

const struct field realtime_power_request[] = {
    LIST(E, "SupStationPowerInfos", "充电站实时功率列表", 200, station_power_fields),
    END
};
