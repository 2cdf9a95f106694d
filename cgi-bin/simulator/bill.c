/* bill: what a charge comes to. Time-of-use prices; energy of each part is rounded to 0.01 kWh and money to the fen first,
 * and the totals are the sums of the rounded parts, so that everything adds up to the last digit. */
#include <math.h>
#include <stdio.h>

#include "core/text.h"
#include "world.h"

enum { HOUR = 3600000, DAY = 24 * HOUR, CST = 8 * HOUR };

const struct period tariff[TARIFF_PERIODS] = {
    { 0, 0.42, 0.45 }, { 8, 0.86, 0.45 }, { 10, 1.28, 0.45 }, { 12, 0.86, 0.45 }, { 14, 1.28, 0.45 }, { 19, 0.86, 0.45 } };

static int64_t of_day(int64_t when)
{
    return (when + CST) % DAY;
}

int tariff_at(int64_t when)
{
    int hour = (int)(of_day(when) / HOUR), period = TARIFF_PERIODS - 1;
    while (tariff[period].from_hour > hour)
        period--;
    return period;
}

int64_t tariff_end(int64_t when)
{
    int period = tariff_at(when);
    int64_t end = period + 1 < TARIFF_PERIODS ? (int64_t)tariff[period + 1].from_hour * HOUR : DAY;
    return when - of_day(when) + end;
}

double charge_kwh(const struct charge *charge)
{
    double sum = 0;
    for (int i = 0; i < charge->detail_count; i++)
        sum += charge->details[i].kwh;
    return sum;
}

/* Full power to 80 %, then less and less: as batteries take it. */
double charge_power(const struct charge *charge)
{
    const struct connector *connector = charge->connector;
    double power = fmin(connector->power, connector->dc ? charge->capacity * 1.5 : 7);
    if (charge->stage != STAGE_CHARGING)
        return 0;
    return charge->soc < 80 ? power : power * fmax(0.15, 1 - (charge->soc - 80) / 25);
}

/* --- as JSON ------------------------------------------------------------------------------------------------------ */

static const char *when_text(struct arena *arena, int64_t when)
{
    return time_format(arena, when, "%Y-%m-%d %H:%M:%S");
}

static double cents(double amount)
{
    return round(amount * 100) / 100;
}

struct sums { double kwh, electricity, service; };

/* 2016's spelling is Sevice; later ones say Service. */
static const char *spelt(const struct world *world, const char *sevice, const char *service)
{
    return world->options->spelling[2] == 'v' ? sevice : service;
}

static json_t *details_make(struct world *world, struct arena *arena, const struct charge *charge, struct sums *sums)
{
    json_t *list = json_array();
    *sums = (struct sums){ 0 };
    for (int i = 0; i < charge->detail_count; i++) {
        const struct detail *d = &charge->details[i];
        const struct period *price = &tariff[d->period];
        double kwh = floor(d->kwh * 100 + 1e-6) / 100, electricity = cents(kwh * price->electricity), service = cents(kwh * price->service);
        json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f}",
            "DetailStartTime", when_text(arena, d->from), "DetailEndTime", when_text(arena, d->to), "ElecPrice", price->electricity,
            spelt(world, "SevicePrice", "ServicePrice"), price->service, "DetailPower", kwh, "DetailElecMoney", electricity,
            spelt(world, "DetailSeviceMoney", "DetailServiceMoney"), service));
        sums->kwh += kwh, sums->electricity += electricity, sums->service += service;
    }
    return list;
}

json_t *bill_snapshot(struct world *world, const struct charge *charge)
{
    struct arena *arena = arena_new();
    struct sums sums;
    bool running = charge->stage == STAGE_CHARGING;
    double volts = charge->connector->dc ? 400 : 220, amps = cents(charge_power(charge) * 1000 / volts);
    int64_t until = charge->ended ? charge->ended : world_now(world);
    json_t *details = details_make(world, arena, charge, &sums);
    json_t *out = json_pack("{s:s, s:i, s:s, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:s, s:s}",
        "StartChargeSeq", charge->seq, "StartChargeSeqStat", (int)charge->stage, "ConnectorID", charge->connector->id,
        "ConnectorStatus", (int)charge->connector->status, "CurrentA", amps, "CurrentB", 0.0, "CurrentC", 0.0,
        "VoltageA", running ? volts : 0.0, "VoltageB", 0.0, "VoltageC", 0.0, "Soc", cents(charge->soc),
        "StartTime", when_text(arena, charge->started ? charge->started : charge->asked_at), "EndTime", when_text(arena, until));
    json_object_update_new(out, json_pack("{s:f, s:f, s:f, s:f, s:i, s:o}", "TotalPower", cents(sums.kwh), "ElecMoney",
        cents(sums.electricity), spelt(world, "SeviceMoney", "ServiceMoney"), cents(sums.service), "TotalMoney",
        cents(sums.electricity + sums.service), "SumPeriod", charge->detail_count, "ChargeDetails", details));
    arena_free(arena);
    return out;
}

json_t *bill_order(struct world *world, const struct charge *charge)
{
    struct arena *arena = arena_new();
    struct sums sums;
    json_t *details = details_make(world, arena, charge, &sums);
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:i, s:i, s:o}", "StartChargeSeq", charge->seq,
        "ConnectorID", charge->connector->id, "StartTime", when_text(arena, charge->started), "EndTime", when_text(arena, charge->ended),
        "TotalPower", cents(sums.kwh), "TotalElecMoney", cents(sums.electricity),
        spelt(world, "TotalSeviceMoney", "TotalServiceMoney"), cents(sums.service), "TotalMoney",
        cents(sums.electricity + sums.service), "StopReason", (int)charge->reason, "SumPeriod", charge->detail_count, "ChargeDetails", details);
    arena_free(arena);
    return out;
}

json_t *bill_policy(struct world *world)
{
    json_t *list = json_array();
    char start[8];
    for (int i = 0; i < TARIFF_PERIODS; i++) {
        snprintf(start, sizeof start, "%02d0000", tariff[i].from_hour);
        json_array_append_new(list, json_pack("{s:s, s:f, s:f}", "StartTime", start, "ElecPrice", tariff[i].electricity,
                                              spelt(world, "SevicePrice", "ServicePrice"), tariff[i].service));
    }
    return list;
}
