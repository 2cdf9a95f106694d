/* progress: tells the person at the terminal how far a long command is. On a terminal one line that is drawn
 * over, else a plain line every few seconds (a log stays readable). Everything goes to stderr. */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include <stdint.h>

struct progress {
    const char *what;            /* "导入充电站" */
    int64_t     started, drawn;  /* microseconds, monotonic */
    int64_t     rows;
    int         terminal;
};

struct progress progress_start(const char *what);
/* `share` from 0 to 1, negative when not known. NULL is allowed everywhere: nothing is told. Cheap: call per row. */
void            progress_tell(struct progress *progress, double share, int64_t rows);
void            progress_end(struct progress *progress);

#endif
