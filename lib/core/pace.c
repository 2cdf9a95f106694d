/* pace: see the header. The generic cell rate algorithm: a place keeps the time up to which its turns are taken. */
#include "core/pace.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/config.h"

enum { PLACES = 4096, MINUTE = 60000000 };       /* microseconds */

struct place { _Atomic int64_t who, taken_to; };

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes share the places: no locks inside a process may guard them");

static struct place *places_open(void)
{
    int file = open(path_in_var("pace"), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    struct stat about;
    struct place *places = NULL;
    if (file < 0)
        return NULL;
    size_t size = PLACES * sizeof *places;
    if (fstat(file, &about) == 0 && (about.st_size >= (off_t)size || ftruncate(file, (off_t)size) == 0)) {
        void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        places = mapped == MAP_FAILED ? NULL : mapped;
    }
    close(file);
    return places;
}

static struct place *place_of(struct place *places, int64_t who)
{
    for (size_t i = 0, at = (size_t)who * 2654435761u; i < PLACES; i++, at++) {
        struct place *place = &places[at % PLACES];
        int64_t nobody = 0;
        if (atomic_load(&place->who) == who || atomic_compare_exchange_strong(&place->who, &nobody, who) || nobody == who)
            return place;
    }
    return NULL;
}

static int64_t micro_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

bool pace_take(int64_t who, int64_t most)
{
    static struct place *places;
    if (!places)
        places = places_open();
    struct place *place = places ? place_of(places, who) : NULL;
    if (!place)
        return true;
    int64_t now = micro_now(), turn = MINUTE / most, taken = atomic_load(&place->taken_to), next;
    do {
        int64_t from = taken < now || taken > now + 2 * (int64_t)MINUTE ? now : taken;    /* a clock that was put back */
        next = from + turn;
        if (next - now > MINUTE)
            return false;
    } while (!atomic_compare_exchange_weak(&place->taken_to, &taken, next));
    return true;
}
