/* log: one line of JSON for each event, to VAR/log/<program>.log (opened with O_APPEND, one write a line).
 * Never in it: passwords, tokens, keys, personal data. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdint.h>

#include "core/work.h"

enum log_level { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };

void log_open(const char *program);       /* before it, lines go to stderr */
void log_reopen(void);

/* log_line(LOG_INFO_, work, "job.done", "kind=%s rows=%d", ...). `work` may be NULL. */
void log_line(enum log_level level, const struct work *work, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The access log: VAR/log/access.log, one line an answered request. */
void log_access(const struct work *work, const char *program, const char *method, const char *path,
                int status, int64_t microseconds, int64_t bytes_in, int64_t bytes_out);

#endif
