/* db: MariaDB by prepared statements, kept open and kept prepared for the life of a process. */
#include "core/db.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/log.h"

enum { STATEMENTS = 64, COLUMNS = 80, PARAMETERS = 400, INLINE = 128 };

struct prepared {
    char       *sql;            /* own copy: statements of the list engine live in memory, not in the program */
    MYSQL_STMT *statement;
    unsigned    used;           /* for throwing out the longest unused */
};

struct db {
    MYSQL          *mysql;      /* NULL: not connected */
    const char     *role;
    enum { TX_NONE, TX_READ, TX_WRITE } wanted;      /* asked for, begun with the first statement */
    bool            in_transaction;
    unsigned        clock;
    struct prepared prepared[STATEMENTS];
};

struct value T(const char *text)
{
    return text ? (struct value){ .kind = VALUE_TEXT, .data = text, .size = strlen(text) }
                : (struct value){ .kind = VALUE_NULL };
}

struct value B(const void *data, size_t size)
{
    return (struct value){ .kind = VALUE_BYTES, .data = data, .size = size };
}

struct db *db_new(const char *role)
{
    struct db *db = calloc(1, sizeof *db);
    if (!db)
        abort();
    db->role = role;
    return db;
}

static void forget_statements(struct db *db)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (db->prepared[i].statement)
            mysql_stmt_close(db->prepared[i].statement);
        free(db->prepared[i].sql);
    }
    memset(db->prepared, 0, sizeof db->prepared);
}

static void disconnect(struct db *db)
{
    forget_statements(db);
    if (db->mysql)
        mysql_close(db->mysql);
    db->mysql = NULL;
    db->in_transaction = false;
}

void db_free(struct db *db)
{
    if (!db)
        return;
    disconnect(db);
    free(db);
}

bool db_in_transaction(const struct db *db)
{
    return db->in_transaction;
}

static _Noreturn void unavailable(struct work *work, bool again, const char *what, unsigned number, const char *text)
{
    snprintf(work->fail_detail, sizeof work->fail_detail, "%s: %u %s", what, number, text);
    work->again = again;
    fail(work, FAIL_UNAVAILABLE, "%s", "");
}

/* What an error means for the work (toolbox: database rules). Nothing is told to the visitor but the kind. */
static _Noreturn void raise(struct work *work, const char *sql, unsigned number, const char *text)
{
    struct db *db = work->db;
    char detail[400];
    snprintf(detail, sizeof detail, "%s", text);      /* `text` lives in the connection, which may go now */
    switch (number) {
    case ER_LOCK_DEADLOCK: case ER_LOCK_WAIT_TIMEOUT: case ER_CHECKREAD:
        unavailable(work, db->in_transaction, sql, number, detail);
    case CR_SERVER_GONE_ERROR: case CR_SERVER_LOST: case CR_CONNECTION_ERROR: case CR_SERVER_LOST_EXTENDED:
    case ER_SERVER_SHUTDOWN: case ER_CONNECTION_KILLED: case ER_UNKNOWN_COM_ERROR /* 1047: node not ready */: {
        bool was_open = db->in_transaction;           /* rolled back by the server: safe to run again */
        disconnect(db);
        unavailable(work, was_open, sql, number, detail);
    }
    case ER_RECORD_FILE_FULL: case ER_DISK_FULL: case ER_OUT_OF_RESOURCES: case ER_CON_COUNT_ERROR:
        unavailable(work, false, sql, number, detail);
    default:
        fail_ours(work, "%s: %u %s", sql, number, detail);
    }
}

static void connect_now(struct work *work)
{
    struct db *db = work->db;
    bool owner = strcmp(db->role, "owner") == 0;
    const char *socket = config_text("Database.Socket");
    unsigned timeout = (unsigned)config_int("Database.ConnectTimeout"), longest = owner ? 3600 : 60;
    MYSQL *mysql = mysql_init(NULL);
    if (!mysql)
        abort();
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &longest);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &longest);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(mysql, MYSQL_INIT_COMMAND,
                  "SET SESSION time_zone = '+08:00', innodb_snapshot_isolation = ON, innodb_lock_wait_timeout = 10,"
                  " sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE'");
    if (!mysql_real_connect(mysql, NULL, config_text(owner ? "Database.OwnerUser" : "Database.User"),
                            config_text(owner ? "Database.OwnerPassword" : "Database.Password"),
                            config_text("Database.Name"), 0, *socket ? socket : path_in_var("db.sock"),
                            CLIENT_FOUND_ROWS)) {
        char detail[300];
        unsigned number = mysql_errno(mysql);
        snprintf(detail, sizeof detail, "%s", mysql_error(mysql));
        mysql_close(mysql);
        unavailable(work, false, "connect", number, detail);
    }
    db->mysql = mysql;
}

/* Nothing is said to the server yet: a page that needs no data must not need the database. */
void db_begin(struct work *work, bool writes)
{
    if (work->db && work->db->in_transaction)      /* START TRANSACTION would commit the outer one unseen */
        fail_ours(work, "a transaction inside a transaction");
    if (work->db)
        work->db->wanted = writes ? TX_WRITE : TX_READ;
}

static void begin_wanted(struct work *work)
{
    struct db *db = work->db;
    const char *sql = db->wanted == TX_WRITE ? "START TRANSACTION" : "START TRANSACTION READ ONLY";
    for (int attempt = 0;; attempt++) {
        if (!db->mysql)
            connect_now(work);
        if (db->wanted == TX_NONE)
            return;
        if (!mysql_query(db->mysql, sql))
            break;
        unsigned number = mysql_errno(db->mysql);
        char detail[300];
        snprintf(detail, sizeof detail, "%s", mysql_error(db->mysql));
        disconnect(db);                            /* an idle connection the server had closed: once more */
        if (attempt)
            unavailable(work, false, "begin", number, detail);
    }
    db->wanted = TX_NONE;
    db->in_transaction = true;
}

/* A connection lost at COMMIT means unknown, not failed. Only a work that stored its idempotency key may run again:
 * the key tells the second run that the first had arrived. A key merely sent by the client proves nothing. */
void db_commit(struct work *work)
{
    struct db *db = work->db;
    if (db)
        db->wanted = TX_NONE;
    if (!db || !db->in_transaction)
        return;
    if (mysql_query(db->mysql, "COMMIT")) {
        unsigned number = mysql_errno(db->mysql);
        char detail[300];
        snprintf(detail, sizeof detail, "%s", mysql_error(db->mysql));
        bool conflict = number == ER_LOCK_DEADLOCK || number == ER_CHECKREAD;
        if (!conflict)
            disconnect(db);
        unavailable(work, conflict || work->keyed, "commit", number, detail);
    }
    db->in_transaction = false;
}

void db_rollback(struct work *work)
{
    struct db *db = work->db;
    /* Not taken (lost, or rows of a stream still unread)? Left open, the next START TRANSACTION would commit it. */
    if (db && db->mysql && db->in_transaction && mysql_query(db->mysql, "ROLLBACK"))
        disconnect(db);
    if (db) {
        db->in_transaction = false;
        db->wanted = TX_NONE;
    }
}

void db_run_ddl(struct work *work, const char *sql)
{
    if (!work->db->mysql)
        begin_wanted(work);
    if (mysql_query(work->db->mysql, sql))
        raise(work, sql, mysql_errno(work->db->mysql), mysql_error(work->db->mysql));
}

void db_run_ddl_again(struct work *work, const char *sql)
{
    if (!work->db->mysql)
        begin_wanted(work);
    MYSQL *mysql = work->db->mysql;
    if (mysql_query(mysql, sql) == 0)
        return;
    switch (mysql_errno(mysql)) {
    case ER_TABLE_EXISTS_ERROR: case ER_DUP_FIELDNAME: case ER_DUP_KEYNAME: case ER_DUP_CONSTRAINT_NAME: case ER_DUP_ENTRY:
    case ER_CANT_DROP_FIELD_OR_KEY: case ER_BAD_TABLE_ERROR:
        return;
    default:
        raise(work, sql, mysql_errno(mysql), mysql_error(mysql));
    }
}

static struct prepared *slot_for(struct db *db, const char *sql)
{
    struct prepared *oldest = &db->prepared[0];
    for (size_t i = 0; i < STATEMENTS; i++) {
        struct prepared *p = &db->prepared[i];
        if (p->sql && strcmp(p->sql, sql) == 0)
            return p;
        if (p->used < oldest->used)                /* an empty place was never used: 0 */
            oldest = p;
    }
    if (oldest->statement)
        mysql_stmt_close(oldest->statement);
    free(oldest->sql);
    *oldest = (struct prepared){ 0 };
    return oldest;
}

static MYSQL_STMT *prepare(struct work *work, const char *sql, size_t values)
{
    struct db *db = work->db;
    if (!db)
        fail_ours(work, "this work has no database: %s", sql);
    if (!db->mysql || db->wanted != TX_NONE)
        begin_wanted(work);
    struct prepared *slot = slot_for(db, sql);
    slot->used = ++db->clock;
    if (!slot->statement) {
        MYSQL_STMT *statement = mysql_stmt_init(db->mysql);
        if (!statement)
            abort();
        if (mysql_stmt_prepare(statement, sql, strlen(sql))) {
            unsigned number = mysql_stmt_errno(statement);
            char detail[400];
            snprintf(detail, sizeof detail, "%s", mysql_stmt_error(statement));
            mysql_stmt_close(statement);
            raise(work, sql, number, detail);
        }
        slot->sql = strdup(sql);
        slot->statement = statement;
    }
    if (mysql_stmt_param_count(slot->statement) != values || values > PARAMETERS)
        fail_ours(work, "%zu values for: %s", values, sql);
    return slot->statement;
}

static void bind_values(MYSQL_BIND *binds, const struct value *values, size_t count)
{
    memset(binds, 0, count * sizeof *binds);
    for (size_t i = 0; i < count; i++) {
        const struct value *v = &values[i];
        switch (v->kind) {
        case VALUE_NULL:  binds[i].buffer_type = MYSQL_TYPE_NULL;                                          break;
        case VALUE_INT:   binds[i].buffer_type = MYSQL_TYPE_LONGLONG; binds[i].buffer = (void *)&v->integer; break;
        case VALUE_REAL:  binds[i].buffer_type = MYSQL_TYPE_DOUBLE;   binds[i].buffer = (void *)&v->real;    break;
        case VALUE_TEXT:  binds[i].buffer_type = MYSQL_TYPE_STRING;   binds[i].buffer = (void *)v->data;     break;
        case VALUE_BYTES: binds[i].buffer_type = MYSQL_TYPE_BLOB;     binds[i].buffer = (void *)v->data;     break;
        }
        binds[i].buffer_length = v->size;
        binds[i].length_value = v->size;
    }
}

/* Executes; returns the statement, or NULL when `duplicate` is wanted and a unique key refused the row. */
static MYSQL_STMT *execute(struct work *work, const char *sql, const struct value *values, size_t count,
                           bool duplicate)
{
    MYSQL_STMT *statement = prepare(work, sql, count);
    MYSQL_BIND  binds[PARAMETERS];
    bind_values(binds, values, count);
    if ((count && mysql_stmt_bind_param(statement, binds)) || mysql_stmt_execute(statement)) {
        unsigned number = mysql_stmt_errno(statement);
        if (duplicate && number == ER_DUP_ENTRY)
            return NULL;
        raise(work, sql, number, mysql_stmt_error(statement));
    }
    return statement;
}

int64_t db_exec_text(struct work *work, const char *sql, const struct value *values, size_t count)
{
    return (int64_t)mysql_stmt_affected_rows(execute(work, sql, values, count, false));
}

int64_t db_insert_text(struct work *work, const char *sql, const struct value *values, size_t count)
{
    return (int64_t)mysql_stmt_insert_id(execute(work, sql, values, count, false));
}

bool db_insert_new_text(struct work *work, const char *sql, const struct value *values, size_t count)
{
    return execute(work, sql, values, count, true) != NULL;
}

/* --- results ----------------------------------------------------------------------------------- */

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
    struct db *db = result->work->db;
    for (size_t i = 0; i < STATEMENTS; i++)
        if (db->prepared[i].statement == result->statement && result->statement)
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
    result->statement = execute(work, sql, values, count, false);
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
        raise(work, sql, mysql_stmt_errno(result->statement), mysql_stmt_error(result->statement));
    return result;
}

static bool next_row(struct result *result)
{
    int got = mysql_stmt_fetch(result->statement);
    if (got == MYSQL_NO_DATA)
        return false;
    if (got == 1)
        raise(result->work, result->sql, mysql_stmt_errno(result->statement), mysql_stmt_error(result->statement));
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
        raise(result->work, result->sql, mysql_stmt_errno(result->statement), mysql_stmt_error(result->statement));
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
        char *member = (char *)out + columns[i].offset;
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
