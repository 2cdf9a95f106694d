/* import: see the header. */
#include "import.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives.h"
#include "core/config.h"
#include "core/text.h"
#include "domain/equipment_record.h"
#include "domain/sheet_import.h"

enum { RECENT = 10, LISTED = 200 };

static const char xlsx[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/* What this address imports; its list, template and title are on the page. */
static const struct sheet_import_kind *kind_of(struct request *rq)
{
    const struct sheet_import_kind *kind = sheet_import_kind_at(rq->path);
    if (!kind)
        fail(&rq->work, FAIL_MISSING, "%s", "");
    return kind;
}

/* --- S3.1: in some places stations and then piles are the two steps of one application ------------------------------ */

static const struct apply_step {
    const char *kind, *key, *label, *submit, *next;      /* key: Site.Records.<key>, the template's name there */
} apply_steps[] = {
    { "station-record", "ApplyStations", "上传充电站信息", "下一步", "/archives/equipment/import?ready=1" },
    { "equipment-record", "ApplyEquipment", "上传充电桩信息", "提交", NULL } };
enum { APPLY_STEPS = sizeof apply_steps / sizeof *apply_steps };

static const char *template_name(struct request *rq, const struct sheet_import_kind *kind)
{
    for (int i = 0; i < APPLY_STEPS; i++)
        if (strcmp(apply_steps[i].kind, kind->name) == 0 && *site_label(apply_steps[i].key, ""))
            return site_label(apply_steps[i].key, "");
    return arena_printf(rq->work.arena, "%s导入模板", kind->noun);
}

static void apply_to_page(struct request *rq, const struct sheet_import_kind *kind)
{
    const struct apply_step *step = NULL;
    if (!*site_label(apply_steps[0].key, ""))
        return;
    for (int i = 0; i < APPLY_STEPS; i++) {
        HDF *node = view_node(rq->page, arena_printf(rq->work.arena, "Apply.Steps.%d", i));
        bool now = strcmp(apply_steps[i].kind, kind->name) == 0;
        view_set(node, "Label", apply_steps[i].label);
        view_set(node, "State", now ? "now" : step ? "" : "done");
        step = now ? &apply_steps[i] : step;
    }
    view_set(rq->page, "Title", "充电桩接入申请");
    view_setf(rq->page, "Apply.Template", "%s.xlsx", template_name(rq, kind));
    if (!step)
        return;
    view_set(rq->page, "Apply.Submit", step->submit);
    view_set(rq->page, "Apply.Next", step->next);
    equipment_record_ready(&rq->work, view_node(rq->page, "Ready"));
}

void apply_page(struct request *rq)
{
    equipment_record_ready(&rq->work, view_node(rq->page, "Ready"));
    view_set(rq->page, "Title", "申请接入");
    page(rq, "archives/apply.cst");
}

static void frame(struct request *rq, const struct sheet_import_kind *kind)
{
    view_setf(rq->page, "Title", "批量导入%s", kind->noun);
    apply_to_page(rq, kind);
    view_set(rq->page, "Noun", kind->noun);
    view_set(rq->page, "List", kind->path);
    view_setf(rq->page, "Import", "%s/import", kind->path);
}

void import_page(struct request *rq)
{
    const struct sheet_import_kind *kind = kind_of(rq);
    frame(rq, kind);
    form_show(rq, "import-take", NULL, arena_printf(rq->work.arena, "%s/import", kind->path));
    sheet_import_recent(&rq->work, kind->name, RECENT, view_node(rq->page, "Recent"));
    page(rq, "archives/import.cst");
}

void import_take(struct request *rq)
{
    const struct sheet_import_kind *kind = kind_of(rq);
    bool again;
    int64_t id = sheet_import_take(&rq->work, kind->name, values_int_at(rq->values, "file", 0), &again);
    redirect(rq, "%s/import/%" PRId64 "%s", kind->path, id, again ? "?done=same" : "");
}

static const char *once_more(struct work *work, void *arg)
{
    struct request *rq = arg;
    int64_t id = sheet_import_again(work, kind_of(rq)->name, form_int(rq, "id"));
    if (!id)
        fail(work, FAIL_MISSING, "%s", "没有这条导入记录，请从导入页面重新进入。");
    return arena_printf(work->arena, "%" PRId64, id);
}

void import_again(struct request *rq)
{
    const char *id = submission_once(&rq->work, rq->work.idempotency, once_more, rq);
    redirect(rq, "%s/import/%s", kind_of(rq)->path, id);
}

void import_progress(struct request *rq)
{
    const struct sheet_import_kind *kind = kind_of(rq);
    HDF *node = view_node(rq->page, "One");
    if (!sheet_import_show(&rq->work, kind->name, form_int(rq, "id"), LISTED, node))
        fail(&rq->work, FAIL_MISSING, "%s", "没有这条导入记录，请从导入页面重新进入。");
    view_set(rq->page, "Same", strcmp(form_text(rq, "done"), "same") == 0 ? "1" : NULL);
    frame(rq, kind);
    page(rq, "archives/import-one.cst");
}

/* --- workbooks to take away --------------------------------------------------------------------------------------- */

static void remove_file(void *path) { unlink(path); }

static char *fresh_file(struct request *rq)
{
    char *path = arena_printf(rq->work.arena, "%s/tmp/sheet-XXXXXX", path_var());
    int descriptor = mkstemp(path);
    if (descriptor < 0)
        fail(&rq->work, FAIL_UNAVAILABLE, "暂时不能生成文件，请稍后重试。");
    close(descriptor);
    work_defer(&rq->work, remove_file, path);
    return path;
}

static _Noreturn void give(struct request *rq, const char *path, const char *name)
{
    header_add(rq, "Content-Disposition", arena_printf(rq->work.arena, "attachment; filename=\"import.xlsx\"; filename*=UTF-8''%s.xlsx",
                                                       text_percent(rq->work.arena, name, "")));
    answer_file(rq, xlsx, path);
}

void import_template(struct request *rq)
{
    const struct sheet_import_kind *kind = kind_of(rq);
    char *path = fresh_file(rq);
    if (!form_sheet_template(&rq->work, kind->sheet, path))
        fail(&rq->work, FAIL_UNAVAILABLE, "暂时不能生成模板，请稍后重试。");
    give(rq, path, template_name(rq, kind));
}

void import_marked(struct request *rq)
{
    const struct sheet_import_kind *kind = kind_of(rq);
    char *path = fresh_file(rq);
    if (!sheet_import_marked(&rq->work, kind->name, form_int(rq, "id"), path))
        fail(&rq->work, FAIL_MISSING, "%s", "没有可下载的标注文件，请从导入页面重新进入。");
    give(rq, path, arena_printf(rq->work.arena, "%s导入-错误标注", kind->noun));
}
