/* list_load: reads schema/lists/<name>.hdf, proves every name to be an identifier and every reference to lead
 * somewhere, and composes the pieces of SQL that a search is put together from. The only place where a name becomes
 * part of a statement. An attacker would have to change the schema folder of the machine. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "list/list_declared.h"

static const char *const cell_names[] = { "text", "int", "number", "money", "time", "date", "age", "dict", "state",
                                          "bool" };
static const char *const filter_names[] = { "prefix", "contains", "words", "dict", "exact", "division", "dates",
                                            "numbers", "bool" };
_Static_assert(sizeof cell_names / sizeof *cell_names == CELL_KIND_COUNT, "one name a kind");
_Static_assert(sizeof filter_names / sizeof *filter_names == FILTER_KIND_COUNT, "one name a kind");

static struct list  *lists;
static struct arena *memory;                       /* as long as the process */
static const char   *reading;                      /* for what stop() says */

static _Noreturn void stop(const char *where, const char *what)
{
    fprintf(stderr, "schema/lists/%s.hdf: %s: %s\n", reading, where ? where : "-", what);
    exit(2);
}

/* --- names ---------------------------------------------------------------------------------------- */

static bool identifier(const char *text, size_t size)
{
    if (!size || size > 60 || !(islower((unsigned char)*text) || *text == '_'))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '0' && text[i] <= '9') && text[i] != '_')
            return false;
    return true;
}

static const char *name_checked(const char *where, const char *text)
{
    if (!text || !identifier(text, strlen(text)))
        stop(where, "is not a name ([a-z_][a-z0-9_]*)");
    return text;
}

/* "name" of the list's own table, or "alias.name" of a join declared before. */
static struct source source_read(const struct list *list, const char *where, const char *text)
{
    const char *dot = text ? strchr(text, '.') : NULL;
    if (!dot)
        return (struct source){ arena_printf(memory, "`%s`.`%s`", list->table, name_checked(where, text)), 0 };
    const char *alias = arena_copy_n(memory, text, (size_t)(dot - text));
    name_checked(where, dot + 1);
    if (strcmp(alias, list->table) == 0)
        return source_read(list, where, dot + 1);
    for (size_t i = 0; i < list->join_count; i++)
        if (strcmp(list->joins[i].alias, alias) == 0)
            return (struct source){ arena_printf(memory, "`%s`.`%s`", list->joins[i].alias, dot + 1),
                                    1u << i | list->joins[i].needs };
    stop(where, "names a table that is not joined");
}

/* --- attributes ----------------------------------------------------------------------------------- */

static const char *attribute(HDF *node, const char *key)
{
    for (const HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next)
        if (strcmp(a->key, key) == 0)
            return a->value ? a->value : "";
    return NULL;
}

/* A misspelt attribute would silently do nothing: refuse it. `allowed` is a list of names with blanks around. */
static void attributes_known(HDF *node, const char *allowed)
{
    char key[80];
    for (const HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next) {
        snprintf(key, sizeof key, " %s ", a->key);
        if (!strstr(allowed, key))
            stop(hdf_obj_name(node), "has an unknown attribute");
    }
}

static size_t attribute_size(HDF *node, const char *key, size_t otherwise)
{
    const char *text = attribute(node, key);
    int64_t value;
    if (!text)
        return otherwise;
    if (!text_to_int(text, 1, 1000000, &value))
        stop(hdf_obj_name(node), "takes a whole number from 1");
    return (size_t)value;
}

static int kind_of(HDF *node, const char *const *names, int count, const char *otherwise)
{
    const char *kind = attribute(node, "kind");
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], kind ? kind : otherwise) == 0)
            return i;
    stop(hdf_obj_name(node), "unknown kind");
}

static const char *label_of(HDF *node)
{
    const char *label = hdf_obj_value(node);
    if (!label || !*label)
        stop(hdf_obj_name(node), "has no label");
    return label;
}

static const char *dict_of(HDF *node)
{
    const char *dict = attribute(node, "dict");
    if (dict && !dict_find(dict))
        stop(hdf_obj_name(node), "no such dict");
    return dict;
}

/* --- the parts of a declaration --------------------------------------------------------------------- */

static void join_read(struct list *list, HDF *node)
{
    attributes_known(node, " table on to inner ");
    if (list->join_count == LIST_JOINS)
        stop(hdf_obj_name(node), "too many joins");
    struct list_join *join = &list->joins[list->join_count];
    const char *table = attribute(node, "table");
    join->alias = name_checked("joins", hdf_obj_name(node));
    table = name_checked(join->alias, table ? table : join->alias);
    join->inner = attribute(node, "inner") != NULL;
    if (join->inner && list->growing)
        stop(join->alias, "a growing list is walked by its own key: join the others on the left");
    struct source on = source_read(list, join->alias, attribute(node, "on"));
    const char *to = name_checked(join->alias, attribute(node, "to"));
    join->needs = on.joins;
    join->sql = arena_printf(memory, " %s JOIN `%s` AS `%s` ON `%s`.`%s` = %s", join->inner ? "INNER" : "LEFT", table,
                             join->alias, join->alias, to, on.sql);
    list->join_count++;
}

static void column_read(struct list *list, HDF *node)
{
    attributes_known(node, " kind from dict link tone empty cut sortable numeric hidden ");
    if (list->column_count == LIST_COLUMNS)
        stop(hdf_obj_name(node), "too many columns");
    struct list_column *c = &list->columns[list->column_count++];
    const char *from = attribute(node, "from");
    c->name = name_checked("columns", hdf_obj_name(node));
    c->label = label_of(node);
    c->dict = dict_of(node);
    c->kind = (enum cell_kind)kind_of(node, cell_names, CELL_KIND_COUNT, c->dict ? "dict" : "text");
    if ((c->kind == CELL_DICT || c->kind == CELL_STATE) && !c->dict)
        stop(c->name, "needs dict=");
    c->from = source_read(list, c->name, from ? from : c->name);
    c->link = attribute(node, "link");
    c->tone = attribute(node, "tone");
    c->empty = attribute(node, "empty");
    c->cut = attribute_size(node, "cut", 0);
    c->sortable = attribute(node, "sortable") != NULL;
    c->hidden = attribute(node, "hidden") != NULL;
    c->numeric = attribute(node, "numeric") || c->kind == CELL_NUMBER || c->kind == CELL_MONEY;
    if (c->sortable && list->growing && c->from.joins)
        stop(c->name, "a growing list cannot be sorted by a joined column");
}

/* Names a form needs for itself. */
static const char *const reserved[] = { "id", "all", "sort", "page", "after", "before", "csrf", "key", NULL };

static void filter_sources(struct list *list, struct list_filter *f, HDF *node)
{
    const char *text = attribute(node, "from");
    for (text = text ? text : f->name; *text;) {
        size_t size = strcspn(text, "|");
        if (f->sources == LIST_SEARCHED)
            stop(f->name, "searches too many columns");
        f->from[f->sources++] = source_read(list, f->name, arena_copy_n(memory, text, size));
        text += size + (text[size] == '|');
    }
    bool one = f->kind != FILTER_PREFIX && f->kind != FILTER_CONTAINS;
    if (one && f->sources != 1)
        stop(f->name, "this kind works on one column");
}

static void filter_read(struct list *list, HDF *node)
{
    attributes_known(node, " kind from dict many limit hint width ");
    if (list->filter_count == LIST_FILTERS)
        stop(hdf_obj_name(node), "too many filters");
    struct list_filter *f = &list->filters[list->filter_count++];
    const char *dict = dict_of(node);
    f->name = name_checked("filters", hdf_obj_name(node));
    for (const char *const *r = reserved; *r; r++)
        if (strcmp(*r, f->name) == 0)
            stop(f->name, "this name is taken by the engine");
    f->label = label_of(node);
    f->hint = attribute(node, "hint");
    f->width = attribute(node, "width");
    f->kind = (enum filter_kind)kind_of(node, filter_names, FILTER_KIND_COUNT, dict ? "dict" : "prefix");
    f->dict = dict ? dict_find(dict) : NULL;
    f->many = attribute(node, "many") != NULL;
    f->limit = f->many ? attribute_size(node, "limit", 32) : 1;
    if (f->limit > LIST_MANY)
        stop(f->name, "too many values allowed");
    if ((f->kind == FILTER_DICT) != (f->dict != NULL))
        stop(f->name, "kind=dict and dict= go together");
    if (f->many && f->kind != FILTER_DICT && f->kind != FILTER_EXACT && f->kind != FILTER_DIVISION)
        stop(f->name, "only dict, exact and division take many values");
    if (f->kind == FILTER_CONTAINS && list->growing)
        stop(f->name, "a growing list is searched by prefix or words: no index helps `contains`");
    filter_sources(list, f, node);
}

static void fixed_read(struct list *list, HDF *node)
{
    attributes_known(node, " is ");
    if (list->fixed_count == LIST_FIXED)
        stop("fixed", "too many conditions");
    struct list_fixed *fixed = &list->fixed[list->fixed_count++];
    const char *is = attribute(node, "is"), *sql = source_read(list, "fixed", hdf_obj_name(node)).sql;
    if (source_read(list, "fixed", hdf_obj_name(node)).joins)
        stop("fixed", "conditions are on the list's own table");
    if (is && strcmp(is, "null") == 0)
        fixed->sql = arena_printf(memory, "%s IS NULL", sql);
    else if (is && strcmp(is, "past") == 0)
        fixed->sql = arena_printf(memory, "%s <= NOW(3)", sql);
    else if (!is && hdf_obj_value(node))
        fixed->sql = arena_printf(memory, "%s = ?", sql), fixed->value = hdf_obj_value(node);
    else
        stop(hdf_obj_name(node), "takes [is=null], [is=past] or = value");
}

static void figure_read(struct list *list, HDF *node)
{
    attributes_known(node, " from dict total filter chart ");
    if (list->figure_count == LIST_FIGURES)
        stop("figures", "too many");
    struct list_figure *figure = &list->figures[list->figure_count++];
    const char *from = attribute(node, "from"), *dict = dict_of(node);
    figure->column = name_checked("figures", hdf_obj_name(node));
    figure->from = source_read(list, figure->column, from ? from : figure->column);
    figure->chart = attribute(node, "chart") ? label_of(node) : NULL;
    if (!dict && !figure->chart)
        stop(figure->column, "a figure needs dict=: one tile a value");
    figure->dict = dict ? dict_find(dict) : NULL;
    figure->total = attribute(node, "total");
    figure->filter = attribute(node, "filter");
    bool known = !figure->filter;
    for (size_t i = 0; i < list->filter_count; i++)
        known = known || strcmp(list->filters[i].name, figure->filter) == 0;
    if (!known)
        stop(figure->column, "leads to a filter that is not declared");
}

static void action_read(struct list *list, struct list_action *actions, size_t *count, HDF *node)
{
    attributes_known(node, " path capability post when confirm seen ");
    if (*count == LIST_ACTIONS)
        stop(hdf_obj_name(node), "too many actions");
    struct list_action *a = &actions[(*count)++];
    const char *capability = attribute(node, "capability"), *when = attribute(node, "when");
    a->name = name_checked("actions", hdf_obj_name(node));
    a->label = label_of(node);
    a->path = attribute(node, "path");
    a->confirm = attribute(node, "confirm");
    a->post = attribute(node, "post") != NULL;
    a->seen = attribute(node, "seen");
    if (a->seen && (!a->post || !list_column(list, a->seen)))
        stop(a->name, "seen= names a declared column, for an action that posts");
    a->capability = capability_by_key(capability ? capability : "");
    if (!a->path || a->path[0] != '/')
        stop(a->name, "needs path=/…");
    if (a->capability == CAP_UNDECIDED)
        stop(a->name, "needs capability=, a known one");
    if (!when)
        return;
    size_t size = strcspn(when, ":");
    a->when_column = arena_copy_n(memory, when, size);
    a->when_values = when[size] ? when + size + 1 : "";
    if (!list_column(list, a->when_column) || !*a->when_values)
        stop(a->name, "when=column:value|value of a declared column");
}

/* <table>.<column>.<division column>: rows of another table that use this one, through its key. */
static const char *scope_use_read(const struct list *list, const char *text)
{
    char *rest = arena_copy(memory, text);
    const char *table = name_checked("scope", strsep(&rest, ".")), *column = name_checked("scope", strsep(&rest, "."));
    const char *division = name_checked("scope", rest);
    return arena_printf(memory, "EXISTS (SELECT 1 FROM `%s` AS `used` WHERE `used`.`%s` = %s AND `used`.`%s` LIKE ?)", table, column,
                        list->key_sql, division);
}

/* division:<column>, or division:<column>|<column>: a row belongs to both; or …|<table>.<column>.<division column>: also to
 * the departments of whoever uses it. */
static void scope_division_read(struct list *list, const char *text)
{
    size_t size = strcspn(text, "|");
    list->scope_division = source_read(list, "scope", arena_copy_n(memory, text, size));
    const char *dot = strchr(text + size, '.');
    if (dot && strchr(dot + 1, '.'))
        list->scope_division_use = scope_use_read(list, text + size + 1);
    else if (text[size])
        list->scope_division_also = source_read(list, "scope", text + size + 1);
}

/* operator:<column>, division:<column>, capability:<key>, several with a comma between, or public alone. */
static void scope_read(struct list *list, const char *text)
{
    if (!text || !*text)
        stop("scope", "must be said: public, operator:…, division:…, capability:…");
    for (; *text; text += strspn(text, ", ")) {
        size_t size = strcspn(text, ", ");
        const char *part = arena_copy_n(memory, text, size), *colon = strchr(part, ':');
        if (strcmp(part, "public") == 0)
            list->scope_public = true;
        else if (text_has_prefix(part, "operator:"))
            list->scope_operator = source_read(list, "scope", colon + 1);
        else if (text_has_prefix(part, "division:"))
            scope_division_read(list, colon + 1);
        else if (text_has_prefix(part, "capability:"))
            list->scope_capability = capability_by_key(colon + 1);
        else
            stop("scope", "unknown part");
        if (text_has_prefix(part, "capability:") && list->scope_capability <= CAP_SIGNED_IN)
            stop("scope", "capability: needs one that not everybody has");
        text += size;
    }
    if (list->scope_public && (list->scope_operator.sql || list->scope_division.sql || list->scope_capability))
        stop("scope", "public stands alone");
}

static size_t number_read(HDF *tree, const char *key, size_t otherwise, size_t most)
{
    const char *text = hdf_get_value(tree, key, NULL);
    int64_t value = (int64_t)otherwise;
    if (text && !text_to_int(text, 1, (int64_t)most, &value))
        stop(key, "takes a whole number within its limit");
    return (size_t)value;
}

static void known_keys(HDF *tree)
{
    static const char known[] = " title path unit table key growing ordered scope order page_size count_limit export_limit"
                                " bulk_limit csv xlsx empty joins columns filters fixed figures actions bulk ";
    for (HDF *node = hdf_obj_child(tree); node; node = hdf_obj_next(node)) {
        char key[80];
        snprintf(key, sizeof key, " %s ", hdf_obj_name(node));
        if (!strstr(known, key))
            stop(hdf_obj_name(node), "unknown entry");
    }
}

static void head_read(struct list *list, HDF *tree)
{
    list->title = hdf_get_value(tree, "title", NULL);
    list->path = hdf_get_value(tree, "path", "");
    list->unit = hdf_get_value(tree, "unit", "条");
    list->table = name_checked("table", hdf_get_value(tree, "table", NULL));
    list->from_sql = arena_printf(memory, " FROM `%s`", list->table);
    list->growing = hdf_get_int_value(tree, "growing", 0) != 0;
    list->ordered = hdf_get_int_value(tree, "ordered", 0) != 0;
    list->csv = hdf_get_value(tree, "csv", NULL);
    list->xlsx = hdf_get_value(tree, "xlsx", NULL);
    list->empty_title = hdf_get_value(tree, "empty", "暂无数据");
    list->empty_text = hdf_get_value(tree, "empty.text", "");
    list->page_size = number_read(tree, "page_size", 20, 500);
    list->count_limit = (int64_t)number_read(tree, "count_limit", 10000, 1000000);
    list->export_limit = (int64_t)number_read(tree, "export_limit", 500000, 5000000);
    list->bulk_limit = number_read(tree, "bulk_limit", 1000, 100000);
    if (!list->title || list->path[0] != '/')
        stop("title, path", "are missing");
}

static void order_read(struct list *list, HDF *tree)
{
    const char *key = name_checked("key", hdf_get_value(tree, "key", NULL));
    list->key = list_column(list, key);
    if (!list->key || list->key->from.joins || (list->key->kind != CELL_INT && list->key->kind != CELL_TEXT))
        stop("key", "is a declared column of the list's own table, int or text, and unique");
    list->key_sql = list->key->from.sql;
    list->order = hdf_get_value(tree, "order", key);
    const struct list_column *by = list_column(list, list->order + (*list->order == '-'));
    if (!by || (list->growing && by->from.joins))
        stop("order", "names no declared column (of its own table, when growing)");
}

static void list_parts(struct list *list, HDF *tree)
{
    for (HDF *n = hdf_get_child(tree, "joins"); n; n = hdf_obj_next(n))
        join_read(list, n);
    for (HDF *n = hdf_get_child(tree, "columns"); n; n = hdf_obj_next(n))
        column_read(list, n);
    for (HDF *n = hdf_get_child(tree, "filters"); n; n = hdf_obj_next(n))
        filter_read(list, n);
    for (HDF *n = hdf_get_child(tree, "fixed"); n; n = hdf_obj_next(n))
        fixed_read(list, n);
    for (HDF *n = hdf_get_child(tree, "figures"); n; n = hdf_obj_next(n))
        figure_read(list, n);
    for (HDF *n = hdf_get_child(tree, "actions"); n; n = hdf_obj_next(n))
        action_read(list, list->actions, &list->action_count, n);
    for (HDF *n = hdf_get_child(tree, "bulk"); n; n = hdf_obj_next(n))
        action_read(list, list->bulk, &list->bulk_count, n);
}

/* --- loading ------------------------------------------------------------------------------------------- */

static void list_load(const char *name)
{
    char path[200];
    HDF *tree;
    reading = name;
    for (const struct list *l = lists; l; l = l->next)
        if (strcmp(l->name, name) == 0)
            return;
    name_checked("its name", name);
    snprintf(path, sizeof path, "schema/lists/%s.hdf", name);
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root(path));
    if (error) {
        nerr_log_error(error);
        stop(NULL, "cannot be read");
    }
    struct list *list = arena_alloc(memory, sizeof *list);
    list->name = name;
    known_keys(tree);
    head_read(list, tree);
    list_parts(list, tree);
    order_read(list, tree);
    scope_read(list, hdf_get_value(tree, "scope", NULL));
    if (list->ordered && !list->scope_division.sql)
        stop("ordered", "needs division: in scope=");
    list_form_register(list, tree, memory);
    list->next = lists;
    lists = list;
}

void lists_load(const char *const names[])
{
    if (!memory)
        memory = arena_new();
    for (; *names; names++)
        list_load(*names);
}

const struct list *list_named(struct work *work, const char *name)
{
    for (const struct list *list = lists; list; list = list->next)
        if (strcmp(list->name, name) == 0)
            return list;
    fail_ours(work, "list %s is not loaded", name);
}

const struct list_column *list_column(const struct list *list, const char *name)
{
    for (size_t i = 0; i < list->column_count; i++)
        if (strcmp(list->columns[i].name, name) == 0)
            return &list->columns[i];
    return NULL;
}
