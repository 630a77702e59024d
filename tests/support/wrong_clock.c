/* Loaded before the program's own libraries: the calendar is as many seconds ahead as the file says that WRONG_CLOCK names,
 * and right while there is no such file. The time that passes is as it is. */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (clock != CLOCK_REALTIME || result != 0) return result;
    const char *path = getenv("WRONG_CLOCK");
    FILE *file = path ? fopen(path, "r") : NULL;
    long long ahead;
    if (file && fscanf(file, "%lld", &ahead) == 1) now->tv_sec += ahead;
    if (file) fclose(file);
    return 0;
}
