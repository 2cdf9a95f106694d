/* dictionaries: 字典 as the files of schema/dicts say, and which forms and lists use each. They are part of the program:
 * a value means something to it, so they are read here and changed with it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "core/config.h"
#include "core/dict.h"
#include "core/text.h"

enum { FILE_SIZE = 64 * 1024 };

/* Does a declaration name the dictionary: dict=x, not followed by more of a name? */
static bool names(const char *text, const char *dict)
{
    size_t size = strlen(dict);
    for (const char *at = text; (at = strstr(at, "dict=")); at += 5)
        if (strncmp(at + 5, dict, size) == 0 && strchr(" ,]\n", at[5 + size]))
            return true;
    return false;
}

static void add_uses(struct request *rq, HDF *entry, const char *dict, const char *folder, const char *label, int *n)
{
    char *text = arena_alloc(rq->work.arena, FILE_SIZE);
    struct dirent **files;
    int count = scandir(path_in_root(folder), &files, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = files[i]->d_name, *end = strrchr(name, '.');
        FILE *file = end && strcmp(end, ".hdf") == 0 ? fopen(arena_printf(rq->work.arena, "%s/%s", path_in_root(folder), name), "r") : NULL;
        if (file) {
            text[fread(text, 1, FILE_SIZE - 1, file)] = '\0';
            fclose(file);
            if (names(text, dict))
                view_setf(entry, arena_printf(rq->work.arena, "Uses.%d", (*n)++), "%s %.*s", label, (int)(end - name), name);
        }
        free(files[i]);
    }
    if (count >= 0)
        free(files);
}

static void add_dict(struct request *rq, HDF *entry, const char *name)
{
    const struct dict *dict = dict_find(name);
    int uses = 0;
    view_set(entry, "Name", name);
    view_set_int(entry, "Count", (int64_t)dict_count(dict));
    dict_to_hdf(dict, view_node(entry, "Values"));
    add_uses(rq, entry, name, "schema/forms", "表单", &uses);
    add_uses(rq, entry, name, "schema/lists", "列表", &uses);
}

void dictionary_page(struct request *rq)
{
    struct dirent **files;
    int count = scandir(path_in_root("schema/dicts"), &files, NULL, alphasort), n = 0;
    view_set(rq->page, "Title", "字典");
    for (int i = 0; i < count; i++) {
        char *end = strrchr(files[i]->d_name, '.');
        if (end && strcmp(end, ".hdf") == 0 && (*end = '\0', dict_find(files[i]->d_name)))
            add_dict(rq, view_node(rq->page, arena_printf(rq->work.arena, "Dicts.%d", n++)), files[i]->d_name);
        free(files[i]);
    }
    if (count >= 0)
        free(files);
    page(rq, "admin/dictionaries.cst");
}
