/* record_sheets: see the header. With {station,equipment}_record.c it writes tables station_record, equipment_record and
 * connector_record. Tens of thousands of rows come at once, so what they are compared with (the codes the company has
 * already, the divisions of its stations) is gathered before the first row, under the company's lock when they are stored:
 * nobody else adds a code between. An attacker would try a station or report of another company: they are looked up within
 * the own company alone. */
#include "domain/record_sheets.h"

#include <stdio.h>

#include "core/db.h"
#include "core/keyed.h"
#include "domain/record.h"
#include "domain/sheet_import.h"
#include "domain/trail.h"
#include "flow/flow.h"

#define Q_STATION_CODES "SELECT 0, code, '' FROM station_record WHERE operator_id = ? AND code IS NOT NULL"
#define Q_CODES "SELECT 0, code, '' FROM equipment_record WHERE operator_id = ? AND code IS NOT NULL"
#define Q_GUN_CODES "SELECT 0, c.code, '' FROM equipment_record e JOIN connector_record c ON c.equipment_record_id = e.id" \
                    " WHERE e.operator_id = ? AND c.code <> ''"
#define Q_STATIONS "SELECT id, '', division_code FROM station_record WHERE operator_id = ?"
#define Q_STATION_COUNT "SELECT COUNT(*) FROM station_record WHERE operator_id = ?"
#define Q_STATION "SELECT id FROM station_record WHERE operator_id = ? AND code = ?"
#define Q_REPORT "SELECT id FROM report WHERE operator_id = ? AND number = ?"

enum { BEGUN_MOST = 50, DIVISION_SIZE = 13 };
enum { CODES, GUN_CODES, STATIONS };             /* kinds of text in struct gathered */

struct gathered {
    int64_t       own;
    struct keyed *known;                         /* codes: 1; station ids: place in `divisions` + 1 */
    char        (*divisions)[DIVISION_SIZE];
    int64_t       stations;
    int64_t       begun[BEGUN_MOST];             /* stored, their way not begun yet */
    size_t        begun_count;
};

/* --- before the rows ------------------------------------------------------------------------------------------------- */

struct row { int64_t id; const char *code, *division; };
struct gathering { struct gathered *g; size_t kind; };

static const struct db_column columns[] = { DB_INT(struct row, id), DB_TEXT(struct row, code), DB_TEXT(struct row, division), DB_END };

static void gather_code(void *row, void *arg)
{
    const struct gathering *to = arg;
    *keyed_at(to->g->known, to->kind, ((struct row *)row)->code) = 1;
}

static void gather_station(void *row, void *arg)
{
    struct gathered *g = arg;
    const struct row *station = row;
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)station->id);
    snprintf(g->divisions[g->stations], DIVISION_SIZE, "%s", station->division);
    *keyed_at(g->known, STATIONS, id) = ++g->stations;
}

static struct gathered *gathered_new(struct work *work, bool storing)
{
    struct gathered *g = arena_alloc(work->arena, sizeof *g);
    int64_t own = storing ? record_lock(work) : record_company(work);
    *g = (struct gathered){ .own = own, .known = keyed_new(work) };
    return g;
}

static void *stations_begin(struct work *work, bool storing)
{
    struct gathered *g = gathered_new(work, storing);
    struct row row;
    db_each(work, columns, &row, gather_code, (&(struct gathering){ g, CODES }), Q_STATION_CODES, I(g->own));
    return g;
}

static void *equipment_begin(struct work *work, bool storing)
{
    struct gathered *g = gathered_new(work, storing);
    struct row row;
    db_each(work, columns, &row, gather_code, (&(struct gathering){ g, CODES }), Q_CODES, I(g->own));
    db_each(work, columns, &row, gather_code, (&(struct gathering){ g, GUN_CODES }), Q_GUN_CODES, I(g->own));
    g->divisions = arena_alloc(work->arena, (size_t)(db_int(work, 0, Q_STATION_COUNT, I(g->own)) + 1) * DIVISION_SIZE);
    db_each(work, columns, &row, gather_station, g, Q_STATIONS, I(g->own));
    return g;
}

/* --- rows -------------------------------------------------------------------------------------------------------------- */

static void check_code(struct form_values *values, const struct gathered *g, size_t kind, const char *noun)
{
    const char *code = values_text(values, "code");
    if (*code && keyed_get(g->known, kind, code))
        values_error(values, "code", "「%s」%s 已用于本企业的另一份%s，请核对", values_label(values, "code"), code, noun);
}

static void station_check(struct work *work, struct form_values *values, void *with)
{
    (void)work;
    check_code(values, with, CODES, "站点档案");
}

static void equipment_check(struct work *work, struct form_values *values, void *with)
{
    (void)work;
    check_code(values, with, CODES, "设施档案");
    for (size_t i = 0; i < values_count(values, "guns"); i++)
        check_code(values_row(values, "guns", i), with, GUN_CODES, "设施档案");
}

static void begin_ways(struct work *work, struct gathered *g, const char *flow)
{
    flow_begin_many(work, flow, g->begun, g->begun_count);
    g->begun_count = 0;
}

static void store(struct work *work, struct form_values *values, struct gathered *g, const char *flow)
{
    values_give(values, "operator_id", I(g->own));
    record_sign(work, values);
    g->begun[g->begun_count++] = form_store(work, values, 0);
    if (g->begun_count == BEGUN_MOST)
        begin_ways(work, g, flow);
}

static void station_store(struct work *work, struct form_values *values, void *with)
{
    station_check(work, values, with);
    if (!values_wrong(values))
        store(work, values, with, "station-record");
}

static void equipment_store(struct work *work, struct form_values *values, void *with)
{
    struct gathered *g = with;
    int64_t at = keyed_get(g->known, STATIONS, values_text(values, "station_record_id"));
    equipment_check(work, values, with);
    if (!at)
        values_error(values, "station_record_id", "「所属充电站」的站点档案已删除，请核对");
    if (values_wrong(values))
        return;
    values_give(values, "division_code", T(g->divisions[at - 1]));
    values_give(values, "connectors", I((int64_t)values_count(values, "guns")));
    store(work, values, g, "equipment-record");
}

/* One line of the trail for all of them; the import names the file. */
static void end(struct work *work, struct gathered *g, const char *flow, int64_t import, int64_t rows)
{
    begin_ways(work, g, flow);
    trail_write(work, "record-import", arena_printf(work->arena, "sheet-import:%lld", (long long)import), "done",
                arena_printf(work->arena, "%s %lld", flow, (long long)rows), "");
}

static void stations_end(struct work *work, int64_t import, int64_t rows, void *with) { end(work, with, "station-record", import, rows); }
static void equipment_end(struct work *work, int64_t import, int64_t rows, void *with) { end(work, with, "equipment-record", import, rows); }

/* --- the workbooks ------------------------------------------------------------------------------------------------------ */

static int64_t station_named(struct work *work, const char *code)
{
    return db_int(work, 0, Q_STATION, I(record_company(work)), T(code));
}

static int64_t report_numbered(struct work *work, const char *number)
{
    return db_int(work, 0, Q_REPORT, I(record_company(work)), T(number));
}

static const char *const equipment_notes[] = {
    "站点档案和报告档案需先录入：本表以充电站编码、报告编号与其关联。",
    "每台充电设施在「充电设施」中填一行，它的每把充电枪在「充电接口」中填一行，以设施编码对应。", NULL };

static const struct form_sheet station_sheet = { .form = "station-record", .title = "站点档案" };
static const struct form_sheet equipment_sheet = {
    .form = "equipment-record", .title = "充电设施", .rows = "充电接口", .notes = equipment_notes,
    .references = {
        { "station_record_id", "所属充电站编码", "已录入的站点档案的充电站编码", "ST0001", station_named, "请先录入该充电站的站点档案" },
        { "report_id", "检测报告编号", "已录入的报告档案的报告编号", "JC-2024-0001", report_numbered, "请先录入该报告档案" } } };

void record_sheets_process(void)
{
    static const struct sheet_import_kind kinds[] = {
        { "station-record", "站点档案", "/archives/stations", &station_sheet, stations_begin, station_check, station_store, stations_end },
        { "equipment-record", "设施档案", "/archives/equipment", &equipment_sheet, equipment_begin, equipment_check, equipment_store,
          equipment_end } };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        sheet_import_register(&kinds[i]);
}
