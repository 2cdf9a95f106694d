/* exchange_online: see the header. */
#include "domain/exchange_online.h"

#include "domain/connector_state.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct online online_of_day(const struct state_told *told, size_t count, int64_t from, int64_t to, int64_t hold, int64_t again_ms)
{
    struct online out = { 0 };
    for (size_t i = 0; i < count; i++) {
        bool newest = i + 1 == count;
        int64_t last = newest ? most(told[i].at_ms, again_ms) : told[i].at_ms, next = newest ? INT64_MAX : told[i + 1].at_ms;
        int64_t begin = most(told[i].at_ms, from), end = least(least(next, last + hold), to);
        out.told = out.told || (last >= from && told[i].at_ms < to);
        if (told[i].state != CONNECTOR_OFFLINE && end > begin)
            out.online_ms += end - begin;
        out.charges += !newest && told[i].state == CONNECTOR_CHARGING && told[i + 1].state != CONNECTOR_CHARGING && next >= from;
    }
    return out;
}
