/* operator: see the header. */
#include "domain/operator.h"

#include "core/db.h"
#include "core/text.h"
#include "core/uscc.h"

#define Q_UPSERT                                                                                              \
    "INSERT INTO operator (code, uscc, name, short_name, service_tel, division_code, source)"                 \
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), uscc = COALESCE(VALUES(uscc), uscc)," \
    " name = VALUES(name), short_name = VALUES(short_name), service_tel = COALESCE(VALUES(service_tel), service_tel)," \
    " division_code = COALESCE(VALUES(division_code), division_code)"

enum { NAME_MAX_CHARACTERS = 99, SHORT_MAX_CHARACTERS = 39 };     /* utf8_cut() adds 「…」 */

int64_t operator_upsert(struct work *work, const struct operator_record *record)
{
    const char *name = utf8_cut(work->arena, record->name, NAME_MAX_CHARACTERS);
    const char *brief = utf8_cut(work->arena, record->short_name ? record->short_name : name, SHORT_MAX_CHARACTERS);

    return db_insert(work, Q_UPSERT, T(record->code), T(record->uscc), T(name), T(brief), T(record->service_tel),
                     T(record->division), T(record->source));
}

int64_t operator_register(struct work *work, const char *uscc, const char *name, const char *division)
{
    char code[ORGANISATION_LENGTH + 1];
    uscc_organisation(uscc, code);
    return db_insert(work, "INSERT INTO operator (code, uscc, name, short_name, division_code, source) VALUES (?, ?, ?, ?, ?, 'register')"
                     " ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), uscc = COALESCE(uscc, VALUES(uscc)),"
                     " division_code = COALESCE(division_code, VALUES(division_code))",
                     T(code), T(uscc), T(utf8_cut(work->arena, name, NAME_MAX_CHARACTERS)),
                     T(utf8_cut(work->arena, name, SHORT_MAX_CHARACTERS)), T(division));
}

int64_t operator_find(struct work *work, const char *code)
{
    return db_int(work, 0, "SELECT id FROM operator WHERE code = ?", T(code));
}

const char *operator_name(struct work *work, int64_t id)
{
    return db_text(work, "SELECT name FROM operator WHERE id = ?", I(id));
}

void operator_connected(struct work *work, int64_t id, bool connected)
{
    if (connected)
        db_exec(work, "UPDATE operator SET connected_at = COALESCE(connected_at, ?) WHERE id = ?", T(time_sql(work->arena, work->now)), I(id));
    else
        db_exec(work, "UPDATE operator SET connected_at = NULL WHERE id = ?", I(id));
}
