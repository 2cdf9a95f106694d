/* wire: an answer as FastCGI records, given to the kernel in one call. libfcgi would send it in pieces of 8 KB,
 * and of a process killed between two of them nginx passes the first on as if it were all: the visitor waits for
 * the rest. Whole or not at all, and what did not arrive at all nginx asks another process for. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "web/io.h"

enum { RECORD_HEAD = 8, RECORD_MAX = 65528, FCGI_VERSION = 1, FCGI_STDOUT_RECORD = 6 };

static char *put_record(char *out, int request_id, const char *data, size_t size)
{
    const unsigned char head[RECORD_HEAD] = { FCGI_VERSION, FCGI_STDOUT_RECORD, (unsigned char)(request_id >> 8),
        (unsigned char)request_id, (unsigned char)(size >> 8), (unsigned char)size, 0, 0 };
    memcpy(out, head, RECORD_HEAD);
    memcpy(out + RECORD_HEAD, data, size);
    return out + RECORD_HEAD + size;
}

static char *put_records(char *out, int request_id, const char *data, size_t size)
{
    for (size_t at = 0; at < size; at += RECORD_MAX)
        out = put_record(out, request_id, data + at, size - at < RECORD_MAX ? size - at : RECORD_MAX);
    return out;
}

void wire_send(struct request *rq, const char *head, const void *body, size_t size)
{
    FCGX_Request *fcgi = rq->io->fcgi;
    size_t head_size = strlen(head), records = 2 + head_size / RECORD_MAX + size / RECORD_MAX;
    char *whole = arena_alloc(rq->work.arena, head_size + size + records * RECORD_HEAD);
    char *end = put_records(whole, fcgi->requestId, head, head_size);
    end = put_records(end, fcgi->requestId, body, size);
    while (whole < end) {
        ssize_t done = write(fcgi->ipcFd, whole, (size_t)(end - whole));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;                     /* the visitor is gone */
        whole += done;
    }
}
