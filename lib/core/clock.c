/* clock: China Standard Time outside, milliseconds since 1970 inside (declared in text.h). China has had
 * no summer time since 1991 and the protocol and the law speak +08:00, so that no time zone data is asked. */
#include <string.h>
#include <time.h>

#include "core/text.h"

enum { CST_SECONDS = 8 * 3600 };

int64_t clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_micro(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t floor_seconds(int64_t milliseconds)
{
    return milliseconds >= 0 ? milliseconds / 1000 : -((-milliseconds + 999) / 1000);
}

char *time_format(struct arena *arena, int64_t milliseconds, const char *strftime_format)
{
    time_t seconds = (time_t)floor_seconds(milliseconds) + CST_SECONDS;
    struct tm parts;
    gmtime_r(&seconds, &parts);
    char text[128];
    if (!strftime(text, sizeof text, strftime_format, &parts))
        text[0] = '\0';
    return arena_copy(arena, text);
}

char *time_sql(struct arena *arena, int64_t milliseconds)
{
    int64_t seconds = floor_seconds(milliseconds);
    return arena_printf(arena, "%s.%03d", time_format(arena, milliseconds, "%Y-%m-%d %H:%M:%S"),
                        (int)(milliseconds - seconds * 1000));
}

bool time_parse(const char *text, const char *strptime_format, int64_t *milliseconds)
{
    struct tm parts = { .tm_mday = 1 };
    const char *rest = strptime(text, strptime_format, &parts);
    if (!rest || *rest)
        return false;
    struct tm wanted = parts;
    time_t seconds = timegm(&parts);
    if (parts.tm_mday != wanted.tm_mday)            /* 31 February and its like */
        return false;
    *milliseconds = ((int64_t)seconds - CST_SECONDS) * 1000;
    return true;
}
