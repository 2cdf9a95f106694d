/* dictionaries: 字典 and which forms and lists use each. Those that belong to the business are changed here; the others are part
 * of the program, a value means something to it, and are only read. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "core/config.h"
#include "core/dict.h"
#include "core/text.h"
#include "domain/setting.h"

enum { FILE_SIZE = 64 * 1024 };

/* Does a declaration name the dictionary: dict=x, not followed by more of a name? */
static bool names(const char *text, const char *dict)
{
    size_t size = strlen(dict);
    for (const char *at = text; (at = strstr(at, "dict=")); at += 5)
        if (strncmp(at + 5, dict, size) == 0 && strchr(" ,]\n", at[5 + size]))
            return true;
    return false;
}

static void add_uses(struct request *rq, HDF *entry, const char *dict, const char *folder, const char *label, int *n)
{
    char *text = arena_alloc(rq->work.arena, FILE_SIZE);
    struct dirent **files;
    int count = scandir(path_in_root(folder), &files, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = files[i]->d_name, *end = strrchr(name, '.');
        FILE *file = end && strcmp(end, ".hdf") == 0 ? fopen(arena_printf(rq->work.arena, "%s/%s", path_in_root(folder), name), "r") : NULL;
        if (file) {
            text[fread(text, 1, FILE_SIZE - 1, file)] = '\0';
            fclose(file);
            if (names(text, dict))
                view_setf(entry, arena_printf(rq->work.arena, "Uses.%d", (*n)++), "%s %.*s", label, (int)(end - name), name);
        }
        free(files[i]);
    }
    if (count >= 0)
        free(files);
}

void dictionary_page(struct request *rq)
{
    HDF *list = view_node(rq->page, "Dicts");
    view_set(rq->page, "Title", "字典");
    dictionaries_list(list);
    for (HDF *one = hdf_obj_child(list); one; one = hdf_obj_next(one)) {
        int uses = 0;
        add_uses(rq, one, view_get(one, "Key"), "schema/forms", "表单", &uses);
        add_uses(rq, one, view_get(one, "Key"), "schema/lists", "列表", &uses);
    }
    page(rq, "admin/dictionaries.cst");
}

/* --- one entry ---------------------------------------------------------------------------------------------------- */

static HDF *frame(struct request *rq, const char *code)
{
    HDF *entry = view_node(rq->page, "Entry");
    if (!dictionary_entry(&rq->work, form_text(rq, "dict"), code, entry))
        fail(&rq->work, FAIL_MISSING, "没有这个条目，或该字典不能在此调整，请从「字典」进入。");
    view_setf(rq->page, "Title", *code ? "调整%s：%s" : "新增%s%s", view_get(entry, "Title"), view_get(entry, "Label"));
    if (!*code)
        view_set(rq->page, "CodeHint", hdf_get_value(dict_code_rule(dict_find(form_text(rq, "dict"))), "hint", NULL));
    else
        setting_history(&rq->work, arena_printf(rq->work.arena, "dict:%s:%s", form_text(rq, "dict"), code), view_node(rq->page, "History"));
    return entry;
}

void dictionary_entry_page(struct request *rq)
{
    HDF *entry = frame(rq, form_text(rq, "code"));
    static const char *const pairs[][2] = { { "Code", "Values.code" }, { "Label", "Values.label" }, { "Position", "Values.position" },
                                            { "Hidden", "Values.hidden" }, { "Version", "Values.seen" } };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        view_set(rq->page, pairs[i][1], view_get(entry, pairs[i][0]));
    if (form_int(rq, "done"))
        view_set(rq->page, "Notice", "字典已调整，数秒内在全平台生效");
    page(rq, "admin/dictionary-entry.cst");
}

void dictionary_entry_redraw(struct request *rq)
{
    HDF *entry = frame(rq, form_int(rq, "added") ? "" : form_text(rq, "code"));
    if (*view_get(rq->page, "Conflict"))                 /* now over what the other made */
        view_set(rq->page, "Values.seen", view_get(entry, "Version"));
    page(rq, "admin/dictionary-entry.cst");
}

static _Noreturn void too_late(struct request *rq, const struct dict_change *c)
{
    HDF *entry = view_node(rq->page, "Entry");
    if (form_int(rq, "added"))
        fail(&rq->work, FAIL_CONFLICT, "该代码已由他人新增，请返回「字典」查看。");
    dictionary_entry(&rq->work, c->dict, c->code, entry);
    form_conflict(rq, arena_printf(rq->work.arena, "该条目已由他人改为「%s」（排序 %s%s），您填写的是「%s」（排序 %lld%s）。请核对后重新提交，或放弃修改。",
                  view_get(entry, "Label"), view_get(entry, "Position"), hdf_get_int_value(entry, "Hidden", 0) ? "，已停用" : "",
                  c->label, (long long)c->position, c->hidden ? "，停用" : ""));
    abort();
}

void dictionary_entry_save(struct request *rq)
{
    const struct dict_change change = { .dict = form_text(rq, "dict"), .code = form_text(rq, "code"), .label = form_text(rq, "label"),
        .position = form_int(rq, "position"), .seen = form_int(rq, "seen"), .hidden = form_int(rq, "hidden") == 1,
        .reason = form_text(rq, "reason"), .address = rq->address };
    bool new = form_int(rq, "added") == 1;
    const char *field, *wrong;
    frame(rq, new ? "" : change.code);
    wrong = dictionary_wrong(&rq->work, &change, new, &field);
    if (wrong) {
        form_error(rq, field, "%s", wrong);
        form_refuse(rq);
    }
    if (!dictionary_set(&rq->work, &change))
        too_late(rq, &change);
    redirect(rq, "/admin/dictionaries/entry?dict=%s&code=%s&done=1", change.dict, change.code);
}
