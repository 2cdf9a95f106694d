/* db_inside: private to db.c (connection, transactions, statements) and db_result.c (rows). */
#ifndef CORE_DB_INSIDE_H
#define CORE_DB_INSIDE_H

#include <mysql.h>

#include "core/db.h"

/* Executes; returns the statement, or NULL when `duplicate` is wanted and a unique key refused the row. */
MYSQL_STMT *db_execute(struct work *work, const char *sql, const struct value *values, size_t count, bool duplicate);
/* Ends the work as the server's error number demands. */
_Noreturn void db_raise(struct work *work, const char *sql, unsigned number, const char *text);
/* False: the statement went with its connection, nothing of it is left to free. */
bool db_keeps(const struct db *db, const MYSQL_STMT *statement);

#endif
