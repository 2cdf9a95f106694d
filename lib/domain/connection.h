/* connection: how an operator's platform gets connected (Zhuhai manual 3.5, rows Z12.1-Z12.3; Henan 「我要接入」, H3.1;
 * Zhongshan 「桩平台检测」, S2.1-S2.3): tables connection and connection_station, flow schema/flows/connection.hdf.
 *
 * One case a company and platform. Its own platform (platform_id = operator_id) exchanges messages under the company's
 * OperatorID: keys and address are table partner's (partner.h), made here by connection_configure() or by an application that
 * names keys. An entrusted platform (another company's, connected already) carries the company's stations; a pass confirms
 * the entrustment (entrustment.h). Kinds: wizard (decided by the system's check), review, own, entrusted (decided by staff),
 * import (portalctl partner-import).
 *
 * operator.connected_at says since when the system interconnection is complete; it is set and taken back by
 * operator_connected() alone, when a case comes to 「互联互通已完成」, and when the last such one comes to 「已停用」. Until its
 * own platform is connected, stations pulled from it are not published.
 *
 * Whose: a company reads and writes its own; departments read those of their division; anything else does not exist (404). */
#ifndef DOMAIN_CONNECTION_H
#define DOMAIN_CONNECTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "exchange/seal.h"
#include "web/form.h"

#define CONNECTION_FLOW "connection"

struct connection {
    int64_t     id, operator_id, platform_id;
    const char *kind, *state;
    const char *connected_at;             /* NULL: never complete */
    const char *stations;                 /* chosen, all */
};

/* Guards and consequences of the flow, its forms; called by process_start(). */
void connection_process(void);

/* The actor's company's case of its own platform; false: none yet. */
bool connection_own(struct work *work, struct connection *out);
/* Any case the actor may read; else the work ends with 404. */
struct connection connection_must(struct work *work, int64_t id);
/* A case of the department's own division, to be written; a copy of it sent elsewhere is to be read only: 404. */
struct connection connection_must_govern(struct work *work, int64_t id);
/* file_reader of record "connection", and of staff pages. */
bool connection_readable(struct work *work, int64_t id);
/* The company's cases: node.N.{Id, Kind, KindLabel, Platform, State, Label, Tone, At}. Returns how many. */
int  connection_list(struct work *work, HDF *node);

/* --- Step1 (connection_keys.c) ------------------------------------------------------------------------------------ */

/* Form connection-platform: what is in force, or what is known of the company already. */
struct form_values *connection_platform(struct work *work);

/* Keys in full, to be shown once: the calls into the portal; the portal's calls out when they were generated here. */
struct connection_shown { bool to_gov_new, to_operator_new; struct key_set to_gov, to_operator; };

/* Stores what was typed and makes or changes the partner. The first time the portal's own data come into being. A case that
 * is connected is to be tried and checked anew when address or keys changed. False: values_error() says why not. */
bool connection_configure(struct work *work, struct form_values *values, const char *address, struct connection_shown *shown);
/* The portal's data in return: node.{OperatorId, Path, Keys.N.{Label, Name, Masked}}; false: not configured yet. */
bool connection_feedback(struct work *work, HDF *node);
/* The keys of both directions in full, noted in the trail. The caller has seen the password given again. */
void connection_keys_reveal(struct work *work, const char *address, struct connection_shown *out);
/* New keys for calls into the portal. The earlier ones stay good for Exchange.KeyOverlapHours. */
void connection_keys_rotate(struct work *work, const char *address, struct connection_shown *out);
/* node.N.{Label, Name, Value}: as people copy them. */
void connection_keys_show(const struct key_set *keys, HDF *node);

/* 「测试连接」: asks the platform for a token, by a job; the result stands in connection.tested_*. */
void connection_test_ask(struct work *work);
/* node.{At, Good, Words, Running}; nothing when it was never tested */
void connection_tested(struct work *work, HDF *node);
void connection_test_job(struct work *work, const json_t *payload);

/* --- stations that take part (connection_station.c) ------------------------------------------------------------------- */

/* Those of `ids` (station records of the actor's company that ever passed) take part from now on, or no more; where all
 * stations took part, those that passed are then chosen one and all. Asks for a pull.
 * Returns how many changed. */
int64_t connection_stations_set(struct work *work, const char *const *ids, size_t count, bool take, const char *address);
/* node.{All (1: every station takes part), Chosen, Passed} */
void connection_stations_figures(struct work *work, HDF *node);
/* Codes of the stations of this platform that take part, as an object code → true, for a pull; NULL: all do. The caller
 * decrefs. */
json_t *connection_stations_taken(struct work *work, int64_t operator_id);
/* Why the facility of this station record cannot be interconnected (Z11.5); NULL: it can. */
const char *connection_station_wrong(struct work *work, int64_t operator_id, int64_t station_record_id);

/* --- applications (connection_apply.c) ---------------------------------------------------------------------------------- */

/* Which form a kind is written on: connection-review, connection-own, connection-entrusted; NULL: none. */
const char *connection_form(const char *kind);
/* The company's application of that kind that can still be written (no case, draft or refused); 0 new; ends the work with 409
 * when it waits for review or is decided. */
int64_t connection_editable(struct work *work, const char *kind, int64_t id);
/* The company's newest application of that kind that can still be written; 0: none, a new one. */
int64_t connection_pending(struct work *work, const char *kind);
/* Stored case, or a new one with what is known of the company. */
struct form_values *connection_application(struct work *work, const char *kind, int64_t id);
/* Stores a whole application and submits it; NULL: it waits for review, *id says which; else why not, in words. values_error()
 * when a field is wrong: then *id is 0 and nothing is stored. */
const char *connection_file(struct work *work, const char *kind, struct form_values *values, int64_t *id);
/* Detail view (form_view) of an application; access was proved. */
void connection_view(struct work *work, const struct connection *c, HDF *node);
/* H3.1: what the application says beside what the platform pushed: node.N.{Label, Declared, Pushed, Words, Kind}; keys beside
 * those registered. Returns how many differ. */
int  connection_compare(struct work *work, const struct connection *c, HDF *node);

/* --- completion ------------------------------------------------------------------------------------------------------------- */

/* partner-import: the platform is connected with all its stations, as it always was. Inside the import's transaction, by the
 * system. */
void connection_adopt(struct work *work, int64_t operator_id);
/* Is the interconnection of this company's own platform complete, so that the stations pulled from it are published? What an
 * entrusted platform carries for the company says nothing of its own. */
bool connection_complete(struct work *work, int64_t operator_id);
/* The same, and it stays so until the transaction ends: for what stores stations while the platform may be stopped. */
bool connection_complete_held(struct work *work, int64_t operator_id);
/* Ends a check (Z12.3), by the system: the report's words go into the way. Nothing when the case is not being checked. */
void connection_checked(struct work *work, int64_t operator_id, bool passed, const char *words);

#endif
