/* edition: see the header. */
#include "exchange/edition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/config.h"

static const char FILE_NAME[] = "schema/editions.hdf";
static struct edition editions[EDITIONS_MOST];
static size_t         edition_count;

static _Noreturn void stop(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", FILE_NAME, where, what);
    exit(2);
}

static const struct field *member(const struct field *fields, const char *name, size_t size)
{
    for (; fields && fields->name; fields++)
        if (strlen(fields->name) == size && strncmp(fields->name, name, size) == 0)
            return fields;
    return NULL;
}

/* "query_stations_info/response/StationInfos/ServiceFee"; NULL: names no field. */
static const struct field *field_named(const char *path)
{
    size_t size = strcspn(path, "/");
    for (const struct message *m = messages(); m->interface; m++) {
        if (strlen(m->interface) != size || strncmp(m->interface, path, size) != 0)
            continue;
        bool request = strncmp(path + size, "/request/", 9) == 0;
        if (!request && strncmp(path + size, "/response/", 10) != 0)
            return NULL;
        const struct field *fields = request ? m->request : m->response, *found = NULL;
        for (const char *at = path + size + (request ? 9 : 10); *at; at += strcspn(at, "/"), at += *at == '/') {
            found = member(found ? found->fields : fields, at, strcspn(at, "/"));
            if (!found)
                return NULL;
        }
        return found;
    }
    return NULL;
}

static void rule_read(HDF *node, struct edition *edition)
{
    static const char *const needs[] = { [FIELD_OPTIONAL] = "optional", [FIELD_REQUIRED] = "required", [FIELD_ESSENTIAL] = "essential" };
    const char *path = hdf_get_value(node, "field", ""), *need = hdf_get_value(node, "need", NULL);
    const struct field *field = field_named(path);
    if (!field)
        stop(path, "names no field of the message table");
    if (edition->rule_count == EDITION_RULES_MOST)
        stop(edition->key, "too many rules");
    struct edition_rule *rule = &edition->rules[edition->rule_count++];
    *rule = (struct edition_rule){ field, *field };
    rule->changed.most = hdf_get_int_value(node, "most", (int)field->most);
    for (size_t i = 0; need; i++) {
        if (i == sizeof needs / sizeof *needs)
            stop(path, "need is optional, required or essential");
        if (strcmp(needs[i], need) == 0) {
            rule->changed.need = (enum field_need)i;
            break;
        }
    }
}

static void edition_read(HDF *node)
{
    struct edition *edition = &editions[edition_count];
    const char *spelling = hdf_get_value(node, "spelling", "");
    if (edition_count == EDITIONS_MOST - 1)
        stop(hdf_obj_name(node), "too many editions");
    *edition = (struct edition){ .key = hdf_obj_name(node), .label = hdf_get_value(node, "label", hdf_obj_name(node)),
        .prefix = hdf_get_value(node, "prefix", ""), .sevice = strcmp(spelling, "sevice") == 0 };
    if (!edition->sevice && strcmp(spelling, "service") != 0)
        stop(edition->key, "spelling is sevice or service");
    for (HDF *rule = hdf_get_child(node, "rules"); rule; rule = hdf_obj_next(rule))
        rule_read(rule, edition);
    edition_count++;
}

/* The tree stays for the life of the process: names point into it. */
static void load(void)
{
    HDF *tree;
    if (edition_count)
        return;
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root(FILE_NAME));
    if (error) {
        nerr_log_error(error);
        stop("file", "cannot be read");
    }
    for (HDF *node = hdf_obj_child(tree); node; node = hdf_obj_next(node))
        edition_read(node);
    if (!edition_count)
        stop("file", "declares no edition");
}

const struct edition *edition_find(const char *key)
{
    load();
    for (size_t i = 0; i < edition_count; i++)
        if (strcmp(editions[i].key, key) == 0)
            return &editions[i];
    return NULL;
}

const struct edition *edition_at(size_t i)
{
    load();
    return i < edition_count ? &editions[i] : NULL;
}

const struct field *edition_field(const struct edition *edition, const struct field *field)
{
    for (size_t i = 0; edition && i < edition->rule_count; i++)
        if (edition->rules[i].field == field)
            return &edition->rules[i].changed;
    return field;
}
