/* wire: an answer as FastCGI records, given to the kernel in one call, its end included. libfcgi would send it in
 * pieces of 8 KB, and of a process killed between two of them nginx passes the first on as if it were all: the visitor
 * waits for the rest. And an answer without the record that ends it nginx breaks off, though all of it has come. Whole
 * or not at all, and what did not arrive at all nginx asks another process for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/io.h"

enum { RECORD_HEAD = 8, RECORD_MAX = 65528, RECORD_END = 2 * RECORD_HEAD, FCGI_VERSION = 1,
       FCGI_END_REQUEST_RECORD = 3, FCGI_STDOUT_RECORD = 6 };

static char *put_head(char *out, int type, int request_id, size_t size)
{
    const unsigned char head[RECORD_HEAD] = { FCGI_VERSION, (unsigned char)type, (unsigned char)(request_id >> 8),
        (unsigned char)request_id, (unsigned char)(size >> 8), (unsigned char)size, 0, 0 };
    memcpy(out, head, RECORD_HEAD);
    return out + RECORD_HEAD;
}

static char *put_records(char *out, int request_id, const char *data, size_t size)
{
    for (size_t at = 0, piece; at < size; at += piece) {
        piece = size - at < RECORD_MAX ? size - at : RECORD_MAX;
        out = put_head(out, FCGI_STDOUT_RECORD, request_id, piece);
        memcpy(out, data + at, piece);
        out += piece;
    }
    return out;
}

/* "request complete" (0), with the exit status 0 */
static char *put_end(char *out, int request_id)
{
    memset(put_head(out, FCGI_END_REQUEST_RECORD, request_id, RECORD_HEAD), 0, RECORD_HEAD);
    return out + RECORD_END;
}

/* false: the visitor is gone */
static bool write_all(int fd, const char *from, const char *end)
{
    while (from < end) {
        ssize_t done = write(fd, from, (size_t)(end - from));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        from += done;
    }
    return true;
}

static size_t records_size(size_t size)
{
    return size + (size / RECORD_MAX + 1) * RECORD_HEAD;
}

void wire_send(struct request *rq, const char *head, const void *body, size_t size)
{
    FCGX_Request *fcgi = rq->io->fcgi;
    size_t head_size = strlen(head), room = records_size(head_size) + records_size(size) + RECORD_END;
    if (room > RECORD_MAX)              /* the kernel's own buffer might take it in two parts */
        setsockopt(fcgi->ipcFd, SOL_SOCKET, SO_SNDBUF, &(int){ (int)room }, sizeof(int));
    char *whole = arena_alloc(rq->work.arena, room);
    char *end = put_records(whole, fcgi->requestId, head, head_size);
    end = put_records(end, fcgi->requestId, body, size);
    write_all(fcgi->ipcFd, whole, put_end(end, fcgi->requestId));
}

void wire_send_file(struct request *rq, const char *head, const char *path)
{
    enum { PIECE = 16384 };
    FCGX_Request *fcgi = rq->io->fcgi;
    char piece[PIECE], *record = arena_alloc(rq->work.arena, records_size(PIECE) + RECORD_END);
    char *start = arena_alloc(rq->work.arena, records_size(strlen(head)));
    bool going = write_all(fcgi->ipcFd, start, put_records(start, fcgi->requestId, head, strlen(head)));
    FILE *file = fopen(path, "r");
    for (size_t got; going && file && (got = fread(piece, 1, sizeof piece, file)) > 0;)
        going = write_all(fcgi->ipcFd, record, put_records(record, fcgi->requestId, piece, got));
    going = going && file && !ferror(file);      /* an answer cut short is not ended: nginx breaks it off */
    if (file)
        fclose(file);
    if (going)
        write_all(fcgi->ipcFd, record, put_end(record, fcgi->requestId));
}
