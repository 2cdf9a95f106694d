/* station: charging stations with their equipment and connectors (T/CEC 102 StationInfo, EquipmentInfo,
 * ConnectorInfo). Only station.c writes these three tables, but for live states (connector_state.h).
 *
 * Whoever brings stations in (exchange, import, demonstration, records) fills a struct station_record and calls
 * station_upsert(). Same operator and code: the same row, whoever calls how often. Live states survive. */
#ifndef DOMAIN_STATION_H
#define DOMAIN_STATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/geo.h"
#include "core/work.h"

enum { STATION_UNKNOWN = 0, STATION_BUILDING = 1, STATION_CLOSED = 5, STATION_MAINTENANCE = 6, STATION_IN_USE = 50 };
enum { EQUIPMENT_DC = 1, EQUIPMENT_AC = 2, EQUIPMENT_BOTH = 3, EQUIPMENT_WIRELESS = 4, EQUIPMENT_OTHER = 5 };
enum { CONNECTOR_AC_SOCKET = 2, CONNECTOR_AC_PLUG = 3, CONNECTOR_DC_GUN = 4, CONNECTOR_OTHER = 6 };

struct connector_record {
    const char *code;                        /* required, unique within the operator */
    const char *name;
    int         type;                        /* ConnectorType; 0: other */
    int         voltage_upper, voltage_lower, current;      /* 0: not known */
    double      power;                       /* kW; 0: not known */
    const char *park_no;
    int         national_standard;           /* 0: not known */
};

struct equipment_record {
    const char *code;                        /* required, unique within the operator */
    const char *name, *manufacturer_code, *manufacturer_name, *model;
    const char *production_date;             /* "2024-03-01"; NULL: not known */
    int         type;                        /* EquipmentType; 0: other */
    double      power;                       /* kW; 0: not known */
    const struct connector_record *connectors;
    size_t      connector_count;
};

struct station_record {                      /* texts may be NULL: "" */
    int64_t     operator_id;
    const char *code, *name;                 /* required */
    const char *owner_code;
    const char *country;                     /* NULL: CN */
    const char *division;                    /* AreaCode; NULL or "": not known */
    const char *address, *station_tel, *service_tel;
    int         station_type, construction;  /* 0: not known */
    int         station_status;
    int         park_nums;
    struct point place;                      /* as received, in the datum `datum` */
    enum datum  datum;
    bool        datum_unstated;              /* the source does not say: read as `datum`, stored with datum '' */
    const char *site_guide, *match_cars, *park_info, *busine_hours, *electricity_fee, *service_fee, *park_fee;
    const char *payment, *remark;
    bool        support_order;
    const char *raw;                         /* the JSON as received; NULL: none */
    const char *source;                      /* exchange, demo, import, record */
    bool        published;
    const struct equipment_record *equipment;
    size_t      equipment_count;
};

/* What keeps the record from being stored, in Chinese; NULL: nothing. Codes too long or missing, a place that is
 * none. Over-long descriptive texts are no fault: they are cut, with 「…」. */
const char *station_fault(struct arena *arena, const struct station_record *record);

/* Stores the record and gives the station's id. The equipment and connectors in the record replace what the
 * station had: those not named any more are marked removed, those that come back are unmarked. A faulty record
 * ends the work (FAIL_INVALID): ask station_fault() first where one bad row must not stop the others. */
int64_t station_upsert(struct work *work, const struct station_record *record);

int64_t station_find(struct work *work, int64_t operator_id, const char *code);      /* 0: no such; removed ones count */
/* Marks a station and everything in it removed; it leaves the map and stays in the books. False: no such. */
bool    station_remove(struct work *work, int64_t station_id);

/* What this platform pushes is shown to the public, or not: with its connection. */
void    station_publish(struct work *work, int64_t operator_id, bool published);

#endif
