/* list_form: the form "list:<name>" that decodes a list's parameters, made from its declaration: the checks, the
 * limits and the words for visitors are those of every other form. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list/list_declared.h"

static const char *dict_attribute(HDF *node)
{
    for (const HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next)
        if (strcmp(a->key, "dict") == 0)
            return a->value;
    return "";
}

static void field_add(HDF *form, const char *name, const char *label, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void field_add(HDF *form, const char *name, const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char attributes[200];
    vsnprintf(attributes, sizeof attributes, format, args);
    va_end(args);
    HDF *node;
    NEOERR *error = hdf_get_node(form, name, &node);
    if (!error)
        error = hdf_set_value(node, NULL, label);
    for (char *part = attributes, *rest; part && *part && !error; part = rest) {
        if ((rest = strchr(part, ' ')))
            *rest++ = '\0';
        char *equal = strchr(part, '=');
        if (equal)
            *equal = '\0';
        error = hdf_set_attr(form, name, part, equal ? equal + 1 : "1");
    }
    if (error) {
        nerr_log_error(error);
        abort();
    }
}

static void filter_fields(HDF *form, const struct list_filter *f, const char *dict, struct arena *memory)
{
    const char *many = f->many ? arena_printf(memory, " many limit=%zu", f->limit) : "";
    char from[80], to[80];
    snprintf(from, sizeof from, "%s_from", f->name);
    snprintf(to, sizeof to, "%s_to", f->name);
    const char *since = arena_printf(memory, "%s起", f->label), *until = arena_printf(memory, "%s止", f->label);
    switch (f->kind) {
    case FILTER_PREFIX: case FILTER_CONTAINS: case FILTER_WORDS:
        field_add(form, f->name, f->label, "kind=line max=60");
        break;
    case FILTER_DICT:
        field_add(form, f->name, f->label, "kind=dict dict=%s%s", dict, many);
        break;
    case FILTER_EXACT:
        field_add(form, f->name, f->label, "kind=line max=80%s", many);
        break;
    case FILTER_DIVISION:
        field_add(form, f->name, f->label, "kind=code max=12%s", many);
        break;
    case FILTER_DATES:
        field_add(form, from, since, "kind=date");
        field_add(form, to, until, "kind=date");
        break;
    case FILTER_NUMBERS:
        field_add(form, from, since, "kind=real");
        field_add(form, to, until, "kind=real");
        break;
    case FILTER_BOOL:
        field_add(form, f->name, f->label, "kind=bool");
        break;
    case FILTER_KIND_COUNT:
        break;
    }
}

void list_form_register(const struct list *list, HDF *tree, struct arena *memory)
{
    HDF *form;
    if (hdf_init(&form))
        abort();
    for (size_t i = 0; i < list->filter_count; i++) {
        HDF *node = hdf_get_obj(hdf_get_obj(tree, "filters"), list->filters[i].name);
        filter_fields(form, &list->filters[i], dict_attribute(node), memory);
    }
    field_add(form, "sort", "排序", "kind=code max=61");
    field_add(form, "page", "页码", "kind=int min=1 max=1000000");
    field_add(form, "after", "翻页位置", "kind=text max=900");
    field_add(form, "before", "翻页位置", "kind=text max=900");
    field_add(form, "all", "全部查询结果", "kind=bool");
    field_add(form, "id", "选择的记录", "kind=%s many limit=%zu", list->key->kind == CELL_INT ? "id" : "line",
              list->bulk_limit);
    form_register(arena_printf(memory, "list:%s", list->name), form);      /* `form` lives on: labels point into it */
}
