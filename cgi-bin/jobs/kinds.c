#include "kinds.h"

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/captcha.h"
#include "domain/charge_order.h"
#include "domain/connection.h"
#include "domain/charging.h"
#include "domain/connection_check.h"
#include "domain/demo.h"
#include "domain/exchange_log.h"
#include "domain/exchange_try.h"
#include "domain/exchange_quality.h"
#include "domain/exchange_silence.h"
#include "domain/exchange_stats.h"
#include "domain/job.h"
#include "domain/lockout.h"
#include "domain/map_source.h"
#include "domain/outbox.h"
#include "domain/pull.h"
#include "domain/recovery.h"
#include "domain/session.h"
#include "domain/sheet_import.h"
#include "domain/statistic.h"
#include "domain/trail.h"
#include "flow/flow.h"

static void map_build_job(struct work *work, const json_t *payload)
{
    (void)payload;
    map_rebuild(work);
}

static void due_job(struct work *work, const json_t *payload)
{
    (void)payload;
    int64_t changed = flow_due_recount(work);
    job_progress(work, arena_printf(work->arena, "期限变更 %lld 件", (long long)changed));
}

static void order_figures(struct work *work, void *arg)
{
    (void)arg;
    statistics_orders(work);
}

static void order_figures_job(struct work *work, const json_t *payload)
{
    (void)payload;
    job_progress(work, arena_printf(work->arena, "归入充电站的订单 %lld 笔", (long long)charge_orders_attach(work)));
    work_must(work, WORK_WRITE, order_figures, NULL);
}

const struct job_kind job_kinds[] = {
    { "map.build",              map_build_job },
    { "exchange.pull-stations", pull_stations_job },
    { "exchange.pull-status",   pull_status_job },
    { "exchange.pull-stats",    exchange_stats_job },
    { "exchange.quality",       exchange_quality_job },
    { "exchange.tend",          exchange_tend_job },
    { "connection.test",        connection_test_job },
    { "charging.check",         charging_check_job },
    { "charging.start",         charging_start_job },
    { "charging.stop",          charging_stop_job },
    { "charging.follow",        charging_follow_job },
    { "connection.check",       connection_check_job },
    { "exchange.try",           exchange_try_job },
    { "daily",                  daily_job },
    { "flow.due",               due_job },
    { "mail.send",              outbox_send_job },
    { "sms.send",               outbox_send_job },
    { "figures.orders",         order_figures_job },
    { "sheet.import",           sheet_import_job },
    { NULL, NULL } };

static void sweep(struct work *work)
{
    map_sweep(work, (int)config_int("Map.SweepSeconds") + 10);
}

static void stale(struct work *work)
{
    map_stale(work);
}

static void figures(struct work *work, void *arg)
{
    (void)arg;
    statistics_count(work);
}

static void tick_figures(struct work *work)
{
    work_must(work, WORK_WRITE, figures, NULL);
}

static void purge(struct work *work, void *arg)
{
    (void)arg;
    session_purge(work);
    lockout_purge(work);
    captcha_purge(work);
    recovery_purge(work);
}

static void tick_purge(struct work *work)
{
    work_must(work, WORK_WRITE, purge, NULL);
}

static void tend(struct work *work, void *arg)
{
    (void)arg;
    job_add(work, "exchange.tend", "exchange.tend", "{}");
}

static void order_figures_ask(struct work *work, void *arg)
{
    (void)arg;
    job_add(work, "figures.orders", "figures.orders", "{}");
}

static void tick_order_figures(struct work *work)
{
    work_must(work, WORK_WRITE, order_figures_ask, NULL);
}

static void tick_tend(struct work *work)
{
    work_must(work, WORK_WRITE, tend, NULL);
}

static void prune(struct work *work, void *arg)
{
    (void)arg;
    exchange_log_prune(work);
}

static void tick_prune(struct work *work)
{
    work_must(work, WORK_WRITE, prune, NULL);
}

static void quality(struct work *work, void *arg)
{
    (void)arg;
    exchange_quality_ask(work);
}

static void tick_quality(struct work *work)
{
    work_must(work, WORK_WRITE, quality, NULL);
}

static void silence(struct work *work, void *arg)
{
    (void)arg;
    exchange_silences_watch(work);
}

static void tick_silence(struct work *work)
{
    work_must(work, WORK_WRITE, silence, NULL);
}

static void tick_trail(struct work *work)
{
    trail_seal(work);
}

static void tick_demo(struct work *work)
{
    if (config_bool("Demo.Mode") && config_bool("Demo.Live"))
        demo_tick(work);
}

struct tick ticks[] = {
    { "map.sweep",  1,   sweep, 0 },
    { "map.stale",  5,   stale, 0 },
    { "demo.live",  3,   tick_demo, 0 },
    { "figures",    30,  tick_figures, 0 },
    { "orders",     300, tick_order_figures, 0 },
    { "purge",      60,  tick_purge, 0 },
    { "charging",   5,   charging_tick, 0 },
    { "tend",       120, tick_tend, 0 },
    { "exchange.log", 20, tick_prune, 0 },
    { "exchange.quality", 300, tick_quality, 0 },
    { "exchange.silence", 20, tick_silence, 0 },
    { "trail.seal", 10,  tick_trail, 0 },
    { "daily",      60,  daily_tick, 0 },
    { NULL, 0, NULL, 0 } };
