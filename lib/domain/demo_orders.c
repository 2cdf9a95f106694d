/* demo_orders: three months of charging orders for the demonstration city, in a few statements: at most one a gun and day, by
 * day, of a length and energy that suit the gun, at the prices of the hour. A few are doubtful, as they are anywhere. The same
 * guns and days give the same orders. What happens from now on comes by the exchange. */
#include "core/config.h"
#include "core/db.h"
#include "core/side.h"
#include "domain/demo.h"

#define H "CRC32(CONCAT_WS(':', c.id, d.seq, 'order'))"
#define POWER "GREATEST(COALESCE(c.power, 0), COALESCE(e.power, 0))"
#define PRICE "ELT(1 + (HOUR(t.start_at) BETWEEN 8 AND 22) + (HOUR(t.start_at) IN (10, 11, 14, 15, 16, 17, 18)), 0.42, 0.86, 1.28)"
/* Fast guns 20 to 80 minutes at about 60 % of their power and at most 60 kWh; slow ones two to six hours. From 6 to 22
 * o'clock, so that no two of a gun touch. */
#define Q_ORDERS \
    "INSERT INTO charge_order (at, operator_id, order_no, connector_code, connector_id, station_id, division_code, start_at, end_at," \
    " energy_wh, elec_money, service_money, total_money, stop_reason, sum_period, details, doubts, doubt, source, digest, received_at)" \
    " SELECT t.end_at, t.operator_id, t.order_no, t.code, t.connector_id, t.station_id, t.division_code, t.start_at, t.end_at, t.wh," \
    " ROUND(t.wh * " PRICE " / 1000, 2), ROUND(t.wh * 0.45 / 1000, 2), ROUND(t.wh * " PRICE " / 1000, 2) + ROUND(t.wh * 0.45 / 1000, 2) + (t.odd = 1)," \
    " t.h MOD 3, 1, CONCAT('[{\"DetailStartTime\":\"', t.start_at, '\",\"DetailEndTime\":\"', t.end_at, '\",\"ElecPrice\":', " PRICE "," \
    " ',\"SevicePrice\":0.45,\"DetailPower\":', t.wh / 1000, ',\"DetailElecMoney\":', ROUND(t.wh * " PRICE " / 1000, 2)," \
    " ',\"DetailSeviceMoney\":', ROUND(t.wh * 0.45 / 1000, 2), '}]'), IF(t.odd = 1, 32, IF(t.odd = 2, 8, 0)), IF(t.odd = 1, 6, IF(t.odd = 2, 4, 0))," \
    " 'demo', UNHEX(MD5(t.order_no)), t.end_at + INTERVAL 20 SECOND FROM (" \
    " SELECT b.*, b.start_at + INTERVAL b.lasts MINUTE AS end_at, IF(b.odd = 2, 3, 1) * ROUND(LEAST(b.power * 1000 * b.lasts / 60" \
    " * (0.45 + b.h MOD 30 / 100), 60000), -1) * IF(b.odd = 2, 1 + b.power / 60, 1) AS wh FROM (" \
    " SELECT c.id AS connector_id, c.code, c.station_id, c.operator_id, IF(s.division_code = '', ?, s.division_code) AS division_code, " H " AS h," \
    " CASE CRC32(CONCAT_WS(':', c.id, d.seq, 'odd')) MOD 400 WHEN 0 THEN 1 WHEN 1 THEN 2 ELSE 0 END AS odd, " POWER " AS power," \
    " CURDATE() - INTERVAL d.seq DAY + INTERVAL 6 HOUR + INTERVAL (" H " DIV 5) MOD 57600 SECOND AS start_at," \
    " IF(" POWER " > 20, 20 + (" H " DIV 11) MOD 60, 120 + (" H " DIV 11) MOD 240) AS lasts," \
    " CONCAT(o.code, LPAD(c.id, 10, '0'), DATE_FORMAT(CURDATE() - INTERVAL d.seq DAY, '%Y%m%d')) AS order_no" \
    " FROM connector c JOIN equipment e ON e.id = c.equipment_id JOIN station s ON s.id = c.station_id JOIN operator o ON o.id = c.operator_id" \
    " JOIN seq_1_to_92 d WHERE s.source = 'demo' AND s.station_status = 50 AND c.removed_at IS NULL AND " H " MOD 1000 < ?) AS b) AS t" \
    " WHERE t.end_at < NOW()"
#define Q_NUMBERS "INSERT INTO charge_order_key (operator_id, order_no, digest, at) SELECT operator_id, order_no, digest, at FROM charge_order WHERE source = 'demo'"
#define Q_DAYS \
    "INSERT INTO charge_order_day (day, operator_id, station_id, orders, energy_wh, elec_money, service_money, total_money, doubt_orders," \
    " doubt_wh, doubt_money) SELECT DATE(at), operator_id, COALESCE(station_id, 0), SUM(doubt = 0), SUM(IF(doubt = 0, energy_wh, 0))," \
    " SUM(IF(doubt = 0, elec_money, 0)), SUM(IF(doubt = 0, service_money, 0)), SUM(IF(doubt = 0, total_money, 0)), SUM(doubt <> 0)," \
    " SUM(IF(doubt <> 0, energy_wh, 0)), SUM(IF(doubt <> 0, total_money, 0)) FROM charge_order WHERE source = 'demo'" \
    " GROUP BY DATE(at), operator_id, COALESCE(station_id, 0)"

enum { SHARE = 30 };          /* of a thousand gun-days */

static void orders_make(struct work *work, void *arg)
{
    (void)arg;
    if (db_int(work, 0, "SELECT 1 FROM charge_order LIMIT 1") || db_int(work, 0, "SELECT 1 FROM charge_order_day LIMIT 1"))
        return;
    db_exec(work, Q_ORDERS, T(config_text("Site.Division.Code")), I(SHARE));
    db_exec(work, Q_NUMBERS);
    db_exec(work, Q_DAYS);
}

void demo_orders(struct work *work)
{
    side_run(work, side_open(work), WORK_WRITE, orders_make, NULL);
}
