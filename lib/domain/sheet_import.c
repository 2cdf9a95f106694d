/* sheet_import: see the header. This file: bringing a file and looking at what became of it; sheet_import_job.c runs it. */
#include "domain/sheet_import.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/dict.h"
#include "core/text.h"
#include "domain/file.h"
#include "domain/job.h"
#include "domain/sheet_import_private.h"
#include "web/web.h"

#define Q_FILE "SELECT LOWER(HEX(sha256)) AS hex, name FROM file WHERE id = ?"
#define Q_ADD "INSERT INTO sheet_import (kind, operator_id, account_id, sha256, file_id, name) VALUES (?, ?, ?, UNHEX(?), ?, ?)"
#define Q_SAME "SELECT id FROM sheet_import WHERE kind = ? AND operator_id = ? AND sha256 = UNHEX(?) ORDER BY round DESC LIMIT 1 FOR UPDATE"
#define Q_OWN "SELECT id FROM sheet_import WHERE id = ? AND kind = ? AND operator_id = ? FOR UPDATE"
#define Q_LATEST "SELECT a.id FROM sheet_import a JOIN sheet_import b ON b.kind = a.kind AND b.operator_id = a.operator_id AND b.sha256 = a.sha256" \
                 " WHERE b.id = ? ORDER BY a.round DESC LIMIT 1 FOR UPDATE"
#define Q_ROUND "INSERT INTO sheet_import (kind, operator_id, account_id, sha256, round, file_id, name)" \
                " SELECT kind, operator_id, ?, sha256, round + 1, file_id, name FROM sheet_import WHERE id = ? AND state = 'done'"
#define Q_JOB "(SELECT j.state FROM job j WHERE j.job_key = CONCAT('sheet.import:', i.id))"
#define Q_AGAIN "UPDATE sheet_import i SET i.state = 'waiting', i.rows_total = 0, i.problems = 0, i.findings = NULL," \
                " i.finished_at = NULL, i.account_id = ?, i.name = ?" \
                " WHERE i.id = ? AND (i.state = 'refused' OR (i.state <> 'done' AND COALESCE(" Q_JOB ", 'failed') = 'failed'))"
#define SHOWN "i.id AS Id, i.name AS Name, IF(i.state NOT IN ('done', 'refused') AND COALESCE(" Q_JOB ", 'failed') = 'failed', 'failed', i.state) AS State," \
              " i.rows_total AS Total, CASE i.state WHEN 'done' THEN i.rows_total WHEN 'waiting' THEN 0" \
              " ELSE COALESCE((SELECT p.rows_done FROM sheet_import_progress p WHERE p.import_id = i.id), 0) END AS Done, i.problems AS Problems," \
              " DATE_FORMAT(i.created_at, '%Y-%m-%d %H:%i') AS Created, DATE_FORMAT(i.finished_at, '%Y-%m-%d %H:%i') AS Finished"
#define Q_SHOW "SELECT " SHOWN ", i.findings FROM sheet_import i WHERE i.id = ? AND i.kind = ? AND i.operator_id = ?"
#define Q_RECENT "SELECT " SHOWN " FROM sheet_import i WHERE i.kind = ? AND i.operator_id = ? ORDER BY i.id DESC LIMIT ?"
#define Q_MARK "SELECT findings, LOWER(HEX(sha256)) AS hex FROM sheet_import WHERE id = ? AND kind = ? AND operator_id = ? AND state = 'refused'"

enum { KINDS_MOST = 20 };
static const struct sheet_import_kind *kinds[KINDS_MOST];
static size_t kind_count;

void sheet_import_register(const struct sheet_import_kind *kind)
{
    if (sheet_import_kind_named(kind->name))
        return;
    if (kind_count == KINDS_MOST)
        abort();
    kinds[kind_count++] = kind;
}

const struct sheet_import_kind *sheet_import_kind_named(const char *name)
{
    for (size_t i = 0; i < kind_count; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

const struct sheet_import_kind *sheet_import_kind_at(const char *path)
{
    for (size_t i = 0; i < kind_count; i++) {
        size_t n = strlen(kinds[i]->path);
        if (strncmp(path, kinds[i]->path, n) == 0 && text_has_prefix(path + n, "/import"))
            return kinds[i];
    }
    return NULL;
}

const char *sheet_import_file(struct work *work, const char *hex)
{
    return arena_printf(work->arena, "%s/files/%.2s/%s", path_var(), hex, hex + 2);
}

struct brought { const char *hex, *name; };

static void job_begin(struct work *work, int64_t id)
{
    job_add(work, "sheet.import", arena_printf(work->arena, "sheet.import:%lld", (long long)id),
            arena_printf(work->arena, "{\"id\":%lld}", (long long)id));
}

int64_t sheet_import_take(struct work *work, const char *kind, int64_t file_id, bool *again)
{
    static const struct db_column columns[] = { DB_TEXT(struct brought, hex), DB_TEXT(struct brought, name), DB_END };
    struct brought file;
    int64_t company = work->actor.operator_id;
    if (!sheet_import_kind_named(kind) || !db_struct(work, columns, &file, Q_FILE, I(file_id)))
        fail_ours(work, "import of %s, file %lld: not known", kind, (long long)file_id);
    bool fresh = db_insert_new(work, Q_ADD, T(kind), I(company), I(work->actor.account_id), T(file.hex), I(file_id), T(file.name));
    int64_t id = db_int(work, 0, Q_SAME, T(kind), I(company), T(file.hex));
    *again = !fresh && db_exec(work, Q_AGAIN, I(work->actor.account_id), T(file.name), I(id)) == 0;
    if (fresh)
        file_link(work, "sheet_import", id, "file", &file_id, 1);
    if (!*again)
        job_begin(work, id);
    return id;
}

/* The bytes stay: they belong to the first round. */
int64_t sheet_import_again(struct work *work, const char *kind, int64_t id)
{
    if (!db_int(work, 0, Q_OWN, I(id), T(kind), I(work->actor.operator_id)))
        return 0;
    id = db_int(work, 0, Q_LATEST, I(id));
    if (!db_exec(work, Q_ROUND, I(work->actor.account_id), I(id)))       /* it runs, or was refused: that is the one to look at */
        return id;
    id = db_int(work, 0, Q_LATEST, I(id));
    job_begin(work, id);
    return id;
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

static const char *item(const json_t *row, size_t i)
{
    const char *text = json_string_value(json_array_get(row, i));
    return text ? text : "";
}

static void release_json(void *json) { json_decref(json); }

static json_t *findings_of(struct work *work, const char *text)
{
    json_t *findings = text && *text ? json_loads(text, 0, NULL) : NULL;
    if (findings)
        work_defer(work, release_json, findings);
    return findings;
}

static void show_findings(struct work *work, const json_t *findings, int most, HDF *node)
{
    const json_t *list = json_object_get(findings, "list"), *row;
    size_t i;
    view_set(node, "Refused", json_string_value(json_object_get(findings, "refused")));
    view_set_int(node, "Listed", (int64_t)json_array_size(list));
    json_array_foreach(list, i, row) {
        if ((int)i >= most)
            break;
        HDF *to = view_node(node, arena_printf(work->arena, "List.%zu", i));
        long long number = json_integer_value(json_array_get(row, 1));
        const char *address = item(row, 3);
        view_set(to, "Sheet", item(row, 0));
        view_set(to, "Where", *address ? address : number ? arena_printf(work->arena, "第 %lld 行", number) : "");
        view_set(to, "Label", item(row, 4));
        view_set(to, "Value", item(row, 5));
        view_set(to, "Text", item(row, 6));
    }
}

static void label_state(HDF *node)
{
    const char *state = view_get(node, "State");
    bool running = strcmp(state, "waiting") == 0 || strcmp(state, "checking") == 0 || strcmp(state, "storing") == 0;
    long total = atol(view_get(node, "Total")), done = atol(view_get(node, "Done"));
    view_set(node, "Label", dict_label("sheet_import_state", state));
    view_set(node, "Running", running ? "1" : NULL);
    view_set_int(node, "Percent", total > 0 ? (done < total ? done * 100 / total : 100) : 0);
}

bool sheet_import_show(struct work *work, const char *kind, int64_t id, int most, HDF *node)
{
    if (!db_row(work, node, Q_SHOW, I(id), T(kind), I(work->actor.operator_id)))
        return false;
    label_state(node);
    json_t *findings = findings_of(work, hdf_get_value(node, "findings", NULL));
    if (findings)
        show_findings(work, findings, most, node);
    return true;
}

int sheet_import_recent(struct work *work, const char *kind, int most, HDF *node)
{
    int count = db_rows(work, node, Q_RECENT, T(kind), I(work->actor.operator_id), I(most));
    for (HDF *row = hdf_obj_child(node); row; row = hdf_obj_next(row))
        label_state(row);
    return count;
}

/* --- the marked workbook -------------------------------------------------------------------------------------------- */

struct marked { const char *findings, *hex; };

bool sheet_import_marked(struct work *work, const char *kind, int64_t id, const char *path)
{
    static const struct db_column columns[] = { DB_TEXT(struct marked, findings), DB_TEXT(struct marked, hex), DB_END };
    const struct sheet_import_kind *k = sheet_import_kind_named(kind);
    struct form_sheet_result result = { .list = arena_alloc(work->arena, FORM_SHEET_LISTED * sizeof(struct form_sheet_problem)) };
    struct marked row;
    size_t i;
    if (!k || !db_struct(work, columns, &row, Q_MARK, I(id), T(kind), I(work->actor.operator_id)))
        return false;
    json_t *findings = findings_of(work, row.findings), *one;
    json_array_foreach(json_object_get(findings, "list"), i, one)
        if (result.count < FORM_SHEET_LISTED)
            result.list[result.count++] = (struct form_sheet_problem){ .sheet = item(one, 0), .row = json_integer_value(json_array_get(one, 1)),
                .column = (int)json_integer_value(json_array_get(one, 2)), .address = item(one, 3), .label = item(one, 4),
                .value = item(one, 5), .text = item(one, 6) };
    result.problems = json_integer_value(json_object_get(findings, "count"));
    return result.count && form_sheet_marked(work, k->sheet, sheet_import_file(work, row.hex), &result, path);
}
