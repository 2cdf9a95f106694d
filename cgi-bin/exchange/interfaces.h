/* interfaces: what an operator's platform may call here, one handler each. */
#ifndef EXCHANGE_INTERFACES_H
#define EXCHANGE_INTERFACES_H

#include "web/web.h"

void query_token(struct request *rq);
void notification_station_status(struct request *rq);
void supervise_notification_station_status(struct request *rq);

/* station_data.c */
void notification_station_info(struct request *rq);
void notification_station_fee(struct request *rq);
void notification_equip_charge_status(struct request *rq);
void supervise_notification_equip_charge_status(struct request *rq);
void supervise_notification_realtime_power_info(struct request *rq);

/* orders.c */
void notification_charge_order_info(struct request *rq);
void supervise_notification_charge_order_info(struct request *rq);
void check_charge_orders(struct request *rq);

/* charging.c */
void notification_start_charge_result(struct request *rq);
void notification_stop_charge_result(struct request *rq);

#endif
