/* world: what the simulated operator has: stations, connectors, charges, and what waits to be told to the portal.
 *
 * One mutex guards all of it: the HTTP server's threads answer from it, the main thread lets time pass and sends.
 * Simulated time (milliseconds since 1970, +08:00 outside) runs `speed` times as fast as the real one and never ahead
 * of it, unless --ahead says so. */
#ifndef SIMULATOR_WORLD_H
#define SIMULATOR_WORLD_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/random.h"
#include "exchange/seal.h"

enum { SEQ_SIZE = 27, DETAILS_MAX = 64, KEPT_CHARGES = 5000 };
enum status { OFFLINE = 0, FREE = 1, OCCUPIED = 2, CHARGING = 3, RESERVED = 4, FAULT = 255 };
enum stage { STAGE_STARTING = 1, STAGE_CHARGING = 2, STAGE_STOPPING = 3, STAGE_ENDED = 4, STAGE_UNKNOWN = 5 };
enum stop_reason { STOP_USER = 0, STOP_PLATFORM = 1, STOP_BMS = 2, STOP_FAULT = 3, STOP_UNPLUGGED = 4 };

/* Part of a charge under one price. */
struct detail {
    int64_t from, to;           /* simulated ms */
    int     period;             /* index of tariff[] */
    double  kwh;
};

struct charge {
    char           seq[SEQ_SIZE + 1];       /* StartChargeSeq */
    struct connector *connector;
    bool           asked;                   /* started by the portal, for a driver */
    enum stage     stage;
    enum stop_reason reason;
    int64_t        asked_at, started, ended;     /* simulated ms; 0: not yet */
    int64_t        stop_at;                 /* simulated ms at which a stop asked for takes hold */
    int64_t        told_at;                 /* real ms of the last snapshot */
    double         capacity, soc, soc_goal; /* kWh, 0–100 */
    struct detail  details[DETAILS_MAX];
    int            detail_count;
    struct charge *next;                    /* newest first */
};

struct connector {
    const char    *id, *equipment_id, *station_id, *owner_id;
    bool           dc, open;                /* open: its station is in use */
    double         power;                   /* kW */
    enum status    status;
    int64_t        until;                   /* simulated ms: when the present status ends by itself; 0: open */
    bool           will_charge;             /* OCCUPIED before a charge, not after one */
    int64_t        told_at;                 /* real ms of the last acknowledged or queued status */
    struct charge *charge;                  /* the present one; NULL */
    double         sold;                    /* kWh of charges ended since the start */
};

/* Something the portal has to acknowledge. */
struct telling {
    const char     *interface;              /* a literal */
    json_t         *data;
    struct connector *about;                /* of a status: a newer one takes its place; NULL: all others */
    int64_t         due;                    /* real ms */
    int             tries;
    struct telling *next;
};

struct options {
    const char *portal, *partner_file, *write_partner, *stations_file, *spelling, *operator_name;
    const char *listen_address, *public_address, *begin, *operator_id, *gov_id;
    int         port, stations, seed, speed, snapshot_seconds, asked_seconds, retell_seconds, full_after, start_delay, page_size;
    bool        ahead, quiet, control, no_push, idle;
};

struct partner_keys {
    char           operator_id[10], gov_id[10];
    struct key_set to_gov, to_operator;
};

struct world {
    pthread_mutex_t   lock;
    struct arena     *arena;                /* lives as long as the program */
    const struct options *options;
    struct partner_keys partner;
    struct random_stream random;
    json_t           *stations;             /* array of StationInfo */
    struct connector *connectors;
    size_t            connector_count;
    struct charge    *charges;              /* ended ones too, the newest KEPT_CHARGES */
    size_t            charge_count;
    struct telling   *first, **last;
    size_t            waiting, sent, refused;
    int64_t           began_real, began, now;       /* now: simulated, set by world_tick() */
    bool              stopping;
    uint64_t          seq_count;
};

/* --- city.c ------------------------------------------------------------------------------------------------ */
/* Stations from --stations-file, else drawn from the seed; connectors indexed. False with a message on stderr. */
bool city_open(struct world *world);
struct connector *connector_by_id(struct world *world, const char *id);      /* NULL: none */
json_t *station_by_id(struct world *world, const char *id);                  /* borrowed; padding zeros do not matter; NULL */

/* --- session.c: time and charges ------------------------------------------------------------------------------ */
void world_begin(struct world *world);                     /* first states, as a day in progress */
void world_tick(struct world *world);                      /* time passes until now; queues what must be told */
int64_t world_now(const struct world *world);              /* simulated, of this moment */
struct charge *charge_by_seq(struct world *world, const char *seq);
/* A driver's start: the charge begins after --start-delay. NULL: the connector is taken. */
struct charge *charge_ask(struct world *world, struct connector *connector, const char *seq);
void charge_stop(struct world *world, struct charge *charge, enum stop_reason reason);
void status_set(struct world *world, struct connector *connector, enum status status);

/* --- bill.c: what a charge comes to, as the protocol says it ----------------------------------------------------- */
enum { TARIFF_PERIODS = 6 };
extern const struct period { int from_hour; double electricity, service; } tariff[TARIFF_PERIODS];
int     tariff_at(int64_t when);                           /* index of tariff[] */
int64_t tariff_end(int64_t when);                          /* when that period ends */
double  charge_kwh(const struct charge *charge);
double  charge_power(const struct charge *charge);         /* kW now */
json_t *bill_snapshot(struct world *world, const struct charge *charge);
json_t *bill_order(struct world *world, const struct charge *charge);
json_t *bill_policy(struct world *world);                  /* PolicyInfos */

/* --- answers.c: what the portal asks ---------------------------------------------------------------------------- */
/* The business answer, NULL: no such interface or nothing to answer with (then *why says it in Chinese, Ret 4004). */
json_t *answer_make(struct world *world, const char *interface, json_t *asked, const char **why);

/* --- push.c: what is told to the portal ------------------------------------------------------------------------- */
/* Takes `data` over; under the lock. */
void push_add(struct world *world, const char *interface, json_t *data, struct connector *about, int64_t delay_ms);
/* Sends what is due, without the lock while the portal thinks. How many were sent. */
int  push_run(struct world *world);
void push_close(void);

/* --- serve.c ------------------------------------------------------------------------------------------------- */
/* Listens; returns the port, 0 when it cannot (said on stderr). */
int  serve_open(struct world *world);
void serve_close(void);

/* --- partner_file.c -------------------------------------------------------------------------------------------- */
bool partner_read(struct world *world);                    /* --partner, else keys are made */
bool partner_write(const struct world *world, const char *address);        /* --write-partner */

void say(const struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));   /* unless --quiet */

#endif
