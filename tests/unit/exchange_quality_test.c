/* Data quality (H4.2, Z30, Z34): online time by told states, a day counted from what is stored, gaps in words, statistics beside the
 * orders, platforms that go silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "db_fixture.h"
#include "domain/exchange_online.h"
#include "domain/exchange_quality.h"
#include "domain/exchange_silence.h"
#include "domain/exchange_stats.h"
#include "domain/operator.h"
#include "domain/record_compare.h"
#include "domain/role.h"
#include "domain/station.h"
#include "web/web.h"

#include <cmocka.h>          /* last: its fail() would hide ours */

enum { HOUR = 3600000, DAY = 86400000 };

static struct work *work;
static int64_t operator_id, other_id, station_id;
static const char *day;                        /* yesterday */
static int64_t day_ms;

/* --- online time ------------------------------------------------------------------------------------------------------ */

static void a_state_holds_until_the_next_and_no_longer_than_said(void **state)
{
    (void)state;
    struct state_told all_day[] = { { 1, -HOUR, 1 } };
    assert_true(online_of_day(all_day, 1, 0, DAY, 24 * HOUR, -DAY).online_ms == 23 * HOUR);
    assert_true(online_of_day(all_day, 1, 0, DAY, 24 * HOUR, 10 * HOUR).online_ms == DAY);         /* told again unchanged */
    assert_false(online_of_day(all_day, 1, 0, DAY, 24 * HOUR, -DAY).told);
    struct state_told off[] = { { 1, 0, 1 }, { 1, 6 * HOUR, 0 }, { 1, 12 * HOUR, 255 }, { 1, 18 * HOUR, 0 } };
    assert_true(online_of_day(off, 4, 0, DAY, 24 * HOUR, 0).online_ms == 12 * HOUR);               /* a fault is in touch */
    assert_true(online_of_day(off, 4, 0, DAY, 2 * HOUR, 0).online_ms == 4 * HOUR);
    assert_true(online_of_day(NULL, 0, 0, DAY, 24 * HOUR, 0).online_ms == 0);                      /* unknown is not online */
}

static void charges_that_ended_within_the_day_are_counted(void **state)
{
    (void)state;
    struct state_told told[] = { { 1, -2 * HOUR, 3 }, { 1, -HOUR, 1 }, { 1, HOUR, 3 }, { 1, 2 * HOUR, 3 }, { 1, 3 * HOUR, 1 }, { 1, 20 * HOUR, 3 } };
    assert_true(online_of_day(told, 6, 0, DAY, 24 * HOUR, 0).charges == 1);
    struct state_told over_midnight[] = { { 1, -HOUR, 3 }, { 1, HOUR, 2 } };
    assert_true(online_of_day(over_midnight, 2, 0, DAY, 24 * HOUR, 0).charges == 1);
}

/* --- a day ---------------------------------------------------------------------------------------------------------------- */

static void world_make(struct work *w, void *arg)
{
    static struct connector_record guns[3] = { { .code = "C1", .type = 4, .power = 60, .voltage_upper = 1000, .voltage_lower = 200, .current = 250, .national_standard = 1 },
                                               { .code = "C2", .type = 4, .power = 60 }, { .code = "C3", .type = 4, .power = 60 } };
    static struct equipment_record pile = { .code = "E1", .type = EQUIPMENT_DC, .power = 180, .connectors = guns, .connector_count = 3 };
    (void)arg;
    operator_id = operator_upsert(w, &(struct operator_record){ .code = "MA0000090", .name = "甲能源", .division = "440402", .source = "exchange" });
    other_id = operator_upsert(w, &(struct operator_record){ .code = "MA0000091", .name = "乙能源", .division = "442000", .source = "exchange" });
    station_id = station_upsert(w, &(struct station_record){ .operator_id = operator_id, .code = "S1", .name = "测试站", .division = "440402",
        .owner_code = "MA0000090", .address = "珠海", .station_type = 1, .station_status = STATION_IN_USE, .place = { 113.5, 22.2 },
        .datum = DATUM_GCJ02, .source = "exchange", .published = true, .equipment = &pile, .equipment_count = 1 });
}

static void sql(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void sql(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    db_fixture_sql(arena_vprintf(work->arena, format, args));
    va_end(args);
}

static void told(const char *connector, int state, int hour)
{
    sql("INSERT INTO connector_state_log (at, connector_id, state) SELECT '%s', id, %d FROM connector WHERE code = '%s'",
        time_sql(work->arena, day_ms + hour * INT64_C(3600000)), state, connector);
}

static void order(const char *no, int hour, int delay)
{
    const char *end = time_format(work->arena, day_ms + hour * INT64_C(3600000), "%Y-%m-%d %H:%M:%S");
    sql("INSERT INTO charge_order (at, operator_id, order_no, connector_code, connector_id, station_id, division_code, start_at, end_at, energy_wh,"
        " total_money, source, digest, received_at) SELECT '%s', %lld, '%s', 'C1', 1, %lld, '440402', '%s', '%s', 20000, 20, 'push', '0123456789abcdef',"
        " '%s' + INTERVAL %d SECOND", end, (long long)operator_id, no, (long long)station_id, end, end, end, delay);
}

static int64_t counted(const char *column)
{
    return db_fixture_int(arena_printf(work->arena, "SELECT CAST(%s AS SIGNED) FROM exchange_quality_day WHERE day = '%s' AND station_id = %lld", column, day,
                                       (long long)station_id));
}

static void count_plain(struct work *w, void *arg)
{
    (void)arg;
    assert_true(exchange_quality_count(w, day) == 1);
}

static void count_day(void)
{
    assert_true(work_run(work, WORK_PLAIN, count_plain, NULL));
}

/* C1 online all day, C2 half of it, C3 never told: 36 of 72 hours. */
static void h42_a_day_is_counted_from_what_is_stored(void **state)
{
    (void)state;
    told("C1", 1, -1), told("C1", 3, 2), told("C1", 1, 4), told("C1", 3, 22), told("C1", 1, 23);
    told("C2", 1, 0), told("C2", 0, 12);
    order("N1", 4, 10), order("N2", 23, 70);
    count_day();
    assert_true(counted("connectors") == 3 && counted("due_s") == 3 * 86400);
    assert_true(counted("online_s") == 36 * 3600);
    assert_true(counted("online * 100") == 5000);
    assert_true(counted("told") == 2 && counted("charges") == 2 && counted("orders") == 2);
    assert_true(counted("fields") == 8 + 1 + 15);
    assert_true(counted("delay_median") == 10 && counted("delay_95") == 70);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM station_quality WHERE grade = 3 AND online = 50.00") == 1);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM operator_quality WHERE stations = 1 AND delay_95 = 70 AND online = 50.00 AND online_30 = 50.00") == 1);
}

static void z34_counting_a_day_again_counts_late_orders_and_nothing_twice(void **state)
{
    (void)state;
    order("N3", 23, 90000);
    count_day();
    count_day();
    assert_true(counted("orders") == 3 && counted("delay_95") == 90000 && counted("online_s") == 36 * 3600);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM exchange_quality_day") == 2);              /* the station, the operator */
    assert_true(db_fixture_int("SELECT COUNT(*) FROM exchange_quality_day WHERE station_id = 0 AND orders = 3 AND delay_95 = 90000") == 1);
}

static void ask(struct work *w, void *arg)
{
    (void)arg;
    exchange_quality_ask(w);
}

static void a_day_is_asked_for_once_whoever_ticks(void **state)
{
    (void)state;
    struct work *second = db_fixture_work();
    work->now = second->now = clock_now();
    db_fixture_run(work, ask, NULL);
    db_fixture_run(second, ask, NULL);
    db_fixture_run(work, ask, NULL);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM job WHERE kind = 'exchange.quality'") == 1);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM exchange_quality_run") == 1);
}

/* --- statistics ------------------------------------------------------------------------------------------------------------- */

static void stats_put(struct work *w, void *arg)
{
    json_t *stats = json_pack("{s:f, s:[{s:s, s:f, s:[{s:s, s:f}]}]}", "StationElectricity", *(double *)arg, "EquipmentStatsInfos", "EquipmentID", "E1",
                              "EquipmentElectricity", 60.5, "ConnectorStatsInfos", "ConnectorID", "C1", "ConnectorElectricity", 60.001);
    exchange_stats_store(w, operator_id, station_id, day, stats);
    json_decref(stats);
}

static void statistics_are_kept_once_a_day_and_held_against_the_orders(void **state)
{
    (void)state;
    double first = 80, second = 61;
    sql("INSERT INTO charge_order_day (day, operator_id, station_id, orders, energy_wh) VALUES ('%s', %lld, %lld, 3, 60000)", day, (long long)operator_id,
        (long long)station_id);
    db_fixture_run(work, stats_put, &first);
    count_day();
    assert_true(db_fixture_int("SELECT differs_30 FROM station_quality") == 1);
    db_fixture_run(work, stats_put, &second);
    count_day();
    assert_true(db_fixture_int("SELECT differs_30 FROM station_quality") == 0);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM exchange_stats WHERE energy_wh = 61000 AND JSON_VALUE(parts, '$.connector.C1') = 60001"
                               " AND JSON_VALUE(parts, '$.equipment.E1') = 60500") == 1);
}

/* --- gaps --------------------------------------------------------------------------------------------------------------------- */

struct asked { int64_t station; HDF *node; int count; };

static void gaps_read(struct work *w, void *arg)
{
    struct asked *asked = arg;
    asked->count = exchange_gaps(w, asked->station, asked->node);
}

static bool named(HDF *node, const char *words)
{
    for (HDF *gap = hdf_get_child(node, "Gaps"); gap; gap = hdf_obj_next(gap))
        if (strstr(view_get(gap, "Text"), words))
            return true;
    return false;
}

static void h42_what_is_missing_is_said_in_words(void **state)
{
    (void)state;
    struct asked asked = { .station = station_id };
    hdf_init(&asked.node);
    work->now = clock_now();
    work->actor = (struct actor){ .operator_id = operator_id, .role = "operator", .division = "" };
    assert_true(work_run(work, WORK_READ, gaps_read, &asked));
    assert_true(named(asked.node, "服务电话") && named(asked.node, "车位数量") && !named(asked.node, "详细地址"));
    assert_true(named(asked.node, "2 个充电枪的额定电压"));
    assert_true(named(asked.node, "3 个充电枪 24 小时内没有上报状态"));
    assert_true(named(asked.node, "没有编码相同的站点档案"));
    assert_false(named(asked.node, "没有收到充电订单"));
    hdf_destroy(&asked.node);
}

static void z30_the_gaps_of_others_do_not_exist(void **state)
{
    (void)state;
    struct asked asked = { .station = station_id };
    hdf_init(&asked.node);
    static const struct actor outside[] = { { .role = "operator", .operator_id = 0, .division = "" }, { .role = "city", .division = "442000" } };
    for (size_t i = 0; i < 2; i++) {
        work->actor = outside[i];
        assert_false(work_run(work, WORK_READ, gaps_read, &asked));
        assert_int_equal(work->failed, FAIL_MISSING);
    }
    work->actor = (struct actor){ .operator_id = other_id, .role = "operator", .division = "" };
    assert_false(work_run(work, WORK_READ, gaps_read, &asked));
    work->actor = (struct actor){ .role = "city", .division = "440400" };
    assert_true(work_run(work, WORK_READ, gaps_read, &asked));
    hdf_destroy(&asked.node);
}

/* --- silence ------------------------------------------------------------------------------------------------------------------- */

static void watch(struct work *w, void *arg)
{
    *(int64_t *)arg = exchange_silences_watch(w);
}

static int64_t watched(struct work *w)
{
    int64_t seen = 0;
    w->now = clock_now();
    db_fixture_run(w, watch, &seen);
    return seen;
}

static void people_make(void)
{
    sql("INSERT INTO partner (operator_id, gov_id, enabled, last_push_at) VALUES (%lld, '11440400A', 1, NOW(3) - INTERVAL 2 HOUR), (%lld, '11440400A', 1, NULL)",
        (long long)operator_id, (long long)other_id);
    sql("INSERT INTO account (login, name, role, operator_id, division_code, password_hash, email) VALUES ('o', 'o', 'operator', %lld, '', '!', 'o@example.com'),"
        " ('p', 'p', 'province', NULL, '440000', '!', 'p@example.com'), ('c', 'c', 'county', NULL, '440402', '!', 'c@example.com'),"
        " ('e', 'e', 'expert', NULL, '440402', '!', 'e@example.com'), ('z', 'z', 'city', NULL, '442000', '!', 'z@example.com')", (long long)operator_id);
}

static int64_t mails(const char *to)
{
    return db_fixture_int(arena_printf(work->arena, "SELECT COUNT(*) FROM outbox WHERE %s", to));
}

static void a_platform_that_goes_silent_is_noticed_once(void **state)
{
    (void)state;
    struct work *second = db_fixture_work();
    people_make();
    work->actor = (struct actor){ .role = "system", .division = "" };
    assert_true(watched(work) == 1);
    assert_true(watched(second) == 0 && watched(work) == 0);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM exchange_silence WHERE ended_at IS NULL") == 1);      /* one that never pushed is not silent */
    assert_true(mails("1 = 1") == 2);                                                                      /* the operator, the nearest department */
    assert_true(mails("recipient = 'o@example.com'") == 1 && mails("recipient = 'c@example.com'") == 1);
}

static void when_it_speaks_again_both_are_told_once(void **state)
{
    (void)state;
    sql("UPDATE partner SET last_push_at = NOW(3) WHERE operator_id = %lld", (long long)operator_id);
    assert_true(watched(work) == 1);
    assert_true(watched(work) == 0);
    assert_true(mails("1 = 1") == 4);
    sql("UPDATE partner SET last_push_at = NOW(3) - INTERVAL 3 HOUR WHERE operator_id = %lld", (long long)operator_id);
    assert_true(watched(work) == 1 && mails("1 = 1") == 6);                                                /* another silence */
    sql("UPDATE partner SET enabled = 0 WHERE operator_id = %lld", (long long)operator_id);
    assert_true(watched(work) == 1 && mails("1 = 1") == 6);                                                /* switched off: ended without a word */
    assert_true(db_fixture_int("SELECT COUNT(*) FROM exchange_silence WHERE ended_at IS NULL") == 0);
}

int main(void)
{
    work = db_fixture();
    roles_load();
    record_compare_load();
    day = time_format(work->arena, clock_now() - DAY, "%Y-%m-%d");
    time_parse(day, "%Y-%m-%d", &day_ms);
    db_fixture_run(work, world_make, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_holds_until_the_next_and_no_longer_than_said),
        cmocka_unit_test(charges_that_ended_within_the_day_are_counted),
        cmocka_unit_test(h42_a_day_is_counted_from_what_is_stored),
        cmocka_unit_test(z34_counting_a_day_again_counts_late_orders_and_nothing_twice),
        cmocka_unit_test(a_day_is_asked_for_once_whoever_ticks),
        cmocka_unit_test(statistics_are_kept_once_a_day_and_held_against_the_orders),
        cmocka_unit_test(h42_what_is_missing_is_said_in_words),
        cmocka_unit_test(z30_the_gaps_of_others_do_not_exist),
        cmocka_unit_test(a_platform_that_goes_silent_is_noticed_once),
        cmocka_unit_test(when_it_speaks_again_both_are_told_once),
    };
    return cmocka_run_group_tests_name("exchange: data quality", tests, NULL, NULL);
}
