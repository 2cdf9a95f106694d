/* demo_records: archives of the first demonstration operators, made of what their platforms pushed: records in every
 * state, reports with their paper, the ways they came. Made once; follows from the ids alone. */
#include <stdio.h>

#include "core/config.h"
#include "core/db.h"
#include "core/side.h"
#include "domain/checks.h"
#include "domain/demo.h"
#include "domain/equipment_record.h"
#include "domain/file.h"
#include "domain/station_record.h"
#include "draw/station_picture.h"
#include "web/web.h"

#define OPERATORS " (SELECT id FROM (SELECT id FROM operator WHERE source = 'demo' ORDER BY id LIMIT 4) AS first)"
#define OF_ONE    " FROM station s WHERE s.source = 'demo' AND s.removed_at IS NULL AND s.operator_id IN" OPERATORS
#define AGO       " - INTERVAL (10 + s.id % 40) DAY"
#define LATELY(id) " - INTERVAL (" id " % 9) DAY - INTERVAL (" id " % 7) HOUR"      /* what waits has waited for days, not months */

/* Of twenty stations one is 「待提交」, one waits, one was refused; of thirty facilities likewise, and one waits for its
 * interconnection. */
#define STATE_S "ELT(1 + id % 20, 'draft', 'filed', 'refused')"
#define STATE_E "ELT(1 + e.id % 30, 'draft', 'filed', 'refused', 'passed', 'passed', 'passed', 'passed', 'linking', 'unlinked')"

#define Q_ANY "SELECT 1 FROM station_record LIMIT 1"
#define Q_CONNECTED "UPDATE operator SET connected_at = COALESCE(connected_at, NOW(3) - INTERVAL 60 DAY) WHERE id IN" OPERATORS
/* The demonstration operator itself walks the wizard from its beginning. */
#define Q_CONNECTIONS "INSERT INTO connection (operator_id, platform_id, kind, company, division_code, stations, state, state_at, connected_at)" \
    " SELECT id, id, 'import', name, COALESCE(division_code, ''), 'all', 'connected', NOW(3) - INTERVAL 60 DAY, NOW(3) - INTERVAL 60 DAY FROM operator" \
    " WHERE id IN" OPERATORS " AND id > (SELECT MIN(id) FROM operator WHERE source = 'demo')"
#define Q_STATIONS "INSERT INTO station_record (operator_id, code, name, division_code, address, station_tel, service_tel, station_type," \
    " station_status, construction, park_nums, typed_lng, typed_lat, datum, lng, lat, site_guide, match_cars, park_info, busine_hours," \
    " electricity_fee, service_fee, park_fee, payment, support_order, opened_on, state, state_at, submitted_at, passed_at)" \
    " SELECT operator_id, code, LEFT(name, 50), division_code, LEFT(address, 50), LEFT(station_tel, 30), LEFT(service_tel, 30)," \
    " COALESCE(station_type, 1), station_status, COALESCE(construction, 9), park_nums, lng, lat, 'gcj02', lng, lat," \
    " LEFT(site_guide, 100), LEFT(match_cars, 100), LEFT(park_info, 100), LEFT(IF(busine_hours = '', '00:00-24:00', busine_hours), 100)," \
    " LEFT(IF(electricity_fee = '', '1.00 元/度', electricity_fee), 255), LEFT(IF(service_fee = '', '0.60 元/度', service_fee), 100)," \
    " LEFT(park_fee, 100), LEFT(payment, 20), support_order, CURDATE() - INTERVAL (100 + id % 900) DAY," \
    " COALESCE(" STATE_S ", 'passed'), IF(id % 20 = 1, NOW(3)" LATELY("id") ", NOW(3)" AGO ")," \
    " IF(id % 20 = 0, NULL, IF(id % 20 = 1, NOW(3)" LATELY("id") ", NOW(3)" AGO ")), IF(id % 20 > 2, NOW(3)" AGO ", NULL)" OF_ONE " AND CHAR_LENGTH(code) <= 20"
#define Q_REPORTS "INSERT INTO report (operator_id, name, model, manufacturer_name, equipment_type, power, number, agency, issued_on," \
    " valid_until, division_code) SELECT s.operator_id, CONCAT(LEFT(e.model, 30), ' 型式试验报告'), LEFT(e.model, 20), e.manufacturer_name," \
    " e.equipment_type, MAX(e.power), CONCAT('DEMO-', s.operator_id, '-', MIN(e.id)), '国家电动汽车充换电设施检测中心（演示）'," \
    " CURDATE() - INTERVAL (200 + MIN(e.id) % 300) DAY, CURDATE() + INTERVAL 3 YEAR, o.division_code FROM station s" \
    " JOIN equipment e ON e.station_id = s.id JOIN operator o ON o.id = s.operator_id WHERE s.source = 'demo' AND s.operator_id IN" OPERATORS \
    " AND e.model <> '' GROUP BY s.operator_id, e.model, e.manufacturer_name, e.equipment_type"
#define Q_VERSIONS "INSERT INTO report_file (report_id, version, number, agency, issued_on, valid_until, actor_name)" \
    " SELECT id, 1, number, agency, issued_on, valid_until, '演示运营商' FROM report"
#define Q_EQUIPMENT "INSERT INTO equipment_record (operator_id, station_record_id, report_id, code, name, serial_no, manufacturer_name," \
    " model, equipment_type, power, voltage_lower, voltage_upper, current, national_standard, production_date, commissioned_on," \
    " division_code, state, state_at, submitted_at, passed_at, connected_at)" \
    " SELECT r.operator_id, r.id, (SELECT MIN(t.id) FROM report t WHERE t.operator_id = r.operator_id AND t.model = LEFT(e.model, 20)" \
    " AND t.equipment_type = e.equipment_type), e.code, LEFT(IF(e.name = '', CONCAT(RIGHT(e.code, 4), '号桩'), e.name), 30)," \
    " CONCAT('SN', LPAD(e.id, 8, '0')), LEFT(e.manufacturer_name, 30), LEFT(e.model, 20), e.equipment_type, COALESCE(e.power, 60)," \
    " COALESCE((SELECT MIN(c.voltage_lower) FROM connector c WHERE c.equipment_id = e.id), 200)," \
    " COALESCE((SELECT MAX(c.voltage_upper) FROM connector c WHERE c.equipment_id = e.id), 750)," \
    " COALESCE((SELECT MAX(c.current) FROM connector c WHERE c.equipment_id = e.id), 125), 2," \
    " COALESCE(e.production_date, CURDATE() - INTERVAL (1100 + e.id % 300) DAY), CURDATE() - INTERVAL (50 + e.id % 40) DAY, r.division_code," \
    " IF(r.passed_at IS NULL, 'draft', COALESCE(" STATE_E ", 'linked')), IF(r.passed_at IS NOT NULL AND e.id % 30 IN (1, 7), NOW(3)" LATELY("e.id") ", NOW(3)" AGO ")," \
    " IF(r.passed_at IS NULL OR e.id % 30 = 0, NULL, NOW(3)" AGO "), IF(r.passed_at IS NULL OR e.id % 30 < 3, NULL, NOW(3)" AGO ")," \
    " IF(r.passed_at IS NULL OR e.id % 30 < 9, NULL, NOW(3)" AGO ") FROM station_record r JOIN station s ON s.operator_id = r.operator_id" \
    " AND s.code = r.code JOIN equipment e ON e.station_id = s.id WHERE e.removed_at IS NULL AND CHAR_LENGTH(e.code) <= 23" \
    " AND (r.passed_at IS NOT NULL OR e.id % 12 = 0)"      /* of the others the company has begun a few */

/* What a reviewer has something to find in: in each county a station and a facility that differ from what the platform pushes,
 * a station that stands elsewhere, a facility with another one's serial number. */
#define WAITING(table, which) " (SELECT id FROM (SELECT " which "(id) AS id FROM " table " WHERE state = 'filed' GROUP BY division_code" \
    " HAVING '" which "' = 'MIN' OR COUNT(*) > 1) AS waiting)"
#define Q_DIFFERS_S "UPDATE station_record SET park_nums = park_nums + 6 WHERE id IN" WAITING("station_record", "MIN")
#define Q_ASTRAY    "UPDATE station_record SET typed_lng = typed_lng - 0.6, lng = lng - 0.6 WHERE id IN" WAITING("station_record", "MAX")
#define Q_DIFFERS_E "UPDATE equipment_record SET power = power * 2 WHERE id IN" WAITING("equipment_record", "MIN")
#define Q_TWIN      "UPDATE equipment_record e JOIN (SELECT division_code, MIN(serial_no) AS serial_no FROM equipment_record WHERE state = 'linked'" \
    " GROUP BY division_code) t ON t.division_code = e.division_code SET e.serial_no = t.serial_no WHERE e.id IN" WAITING("equipment_record", "MAX")
#define Q_GUNS "INSERT INTO connector_record (equipment_record_id, code, name, connector_type, national_standard, power, voltage_lower," \
    " voltage_upper, current, park_no) SELECT r.id, LEFT(c.code, 26), LEFT(c.name, 30), c.connector_type, COALESCE(c.national_standard, 2)," \
    " COALESCE(c.power, r.power), COALESCE(c.voltage_lower, r.voltage_lower), COALESCE(c.voltage_upper, r.voltage_upper)," \
    " COALESCE(c.current, r.current), LEFT(c.park_no, 10) FROM equipment_record r JOIN equipment e ON e.operator_id = r.operator_id" \
    " AND e.code = r.code JOIN connector c ON c.equipment_id = e.id WHERE c.removed_at IS NULL"
#define Q_COUNTS "UPDATE equipment_record r SET r.connectors = (SELECT COUNT(*) FROM connector_record c WHERE c.equipment_record_id = r.id)"

/* Every seventh station of the first operator was built by another company, which entrusts it (H3.2). */
#define BUILDER " (SELECT id FROM (SELECT id FROM operator WHERE code = 'DEMOBUILD') AS builder)"
#define Q_BUILT "INSERT IGNORE INTO entrustment (builder_id, operator_id, state, decided_at) SELECT b.id, (SELECT MIN(id) FROM operator WHERE source = 'demo' AND code <> 'DEMOBUILD')," \
    " 'confirmed', NOW(3) FROM operator b WHERE b.code = 'DEMOBUILD'"
#define Q_BUILT_FOR "UPDATE station SET owner_code = 'DEMOBUILD', built_by =" BUILDER " WHERE id % 7 = 0 AND source = 'demo' AND operator_id =" \
    " (SELECT MIN(operator_id) FROM entrustment WHERE builder_id =" BUILDER ")"

#define STEP(flow, table, action, from, to, who, role, own, opinion, states) \
    "INSERT INTO flow_step (flow, case_id, action, from_state, to_state, actor_name, actor_role, as_owner, opinion, at)" \
    " SELECT '" flow "', id, '" action "', '" from "', '" to "', '" who "', '" role "', " own ", '" opinion "', state_at FROM " table \
    " WHERE FIND_IN_SET(state, '" states "') ORDER BY id"
#define BY_OWNER "演示运营商", "充电设施运营商", "1", ""
#define BY_CITY  "市发展改革部门", "市级主管部门", "0"
#define DUE(flow, table, states) "INSERT INTO flow_due (flow, case_id, due_on, since, from_on, days) SELECT '" flow "', id, DATE(state_at) + INTERVAL 7 DAY," \
    " state_at, DATE(state_at), 5 FROM " table " WHERE FIND_IN_SET(state, '" states "')"
#define STEP_OF(...) STEP(__VA_ARGS__)
#define ALL_S "draft,filed,refused,passed"
#define ALL_E "draft,filed,refused,passed,linking,unlinked,linked"
#define ROAD_S "station-record", "station_record"
#define ROAD_E "equipment-record", "equipment_record"

static void ways_make(struct work *work)
{
    db_exec(work, STEP_OF(ROAD_S, "", "", "draft", BY_OWNER, ALL_S));
    db_exec(work, STEP_OF(ROAD_S, "submit", "draft", "filed", BY_OWNER, "filed,refused,passed"));
    db_exec(work, STEP_OF(ROAD_S, "refuse", "filed", "refused", BY_CITY, "站点地址与现场不一致，请核对后重新申请。", "refused"));
    db_exec(work, STEP_OF(ROAD_S, "pass", "filed", "passed", BY_CITY, "", "passed"));
    db_exec(work, STEP_OF(ROAD_E, "", "", "draft", BY_OWNER, ALL_E));
    db_exec(work, STEP_OF(ROAD_E, "submit", "draft", "filed", BY_OWNER, "filed,refused,passed,linking,unlinked,linked"));
    db_exec(work, STEP_OF(ROAD_E, "refuse", "filed", "refused", BY_CITY, "额定功率与检测报告不一致，请核对后重新申请。", "refused"));
    db_exec(work, STEP_OF(ROAD_E, "pass", "filed", "passed", BY_CITY, "", "passed,linking,unlinked,linked"));
    db_exec(work, STEP_OF(ROAD_E, "link", "passed", "linking", BY_OWNER, "linking,unlinked,linked"));
    db_exec(work, STEP_OF(ROAD_E, "link_refuse", "linking", "unlinked", BY_CITY, "平台未上报该设施的实时状态。", "unlinked"));
    db_exec(work, STEP_OF(ROAD_E, "link_pass", "linking", "linked", BY_CITY, "", "linked"));
    db_exec(work, DUE("station-record", "station_record", "filed"));
    db_exec(work, DUE("equipment-record", "equipment_record", "filed,linking"));
}

/* --- the paper every report carries ------------------------------------------------------------------------------- */

static int64_t paper_make(struct work *work)
{
    static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        "4 0 obj<</Length 62>>stream\nBT /F 20 Tf 72 760 Td (Type test report - demonstration) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    char *path = arena_printf(work->arena, "%s/tmp/demo-report.pdf", path_var());
    FILE *file = fopen(path, "w");
    int64_t id = 0;
    if (!file)
        return 0;
    fputs(pdf, file);
    fclose(file);
    const struct upload upload = { .field = "paper", .path = path, .name = "型式试验报告（演示）.pdf", .size = sizeof pdf - 1 };
    const char *wrong = file_take(work, &upload, FILE_PDF, &id);
    remove(path);
    return wrong ? 0 : id;
}

static void papers_tie(struct work *work)
{
    int64_t paper = paper_make(work), first = 0;
    HDF *rows;
    if (!paper)
        return;
    if (hdf_init(&rows))
        fail_ours(work, "out of memory");
    db_rows(work, rows, "SELECT id FROM report_file");
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row)) {
        int64_t id = hdf_get_int_value(row, "id", 0);
        if (first)
            file_link_all(work, "report_file", first, "report_file", id);
        else
            file_link(work, "report_file", first = id, "paper", &paper, 1);
    }
    hdf_destroy(&rows);
}

/* --- the pictures stations and facilities show: drawn, so that nobody takes them for photographs ------------------- */

enum { PICTURES = 6 };

static int64_t picture_make(struct work *work, int n)
{
    char *path = arena_printf(work->arena, "%s/tmp/demo-station-%d.png", path_var(), n);
    FILE *file = fopen(path, "w");
    int64_t id = 0;
    if (!file)
        return 0;
    bool drawn = station_picture_png(file, n);
    long size = ftell(file);
    fclose(file);
    const struct upload upload = { .field = "photos", .path = path, .name = "站点照片（演示）.png", .size = (size_t)size };
    const char *wrong = drawn ? file_take(work, &upload, FILE_IMAGE, &id) : "";
    remove(path);
    return wrong ? 0 : id;
}

#define Q_PICTURES(table) "INSERT INTO file_link (record, record_id, field, position, file_id) SELECT '" table "', id, 'photos', ?, ? FROM " table \
    " WHERE (id + ?) % ? = 0"

/* Two pictures a station, one a facility. */
static void pictures_tie(struct work *work)
{
    for (int n = 0; n < PICTURES; n++) {
        int64_t picture = picture_make(work, n);
        if (!picture)
            return;
        db_exec(work, Q_PICTURES("station_record"), I(0), I(picture), I(n), I(PICTURES));
        db_exec(work, Q_PICTURES("station_record"), I(1), I(picture), I(n + 1), I(PICTURES));
        db_exec(work, Q_PICTURES("equipment_record"), I(0), I(picture), I(n), I(PICTURES));
    }
}

/* --- all of it -------------------------------------------------------------------------------------------------------- */

static void keep(struct work *work, void (*one)(struct work *work, int64_t id), HDF *rows)
{
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row))
        one(work, hdf_get_int_value(row, "id", 0));
}

/* What passed says what it says today. */
static void passed_keep(struct work *work)
{
    HDF *rows;
    if (hdf_init(&rows))
        fail_ours(work, "out of memory");
    db_rows(work, view_node(rows, "s"), "SELECT id FROM station_record WHERE passed_at IS NOT NULL");
    db_rows(work, view_node(rows, "e"), "SELECT id FROM equipment_record WHERE passed_at IS NOT NULL");
    keep(work, station_record_keep, hdf_get_obj(rows, "s"));
    keep(work, equipment_record_keep, hdf_get_obj(rows, "e"));
    hdf_destroy(&rows);
    db_exec(work, "UPDATE station_record SET passed_at = state_at WHERE passed_at IS NOT NULL");
    db_exec(work, "UPDATE equipment_record SET passed_at = state_at WHERE passed_at IS NOT NULL");
}

static void records_make(struct work *side, void *arg)
{
    (void)arg;
    if (db_int(side, 0, Q_ANY))
        return;
    db_exec(side, Q_CONNECTED);
    db_exec(side, Q_CONNECTIONS);
    db_exec(side, Q_STATIONS);
    db_exec(side, Q_REPORTS);
    db_exec(side, Q_VERSIONS);
    db_exec(side, Q_EQUIPMENT);
    db_exec(side, Q_GUNS);
    db_exec(side, Q_COUNTS);
    db_exec(side, Q_DIFFERS_S);
    db_exec(side, Q_ASTRAY);
    db_exec(side, Q_DIFFERS_E);
    db_exec(side, Q_TWIN);
    papers_tie(side);
    pictures_tie(side);
    ways_make(side);
    passed_keep(side);
}

void demo_built(struct work *work)
{
    if (db_exec(work, Q_BUILT))
        db_exec(work, Q_BUILT_FOR);
}

void demo_records(struct work *work)
{
    checks_register();
    form_open("station-record");
    form_open("equipment-record");
    side_run(work, side_open(work), WORK_WRITE, records_make, NULL);
}
