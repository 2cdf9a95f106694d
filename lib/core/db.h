/* db: the one way to MariaDB. Prepared statements only; values travel only as binds.
 *
 * A statement is a string literal: the macros paste "" around it, so a variable does not compile.
 * (The list and form engines compose statements at start from checked files and use the *_text calls.)
 * A lost connection is opened again at the next transaction; a failure never returns to the caller
 * but ends the work: deadlocks are run again by work_run(), a database that is away becomes 503. */
#ifndef CORE_DB_H
#define CORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

enum value_kind { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BYTES };

struct value {
    enum value_kind kind;
    int64_t         integer;
    double          real;
    const void     *data;
    size_t          size;
};

/* Binds: db_exec(work, "UPDATE t SET a = ? WHERE id = ?", T(text), I(id)) */
static inline struct value I(int64_t integer) { return (struct value){ .kind = VALUE_INT, .integer = integer }; }
static inline struct value R(double real)     { return (struct value){ .kind = VALUE_REAL, .real = real }; }
struct value T(const char *text);                           /* NULL binds SQL NULL                */
struct value B(const void *data, size_t size);              /* bytes                              */
static inline struct value N(void)            { return (struct value){ .kind = VALUE_NULL }; }

#define DB_VALUES(...) (const struct value[]){ {0}, ##__VA_ARGS__ } + 1, \
                       sizeof((const struct value[]){ {0}, ##__VA_ARGS__ }) / sizeof(struct value) - 1

/* Rows affected (found, not changed: saving an unchanged row counts 1). */
#define db_exec(work, sql, ...)        db_exec_text(work, "" sql "", DB_VALUES(__VA_ARGS__))
/* db_exec for INSERT: the AUTO_INCREMENT id, or LAST_INSERT_ID(expr) of an UPDATE. */
#define db_insert(work, sql, ...)      db_insert_text(work, "" sql "", DB_VALUES(__VA_ARGS__))
/* INSERT that may meet a unique key: true stored, false it was there already (error 1062). */
#define db_insert_new(work, sql, ...)  db_insert_new_text(work, "" sql "", DB_VALUES(__VA_ARGS__))
/* First column of the first row; `otherwise` when there is no row or it is NULL. */
#define db_int(work, otherwise, sql, ...)  db_int_text(work, otherwise, "" sql "", DB_VALUES(__VA_ARGS__))
/* The same as arena text; NULL when there is no row or it is NULL. */
#define db_text(work, sql, ...)        db_text_text(work, "" sql "", DB_VALUES(__VA_ARGS__))
/* row -> HDF: node.<column> = value; NULL columns are left out. False: no row. */
#define db_row(work, node, sql, ...)   db_row_text(work, node, "" sql "", DB_VALUES(__VA_ARGS__))
/* rows -> HDF: node.0.<column>, node.1.<column> ...; returns how many. */
#define db_rows(work, node, sql, ...)  db_rows_text(work, node, "" sql "", DB_VALUES(__VA_ARGS__))
/* row -> struct: `columns` says where each result column goes (see below). False: no row. */
#define db_struct(work, columns, out, sql, ...) \
    db_struct_text(work, columns, out, "" sql "", DB_VALUES(__VA_ARGS__))
/* rows -> structs, one at a time: calls each(row, arg) with the same reused struct; what must outlive
 * the call is copied. Streams: memory does not grow with the number of rows, and `each` must not use the
 * same work's database meanwhile (a second work with its own db_new() may). Returns how many. */
#define db_each(work, columns, row, each, arg, sql, ...) \
    db_each_text(work, columns, row, each, arg, "" sql "", DB_VALUES(__VA_ARGS__))

/* Where the columns of a result go, in the order of the SELECT list. Text goes to a char pointer:
 * in the arena for db_struct, valid until the next row for db_each. NULL gives 0 / NULL pointer. */
struct db_column {
    enum { COLUMN_END, COLUMN_INT, COLUMN_REAL, COLUMN_TEXT } kind;
    size_t offset;
};
#define DB_INT(type, member)  { COLUMN_INT,  offsetof(type, member) }    /* int64_t member  */
#define DB_REAL(type, member) { COLUMN_REAL, offsetof(type, member) }    /* double member   */
#define DB_TEXT(type, member) { COLUMN_TEXT, offsetof(type, member) }    /* const char *    */
#define DB_END                { COLUMN_END,  0 }

int64_t     db_exec_text(struct work *, const char *sql, const struct value *, size_t);
int64_t     db_insert_text(struct work *, const char *sql, const struct value *, size_t);
bool        db_insert_new_text(struct work *, const char *sql, const struct value *, size_t);
int64_t     db_int_text(struct work *, int64_t otherwise, const char *sql, const struct value *, size_t);
const char *db_text_text(struct work *, const char *sql, const struct value *, size_t);
bool        db_row_text(struct work *, HDF *, const char *sql, const struct value *, size_t);
int         db_rows_text(struct work *, HDF *, const char *sql, const struct value *, size_t);
bool        db_struct_text(struct work *, const struct db_column *, void *out, const char *sql,
                           const struct value *, size_t);
int64_t     db_each_text(struct work *, const struct db_column *, void *row,
                         void (*each)(void *row, void *arg), void *arg, const char *sql,
                         const struct value *, size_t);

/* Life of a connection: made from Config.Database at the first use, kept by the process.
 * `role` is "portal" (data only) or "owner" (may change the schema: portalctl migrate alone). */
struct db *db_new(const char *role);
void       db_free(struct db *db);
/* Times are DATETIME(3) at +08:00, set for each connection. */
/* From a program's start, for one whose works are short and many and write hot rows by adding to them (exchange). Its connections
 * read what is committed now (READ COMMITTED): at the default a row that others changed after the work's first read makes the
 * work run again (innodb_snapshot_isolation), and gaps are locked. And a writing work begins with its first statement
 * (autocommit is off), which spares a round trip. Such a program must not write what it computed from a read without a lock
 * or a condition - no program may -, and must not ask the database outside work_run(). */
void db_short_works(void);

/* For migrations alone: one statement as text, outside any transaction (DDL commits by itself). */
void db_run_ddl(struct work *work, const char *sql);
/* The same for a statement that may have been applied before: that what it makes is there, or what it drops is gone,
 * counts as done. */
void db_run_ddl_again(struct work *work, const char *sql);

/* Used by work_run() only. */
void db_begin(struct work *work, bool writes);
void db_commit(struct work *work);
void db_rollback(struct work *work);
/* Savepoints of work_part(), one a depth. */
void db_part_begin(struct work *work, int depth);
void db_part_undo(struct work *work, int depth);
bool db_in_transaction(const struct db *db);

#endif
