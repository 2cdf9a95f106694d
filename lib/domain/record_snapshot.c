/* record_snapshot: see the header. Rows are added, never changed. */
#include "domain/record_snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "web/web.h"

#define NEXT       "SELECT ?, ?, COALESCE(MAX(number), 0) + 1, ?, "
#define INTO       "INSERT INTO record_snapshot (flow, record_id, number, said, report_id, report_version) "
#define OF         " FROM record_snapshot WHERE flow = ? AND record_id = ?"
#define Q_KEEP     INTO NEXT "NULL, NULL" OF
#define Q_KEEP_EQUIPMENT INTO NEXT "(SELECT report_id FROM equipment_record WHERE id = ?)," \
                   " (SELECT r.version FROM equipment_record e JOIN report r ON r.id = e.report_id WHERE e.id = ?)" OF
#define Q_READ     "SELECT said, DATE_FORMAT(at, '%Y-%m-%d %H:%i'), COALESCE(report_id, 0), COALESCE(report_version, 0)" OF \
                   " ORDER BY number DESC LIMIT ?, 1"
#define Q_PASSED   "SELECT passed, DATE_FORMAT(passed_at, '%Y-%m-%d %H:%i'), 0, 0 FROM station_record WHERE id = ? AND passed IS NOT NULL"
#define Q_PASSED_EQUIPMENT "SELECT passed, DATE_FORMAT(passed_at, '%Y-%m-%d %H:%i'), 0, 0 FROM equipment_record WHERE id = ? AND passed IS NOT NULL"
#define Q_REPORT   "SELECT r.id, r.version, r.name FROM equipment_record e JOIN report r ON r.id = e.report_id WHERE e.id = ?"
#define Q_WHOSE    "SELECT operator_id FROM equipment_record WHERE id = ?"
#define Q_REPORT_NAME "SELECT CONCAT(name, '（', number, '）') FROM report WHERE id = ? AND operator_id = ?"
#define Q_STATION_NAME "SELECT CONCAT(name, '（', COALESCE(code, ''), '）') FROM station_record WHERE id = ? AND operator_id = ?"

struct said { const char *json, *at; int64_t report_id, report_version; };
struct report_now { int64_t id, version; const char *name; };

static const struct db_column said_columns[] = { DB_TEXT(struct said, json), DB_TEXT(struct said, at), DB_INT(struct said, report_id),
                                                 DB_INT(struct said, report_version), DB_END };

static bool facility(const char *flow) { return strcmp(flow, "equipment-record") == 0; }

void record_snapshot_keep(struct work *work, const char *flow, int64_t id)
{
    struct value json = T(values_to_json(form_load(work, flow, id)));
    if (facility(flow))
        db_exec(work, Q_KEEP_EQUIPMENT, T(flow), I(id), json, I(id), I(id), T(flow), I(id));
    else
        db_exec(work, Q_KEEP, T(flow), I(id), json, T(flow), I(id));
}

/* The submission before the present one; else what passed. */
static bool earlier(struct work *work, const char *flow, int64_t id, struct said *said, const char **against)
{
    *against = "上次提交";
    if (db_struct(work, said_columns, said, Q_READ, T(flow), I(id), I(1)))
        return true;
    *against = "上次通过";
    return facility(flow) ? db_struct(work, said_columns, said, Q_PASSED_EQUIPMENT, I(id))
                          : db_struct(work, said_columns, said, Q_PASSED, I(id));
}

void record_names_put(struct work *work, int64_t operator_id, HDF *rows)
{
    static const char *const sides[] = { "Before", "Now" };
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row)) {
        bool report = strcmp(view_get(row, "Field"), "report_id") == 0, station = strcmp(view_get(row, "Field"), "station_record_id") == 0;
        for (int s = 0; (report || station) && s < 2; s++) {
            int64_t id = strtoll(view_get(row, sides[s]), NULL, 10);
            const char *name = !id ? NULL : report ? db_text(work, Q_REPORT_NAME, I(id), I(operator_id))
                                                   : db_text(work, Q_STATION_NAME, I(id), I(operator_id));
            view_set(row, sides[s], name ? name : id ? "无此档案" : "未填写");
        }
    }
}

/* The same report with another paper: since the submission before, or behind the reviewer's back since the present one. */
static void report_changes(struct work *work, const char *flow, int64_t id, const struct said *before, HDF *node)
{
    static const struct db_column columns[] = { DB_INT(struct report_now, id), DB_INT(struct report_now, version), DB_TEXT(struct report_now, name), DB_END };
    struct report_now now;
    struct said present;
    if (!facility(flow) || !db_struct(work, columns, &now, Q_REPORT, I(id)))
        return;
    bool since = db_struct(work, said_columns, &present, Q_READ, T(flow), I(id), I(0)) && present.report_id == now.id
                 && present.report_version < now.version;
    const char *text = since ? "本次提交后更换了型式试验报告"
                     : before && before->report_id == now.id && before->report_version < now.version ? "型式试验报告已更换" : NULL;
    int64_t was = since ? present.report_version : before ? before->report_version : 0;
    if (!text)
        return;
    view_set(node, "Report.Label", now.name);
    view_setf(node, "Report.Text", "%s（第 %lld 版 → 第 %lld 版）", text, (long long)was, (long long)now.version);
    view_setf(node, "Report.Path", "/archives/reports/%lld", (long long)now.id);
}

void record_snapshot_changes(struct work *work, const char *flow, int64_t id, HDF *node)
{
    struct said before;
    const char *against;
    if (!earlier(work, flow, id, &before, &against)) {
        view_set(node, "First", "1");
        report_changes(work, flow, id, NULL, node);
        return;
    }
    struct form_values *said = values_new(work, form_find(work, flow));
    values_from_json(said, before.json, 0);
    (void)values_check(said, true);                    /* types them: what was good then is not asked again */
    int count = values_diff(work, form_load(work, flow, id), said, view_node(node, "Rows"));
    if (facility(flow))
        record_names_put(work, db_int(work, 0, Q_WHOSE, I(id)), hdf_get_obj(node, "Rows"));
    report_changes(work, flow, id, &before, node);
    view_set(node, "Since", before.at);
    view_set(node, "Against", against);
    view_set_int(node, "Count", count + (*view_get(node, "Report.Text") ? 1 : 0));
}
