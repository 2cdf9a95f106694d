#include "domain/statistic.h"

#include <string.h>

#include "core/config.h"
#include "core/db.h"

#define SHOWN " s.published = 1 AND s.removed_at IS NULL"
#define STORE "INSERT INTO statistic (name, value, at) "
#define AGAIN " ON DUPLICATE KEY UPDATE value = VALUES(value), at = VALUES(at)"
#define Q_STATIONS STORE "SELECT 'operators', COUNT(DISTINCT s.operator_id), NOW(3) FROM station s WHERE" SHOWN \
                   " UNION ALL SELECT 'stations', COUNT(*), NOW(3) FROM station s WHERE" SHOWN AGAIN
#define Q_EQUIPMENT STORE "SELECT 'equipment', COUNT(*), NOW(3) FROM equipment e JOIN station s ON s.id = e.station_id" \
                    " WHERE e.removed_at IS NULL AND" SHOWN AGAIN
#define Q_POWER STORE "SELECT 'power_kw', COALESCE(SUM(e.power), 0), NOW(3) FROM equipment e JOIN station s" \
                " ON s.id = e.station_id WHERE e.removed_at IS NULL AND" SHOWN AGAIN
#define Q_CONNECTORS STORE "SELECT 'connectors', COUNT(*), NOW(3) FROM connector c JOIN station s ON s.id = c.station_id" \
                     " WHERE c.removed_at IS NULL AND" SHOWN AGAIN
#define Q_FREE STORE "SELECT 'free', COUNT(*), NOW(3) FROM connector c JOIN station s ON s.id = c.station_id WHERE" \
               " c.removed_at IS NULL AND c.state = 1 AND c.state_at > NOW(3) - INTERVAL ? MINUTE AND" SHOWN AGAIN
#define Q_ORDERS STORE "SELECT 'energy_kwh', COALESCE(SUM(energy_wh), 0) / 1000, NOW(3) FROM charge_order_day" \
                 " UNION ALL SELECT 'orders', COALESCE(SUM(orders), 0), NOW(3) FROM charge_order_day" AGAIN
#define Q_READ "SELECT name, value, CAST(UNIX_TIMESTAMP(at) * 1000 AS SIGNED) FROM statistic"

static const char *const names[STATISTIC_COUNT] = { "operators", "stations", "equipment", "connectors", "power_kw", "free",
                                                    "energy_kwh", "orders" };

void statistics_count(struct work *work)
{
    db_exec(work, Q_STATIONS);
    db_exec(work, Q_EQUIPMENT);
    db_exec(work, Q_POWER);
    db_exec(work, Q_CONNECTORS);
    db_exec(work, Q_FREE, I(config_int("Map.StaleMinutes")));
}

void statistics_orders(struct work *work)
{
    db_exec(work, Q_ORDERS);
}

struct row {
    const char *name;
    double      value;
    int64_t     at;
};


static void take(void *row, void *arg)
{
    const struct row *r = row;
    struct statistics *out = arg;
    for (int i = 0; i < STATISTIC_COUNT; i++) {
        if (strcmp(names[i], r->name) != 0)
            continue;
        out->value[i] = r->value;
        if (i != STATISTIC_ENERGY_KWH && i != STATISTIC_ORDERS)
            out->at = !out->at || r->at < out->at ? r->at : out->at;
    }
}

void statistics_read(struct work *work, struct statistics *out)
{
    static const struct db_column columns[] = { DB_TEXT(struct row, name), DB_REAL(struct row, value),
                                                DB_INT(struct row, at), DB_END };
    struct row row;
    *out = (struct statistics){ 0 };
    db_each(work, columns, &row, take, out, Q_READ);
}
