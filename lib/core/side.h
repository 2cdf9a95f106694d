/* side: a second work beside a first, with its own connection and its own memory, for what is long: an import of
 * many short transactions, a stream of pages while other statements run. The first work's transaction, if it has
 * one, is untouched and sees nothing of it until both are done.
 *
 *     struct work *side = side_open(work);                    closed when `work` ends
 *     while (more) side_run(work, side, WORK_WRITE, batch_store, &batch);
 *
 * side_run() forgets the side's memory before each run, runs fn as work_run() does (conflicts again), and ends
 * `work` with the same failure when it failed. The caller must itself be inside a work_run() (WORK_PLAIN will do). */
#ifndef CORE_SIDE_H
#define CORE_SIDE_H

#include "core/work.h"

struct work *side_open(struct work *work);
void         side_run(struct work *work, struct work *side, enum work_mode mode,
                      void (*fn)(struct work *side, void *arg), void *arg);

#endif
