/* parameters: 参数 as this place has them, beside the defaults of conf/portal.hdf and what stands behind each there.
 * Read only: they are read once at start, and belong to whoever keeps the machine. Secrets are never shown. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "core/config.h"
#include "core/text.h"

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
static void add(struct request *rq, HDF *group, int n, const char *name, char *line)
{
    HDF *entry = view_node(group, arena_printf(rq->work.arena, "Keys.%d", n));
    const char *key = arena_printf(rq->work.arena, "%s.%s", view_get(group, "Name"), name), *value = config_text(key);
    char *mark = strstr(line, " #");
    if (mark) {
        *mark = '\0';
        view_set(entry, "Help", mark + 2 + strspn(mark + 2, " "));
    }
    trim(line);
    line += strspn(line, " ");
    bool secret = is_secret(key);
    view_set(entry, "Name", key);
    view_set(entry, "Value", secret && *value ? "（已设置，不显示）" : *value ? value : "（空）");
    view_set(entry, "Default", secret ? "" : *line ? line : "（空）");
    if (!secret && strcmp(value, line) != 0)
        view_set(entry, "Changed", "1");
}

static const char *const shown[] = { "Database", "Web", "Session", "Password", "Crypto", "Files", "Outbox", "Mail", "Sms", "Map",
                                     "Exchange", "Jobs", "Demo", NULL };

static bool is_shown(const char *name)
{
    for (const char *const *one = shown; *one; one++)
        if (strcmp(*one, name) == 0)
            return true;
    return false;
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
            group = is_shown(name) ? view_node(rq->page, arena_printf(rq->work.arena, "Groups.%d", groups++)) : NULL;
            if (group)
                view_set(group, "Name", name);
            keys = 0;
        }
        if (line[0] != '#' && strlen(line) && line[strlen(line) - 1] == '{')
            depth++;
        else if (strcmp(line + strspn(line, " "), "}") == 0)
            depth--;
        else if (group && depth == 1 && sscanf(line, " %79[A-Za-z] =", name) == 1 && strchr(line, '='))
            add(rq, group, keys++, name, strchr(line, '=') + 1);
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
    page(rq, "admin/parameters.cst");
}
