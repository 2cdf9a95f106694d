/* route: the table is the truth. Finds the row of a request, refuses undecided rows, prints itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "web/io.h"

/* Matches `pattern` ("/news/{id}") segment by segment; captures go to `given`. */
static bool matches(const char *pattern, const char *path, struct arena *arena, struct pairs *given)
{
    size_t before = given->count;
    while (*pattern && *path) {
        if (*pattern == '{') {
            size_t name = strcspn(pattern + 1, "}"), value = strcspn(path, "/");
            if (!value)
                break;
            pairs_add(arena, given, arena_copy_n(arena, pattern + 1, name), arena_copy_n(arena, path, value));
            pattern += name + 2;
            path += value;
        } else if (*pattern++ != *path++) {
            pattern = "x";              /* differs: no match */
            break;
        }
    }
    if (!*pattern && (!*path || (path[0] == '/' && !path[1])))      /* a closing slash is the same page */
        return true;
    given->count = before;
    return false;
}

const struct route *route_find(const struct program *program, enum method method, const char *path,
                               struct arena *arena, struct pairs *given, bool *other_method, const char **allow)
{
    *other_method = false;
    for (const struct route *row = program->routes; row->path; row++) {
        if (!matches(row->path, path, arena, given))
            continue;
        if (row->method == method)
            return row;
        given->count = 0;
        const char *method_name = row->method == GET ? "GET, HEAD" : "POST";
        *allow = *other_method ? "GET, HEAD, POST" : method_name;
        *other_method = true;
    }
    return NULL;
}

void routes_check(const struct program *program)
{
    for (const struct route *row = program->routes; row->path; row++) {
        const char *wrong = row->capability == CAP_UNDECIDED || row->capability >= CAP_COUNT ? "capability"
                          : row->method == METHOD_NONE ? "method" : !row->handler ? "handler"
                          : row->path[0] != '/' ? "path" : NULL;
        if (wrong) {
            fprintf(stderr, "%s: route %s has no %s\n", program->name, row->path, wrong);
            exit(2);
        }
    }
}

void routes_print(const struct program *program)
{
    for (const struct route *row = program->routes; row->path; row++)
        printf("%s\t%s\t%s\t%s\t%zu\n", row->method == GET ? "GET" : "POST", row->path, capability_key(row->capability),
               row->form ? row->form : "-", row->body_limit);
}
