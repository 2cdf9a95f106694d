/* log: JSON lines. One write() a line on an O_APPEND descriptor, so that lines of several processes never
 * mix and a killed process loses nothing it had said. */
#include "core/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/config.h"
#include "core/text.h"

static int  event_fd = -1, access_fd = -1;
static char program_name[40] = "?";

static int open_log(const char *name)
{
    char file[80];
    snprintf(file, sizeof file, "log/%s.log", name);
    return open(path_in_var(file), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

void log_reopen(void)
{
    int old_event = event_fd, old_access = access_fd;
    event_fd = open_log(program_name);
    access_fd = open_log("access");
    if (old_event >= 0)
        close(old_event);
    if (old_access >= 0)
        close(old_access);
}

void log_open(const char *program)
{
    snprintf(program_name, sizeof program_name, "%s", program);
    log_reopen();
}

/* Appends `text` as the inside of a JSON string; cuts what does not fit, never in the middle of an escape. */
static size_t json_string(char *out, size_t room, const char *text)
{
    size_t used = 0;
    for (const char *c = text; *c; c++) {
        char piece[8];
        unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\')
            snprintf(piece, sizeof piece, "\\%c", byte);
        else if (byte < 0x20 || byte == 0x7F)
            snprintf(piece, sizeof piece, "\\u%04x", byte);
        else
            snprintf(piece, sizeof piece, "%c", byte);
        size_t n = strlen(piece);
        if (used + n + 1 > room)
            break;
        memcpy(out + used, piece, n);
        used += n;
    }
    out[used] = '\0';
    return used;
}

static void write_line(int fd, const char *line, size_t size)
{
    ssize_t done = write(fd >= 0 ? fd : STDERR_FILENO, line, size);
    (void)done;                                 /* a full disk must not stop the service */
}

/* Formatted here and not by time_sql(): a line of the access log must not cost an arena. */
static int stamp(char *out, size_t room)
{
    enum { CST_SECONDS = 8 * 3600 };
    int64_t now = clock_now();
    time_t seconds = (time_t)(now / 1000) + CST_SECONDS;
    struct tm t;
    gmtime_r(&seconds, &t);
    return snprintf(out, room, "{\"at\":\"%04d-%02d-%02d %02d:%02d:%02d.%03d\",\"program\":\"%s\"", t.tm_year + 1900,
                    t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)(now % 1000), program_name);
}

void log_line(enum log_level level, const struct work *work, const char *event, const char *format, ...)
{
    static const char *const levels[] = { "debug", "info", "warn", "error" };
    char text[1600], safe[3000], line[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    json_string(safe, sizeof safe, text);
    int n = stamp(line, sizeof line);
    n += snprintf(line + n, sizeof line - (size_t)n, ",\"level\":\"%s\",\"event\":\"%s\",\"pid\":%d", levels[level],
                  event, (int)getpid());
    if (work)
        n += snprintf(line + n, sizeof line - (size_t)n, ",\"id\":\"%s\",\"account\":%lld", work->id ? work->id : "",
                      (long long)work->actor.account_id);
    n += snprintf(line + n, sizeof line - (size_t)n, ",\"text\":\"%s\"}\n", safe);
    write_line(event_fd, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

void log_access(const struct work *work, const char *program, const char *method, const char *path,
                int status, int64_t microseconds, int64_t bytes_in, int64_t bytes_out)
{
    char safe[1200], line[2048];
    json_string(safe, sizeof safe, path);
    int n = stamp(line, sizeof line);
    n += snprintf(line + n, sizeof line - (size_t)n,
                  ",\"area\":\"%s\",\"id\":\"%s\",\"account\":%lld,\"method\":\"%.16s\",\"path\":\"%s\",\"status\":%d,"
                  "\"us\":%lld,\"in\":%lld,\"out\":%lld}\n",
                  program, work->id ? work->id : "", (long long)work->actor.account_id, method, safe, status,
                  (long long)microseconds, (long long)bytes_in, (long long)bytes_out);
    write_line(access_fd, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}
