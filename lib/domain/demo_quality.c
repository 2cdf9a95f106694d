/* demo_quality: weeks of data quality for the demonstration city, so that its pages show something on the first day: most
 * stations good, some with bad days, a few bad. Bulk statements; follows from codes alone. Made once. */
#include "core/db.h"
#include "core/side.h"
#include "core/text.h"
#include "domain/demo.h"
#include "domain/exchange_quality.h"

#define Q_ANY "SELECT EXISTS (SELECT 1 FROM exchange_quality_day) OR NOT EXISTS (SELECT 1 FROM station WHERE source = 'demo')"
/* 0-999 of a station; of a station and day */
#define LUCK  "(CRC32(CONCAT('q', s.code, s.operator_id)) MOD 1000)"
#define DAILY "(CRC32(CONCAT('d', s.code, n.seq)) MOD 1000)"
#define SHARE "(CASE WHEN " LUCK " < 40 THEN 0.35 + " DAILY " / 3000 WHEN " LUCK " < 150 OR " DAILY " < 15 THEN 0.82 + " DAILY " / 8000" \
              " ELSE 0.965 + " DAILY " / 30000 END)"
/* Orders are those of demo_orders(); where they are late or few, the states tell of more charges. */
#define ORDERS "(COALESCE(r.orders, 0) + COALESCE(r.doubt_orders, 0))"
#define DELAYED(seconds) "IF(" ORDERS " = 0, NULL, " seconds ")"
#define Q_DAYS \
    "INSERT INTO exchange_quality_day (day, operator_id, station_id, connectors, online_s, due_s, told, fields, filled, charges, orders, delay_median," \
    " delay_95, online, complete, seen_at) SELECT CURDATE() - INTERVAL n.seq DAY, s.operator_id, s.id, c.guns, ROUND(c.guns * 86400 * " SHARE ")," \
    " c.guns * 86400, LEAST(c.guns, CEIL(c.guns * " SHARE " + 0.02 * c.guns)), 9 + c.guns * 5, 9 + c.guns * 5 - IF(" LUCK " MOD 9 = 0, 2, 0)," \
    " " ORDERS " + IF(" LUCK " < 40, CEIL(" ORDERS " / 5), 0), " ORDERS ", " DELAYED("8 + " DAILY " MOD 20 + IF(" LUCK " < 40, 900, 0)") "," \
    " " DELAYED("40 + " DAILY " MOD 90 + IF(" LUCK " < 150, 3600, 0)") ", NULL, NULL, CURDATE() - INTERVAL n.seq DAY + INTERVAL 86000 + " DAILY " MOD 300 SECOND" \
    " FROM station s JOIN (SELECT station_id, COUNT(*) AS guns FROM connector WHERE removed_at IS NULL GROUP BY station_id) c ON c.station_id = s.id" \
    " JOIN seq_1_to_30 n LEFT JOIN charge_order_day r ON r.day = CURDATE() - INTERVAL n.seq DAY AND r.operator_id = s.operator_id AND r.station_id = s.id" \
    " WHERE s.source = 'demo' AND s.removed_at IS NULL"
/* What their platforms say they charged: near the orders, of some stations an eighth more. */
#define Q_STATS \
    "INSERT INTO exchange_stats (day, station_id, operator_id, energy_wh, parts, told_at) SELECT r.day, s.id, s.operator_id, ROUND((r.energy_wh + r.doubt_wh)" \
    " * IF(" LUCK " < 80, 1.125, 1.002)), NULL, r.day + INTERVAL 26 HOUR FROM charge_order_day r JOIN station s ON s.id = r.station_id AND s.source = 'demo'" \
    " WHERE r.day >= CURDATE() - INTERVAL 30 DAY AND r.day < CURDATE()"
#define Q_OPERATORS \
    "INSERT INTO exchange_quality_day (day, operator_id, station_id, connectors, online_s, due_s, told, fields, filled, charges, orders, delay_median," \
    " delay_95, online, complete, seen_at) SELECT day, operator_id, 0, SUM(connectors), SUM(online_s), SUM(due_s), SUM(told), SUM(fields), SUM(filled)," \
    " SUM(charges), SUM(orders), ROUND(AVG(delay_median)), MAX(delay_95), NULL, NULL, MAX(seen_at) FROM exchange_quality_day GROUP BY day, operator_id"
#define Q_RATES \
    "UPDATE exchange_quality_day SET online = ROUND(100 * online_s / due_s, 2), complete = ROUND(100 * (filled / fields + told / connectors" \
    " + IF(charges = 0, 0, LEAST(1, orders / charges))) / IF(charges = 0, 2, 3), 2)"
/* These days are done; the states as they are now begin the log that tomorrow's count reads. */
#define Q_RUNS "INSERT IGNORE INTO exchange_quality_run (day, asked_at) VALUES (CURDATE() - INTERVAL 1 DAY, NOW(3)), (CURDATE() - INTERVAL 2 DAY, NOW(3))"
#define Q_LOG "INSERT INTO connector_state_log (at, connector_id, state) SELECT c.state_at, c.id, c.state FROM connector c JOIN station s" \
              " ON s.id = c.station_id WHERE s.source = 'demo' AND c.state IS NOT NULL AND c.removed_at IS NULL"
#define Q_SILENCE \
    "INSERT INTO exchange_silence (operator_id, since, noticed_at, ended_at) SELECT id, CURDATE() - INTERVAL 9 DAY + INTERVAL 130 MINUTE," \
    " CURDATE() - INTERVAL 9 DAY + INTERVAL 190 MINUTE, CURDATE() - INTERVAL 9 DAY + INTERVAL 371 MINUTE FROM operator WHERE source = 'demo' ORDER BY id LIMIT 3"

static void quality_make(struct work *side, void *arg)
{
    (void)arg;
    if (db_int(side, 0, Q_ANY))
        return;
    db_exec(side, Q_DAYS);
    db_exec(side, Q_OPERATORS);
    db_exec(side, Q_RATES);
    db_exec(side, Q_STATS);
    db_exec(side, Q_RUNS);
    db_exec(side, Q_LOG);
    db_exec(side, Q_SILENCE);
    exchange_quality_show_day(side, db_text(side, "SELECT MAX(day) FROM exchange_quality_day"));
}

void demo_quality(struct work *work)
{
    side_run(work, side_open(work), WORK_WRITE, quality_make, NULL);
}
