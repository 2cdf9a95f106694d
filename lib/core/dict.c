/* dict: the files of schema/dicts, read once. */
#include "core/dict.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"

struct dict {
    char        *name;
    HDF         *values;
    size_t       count;
    const char **codes, **labels;
    struct dict *next;
};

static struct dict *dicts;

static _Noreturn void stop(const char *file, const char *what)
{
    fprintf(stderr, "schema/dicts/%s: %s\n", file, what);
    exit(2);
}

/* A code that is no HDF name ("map.build") is said aside: map_build [code=map.build] = … */
static const char *code_of(HDF *value)
{
    for (const HDF_ATTR *a = hdf_obj_attr(value); a; a = a->next)
        if (strcmp(a->key, "code") == 0 && a->value)
            return a->value;
    return hdf_obj_name(value);
}

static void dict_load(const char *file)
{
    char path[300];
    HDF *tree;
    snprintf(path, sizeof path, "schema/dicts/%s", file);
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root(path));
    if (error) {
        nerr_ignore(&error);
        stop(file, "is not HDF");
    }
    struct dict *dict = calloc(1, sizeof *dict);
    if (!dict)
        abort();
    dict->name = strndup(file, strlen(file) - 4);
    dict->values = hdf_get_obj(tree, "values");
    for (HDF *v = hdf_obj_child(dict->values); v; v = hdf_obj_next(v)) {
        dict->codes = realloc(dict->codes, (dict->count + 1) * sizeof *dict->codes);
        dict->labels = realloc(dict->labels, (dict->count + 1) * sizeof *dict->labels);
        if (!dict->codes || !dict->labels)
            abort();
        dict->codes[dict->count] = code_of(v);
        dict->labels[dict->count++] = hdf_obj_value(v) ? hdf_obj_value(v) : "";
    }
    if (!dict->count)
        stop(file, "has no values { code = label }");
    dict->next = dicts;
    dicts = dict;
}

void dict_load_all(void)
{
    if (dicts)
        return;
    DIR *folder = opendir(path_in_root("schema/dicts"));
    if (!folder)
        stop("", "the folder cannot be read");
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t n = strlen(entry->d_name);
        if (n > 4 && strcmp(entry->d_name + n - 4, ".hdf") == 0)
            dict_load(entry->d_name);
    }
    closedir(folder);
}

const struct dict *dict_find(const char *name)
{
    for (const struct dict *dict = dicts; dict; dict = dict->next)
        if (strcmp(dict->name, name) == 0)
            return dict;
    return NULL;
}

size_t      dict_count(const struct dict *dict)            { return dict->count; }
const char *dict_code(const struct dict *dict, size_t i)   { return dict->codes[i]; }
const char *dict_name(const struct dict *dict, size_t i)   { return dict->labels[i]; }

const char *dict_label(const char *name, const char *code)
{
    const struct dict *dict = dict_find(name);
    for (size_t i = 0; dict && code && i < dict->count; i++)
        if (strcmp(dict->codes[i], code) == 0)
            return dict->labels[i];
    return "";
}

const char *dict_label_int(const char *dict, long code)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", code);
    return dict_label(dict, text);
}

void dict_to_hdf(const struct dict *dict, HDF *node)
{
    for (size_t i = 0; i < dict->count; i++) {
        char name[40];
        NEOERR *error;
        snprintf(name, sizeof name, "%zu.code", i);
        error = hdf_set_value(node, name, dict->codes[i]);
        nerr_ignore(&error);
        snprintf(name, sizeof name, "%zu.label", i);
        error = hdf_set_value(node, name, dict->labels[i]);
        nerr_ignore(&error);
    }
}
