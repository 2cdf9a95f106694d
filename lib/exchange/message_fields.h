/* message_fields: how the field tables are written (message_*.c), and what they share. Private to them.
 * Lengths are characters. Enumerations include the additions of provincial platforms. Sources: reference sections 4-8. */
#ifndef EXCHANGE_MESSAGE_FIELDS_H
#define EXCHANGE_MESSAGE_FIELDS_H

#include "exchange/message.h"

#define END { 0 }
#define TEXT(need, name, label, most)        { name, label, FIELD_TEXT, need, 1, most, NULL, NULL, FORM_ANY, NULL }
#define FORMED(need, name, label, form)      { name, label, FIELD_TEXT, need, 1, 0, NULL, NULL, form, NULL }
#define ENUM(need, name, label, values)      { name, label, FIELD_INT, need, 0, 0, values, NULL, FORM_ANY, NULL }
#define INT(need, name, label, most)         { name, label, FIELD_INT, need, 0, most, NULL, NULL, FORM_ANY, NULL }
#define NUMBER(need, name, label, low, high) { name, label, FIELD_NUMBER, need, low, high, NULL, NULL, FORM_ANY, NULL }
#define OBJECT(need, name, label, of)        { name, label, FIELD_OBJECT, need, 0, 0, NULL, of, FORM_ANY, NULL }
#define LIST(need, name, label, most, of)    { name, label, FIELD_LIST, need, 0, most, NULL, of, FORM_ANY, NULL }
#define TEXTS(need, name, label, most)       { name, label, FIELD_TEXTS, need, 0, most, NULL, NULL, FORM_ANY, NULL }
/* the same with another spelling */
#define MONEY(need, name, also, label)       { name, label, FIELD_NUMBER, need, -MONEY_MOST, MONEY_MOST, NULL, NULL, FORM_ANY, also }
#define LIST_OR_ONE(need, name, one, label, most, of) { name, label, FIELD_LIST, need, 0, most, NULL, of, FORM_ANY, one }

#define O FIELD_OPTIONAL
#define R FIELD_REQUIRED
#define E FIELD_ESSENTIAL

#define MONEY_MOST  100000000        /* yuan */
#define ENERGY_MOST 100000000        /* kWh  */
#define CODE_MOST   50               /* characters of a ConnectorID or EquipmentID (Y accepts 50) */

/* requests and answers, message_station.c */
extern const struct field stations_info_request[], stations_info_response[];
extern const struct field station_status_push_request[], status_response[];
extern const struct field station_status_request[], station_status_response[];
extern const struct field station_stats_request[], station_stats_response[];
extern const struct field stations_push_request[], station_fee_request[];
/* message_charging.c */
extern const struct field equip_auth_request[], equip_auth_response[];
extern const struct field business_policy_request[], business_policy_response[];
extern const struct field start_charge_request[], start_charge_response[];
extern const struct field start_result_request[], started_response[];
extern const struct field charge_asked_request[], charge_snapshot_fields[], snapshot_response[];
extern const struct field stop_charge_request[], stop_charge_response[], stop_result_request[];
extern const struct field charge_order_request[], charge_order_response[];
extern const struct field check_orders_request[], check_orders_response[];
/* message_supervise.c */
extern const struct field operators_request[], operators_response[];
extern const struct field supervise_stations_request[], supervise_stations_response[], supervise_stations_push_request[];
extern const struct field supervise_status_request[], supervise_snapshot_request[], supervise_order_request[];
extern const struct field order_no_response[], realtime_power_request[];

#endif
