/* parameter: schema/parameters.hdf, and the rows of table parameter over it. Each parameter is a form of one field, `value`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/setting.h"
#include "domain/setting_private.h"
#include "web/form.h"

#define Q_STATE  "SELECT p.version AS Version, DATE_FORMAT(p.changed_at, '%Y-%m-%d %H:%i') AS At, COALESCE(a.name, '') AS Who" \
                 " FROM parameter p LEFT JOIN account a ON a.id = p.account_id WHERE p.name = ?"
#define Q_VALUE  "SELECT value FROM parameter WHERE name = ?"
#define Q_ADD    "INSERT INTO parameter (name, value, version, changed_at, account_id) VALUES (?, ?, 1, NOW(3), ?)"
#define Q_CHANGE "UPDATE parameter SET value = ?, version = version + 1, changed_at = NOW(3), account_id = ?" \
                 " WHERE name = ? AND version = ?"

enum { PARAMETERS_MOST = 100 };

static HDF *tree;
static struct parameter {
    const char *key, *label, *unit, *low, *high;
    int64_t     scale;
    HDF        *field;
} parameters[PARAMETERS_MOST];
static size_t count;

static _Noreturn void stop(const char *name, const char *what)
{
    fprintf(stderr, "schema/parameters.hdf: %s: %s\n", name, what);
    exit(2);
}

static const char *attribute(HDF *node, const char *key)
{
    for (const HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next)
        if (strcmp(a->key, key) == 0)
            return a->value;
    return NULL;
}

static void read_one(HDF *field)
{
    const char *scale = attribute(field, "scale"), *key = attribute(field, "key");
    struct parameter *p = &parameters[count];
    if (count++ == PARAMETERS_MOST)
        stop(hdf_obj_name(field), "are too many");
    *p = (struct parameter){ .key = key, .label = hdf_obj_value(field), .unit = attribute(field, "unit"),
                             .low = attribute(field, "min"), .high = attribute(field, "max"), .scale = 1, .field = field };
    if (!key || !p->label || !p->low || !p->high || (scale && !text_to_int(scale, 1, 1 << 30, &p->scale)))
        stop(hdf_obj_name(field), "takes [key=, kind=, min=, max=] = label");
    if (!config_takes(key, config_text(key)))
        stop(key, "no such key in lib/core/config.c");
    for (const char *const *end = (const char *const[]){ p->low, p->high, NULL }; *end; end++) {
        char bound[24];
        snprintf(bound, sizeof bound, "%lld", (long long)(atoll(*end) * p->scale));
        if (!config_takes(key, bound))
            stop(key, "goes beyond what lib/core/config.c takes");
    }
}

void parameters_load(void)
{
    if (tree)
        return;
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root("schema/parameters.hdf"));
    if (error) {
        nerr_log_error(error);
        exit(2);
    }
    for (HDF *group = hdf_get_child(tree, "groups"); group; group = hdf_obj_next(group))
        for (HDF *field = hdf_get_child(group, "fields"); field; field = hdf_obj_next(field))
            read_one(field);
}

void parameters_plain(void)
{
    for (size_t i = 0; i < count; i++)
        config_overlay(parameters[i].key, NULL);
}

static const struct parameter *find(const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(parameters[i].key, key) == 0)
            return &parameters[i];
    return NULL;
}

bool parameter_editable(const char *key) { return find(key) != NULL; }

static char *form_name(struct arena *arena, const char *key) { return arena_printf(arena, "parameter:%s", key); }

void parameters_forms(void)
{
    struct arena *arena = arena_new();
    for (size_t i = 0; i < count; i++)
        settings_form_of(form_name(arena, parameters[i].key), parameters[i].field, "value");
    arena_free(arena);
}

/* In the unit of the page. */
static char *shown(struct arena *arena, const struct parameter *p, const char *value)
{
    int64_t number = 0;
    if (!text_to_int(value, INT64_MIN, INT64_MAX, &number))
        return arena_copy(arena, value);
    return arena_printf(arena, "%lld", (long long)(number / p->scale));
}

static const char *stored(struct work *work, const struct parameter *p)
{
    const char *value = db_text(work, Q_VALUE, T(p->key));
    return shown(work->arena, p, value ? value : config_base(p->key));
}

static void put(HDF *node, const char *name, const char *value)
{
    NEOERR *error = value ? hdf_set_value(node, name, value) : NULL;
    nerr_ignore(&error);
}

static void show(struct work *work, const struct parameter *p, HDF *node)
{
    put(node, "Version", "0");
    db_row(work, node, Q_STATE, T(p->key));
    put(node, "Key", p->key);
    put(node, "Label", p->label);
    put(node, "Unit", p->unit);
    put(node, "Hint", hdf_get_value(p->field, "hint", NULL));
    put(node, "Low", p->low);
    put(node, "High", p->high);
    put(node, "Value", stored(work, p));
    put(node, "Default", shown(work->arena, p, config_base(p->key)));
}

bool parameter_load(struct work *work, const char *key, HDF *node)
{
    const struct parameter *p = find(key);
    if (p)
        show(work, p, node);
    return p != NULL;
}

void parameters_list(struct work *work, HDF *node)
{
    int groups = 0;
    for (HDF *group = hdf_get_child(tree, "groups"); group; group = hdf_obj_next(group)) {
        int keys = 0;
        HDF *at, *one;
        if (hdf_get_node(node, arena_printf(work->arena, "%d", groups++), &at))
            abort();
        put(at, "Label", hdf_get_value(group, "label", hdf_obj_name(group)));
        for (HDF *field = hdf_get_child(group, "fields"); field; field = hdf_obj_next(field)) {
            if (hdf_get_node(at, arena_printf(work->arena, "Keys.%d", keys++), &one))
                abort();
            show(work, find(attribute(field, "key")), one);
        }
    }
}

const char *parameter_wrong(struct work *work, const char *key, const char *value)
{
    return setting_field_wrong(work, form_name(work->arena, key), "value", value);
}

static bool store(struct work *work, const struct setting_change *c, const char *value)
{
    return c->seen ? db_exec(work, Q_CHANGE, T(value), I(work->actor.account_id), T(c->subject), I(c->seen)) > 0
                   : db_insert_new(work, Q_ADD, T(c->subject), T(value), I(work->actor.account_id));
}

bool parameter_set(struct work *work, const struct setting_change *c)
{
    const struct parameter *p = find(c->subject);
    const char *was = stored(work, p), *value = NULL;
    const char *now = c->value ? c->value : shown(work->arena, p, config_base(p->key)), *unit = p->unit ? p->unit : "";
    if (c->value)
        value = arena_printf(work->arena, "%lld", (long long)(atoll(c->value) * p->scale));
    if (!store(work, c, value))
        return false;
    setting_note(work, &(struct setting_noted){ .act = "parameter-set", .subject = arena_printf(work->arena, "parameter:%s", p->key),
        .label = p->label, .was = arena_printf(work->arena, "%s %s", was, unit),
        .became = arena_printf(work->arena, "%s %s%s", now, unit, c->value ? "" : "（默认值）"), .reason = c->reason,
        .address = c->address, .version = c->seen + 1 });
    return true;
}
