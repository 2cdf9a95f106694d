#include "domain/role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/capability.h"
#include "core/config.h"

static HDF *tree;

static uint64_t parse(const char *role, const char *list)
{
    uint64_t set = 0;
    char copy[1000], *rest = copy;
    snprintf(copy, sizeof copy, "%s", list);
    for (char *key; (key = strsep(&rest, " "));) {
        if (!*key)
            continue;
        enum capability cap = capability_by_key(key);
        if (cap == CAP_UNDECIDED) {
            fprintf(stderr, "schema/roles.hdf: %s: no capability %s\n", role, key);
            exit(2);
        }
        set |= CAP_BIT(cap);
    }
    return set;
}

void roles_load(void)
{
    if (tree)
        return;
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root("schema/roles.hdf"));
    if (error) {
        nerr_log_error(error);
        exit(2);
    }
    for (HDF *role = role_first(); role; role = hdf_obj_next(role))
        (void)parse(hdf_obj_name(role), hdf_get_value(role, "may", ""));
}

HDF *role_first(void)
{
    roles_load();
    return hdf_get_child(tree, "roles");
}

static HDF *role_find(const char *name)
{
    for (HDF *role = role_first(); role; role = hdf_obj_next(role))
        if (strcmp(hdf_obj_name(role), name) == 0)
            return role;
    return NULL;
}

uint64_t role_capabilities(const char *name)
{
    HDF *role = role_find(name);
    return role ? parse(name, hdf_get_value(role, "may", "")) : 0;
}

const char *role_label(const char *name)
{
    HDF *role = role_find(name);
    return role ? hdf_get_value(role, "label", name) : name;
}
