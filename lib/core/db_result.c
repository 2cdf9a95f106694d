/* db_result: the rows of a statement, as numbers and text, as HDF, as structs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/db_inside.h"

enum { COLUMNS = 80, INLINE = 128 };

struct cell {
    my_bool       is_null, error;
    unsigned long length;
    int64_t       integer;
    double        real;
    char         *wide;            /* for texts beyond INLINE that need not outlive the row */
    size_t        room;
    char          text[INLINE];
};

struct result {
    struct work *work;
    MYSQL_STMT  *statement;
    const char  *sql;
    unsigned     columns;
    MYSQL_FIELD *fields;
    MYSQL_RES   *metadata;
    MYSQL_BIND  *binds;
    struct cell *cells;
};

static void release_result(void *thing)
{
    struct result *result = thing;
    if (result->metadata)
        mysql_free_result(result->metadata);
    result->metadata = NULL;
    /* the statement may be gone with a lost connection: then nothing is left to free */
    if (result->statement && db_keeps(result->work->db, result->statement))
        mysql_stmt_free_result(result->statement);
    result->statement = NULL;
}

/* `kinds` says how each column is wanted; NULL: all as text. `whole`: fetched into memory at once, so that
 * other statements may run while the rows are read. */
static struct result *open_result(struct work *work, const char *sql, const struct value *values, size_t count,
                                  const struct db_column *kinds, bool whole)
{
    struct result *result = arena_alloc(work->arena, sizeof *result);
    result->work = work;
    result->sql = sql;
    result->statement = db_execute(work, sql, values, count, false);
    work_defer(work, release_result, result);
    result->metadata = mysql_stmt_result_metadata(result->statement);
    if (!result->metadata)
        fail_ours(work, "no result: %s", sql);
    result->columns = mysql_num_fields(result->metadata);
    result->fields = mysql_fetch_fields(result->metadata);
    if (result->columns > COLUMNS)
        fail_ours(work, "too many columns: %s", sql);
    result->binds = arena_alloc(work->arena, result->columns * sizeof *result->binds);
    result->cells = arena_alloc(work->arena, result->columns * sizeof *result->cells);
    for (unsigned i = 0; i < result->columns; i++) {
        struct cell *cell = &result->cells[i];
        MYSQL_BIND *bind = &result->binds[i];
        bool integer = kinds && kinds[i].kind == COLUMN_INT, real = kinds && kinds[i].kind == COLUMN_REAL;
        bind->buffer_type = integer ? MYSQL_TYPE_LONGLONG : real ? MYSQL_TYPE_DOUBLE : MYSQL_TYPE_STRING;
        bind->buffer = integer ? (void *)&cell->integer : real ? (void *)&cell->real : (void *)cell->text;
        bind->buffer_length = integer || real ? 8 : INLINE - 1;
        bind->length = &cell->length;
        bind->is_null = &cell->is_null;
        bind->error = &cell->error;
    }
    if (mysql_stmt_bind_result(result->statement, result->binds)
        || (whole && mysql_stmt_store_result(result->statement)))
        db_raise(work, sql, mysql_stmt_errno(result->statement), mysql_stmt_error(result->statement));
    return result;
}

static bool next_row(struct result *result)
{
    int got = mysql_stmt_fetch(result->statement);
    if (got == MYSQL_NO_DATA)
        return false;
    if (got == 1)
        db_raise(result->work, result->sql, mysql_stmt_errno(result->statement), mysql_stmt_error(result->statement));
    return true;
}

/* Used again by the next row, so that a stream of long texts takes no more memory than its longest. */
static char *wide_place(struct result *result, struct cell *cell)
{
    if (cell->length + 1 > cell->room) {
        cell->room = (cell->length + 1) * 2;
        cell->wide = arena_alloc(result->work->arena, cell->room);
    }
    cell->wide[cell->length] = '\0';
    return cell->wide;
}

/* The text of column i: in `arena`, or in the cell itself when it fits there and `arena` is NULL. */
static const char *cell_text(struct result *result, unsigned i, struct arena *arena)
{
    struct cell *cell = &result->cells[i];
    if (cell->is_null)
        return NULL;
    if (cell->length < INLINE) {
        cell->text[cell->length] = '\0';
        return arena ? arena_copy_n(arena, cell->text, cell->length) : cell->text;
    }
    char *out = arena ? arena_alloc(arena, cell->length + 1) : wide_place(result, cell);
    MYSQL_BIND bind = { .buffer_type = MYSQL_TYPE_STRING, .buffer = out, .buffer_length = cell->length,
                        .length = &cell->length, .is_null = &cell->is_null, .error = &cell->error };
    if (mysql_stmt_fetch_column(result->statement, &bind, i, 0))
        db_raise(result->work, result->sql, mysql_stmt_errno(result->statement), mysql_stmt_error(result->statement));
    return out;
}

static void close_result(struct result *result)
{
    release_result(result);       /* the deferred call finds it closed */
}

int64_t db_int_text(struct work *work, int64_t otherwise, const char *sql, const struct value *values, size_t count)
{
    static const struct db_column one[] = { { COLUMN_INT, 0 }, DB_END };
    struct result *result = open_result(work, sql, values, count, one, true);
    int64_t out = next_row(result) && !result->cells[0].is_null ? result->cells[0].integer : otherwise;
    close_result(result);
    return out;
}

const char *db_text_text(struct work *work, const char *sql, const struct value *values, size_t count)
{
    struct result *result = open_result(work, sql, values, count, NULL, true);
    const char *out = next_row(result) ? cell_text(result, 0, work->arena) : NULL;
    close_result(result);
    return out;
}

static void row_to_hdf(struct result *result, HDF *node)
{
    for (unsigned i = 0; i < result->columns; i++) {
        const char *text = cell_text(result, i, NULL);
        NEOERR *error = text ? hdf_set_value(node, result->fields[i].name, text) : NULL;
        if (error) {
            nerr_ignore(&error);
            fail_ours(result->work, "column name %s: %s", result->fields[i].name, result->sql);
        }
    }
}

bool db_row_text(struct work *work, HDF *node, const char *sql, const struct value *values, size_t count)
{
    struct result *result = open_result(work, sql, values, count, NULL, true);
    bool found = next_row(result);
    if (found)
        row_to_hdf(result, node);
    close_result(result);
    return found;
}

int db_rows_text(struct work *work, HDF *node, const char *sql, const struct value *values, size_t count)
{
    struct result *result = open_result(work, sql, values, count, NULL, true);
    int rows = 0;
    for (; next_row(result); rows++) {
        char name[16];
        HDF *row;
        snprintf(name, sizeof name, "%d", rows);
        NEOERR *error = hdf_get_node(node, name, &row);
        if (error) {
            nerr_ignore(&error);
            abort();
        }
        row_to_hdf(result, row);
    }
    close_result(result);
    return rows;
}

static void row_to_struct(struct result *result, const struct db_column *columns, void *out, struct arena *arena)
{
    for (unsigned i = 0; i < result->columns; i++) {
        void *member = (char *)out + columns[i].offset;
        const struct cell *cell = &result->cells[i];
        switch (columns[i].kind) {
        case COLUMN_INT:  *(int64_t *)member = cell->is_null ? 0 : cell->integer;                 break;
        case COLUMN_REAL: *(double *)member = cell->is_null ? 0 : cell->real;                     break;
        case COLUMN_TEXT: *(const char **)member = cell_text(result, i, arena);                   break;
        case COLUMN_END:  break;
        }
    }
}

static void check_columns(struct result *result, const struct db_column *columns)
{
    unsigned declared = 0;
    while (columns[declared].kind != COLUMN_END)
        declared++;
    if (declared != result->columns)
        fail_ours(result->work, "%u columns declared, %u selected: %s", declared, result->columns, result->sql);
}

static unsigned count_columns(const struct db_column *columns)
{
    unsigned n = 0;
    while (columns[n].kind != COLUMN_END)
        n++;
    return n;
}

/* A short declaration would be read past its end while binding; padded, check_columns() can say so. */
static const struct db_column *padded(struct work *work, const struct db_column *columns)
{
    struct db_column *out = arena_alloc(work->arena, COLUMNS * sizeof *out);
    unsigned n = count_columns(columns);
    if (n > COLUMNS)
        fail_ours(work, "too many columns declared");
    memcpy(out, columns, n * sizeof *out);
    return out;
}

bool db_struct_text(struct work *work, const struct db_column *columns, void *out, const char *sql,
                    const struct value *values, size_t count)
{
    struct result *result = open_result(work, sql, values, count, padded(work, columns), true);
    check_columns(result, columns);
    bool found = next_row(result);
    if (found)
        row_to_struct(result, columns, out, work->arena);
    close_result(result);
    return found;
}

int64_t db_each_text(struct work *work, const struct db_column *columns, void *row,
                     void (*each)(void *row, void *arg), void *arg, const char *sql, const struct value *values,
                     size_t count)
{
    struct result *result = open_result(work, sql, values, count, padded(work, columns), false);
    check_columns(result, columns);
    int64_t rows = 0;
    for (; next_row(result); rows++) {
        row_to_struct(result, columns, row, NULL);
        each(row, arg);
    }
    close_result(result);
    return rows;
}
