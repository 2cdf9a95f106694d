/* db_fixture: a real MariaDB for a unit test program, private to it, with the schema of schema/tables in place.
 *
 *     int main(void) { struct work *work = db_fixture(); … cmocka_run_group_tests(tests, NULL, NULL); }
 *
 * The server lives in a folder of its own under $TMPDIR, listens on a socket only, forgets durability, and ends with
 * the program however that ends. With TEST_DB=<socket> in the environment that server is used instead, in a database
 * of its own that is dropped at the end. VAR and CHARGEHALL_ROOT of the process are set to the test's own folder;
 * config_load() and dict_load_all() have run. */
#ifndef TESTS_DB_FIXTURE_H
#define TESTS_DB_FIXTURE_H

#include "core/db.h"
#include "core/work.h"

struct work *db_fixture(void);                       /* the first work; started at the first call */
struct work *db_fixture_work(void);                  /* one more, with a connection of its own */
const char  *db_fixture_folder(void);                /* VAR */

/* Files under the returned root may be added before db_fixture(): "schema/lists/x.hdf". */
void db_fixture_file(const char *name, const char *text);

/* Runs fn(work, arg) in a transaction and stops the test program with the failure's words when it fails. */
void db_fixture_run(struct work *work, void (*fn)(struct work *work, void *arg), void *arg);
/* One statement, for preparing and looking; committed. */
void    db_fixture_sql(const char *sql);
int64_t db_fixture_int(const char *sql);

#endif
