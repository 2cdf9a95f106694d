/* charge_order_read: an order from the message it came in: the standard's names and Zhejiang's, both spellings of Service.
 *
 * LicensePlate, VIN and Phone (and what others call them, domain/personal.h) are dropped here, in ChargeDetails as well, before anything is kept: the portal's purposes
 * (energy, money, doubts, subsidies by station) name no driver, so by the Personal Information Protection Law (个人信息保护法
 * article 6) they are not collected. PushTime and other members stay in `raw` but not in the digest. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/text.h"
#include "domain/charge_order.h"
#include "domain/personal.h"

static const json_t *member(const json_t *object, const char *name, const char *other)
{
    const json_t *value = json_object_get(object, name);
    return value && !json_is_null(value) ? value : other ? json_object_get(object, other) : NULL;
}

static const char *text_of(const json_t *object, const char *name, const char *other)
{
    const char *text = json_string_value(member(object, name, other));
    return text ? text : "";
}

/* A number, or one written as text, times `scale`, rounded to whole units; ORDER_NO_VALUE: absent or no number. */
static int64_t scaled(const json_t *object, const char *name, const char *other, double scale)
{
    const json_t *value = member(object, name, other);
    double number;
    if (json_is_number(value))
        number = json_number_value(value);
    else if (!json_is_string(value) || !text_to_real(json_string_value(value), -1e9, 1e9, &number))
        return ORDER_NO_VALUE;
    return fabs(number) > 1e9 ? ORDER_NO_VALUE : llround(number * scale);
}

static int64_t wh_of(const json_t *object, const char *name, const char *other)  { return scaled(object, name, other, 1000); }
static int64_t fen_of(const json_t *object, const char *name, const char *other) { return scaled(object, name, other, 100); }

/* Of the years DATETIME holds for certain. */
static bool time_of(const json_t *object, const char *name, int64_t *out)
{
    int64_t at;
    bool good = time_parse(text_of(object, name, NULL), "%Y-%m-%d %H:%M:%S", &at) && at > INT64_C(-30610252800001);
    if (good)
        *out = at;
    return good;
}

/* Numbers as they were told: 17 digits would make 12.3 of it 12.300000000000001. */
enum { DUMPED = JSON_COMPACT | JSON_REAL_PRECISION(15) };

/* A copy without what tells whose car it was. */
static char *dumped(struct arena *arena, const json_t *value)
{
    json_t *kept = json_deep_copy(value);
    personal_drop(kept);
    size_t size = json_dumpb(kept, NULL, 0, DUMPED);
    char *text = arena_alloc(arena, size + 1);
    json_dumpb(kept, text, size, DUMPED);
    json_decref(kept);
    return text;
}

/* ORDER_NO_VALUE in one of them: the sum is not known. */
static void add(int64_t *sum, int64_t part)
{
    *sum = *sum == ORDER_NO_VALUE || part == ORDER_NO_VALUE ? ORDER_NO_VALUE : *sum + part;
}

/* Into the digest goes what the books would hold of each period. */
static char *details_read(struct arena *arena, const json_t *list, struct charge_order *out)
{
    char *digest = "";
    out->details = (int64_t)json_array_size(list);
    out->detail_wh = out->detail_elec_fen = out->detail_service_fen = out->details ? 0 : ORDER_NO_VALUE;
    if (!out->details)
        return digest;
    out->details_text = dumped(arena, list);
    char *end = digest = arena_alloc(arena, (size_t)out->details * 160 + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *d = json_array_get(list, i);
        int64_t wh = wh_of(d, "DetailPower", NULL), elec = fen_of(d, "DetailElecMoney", NULL),
                service = fen_of(d, "DetailSeviceMoney", "DetailServiceMoney");
        add(&out->detail_wh, wh);
        add(&out->detail_elec_fen, elec);
        add(&out->detail_service_fen, service);
        end += snprintf(end, 160, "|%.19s %.19s %lld %lld %lld", text_of(d, "DetailStartTime", NULL), text_of(d, "DetailEndTime", NULL),
                        (long long)wh, (long long)elec, (long long)service);
    }
    return digest;
}

static char *raw_of(struct arena *arena, const json_t *data)
{
    json_t *rest = json_copy((json_t *)(uintptr_t)data);
    json_object_del(rest, "ChargeDetails");
    char *text = dumped(arena, rest);
    json_decref(rest);
    return text;
}

static void digest_make(struct arena *arena, struct charge_order *o, const char *details)
{
    uint8_t whole[32];
    const char *text = arena_printf(arena, "%s\n%s\n%lld %lld %lld %lld %lld %lld %lld\n%lld %lld %lld %lld %lld %lld\n%s\n%s\n%lld%s",
        o->order_no, o->connector_code, (long long)o->start_ms, (long long)o->end_ms, (long long)o->energy_wh, (long long)o->cusp_wh,
        (long long)o->peak_wh, (long long)o->flat_wh, (long long)o->valley_wh, (long long)o->elec_fen, (long long)o->service_fen,
        (long long)o->total_fen, (long long)o->paid_fen, (long long)o->paid_ms, (long long)o->pay_channel, o->discount, o->stop_reason,
        (long long)o->sum_period, details);
    crypto_sha256(text, strlen(text), whole);
    memcpy(o->digest, whole, sizeof o->digest);
}

/* The standard's StopReason is a number, Zhejiang's a text of it or the operator's own words. */
static const char *stop_reason_of(struct arena *arena, const json_t *data)
{
    const json_t *reason = json_object_get(data, "StopReason");
    const char *text = json_string_value(reason), *note = text_of(data, "StopDesc", NULL);
    if (json_is_number(reason))
        text = arena_printf(arena, "%.0f", json_number_value(reason));
    return utf8_cut(arena, text && *text ? text : note, 58);
}

static const char *wrong(const struct charge_order *o)
{
    if (!*o->order_no || utf8_length(o->order_no) > ORDER_NO_MOST)
        return "StartChargeSeq（充电订单号）缺失或超过 64 个字符";
    if (!*o->connector_code || utf8_length(o->connector_code) > 50)
        return "ConnectorID（充电接口编码）缺失或超过 50 个字符";
    return NULL;
}

const char *charge_order_read(struct arena *arena, const json_t *data, const char *source, struct charge_order *o)
{
    *o = (struct charge_order){ .source = source, .order_no = text_of(data, "StartChargeSeq", "OrderNo"),
                                .connector_code = text_of(data, "ConnectorID", NULL),
                                .energy_wh = wh_of(data, "TotalPower", "TotalElect"), .cusp_wh = wh_of(data, "CuspElect", NULL),
                                .peak_wh = wh_of(data, "PeakElect", NULL), .flat_wh = wh_of(data, "FlatElect", NULL),
                                .valley_wh = wh_of(data, "ValleyElect", NULL), .elec_fen = fen_of(data, "TotalElecMoney", NULL),
                                .service_fen = fen_of(data, "TotalSeviceMoney", "TotalServiceMoney"),
                                .total_fen = fen_of(data, "TotalMoney", NULL), .paid_fen = fen_of(data, "PaymentAmount", NULL),
                                .pay_channel = scaled(data, "PayChannel", NULL, 1), .sum_period = scaled(data, "SumPeriod", NULL, 1),
                                .discount = utf8_cut(arena, text_of(data, "DiscountInfo", NULL), 199),
                                .stop_reason = stop_reason_of(arena, data), .paid_ms = ORDER_NO_VALUE };
    const char *fault = wrong(o);
    if (fault)
        return fault;
    if (!time_of(data, "StartTime", &o->start_ms) || !time_of(data, "EndTime", &o->end_ms))
        return "StartTime、EndTime（充电开始、结束时间）应为 yyyy-MM-dd HH:mm:ss 格式";
    if (o->energy_wh == ORDER_NO_VALUE)
        return "TotalPower（充电电量）缺失或不是数字";
    if (o->pay_channel != ORDER_NO_VALUE && llabs(o->pay_channel) > 30000)
        o->pay_channel = ORDER_NO_VALUE;
    if (o->sum_period != ORDER_NO_VALUE && llabs(o->sum_period) > 1000000)
        o->sum_period = ORDER_NO_VALUE;
    (void)time_of(data, "PayTime", &o->paid_ms);
    if (o->total_fen == ORDER_NO_VALUE && o->elec_fen != ORDER_NO_VALUE && o->service_fen != ORDER_NO_VALUE)
        o->total_fen = o->elec_fen + o->service_fen;
    const char *details = details_read(arena, json_object_get(data, "ChargeDetails"), o);
    o->raw = raw_of(arena, data);
    digest_make(arena, o, details);
    return NULL;
}
