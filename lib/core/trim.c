#include "core/trim.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

void process_trim(void)
{
    char line[600], path[400];
    FILE *maps = fopen("/proc/self/maps", "r");
    malloc_trim(0);
    if (!maps)
        return;
    while (fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        char rights[8];
        /* executable and never written: clean pages of a file, safe to drop at any moment */
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %399s", &from, &to, rights, path) == 4
            && strcmp(rights, "r-xp") == 0 && path[0] == '/')
            madvise((void *)from, to - from, MADV_DONTNEED);
    }
    fclose(maps);
}
