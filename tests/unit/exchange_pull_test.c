/* One pulled StationInfo into a station record: what is wrong is dropped or left out, what is essential refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "domain/pull.h"      /* before cmocka, whose macro fail() is not ours */

#include <cmocka.h>

static const char STATION[] =
    "{\"StationID\":\"000001\",\"OperatorID\":\"123456789\",\"EquipmentOwnerID\":\"123456789\",\"StationName\":\"香洲站\","
    "\"CountryCode\":\"CN\",\"AreaCode\":\"440402001001\",\"Address\":\"路1号\",\"ServiceTel\":\"400\",\"StationType\":\"1\","
    "\"StationStatus\":50,\"ParkNums\":\"12\",\"StationLng\":\"113.5\",\"StationLat\":22.25,\"Construction\":9,\"Payment\":\"微信\","
    "\"StationUniqueID\":\"浙江\",\"EquipmentInfos\":[{\"EquipmentID\":\"e1\",\"EquipmentType\":1,\"Power\":120,"
    "\"ProductionDate\":\"2024-02-31\",\"ConnectorInfos\":[{\"ConnectorID\":\"c1\",\"ConnectorType\":4,\"Power\":\"60.5\","
    "\"VoltageUpperLimits\":1000},{\"ConnectorName\":\"无编码\"},7]},{\"EquipmentType\":1,\"ConnectorInfos\":[]}]}";

/* Reads STATION with one member replaced; NULL name: as it is. */
static const char *read_with(struct arena *arena, const char *name, json_t *value, struct station_record *record)
{
    json_t *info = json_loads(STATION, 0, NULL);
    if (name && value)
        json_object_set_new(info, name, value);
    else if (name)
        json_object_del(info, name);
    memset(record, 0, sizeof *record);
    const char *fault = pull_record(arena, info, record);
    json_decref(info);
    return fault;
}

static void a_station_becomes_a_record(void **state)
{
    struct arena *arena = *state;
    struct station_record r;
    assert_null(read_with(arena, NULL, NULL, &r));
    assert_string_equal(r.code, "000001");
    assert_string_equal(r.name, "香洲站");
    assert_string_equal(r.division, "440402");
    assert_true(r.place.lng == 113.5 && r.place.lat == 22.25);
    assert_int_equal(r.datum, DATUM_GCJ02);
    assert_int_equal(r.park_nums, 12);
    assert_int_equal(r.station_type, 1);
    assert_non_null(strstr(r.raw, "浙江"));
    assert_non_null(strstr(r.raw, "\"ParkNums\":\"12\""));           /* as received */
    assert_int_equal(r.equipment_count, 1);                           /* the one without a code is left out */
    assert_null(r.equipment[0].production_date);                      /* no such day */
    assert_int_equal(r.equipment[0].connector_count, 1);
    assert_string_equal(r.equipment[0].connectors[0].code, "c1");
    assert_true(r.equipment[0].connectors[0].power == 60.5);
    assert_int_equal(r.equipment[0].connectors[0].voltage_upper, 1000);
}

static void what_is_essential_refuses_the_station(void **state)
{
    struct arena *arena = *state;
    struct station_record r;
    static const char *const names[] = { "StationID", "StationName", "StationLng", "StationLat", "EquipmentInfos" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *fault = read_with(arena, names[i], NULL, &r);
        assert_non_null(fault);
        assert_non_null(strstr(fault, names[i]));
        assert_non_null(read_with(arena, names[i], json_true(), &r));
    }
    assert_non_null(read_with(arena, "StationLng", json_integer(500), &r));
    assert_non_null(pull_record(arena, json_null(), &r));
}

static void what_is_merely_wrong_is_not_known(void **state)
{
    struct arena *arena = *state;
    struct station_record r;
    assert_null(read_with(arena, "ParkNums", json_integer(1000000000000), &r));
    assert_int_equal(r.park_nums, 0);
    assert_null(read_with(arena, "StationType", json_integer(77), &r));
    assert_int_equal(r.station_type, 0);
    assert_null(read_with(arena, "AreaCode", json_string("珠海"), &r));
    assert_null(r.division);
    assert_null(read_with(arena, "CountryCode", json_string("中国大陆"), &r));
    assert_null(r.country);
    assert_null(read_with(arena, "Address", json_integer(7), &r));
    assert_null(r.address);
    assert_null(read_with(arena, "EquipmentOwnerID", NULL, &r));
    assert_null(r.owner_code);
}

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_station_becomes_a_record, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_essential_refuses_the_station, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_merely_wrong_is_not_known, setup, teardown),
    };
    return cmocka_run_group_tests_name("exchange: pulled stations", tests, NULL, NULL);
}
