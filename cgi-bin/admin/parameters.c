/* parameters: 参数. Those of schema/parameters.hdf are edited here and are true within seconds; the rest of conf/portal.hdf is
 * read once at start, belongs to whoever keeps the machine and is only shown. Secrets are never shown. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "core/config.h"
#include "core/text.h"
#include "domain/setting.h"

static bool is_secret(const char *key)
{
    return strstr(key, "Password.") != key && (strstr(key, "Password") || strstr(key, "SignKey") || strstr(key, "Secret"));
}

static void trim(char *text)
{
    for (size_t n = strlen(text); n && strchr(" \t\r\n", text[n - 1]);)
        text[--n] = '\0';
}

/* One line "  Name = value   # words" of a group. */
static void add(struct request *rq, HDF *group, int *n, const char *name, char *line)
{
    const char *key = arena_printf(rq->work.arena, "%s.%s", view_get(group, "Name"), name), *value = config_text(key);
    if (parameter_editable(key))
        return;
    HDF *entry = view_node(group, arena_printf(rq->work.arena, "Keys.%d", (*n)++));
    char *mark = strstr(line, " #");
    if (mark)
        *mark = '\0';
    trim(line);
    line += strspn(line, " ");
    bool secret = is_secret(key);
    view_set(entry, "Name", key);
    view_set(entry, "Value", secret && *value ? "（已设置，不显示）" : *value ? value : "（空）");
    view_set(entry, "Default", secret ? "" : *line ? line : "（空）");
    if (!secret && strcmp(value, line) != 0)
        view_set(entry, "Changed", "1");
}

static const struct { const char *name, *label; } shown[] = {
    { "Database", "数据库" }, { "Web", "网页服务" }, { "Session", "登录会话" }, { "Password", "密码" }, { "Crypto", "密码算法" },
    { "Files", "文件" }, { "Mail", "邮件发送" }, { "Sms", "短信发送" }, { "Map", "充电地图" }, { "Exchange", "互联互通" },
    { "Jobs", "后台任务" }, { "Demo", "演示数据" } };

/* NULL: not shown */
static const char *label_of(const char *name)
{
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (strcmp(shown[i].name, name) == 0)
            return shown[i].label;
    return NULL;
}

/* conf/portal.hdf as it is laid out: "Group {", its keys, "}". */
static void read_file(struct request *rq, FILE *file)
{
    char line[1000], name[80];
    HDF *group = NULL;
    int groups = 0, keys = 0, depth = 0;
    while (fgets(line, sizeof line, file)) {
        trim(line);
        if (depth == 0 && sscanf(line, "%79[A-Za-z] {", name) == 1 && strchr(line, '{')) {
            group = label_of(name) ? view_node(rq->page, arena_printf(rq->work.arena, "Groups.%d", groups++)) : NULL;
            if (group) {
                view_set(group, "Name", name);
                view_set(group, "Label", label_of(name));
            }
            keys = 0;
        }
        if (line[0] != '#' && strlen(line) && line[strlen(line) - 1] == '{')
            depth++;
        else if (strcmp(line + strspn(line, " "), "}") == 0)
            depth--;
        else if (group && depth == 1 && sscanf(line, " %79[A-Za-z] =", name) == 1 && strchr(line, '='))
            add(rq, group, &keys, name, strchr(line, '=') + 1);
    }
}

void parameter_page(struct request *rq)
{
    view_set(rq->page, "Title", "参数");
    FILE *file = fopen(path_in_root("conf/portal.hdf"), "r");
    if (!file)
        fail_ours(&rq->work, "conf/portal.hdf cannot be read");
    read_file(rq, file);
    fclose(file);
    parameters_list(&rq->work, view_node(rq->page, "Editable"));
    page(rq, "admin/parameters.cst");
}

/* --- one of them ------------------------------------------------------------------------------------------------ */

static HDF *frame(struct request *rq)
{
    const char *key = form_text(rq, "parameter");
    HDF *one = view_node(rq->page, "Parameter");
    if (!parameter_load(&rq->work, key, one))
        fail(&rq->work, FAIL_MISSING, "没有这项参数，或该参数不能在此调整，请从「参数」进入。");
    view_setf(rq->page, "Title", "调整参数：%s", view_get(one, "Label"));
    setting_history(&rq->work, arena_printf(rq->work.arena, "parameter:%s", key), view_node(rq->page, "History"));
    return one;
}

void parameter_edit(struct request *rq)
{
    HDF *one = frame(rq);
    if (form_int(rq, "done"))
        view_set(rq->page, "Notice", "参数已调整，数秒内在全平台生效");
    view_set(rq->page, "Values.seen", view_get(one, "Version"));
    view_set(rq->page, "Values.value", view_get(one, "Value"));
    page(rq, "admin/parameter-edit.cst");
}

void parameter_redraw(struct request *rq)
{
    HDF *one = frame(rq);
    if (*view_get(rq->page, "Conflict"))                 /* now over what the other made */
        view_set(rq->page, "Values.seen", view_get(one, "Version"));
    page(rq, "admin/parameter-edit.cst");
}

static _Noreturn void too_late(struct request *rq, HDF *one)
{
    const char *mine = form_int(rq, "plain") ? "恢复默认值" : form_text(rq, "value");
    form_conflict(rq, arena_printf(rq->work.arena, "%s已于 %s 将该参数改为 %s %s，您填写的是 %s。请核对后重新提交，或放弃修改。",
                  view_get(one, "Who"), view_get(one, "At"), view_get(one, "Value"), view_get(one, "Unit"), mine));
    abort();
}

void parameter_save(struct request *rq)
{
    const char *key = form_text(rq, "parameter"), *value = form_int(rq, "plain") ? NULL : form_text(rq, "value");
    HDF *one = view_node(rq->page, "Parameter");
    if (!parameter_load(&rq->work, key, one))
        fail(&rq->work, FAIL_MISSING, "没有这项参数，或该参数不能在此调整，请从「参数」进入。");
    const char *wrong = value ? parameter_wrong(&rq->work, key, value) : NULL;
    if (wrong) {
        form_error(rq, "value", "%s", wrong);
        form_refuse(rq);
    }
    const struct setting_change change = { .subject = key, .value = value, .seen = form_int(rq, "seen"),
                                           .reason = form_text(rq, "reason"), .address = rq->address };
    if (!parameter_set(&rq->work, &change)) {
        parameter_load(&rq->work, key, one);
        too_late(rq, one);
    }
    redirect(rq, "/admin/parameters/edit?parameter=%s&done=1", key);
}
