/* progress: see the header. Owns nothing but the line it draws. */
#include "core/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/text.h"

#define TERMINAL_PAUSE 100000     /* microseconds between two drawings */
#define LINE_PAUSE     5000000
#define BAR_WIDTH      30

struct progress progress_start(const char *what)
{
    int64_t now = clock_micro();
    int terminal = isatty(STDERR_FILENO);

    return (struct progress){ .what = what, .started = now, .drawn = terminal ? 0 : now, .terminal = terminal };
}

static double rate_of(const struct progress *progress)
{
    int64_t spent = clock_micro() - progress->started;

    return spent > 0 ? progress->rows * 1e6 / spent : 0;
}

static void bar_draw(const struct progress *progress, double share)
{
    char bar[BAR_WIDTH + 1];

    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < share * BAR_WIDTH ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %3.0f%% %" PRId64 " 行 %.0f 行/秒 ", progress->what, bar, share * 100, progress->rows,
            rate_of(progress));
}

static void draw(const struct progress *progress, double share)
{
    if (progress->terminal && share >= 0)
        bar_draw(progress, share);
    else if (share >= 0)
        fprintf(stderr, "%s %.0f%% %" PRId64 " 行 %.0f 行/秒\n", progress->what, share * 100, progress->rows,
                rate_of(progress));
    else
        fprintf(stderr, "%s%s %" PRId64 " 行%s", progress->terminal ? "\r" : "", progress->what, progress->rows,
                progress->terminal ? " " : "\n");
}

void progress_tell(struct progress *progress, double share, int64_t rows)
{
    if (!progress)
        return;
    progress->rows = rows;
    int64_t now = clock_micro();
    if (now - progress->drawn < (progress->terminal ? TERMINAL_PAUSE : LINE_PAUSE))
        return;
    progress->drawn = now;
    draw(progress, share > 1 ? 1 : share);
}

void progress_end(struct progress *progress)
{
    if (!progress)
        return;
    double seconds = (clock_micro() - progress->started) / 1e6;
    fprintf(stderr, "%s%s 完成：%" PRId64 " 行，%.1f 秒，%.0f 行/秒\n", progress->terminal ? "\r\033[K" : "",
            progress->what, progress->rows, seconds, rate_of(progress));
}
