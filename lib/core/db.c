/* db: MariaDB by prepared statements, kept open and kept prepared for the life of a process. */
#include "core/db_inside.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/log.h"

enum { STATEMENTS = 64, PARAMETERS = 400 };

struct prepared {
    char       *sql;            /* own copy: statements of the list engine live in memory, not in the program */
    MYSQL_STMT *statement;
    unsigned    used;           /* for throwing out the longest unused */
};

struct db {
    MYSQL          *mysql;      /* NULL: not connected */
    const char     *role;
    enum { TX_NONE, TX_READ, TX_WRITE } wanted;      /* asked for, begun with the first statement */
    bool            in_transaction, wrote;
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
    snprintf(work->fail_detail, sizeof work->fail_detail, "%u %s: %s", number, text, what);     /* a long statement is cut */
    work->again = again;
    fail(work, FAIL_UNAVAILABLE, "%s", "");
}

/* What an error means for the work (toolbox: database rules). Nothing is told to the visitor but the kind. */
_Noreturn void db_raise(struct work *work, const char *sql, unsigned number, const char *text)
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
        fail_ours(work, "%u %s: %s", number, detail, sql);
    }
}

static bool short_works;

void db_short_works(void)
{
    short_works = true;
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
    if (short_works)
        mysql_options(mysql, MYSQL_INIT_COMMAND, "SET SESSION tx_isolation = 'READ-COMMITTED', autocommit = 0");
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
        if (short_works && db->wanted == TX_WRITE)     /* begins by itself; a connection lost meanwhile is found, and the work run again */
            break;
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
    db->wrote = false;
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
        if (!db->wrote && !conflict)               /* what was read was read: nothing is unknown */
            return;
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

static void part_query(struct work *work, const char *words, int depth)
{
    char sql[60];
    snprintf(sql, sizeof sql, "%s part%d", words, depth);
    if (!work->db->mysql || work->db->wanted != TX_NONE)
        begin_wanted(work);
    if (mysql_query(work->db->mysql, sql))
        db_raise(work, sql, mysql_errno(work->db->mysql), mysql_error(work->db->mysql));
}

void db_part_begin(struct work *work, int depth) { part_query(work, "SAVEPOINT", depth); }
void db_part_undo(struct work *work, int depth)  { part_query(work, "ROLLBACK TO SAVEPOINT", depth); }

void db_run_ddl(struct work *work, const char *sql)
{
    if (!work->db->mysql)
        begin_wanted(work);
    if (mysql_query(work->db->mysql, sql))
        db_raise(work, sql, mysql_errno(work->db->mysql), mysql_error(work->db->mysql));
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
        db_raise(work, sql, mysql_errno(mysql), mysql_error(mysql));
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

bool db_keeps(const struct db *db, const MYSQL_STMT *statement)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (db->prepared[i].statement == statement)
            return true;
    return false;
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
            db_raise(work, sql, number, detail);
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
MYSQL_STMT *db_execute(struct work *work, const char *sql, const struct value *values, size_t count, bool duplicate)
{
    MYSQL_STMT *statement = prepare(work, sql, count);
    MYSQL_BIND  binds[PARAMETERS];
    bind_values(binds, values, count);
    if ((count && mysql_stmt_bind_param(statement, binds)) || mysql_stmt_execute(statement)) {
        unsigned number = mysql_stmt_errno(statement);
        if (duplicate && number == ER_DUP_ENTRY)
            return NULL;
        db_raise(work, sql, number, mysql_stmt_error(statement));
    }
    return statement;
}

int64_t db_exec_text(struct work *work, const char *sql, const struct value *values, size_t count)
{
    MYSQL_STMT *statement = db_execute(work, sql, values, count, false);
    work->db->wrote = true;
    return (int64_t)mysql_stmt_affected_rows(statement);
}

int64_t db_insert_text(struct work *work, const char *sql, const struct value *values, size_t count)
{
    MYSQL_STMT *statement = db_execute(work, sql, values, count, false);
    work->db->wrote = true;
    return (int64_t)mysql_stmt_insert_id(statement);
}

bool db_insert_new_text(struct work *work, const char *sql, const struct value *values, size_t count)
{
    bool stored = db_execute(work, sql, values, count, true) != NULL;
    work->db->wrote = true;
    return stored;
}
