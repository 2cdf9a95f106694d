/* company: an operator's own affairs on a real database: configuration with its review (Z13), contacts (Z14), the
 * qualification's conditions (H2.4), the overview's data (Z8.3, Z8.4); and that nobody else reads or changes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "domain/checks.h"
#include "domain/company.h"
#include "flow_world.h"
#include "web/form_declared.h"
#include "web/io.h"

#undef fail
#include <cmocka.h>

static const char USCC[] = "91350100M000100Y43";

struct call {
    void      (*fn)(struct work *work, struct call *call);
    int64_t     id, result;
    const char *field, *value, *text;          /* what is typed differently */
    const char *action, *opinion;
    HDF        *node;
};

static void run(struct work *work, void *arg)
{
    struct call *call = arg;
    call->fn(work, call);
}

/* 200, or the status of the failure. */
static int as(int who, struct call call, struct call *out)
{
    struct actor actor = people[who];
    if (who == OWNER || who == OTHER_OWNER)
        actor.capabilities = SIGNED | CAP_BIT(CAP_OPERATOR_OWN);
    db->actor = actor;
    db->idempotency = NULL;
    int status = work_run(db, WORK_WRITE, run, &call) ? 200 : fail_status(db->failed);
    if (out)
        *out = call;
    return status;
}

static int set_up(void **state)
{
    (void)case_new, (void)act, (void)steps_of, (void)in_state;          /* of flow_world.h, not needed here */
    world(state);
    checks_register();
    form_open("company-profile"), form_open("company-contact"), form_open("company-qualification");
    forms_tie();
    db_fixture_sql("INSERT IGNORE INTO division (code, parent_code, level, name) VALUES ('440000', NULL, 1, '广东省'), ('440400', '440000', 2, '珠海市'),"
                   " ('440402', '440400', 3, '香洲区'), ('440403', '440400', 3, '斗门区')");
    return 0;
}

static int reset(void **state)
{
    (void)state;
    static const char *const tables[] = { "flow_copy", "flow_due", "flow_step", "file_link", "profile_change", "operator_contact",
                                          "qualification_technician", "qualification" };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
        db_fixture_sql(sql);
    }
    db_fixture_sql("UPDATE operator SET name = '甲公司', code = 'AAAAAAAA1', uscc = '91440402AAAAAAAA1X', division_code = '440402', legal_name = '张三',"
                   " short_name = '甲', service_tel = '4001234567', address = '' WHERE id = 1");
    db_fixture_sql("UPDATE operator SET code = 'AAAAAAAA2', uscc = '91440402AAAAAAAA2X', division_code = '440403' WHERE id = 2");
    return 0;
}

/* --- configuration ------------------------------------------------------------------------------------------------------ */

static void save(struct work *work, struct call *call)
{
    struct form_values *values = company_profile(work, false);
    if (call->field)
        values_put(values, call->field, call->value);
    call->result = company_profile_save(work, values, "10.0.0.1");
    if (values_wrong(values))
        (fail)(work, FAIL_INVALID, "%s", "wrong");
}

static void move(struct work *work, struct call *call)
{
    flow_take(work, &(struct flow_move){ .flow = call->text, .action = call->action, .id = call->id, .opinion = call->opinion });
}

static int moved(int who, const char *flow, int64_t id, const char *action, const char *opinion)
{
    return as(who, (struct call){ .fn = move, .text = flow, .id = id, .action = action, .opinion = opinion }, NULL);
}

static int64_t change_id(void) { return db_fixture_int("SELECT COALESCE(MAX(id), 0) FROM profile_change"); }

static void other_data_are_in_force_at_once(void **state)
{
    struct call out;
    (void)state;
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "address", .value = "香洲区人民东路1号" }, &out), 200);
    assert_false(out.result);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE id = 1 AND address = '香洲区人民东路1号'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE id = 2 AND address <> ''"), 0);
    assert_int_equal(change_id(), 0);
}

static void key_data_wait_for_the_review(void **state)
{
    struct call out;
    (void)state;
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "name", .value = "甲新能源公司" }, &out), 200);
    assert_true(out.result);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE name = '甲公司'"), 1);
    int64_t id = change_id();
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "name", .value = "又一个名字" }, NULL), 422);   /* while it is reviewed */
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "address", .value = "新址" }, NULL), 200);
    assert_int_equal(moved(OTHER_COUNTY, "profile-change", id, "pass", ""), 404);
    assert_int_equal(moved(OTHER_OWNER, "profile-change", id, "withdraw", ""), 404);
    assert_int_equal(moved(OWNER, "profile-change", id, "pass", ""), 403);
    assert_int_equal(moved(COUNTY, "profile-change", id, "pass", ""), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE id = 1 AND name = '甲新能源公司' AND address = '新址' AND legal_name = '张三'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job WHERE kind = 'map.build'"), 1);
}

static void a_refused_change_leaves_what_was(void **state)
{
    (void)state;
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "legal_name", .value = "李四" }, NULL), 200);
    int64_t id = change_id();
    assert_int_equal(moved(COUNTY, "profile-change", id, "refuse", "缺少证明"), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE id = 1 AND legal_name = '张三'"), 1);
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "legal_name", .value = "王五" }, NULL), 200);
    assert_int_equal(change_id(), id);                                    /* the same case, filed anew */
    assert_int_equal(moved(CITY, "profile-change", id, "pass", ""), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE id = 1 AND legal_name = '王五' AND code = 'AAAAAAAA1'"), 1);
}

static void a_code_of_another_operator_is_refused(void **state)
{
    (void)state;
    db_fixture_sql("UPDATE operator SET code = 'M000100Y4' WHERE id = 2");
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "uscc", .value = USCC }, NULL), 422);
    assert_int_equal(change_id(), 0);
    db_fixture_sql("UPDATE operator SET code = 'AAAAAAAA2' WHERE id = 2");
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "uscc", .value = USCC }, NULL), 200);
    db_fixture_sql("UPDATE operator SET code = 'M000100Y4' WHERE id = 2");           /* taken between filing and decision */
    assert_int_equal(moved(COUNTY, "profile-change", change_id(), "pass", ""), 422);
    db_fixture_sql("UPDATE operator SET code = 'AAAAAAAA2' WHERE id = 2");
    assert_int_equal(moved(COUNTY, "profile-change", change_id(), "pass", ""), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE id = 1 AND code = 'M000100Y4'"), 1);
}

static void view_change(struct work *work, struct call *call) { company_change_view(work, call->id, call->node); }

static void the_reviewer_sees_what_changes(void **state)
{
    HDF *node;
    (void)state;
    assert_null(hdf_init(&node));
    assert_int_equal(as(OWNER, (struct call){ .fn = save, .field = "name", .value = "甲新能源公司" }, NULL), 200);
    assert_int_equal(as(COUNTY, (struct call){ .fn = view_change, .id = change_id(), .node = node }, NULL), 200);
    assert_string_equal(hdf_get_value(node, "0.Facts.0.Value", ""), "甲新能源公司");
    assert_string_equal(hdf_get_value(node, "0.Facts.0.Before", ""), "甲公司");
    hdf_destroy(&node);
}

static void nobody_without_a_company(void **state)
{
    (void)state;
    assert_int_equal(as(VISITOR, (struct call){ .fn = save }, NULL), 403);
    assert_int_equal(as(COUNTY, (struct call){ .fn = save }, NULL), 403);
}

/* --- contacts ------------------------------------------------------------------------------------------------------------ */

static void contact(struct work *work, struct call *call)
{
    struct form_values *values = values_new(work, form_find(work, "company-contact"));
    values_put(values, "name", call->text);
    values_put(values, "phone", "13800138000");
    assert_true(values_check(values, false));
    call->result = company_contact_save(work, values, call->id, "");
}
static void contact_read_own(struct work *work, struct call *call) { (void)company_contact(work, call->id); }
static void contact_remove(struct work *work, struct call *call) { company_contact_drop(work, call->id, ""); }
static void contact_seen(struct work *work, struct call *call) { company_contact_read(work, call->id, call->node); }
static void contact_number(struct work *work, struct call *call) { call->text = company_contact_phone(work, call->id, "安全检查联系", ""); }

static void contacts_are_the_companys_own(void **state)
{
    struct call out;
    (void)state;
    assert_int_equal(as(OWNER, (struct call){ .fn = contact, .text = "张经理" }, &out), 200);
    int64_t id = out.result;
    assert_int_equal(as(OTHER_OWNER, (struct call){ .fn = contact, .text = "改名", .id = id }, NULL), 404);
    assert_int_equal(as(OTHER_OWNER, (struct call){ .fn = contact_read_own, .id = id }, NULL), 404);
    assert_int_equal(as(OTHER_OWNER, (struct call){ .fn = contact_remove, .id = id }, NULL), 404);
    assert_int_equal(as(COUNTY, (struct call){ .fn = contact_remove, .id = id }, NULL), 403);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator_contact WHERE name = '张经理' AND operator_id = 1"), 1);
    assert_int_equal(as(OWNER, (struct call){ .fn = contact, .text = "张总", .id = id }, NULL), 200);
    assert_int_equal(as(OWNER, (struct call){ .fn = contact_remove, .id = id }, NULL), 200);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator_contact"), 0);
}

static void departments_see_theirs_masked(void **state)
{
    struct call out;
    HDF *node;
    (void)state;
    assert_null(hdf_init(&node));
    as(OWNER, (struct call){ .fn = contact, .text = "张经理" }, &out);
    int64_t id = out.result, before = db_fixture_int("SELECT COUNT(*) FROM trail WHERE act = 'reveal'");
    assert_int_equal(as(CITY, (struct call){ .fn = contact_seen, .id = id, .node = node }, NULL), 200);
    assert_string_equal(hdf_get_value(node, "phone_shown", ""), "138****8000");
    assert_null(hdf_get_obj(node, "phone"));
    static const int others[] = { OTHER_COUNTY, OTHER_OWNER, VISITOR, SYSTEM };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(as(others[i], (struct call){ .fn = contact_seen, .id = id, .node = node }, NULL), 404);
        assert_int_equal(as(others[i], (struct call){ .fn = contact_number, .id = id }, NULL), 404);
    }
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail WHERE act = 'reveal'"), before);
    assert_int_equal(as(COUNTY, (struct call){ .fn = contact_number, .id = id }, &out), 200);
    assert_string_equal(out.text, "13800138000");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail WHERE act = 'reveal' AND detail = '安全检查联系' AND detail NOT LIKE '%138%'"), before + 1);
    hdf_destroy(&node);
}

/* --- qualification ---------------------------------------------------------------------------------------------------------- */

static int64_t qualification_new(const char *capital, const char *scope, int permits, int papers)
{
    char sql[600];
    snprintf(sql, sizeof sql, "INSERT INTO qualification (operator_id, company, division_code, capital, service_scope, platform, register_no)"
             " VALUES (1, '甲公司', '440402', %s, '%s', '充电平台', '2020SR0000001')", capital, scope);
    db_fixture_sql(sql);
    int64_t id = db_fixture_int("SELECT MAX(id) FROM qualification");
    db_fixture_sql("INSERT IGNORE INTO file (id, sha256, kind, size, name) VALUES (77, REPEAT('a', 32), 'png', 10, 'a.png')");
    for (int i = 0; i < permits; i++) {
        snprintf(sql, sizeof sql, "INSERT INTO qualification_technician (qualification_id, name) VALUES (%lld, '员工%d')", (long long)id, i);
        db_fixture_sql(sql);
        db_fixture_sql("INSERT INTO file_link (record, record_id, field, position, file_id) SELECT 'qualification_technician', MAX(id), 'permit', 0, 77 FROM qualification_technician");
        if (i == 0)                                        /* two papers of one person are one permit */
            db_fixture_sql("INSERT INTO file_link (record, record_id, field, position, file_id) SELECT 'qualification_technician', MAX(id), 'permit', 1, 77 FROM qualification_technician");
    }
    static const char *const fields[] = { "certificate", "undertaking" };
    for (int i = 0; i < papers; i++) {
        snprintf(sql, sizeof sql, "INSERT INTO file_link (record, record_id, field, position, file_id) VALUES ('qualification', %lld, '%s', 0, 77)", (long long)id, fields[i]);
        db_fixture_sql(sql);
    }
    return id;
}

static void conditions_are_checked(void **state)
{
    (void)state;
    static const struct { const char *capital, *scope; int permits, papers, status; } rows[] = {
        { "10000000", "building,operation", 8, 2, 200 }, { "9999999.99", "operation", 8, 2, 422 }, { "NULL", "operation", 8, 2, 422 },
        { "20000000", "building,other", 8, 2, 422 }, { "20000000", "service", 7, 2, 422 }, { "20000000", "service", 9, 1, 422 },
        { "20000000", "service", 9, 2, 200 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t id = qualification_new(rows[i].capital, rows[i].scope, rows[i].permits, rows[i].papers);
        assert_int_equal(moved(OTHER_OWNER, "qualification", id, "submit", ""), 404);
        assert_int_equal(moved(OWNER, "qualification", id, "submit", ""), rows[i].status);
    }
}

static void readable(struct work *work, struct call *call)
{
    call->result = qualification_readable(work, call->id);
    int64_t person = db_int(work, 0, "SELECT MAX(id) FROM qualification_technician");
    assert_int_equal(qualification_technician_readable(work, person), call->result);
}

static void editable(struct work *work, struct call *call) { call->result = qualification_editable(work, call->id); }

static bool answer_of(int who, void (*fn)(struct work *work, struct call *call), int64_t id)
{
    struct call out;
    assert_int_equal(as(who, (struct call){ .fn = fn, .id = id }, &out), 200);
    return out.result;
}

static void papers_are_read_by_whom_they_concern(void **state)
{
    (void)state;
    int64_t id = qualification_new("10000000", "operation", 8, 2);
    assert_true(answer_of(OWNER, readable, id));
    assert_true(answer_of(COUNTY, readable, id));
    assert_true(answer_of(CITY, readable, id));
    assert_false(answer_of(OTHER_COUNTY, readable, id));
    assert_false(answer_of(OTHER_OWNER, readable, id));
    assert_false(answer_of(VISITOR, readable, id));
    assert_false(answer_of(COUNTY_PLAIN, readable, id));
    assert_int_equal(moved(OWNER, "qualification", id, "submit", ""), 200);
    db_fixture_sql("INSERT INTO flow_copy (account_id, flow, case_id, step_id) SELECT 22, flow, case_id, id FROM flow_step");
    assert_true(answer_of(COUNTY_PLAIN, readable, id));
}

static void what_is_filed_cannot_be_written(void **state)
{
    (void)state;
    int64_t id = qualification_new("10000000", "operation", 8, 2);
    assert_true(answer_of(OWNER, editable, id));
    assert_false(answer_of(OTHER_OWNER, editable, id));
    assert_int_equal(moved(OWNER, "qualification", id, "submit", ""), 200);
    assert_false(answer_of(OWNER, editable, id));
    assert_int_equal(moved(COUNTY, "qualification", id, "return", "补充许可证"), 200);
    assert_true(answer_of(OWNER, editable, id));
}

static void guide(struct work *work, struct call *call) { company_guide(work, call->node); }

static void guide_counts_its_own(void **state)
{
    HDF *node;
    (void)state;
    assert_null(hdf_init(&node));
    as(OTHER_OWNER, (struct call){ .fn = contact, .text = "别家" }, NULL);
    assert_int_equal(as(OWNER, (struct call){ .fn = guide, .node = node }, NULL), 200);
    assert_string_equal(hdf_get_value(node, "Guide.0.State", ""), "已完善");
    assert_string_equal(hdf_get_value(node, "Guide.1.State", ""), "待登记");
    assert_string_equal(hdf_get_value(node, "Figures.0.Value", ""), "0");
    assert_string_equal(hdf_get_value(node, "Figures.0.Href", ""), "/archives/stations");
    assert_string_equal(hdf_get_value(node, "Reviews.0.Open", ""), "1");
    assert_string_equal(hdf_get_value(node, "Reviews.0.Figures.0.Label", ""), "待提交");
    assert_string_equal(hdf_get_value(node, "Reviews.2.Open", ""), flow_find("equipment-record") ? "1" : "");   /* never a made-up 0 */
    assert_int_equal(as(COUNTY, (struct call){ .fn = guide, .node = node }, NULL), 403);
    hdf_destroy(&node);
}

int main(void)
{
#define TEST(name, fn) { name, fn, reset, NULL, NULL }
    static const struct CMUnitTest tests[] = {
        TEST("Z13: other data are in force at once", other_data_are_in_force_at_once),
        TEST("Z13: key data wait for the review of their own division", key_data_wait_for_the_review),
        TEST("Z13: a refused change leaves what was, and is filed anew", a_refused_change_leaves_what_was),
        TEST("Z13: the code of another operator is refused", a_code_of_another_operator_is_refused),
        TEST("Z13: the reviewer sees what changes", the_reviewer_sees_what_changes),
        TEST("Z13: nobody without a company", nobody_without_a_company),
        TEST("Z14: contacts are the company's own", contacts_are_the_companys_own),
        TEST("Z14: departments see theirs, masked; a full number is noted", departments_see_theirs_masked),
        TEST("H2.4: conditions are checked", conditions_are_checked),
        TEST("H2: papers are read by whom they concern", papers_are_read_by_whom_they_concern),
        TEST("H2: what is filed cannot be written", what_is_filed_cannot_be_written),
        TEST("Z8.3, Z8.4: the guide counts its own", guide_counts_its_own),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
