/* label: see the header. Reads only. */
#include "domain/label.h"

#include "core/db.h"
#include "domain/record.h"

/* RECORD_SCOPE names columns without their table: the record is read alone, what belongs to it beside it */
#define Q_STATION "SELECT r.public_code, r.name, r.code, '' AS station, o.name AS operator_name," \
                  " COALESCE(NULLIF(r.service_tel, ''), o.service_tel, '') AS hotline" \
                  " FROM (SELECT * FROM station_record WHERE id = ? AND code IS NOT NULL AND" RECORD_SCOPE ") r" \
                  " JOIN operator o ON o.id = r.operator_id"
#define Q_EQUIPMENT "SELECT r.public_code, r.name, r.code, s.name AS station, o.name AS operator_name," \
                  " COALESCE(NULLIF(s.service_tel, ''), o.service_tel, '') AS hotline" \
                  " FROM (SELECT * FROM equipment_record WHERE id = ? AND code IS NOT NULL AND" RECORD_SCOPE ") r" \
                  " JOIN station_record s ON s.id = r.station_record_id JOIN operator o ON o.id = r.operator_id"
#define Q_OF_STATION "SELECT id, '' FROM station WHERE public_code = ? AND published = 1 AND removed_at IS NULL ORDER BY id LIMIT 1"
#define Q_OF_EQUIPMENT "SELECT s.id, e.code FROM equipment e JOIN station s ON s.id = e.station_id WHERE e.public_code = ?" \
                  " AND e.removed_at IS NULL AND s.published = 1 AND s.removed_at IS NULL ORDER BY e.id LIMIT 1"
/* a facility not pushed: its station may be */
#define Q_BY_RECORD "SELECT s.id, '' FROM equipment_record r JOIN station_record d ON d.id = r.station_record_id" \
                  " JOIN station s ON s.operator_id = d.operator_id AND s.code = d.code WHERE r.public_code = ?" \
                  " AND r.passed_at IS NOT NULL AND s.published = 1 AND s.removed_at IS NULL LIMIT 1"

bool label_read(struct work *work, enum label_of of, int64_t id, struct label_row *row)
{
    static const struct db_column columns[] = { DB_TEXT(struct label_row, public_code), DB_TEXT(struct label_row, name),
        DB_TEXT(struct label_row, code), DB_TEXT(struct label_row, station), DB_TEXT(struct label_row, operator_name),
        DB_TEXT(struct label_row, hotline), DB_END };
    *row = (struct label_row){ 0 };
    return of == LABEL_STATION ? db_struct(work, columns, row, Q_STATION, I(id), RECORD_MINE(work))
                               : db_struct(work, columns, row, Q_EQUIPMENT, I(id), RECORD_MINE(work));
}

const char *label_path(struct work *work, enum label_of of, const struct label_row *row)
{
    return arena_printf(work->arena, "/map/%s/%s", of == LABEL_STATION ? "station" : "equipment", row->public_code);
}

struct found { int64_t id; const char *equipment; };

int64_t label_station(struct work *work, enum label_of of, const char *code, const char **equipment)
{
    static const struct db_column columns[] = { DB_INT(struct found, id), DB_TEXT(struct found, equipment), DB_END };
    struct found found = { 0 };
    *equipment = "";
    bool there = of == LABEL_STATION ? db_struct(work, columns, &found, Q_OF_STATION, T(code))
               : db_struct(work, columns, &found, Q_OF_EQUIPMENT, T(code)) || db_struct(work, columns, &found, Q_BY_RECORD, T(code));
    if (!there)
        return 0;
    *equipment = found.equipment;
    return found.id;
}
