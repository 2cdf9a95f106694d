/* sheet_import_job: the job behind an import: check all, then store all in one transaction with the word that it is done.
 * How far it is, is written on a second connection, for the page that shows it; it also renews the job's lease. */
#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/side.h"
#include "core/text.h"
#include "domain/job.h"
#include "domain/role.h"
#include "domain/sheet_import.h"
#include "domain/sheet_import_private.h"

#define Q_LOAD "SELECT i.kind, LOWER(HEX(i.sha256)), a.id, i.operator_id, a.login, a.name, a.role FROM sheet_import i" \
               " JOIN account a ON a.id = i.account_id WHERE i.id = ?" \
               " AND a.state IN ('active', 'must_change') AND COALESCE(a.operator_id, 0) = i.operator_id"
#define Q_OPEN "SELECT COUNT(*) FROM sheet_import WHERE id = ? AND state NOT IN ('done', 'refused')"
#define Q_STEP "UPDATE sheet_import SET state = ?, rows_total = ? WHERE id = ? AND state NOT IN ('done', 'refused')"
#define Q_DONE_ROWS "INSERT INTO sheet_import_progress (import_id, rows_done) VALUES (?, ?) ON DUPLICATE KEY UPDATE rows_done = VALUES(rows_done)"
#define Q_REFUSE "UPDATE sheet_import SET state = 'refused', problems = ?, findings = ?, rows_total = ?, finished_at = NOW(3)" \
                 " WHERE id = ? AND state NOT IN ('done', 'refused')"
#define Q_FINISH "UPDATE sheet_import SET state = 'done', rows_total = ?, finished_at = NOW(3)" \
                 " WHERE id = ? AND state NOT IN ('done', 'refused')"

struct import {
    const char *kind_name, *hex, *login, *name, *role;
    int64_t     account_id, operator_id, id;
    const struct sheet_import_kind *kind;
    const char *path;
    struct work *side;
    const char *step;
    int64_t     rows;                    /* done, of the pass that runs */
    struct form_sheet_result result;
    void       *with;                    /* of kind->begin, in the pass that runs */
};

static void load(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_TEXT(struct import, kind_name), DB_TEXT(struct import, hex),
        DB_INT(struct import, account_id), DB_INT(struct import, operator_id), DB_TEXT(struct import, login),
        DB_TEXT(struct import, name), DB_TEXT(struct import, role), DB_END };
    struct import *in = arg;
    int64_t id = in->id;
    if (!db_int(work, 0, Q_OPEN, I(id)))                 /* done, and its runner was killed before it said so */
        return;
    if (!db_struct(work, columns, in, Q_LOAD, I(id)))
        fail(work, FAIL_MISSING, "提交人的账号已停用，不再导入。");
    in->id = id;
}

/* --- how far ------------------------------------------------------------------------------------------------------ */

static void tell_rows(struct work *side, void *arg)
{
    const struct import *in = arg;
    db_exec(side, Q_DONE_ROWS, I(in->id), I(in->rows));
}

static void tell_step(struct work *side, void *arg)
{
    struct import *in = arg;
    db_exec(side, Q_STEP, T(in->step), I(in->result.rows), I(in->id));
    in->rows = 0;
    tell_rows(side, in);
}

static void renew_lease(struct work *side, void *arg)
{
    const struct import *in = arg;
    job_progress(side, arena_printf(side->arena, "%s %lld 行", in->step, (long long)in->rows));
}

static void progress(struct work *work, int64_t rows, void *arg)
{
    struct import *in = arg;
    in->rows = rows;
    side_run(work, in->side, WORK_WRITE, tell_rows, in);
    side_run(work, in->side, WORK_PLAIN, renew_lease, in);
}

/* --- the two passes ------------------------------------------------------------------------------------------------ */

static void check_row(struct work *work, struct form_values *values, void *arg)
{
    const struct import *in = arg;
    if (in->kind->check)
        in->kind->check(work, values, in->with);
}

static void store_row(struct work *work, struct form_values *values, void *arg)
{
    const struct import *in = arg;
    in->kind->store(work, values, in->with);
}

static void check_all(struct work *work, void *arg)
{
    struct import *in = arg;
    in->with = in->kind->begin ? in->kind->begin(work, false) : NULL;
    form_sheet_read(work, in->kind->sheet, in->path, &(struct form_sheet_pass){ .row = check_row, .progress = progress, .arg = in },
                    &in->result);
}

static void store_all(struct work *work, void *arg)
{
    struct import *in = arg;
    struct form_sheet_result result;
    in->with = in->kind->begin ? in->kind->begin(work, true) : NULL;
    if (!form_sheet_read(work, in->kind->sheet, in->path, &(struct form_sheet_pass){ .row = store_row, .progress = progress, .arg = in },
                         &result))
        fail(work, FAIL_CONFLICT, "导入期间数据有变化，将重新检查。");
    if (in->kind->end)
        in->kind->end(work, in->id, result.rows, in->with);
    if (db_exec(work, Q_FINISH, I(result.rows), I(in->id)) != 1)
        fail(work, FAIL_CONFLICT, "该文件已由其他进程导入。");
}

static json_t *findings_json(const struct form_sheet_result *result)
{
    json_t *list = json_array();
    for (size_t i = 0; i < result->count; i++) {
        const struct form_sheet_problem *p = &result->list[i];
        json_array_append_new(list, json_pack("[s, I, i, s, s, s, s]", p->sheet, (json_int_t)p->row, p->column, p->address, p->label,
                                              p->value, p->text));
    }
    return json_pack("{s:s*, s:I, s:o}", "refused", result->refused, "count", (json_int_t)result->problems, "list", list);
}

static void refuse(struct work *work, void *arg)
{
    const struct import *in = arg;
    json_t *findings = findings_json(&in->result);
    char *text = json_dumps(findings, JSON_COMPACT);
    json_decref(findings);
    const char *kept = arena_copy(work->arena, text ? text : "{}");
    free(text);
    db_exec(work, Q_REFUSE, I(in->result.problems), T(kept), I(in->result.rows), I(in->id));
}

void sheet_import_job(struct work *work, const json_t *payload)
{
    struct import in = { .id = json_integer_value(json_object_get(payload, "id")) };
    work_must(work, WORK_READ, load, &in);
    if (!in.kind_name)
        return;
    in.kind = sheet_import_kind_named(in.kind_name);
    if (!in.kind)
        fail_ours(work, "import of %s: nobody registered it", in.kind_name);
    struct actor runner = work->actor;
    in.side = side_open(work);
    in.side->job_id = work->job_id;
    in.path = sheet_import_file(work, in.hex);
    work->actor = (struct actor){ .account_id = in.account_id, .operator_id = in.operator_id, .login = in.login, .name = in.name,
                                  .role = in.role, .role_label = role_label(in.role), .division = "", .capabilities = role_capabilities(in.role) };
    in.step = "checking";
    side_run(work, in.side, WORK_WRITE, tell_step, &in);
    work_must(work, WORK_READ, check_all, &in);
    if (in.result.refused || in.result.problems) {
        work_must(work, WORK_WRITE, refuse, &in);
    } else {
        in.step = "storing";
        side_run(work, in.side, WORK_WRITE, tell_step, &in);
        work_must(work, WORK_WRITE, store_all, &in);
    }
    work->actor = runner;
}
