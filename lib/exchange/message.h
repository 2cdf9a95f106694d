/* message: what each message of T/CEC 102 carries, declared once (message_table.c names the interfaces; the fields
 * stand in message_station.c, message_charging.c and message_supervise.c), and the one checker that reads the
 * declaration. Parsing, checking, storing and what the debugging console explains follow from it.
 *
 * The checker also makes values plain: a number sent as a string becomes a number, null becomes absent, and a member
 * in its other spelling (2016 writes SeviceMoney) gets its name: whoever reads a checked message knows one spelling.
 * Unknown members are left alone (provinces add their own; station data is kept whole). */
#ifndef EXCHANGE_MESSAGE_H
#define EXCHANGE_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "exchange/ret.h"

enum field_type {
    FIELD_TEXT,       /* JSON string; `least`..`most` are characters                            */
    FIELD_INT,        /* whole number, or the same as a string; `least`..`most` are the value   */
    FIELD_NUMBER,     /* number with decimals, or the same as a string                          */
    FIELD_OBJECT,     /* one object with `fields`                                               */
    FIELD_LIST,       /* array of objects with `fields`; `least`..`most` are entries            */
    FIELD_TEXTS       /* array of strings                                                       */
};

enum field_need {
    FIELD_OPTIONAL,
    FIELD_REQUIRED,   /* a push without it is refused; a pulled record without it is kept and noted */
    FIELD_ESSENTIAL   /* without it a pulled record cannot be stored either                         */
};

enum field_form {
    FORM_ANY,
    FORM_ORGANISATION,   /* 9 digits and capitals                                               */
    FORM_DATE,           /* yyyy-MM-dd                                                          */
    FORM_DATETIME,       /* yyyy-MM-dd HH:mm:ss                                                 */
    FORM_SEQUENCE,       /* 27 characters: OperatorID and 18 letters or digits of the issuer's  */
    FORM_CLOCK           /* HHmmss                                                              */
};

#define SEQUENCE_SIZE 27

struct field {
    const char         *name;
    const char         *label;      /* Chinese, for messages and the console   */
    enum field_type     type;
    enum field_need     need;
    double              least, most;   /* most 0: no limit                     */
    const char         *values;     /* "0 1 2 255": enumeration; NULL: none    */
    const struct field *fields;     /* of FIELD_OBJECT and FIELD_LIST          */
    enum field_form     form;
    const char         *also;       /* the other spelling met in the field; NULL: none. For a list: the
                                       member that carries one object instead (StationInfo)            */
};

struct message {
    const char         *interface;  /* "query_token"                              */
    const char         *label;
    bool                by_operator;   /* the operator calls, the portal answers  */
    bool                by_portal;     /* the portal calls, the operator answers  */
    const struct field *request;
    const struct field *response;
};

/* Who calls is a matter of by_operator and by_portal; query_token has both. NULL: no such interface. messages() ends with interface == NULL. */
const struct message *message_find(const char *interface);
const struct message *messages(void);

/* Parts of messages that callers check by themselves. */
extern const struct field station_info_fields[];
extern const struct field equipment_info_fields[];
extern const struct field connector_info_fields[];
extern const struct field connector_status_fields[];
extern const struct field station_status_fields[];
extern const struct field charge_detail_fields[];

/* --- the checker ----------------------------------------------------------------------------- */
#define FINDINGS_KEPT 20

struct finding {
    const char *path;           /* "StationInfos[3].StationLng"                       */
    const char *text;           /* "……（经度）应为数字"                               */
    bool        essential;      /* the record cannot be stored                        */
};

struct edition;

struct findings {
    struct arena  *arena;
    const struct edition *edition;   /* of the partner (exchange/edition.h); NULL: as the table says */
    bool           drop_bad;    /* wrong numbers, dates and codes are taken out of the object: for pulled records */
    struct finding kept[FINDINGS_KEPT];
    size_t         count;       /* all of them; only the first FINDINGS_KEPT are kept */
    size_t         essential;   /* how many keep a pulled record from being stored; mere length never does */
};

/* Checks `object` and everything below it. Changes numbers and nulls in place as said above.
 * `path` is put before each member's name; "" at the root. */
void message_check(const struct field *fields, json_t *object, const char *path, struct findings *out);
/* Checks one level only: lists and objects in it are merely proved to be lists and objects. */
void message_check_shallow(const struct field *fields, json_t *object, const char *path, struct findings *out);
/* The other way: names in a message that is to be sent, in the spelling of the 2016 text. In place. */
void message_spell_2016(const struct field *fields, json_t *object);
/* The first three findings as one sentence; "" when there are none. */
const char *findings_text(const struct findings *findings);

/* --- reading checked messages ------------------------------------------------------------------ */
const char *message_text(const json_t *object, const char *name);                       /* "" when absent */
long long   message_int(const json_t *object, const char *name, long long otherwise);
double      message_number(const json_t *object, const char *name, double otherwise);

/* --- notification_stationStatus, in the shapes met in the field (reference 5.2) ------------------ */
#define STATUS_ITEMS_MAX 500

struct status_item {            /* texts point into `data` */
    const char *station_code;   /* "" when the shape names none */
    const char *connector_code;
    int         status;         /* 0 offline 1 free 2 occupied 3 charging 4 reserved 255 fault */
    int         park_status;    /* -1: not told */
    int         lock_status;    /* -1: not told */
};

/* Accepts ConnectorStatusInfo as object or array, ConnectorStatusInfos array, StationStatusInfo object, and the
 * members at the root. RET_OK with *items (arena) and *count, or RET_BUSINESS with the member named. */
struct verdict status_push_read(struct arena *arena, json_t *data, struct status_item **items, size_t *count);

#endif
