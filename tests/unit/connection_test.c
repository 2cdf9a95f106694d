/* connection: the way of a case (Z12, H3.1, S2), what becomes true with it, and which stations take part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "db_fixture.h"
#include "domain/connection.h"
#include "domain/connection_check.h"
#include "domain/connection_tried.h"
#include "domain/partner.h"
#include "domain/partner_save.h"
#include "domain/process.h"
#include "flow/flow.h"
#include "web/form.h"

#undef fail
#include <cmocka.h>

static struct work *db;
static const struct actor owner = { .account_id = 11, .operator_id = 1, .login = "own", .name = "own", .role = "operator", .division = "440402", .capabilities = CAP_BIT(CAP_CONNECT) };
static const struct actor other = { .account_id = 12, .operator_id = 2, .login = "other", .name = "other", .role = "operator", .division = "440402", .capabilities = CAP_BIT(CAP_CONNECT) };
static const struct actor city = { .account_id = 13, .login = "city", .name = "city", .role = "city", .division = "440400", .capabilities = CAP_BIT(CAP_CONNECT_REVIEW) };
static const struct actor away = { .account_id = 14, .login = "away", .name = "away", .role = "city", .division = "442000", .capabilities = CAP_BIT(CAP_CONNECT_REVIEW) };
static const struct actor system_actor = { .login = "system", .name = "system", .role = "system" };

struct call { void (*fn)(struct work *work, struct call *call); const char *action, *opinion; int64_t id; const char *words; };

static void run(struct work *work, void *arg)
{
    struct call *call = arg;
    call->fn(work, call);
}

/* 200, or the status of the failure. */
static int as(const struct actor *actor, struct call *call)
{
    db->actor = *actor;
    return work_run(db, WORK_WRITE, run, call) ? 200 : fail_status(db->failed);
}

static void move(struct work *work, struct call *call)
{
    flow_take(work, &(struct flow_move){ .flow = CONNECTION_FLOW, .action = call->action, .id = call->id, .opinion = call->opinion });
}

static int moved(const struct actor *actor, const char *action)
{
    struct call call = { .fn = move, .action = action, .opinion = "意见", .id = db_fixture_int("SELECT MAX(id) FROM connection") };
    return as(actor, &call);
}

static struct connection_shown shown;

static void configure(struct work *work, struct call *call)
{
    struct form_values *values = values_new(work, form_find(work, "connection-platform"));
    static const char *const fields[][2] = { { "platform_name", "甲平台" }, { "edition", "2021" }, { "service_kind", "basic" }, { "addresses", "127.0.0.1, 10.0.0.0/8" },
        { "lead_name", "李工" }, { "lead_phone", "13800138000" }, { "operator_secret", "s1" }, { "data_secret", "1234567890abcdef" },
        { "data_secret_iv", "1234567890abcdef" }, { "sig_secret", "s2" } };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        values_put(values, fields[i][0], fields[i][1]);
    values_put(values, "keys_by", call->action);
    values_put(values, "base_url", call->words);
    assert_true(values_check(values, false));
    call->id = connection_configure(work, values, "127.0.0.1", &shown);
}

static bool configured(const char *keys, const char *url)
{
    struct call call = { .fn = configure, .action = keys, .words = url };
    assert_int_equal(as(&owner, &call), 200);
    return call.id;
}

static bool state_is(const char *state)
{
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM connection WHERE operator_id = 1 AND state = '%s'", state);
    return db_fixture_int(sql) == 1;
}

static void all_tried(void)
{
    db_fixture_sql("INSERT INTO connection_tried (operator_id, interface, incoming, tried_at, passed_at) SELECT 1, i.n, d.d, NOW(3), NOW(3) FROM"
                   " (SELECT 'query_token' n UNION SELECT 'query_stations_info' UNION SELECT 'query_station_status' UNION SELECT 'query_station_stats'"
                   " UNION SELECT 'notification_stationStatus') i, (SELECT 0 d UNION SELECT 1) d");
}

static void connect(void)
{
    assert_true(configured("typed", "https://platform.example.com/evcs"));
    all_tried();
    assert_int_equal(moved(&owner, "check"), 200);
    assert_int_equal(moved(&system_actor, "check_pass"), 200);
    assert_true(state_is("connected"));
}

static int reset(void **state)
{
    (void)state;
    static const char *const tables[] = { "flow_copy", "flow_due", "flow_step", "connection_check", "connection_tried", "connection_station", "connection", "entrustment", "job", "partner_key",
                                          "partner_token", "partner", "equipment_record", "station_record", "station" };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
        db_fixture_sql(sql);
    }
    db_fixture_sql("UPDATE operator SET connected_at = NULL");
    return 0;
}

/* --- Step1 ------------------------------------------------------------------------------------------------------------- */

static void the_portals_keys_come_into_being_once_and_stay(void **state)
{
    (void)state;
    assert_true(configured("typed", "http://127.0.0.1:1/evcs"));
    assert_true(shown.to_gov_new && !shown.to_operator_new);
    struct key_set first = shown.to_gov;
    assert_int_equal(strlen(first.data_secret), 16);
    assert_true(state_is("trying"));
    assert_true(configured("kept", "http://127.0.0.1:2/evcs"));
    assert_false(shown.to_gov_new || shown.to_operator_new);
    struct partner partner;
    db->actor = owner;
    assert_true(partner_load(db, 1, &partner));
    assert_string_equal(partner.to_gov.sig_secret, first.sig_secret);
    assert_string_equal(partner.to_operator.sig_secret, "s2");
    assert_string_equal(partner.base_url, "http://127.0.0.1:2/evcs");
    assert_string_equal(partner.own_list, "127.0.0.1, 10.0.0.0/8");
    assert_string_equal(partner.allow_list, "");
    assert_true(partner_may_call(&partner, "10.1.2.3"));
    db_fixture_sql("UPDATE partner SET allow_list = '10.1.0.0/16', edition = '2016'");
    assert_true(configured("kept", "http://127.0.0.1:2/evcs"));
    assert_true(partner_load(db, 1, &partner));                    /* what the department set stays */
    assert_string_equal(partner.allow_list, "10.1.0.0/16");
    assert_string_equal(partner.edition->key, "2016");
    assert_true(partner_may_call(&partner, "10.1.2.3"));
    assert_false(partner_may_call(&partner, "10.2.2.3") || partner_may_call(&partner, "127.0.0.1"));
    assert_true(configured("generated", "http://127.0.0.1:2/evcs"));
    assert_true(shown.to_operator_new);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connection"), 1);
}

static void what_is_wrong_stores_nothing(void **state)
{
    (void)state;
    assert_false(configured("kept", "http://127.0.0.1:1/evcs"));
    assert_false(configured("typed", "ftp://127.0.0.1/evcs"));
    assert_false(configured("typed", "http://user@127.0.0.1/evcs"));
    assert_int_equal(db_fixture_int("SELECT (SELECT COUNT(*) FROM connection) + (SELECT COUNT(*) FROM partner)"), 0);
}

/* --- the way ------------------------------------------------------------------------------------------------------------- */

static void it_is_complete_when_the_system_says_so_and_no_sooner(void **state)
{
    (void)state;
    assert_true(configured("typed", "https://platform.example.com/evcs"));
    assert_int_equal(moved(&owner, "check"), 422);                 /* not all tried */
    assert_int_equal(moved(&owner, "submit"), 409);                /* the wizard is not decided by staff */
    assert_int_equal(moved(&city, "pass"), 409);
    all_tried();
    assert_int_equal(moved(&other, "check"), 404);
    assert_int_equal(moved(&owner, "check"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job WHERE kind = 'connection.check'"), 1);
    assert_int_equal(moved(&owner, "check_pass"), 403);
    assert_int_equal(moved(&system_actor, "check_fail"), 200);
    assert_true(state_is("failed"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE connected_at IS NOT NULL"), 0);
    assert_int_equal(moved(&owner, "check"), 200);
    db_fixture_sql("INSERT INTO station (operator_id, code, name, address, division_code, lng, lat, source, published, station_status) VALUES (1, 'S1', 'S1', '', '440402', 113.5, 22.2, 'exchange', 0, 50)");
    assert_int_equal(moved(&system_actor, "check_pass"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE connected_at IS NOT NULL AND id = 1"), 1);
    assert_int_equal(db_fixture_int("SELECT published FROM station"), 1);
}

static void disabling_takes_back_what_connecting_gave(void **state)
{
    (void)state;
    connect();
    assert_int_equal(moved(&away, "stop"), 404);
    assert_int_equal(moved(&owner, "stop"), 403);
    assert_int_equal(moved(&city, "stop"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator o JOIN partner p ON p.operator_id = o.id WHERE o.connected_at IS NULL AND p.enabled = 0"), 1);
    struct call call = { .fn = configure, .action = "typed", .words = "https://platform.example.com/evcs" };
    assert_int_equal(as(&owner, &call), 409);                      /* not by the operator itself */
    assert_int_equal(moved(&city, "resume"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator o JOIN partner p ON p.operator_id = o.id WHERE o.connected_at IS NOT NULL AND p.enabled = 1"), 1);
    assert_int_equal(moved(&city, "stop"), 200);
    assert_int_equal(moved(&city, "reopen"), 200);
    assert_true(state_is("draft"));
    assert_int_equal(moved(&city, "resume"), 409);
}

static void a_change_of_key_data_is_checked_anew_while_the_exchange_goes_on(void **state)
{
    (void)state;
    connect();
    assert_true(configured("kept", "https://platform.example.com/evcs"));
    assert_true(state_is("connected"));                            /* nothing of weight changed */
    assert_true(configured("kept", "https://elsewhere.example.com/evcs"));
    assert_true(state_is("trying"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connection_tried"), 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE connected_at IS NOT NULL AND id = 1"), 1);
}

static void the_verdict_of_a_recalled_check_does_not_count(void **state)
{
    (void)state;
    assert_true(configured("typed", "https://platform.example.com/evcs"));
    all_tried();
    assert_int_equal(moved(&owner, "check"), 200);
    db_fixture_sql("INSERT INTO connection_check (operator_id, begun_at) VALUES (1, NOW(3))");
    assert_int_equal(moved(&owner, "recall"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connection_check WHERE state = 'running'"), 0);
    assert_int_equal(moved(&owner, "check"), 200);
    assert_true(state_is("checking"));
}

static void govern(struct work *work, struct call *call) { (void)connection_must_govern(work, call->id); }
static void look(struct work *work, struct call *call)   { (void)connection_must(work, call->id); }

static void who_got_a_copy_reads_and_writes_nothing(void **state)
{
    (void)state;
    connect();
    struct call write = { .fn = govern, .id = db_fixture_int("SELECT id FROM connection") }, read = { .fn = look, .id = write.id };
    assert_int_equal(as(&city, &write), 200);
    assert_int_equal(as(&owner, &write), 404);
    assert_int_equal(as(&away, &read), 404);
    db_fixture_sql("INSERT INTO flow_copy (account_id, flow, case_id, step_id) SELECT 14, flow, case_id, MAX(id) FROM flow_step WHERE flow = 'connection'");
    assert_int_equal(as(&away, &read), 200);
    assert_int_equal(as(&away, &write), 404);
}

static void the_keys_of_a_stopped_platform_never_hold_again(void **state)
{
    (void)state;
    connect();
    db_fixture_sql("UPDATE partner SET gov_id = '11440400Z'");
    assert_int_equal(moved(&city, "stop"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM partner_key WHERE ends_at IS NULL"), 2);       /* 恢复接入 goes on with them */
    assert_int_equal(moved(&city, "reopen"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM partner_key WHERE ends_at IS NULL OR ends_at > NOW(3)"), 0);
    assert_true(configured("typed", "https://platform.example.com/evcs"));
    assert_true(shown.to_gov_new);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM partner_key WHERE ends_at IS NULL"), 2);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM partner_key WHERE ends_at > NOW(3)"), 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM partner WHERE gov_id = '11440400Z'"), 1);
}

static void tend(struct work *work, struct call *call)
{
    (void)call;
    connection_check_tend(work);
}

static void a_check_that_was_given_up_fails_and_one_that_runs_can_be_stopped(void **state)
{
    (void)state;
    struct call call = { .fn = tend };
    assert_true(configured("typed", "https://platform.example.com/evcs"));
    all_tried();
    assert_int_equal(moved(&owner, "check"), 200);
    db_fixture_sql("INSERT INTO connection_check (operator_id, begun_at) VALUES (1, NOW(3))");
    assert_int_equal(as(&system_actor, &call), 200);
    assert_true(state_is("checking"));                             /* its job waits */
    db_fixture_sql("UPDATE job SET state = 'failed'");
    assert_int_equal(as(&system_actor, &call), 200);
    assert_true(state_is("failed"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connection_check WHERE state = 'running'"), 0);
    assert_int_equal(moved(&owner, "check"), 200);
    assert_int_equal(moved(&city, "stop"), 200);
}

/* The company's case through the platform of company 2, decided already. */
static void entrusted_case(const char *state)
{
    char sql[300];
    snprintf(sql, sizeof sql, "INSERT INTO connection (operator_id, platform_id, kind, company, division_code, state, connected_at)"
             " VALUES (1, 2, 'entrusted', '甲公司', '440402', '%s', NOW(3))", state);
    db_fixture_sql(sql);
}

static void complete(struct work *work, struct call *call) { call->id = connection_complete(work, 1); }

static bool is_complete(void)
{
    struct call call = { .fn = complete };
    assert_int_equal(as(&system_actor, &call), 200);
    return call.id;
}

static void an_own_platform_and_an_entrusted_one_are_connected_each_for_itself(void **state)
{
    (void)state;
    assert_true(configured("typed", "https://platform.example.com/evcs"));
    entrusted_case("connected");
    db_fixture_sql("UPDATE operator SET connected_at = NOW(3) WHERE id = 1");
    assert_false(is_complete());                                   /* nobody has verified its own platform */
    all_tried();
    db_fixture_sql("UPDATE connection SET state = 'connected', connected_at = NOW(3) WHERE operator_id = platform_id");
    assert_true(is_complete());
    assert_int_equal(moved(&city, "stop"), 200);                   /* the entrusted one, which is the newest */
    assert_true(is_complete());
    assert_int_equal(db_fixture_int("SELECT connected_at IS NOT NULL FROM operator WHERE id = 1"), 1);
    assert_int_equal(db_fixture_int("SELECT enabled FROM partner WHERE operator_id = 1"), 1);
    db_fixture_sql("DELETE FROM connection WHERE platform_id = 2");
    assert_int_equal(moved(&city, "stop"), 200);
    assert_false(is_complete());
    assert_int_equal(db_fixture_int("SELECT connected_at IS NOT NULL FROM operator WHERE id = 1"), 0);
}

static void what_staff_decided_is_decided_anew_when_key_data_change(void **state)
{
    (void)state;
    connect();
    db_fixture_sql("UPDATE connection SET kind = 'review'");
    assert_true(configured("kept", "https://platform.example.com/evcs"));
    assert_true(state_is("connected"));
    assert_true(configured("kept", "https://elsewhere.example.com/evcs"));
    assert_true(state_is("filed"));
    assert_true(is_complete());                                    /* the exchange goes on */
    struct call call = { .fn = configure, .action = "kept", .words = "https://third.example.com/evcs" };
    assert_int_equal(as(&owner, &call), 409);                      /* not under the eyes of who decides */
    assert_int_equal(moved(&city, "pass"), 200);
    assert_true(state_is("connected"));
}

static void file_again(struct work *work, struct call *call)
{
    struct form_values *values = values_new(work, form_find(work, "connection-review"));
    static const char *const fields[][2] = { { "platform_operator", "甲公司" }, { "base_url", "https://right.example.com/evcs" }, { "operator_secret", "n1" },
        { "data_secret", "1234567890abcdef" }, { "data_secret_iv", "1234567890abcdef" }, { "sig_secret", "n2" } };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        values_put(values, fields[i][0], fields[i][1]);
    (void)connection_file(work, "review", values, &call->id);
}

static void a_corrected_application_reaches_the_platform_until_it_was_connected(void **state)
{
    (void)state;
    assert_true(configured("typed", "https://wrong.example.com/evcs"));
    db_fixture_sql("UPDATE connection SET kind = 'review', state = 'refused'");
    struct call call = { .fn = file_again, .id = db_fixture_int("SELECT id FROM connection") };
    assert_int_equal(as(&owner, &call), 200);
    struct partner partner;
    assert_true(partner_load(db, 1, &partner));
    assert_string_equal(partner.base_url, "https://right.example.com/evcs");
    assert_string_equal(partner.to_operator.sig_secret, "n2");
    assert_string_equal(partner.to_gov.sig_secret, "n2");
    db_fixture_sql("UPDATE connection SET state = 'refused', connected_at = NOW(3)");
    db_fixture_sql("UPDATE partner SET base_url = 'https://step1.example.com/evcs'");
    assert_int_equal(as(&owner, &call), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM partner WHERE base_url = 'https://step1.example.com/evcs'"), 1);
}

/* --- stations ---------------------------------------------------------------------------------------------------------------- */

static void take(struct work *work, struct call *call)
{
    const char *const ids[] = { "901", "902", "903", "904" };
    call->id = connection_stations_set(work, ids, 4, call->action != NULL, "");
}

static void taken(struct work *work, struct call *call)
{
    json_t *codes = connection_stations_taken(work, 1);
    call->id = codes ? (int64_t)json_object_size(codes) : -1;
    json_decref(codes);
}

static void link_wrong(struct work *work, struct call *call)
{
    call->words = connection_station_wrong(work, 1, call->id);
}

static void stations_take_part_when_they_passed_and_are_ones_own(void **state)
{
    (void)state;
    struct call all = { .fn = taken }, on = { .fn = take, .action = "take" }, off = { .fn = take }, wrong = { .fn = link_wrong, .id = 901 };
    db_fixture_sql("INSERT INTO station_record (id, operator_id, code, name, division_code, passed_at) VALUES (901, 1, 'A', 'A', '440402', NOW(3)), (902, 1, 'B', 'B', '440402', NOW(3)),"
                   " (903, 1, 'C', 'C', '440402', NULL), (904, 2, 'D', 'D', '440402', NOW(3))");
    assert_int_equal(as(&owner, &all), 200);
    assert_int_equal(all.id, -1);                                  /* no wizard: every station, as ever */
    assert_int_equal(as(&owner, &on), 409);
    connect();
    assert_int_equal(as(&owner, &on), 200);
    assert_int_equal(on.id, 2);
    assert_int_equal(as(&owner, &all), 200);
    assert_int_equal(all.id, 2);
    assert_int_equal(as(&owner, &wrong), 200);
    assert_null(wrong.words);
    wrong.id = 903;
    assert_int_equal(as(&owner, &wrong), 200);
    assert_non_null(strstr(wrong.words, "未设置为已关联充电站"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job WHERE kind = 'exchange.pull-stations' AND payload LIKE '%\"whole\":true%'"), 1);
    assert_int_equal(as(&owner, &off), 200);
    assert_int_equal(off.id, 2);
    assert_int_equal(as(&owner, &all), 200);
    assert_int_equal(all.id, 0);
}

static void where_all_took_part_the_others_go_on_when_one_leaves(void **state)
{
    (void)state;
    struct call all = { .fn = taken }, on = { .fn = take, .action = "take" }, off = { .fn = take };
    db_fixture_sql("INSERT INTO station_record (id, operator_id, code, name, division_code, passed_at) VALUES (901, 1, 'A', 'A', '440402', NOW(3)), (902, 1, 'B', 'B', '440402', NOW(3)),"
                   " (905, 1, 'E', 'E', '440402', NOW(3)), (906, 1, 'F', 'F', '440402', NULL)");
    connect();
    db_fixture_sql("UPDATE connection SET stations = 'all'");
    assert_int_equal(as(&owner, &off), 200);                       /* 901, 902 */
    assert_int_equal(as(&owner, &all), 200);
    assert_int_equal(all.id, 1);
    db_fixture_sql("DELETE FROM connection_station");
    db_fixture_sql("UPDATE connection SET stations = 'all'");
    assert_int_equal(as(&owner, &on), 200);
    assert_int_equal(as(&owner, &all), 200);
    assert_int_equal(all.id, 3);
}

/* --- import -------------------------------------------------------------------------------------------------------------------- */

#define KEYS "{s:s, s:s, s:s, s:s}", "OperatorSecret", "o", "DataSecret", "1234567890abcdef", "DataSecretIV", "1234567890abcdef", "SigSecret", "k"

static void import(struct work *work, struct call *call)
{
    json_t *file = json_pack("{s:s, s:s, s:s}", "operator_id", "91440400C", "gov_id", "11440400A", "base_url", "");
    json_object_set_new(file, "to_gov", json_pack(KEYS));
    json_object_set_new(file, "to_operator", json_pack(KEYS));
    call->id = partner_import(work, file);
    json_decref(file);
}

static void an_imported_platform_is_connected_with_all_its_stations_also_after_it_was_disabled(void **state)
{
    (void)state;
    struct call one = { .fn = import };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(as(&system_actor, &one), 200);
        assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connection c JOIN operator o ON o.id = c.operator_id WHERE c.kind = 'import' AND c.state = 'connected'"
                                        " AND c.stations = 'all' AND o.connected_at IS NOT NULL AND o.code = '91440400C'"), 1);
        db_fixture_sql("UPDATE connection SET state = 'stopped'");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_portals_keys_come_into_being_once_and_stay, reset),
        cmocka_unit_test_setup(what_is_wrong_stores_nothing, reset),
        cmocka_unit_test_setup(it_is_complete_when_the_system_says_so_and_no_sooner, reset),
        cmocka_unit_test_setup(disabling_takes_back_what_connecting_gave, reset),
        cmocka_unit_test_setup(a_change_of_key_data_is_checked_anew_while_the_exchange_goes_on, reset),
        cmocka_unit_test_setup(the_verdict_of_a_recalled_check_does_not_count, reset),
        cmocka_unit_test_setup(who_got_a_copy_reads_and_writes_nothing, reset),
        cmocka_unit_test_setup(the_keys_of_a_stopped_platform_never_hold_again, reset),
        cmocka_unit_test_setup(a_check_that_was_given_up_fails_and_one_that_runs_can_be_stopped, reset),
        cmocka_unit_test_setup(an_own_platform_and_an_entrusted_one_are_connected_each_for_itself, reset),
        cmocka_unit_test_setup(what_staff_decided_is_decided_anew_when_key_data_change, reset),
        cmocka_unit_test_setup(a_corrected_application_reaches_the_platform_until_it_was_connected, reset),
        cmocka_unit_test_setup(stations_take_part_when_they_passed_and_are_ones_own, reset),
        cmocka_unit_test_setup(where_all_took_part_the_others_go_on_when_one_leaves, reset),
        cmocka_unit_test_setup(an_imported_platform_is_connected_with_all_its_stations_also_after_it_was_disabled, reset),
    };
    db = db_fixture();
    process_start();
    forms_tie();
    db_fixture_sql("INSERT IGNORE INTO division (code, parent_code, level, name) VALUES ('440000', NULL, 1, '广东省'), ('440400', '440000', 2, '珠海市'), ('440402', '440400', 3, '香洲区')");
    db_fixture_sql("INSERT INTO operator (id, code, name, short_name, division_code) VALUES (1, '91440400A', '甲公司', '甲', '440402'), (2, '91440400B', '乙公司', '乙', '440402')");
    db_fixture_sql("INSERT INTO account (id, login, name, role, operator_id, division_code, password_hash) VALUES (11, 'own', 'own', 'operator', 1, '440402', '!'),"
                   " (12, 'other', 'other', 'operator', 2, '440402', '!'), (13, 'city', 'city', 'city', NULL, '440400', '!'), (14, 'away', 'away', 'city', NULL, '442000', '!')");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
