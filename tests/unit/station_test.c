/* Stations, connector states, the public card, payment words, the feed of the map: against a real database. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "db_fixture.h"
#include "domain/connector_state.h"
#include "domain/division.h"
#include "domain/map_source.h"
#include "domain/operator.h"
#include "domain/payment.h"
#include "domain/scale.h"
#include "domain/station.h"
#include "domain/station_card.h"

#include <cmocka.h>          /* last: its fail() would hide ours */

static const char divisions[] =
    "440000\t\t1\t广东省\t0\n440400\t440000\t2\t珠海市\t0\n440402\t440400\t3\t香洲区\t0\n440403\t440400\t3\t斗门区\t0\n"
    "4404QT\t440400\t3\t其他\t1\n110000\t\t1\t北京市\t0\n110100\t110000\t2\t市辖区\t0\n110101\t110100\t3\t东城区\t0\n";

static struct work *work;
static int64_t operator_id;

static struct station_record sample(struct equipment_record *equipment, struct connector_record *connectors, int guns)
{
    for (int i = 0; i < guns; i++)
        connectors[i] = (struct connector_record){ .code = arena_printf(work->arena, "C%d", i + 1), .type = 4, .power = 60 };
    *equipment = (struct equipment_record){ .code = "E1", .type = EQUIPMENT_DC, .power = 120, .connectors = connectors,
                                            .connector_count = (size_t)guns };
    return (struct station_record){
        .operator_id = operator_id, .code = "S1", .name = "测试<i>站", .division = "440402", .address = "珠海市香洲区",
        .station_type = 1, .station_status = STATION_IN_USE, .place = { 113.559065, 22.222010 }, .datum = DATUM_GCJ02,
        .electricity_fee = "1元/度", .service_fee = "0.5元/度", .payment = "刷卡、线上", .source = "exchange",
        .published = true, .equipment = equipment, .equipment_count = 1 };
}

struct store { struct station_record record; int64_t id; };

static void store_run(struct work *w, void *arg)
{
    struct store *store = arg;

    store->id = station_upsert(w, &store->record);
}

static int64_t store(struct station_record record)
{
    struct store store = { .record = record };

    db_fixture_run(work, store_run, &store);
    return store.id;
}

static void load_run(struct work *w, void *arg)
{
    (void)arg;
    FILE *file = fmemopen((void *)divisions, strlen(divisions), "r");
    assert_int_equal(division_load(w, file, NULL), 8);
    fclose(file);
    operator_id = operator_upsert(w, &(struct operator_record){ .code = "MA0000090", .name = "测试能源有限公司", .source = "exchange" });
}

static void division_names(struct work *w, void *arg)
{
    (void)arg;
    assert_string_equal(division_path(w, "440402"), "广东省珠海市香洲区");
    assert_string_equal(division_path(w, "110101"), "北京市东城区");
    assert_string_equal(division_path(w, "999999"), "");
    assert_string_equal(division_name(w, "440403"), "斗门区");
}

static void divisions_are_named(void **state)
{
    (void)state;
    db_fixture_run(work, division_names, NULL);
}

static void same_code_same_station(void **state)
{
    (void)state;
    struct connector_record connectors[40];
    struct equipment_record equipment;
    struct station_record record = sample(&equipment, connectors, 37);       /* chunks of 16, 4 and 1 */
    int64_t id = store(record);
    record.name = "改名站";
    assert_int_equal(store(record), id);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station WHERE code = 'S1' AND name = '改名站'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector WHERE removed_at IS NULL"), 37);
    assert_int_equal(db_fixture_int("SELECT COUNT(DISTINCT equipment_id) FROM connector"), 1);
    assert_int_equal(db_fixture_int("SELECT payment_mask FROM station WHERE code = 'S1'"), 3);
}

static void dropped_connectors_are_removed_not_deleted(void **state)
{
    (void)state;
    struct connector_record connectors[40];
    struct equipment_record equipment;
    store(sample(&equipment, connectors, 5));
    store(sample(&equipment, connectors, 2));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector WHERE station_id = (SELECT id FROM station WHERE code = 'S1')"
                                    " AND removed_at IS NULL"), 2);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM connector WHERE removed_at IS NOT NULL") >= 3);
    store(sample(&equipment, connectors, 5));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector WHERE station_id = (SELECT id FROM station WHERE code = 'S1')"
                                    " AND removed_at IS NULL"), 5);
}

static void datum_as_received(void **state)
{
    (void)state;
    struct connector_record connectors[2];
    struct equipment_record equipment;
    struct station_record record = sample(&equipment, connectors, 1);
    record.code = "S-wgs", record.place = (struct point){ 113.553986, 22.224979 }, record.datum = DATUM_WGS84;
    equipment.code = "E-wgs", connectors[0].code = "C-wgs";
    store(record);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station WHERE code = 'S-wgs' AND lng = 113.559065 AND lat = 22.222010"
                                    " AND received_datum = 'wgs84' AND received_lng = 113.553986"), 1);
    record.datum_unstated = true;
    store(record);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station WHERE code = 'S-wgs' AND received_datum = ''"
                                    " AND received_lng = 113.553986"), 1);
}

static void faults_are_told(void **state)
{
    (void)state;
    struct connector_record connectors[2];
    struct equipment_record equipment;
    struct station_record record = sample(&equipment, connectors, 1);
    assert_null(station_fault(work->arena, &record));
    record.code = "12345678901234567890123456789012345678901";
    assert_non_null(station_fault(work->arena, &record));
    record.code = "S1", record.place.lng = 181;
    assert_non_null(station_fault(work->arena, &record));
    record.place.lng = 113, connectors[0].code = "";
    assert_non_null(station_fault(work->arena, &record));
}

struct tell { int64_t id; int state; int64_t at; uint32_t version; bool known, again; };

static void tell_run(struct work *w, void *arg)
{
    struct tell *t = arg;

    t->known = t->again ? connector_state_again(w, t->id, t->at, &t->version)
                        : connector_state_tell(w, t->id, t->state, NOT_TOLD, 10, t->at, &t->version);
}

static struct tell tell(int64_t id, int state, int64_t at, bool again)
{
    struct tell t = { .id = id, .state = state, .at = at, .again = again };

    db_fixture_run(work, tell_run, &t);
    return t;
}

static void states_count_versions_up(void **state)
{
    (void)state;
    int64_t id = db_fixture_int("SELECT id FROM connector WHERE code = 'C1'"), now = clock_now();
    db_fixture_sql("UPDATE connector SET state = NULL, state_at = NULL, state_version = 0 WHERE code = 'C1'");
    int64_t logged = db_fixture_int("SELECT COUNT(*) FROM connector_state_log");
    assert_false(tell(id, 0, now - 9000, true).known);                    /* never told: nothing to tell again */
    assert_int_equal(tell(id, CONNECTOR_CHARGING, now - 5000, false).version, 1);
    assert_int_equal(tell(id, CONNECTOR_FREE, now - 3000, false).version, 2);
    struct tell late = tell(id, CONNECTOR_FAULT, now - 4000, false);      /* older than what is known */
    assert_true(late.known);
    assert_int_equal(late.version, 0);
    assert_int_equal(tell(id, 0, now, true).version, 3);
    assert_int_equal(db_fixture_int("SELECT state FROM connector WHERE code = 'C1'"), CONNECTOR_FREE);
    assert_int_equal(db_fixture_int("SELECT lock_state FROM connector WHERE code = 'C1'"), 10);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connector_state_log") - logged, 2);
    assert_false(tell(987654321, 1, now, false).known);
}

struct card { int64_t id; HDF *hdf; bool found; };

static void card_run(struct work *w, void *arg)
{
    struct card *card = arg;

    card->found = station_card(w, card->id, card->hdf);
}

static struct card card_of(int64_t id)
{
    struct card card = { .id = id };

    assert_null(hdf_init(&card.hdf));
    db_fixture_run(work, card_run, &card);
    return card;
}

static void card_z2_1(void **state)
{
    (void)state;
    struct connector_record connectors[3];
    struct equipment_record equipment;
    int64_t id = store(sample(&equipment, connectors, 3));
    db_fixture_sql("UPDATE connector SET state = 3, state_at = NOW(3) WHERE code = 'C2'");
    db_fixture_sql("UPDATE connector SET state = 1, state_at = NOW(3) - INTERVAL 2 DAY WHERE code = 'C3'");
    struct card card = card_of(id);
    assert_true(card.found);
    static const char *const expected[][2] = {
        { "name", "测试<i>站" }, { "operator", "测试能源有限公司" }, { "total", "3" }, { "free", "1" }, { "busy", "1" },
        { "unknown", "1" }, { "kinds.0.label", "直流设备" }, { "kinds.0.count", "1" }, { "kinds.0.connectors", "3" },
        { "payment", "刷卡、线上" }, { "type", "公共" }, { "division", "广东省珠海市香洲区" }, { "gcj_lng", "113.559065" },
        { "lng", "113.553986" }, { "lat", "22.224979" }, { "connectors.1.label", "充电中" }, { "connectors.1.age", "刚刚" },
        { "connectors.2.state", "unknown" }, { "connectors.2.state_told", "空闲" }, { "connectors.2.age", "2天前" } };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_string_equal(hdf_get_value(card.hdf, expected[i][0], "(absent)"), expected[i][1]);
    hdf_destroy(&card.hdf);
}

static bool is_found(int64_t id)
{
    struct card card = card_of(id);

    hdf_destroy(&card.hdf);
    return card.found;
}

static void hidden_stations_are_absent(void **state)
{
    (void)state;
    int64_t id = db_fixture_int("SELECT id FROM station WHERE code = 'S1'");
    db_fixture_sql("UPDATE station SET published = 0 WHERE code = 'S1'");
    assert_false(is_found(id));
    db_fixture_sql("UPDATE station SET published = 1, removed_at = NOW(3) WHERE code = 'S1'");
    assert_false(is_found(id));
    assert_false(is_found(999999));
    db_fixture_sql("UPDATE station SET removed_at = NULL WHERE code = 'S1'");
    assert_true(is_found(id));
}

static void rebuild_run(struct work *w, void *arg)
{
    *(int64_t *)arg = map_rebuild(w);
}

static void map_is_fed(void **state)
{
    (void)state;
    int64_t built = 0;
    const struct map_value_row *rows;
    db_fixture_run(work, rebuild_run, &built);
    assert_int_equal(built, db_fixture_int("SELECT COUNT(*) FROM station WHERE published = 1 AND removed_at IS NULL"));
    struct map *map = map_shared(work);
    const struct map_station *s = map_station(map, work->arena, db_fixture_int("SELECT id FROM station WHERE code = 'S1'"));
    assert_non_null(s);
    assert_string_equal(s->operator_code, "MA0000090");
    assert_string_equal(s->price, "1元/度；服务费 0.5元/度");
    assert_int_equal(s->total, 3);
    assert_int_equal(s->free, 1);
    assert_int_equal(s->unknown, 1);                               /* told two days ago */
    assert_true(fabs(s->lng - 113.553986) < 2e-6);
    assert_int_equal(map_facet_values(map, work->arena, MAP_DIVISION, &rows), 2);      /* 其他 only when used */
    assert_string_equal(rows[0].code, "440402");
    assert_string_equal(rows[0].label, "香洲区");
    assert_int_equal(s->facet[MAP_SCALE], map_facet_find(map, MAP_SCALE, "1"));
    assert_int_equal(s->facet[MAP_EQUIPMENT_KIND], 1u << map_facet_find(map, MAP_EQUIPMENT_KIND, "1"));
    assert_int_equal(s->facet[MAP_PAYMENT], 1u << map_facet_find(map, MAP_PAYMENT, "1") | 1u << map_facet_find(map, MAP_PAYMENT, "2"));
}

static void sweep_run(struct work *w, void *arg)
{
    *(size_t *)arg = map_sweep(w, 60);
}

static void sweep_repairs_a_lost_put(void **state)
{
    (void)state;
    size_t news = 0;
    int64_t id = db_fixture_int("SELECT id FROM connector WHERE code = 'C1'");
    tell(id, CONNECTOR_FAULT, clock_now(), false);                 /* committed, never put */
    db_fixture_run(work, sweep_run, &news);
    assert_int_equal(news, 1);
    const struct map_station *s = map_station(map_shared(work), work->arena, db_fixture_int("SELECT id FROM station WHERE code = 'S1'"));
    assert_int_equal(s->fault, 1);
}

static void payment_words_to_bits(void **state)
{
    (void)state;
    static const struct { const char *text; unsigned mask; } known[] = {
        { "刷卡、线上、现金", 7 }, { "扫码支付、APP", 2 }, { "微信，支付宝", 2 }, { "ＡＰＰ", 2 }, { "IC卡", 1 },
        { "线上，不支持现金", 2 }, { "免费", 8 }, { "", 0 }, { NULL, 0 }, { "其他", 0 } };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_int_equal(payment_mask(known[i].text), known[i].mask);
    assert_string_equal(payment_words(work->arena, 3), "线上支付、刷卡");
}

static void scale_classes(void **state)
{
    (void)state;
    assert_null(scale_code(0));
    assert_string_equal(scale_code(1), "1");
    assert_string_equal(scale_code(9), "1");
    assert_string_equal(scale_code(10), "2");
    assert_string_equal(scale_code(29), "2");
    assert_string_equal(scale_code(30), "3");
    assert_string_equal(scale_code(60), "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divisions_are_named), cmocka_unit_test(same_code_same_station),
        cmocka_unit_test(dropped_connectors_are_removed_not_deleted), cmocka_unit_test(datum_as_received),
        cmocka_unit_test(faults_are_told), cmocka_unit_test(states_count_versions_up), cmocka_unit_test(card_z2_1),
        cmocka_unit_test(hidden_stations_are_absent), cmocka_unit_test(map_is_fed),
        cmocka_unit_test(sweep_repairs_a_lost_put), cmocka_unit_test(payment_words_to_bits),
        cmocka_unit_test(scale_classes),
    };
    work = db_fixture();
    db_fixture_run(work, load_run, NULL);
    return cmocka_run_group_tests_name("station", tests, NULL, NULL);
}
