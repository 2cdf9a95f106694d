/* list_pages: how long the list engine takes over a long table, statement by statement and whole.
 *
 *     list_pages [rows]        200,000 stations and facility records of 40 operators and as many jobs by default; prints medians of 60
 * Compiled like a unit test; a database of its own (tests/unit/db_fixture.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "core/text.h"
#include "db_fixture.h"
#include "list/list.h"

enum { TIMES = 60 };

static const char *now_list;
static void show(struct request *rq) { list_page(rq, now_list); }
static void csv(struct request *rq)  { list_csv(rq, now_list); }

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void measure(struct work *db, const struct actor *actor, const char *list, const char *what, const char *query)
{
    int64_t took[TIMES], first;
    char form[40], total[80] = "";
    now_list = list;
    snprintf(form, sizeof form, "list:%s", list);
    for (int i = 0; i < TIMES; i++) {
        int64_t began = clock_micro();
        struct asked *a = ask(db, actor, GET, form, query, show);
        took[i] = clock_micro() - began;
        snprintf(total, sizeof total, "%s", page_value(a, "List.TotalText"));
        if (!a->good)
            printf("%s: %s\n", query, a->rq.work.fail_detail);
        asked_done(a);
    }
    first = took[0];
    qsort(took, TIMES, sizeof *took, by_size);
    printf("%-16s %-34s %7.2f ms median %7.2f ms p95 %7.2f ms first   %s\n", list, what, took[TIMES / 2] / 1000.0, took[TIMES * 95 / 100] / 1000.0,
           first / 1000.0, total);
}

static void deep(struct work *db, const struct actor *actor)
{
    char query[1200] = "";
    now_list = "station";
    for (int i = 0; i < 1000; i++) {
        struct asked *a = ask(db, actor, GET, "list:station", query, show);
        const char *next = page_value(a, "List.Pager.Next");
        if (*next)
            snprintf(query, sizeof query, "%s", strchr(next, '?') + 1);
        asked_done(a);
    }
    measure(db, actor, "station", "page 1,000 of a department", query);
}

/* As many facility records of 40 operators, in stations of a hundred. */
static void fill_records(long rows)
{
    char sql[2000];
    snprintf(sql, sizeof sql, "INSERT INTO station_record (operator_id, code, name, division_code, state, submitted_at, passed_at)"
             " SELECT 1 + seq %% 40, CONCAT('S', LPAD(seq, 7, '0')), CONCAT('档案站', seq), 440402 + seq %% 3, 'passed', NOW(3), NOW(3) FROM seq_1_to_%ld", rows / 100);
    db_fixture_sql(sql);
    snprintf(sql, sizeof sql, "INSERT INTO equipment_record (operator_id, station_record_id, code, name, serial_no, manufacturer_name, equipment_type, power,"
             " division_code, state, submitted_at, passed_at, connected_at, updated_at) SELECT s.operator_id, s.id, CONCAT('E', LPAD(seq, 8, '0')), CONCAT('充电桩', seq),"
             " CONCAT('SN', seq), CONCAT('厂商', seq %% 30), 1 + seq %% 2, 7 + seq %% 350, s.division_code,"
             " IF(seq %% 1000 = 7, 'unlinked', ELT(1 + seq %% 8, 'draft', 'filed', 'passed', 'linked', 'linked', 'linked', 'linked', 'linking')),"
             " IF(seq %% 8 = 0, NULL, NOW(3)), IF(seq %% 8 < 2, NULL, NOW(3)), IF(seq %% 8 < 3, NULL, NOW(3)), NOW(3) - INTERVAL seq SECOND"
             " FROM seq_1_to_%ld JOIN station_record s ON s.id = 1 + seq DIV 100 %% %ld", rows, rows / 100);
    db_fixture_sql(sql);
    db_fixture_sql("ANALYZE TABLE station_record, equipment_record");
}

static void records(struct work *db, const struct actor *city, const struct actor *one)
{
    const char *list = "equipment_record";
    measure(db, city, list, "first page of a department", "");
    measure(db, city, list, "waiting for review", "state=filed&state=linking");
    measure(db, city, list, "rare state (0.1 %)", "state=unlinked");
    measure(db, city, list, "one county, one type", "area=440402&equipment_type=1");
    measure(db, city, list, "code beginning with (10 rows)", "q=E0001234");
    measure(db, city, list, "station beginning with (100 rows)", "station=%E6%A1%A3%E6%A1%88%E7%AB%99777");
    measure(db, city, list, "maker and power", "manufacturer=%E5%8E%82%E5%95%867&power_from=120&power_to=180");
    measure(db, city, list, "sorted by update", "sort=-updated_at");
    measure(db, one, list, "first page of an operator", "");
    measure(db, one, list, "an operator's drafts", "state=draft");
    measure(db, one, list, "an operator, three filters", "state=linked&equipment_type=1&area=440403");
    measure(db, one, list, "an operator, serial number", "q=SN4321");
    measure(db, one, list, "an operator, connected", "connected=1");
    measure(db, one, "station_record", "first page of an operator", "");
}

static void fill(long rows)
{
    char sql[1400];
    db_fixture_sql("INSERT INTO operator (id, code, name, short_name) SELECT seq, CONCAT('OP', LPAD(seq, 7, '0')), CONCAT('运营商', seq), CONCAT('运', seq) FROM seq_1_to_40");
    snprintf(sql, sizeof sql, "INSERT INTO station (operator_id, code, name, division_code, lng, lat, station_type, station_status, source, park_nums, seen_at, updated_at)"
             " SELECT 1 + seq %% 40, CONCAT('S', LPAD(seq, 7, '0')), CONCAT('测试充电站', seq), 440402 + seq %% 3, 113.5, 22.2,"
             " ELT(1 + seq %% 4, 1, 50, 100, 255), ELT(1 + (seq %% 100 > 90) + (seq %% 1000 = 993), 50, 6, 5), 'demo', seq %% 90, NOW(), NOW(3) - INTERVAL seq SECOND FROM seq_1_to_%ld", rows);
    db_fixture_sql(sql);
    snprintf(sql, sizeof sql, "INSERT INTO job (kind, job_key, payload, state) SELECT ELT(1 + seq %% 3, 'map.build', 'exchange.tend', 'exchange.pull-status'), CONCAT('k', seq), '{}',"
             " IF(seq %% 997 = 0, 'failed', IF(seq > %ld - 20, 'waiting', 'done')) FROM seq_1_to_%ld", rows, rows);
    db_fixture_sql(sql);
    db_fixture_sql("ANALYZE TABLE station, job");
}

int main(int argc, char **argv)
{
    long rows = argc > 1 ? atol(argv[1]) : 200000;
    struct work *db = db_fixture();
    struct actor city = { .account_id = 1, .division = "4404", .login = "", .name = "", .role = "city" };
    struct actor one = { .account_id = 2, .operator_id = 3, .division = "", .login = "", .name = "", .role = "operator" };
    struct actor admin = { .account_id = 3, .division = "", .login = "", .name = "", .role = "admin", .capabilities = CAP_BIT(CAP_JOB_VIEW) };
    lists_load((const char *const[]){ "job", "station", "station_record", "equipment_record", NULL });
    fill(rows);
    fill_records(rows);
    measure(db, &city, "station", "first page of a department", "");
    deep(db, &city);
    measure(db, &city, "station", "sorted by update", "sort=-updated_at");
    measure(db, &city, "station", "one type", "station_type=1");
    measure(db, &city, "station", "two types, in use, one county", "station_type=1&station_type=50&station_status=50&area=440402");
    measure(db, &city, "station", "rare state (0.1 %)", "station_status=5");
    measure(db, &city, "station", "rare state and type (nothing)", "station_status=5&station_type=1");
    measure(db, &city, "station", "name beginning with (all)", "q=%E6%B5%8B%E8%AF%95");
    measure(db, &city, "station", "code beginning with (10 rows)", "q=S000123");
    measure(db, &city, "station", "one day", "updated_from=2026-01-01&updated_to=2026-01-02");
    measure(db, &one, "station", "first page of an operator", "");
    measure(db, &one, "station", "an operator, two filters", "station_type=100&station_status=50");
    records(db, &city, &one);
    measure(db, &admin, "job", "first page", "");
    measure(db, &admin, "job", "failed (0.1 %)", "state=failed");
    measure(db, &admin, "job", "waiting or running (20 rows)", "state=waiting&state=running");
    measure(db, &admin, "job", "one kind, done", "kind=map.build&state=done");
    measure(db, &admin, "job", "key beginning with", "job_key=k1234");
    int64_t began = clock_micro();
    now_list = "station";
    struct asked *a = ask(db, &city, GET, "list:station", "", csv);
    printf("station  CSV of everything                            %7.0f ms, %zu bytes\n", (clock_micro() - began) / 1000.0, a->io.answer.size);
    asked_done(a);
    FILE *status = fopen("/proc/self/status", "r");
    for (char line[200]; fgets(line, sizeof line, status);)
        if (strncmp(line, "VmHWM", 5) == 0)
            printf("%s", line);
    fclose(status);
    return 0;
}
