/* dictionary: what staff set over schema/dicts: words, order, hidden; new codes where a dictionary is open. An entry is never
 * removed, so a code in use keeps its words. */
#include <stdio.h>
#include <string.h>

#include "core/db.h"
#include "core/dict.h"
#include "core/text.h"
#include "domain/job.h"
#include "domain/setting.h"
#include "domain/setting_private.h"
#include "web/form.h"

#define Q_LOAD   "SELECT label AS Label, position AS Position, hidden AS Hidden, version AS Version FROM dict_entry" \
                 " WHERE dict = ? AND code = ?"
#define Q_TWIN   "SELECT COUNT(*) FROM dict_entry WHERE dict = ? AND label = ? AND code <> ?"
#define Q_ADD    "INSERT INTO dict_entry (dict, code, label, position, hidden, version, changed_at, account_id)" \
                 " VALUES (?, ?, ?, ?, ?, 1, NOW(3), ?)"
#define Q_CHANGE "UPDATE dict_entry SET label = ?, position = ?, hidden = ?, version = version + 1, changed_at = NOW(3)," \
                 " account_id = ? WHERE dict = ? AND code = ? AND version = ?"

static void put(HDF *node, const char *name, const char *value)
{
    NEOERR *error = hdf_set_value(node, name, value);
    nerr_ignore(&error);
}

static void put_int(HDF *node, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    put(node, name, text);
}

static char *form_name(struct arena *arena, const char *dict) { return arena_printf(arena, "dict:%s", dict); }

void dictionaries_forms(void)
{
    struct arena *arena = arena_new();
    for (const struct dict *dict = dict_first(); dict; dict = dict_next(dict))
        if (dict_edit(dict) == DICT_OPEN)
            settings_form_of(form_name(arena, dict_key(dict)), dict_code_rule(dict), "code");
    arena_free(arena);
}

static void list_one(const struct dict *dict, HDF *node)
{
    static const char *const edits[] = { [DICT_FIXED] = "", [DICT_LABELS] = "labels", [DICT_OPEN] = "open" };
    put(node, "Key", dict_key(dict));
    put(node, "Title", dict_title(dict));
    put(node, "Edit", edits[dict_edit(dict)]);
    for (size_t i = 0; i < dict_count(dict); i++) {
        char name[40];
        HDF *entry;
        snprintf(name, sizeof name, "Entries.%zu", i);
        if (hdf_get_node(node, name, &entry))
            return;
        put(entry, "Code", dict_code(dict, i));
        put(entry, "Label", dict_name(dict, i));
        put_int(entry, "Position", dict_position(dict, i));
        put_int(entry, "Hidden", dict_hidden(dict, i));
    }
}

/* What may be changed comes first. */
void dictionaries_list(HDF *node)
{
    int n = 0;
    for (int fixed = 0; fixed < 2; fixed++)
        for (const struct dict *dict = dict_first(); dict; dict = dict_next(dict)) {
            char name[24];
            HDF *one;
            snprintf(name, sizeof name, "%d", n);
            if ((dict_edit(dict) == DICT_FIXED) != fixed || hdf_get_node(node, name, &one))
                continue;
            list_one(dict, one);
            n++;
        }
}

/* The entry as this process knows it; the table's row lies over that, for it may be newer. */
static bool from_memory(const struct dict *dict, const char *code, HDF *node)
{
    for (size_t i = 0; i < dict_count(dict); i++)
        if (strcmp(dict_code(dict, i), code) == 0) {
            put(node, "Label", dict_name(dict, i));
            put_int(node, "Position", dict_position(dict, i));
            put_int(node, "Hidden", dict_hidden(dict, i));
            return true;
        }
    return false;
}

bool dictionary_entry(struct work *work, const char *name, const char *code, HDF *node)
{
    const struct dict *dict = dict_find(name);
    if (!dict || dict_edit(dict) == DICT_FIXED || (!*code && dict_edit(dict) != DICT_OPEN))
        return false;
    put(node, "Dict", name);
    put(node, "Title", dict_title(dict));
    put(node, "Code", code);
    put(node, "Version", "0");
    if (!*code) {
        put_int(node, "Position", dict_position(dict, dict_count(dict) - 1) + 10);
        return true;
    }
    bool known = from_memory(dict, code, node), changed = db_row(work, node, Q_LOAD, T(name), T(code));
    return known || changed;
}

static bool label_taken(struct work *work, const struct dict_change *c)
{
    const struct dict *dict = dict_find(c->dict);
    for (size_t i = 0; i < dict_count(dict); i++)
        if (strcmp(dict_name(dict, i), c->label) == 0 && strcmp(dict_code(dict, i), c->code) != 0)
            return true;
    return db_int(work, 0, Q_TWIN, T(c->dict), T(c->label), T(c->code)) > 0;
}

const char *dictionary_wrong(struct work *work, const struct dict_change *c, bool new, const char **field)
{
    const char *wrong = NULL;
    *field = "code";
    if (new)
        wrong = setting_field_wrong(work, form_name(work->arena, c->dict), "code", c->code);
    if (new && !wrong && *dict_label(c->dict, c->code))
        wrong = arena_printf(work->arena, "代码 %s 已用于「%s」", c->code, dict_label(c->dict, c->code));
    if (wrong)
        return wrong;
    *field = "label";
    return label_taken(work, c) ? "已有同名的条目，请另起名称" : NULL;
}

static char *words(struct arena *arena, HDF *entry)
{
    if (!*hdf_get_value(entry, "Label", ""))
        return "（新增）";
    return arena_printf(arena, "%s（排序 %s%s）", hdf_get_value(entry, "Label", ""), hdf_get_value(entry, "Position", ""),
                        hdf_get_int_value(entry, "Hidden", 0) ? "，已停用" : "");
}

static bool store(struct work *work, const struct dict_change *c)
{
    int64_t who = work->actor.account_id;
    return c->seen ? db_exec(work, Q_CHANGE, T(c->label), I(c->position), I(c->hidden), I(who), T(c->dict), T(c->code), I(c->seen)) > 0
                   : db_insert_new(work, Q_ADD, T(c->dict), T(c->code), T(c->label), I(c->position), I(c->hidden), I(who));
}

static void tree_free(void *tree) { hdf_destroy((HDF **)&tree); }

static HDF *tree_new(struct work *work)
{
    HDF *tree;
    if (hdf_init(&tree))
        abort();
    work_defer(work, tree_free, tree);
    return tree;
}

bool dictionary_set(struct work *work, const struct dict_change *c)
{
    HDF *was = tree_new(work), *now = tree_new(work);
    dictionary_entry(work, c->dict, c->code, was);
    if (!store(work, c))
        return false;
    db_row(work, now, Q_LOAD, T(c->dict), T(c->code));
    setting_note(work, &(struct setting_noted){ .act = "dict-set", .subject = arena_printf(work->arena, "dict:%s:%s", c->dict, c->code),
        .label = arena_printf(work->arena, "%s %s", dict_title(dict_find(c->dict)), c->code), .was = words(work->arena, was),
        .became = words(work->arena, now), .reason = c->reason, .address = c->address, .version = c->seen + 1 });
    job_add(work, "map.build", "map.build", "{}");         /* the map's facets carry the words */
    return true;
}
