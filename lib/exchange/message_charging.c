/* message_charging.c: the messages of T/CEC 102 part 3, business information (reference section 6). The 2016 text writes
 * Sevice, others Service: the name here is Service, the other spelling is accepted. Money is yuan, energy kWh. */
#include "exchange/message_fields.h"

#define SEQ_STAT "1 2 3 4 5"         /* starting, charging, stopping, ended, unknown */
#define STARTED(need) FORMED(need, "StartChargeSeq", "充电订单号", FORM_SEQUENCE)
#define CONNECTOR     TEXT(E, "ConnectorID", "充电接口编码", CODE_MOST)
#define SUCC(need)    ENUM(need, "SuccStat", "操作结果", "0 1")
#define REASON(need)  INT(need, "FailReason", "失败原因", 99)

const struct field charge_detail_fields[] = {
    FORMED(R, "DetailStartTime", "时段开始时间", FORM_DATETIME),
    FORMED(R, "DetailEndTime", "时段结束时间", FORM_DATETIME),
    NUMBER(O, "ElecPrice", "时段电价", -1000, 1000),
    MONEY(O, "ServicePrice", "SevicePrice", "时段服务费价格"),
    NUMBER(R, "DetailPower", "时段充电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(R, "DetailElecMoney", "时段电费", -MONEY_MOST, MONEY_MOST),
    MONEY(R, "DetailServiceMoney", "DetailSeviceMoney", "时段服务费"),
    END
};

/* --- before a charge: query_equip_auth, query_equip_business_policy ----------------------------------- */

const struct field equip_auth_request[] = {
    FORMED(E, "EquipAuthSeq", "设备认证流水号", FORM_SEQUENCE),
    CONNECTOR,
    END
};

const struct field equip_auth_response[] = {
    FORMED(R, "EquipAuthSeq", "设备认证流水号", FORM_SEQUENCE),
    CONNECTOR,
    SUCC(E),
    REASON(R),
    END
};

static const struct field policy_fields[] = {
    FORMED(R, "StartTime", "时段起始时间点", FORM_CLOCK),
    NUMBER(R, "ElecPrice", "电费", 0, 1000),
    MONEY(R, "ServicePrice", "SevicePrice", "服务费"),
    END
};

const struct field business_policy_request[] = {
    FORMED(E, "EquipBizSeq", "业务查询流水号", FORM_SEQUENCE),
    CONNECTOR,
    END
};

const struct field business_policy_response[] = {
    FORMED(R, "EquipBizSeq", "业务查询流水号", FORM_SEQUENCE),
    CONNECTOR,
    SUCC(E),
    REASON(R),
    INT(R, "SumPeriod", "时段数", 32),
    LIST(R, "PolicyInfos", "计费信息列表", 32, policy_fields),
    END
};

/* --- starting: query_start_charge, notification_start_charge_result ------------------------------------- */

const struct field start_charge_request[] = {
    STARTED(E),
    CONNECTOR,
    TEXT(O, "QRCode", "二维码其他信息", 255),
    END
};

const struct field start_charge_response[] = {
    STARTED(E),
    ENUM(E, "StartChargeSeqStat", "充电订单状态", SEQ_STAT),
    CONNECTOR,
    SUCC(E),
    REASON(R),
    END
};

const struct field start_result_request[] = {
    STARTED(E),
    ENUM(E, "StartChargeSeqStat", "充电订单状态", SEQ_STAT),
    CONNECTOR,
    FORMED(R, "StartTime", "充电启动时间", FORM_DATETIME),
    TEXT(O, "IdentCode", "停止充电验证码", 64),
    END
};

/* The answer to the results of a start and of a stop. */
const struct field started_response[] = {
    STARTED(E),
    SUCC(E),
    REASON(R),
    END
};

/* --- while charging: query_equip_charge_status, notification_equip_charge_status ------------------------ */

const struct field charge_asked_request[] = {
    STARTED(E),
    END
};

const struct field charge_snapshot_fields[] = {
    STARTED(E),
    ENUM(E, "StartChargeSeqStat", "充电订单状态", SEQ_STAT),
    CONNECTOR,
    ENUM(R, "ConnectorStatus", "充电接口状态", "0 1 2 3 4 255"),
    NUMBER(R, "CurrentA", "A 相电流", -10000, 10000),
    NUMBER(O, "CurrentB", "B 相电流", -10000, 10000),
    NUMBER(O, "CurrentC", "C 相电流", -10000, 10000),
    NUMBER(R, "VoltageA", "A 相电压", -10000, 10000),
    NUMBER(O, "VoltageB", "B 相电压", -10000, 10000),
    NUMBER(O, "VoltageC", "C 相电压", -10000, 10000),
    NUMBER(R, "Soc", "电池剩余电量", 0, 100),
    FORMED(R, "StartTime", "开始充电时间", FORM_DATETIME),
    FORMED(R, "EndTime", "本次采样时间", FORM_DATETIME),
    NUMBER(R, "TotalPower", "累计充电量", -ENERGY_MOST, ENERGY_MOST),
    MONEY(O, "ElecMoney", "ElectMoney", "累计电费"),
    MONEY(O, "ServiceMoney", "SeviceMoney", "累计服务费"),
    NUMBER(O, "TotalMoney", "累计总金额", -MONEY_MOST, MONEY_MOST),
    INT(O, "SumPeriod", "时段数", 1000),
    LIST(O, "ChargeDetails", "充电明细信息列表", 1000, charge_detail_fields),
    END
};

const struct field snapshot_response[] = {
    STARTED(E),
    SUCC(E),
    END
};

/* --- stopping: query_stop_charge, notification_stop_charge_result ---------------------------------------- */

const struct field stop_charge_request[] = {
    STARTED(E),
    CONNECTOR,
    END
};

const struct field stop_charge_response[] = {
    STARTED(E),
    ENUM(E, "StartChargeSeqStat", "充电订单状态", SEQ_STAT),
    SUCC(E),
    REASON(R),
    END
};

const struct field stop_result_request[] = {
    STARTED(E),
    ENUM(E, "StartChargeSeqStat", "充电订单状态", SEQ_STAT),
    CONNECTOR,
    SUCC(E),
    REASON(R),
    END
};

/* --- orders: notification_charge_order_info, check_charge_orders ------------------------------------------ */

const struct field charge_order_request[] = {
    STARTED(E),
    CONNECTOR,
    FORMED(E, "StartTime", "开始充电时间", FORM_DATETIME),
    FORMED(E, "EndTime", "结束充电时间", FORM_DATETIME),
    NUMBER(E, "TotalPower", "累计充电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(R, "TotalElecMoney", "总电费", -MONEY_MOST, MONEY_MOST),
    MONEY(R, "TotalServiceMoney", "TotalSeviceMoney", "总服务费"),
    NUMBER(R, "TotalMoney", "累计总金额", -MONEY_MOST, MONEY_MOST),
    INT(R, "StopReason", "充电结束原因", 99),
    INT(O, "SumPeriod", "时段数", 1000),
    LIST(O, "ChargeDetails", "充电明细信息列表", 1000, charge_detail_fields),
    END
};

const struct field charge_order_response[] = {
    STARTED(E),
    CONNECTOR,
    INT(E, "ConfirmResult", "确认结果", 99),
    END
};

static const struct field checked_order_fields[] = {
    STARTED(E),
    NUMBER(E, "TotalPower", "累计充电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(E, "TotalMoney", "累计总金额", -MONEY_MOST, MONEY_MOST),
    END
};

static const struct field disputed_order_fields[] = {
    STARTED(E),
    NUMBER(R, "TotalPower", "累计充电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(R, "TotalMoney", "累计总金额", -MONEY_MOST, MONEY_MOST),
    INT(R, "DisputeReason", "争议原因", 99),
    END
};

const struct field check_orders_request[] = {
    FORMED(E, "CheckOrderSeq", "对账流水号", FORM_SEQUENCE),
    FORMED(E, "StartTime", "对账开始时间", FORM_DATETIME),
    FORMED(E, "EndTime", "对账结束时间", FORM_DATETIME),
    INT(E, "OrderCount", "订单数量", 10000000),
    NUMBER(E, "TotalOrderPower", "总电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(E, "TotalOrderMoney", "总金额", -MONEY_MOST, MONEY_MOST),
    LIST(E, "ChargeOrders", "订单列表", 20000, checked_order_fields),
    END
};

const struct field check_orders_response[] = {
    FORMED(E, "CheckOrderSeq", "对账流水号", FORM_SEQUENCE),
    FORMED(R, "StartTime", "对账开始时间", FORM_DATETIME),
    FORMED(R, "EndTime", "对账结束时间", FORM_DATETIME),
    INT(R, "TotalDisputeOrder", "争议订单数量", 10000000),
    NUMBER(R, "TotalDisputePower", "争议电量", -ENERGY_MOST, ENERGY_MOST),
    NUMBER(R, "TotalDisputeMoney", "争议金额", -MONEY_MOST, MONEY_MOST),
    LIST(R, "DisputeOrders", "争议订单列表", 20000, disputed_order_fields),
    END
};
