/* envelope: the outer JSON of T/CEC 102 part 4, in both directions: read, checked, signed, written.
 *
 *   request   {"OperatorID","Data","TimeStamp","Seq","Sig"}    Sig over OperatorID + Data + TimeStamp + Seq
 *   response  {"Ret","Msg","Data","Sig"}                       Sig over Ret + Msg + Data
 *
 * Data is signed as the string value received (line breaks included). Unknown members are ignored; duplicate
 * members, invalid UTF-8 and trailing text are refused. Pure: no clock of its own, no database, no network. */
#ifndef EXCHANGE_ENVELOPE_H
#define EXCHANGE_ENVELOPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "exchange/ret.h"
#include "exchange/seal.h"

#define OPERATOR_ID_SIZE 9

struct envelope {                 /* all arena memory, never NULL after a good envelope_read() */
    const char *operator_id;      /* 9 digits and capitals: the caller's own                   */
    const char *data;
    const char *time_stamp;       /* yyyyMMddHHmmss, Beijing time                              */
    const char *seq;              /* 4 digits                                                  */
    const char *sig;              /* upper-cased                                               */
    int64_t     at;               /* time_stamp as milliseconds since 1970                     */
};

struct reply {                    /* a response as received */
    int         ret;
    const char *msg;              /* "" when absent or null */
    const char *data;             /* "" when absent or null */
    const char *sig;              /* "" when absent: some peers do not sign */
};

/* True: 9 digits and capital letters (characters 9-17 of the credit code). */
bool operator_id_valid(const char *text);

/* --- as server ------------------------------------------------------------------------------- */
/* RET_OK, or RET_PARAMETERS with the member named. out->operator_id is set as soon as it could be read, even
 * when another member is wrong, so that the refusal can be signed for a known partner; NULL otherwise. */
struct verdict envelope_read(struct arena *arena, const char *body, size_t size, struct envelope *out);
/* RET_OK or RET_SIGNATURE. */
struct verdict envelope_check_sig(const struct envelope *envelope, const struct key_set *keys);
struct verdict envelope_sig_wrong(void);        /* the refusal, when several key sets were tried */
/* RET_OK or RET_PARAMETERS: TimeStamp further than `window` milliseconds from `now`. */
struct verdict envelope_check_time(struct arena *arena, const struct envelope *envelope, int64_t now, int64_t window);
/* SHA-256 of the whole authenticated envelope: the replay guard's key. */
void envelope_digest(const struct envelope *envelope, uint8_t digest[32]);
/* Opens Data: RET_OK with *out a JSON object to json_decref(), or RET_BUSINESS. */
struct verdict envelope_open(struct arena *arena, const struct envelope *envelope, const struct key_set *keys, json_t **out);
/* The response text. `data` NULL gives "" (errors); `keys` NULL gives an empty Sig (partner not known). */
char *reply_write(struct arena *arena, const struct key_set *keys, int ret, const char *msg, const json_t *data);

/* --- as client ------------------------------------------------------------------------------- */
char *envelope_write(struct arena *arena, const struct key_set *keys, const char *operator_id, int64_t now, unsigned seq,
                     const json_t *data);
/* False with *why: not a response envelope. Ret as a numeric string is accepted. */
bool reply_read(struct arena *arena, const char *body, size_t size, struct reply *out, const char **why);
bool reply_sig_good(struct arena *arena, const struct reply *reply, const struct key_set *keys);
/* NULL with *why: cannot be opened, or is no JSON object. */
json_t *reply_open(struct arena *arena, const struct reply *reply, const struct key_set *keys, const char **why);

#endif
