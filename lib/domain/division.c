/* division: see the header. Only this file writes table division. */
#include "domain/division.h"

#include <string.h>

#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/trail.h"

enum { FIELDS = 5, LINE_SIZE = 400, ESTIMATE = 3800, LEVELS = 5 };

#define Q_UPSERT                                                                                      \
    "INSERT INTO division (code, parent_code, level, name, portal_owned) VALUES (?, NULLIF(?, ''), ?, ?, ?)" \
    " ON DUPLICATE KEY UPDATE parent_code = VALUES(parent_code), level = VALUES(level), name = VALUES(name)"

static bool line_split(char *line, char *fields[FIELDS])
{
    line[strcspn(line, "\r\n")] = '\0';
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = strsep(&line, "\t");
        if (!fields[i])
            return false;
    }
    return line == NULL;
}

static bool line_store(struct work *work, char *line)
{
    char *fields[FIELDS];
    int64_t level, owned;

    if (!line_split(line, fields) || !*fields[0] || !*fields[3] || !text_to_int(fields[2], 1, 4, &level)
        || !text_to_int(fields[4], 0, 1, &owned))
        return false;
    db_exec(work, Q_UPSERT, T(fields[0]), T(fields[1]), I(level), T(fields[3]), I(owned));
    return true;
}

int64_t division_load(struct work *work, FILE *file, struct progress *progress)
{
    char line[LINE_SIZE];
    int64_t rows = 0;

    while (fgets(line, sizeof line, file)) {
        if (!line_store(work, line))
            fail(work, FAIL_INVALID, "区划表第 %lld 行格式不正确，应为五列（代码、上级、级别、名称、自有标志）。",
                 (long long)rows + 1);
        rows++;
        progress_tell(progress, (double)rows / ESTIMATE, rows);
    }
    return rows;
}

const char *division_name(struct work *work, const char *code)
{
    const char *name = db_text(work, "SELECT name FROM division WHERE code = ?", T(code));

    return name ? name : "";
}

struct division_row { const char *parent, *name; };

static bool is_heading(const char *name)
{
    return strcmp(name, "市辖区") == 0 || strcmp(name, "县") == 0 || strstr(name, "直辖县级行政区划");
}

const char *division_path(struct work *work, const char *code)
{
    static const struct db_column columns[] = {
        DB_TEXT(struct division_row, parent), DB_TEXT(struct division_row, name), DB_END };
    const char *path = "";

    for (int level = 0; code && *code && level < LEVELS; level++) {
        struct division_row row;
        if (!db_struct(work, columns, &row, "SELECT parent_code, name FROM division WHERE code = ?", T(code)))
            break;
        if (!is_heading(row.name))
            path = arena_printf(work->arena, "%s%s", row.name, path);
        code = row.parent;
    }
    return path;
}

int division_children(struct work *work, const char *parent, HDF *node)
{
    return db_rows(work, node,
                   "SELECT code, name FROM division WHERE parent_code = ? AND retired = 0 ORDER BY portal_owned, code", T(parent));
}

/* --- what staff change ------------------------------------------------------------------------------------- */

#define Q_BROWSE "SELECT d.code, d.name, d.level, d.portal_owned, d.retired," \
                 " (SELECT COUNT(*) FROM division c WHERE c.parent_code = d.code) AS children FROM division d" \
                 " WHERE COALESCE(d.parent_code, '') = ? ORDER BY d.portal_owned, d.code"
#define Q_LEVEL  "SELECT level FROM division WHERE code = ? AND portal_owned = 0 FOR UPDATE"
#define Q_TWIN   "SELECT COUNT(*) FROM division WHERE parent_code = ? AND name = ? AND code <> ?"
#define Q_COUNT  "SELECT COUNT(*) FROM division WHERE parent_code = ? AND portal_owned = 1"
#define Q_ADD    "INSERT INTO division (code, parent_code, level, name, portal_owned) VALUES (?, ?, ?, ?, 1)"
#define Q_RENAME "UPDATE division SET name = ? WHERE code = ? AND portal_owned = 1"
#define Q_RETIRE "UPDATE division SET retired = ? WHERE code = ? AND portal_owned = 1 AND retired <> ?"
#define Q_PARENT "SELECT parent_code FROM division WHERE code = ? AND portal_owned = 1"

static void noted(struct work *work, const char *act, const char *code, const char *detail, const char *address)
{
    trail_write(work, act, arena_printf(work->arena, "division:%s", code), "done", detail, address);
}

int division_browse(struct work *work, const char *parent, HDF *node)
{
    return db_rows(work, node, Q_BROWSE, T(parent));
}

/* The parent's row is locked: two at once do not get the same number. */
const char *division_add(struct work *work, const char *parent, const char *name, const char *address)
{
    int64_t level = db_int(work, 0, Q_LEVEL, T(parent));
    if (!level || level > 3)
        return "请先进入要在其下新增的省、市或县";
    if (db_int(work, 0, Q_TWIN, T(parent), T(name), T("")))
        return "该区划下已有同名区划";
    const char *code = arena_printf(work->arena, "%sQT%lld", division_prefix(work->arena, parent),
                                    (long long)db_int(work, 0, Q_COUNT, T(parent)) + 1);
    db_exec(work, Q_ADD, T(code), T(parent), I(level + 1), T(name));
    noted(work, "division-add", code, name, address);
    return NULL;
}

const char *division_rename(struct work *work, const char *code, const char *name, const char *address)
{
    const char *parent = db_text(work, Q_PARENT, T(code));
    if (!parent)
        return "只能修改平台自有区划的名称";
    if (db_int(work, 0, Q_TWIN, T(parent), T(name), T(code)))
        return "该区划下已有同名区划";
    const char *before = division_name(work, code);
    db_exec(work, Q_RENAME, T(name), T(code));
    noted(work, "division-rename", code, arena_printf(work->arena, "%s → %s", before, name), address);
    return NULL;
}

bool division_retire(struct work *work, const char *code, bool retired, const char *address)
{
    if (db_exec(work, Q_RETIRE, I(retired), T(code), I(retired)) != 1)
        return false;
    noted(work, retired ? "division-retire" : "division-restore", code, "", address);
    return true;
}
