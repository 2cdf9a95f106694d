/* Charging orders: reading, doubts, exactly once, other content, overlaps, rollups against a recount, reconciliation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"
#include "db_fixture.h"
#include "domain/charge_order.h"
#include "domain/charge_order_check.h"
#include "domain/charge_order_day.h"
#include "domain/charge_order_doubt.h"
#include "domain/operator.h"
#include "domain/station.h"

#include <cmocka.h>          /* last: its fail() would hide ours */

enum { CONNECTORS = 6, POWER = 60, HOUR = 3600000 };
static const int64_t NOON = INT64_C(1795233600000);        /* 2026-11-21 12:00 +08:00 */

static struct work *work;
static int64_t operator_id, other_id;

static void world_make(struct work *w, void *arg)
{
    static struct connector_record guns[CONNECTORS];
    static struct equipment_record piles[CONNECTORS];
    (void)arg;
    operator_id = operator_upsert(w, &(struct operator_record){ .code = "MA0000090", .name = "甲能源", .source = "exchange" });
    other_id = operator_upsert(w, &(struct operator_record){ .code = "MA0000091", .name = "乙能源", .source = "exchange" });
    for (int i = 0; i < CONNECTORS; i++) {
        guns[i] = (struct connector_record){ .code = arena_printf(w->arena, "C%d", i + 1), .type = 4, .power = POWER };
        piles[i] = (struct equipment_record){ .code = arena_printf(w->arena, "E%d", i + 1), .type = EQUIPMENT_DC, .power = POWER,
                                              .connectors = &guns[i], .connector_count = 1 };
    }
    for (int s = 0; s < 2; s++)
        station_upsert(w, &(struct station_record){ .operator_id = operator_id, .code = s ? "S2" : "S1", .name = "测试站",
            .division = "440402", .address = "珠海", .station_type = 1, .station_status = STATION_IN_USE, .place = { 113.5, 22.2 },
            .datum = DATUM_GCJ02, .source = "exchange", .published = true, .equipment = &piles[s * 3], .equipment_count = 3 });
}

/* A good order of an hour: 30 kWh, 24.00 + 12.00 yuan. */
static json_t *good(const char *number, const char *connector, int64_t end_ms)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:i, s:i, s:[{s:s, s:s, s:f, s:f, s:f}]}", "StartChargeSeq", number,
        "ConnectorID", connector, "StartTime", time_format(work->arena, end_ms - HOUR, "%Y-%m-%d %H:%M:%S"), "EndTime",
        time_format(work->arena, end_ms, "%Y-%m-%d %H:%M:%S"), "TotalPower", 30.0, "TotalElecMoney", 24.0, "TotalServiceMoney", 12.0,
        "TotalMoney", 36.0, "StopReason", 0, "SumPeriod", 1, "ChargeDetails", "DetailStartTime", "x", "DetailEndTime", "y", "DetailPower",
        30.0, "DetailElecMoney", 24.0, "DetailSeviceMoney", 12.0);
}

struct push { struct charge_order order; int64_t operator_id; enum order_outcome outcome; };

static void push_run(struct work *w, void *arg)
{
    struct push *push = arg;
    push->outcome = charge_order_store(w, push->operator_id, &push->order);
}

static enum order_outcome push_as(int64_t who, json_t *data)
{
    struct push push = { .operator_id = who };
    assert_null(charge_order_read(work->arena, data, "push", &push.order));
    work->now = NOON;
    db_fixture_run(work, push_run, &push);
    json_decref(data);
    return push.outcome;
}

static enum order_outcome push(json_t *data) { return push_as(operator_id, data); }

static int64_t one(const char *format, ...)
{
    char sql[500];
    va_list args;
    va_start(args, format);
    vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    return db_fixture_int(sql);
}

static int64_t doubts_of(const char *number)
{
    return one("SELECT doubts FROM charge_order WHERE order_no = '%s' AND version = 1", number);
}

static void say(const char *text, void *arg)
{
    fprintf(stderr, "%s\n", text);
    (*(int *)arg)++;
}

struct recount_call { bool mend; int *said; int64_t found; };

static void recount_run(struct work *w, void *arg)
{
    struct recount_call *call = arg;
    call->found = order_days_recount(w, call->mend, say, call->said);
}

static int64_t recount(bool mend, int *said)
{
    struct recount_call call = { mend, said, -1 };
    assert_true(work_run(work, WORK_PLAIN, recount_run, &call));
    return call.found;
}

static void empty(void)
{
    static const char *const tables[] = { "charge_order", "charge_order_key", "charge_order_other", "charge_order_day", "charge_order_check" };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
        db_fixture_sql(sql);
    }
}

static void exact(void)
{
    int said = 0;
    assert_int_equal(recount(false, &said), 0);
    assert_int_equal(said, 0);
}

/* --- reading ------------------------------------------------------------------------------------------------- */

static void both_spellings_and_both_interfaces_are_read(void **state)
{
    struct charge_order o;
    (void)state;
    json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:f, s:s, s:f, s:f, s:f, s:f, s:i, s:s, s:s, s:s, s:s}", "OrderNo", "Z1", "ConnectorID", "C1",
        "StartTime", "2026-11-21 08:00:00", "EndTime", "2026-11-21 09:00:00", "TotalElect", 12.345, "TotalMoney", "15.99", "TotalElecMoney",
        10.0, "TotalSeviceMoney", 5.99, "CuspElect", 2.345, "ValleyElect", 10.0, "PayChannel", 2, "LicensePlate", "粤C12345", "VIN",
        "LSVAU2A37N2000001", "Phone", "13900000000", "PushTime", "2026-11-21 09:00:05");
    assert_null(charge_order_read(work->arena, data, "supervise", &o));
    assert_string_equal(o.order_no, "Z1");
    assert_int_equal(o.energy_wh, 12345);
    assert_int_equal(o.total_fen, 1599);
    assert_int_equal(o.service_fen, 599);
    assert_int_equal(o.cusp_wh, 2345);
    assert_int_equal(o.pay_channel, 2);
    /* whose car it was is kept nowhere; the rest is */
    assert_null(strstr(o.raw, "粤C12345"));
    assert_null(strstr(o.raw, "LSVAU2A37N2000001"));
    assert_null(strstr(o.raw, "13900000000"));
    assert_non_null(strstr(o.raw, "PushTime"));
    assert_non_null(strstr(o.raw, "\"TotalElect\":12.345,"));          /* as told, not with 17 digits */
    assert_non_null(strstr(o.raw, "\"TotalSeviceMoney\":5.99,"));
    /* pushed again a minute later it is the same order */
    struct charge_order again;
    json_object_set_new(data, "PushTime", json_string("2026-11-21 09:01:05"));
    json_object_set_new(data, "TotalElecMoney", json_integer(10));
    assert_null(charge_order_read(work->arena, data, "supervise", &again));
    assert_memory_equal(o.digest, again.digest, sizeof o.digest);
    json_object_set_new(data, "TotalElecMoney", json_real(10.01));
    assert_null(charge_order_read(work->arena, data, "supervise", &again));
    assert_memory_not_equal(o.digest, again.digest, sizeof o.digest);
    json_decref(data);
}

static void the_details_name_no_driver_either(void **state)
{
    struct charge_order o;
    (void)state;
    json_t *data = good("D1", "C1", NOON), *detail = json_array_get(json_object_get(data, "ChargeDetails"), 0);
    json_object_set_new(detail, "PhoneNo", json_string("13900000000"));
    json_object_set_new(detail, "VinCode", json_string("LSVAU2A37N2000001"));
    json_object_set_new(data, "IDCard", json_string("440402199001010011"));
    assert_null(charge_order_read(work->arena, data, "push", &o));
    assert_null(strstr(o.details_text, "13900000000"));
    assert_null(strstr(o.details_text, "LSVAU2A37N2000001"));
    assert_null(strstr(o.raw, "440402199001010011"));
    assert_non_null(strstr(o.details_text, "DetailPower"));
    assert_true(json_object_get(detail, "PhoneNo") != NULL);           /* the message itself stays as it came */
    json_decref(data);
}

/* --- exactly once ------------------------------------------------------------------------------------------------ */

static void the_same_order_again_changes_nothing(void **state)
{
    (void)state;
    empty();
    assert_int_equal(push(good("N1", "C1", NOON - HOUR)), ORDER_STORED);
    assert_int_equal(push(good("N1", "C1", NOON - HOUR)), ORDER_AGAIN);
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order"), 1);
    assert_int_equal(one("SELECT orders FROM charge_order_day"), 1);
    assert_int_equal(one("SELECT energy_wh FROM charge_order_day"), 30000);
    assert_int_equal(one("SELECT total_money * 100 FROM charge_order_day"), 3600);
    assert_int_equal(push_as(other_id, good("N1", "C1", NOON - HOUR)), ORDER_STORED);      /* numbers are the operator's own */
    exact();
}

static void other_content_is_kept_beside_and_neither_counts(void **state)
{
    (void)state;
    empty();
    assert_int_equal(push(good("N1", "C1", NOON - HOUR)), ORDER_STORED);
    for (int i = 0; i < 2; i++) {
        json_t *other = good("N1", "C1", NOON - HOUR - 40 * 86400000LL);      /* another month: the number is still one */
        json_object_set_new(other, "TotalMoney", json_real(37));
        assert_int_equal(push(other), ORDER_OTHER);
    }
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order"), 2);
    assert_int_equal(one("SELECT MAX(version) FROM charge_order"), 2);
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order WHERE doubts & 1"), 2);
    assert_int_equal(one("SELECT SUM(orders) FROM charge_order_day"), 0);
    assert_int_equal(one("SELECT SUM(total_money * 100) FROM charge_order_day"), 0);
    assert_int_equal(one("SELECT SUM(doubt_orders) FROM charge_order_day"), 2);
    assert_int_equal(one("SELECT SUM(doubt_money * 100) FROM charge_order_day"), 7300);
    assert_int_equal(push(good("N1", "C1", NOON - HOUR)), ORDER_AGAIN);       /* the first stays the first */
    exact();
}

static void what_comes_with_the_payment_disputes_nothing(void **state)
{
    (void)state;
    empty();
    assert_int_equal(push(good("N1", "C1", NOON - HOUR)), ORDER_STORED);
    for (int i = 0; i < 2; i++) {
        json_t *paid = good("N1", "C1", NOON - HOUR);
        json_object_set_new(paid, "PaymentAmount", json_real(30));
        json_object_set_new(paid, "StopReason", json_integer(4));
        assert_int_equal(push(paid), ORDER_AGAIN);
        assert_int_equal(one("SELECT COUNT(*) FROM charge_order_other WHERE raw LIKE '%%PaymentAmount%%'"), 1);
    }
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order WHERE doubt = 0"), 1);
    assert_int_equal(one("SELECT SUM(orders) FROM charge_order_day"), 1);
    json_t *other = good("N1", "C1", NOON - HOUR);
    json_object_set_new(other, "TotalPower", json_real(31));
    assert_int_equal(push(other), ORDER_OTHER);
    assert_int_equal(one("SELECT MAX(version) FROM charge_order"), 2);
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order WHERE doubts & 1"), 2);
    exact();
}

struct days_call { const char *number, *from, *to; bool found; };

static void days_run(struct work *w, void *arg)
{
    struct days_call *call = arg;
    call->found = charge_order_days(w, call->number, &call->from, &call->to);
}

static bool days_found_by(int64_t who, const char *number)
{
    struct days_call call = { .number = number };
    work->actor.operator_id = who;
    db_fixture_run(work, days_run, &call);
    work->actor.operator_id = 0;
    return call.found;
}

static void the_day_of_an_order_is_told_to_its_operator_alone(void **state)
{
    (void)state;
    empty();
    assert_int_equal(push(good("N1", "C1", NOON - HOUR)), ORDER_STORED);
    assert_true(days_found_by(operator_id, "N1"));
    assert_true(days_found_by(0, "N1"));
    assert_false(days_found_by(other_id, "N1"));
}

/* --- doubts -------------------------------------------------------------------------------------------------------- */

static void expect(const char *number, json_t *order, unsigned bits)
{
    assert_int_equal(push(order), ORDER_STORED);
    assert_int_equal(doubts_of(number), bits);
}

static json_t *with(json_t *order, const char *name, json_t *value)
{
    json_object_set_new(order, name, value);
    return order;
}

static void each_doubt_is_found_and_the_order_kept(void **state)
{
    (void)state;
    empty();
    expect("G", good("G", "C1", NOON - 5 * HOUR), 0);
    expect("U", good("U", "nowhere", NOON), DOUBT_BIT(DOUBT_CONNECTOR));
    json_t *much = with(good("P", "C2", NOON), "TotalPower", json_real(67));
    json_object_del(much, "ChargeDetails");
    expect("P", much, DOUBT_BIT(DOUBT_ENERGY));
    much = with(good("P2", "C2", NOON - 3 * HOUR), "TotalPower", json_real(65.9));      /* 60 kW for an hour, 10 % more */
    json_object_del(much, "ChargeDetails");
    expect("P2", much, 0);
    expect("S1", with(good("S1", "C3", NOON - 5 * HOUR), "TotalMoney", json_real(36.05)), DOUBT_BIT(DOUBT_SUMS));
    expect("S2", with(good("S2", "C3", NOON - 7 * HOUR), "TotalPower", json_real(31)), DOUBT_BIT(DOUBT_SUMS));
    expect("S3", with(with(good("S3", "C3", NOON - 9 * HOUR), "TotalElecMoney", json_real(23)), "TotalMoney", json_real(35)),
           DOUBT_BIT(DOUBT_SUMS));
    expect("S4", with(good("S4", "C3", NOON - 11 * HOUR), "PeakElect", json_real(20)), DOUBT_BIT(DOUBT_SUMS));
    expect("F", good("F", "C4", NOON + HOUR), DOUBT_BIT(DOUBT_TIME));
    expect("A", good("A", "C4", NOON - 731 * 24LL * HOUR), DOUBT_BIT(DOUBT_TIME));
    expect("B", with(good("B", "C4", NOON - 5 * HOUR), "StartTime", json_string("2026-11-21 11:30:00")), DOUBT_BIT(DOUBT_BACKWARDS));
    json_t *negative = with(with(good("M", "C5", NOON), "TotalElecMoney", json_real(-24)), "TotalMoney", json_real(-12));
    json_object_del(negative, "ChargeDetails");
    expect("M", negative, DOUBT_BIT(DOUBT_NEGATIVE));
    assert_int_equal(one("SELECT SUM(orders) FROM charge_order_day"), 2);
    assert_int_equal(one("SELECT SUM(doubt_orders) FROM charge_order_day"), 10);
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order WHERE doubt = 0"), 2);
    exact();
}

static void overlaps_mark_both_and_impossible_orders_mark_nobody(void **state)
{
    (void)state;
    empty();
    expect("A", good("A", "C1", NOON - HOUR), 0);
    expect("T", good("T", "C1", NOON - 2 * HOUR + 30000), 0);                   /* touching by half a minute is none */
    expect("O", good("O", "C2", NOON - HOUR), 0);                               /* another gun */
    expect("B", good("B", "C1", NOON - HOUR / 2), DOUBT_BIT(DOUBT_OVERLAP));
    assert_int_equal(doubts_of("A"), DOUBT_BIT(DOUBT_OVERLAP));
    assert_int_equal(doubts_of("T"), 0);
    /* years long: doubtful by itself, takes nobody with it */
    expect("L", with(good("L", "C2", NOON), "StartTime", json_string("2025-11-21 11:30:00")), DOUBT_BIT(DOUBT_TIME));
    assert_int_equal(doubts_of("O"), 0);
    assert_int_equal(one("SELECT SUM(orders) FROM charge_order_day"), 2);
    exact();
}

static void impossible_times_lie_in_the_month_of_receipt(void **state)
{
    (void)state;
    empty();
    assert_int_equal(push(with(good("X", "C1", NOON), "EndTime", json_string("9999-12-31 23:59:59"))), ORDER_STORED);
    assert_int_equal(push(with(good("X", "C1", NOON), "EndTime", json_string("9999-12-31 23:59:59"))), ORDER_AGAIN);
    assert_int_equal(push(with(good("Y", "C1", NOON), "StartTime", json_string("1000-01-02 00:00:00"))), ORDER_STORED);
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order WHERE DATE(at) = '2026-11-21'"), 2);
    exact();
}

static void connector_make(struct work *w, void *arg)
{
    struct connector_record gun = { .code = arg ? arg : "late", .type = 4, .power = POWER };
    struct equipment_record pile = { .code = arena_printf(w->arena, "E%s", gun.code), .type = EQUIPMENT_DC, .power = POWER,
                                     .connectors = &gun, .connector_count = 1 };
    station_upsert(w, &(struct station_record){ .operator_id = operator_id, .code = arena_printf(w->arena, "S%s", gun.code), .name = "后来的站", .division = "440403", .address = "珠海",
        .station_type = 1, .station_status = STATION_IN_USE, .place = { 113.5, 22.2 }, .datum = DATUM_GCJ02, .source = "exchange",
        .published = true, .equipment = &pile, .equipment_count = 1 });
}

static void attach_run(struct work *w, void *arg) { *(int64_t *)arg = charge_orders_attach(w); }

static void an_order_before_its_station_moves_there_once_it_is_known(void **state)
{
    int64_t moved = -1;
    (void)state;
    empty();
    expect("L1", good("L1", "late", NOON - HOUR), DOUBT_BIT(DOUBT_CONNECTOR));
    expect("L2", good("L2", "late", NOON - HOUR / 2), DOUBT_BIT(DOUBT_CONNECTOR));
    expect("L3", good("L3", "late", NOON - 5 * HOUR), DOUBT_BIT(DOUBT_CONNECTOR));
    json_t *much = with(good("L4", "late", NOON - 9 * HOUR), "TotalPower", json_real(90));
    json_object_del(much, "ChargeDetails");
    expect("L4", much, DOUBT_BIT(DOUBT_CONNECTOR));
    work->now = NOON;
    assert_true(work_run(work, WORK_PLAIN, attach_run, &moved));
    assert_int_equal(moved, 0);
    db_fixture_run(work, connector_make, NULL);
    assert_true(work_run(work, WORK_PLAIN, attach_run, &moved));
    assert_int_equal(moved, 4);
    assert_int_equal(doubts_of("L1"), DOUBT_BIT(DOUBT_OVERLAP));
    assert_int_equal(doubts_of("L2"), DOUBT_BIT(DOUBT_OVERLAP));
    assert_int_equal(doubts_of("L3"), 0);
    assert_int_equal(doubts_of("L4"), DOUBT_BIT(DOUBT_ENERGY));
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order WHERE station_id IS NULL OR division_code <> '440403'"), 0);
    assert_int_equal(one("SELECT SUM(orders) FROM charge_order_day WHERE station_id > 0"), 1);
    exact();
    db_fixture_sql("DELETE FROM connector WHERE code = 'late'");
}

/* --- rollups ----------------------------------------------------------------------------------------------------------- */

/* As the exchange program works. */
static struct work *work_of_child(void)
{
    db_short_works();
    struct work *mine = calloc(1, sizeof *mine);
    *mine = (struct work){ .arena = arena_new(), .db = db_new("portal"), .id = "test", .now = NOON,
                           .actor = { .role = "visitor", .login = "", .name = "", .division = "" } };
    return work = mine;
}

static void push_hard(struct work *mine, json_t *data)
{
    struct push push = { .operator_id = operator_id };
    if (charge_order_read(mine->arena, data, "push", &push.order))
        _exit(2);
    while (!work_run(mine, WORK_WRITE, push_run, &push))                           /* too many deadlocks: the operator comes again */
        if (mine->failed != FAIL_UNAVAILABLE)
            _exit(3);
    json_decref(data);
    arena_reset(mine->arena);
}

static void none_overlap(void)
{
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order a JOIN charge_order b ON a.connector_id = b.connector_id AND a.id < b.id"
                         " AND a.start_at < b.end_at - INTERVAL 1 MINUTE AND b.start_at < a.end_at - INTERVAL 1 MINUTE"
                         " WHERE a.doubt = 0 AND b.doubt = 0"), 0);
}

/* Four processes push the same 400 numbers, some in two contents, many overlapping: whatever comes of it, the rollup says the
 * same as the books, and each content is there once. */
static void child_push(unsigned seed)
{
    struct work *mine = work_of_child();
    for (int i = 0; i < 400; i++) {
        unsigned draw = (unsigned)rand_r(&seed), number = draw % 400, variant = draw / 400 % 12 == 0;
        char text[20], connector[8];
        snprintf(text, sizeof text, "R%u", number);
        snprintf(connector, sizeof connector, "C%u", number % 7 + 1);                 /* C7 is not known */
        json_t *data = good(text, connector, NOON - (int64_t)(number * 37 % 151) * 3 * HOUR / 4);
        json_object_set_new(data, "TotalPower", json_real(10 + number % 70 + number % 97 / 100.0));
        json_object_set_new(data, "TotalElecMoney", json_real(24 + variant + number % 89 / 100.0));
        json_object_set_new(data, "TotalMoney", json_real(36 + variant + number % 89 / 100.0 + (number % 11 == 0)));
        json_object_del(data, "ChargeDetails");
        push_hard(mine, data);
    }
    _exit(0);
}

static void rollups_equal_a_recount_whatever_happens(void **state)
{
    int status, bad = 0;
    (void)state;
    empty();
    for (unsigned i = 0; i < 4; i++)
        if (fork() == 0)
            child_push(i * 977 + 5);
    for (int i = 0; i < 4; i++) {
        wait(&status);
        bad += status != 0;
    }
    assert_int_equal(bad, 0);
    assert_true(one("SELECT COUNT(*) FROM charge_order") > 300);
    assert_int_equal(one("SELECT COUNT(*) - COUNT(DISTINCT operator_id, order_no, digest) FROM charge_order"), 0);
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order WHERE version = 1"), one("SELECT COUNT(*) FROM charge_order_key"));
    assert_true(one("SELECT COUNT(*) FROM charge_order WHERE doubt = 0") > 20);
    assert_true(one("SELECT COUNT(*) FROM charge_order WHERE doubts & 4") > 0);
    /* no two counted orders of one gun overlap */
    none_overlap();
    exact();
}

/* Others push orders of the same gun while those of before it was known move to it: no two counted ones overlap. */
static void moving_orders_see_those_pushed_meanwhile(void **state)
{
    int status, bad = 0;
    int64_t moved = 0, sum = 0;
    (void)state;
    empty();
    for (int i = 0; i < 60; i++)
        expect(arena_printf(work->arena, "W%d", i), good(arena_printf(work->arena, "W%d", i), "late2", NOON - 2 * i * HOUR), DOUBT_BIT(DOUBT_CONNECTOR));
    db_fixture_run(work, connector_make, "late2");
    for (int child = 0; child < 3; child++)
        if (fork() == 0) {
            struct work *mine = work_of_child();
            for (int i = 0; i < 60; i++)
                push_hard(mine, good(arena_printf(mine->arena, "V%d.%d", child, i), "late2", NOON - 2 * i * HOUR + (child - 1) * HOUR / 2));
            _exit(0);
        }
    work->now = NOON;
    for (int i = 0; i < 30 && sum < 60; i++, sum += moved)
        while (!work_run(work, WORK_PLAIN, attach_run, &moved))
            assert_int_equal(work->failed, FAIL_UNAVAILABLE);
    for (int i = 0; i < 3; i++) {
        wait(&status);
        bad += status != 0;
    }
    assert_int_equal(bad, 0);
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order WHERE connector_id IS NOT NULL"), 240);
    none_overlap();
    exact();
    db_fixture_sql("DELETE FROM connector WHERE code = 'late2'");
}

static void a_wrong_rollup_is_found_and_mended(void **state)
{
    int said = 0;
    (void)state;
    db_fixture_sql("UPDATE charge_order_day SET total_money = total_money + 0.01 ORDER BY day LIMIT 1");
    db_fixture_sql("UPDATE charge_order_day SET doubt_wh = doubt_wh - 1 ORDER BY day DESC LIMIT 1");
    db_fixture_sql("DELETE FROM charge_order_day WHERE orders > 0 ORDER BY day DESC LIMIT 1 ");
    assert_in_range(recount(false, &said), 2, 3);
    assert_true(recount(true, &said) >= 2);
    exact();
    assert_true(one("SELECT COUNT(*) FROM trail WHERE act = 'order-recount'") >= 2);
}

/* --- reconciliation ------------------------------------------------------------------------------------------------------- */

struct check_call { json_t *question, *answer; const char *fault; };

static void check_run(struct work *w, void *arg)
{
    struct check_call *c = arg;
    c->answer = charge_orders_check(w, operator_id, c->question, &c->fault);
}

static json_t *told(const char *number, double power, double money)
{
    return json_pack("{s:s, s:f, s:f}", "StartChargeSeq", number, "TotalPower", power, "TotalMoney", money);
}

static void reconciliation_names_each_dispute(void **state)
{
    static const struct { const char *number; int reason; } wanted[] = {
        { "K2", DISPUTE_ENERGY }, { "K3", DISPUTE_MONEY }, { "K4", DISPUTE_BOTH }, { "K9", DISPUTE_MISSING }, { "K6", DISPUTE_DOUBTFUL },
        { "K5", DISPUTE_UNLISTED } };
    (void)state;
    empty();
    for (int i = 1; i <= 6; i++)
        push(good(arena_printf(work->arena, "K%d", i), arena_printf(work->arena, "C%d", i), NOON - 2 * HOUR));
    push(with(good("K6", "C6", NOON - 2 * HOUR), "TotalElecMoney", json_real(24.5)));
    struct check_call call = { .question = json_pack("{s:s, s:s, s:s, s:i, s:f, s:f, s:[o, o, o, o, o, o]}", "CheckOrderSeq", "Q1", "StartTime",
        "2026-11-21 00:00:00", "EndTime", "2026-11-21 23:59:59", "OrderCount", 6, "TotalOrderPower", 180.0, "TotalOrderMoney", 216.0,
        "ChargeOrders", told("K1", 30, 36), told("K2", 30.5, 36), told("K3", 30, 36.01), told("K4", 29, 35), told("K9", 1, 1),
        told("K6", 30, 36)) };
    db_fixture_run(work, check_run, &call);
    assert_non_null(strstr(call.fault, "TotalOrderPower"));
    json_t *disputes = json_object_get(call.answer, "DisputeOrders");
    assert_int_equal(json_array_size(disputes), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(json_string_value(json_object_get(json_array_get(disputes, i), "StartChargeSeq")), wanted[i].number);
        assert_int_equal(json_integer_value(json_object_get(json_array_get(disputes, i), "DisputeReason")), wanted[i].reason);
    }
    assert_int_equal(json_integer_value(json_object_get(call.answer, "TotalDisputeOrder")), 6);
    json_t *first = call.answer;
    push(good("K9", "C1", NOON - 20 * HOUR));
    db_fixture_run(work, check_run, &call);                 /* the same question: the same answer, whatever came since */
    assert_true(json_equal(first, call.answer));
    assert_int_equal(one("SELECT COUNT(*) FROM charge_order_check"), 1);
    json_decref(first);
    json_decref(call.answer);
    json_object_set_new(call.question, "EndTime", json_string("2026-11-20 23:59:59"));
    db_fixture_run(work, check_run, &call);
    assert_null(call.answer);
    assert_non_null(strstr(call.fault, "EndTime"));
    json_decref(call.question);
}

static void reconciliation_of_too_many_is_refused_in_words(void **state)
{
    (void)state;
    empty();
    char sql[600];
    snprintf(sql, sizeof sql, "INSERT INTO charge_order (at, operator_id, order_no, connector_code, division_code, start_at, end_at, energy_wh,"
             " total_money, source, digest) SELECT '2026-11-10 12:00:00', %lld, CONCAT('M', seq), 'C1', '440402', '2026-11-10 11:00:00',"
             " '2026-11-10 12:00:00', 1000, 1, 'push', '' FROM seq_1_to_50001", (long long)operator_id);
    db_fixture_sql(sql);
    struct check_call call = { .question = json_pack("{s:s, s:s, s:s, s:i, s:f, s:f, s:[]}", "CheckOrderSeq", "Q2", "StartTime",
        "2026-11-01 00:00:00", "EndTime", "2026-11-20 00:00:00", "OrderCount", 0, "TotalOrderPower", 0.0, "TotalOrderMoney", 0.0, "ChargeOrders") };
    db_fixture_run(work, check_run, &call);
    assert_null(call.answer);
    assert_non_null(strstr(call.fault, "50000"));
    json_object_set_new(call.question, "StartTime", json_string("2026-11-11 00:00:00"));
    db_fixture_run(work, check_run, &call);
    assert_non_null(call.answer);
    assert_string_equal(call.fault, "");
    json_decref(call.answer);
    json_decref(call.question);
    empty();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_spellings_and_both_interfaces_are_read),
        cmocka_unit_test(the_details_name_no_driver_either),
        cmocka_unit_test(the_same_order_again_changes_nothing),
        cmocka_unit_test(other_content_is_kept_beside_and_neither_counts),
        cmocka_unit_test(what_comes_with_the_payment_disputes_nothing),
        cmocka_unit_test(the_day_of_an_order_is_told_to_its_operator_alone),
        cmocka_unit_test(each_doubt_is_found_and_the_order_kept),
        cmocka_unit_test(overlaps_mark_both_and_impossible_orders_mark_nobody),
        cmocka_unit_test(impossible_times_lie_in_the_month_of_receipt),
        cmocka_unit_test(an_order_before_its_station_moves_there_once_it_is_known),
        cmocka_unit_test(rollups_equal_a_recount_whatever_happens),
        cmocka_unit_test(moving_orders_see_those_pushed_meanwhile),
        cmocka_unit_test(a_wrong_rollup_is_found_and_mended),
        cmocka_unit_test(reconciliation_names_each_dispute),
        cmocka_unit_test(reconciliation_of_too_many_is_refused_in_words),
    };
    work = db_fixture();
    work->now = NOON;
    db_fixture_run(work, world_make, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
