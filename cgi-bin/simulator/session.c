/* session: time passes. Drivers come as a day goes, plug in, charge, leave; now and then a pile is faulty or offline.
 * A charge the portal asked for follows the same road, but that its start and its stop are told as results. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "misbehave.h"
#include "world.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, STEP = 30 * SECOND };

/* Share of connectors in use by the hour, in percent: nights on slow piles, noon and the evening peak. */
static const int busy_by_hour[24] = { 30, 32, 32, 30, 27, 22, 18, 20, 24, 26, 29, 36, 44, 42, 34, 30, 29, 32, 38, 41, 38, 35, 33, 31 };

int64_t world_now(const struct world *world)
{
    int64_t real = clock_now(), gone = real - world->began_real;
    int64_t fast = world->began + gone * world->options->speed;
    return !world->options->ahead && fast > real ? real : fast;
}

/* --- status ------------------------------------------------------------------------------------------------------- */

static void status_tell(struct world *world, struct connector *connector)
{
    bool taken = connector->status == OCCUPIED || connector->status == CHARGING;
    connector->told_at = clock_now();
    push_add(world, "notification_stationStatus", json_pack("{s:{s:s, s:i, s:i, s:i}}", "ConnectorStatusInfo", "ConnectorID",
        connector->id, "Status", (int)connector->status, "ParkStatus", taken ? 50 : 10, "LockStatus", 0), connector, 0);
}

void status_set(struct world *world, struct connector *connector, enum status status)
{
    if (connector->status == status)
        return;
    connector->status = status;
    status_tell(world, connector);
}

/* --- charges ------------------------------------------------------------------------------------------------------ */

struct charge *charge_by_seq(struct world *world, const char *seq)
{
    for (struct charge *charge = world->charges; charge; charge = charge->next)
        if (strcmp(charge->seq, seq) == 0)
            return charge;
    return NULL;
}

/* Ended ones beyond KEPT_CHARGES are used again: the last ended of the list. */
static struct charge *charge_new(struct world *world)
{
    struct charge **at = &world->charges, **last_ended = NULL;
    struct charge *charge = NULL;
    if (world->charge_count >= KEPT_CHARGES) {
        for (; *at; at = &(*at)->next)
            if ((*at)->stage == STAGE_ENDED)
                last_ended = at;
        if (last_ended) {
            charge = *last_ended;
            *last_ended = charge->next;
        }
    }
    if (!charge) {
        charge = arena_alloc(world->arena, sizeof *charge);
        world->charge_count++;
    }
    *charge = (struct charge){ .next = world->charges };
    return world->charges = charge;
}

static struct charge *charge_open(struct world *world, struct connector *connector, const char *seq, int64_t at)
{
    struct charge *charge = charge_new(world);
    if (seq)
        snprintf(charge->seq, sizeof charge->seq, "%s", seq);
    else        /* its own: OperatorID and 18 digits */
        snprintf(charge->seq, sizeof charge->seq, "%s%014llu%04u", world->partner.operator_id,
                 (unsigned long long)clock_now() % 100000000000000ull, (unsigned)(world->seq_count++ % 10000));
    charge->connector = connector;
    charge->stage = STAGE_STARTING;
    charge->asked_at = at;
    charge->capacity = 40 + random_below(&world->random, 51);
    charge->soc = 10 + random_below(&world->random, 50);
    charge->soc_goal = 80 + random_below(&world->random, 21);
    connector->charge = charge;
    return charge;
}

static void snapshot_tell(struct world *world, struct charge *charge)
{
    charge->told_at = clock_now();
    push_add(world, "notification_equip_charge_status", bill_snapshot(world, charge), NULL, 0);
}

static void charge_begin(struct world *world, struct charge *charge, int64_t at)
{
    struct arena *arena = arena_new();
    bool fails = charge->asked && misbehaves("start-fails", "notification_start_charge_result");
    bool silent = charge->asked && misbehaves("start-untold", "notification_start_charge_result");
    charge->started = at;
    charge->stage = fails ? STAGE_ENDED : STAGE_CHARGING;
    charge->ended = fails ? at : 0;
    if (charge->asked && !silent)
        push_add(world, "notification_start_charge_result", json_pack("{s:s, s:i, s:s, s:s, s:s}", "StartChargeSeq", charge->seq,
            "StartChargeSeqStat", (int)charge->stage, "ConnectorID", charge->connector->id, "StartTime",
            time_format(arena, at, "%Y-%m-%d %H:%M:%S"), "IdentCode", ""), NULL, 0);
    if (fails)
        charge->connector->charge = NULL;
    status_set(world, charge->connector, fails ? FREE : CHARGING);
    charge->told_at = clock_now();
    arena_free(arena);
}

static void energy_add(struct charge *charge, int64_t from, int64_t to, double kwh)
{
    struct detail *last = charge->detail_count ? &charge->details[charge->detail_count - 1] : NULL;
    int period = tariff_at(from);
    if (last && (last->period == period || charge->detail_count == DETAILS_MAX)) {
        last->to = to;
        last->kwh += kwh;
    } else {
        charge->details[charge->detail_count++] = (struct detail){ from, to, period, kwh };
    }
    charge->soc = fmin(100, charge->soc + kwh * 0.93 / charge->capacity * 100);
}

/* Energy flows from where the last part ended until `to`. */
static void charge_flow(struct charge *charge, int64_t to)
{
    int64_t from = charge->detail_count ? charge->details[charge->detail_count - 1].to : charge->started;
    while (from < to && charge->soc < charge->soc_goal) {
        int64_t step = tariff_end(from) - from;
        step = step < STEP ? step : STEP;
        step = step < to - from ? step : to - from;
        energy_add(charge, from, from + step, charge_power(charge) * (double)step / HOUR);
        from += step;
    }
}

static void orders_tell(struct world *world, struct charge *charge)
{
    json_t *order = bill_order(world, charge);
    if (misbehaves("order-lost", "notification_charge_order_info")) {
        json_decref(order);
        return;
    }
    order_spoil(world, charge, order);
    push_add(world, "notification_charge_order_info", order, NULL, charge->asked ? 1500 : 3000);
}

static void charge_end(struct world *world, struct charge *charge, int64_t at, enum stop_reason reason)
{
    struct connector *connector = charge->connector;
    bool untold = misbehaves("end-untold", "notification_stop_charge_result");
    charge->stage = STAGE_ENDED;
    charge->ended = at > charge->started ? at : charge->started;
    charge->reason = reason;
    connector->charge = NULL;
    connector->will_charge = false;
    connector->sold += charge_kwh(charge);
    status_set(world, connector, OCCUPIED);
    connector->until = at + (2 + random_below(&world->random, 12)) * MINUTE;
    if (untold)
        return;
    if (charge->asked)
        push_add(world, "notification_stop_charge_result", json_pack("{s:s, s:i, s:s, s:i, s:i}", "StartChargeSeq", charge->seq,
            "StartChargeSeqStat", STAGE_ENDED, "ConnectorID", connector->id, "SuccStat", 0, "FailReason", 0), NULL, 0);
    orders_tell(world, charge);
}

struct charge *charge_ask(struct world *world, struct connector *connector, const char *seq)
{
    if (connector->charge || connector->status == CHARGING)
        return NULL;
    struct charge *charge = charge_open(world, connector, seq, world_now(world));
    charge->asked = true;
    connector->until = 0;
    return charge;
}

void charge_stop(struct world *world, struct charge *charge, enum stop_reason reason)
{
    if (!charge->started)                /* stopped before it began: an order of no length, now */
        charge->started = world_now(world);
    charge->stage = STAGE_STOPPING;
    charge->reason = reason;
    charge->stop_at = world_now(world) + SECOND;
}

static void charge_tick(struct world *world, struct charge *charge, int64_t now)
{
    const struct options *options = world->options;
    int64_t real = clock_now();
    int every = charge->asked ? options->asked_seconds : options->snapshot_seconds;
    if (charge->stage == STAGE_STARTING && now >= charge->asked_at + (int64_t)options->start_delay * SECOND)
        charge_begin(world, charge, now);
    if (charge->stage == STAGE_CHARGING) {
        int64_t full = options->full_after ? charge->started + (int64_t)options->full_after * SECOND : INT64_MAX;
        charge_flow(charge, now < full ? now : full);
        if (charge->soc >= charge->soc_goal || now >= full)
            charge_end(world, charge, charge->detail_count ? charge->details[charge->detail_count - 1].to : now, STOP_BMS);
        else if (real - charge->told_at >= (int64_t)every * SECOND && !misbehaves("silent-charge", "notification_equip_charge_status"))
            snapshot_tell(world, charge);
    }
    if (charge->stage == STAGE_STOPPING && now >= charge->stop_at)
        charge_end(world, charge, charge->detail_count ? charge->details[charge->detail_count - 1].to : now, charge->reason);
}

/* --- who comes ----------------------------------------------------------------------------------------------------- */

static double busy_share(int64_t now)
{
    return busy_by_hour[(now / HOUR + 8) % 24] / 100.0;
}

/* Comings per millisecond at one free connector, so that the share in use is that of the hour. */
static double arrival_rate(const struct connector *connector, int64_t now)
{
    double share = busy_share(now), stay = connector->dc ? 50.0 * MINUTE : 300.0 * MINUTE;
    return share / (1 - share) / stay;
}

static void free_tick(struct world *world, struct connector *connector, int64_t now, int64_t passed)
{
    double draw = random_real(&world->random);
    double come = 1 - exp(-arrival_rate(connector, now) * (double)passed), fails = (double)passed / (400.0 * HOUR);
    if (draw < come) {
        connector->will_charge = true;
        connector->until = now + (20 + random_below(&world->random, 60)) * SECOND;
        status_set(world, connector, OCCUPIED);
    } else if (draw < come + fails) {
        connector->until = now + (20 + random_below(&world->random, 240)) * MINUTE;
        status_set(world, connector, random_below(&world->random, 2) ? FAULT : OFFLINE);
    }
}

static void connector_tick(struct world *world, struct connector *connector, int64_t now, int64_t passed)
{
    if (connector->charge) {
        charge_tick(world, connector->charge, now);
    } else if (connector->until && now >= connector->until) {
        connector->until = 0;
        if (connector->status == OCCUPIED && connector->will_charge) {
            charge_begin(world, charge_open(world, connector, NULL, now), now);
        } else {
            status_set(world, connector, FREE);
        }
        connector->will_charge = false;
    } else if (connector->status == FREE && connector->open && !world->options->idle) {
        free_tick(world, connector, now, passed);
    }
    if (world->options->retell_seconds && clock_now() - connector->told_at >= (int64_t)world->options->retell_seconds * SECOND)
        status_tell(world, connector);
}

void world_tick(struct world *world)
{
    int64_t now = world_now(world), passed = now - world->now;
    world->now = now;
    for (size_t i = 0; i < world->connector_count; i++)
        connector_tick(world, &world->connectors[i], now, passed);
}

/* A charge that began a while ago. */
static void charge_underway(struct world *world, struct connector *connector, int64_t now)
{
    int64_t since = now - (1 + random_below(&world->random, connector->dc ? 25 : 120)) * MINUTE;
    struct charge *charge = charge_open(world, connector, NULL, since);
    charge->started = since;
    charge->stage = STAGE_CHARGING;
    charge->told_at = clock_now() - random_below(&world->random, world->options->snapshot_seconds) * SECOND;
    connector->status = CHARGING;
}

/* The first tellings are spread over a minute, later ones keep that spread. */
void world_begin(struct world *world)
{
    int64_t now = world->now;
    for (size_t i = 0; i < world->connector_count; i++) {
        struct connector *connector = &world->connectors[i];
        int draw = random_below(&world->random, 1000);
        if (!connector->open)
            connector->status = OFFLINE;
        else if (draw < 15)
            connector->status = FAULT, connector->until = now + random_below(&world->random, 120) * MINUTE;
        else if (!world->options->idle && draw < 15 + 900 * busy_share(now))
            charge_underway(world, connector, now);
        connector->told_at = clock_now() - (int64_t)world->options->retell_seconds * SECOND + random_below(&world->random, 60) * SECOND;
    }
}
