/* form_read: schema/forms/<name>.hdf read and proved at start; schema/forms/README.md says what it may hold. A mistake
 * names the form and the field and stops the program: it never meets a visitor. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "web/form_declared.h"
#include "web/io.h"

static const char *const kind_names[] = { "id", "int", "real", "text", "line", "code", "path", "dict", "bool", "date",
                                          "password", "file", "choice", "money", "division", "files", "rows",
                                          "agreement", "given", "place" };
_Static_assert(sizeof kind_names / sizeof *kind_names == FIELD_KIND_COUNT, "one name a kind");

enum { TEXT_MAX = 2000, MANY_LIMIT = 100 };
#define MONEY_MAX 999999999999.99

static struct form *forms;

_Noreturn void form_stop(const char *form, const char *field, const char *what)
{
    fprintf(stderr, "schema/forms/%s.hdf: %s: %s\n", form, field, what);
    exit(2);
}

/* --- attributes ------------------------------------------------------------------------------------------ */

enum attribute_type { A_TEXT, A_FLAG, A_SIZE, A_INT, A_REAL };
#define AT(key, type, member) { key, type, offsetof(struct field, member) }
static const struct attribute { const char *key; enum attribute_type type; size_t offset; } attributes[] = {
    AT("required", A_FLAG, required), AT("many", A_FLAG, many),         AT("sealed", A_FLAG, sealed),
    AT("scope", A_FLAG, scope),       AT("nullable", A_FLAG, nullable), AT("transient", A_FLAG, transient),
    AT("find", A_TEXT, find),         AT("unique", A_FLAG, unique),     AT("example", A_TEXT, example),
    AT("min", A_REAL, low),           AT("max", A_REAL, high),          AT("limit", A_SIZE, limit),
    AT("least", A_SIZE, at_least), AT("most", A_SIZE, at_most),   AT("level", A_INT, level),
    AT("step", A_INT, step),          AT("lines", A_INT, lines),        AT("hint", A_TEXT, hint),
    AT("help", A_TEXT, help),         AT("width", A_TEXT, width),       AT("autocomplete", A_TEXT, autocomplete),
    AT("type", A_TEXT, type),         AT("placeholder", A_TEXT, placeholder), AT("group", A_TEXT, group),
    AT("column", A_TEXT, column),     AT("mask", A_TEXT, mask),         AT("within", A_TEXT, within),
    AT("unit", A_TEXT, unit),         AT("table", A_TEXT, table),       AT("parent", A_TEXT, parent),
    AT("link", A_TEXT, link),         AT("version", A_TEXT, version),   AT("look", A_TEXT, look),
    AT("half", A_FLAG, half),         AT("of", A_TEXT, of),             AT("caption", A_TEXT, caption) };

static bool read_plain(struct field *field, const char *key, const char *value)
{
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        void *to = (char *)field + attributes[i].offset;
        if (strcmp(attributes[i].key, key) != 0)
            continue;
        switch (attributes[i].type) {
        case A_TEXT: *(const char **)to = value;         break;
        case A_FLAG: *(bool *)to = true;                 break;
        case A_SIZE: *(size_t *)to = (size_t)atol(value); break;
        case A_INT:  *(int64_t *)to = atol(value);       break;
        case A_REAL: *(double *)to = atof(value);        break;
        }
        return true;
    }
    return false;
}

static void read_kind(const struct form *form, struct field *field, const char *value)
{
    for (int k = 0; k < FIELD_KIND_COUNT; k++)
        if (strcmp(kind_names[k], value) == 0) {
            field->kind = (enum field_kind)k;
            return;
        }
    form_stop(form->name, field->name, "unknown kind");
}

/* check="uscc" or check="not-before=start, not-after=today" */
static void read_checks(const struct form *form, struct field *field, const char *value)
{
    char *rest = strdup(value), *word;
    while (rest && (word = strsep(&rest, ", "))) {
        if (!*word)
            continue;
        if (field->check_count == FORM_CHECKS)
            form_stop(form->name, field->name, "too many checks");
        char *arg = strchr(word, '=');
        if (arg)
            *arg++ = '\0';
        field->checks[field->check_count++] = (struct field_check){ .name = word, .arg = arg ? arg : "" };
    }
}

static void read_accept(const struct form *form, struct field *field, const char *value)
{
    static const struct { const char *word; unsigned bit; } kinds[] = {
        { "image", FORM_ACCEPT_IMAGE }, { "pdf", FORM_ACCEPT_PDF }, { "xlsx", FORM_ACCEPT_XLSX } };
    unsigned before = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(value, kinds[i].word))
            before |= kinds[i].bit;
    if (!before)
        form_stop(form->name, field->name, "accept= knows image, pdf, xlsx");
    field->accept = before;
}

static void read_attribute(const struct form *form, struct field *field, const HDF_ATTR *attr)
{
    static const char *const levels[] = { "province", "city", "county", "town" };
    const char *key = attr->key, *value = attr->value ? attr->value : "";
    if (strcmp(key, "kind") == 0) {
        read_kind(form, field, value);
    } else if (strcmp(key, "check") == 0) {
        read_checks(form, field, value);
    } else if (strcmp(key, "accept") == 0) {
        read_accept(form, field, value);
    } else if (strcmp(key, "dict") == 0) {
        if (!(field->dict = dict_find(value)))
            form_stop(form->name, field->name, "no such dict");
    } else if (strcmp(key, "level") == 0) {
        for (size_t i = 0; i < 4; i++)
            if (strcmp(levels[i], value) == 0)
                field->level = (int64_t)i + 1;
        if (!field->level)
            form_stop(form->name, field->name, "level= is province, city, county or town");
    } else if (!read_plain(field, key, value)) {
        form_stop(form->name, field->name, "unknown attribute");
    }
}

/* --- fields ----------------------------------------------------------------------------------------------- */

static bool is_text(enum field_kind kind)
{
    return kind == FIELD_TEXT || kind == FIELD_LINE || kind == FIELD_CODE || kind == FIELD_PATH || kind == FIELD_PASSWORD;
}

static void field_defaults(struct field *field, bool has_max)
{
    if (is_text(field->kind)) {
        field->high = has_max ? field->high : TEXT_MAX;
        field->low = field->low < 0 ? 0 : field->low;
    }
    if (field->kind == FIELD_ID)
        field->low = 1, field->high = 9e15;
    if (field->kind == FIELD_MONEY) {
        field->high = has_max ? field->high : MONEY_MAX;
        field->low = field->low < -MONEY_MAX ? 0 : field->low;
    }
    if (field->kind == FIELD_FILES && !field->at_most)
        field->at_most = field->many ? 20 : 1;
    if (field->kind == FIELD_FILES && !field->accept)
        field->accept = FORM_ACCEPT_IMAGE | FORM_ACCEPT_PDF;
    if ((field->kind == FIELD_FILES || field->kind == FIELD_ROWS) && field->required && !field->at_least)
        field->at_least = 1;
    if (field->kind == FIELD_ROWS && !field->at_most)
        field->at_most = 50;
    if (field->kind == FIELD_DIVISION && !field->level)
        field->level = 3;
    if (field->within && strcmp(field->within, "site") == 0)
        field->within = config_text("Site.Division.Code");
    if (field->kind == FIELD_AGREEMENT)
        field->required = true, field->version = field->version ? field->version : "1";
}

static void read_fields(struct form *form, HDF *node);

static void prove_field(struct form *form, struct field *field, HDF *node)
{
    if (field->kind == FIELD_DICT && !field->dict)
        form_stop(form->name, field->name, "kind=dict needs dict=");
    if (field->kind == FIELD_CHOICE && !hdf_obj_child(field->options))
        form_stop(form->name, field->name, "kind=choice needs options { code = label }");
    if (field->sealed && (field->kind != FIELD_LINE || !field->mask))
        form_stop(form->name, field->name, "sealed is for kind=line, with mask=");
    if (field->step < 0 || field->step > form->step_count || (form->step_count && !field->step && field->kind != FIELD_GIVEN))
        form_stop(form->name, field->name, "step= names a step of the form, for every field");
    for (size_t i = 0; field->kind == FIELD_PLACE && i + 1 < form->count; i++)
        if (form->fields[i].kind == FIELD_PLACE)
            form_stop(form->name, field->name, "one place a form: its columns are lng, lat, typed_lng, typed_lat, datum");
    if (field->kind == FIELD_PLACE && (field->many || field->sealed || field->scope))
        form_stop(form->name, field->name, "kind=place cannot be many, sealed or scope");
    if (field->kind != FIELD_ROWS)
        return;
    struct form *rows = calloc(1, sizeof *rows);
    if (!rows)
        abort();
    rows->name = form->name;
    rows->table = field->table;
    rows->parent = field->parent;
    if (field->at_most > FORM_ROWS_MOST || form->parent)
        form_stop(form->name, field->name, "rows: most= is 200 at the most, and no rows within rows");
    if (form->table && (!rows->table || !rows->parent))
        form_stop(form->name, field->name, "rows need table= and parent= (the column that names the record)");
    read_fields(rows, hdf_get_obj(node, "fields"));
    field->rows = rows;
}

static void read_field(struct form *form, HDF *node)
{
    if (form->count == FORM_FIELDS)
        form_stop(form->name, hdf_obj_name(node), "too many fields");
    struct field *field = &form->fields[form->count++];
    *field = (struct field){ .name = hdf_obj_name(node), .label = hdf_obj_value(node), .kind = FIELD_TEXT,
                             .low = -1e15, .high = 1e15, .limit = MANY_LIMIT };
    if (!field->label || !*field->label)
        form_stop(form->name, field->name, "has no label");
    bool has_max = false;
    for (const HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next) {
        read_attribute(form, field, a);
        has_max = has_max || strcmp(a->key, "max") == 0;
    }
    field->options = hdf_get_obj(node, "options");
    field->hint = field->hint ? field->hint : hdf_get_value(node, "hint", NULL);
    field->help = field->help ? field->help : hdf_get_value(node, "help", NULL);
    field_defaults(field, has_max);
    prove_field(form, field, node);
}

/* A process has dozens of forms: each keeps the room its own fields need. */
static void read_fields(struct form *form, HDF *node)
{
    form->fields = calloc(FORM_FIELDS, sizeof *form->fields);
    if (!form->fields)
        abort();
    for (HDF *f = hdf_obj_child(node); f; f = hdf_obj_next(f))
        read_field(form, f);
    if (!form->count)
        form_stop(form->name, "-", "has no fields { }");
    form->fields = realloc(form->fields, form->count * sizeof *form->fields);
    if (!form->fields)
        abort();
}

static void read_steps(struct form *form, HDF *tree)
{
    for (HDF *s = hdf_obj_child(hdf_get_obj(tree, "steps")); s; s = hdf_obj_next(s)) {
        if (form->step_count == FORM_STEPS || atoi(hdf_obj_name(s)) != form->step_count + 1 || !hdf_obj_value(s))
            form_stop(form->name, "steps", "1 = label, 2 = label … up to 9");
        form->steps[++form->step_count] = hdf_obj_value(s);
    }
}

struct form *form_named(const char *name)
{
    for (struct form *f = forms; f; f = f->next)
        if (name && strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static void read_form(const char *name, HDF *tree, HDF *fields)
{
    struct form *form = calloc(1, sizeof *form);
    if (!form)
        abort();
    form->name = strdup(name);
    form->table = tree ? hdf_get_value(tree, "form.table", NULL) : NULL;
    form->drafts = tree && hdf_get_int_value(tree, "form.drafts", 0);
    form->revision = tree ? hdf_get_value(tree, "form.revision", NULL) : NULL;
    if (tree)
        read_steps(form, tree);
    read_fields(form, fields);
    form_compose(form);
    form->next = forms;
    forms = form;
}

void form_register(const char *name, HDF *fields)
{
    if (!form_named(name))
        read_form(name, NULL, fields);
}

void form_register_tree(const char *name, HDF *tree)
{
    if (!form_named(name))
        read_form(name, tree, hdf_get_obj(tree, "fields"));
}

const struct form *form_open(const char *name)
{
    char path[200];
    HDF *tree;
    if (form_named(name))
        return form_named(name);
    snprintf(path, sizeof path, "schema/forms/%s.hdf", name);
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root(path));
    if (error) {
        nerr_log_error(error);
        form_stop(name, "-", "cannot be read");
    }
    form_register_tree(name, tree);
    return form_named(name);
}

const struct form *form_find(struct work *work, const char *name)
{
    const struct form *form = form_named(name);
    if (!form)
        fail_ours(work, "form %s was not opened at start", name);
    return form;
}

void forms_load(const struct program *program)
{
    for (const struct route *row = program->routes; row->path; row++)
        if (row->form && !strchr(row->form, ':'))
            form_open(row->form);
}

/* Checks are named in files but written in C: each must have been registered by now. */
static void tie_checks(struct form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        struct field *field = &form->fields[i];
        for (size_t c = 0; c < field->check_count; c++)
            if (!(field->checks[c].check = form_check_named(field->checks[c].name)))
                form_stop(form->name, field->name, "check= names a check that nobody registered (checks_register() in start)");
        if (field->rows)
            tie_checks(field->rows);
    }
}

void forms_tie(void)
{
    for (struct form *form = forms; form; form = form->next)
        tie_checks(form);
}

void forms_complete(const struct program *program)
{
    for (const struct route *row = program->routes; row->path; row++)
        if (row->form && !form_named(row->form))
            form_stop(row->form, row->path, "nothing registered this form at start");
    forms_tie();
}
