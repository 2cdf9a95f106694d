/* form_store: records from values. Statements are composed once, at start, from names of the declaration that are
 * proved to be identifiers; values travel as binds. Rows (a repeating group) live in a table of their own under the
 * record's id; files are tied to it; sealed columns are encrypted under table, column and id, so that a value cannot be
 * moved to another row. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "web/form_declared.h"

enum { SQL_MAX = 16000, BINDS = FORM_FIELDS + 6 + PLACE_COLUMNS };

/* --- composing ---------------------------------------------------------------------------------------------- */

static const char *proved(const struct form *form, const char *field, const char *name)
{
    if (!name || !*name || strlen(name) > 60 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name)
        || (*name >= '0' && *name <= '9'))
        form_stop(form->name, field, "table and column names are lower-case letters, digits and _");
    return name;
}

static bool in_column(const struct field *f)
{
    return !f->transient && f->kind != FIELD_FILES && f->kind != FIELD_FILE && f->kind != FIELD_ROWS
        && f->kind != FIELD_PASSWORD;
}

static const char *column_of(const struct form *form, const struct field *f)
{
    return proved(form, f->name, f->column ? f->column : f->name);
}

/* One column a field; a position has five. */
static size_t column_count(const struct field *f)
{
    return f->kind == FIELD_PLACE ? PLACE_COLUMNS : 1;
}

static const char *column_at(const struct form *form, const struct field *f, size_t n)
{
    return f->kind == FIELD_PLACE ? place_column(n) : column_of(form, f);
}

struct sql { char text[SQL_MAX]; size_t size; const char *separator; };

static void add(struct sql *sql, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct sql *sql, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(sql->text + sql->size, SQL_MAX - sql->size, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= SQL_MAX - sql->size)
        abort();
    sql->size += (size_t)n;
}

static char *done(struct sql *sql)
{
    char *text = strdup(sql->text);
    if (!text)
        abort();
    return text;
}

static const char *compose_insert(const struct form *form)
{
    struct sql sql = { .size = 0 };
    const char *comma = "";
    add(&sql, "INSERT INTO `%s` (", form->table);
    if (form->parent)
        add(&sql, "`%s`", form->parent), comma = ", ";
    for (size_t i = 0; i < form->count; i++)
        for (size_t c = 0; in_column(&form->fields[i]) && c < column_count(&form->fields[i]); c++)
            add(&sql, "%s`%s`", comma, column_at(form, &form->fields[i], c)), comma = ", ";
    add(&sql, ") VALUES (%s", form->parent ? "?" : "");
    comma = form->parent ? ", " : "";
    for (size_t i = 0; i < form->count; i++)
        for (size_t c = 0; in_column(&form->fields[i]) && c < column_count(&form->fields[i]); c++)
            add(&sql, "%s%s", comma, form->fields[i].sealed ? "''" : "?"), comma = ", ";
    add(&sql, ")");
    return done(&sql);
}

static void add_scope(struct sql *sql, const struct form *form)
{
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].scope)
            add(sql, " AND `%s` = ?", column_of(form, &form->fields[i]));
}

/* What the domain gives and what is sealed stays as it was when nothing new is said. */
static const char *compose_update(const struct form *form, bool scoped, bool sealed_alone)
{
    struct sql sql = { .size = 0 };
    add(&sql, "UPDATE `%s` SET `id` = `id`", form->table);
    for (size_t i = 0; i < form->count; i++) {
        const struct field *f = &form->fields[i];
        if (!in_column(f) || f->scope || (sealed_alone && !f->sealed))
            continue;
        for (size_t c = 0; c < column_count(f); c++) {
            const char *column = column_at(form, f, c);
            if (f->sealed || f->kind == FIELD_GIVEN)
                add(&sql, ", `%s` = COALESCE(?, `%s`)", column, column);
            else
                add(&sql, ", `%s` = ?", column);
        }
    }
    if (form->revision && !sealed_alone)
        add(&sql, ", `%s` = `%s` + 1", form->revision, form->revision);
    add(&sql, " WHERE `id` = ?");
    if (form->parent)
        add(&sql, " AND `%s` = ?", form->parent);
    if (form->revision && !sealed_alone)
        add(&sql, " AND (? = 0 OR `%s` = ?)", form->revision);
    if (scoped)
        add_scope(&sql, form);
    return done(&sql);
}

static const char *compose_select(const struct form *form, bool scoped)
{
    struct sql sql = { .size = 0 };
    add(&sql, "SELECT `id` AS `#id`");
    if (form->revision)
        add(&sql, ", `%s` AS `#revision`", form->revision);
    for (size_t i = 0; i < form->count; i++) {
        const struct field *f = &form->fields[i];
        for (size_t c = 0; in_column(f) && c < column_count(f); c++)
            if (f->kind == FIELD_PLACE)
                add(&sql, ", `%s` AS `%s#%zu`", column_at(form, f, c), proved(form, "name", f->name), c);
            else
                add(&sql, ", `%s` AS `%s`", column_of(form, f), proved(form, "name", f->name));
    }
    add(&sql, " FROM `%s` WHERE `%s` = ?", form->table, form->parent ? form->parent : "id");
    if (scoped)
        add_scope(&sql, form);
    add(&sql, "%s", form->parent ? " ORDER BY `id`" : "");
    return done(&sql);
}

static const char *compose_on_parent(const struct form *form, const char *format)
{
    struct sql sql = { .size = 0 };
    add(&sql, "%s `%s` WHERE `%s` = ?%s", format, form->table, form->parent,
        strstr(format, "DELETE") ? " AND `id` = ?" : "");
    return done(&sql);
}

static void compose(struct form *form)
{
    proved(form, "table", form->table);
    if (form->revision)
        proved(form, "revision", form->revision);
    form->sql.insert = compose_insert(form);
    form->sql.update = compose_update(form, false, false);
    form->sql.update_scoped = compose_update(form, true, false);
    form->sql.seal = compose_update(form, false, true);
    form->sql.select = compose_select(form, false);
    form->sql.select_scoped = compose_select(form, true);
    if (!form->parent)
        return;
    form->sql.children = compose_on_parent(form, "SELECT `id` FROM");
    form->sql.remove = compose_on_parent(form, "DELETE FROM");
}

void form_compose(struct form *form)
{
    if (!form->table)
        return;
    for (size_t i = 0; i < form->count; i++) {
        struct form *rows = form->fields[i].rows;
        if (!rows)
            continue;
        proved(form, form->fields[i].name, rows->parent);
        compose(rows);
    }
    compose(form);
}

/* --- storing -------------------------------------------------------------------------------------------------- */

static const char *joined(struct work *work, const struct entry *e)
{
    const char *all = "";
    for (size_t at = 0; at < e->count; at++)
        all = at ? arena_printf(work->arena, "%s,%s", all, e->text[at]) : e->text[at];
    return all;
}

static struct value bound(struct work *work, const struct field *f, const struct entry *e)
{
    if (f->kind == FIELD_GIVEN)
        return e->given;
    if (f->many)
        return e->count || !f->nullable ? T(joined(work, e)) : N();
    switch (f->kind) {
    case FIELD_ID: case FIELD_INT:
        return e->count ? I(e->integer[0]) : N();
    case FIELD_BOOL:
        return e->count ? I(e->integer[0]) : f->nullable ? N() : I(0);
    case FIELD_REAL:
        return e->count ? R(e->real[0]) : N();
    case FIELD_MONEY: case FIELD_DATE: case FIELD_DICT:
        return e->count ? T(e->text[0]) : N();
    default:
        return e->count ? T(e->text[0]) : f->nullable ? N() : T("");
    }
}

static size_t bind_field(struct work *work, const struct field *f, const struct entry *e, struct value *binds)
{
    if (f->kind == FIELD_PLACE)
        place_binds(work, e, binds);
    else
        *binds = bound(work, f, e);
    return column_count(f);
}

static struct value sealed_value(struct work *work, const struct form *form, const struct field *f, const struct entry *e,
                                 int64_t id)
{
    if (!e->count || e->kept)
        return N();
    return T(secret_seal(work->arena, e->text[0],
                         arena_printf(work->arena, "%s.%s.%" PRId64, form->table, column_of(form, f), id)));
}

static int64_t insert(struct work *work, const struct form_values *values, int64_t parent)
{
    const struct form *form = values->form;
    struct value binds[BINDS];
    size_t n = 0, sealed = 0;
    if (form->parent)
        binds[n++] = I(parent);
    for (size_t i = 0; i < form->count; i++) {
        if (in_column(&form->fields[i]) && !form->fields[i].sealed)
            n += bind_field(work, &form->fields[i], &values->entries[i], binds + n);
        sealed += form->fields[i].sealed;
    }
    int64_t id = db_insert_text(work, form->sql.insert, binds, n);
    if (!sealed)
        return id;
    n = 0;
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].sealed && in_column(&form->fields[i]))
            binds[n++] = sealed_value(work, form, &form->fields[i], &values->entries[i], id);
    binds[n++] = I(id);
    if (form->parent)
        binds[n++] = I(parent);
    db_exec_text(work, form->sql.seal, binds, n);
    return id;
}

static bool update(struct work *work, const struct form_values *values, int64_t id, int64_t parent)
{
    const struct form *form = values->form;
    struct value binds[BINDS];
    size_t n = 0, scopes = 0, given = 0;
    for (size_t i = 0; i < form->count; i++) {
        const struct field *f = &form->fields[i];
        scopes += f->scope;
        given += f->scope && values->entries[i].count;
        if (!in_column(f) || f->scope)
            continue;
        if (f->sealed)
            binds[n++] = sealed_value(work, form, f, &values->entries[i], id);
        else
            n += bind_field(work, f, &values->entries[i], binds + n);
    }
    binds[n++] = I(id);
    if (form->parent)
        binds[n++] = I(parent);
    if (form->revision)
        binds[n++] = I(values->revision), binds[n++] = I(values->revision);
    if (given && given != scopes)
        fail_ours(work, "form %s: some of its scope fields are not given", form->name);
    for (size_t i = 0; given && i < form->count; i++)
        if (form->fields[i].scope)
            binds[n++] = bound(work, &form->fields[i], &values->entries[i]);
    return db_exec_text(work, given ? form->sql.update_scoped : form->sql.update, binds, n) == 1;
}

/* A new record has none to let go of. */
static void link_files(struct work *work, const struct form_values *values, int64_t id, bool fresh)
{
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        if (fresh && !values->entries[i].count)
            continue;
        if (f->kind == FIELD_FILES && !f->transient && form_files)
            form_files->link(work, values->form->table, id, f->name, values->entries[i].integer, values->entries[i].count);
        for (size_t at = 0; f->caption && !f->transient && form_files && at < values->entries[i].count; at++)
            if (values->entries[i].caption[at] && *values->entries[i].caption[at])
                form_files->caption(work, values->form->table, id, f->name, values->entries[i].integer[at],
                                    values->entries[i].caption[at]);
    }
}

static bool still_there(const struct entry *e, int64_t id)
{
    for (size_t r = 0; r < e->count; r++)
        if (e->rows[r]->id == id)
            return true;
    return false;
}

/* Rows left out go. */
static void drop_rows(struct work *work, const struct form *rows, const struct entry *e, int64_t id)
{
    HDF *there;
    if (hdf_init(&there))
        fail_ours(work, "out of memory");
    int count = db_rows_text(work, there, rows->sql.children, (struct value[]){ I(id) }, 1);
    for (int n = 0; n < count; n++) {
        char name[24];
        snprintf(name, sizeof name, "%d.id", n);
        int64_t row = strtoll(hdf_get_value(there, name, "0"), NULL, 10);
        if (still_there(e, row))
            continue;
        for (size_t i = 0; i < rows->count; i++)
            if (rows->fields[i].kind == FIELD_FILES && form_files)
                form_files->link(work, rows->table, row, rows->fields[i].name, NULL, 0);
        db_exec_text(work, rows->sql.remove, (struct value[]){ I(id), I(row) }, 2);
    }
    hdf_destroy(&there);
}

/* Rows known by their id stay (their files too), new ones are added, those left out go. */
static void store_rows(struct work *work, const struct form_values *values, size_t field, int64_t id, bool fresh)
{
    const struct entry *e = &values->entries[field];
    if (!fresh)
        drop_rows(work, values->form->fields[field].rows, e, id);
    for (size_t r = 0; r < e->count; r++) {
        struct form_values *row = e->rows[r];
        bool added = fresh || !row->id || !update(work, row, row->id, id);
        if (added)
            row->id = insert(work, row, id);
        link_files(work, row, row->id, added);
    }
}

int64_t form_store(struct work *work, struct form_values *values, int64_t id)
{
    const struct form *form = values->form;
    bool fresh = !id;
    if (!form->table)
        fail_ours(work, "form %s has no table", form->name);
    for (size_t i = 0; !id && i < form->count; i++)
        if (form->fields[i].sealed && form->fields[i].required && !values->draft && !values->entries[i].count)
            fail(work, FAIL_INVALID, "请填写「%s」。", form->fields[i].label);
    if (!id)
        id = insert(work, values, 0);
    else if (!update(work, values, id, 0)) {
        if (values->revision)          /* the domain has said who was faster; this is the last guard */
            fail(work, FAIL_CONFLICT, "该记录已由他人修改，请返回后重新打开。");
        fail(work, FAIL_MISSING, "%s", "");
    }
    link_files(work, values, id, fresh);
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].rows)
            store_rows(work, values, i, id, fresh);
    values->id = id;
    return id;
}
