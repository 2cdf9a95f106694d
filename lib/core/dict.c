/* dict: the files of schema/dicts, read once, and what staff set over them. */
#include "core/dict.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"

struct entry {
    const char *code, *label;
    long        position;
    bool        hidden;
};

struct dict {
    char         *name;
    const char   *title;
    enum dict_edit edit;
    HDF          *code_rule;
    size_t        own;                     /* entries of the file; the rest of `list` was added by staff */
    size_t        count;
    struct entry *file, *list;
    struct dict  *next;
};

enum { STEP = 10, ENTRIES = 500 };

static struct dict *dicts;

static _Noreturn void stop(const char *file, const char *what)
{
    fprintf(stderr, "schema/dicts/%s: %s\n", file, what);
    exit(2);
}

static void entry_add(struct entry **list, size_t *count, struct entry entry)
{
    *list = realloc(*list, (*count + 1) * sizeof **list);
    if (!*list)
        abort();
    (*list)[(*count)++] = entry;
}

/* A code that is no HDF name ("map.build") is said aside: map_build [code=map.build] = … */
static const char *code_of(HDF *value)
{
    for (const HDF_ATTR *a = hdf_obj_attr(value); a; a = a->next)
        if (strcmp(a->key, "code") == 0 && a->value)
            return a->value;
    return hdf_obj_name(value);
}

static void read_head(struct dict *dict, const char *file, HDF *tree)
{
    const char *edit = hdf_get_value(tree, "dict.edit", "");
    dict->title = hdf_get_value(tree, "dict.label", dict->name);
    dict->edit = strcmp(edit, "open") == 0 ? DICT_OPEN : strcmp(edit, "labels") == 0 ? DICT_LABELS : DICT_FIXED;
    if (*edit && dict->edit == DICT_FIXED)
        stop(file, "edit takes labels or open");
    dict->code_rule = dict->edit == DICT_OPEN ? hdf_get_obj(tree, "dict.code") : NULL;
    if (dict->edit == DICT_OPEN && !dict->code_rule)
        stop(file, "is open but does not say what a code is: dict { code [kind=…] = 代码 }");
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
    read_head(dict, file, tree);
    for (HDF *v = hdf_get_child(tree, "values"); v; v = hdf_obj_next(v)) {
        const char *label = hdf_obj_value(v) ? hdf_obj_value(v) : "";
        entry_add(&dict->file, &dict->own, (struct entry){ code_of(v), label, (long)(dict->own + 1) * STEP, false });
    }
    if (!dict->own)
        stop(file, "has no values { code = label }");
    for (size_t i = 0; i < dict->own; i++)
        entry_add(&dict->list, &dict->count, dict->file[i]);
    struct dict **at = &dicts;
    while (*at && strcmp((*at)->name, dict->name) < 0)
        at = &(*at)->next;
    dict->next = *at;
    *at = dict;
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

static struct dict *dict_named(const char *name)
{
    for (struct dict *dict = dicts; dict; dict = dict->next)
        if (strcmp(dict->name, name) == 0)
            return dict;
    return NULL;
}

static struct entry *entry_of(const struct dict *dict, const char *code)
{
    for (size_t i = 0; code && i < dict->count; i++)
        if (strcmp(dict->list[i].code, code) == 0)
            return &dict->list[i];
    return NULL;
}

const struct dict *dict_find(const char *name)                { return dict_named(name); }
const struct dict *dict_first(void)                           { return dicts; }
const struct dict *dict_next(const struct dict *dict)         { return dict->next; }
const char *dict_key(const struct dict *dict)                 { return dict->name; }
const char *dict_title(const struct dict *dict)               { return dict->title; }
enum dict_edit dict_edit(const struct dict *dict)             { return dict->edit; }
HDF        *dict_code_rule(const struct dict *dict)           { return dict->code_rule; }
size_t      dict_count(const struct dict *dict)               { return dict->count; }
const char *dict_code(const struct dict *dict, size_t i)      { return dict->list[i].code; }
const char *dict_name(const struct dict *dict, size_t i)      { return dict->list[i].label; }
bool        dict_hidden(const struct dict *dict, size_t i)    { return dict->list[i].hidden; }
long        dict_position(const struct dict *dict, size_t i)  { return dict->list[i].position; }

const char *dict_label(const char *name, const char *code)
{
    const struct dict *dict = dict_find(name);
    const struct entry *entry = dict ? entry_of(dict, code) : NULL;
    return entry ? entry->label : "";
}

const char *dict_label_int(const char *dict, long code)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", code);
    return dict_label(dict, text);
}

void dict_to_hdf(const struct dict *dict, HDF *node)
{
    for (size_t i = 0, n = 0; i < dict->count; i++) {
        char name[40];
        NEOERR *error;
        if (dict->list[i].hidden)
            continue;
        snprintf(name, sizeof name, "%zu.code", n);
        error = hdf_set_value(node, name, dict->list[i].code);
        nerr_ignore(&error);
        snprintf(name, sizeof name, "%zu.label", n++);
        error = hdf_set_value(node, name, dict->list[i].label);
        nerr_ignore(&error);
    }
}

/* --- the overlay ------------------------------------------------------------------------------------------------ */

void dict_overlay_begin(void)
{
    for (struct dict *dict = dicts; dict; dict = dict->next) {
        memcpy(dict->list, dict->file, dict->own * sizeof *dict->file);
        dict->count = dict->own;
    }
}

bool dict_overlay(const char *name, const char *code, const char *label, long position, bool hidden)
{
    struct dict *dict = dict_named(name);
    struct entry *entry = dict ? entry_of(dict, code) : NULL;
    if (!dict || dict->edit == DICT_FIXED || (!entry && (dict->edit != DICT_OPEN || dict->count == ENTRIES)))
        return false;
    struct entry set = { entry ? entry->code : text_kept(code), text_kept(label), position, hidden };
    if (entry)
        *entry = set;
    else
        entry_add(&dict->list, &dict->count, set);
    return true;
}

/* Insertion sort: equal positions stay as they were. */
static void entries_sort(struct entry *list, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k && list[k].position < list[k - 1].position; k--) {
            struct entry other = list[k];
            list[k] = list[k - 1];
            list[k - 1] = other;
        }
}

void dict_overlay_end(void)
{
    for (struct dict *dict = dicts; dict; dict = dict->next)
        entries_sort(dict->list, dict->count);
}
