/* charge_order_doubt: see the header. Tolerances that are policy are parameters (Orders.*); those of arithmetic stand here. */
#include "domain/charge_order_doubt.h"

#include <stdlib.h>

#include "core/config.h"
#include "core/text.h"

enum { HOUR_MS = 3600000, GRACE_WH = 200 };          /* meters are read every few seconds, pushed in 0.1 kWh at worst */

static const char *kwh(struct arena *arena, int64_t wh)
{
    return arena_printf(arena, "%s%lld.%03lld 千瓦时", wh < 0 ? "-" : "", (long long)llabs(wh) / 1000, (long long)llabs(wh) % 1000);
}

static const char *yuan(struct arena *arena, int64_t fen)
{
    return arena_printf(arena, "%s%lld.%02lld 元", fen < 0 ? "-" : "", (long long)llabs(fen) / 100, (long long)llabs(fen) % 100);
}

static const char *why_connector(struct arena *arena, const struct charge_order *o, const struct doubt_context *c)
{
    return c->known ? NULL : arena_printf(arena, "充电接口 %s 未在本平台登记，无法归到充电站", o->connector_code);
}

static const char *why_energy(struct arena *arena, const struct charge_order *o, const struct doubt_context *c)
{
    int64_t lasted = o->end_ms - o->start_ms;
    if (!c->power_w || lasted < 0)
        return NULL;
    int64_t most = (int64_t)((double)c->power_w * lasted / HOUR_MS * (100 + config_int("Orders.PowerTolerance")) / 100) + GRACE_WH;
    return o->energy_wh <= most ? NULL
        : arena_printf(arena, "充电电量 %s，按额定功率 %.1f 千瓦和 %lld 分钟计算，最多 %s（含 %lld%% 容差）", kwh(arena, o->energy_wh),
                       (double)c->power_w / 1000, (long long)lasted / 60000, kwh(arena, most), (long long)config_int("Orders.PowerTolerance"));
}

static const char *why_backwards(struct arena *arena, const struct charge_order *o, const struct doubt_context *c)
{
    (void)arena, (void)c;
    return o->end_ms < o->start_ms ? "结束时间早于开始时间" : NULL;
}

static const char *why_time(struct arena *arena, const struct charge_order *o, const struct doubt_context *c)
{
    int64_t ahead = c->now + config_int("Orders.FutureMinutes") * 60000, days = config_int("Orders.OldestDays"),
            hours = config_int("Orders.LongestHours");
    if (o->end_ms > ahead || o->start_ms > ahead)
        return "充电时间晚于收到订单的时间";
    if (o->start_ms < c->now - days * 24 * HOUR_MS || o->end_ms < c->now - days * 24 * HOUR_MS)
        return arena_printf(arena, "充电时间早于收到订单前 %lld 天", (long long)days);
    if (o->end_ms - o->start_ms > hours * HOUR_MS)
        return arena_printf(arena, "一次充电持续超过 %lld 小时", (long long)hours);
    return NULL;
}

static const char *why_negative(struct arena *arena, const struct charge_order *o, const struct doubt_context *c)
{
    const struct { const char *label; int64_t value; } all[] = {
        { "充电电量", o->energy_wh }, { "尖时电量", o->cusp_wh }, { "峰时电量", o->peak_wh }, { "平时电量", o->flat_wh },
        { "谷时电量", o->valley_wh }, { "电费", o->elec_fen }, { "服务费", o->service_fen }, { "总金额", o->total_fen },
        { "实付金额", o->paid_fen } };
    (void)c;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].value < 0 && all[i].value != ORDER_NO_VALUE)
            return arena_printf(arena, "%s为负数", all[i].label);
    return NULL;
}

/* --- sums ------------------------------------------------------------------------------------------------- */

/* Each of n parts is rounded by itself: half a unit of the coarsest precision seen (0.01 kWh, 1 fen) each. */
static bool apart(int64_t a, int64_t b, int64_t tolerance)
{
    return a != ORDER_NO_VALUE && b != ORDER_NO_VALUE && llabs(a - b) > tolerance;
}

static int64_t periods_sum(const struct charge_order *o)
{
    const int64_t parts[] = { o->cusp_wh, o->peak_wh, o->flat_wh, o->valley_wh };
    int64_t sum = ORDER_NO_VALUE;
    for (size_t i = 0; i < 4; i++)
        if (parts[i] != ORDER_NO_VALUE)
            sum = (sum == ORDER_NO_VALUE ? 0 : sum) + parts[i];
    return sum;
}

static const char *why_sums(struct arena *arena, const struct charge_order *o, const struct doubt_context *c)
{
    int64_t fen = o->details + 2, wh = o->details * 10 + 20, periods = periods_sum(o);
    (void)c;
    if (o->total_fen == ORDER_NO_VALUE)
        return "没有报送金额";
    if (o->elec_fen != ORDER_NO_VALUE && o->service_fen != ORDER_NO_VALUE && apart(o->elec_fen + o->service_fen, o->total_fen, 2))
        return arena_printf(arena, "电费 %s 与服务费 %s 之和不等于总金额 %s", yuan(arena, o->elec_fen), yuan(arena, o->service_fen), yuan(arena, o->total_fen));
    if (apart(o->detail_wh, o->energy_wh, wh))
        return arena_printf(arena, "各时段电量合计 %s，与充电电量 %s 不符", kwh(arena, o->detail_wh), kwh(arena, o->energy_wh));
    if (apart(o->detail_elec_fen, o->elec_fen, fen))
        return arena_printf(arena, "各时段电费合计 %s，与电费 %s 不符", yuan(arena, o->detail_elec_fen), yuan(arena, o->elec_fen));
    if (apart(o->detail_service_fen, o->service_fen, fen))
        return arena_printf(arena, "各时段服务费合计 %s，与服务费 %s 不符", yuan(arena, o->detail_service_fen), yuan(arena, o->service_fen));
    if (apart(periods, o->energy_wh, 40))
        return arena_printf(arena, "尖、峰、平、谷电量合计 %s，与充电电量 %s 不符", kwh(arena, periods), kwh(arena, o->energy_wh));
    return NULL;
}

/* --- the table --------------------------------------------------------------------------------------------- */

static const struct {
    enum order_doubt doubt;
    const char    *(*why)(struct arena *arena, const struct charge_order *order, const struct doubt_context *context);
} doubts[] = {
    { DOUBT_CONNECTOR, why_connector }, { DOUBT_ENERGY, why_energy }, { DOUBT_BACKWARDS, why_backwards }, { DOUBT_SUMS, why_sums },
    { DOUBT_TIME, why_time }, { DOUBT_NEGATIVE, why_negative },
};
enum { DOUBTS = sizeof doubts / sizeof *doubts };

const char *order_doubt_why(struct arena *arena, enum order_doubt doubt, const struct charge_order *order,
                            const struct doubt_context *context)
{
    for (size_t i = 0; i < DOUBTS; i++)
        if (doubts[i].doubt == doubt)
            return doubts[i].why(arena, order, context);
    return NULL;
}

unsigned order_doubts(struct arena *arena, const struct charge_order *order, const struct doubt_context *context)
{
    unsigned found = 0;
    for (size_t i = 0; i < DOUBTS; i++)
        if (doubts[i].why(arena, order, context))
            found |= DOUBT_BIT(doubts[i].doubt);
    return found;
}

int order_doubt_first(unsigned found)
{
    return found ? __builtin_ctz(found) + 1 : 0;
}
