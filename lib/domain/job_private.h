/* job_private: what job.c and job_lane.c tell each other. */
#ifndef DOMAIN_JOB_PRIVATE_H
#define DOMAIN_JOB_PRIVATE_H

#include "domain/job.h"

const char *job_lane_name(enum job_lane lane);
/* The row of job_peer: a prompt call has one of its own beside the peer's other jobs. */
const char *job_peer_name(struct work *work, enum job_lane lane, const char *peer);

/* A peer that was never heard of is among the slow until a job of it is done: nobody knows whether it answers at all. */
void job_peer_know(struct work *work, const char *peer);

enum job_found { JOB_NONE, JOB_DUE, JOB_ABANDONED };
/* A job this runner may take, its row locked and its peer claimed. */
enum job_found job_find(struct work *work, struct job *job, int takes);
/* How the job went: a long wait that came to nothing makes its peer slow, a job done makes it as the others again. */
void job_peer_note(struct work *work, const struct job *job, bool failed);

#endif
