/* The message table and its checker: every declared field of every message is left out, given the wrong type,
 * made too long and put outside its enumeration, and the finding must name it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "exchange/message.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static json_t *sample_object(const struct field *fields);

/* A good value for any field, made from its declaration alone. */
static json_t *sample_value(const struct field *f)
{
    static const char *const forms[] = { "甲", "123456789", "2026-11-20", "2026-11-20 09:08:07",
                                           "91440400B202611200908070Ab1", "235959" };
    switch (f->type) {
    case FIELD_TEXT:   return json_string(forms[f->form]);
    case FIELD_INT:    return json_integer(f->values ? strtol(f->values, NULL, 10) : (json_int_t)f->least);
    case FIELD_NUMBER: return json_real(f->least);
    case FIELD_OBJECT: return sample_object(f->fields);
    case FIELD_LIST:   return json_pack("[o]", sample_object(f->fields));
    case FIELD_TEXTS:  return json_pack("[s]", "甲");
    }
    return NULL;
}

static json_t *sample_object(const struct field *fields)
{
    json_t *object = json_object();
    for (const struct field *f = fields; f->name; f++)
        json_object_set_new(object, f->name, sample_value(f));
    return object;
}

/* Checks a whole sample with one member replaced (NULL: removed) and says how many findings name it. */
static void expect_soft(const struct field *fields, const struct field *f, json_t *value, size_t wanted, bool soft)
{
    struct findings found = { .arena = arena };
    json_t *object = sample_object(fields);
    if (value)
        json_object_set_new(object, f->name, value);
    else
        json_object_del(object, f->name);
    message_check(fields, object, "", &found);
    if (found.count != wanted)
        fail_msg("%s: %zu findings, wanted %zu: %s", f->name, found.count, wanted, findings_text(&found));
    if (wanted) {
        assert_string_equal(found.kept[0].path, f->name);
        assert_non_null(strstr(findings_text(&found), f->name));
        assert_non_null(strstr(findings_text(&found), f->label));
        assert_int_equal(found.essential, f->need == FIELD_ESSENTIAL && !soft);
    }
    json_decref(object);
}

static void expect(const struct field *fields, const struct field *f, json_t *value, size_t wanted)
{
    expect_soft(fields, f, value, wanted, false);
}

static void check_field(const struct field *fields, const struct field *f)
{
    bool needed = f->need != FIELD_OPTIONAL, number = f->type == FIELD_INT || f->type == FIELD_NUMBER;
    expect(fields, f, sample_value(f), 0);
    expect(fields, f, NULL, needed);
    expect(fields, f, json_null(), needed);
    expect(fields, f, json_true(), 1);
    expect(fields, f, f->type == FIELD_OBJECT ? json_array() : json_object(), 1);
    if (number) {
        expect(fields, f, json_string("x"), 1);
        expect(fields, f, json_string(f->values ? strtok(arena_copy(arena, f->values), " ") : "0"), 0);
    }
    if (f->type == FIELD_INT)
        expect(fields, f, json_real(0.5), 1);
    if (f->values)
        expect(fields, f, json_integer(77), 1);
    if (number && f->most > 0)
        expect(fields, f, json_real(f->most + 1), 1);
    if (f->type == FIELD_TEXT && f->form != FORM_ANY)
        expect(fields, f, json_string("2026-02-31 x"), 1);
    if (f->type == FIELD_TEXT && f->most > 0) {
        char *longest = arena_alloc(arena, (size_t)f->most * 3 + 4), *end = longest;
        for (int i = 0; i < (int)f->most; i++)
            end = stpcpy(end, "站");
        expect(fields, f, json_string(longest), 0);          /* characters, not bytes */
        stpcpy(end, "站");
        expect_soft(fields, f, json_string(longest), 1, true);
    }
    if (f->type == FIELD_LIST || f->type == FIELD_TEXTS) {
        json_t *many = json_array();
        for (int i = 0; i <= (int)f->most; i++)
            json_array_append_new(many, f->type == FIELD_LIST ? json_object() : json_string("x"));
        expect(fields, f, many, 1);
    }
}

static void check_fields(const struct field *fields)
{
    for (const struct field *f = fields; f->name; f++) {
        check_field(fields, f);
        if (f->fields)
            check_fields(f->fields);
    }
}

static void every_field_of_every_message(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct message *m = messages(); m->interface; m++, count++) {
        check_fields(m->request);
        check_fields(m->response);
        assert_true(m->by_operator || m->by_portal);
        assert_ptr_equal(message_find(m->interface), m);
    }
    assert_int_equal(count, 25);
    assert_null(message_find("query_nothing"));
}

static void nested_findings_carry_their_place(void **state)
{
    (void)state;
    struct findings found = { .arena = arena };
    json_t *page = sample_object(message_find("query_stations_info")->response);
    json_t *station = json_array_get(json_object_get(page, "StationInfos"), 0);
    json_t *equipment = json_array_get(json_object_get(station, "EquipmentInfos"), 0);
    json_object_set_new(json_array_get(json_object_get(equipment, "ConnectorInfos"), 0), "Power", json_string("强"));
    json_object_set_new(station, "Zhejiang", json_string("kept"));
    message_check(message_find("query_stations_info")->response, page, "", &found);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.kept[0].path, "StationInfos[0].EquipmentInfos[0].ConnectorInfos[0].Power");
    assert_string_equal(message_text(station, "Zhejiang"), "kept");
    json_decref(page);
}

static void numeric_strings_become_numbers(void **state)
{
    (void)state;
    struct findings found = { .arena = arena };
    json_t *info = json_pack("{s:s,s:s,s:s}", "ConnectorID", "007", "Status", "255", "ParkStatus", "");
    message_check(connector_status_fields, info, "", &found);
    assert_int_equal(found.count, 0);
    assert_int_equal(message_int(info, "Status", -1), 255);
    assert_int_equal(message_int(info, "ParkStatus", -1), -1);
    assert_string_equal(message_text(info, "ConnectorID"), "007");
    json_decref(info);
}

static void bad_values_are_dropped_from_pulled_records(void **state)
{
    (void)state;
    struct findings found = { .arena = arena, .drop_bad = true };
    json_t *station = sample_object(station_info_fields);
    json_object_set_new(station, "ParkNums", json_integer(1000000000000));
    json_object_set_new(station, "StationName", json_string("甲"));
    json_object_set_new(station, "EquipmentOwnerID", json_string("小写abc"));
    message_check_shallow(station_info_fields, station, "", &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.essential, 0);
    assert_null(json_object_get(station, "ParkNums"));
    assert_null(json_object_get(station, "EquipmentOwnerID"));
    assert_non_null(json_object_get(station, "StationName"));
    json_decref(station);
}

static void all_findings_are_counted_but_few_shown(void **state)
{
    (void)state;
    struct findings found = { .arena = arena };
    json_t *empty = json_object();
    message_check(station_info_fields, empty, "", &found);
    assert_true(found.count > 10);
    assert_non_null(strstr(findings_text(&found), "另有"));
    json_decref(empty);
}

struct shape_row { const char *json; enum exchange_ret ret; size_t count; const char *names; };

static void status_pushes_in_all_shapes(void **state)
{
    (void)state;
#define INFO "{\"ConnectorID\":\"c1\",\"Status\":3}"
    static const struct shape_row rows[] = {
        { "{\"ConnectorStatusInfo\":" INFO "}", RET_OK, 1, "" },
        { "{\"ConnectorStatusInfo\":[" INFO "," INFO "]}", RET_OK, 2, "" },
        { "{\"ConnectorStatusInfos\":[" INFO "]}", RET_OK, 1, "" },
        { "{\"StationStatusInfo\":{\"StationID\":\"s1\",\"ConnectorStatusInfos\":[" INFO "]}}", RET_OK, 1, "s1" },
        { "{\"StationID\":\"s1\",\"ConnectorID\":\"c1\",\"Status\":\"3\",\"UpdateTime\":\"x\"}", RET_OK, 1, "s1" },
        { "{}", RET_BUSINESS, 0, "ConnectorStatusInfo" },
        { "{\"ConnectorStatusInfo\":null}", RET_BUSINESS, 0, "ConnectorStatusInfo" },
        { "{\"ConnectorStatusInfo\":\"x\"}", RET_BUSINESS, 0, "ConnectorStatusInfo" },
        { "{\"ConnectorStatusInfo\":[]}", RET_BUSINESS, 0, "ConnectorStatusInfo" },
        { "{\"ConnectorStatusInfo\":[1]}", RET_BUSINESS, 0, "ConnectorStatusInfo[0]" },
        { "{\"StationStatusInfo\":{\"StationID\":\"s1\"}}", RET_BUSINESS, 0, "ConnectorStatusInfo" },
        { "{\"ConnectorStatusInfo\":{\"ConnectorID\":\"c1\",\"Status\":7}}", RET_BUSINESS, 0, "ConnectorStatusInfo.Status" },
        { "{\"ConnectorStatusInfo\":{\"ConnectorID\":12,\"Status\":1}}", RET_BUSINESS, 0, "ConnectorStatusInfo.ConnectorID" },
        { "{\"ConnectorStatusInfos\":[" INFO ",{\"Status\":1}]}", RET_BUSINESS, 0, "ConnectorStatusInfos[1].ConnectorID" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct status_item *items = NULL;
        size_t count = 0;
        json_t *data = json_loads(rows[i].json, 0, NULL);
        struct verdict v = status_push_read(arena, data, &items, &count);
        assert_int_equal(v.ret, rows[i].ret);
        if (v.ret == RET_OK) {
            assert_int_equal(count, rows[i].count);
            assert_string_equal(items[0].station_code, rows[i].names);
            assert_string_equal(items[count - 1].connector_code, "c1");
            assert_int_equal(items[count - 1].status, 3);
            assert_int_equal(items[count - 1].park_status, -1);
        } else if (!strstr(v.text, rows[i].names)) {
            fail_msg("%s: %s", rows[i].json, v.text);
        }
        json_decref(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(every_field_of_every_message), TEST(nested_findings_carry_their_place), TEST(numeric_strings_become_numbers),
        TEST(bad_values_are_dropped_from_pulled_records), TEST(all_findings_are_counted_but_few_shown), TEST(status_pushes_in_all_shapes),
    };
    return cmocka_run_group_tests_name("exchange: messages", tests, NULL, NULL);
}
