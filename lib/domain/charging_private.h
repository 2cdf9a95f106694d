/* charging_private: what charging*.c share. */
#ifndef DOMAIN_CHARGING_PRIVATE_H
#define DOMAIN_CHARGING_PRIVATE_H

#include "domain/charging.h"

/* StartChargeSeqStat of T/CEC 102. */
enum seq_stat { SEQ_STARTING = 1, SEQ_CHARGING = 2, SEQ_STOPPING = 3, SEQ_ENDED = 4, SEQ_UNKNOWN = 5 };

struct charge_row {
    int64_t     id, account_id, operator_id, station_id, connector_id, start_sent;
    const char *seq, *state, *connector, *start_at, *started_at, *heard_at;
};

/* Any charge, whoever asks: for jobs and platforms. False: no such. */
bool charge_load(struct work *work, int64_t id, struct charge_row *out);
/* Of an operator, by StartChargeSeq, locked until the transaction ends. */
bool charge_lock_by_seq(struct work *work, int64_t operator_id, const char *seq, struct charge_row *out);

/* One move, only from a state that `from` names ("starting unclear"); false: it was in none of them. A state in which nothing
 * runs any more gives up what it held. */
bool charge_move(struct work *work, int64_t id, const char *from, const char *to, const char *why);
/* Takes the driver's and the connector's place for a charge that runs after all; false: one is taken by another charge. */
bool charge_hold_both(struct work *work, const struct charge_row *charge);
void charge_job(struct work *work, const char *kind, int64_t id);

#endif
