/* Loaded before the program's own libraries: each fsync is counted by a byte in the file that SYNC_COUNT names, and when
 * SYNC_MICROSECONDS is set it takes that long instead of asking the disk. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int sync_as(long number, int descriptor) {
    const char *name = getenv("SYNC_COUNT"), *microseconds = getenv("SYNC_MICROSECONDS");
    int count = name ? open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (count < 0 || write(count, ".", 1) != 1) abort();
    close(count);
    if (!microseconds) return (int)syscall(number, descriptor);
    struct timespec wait = {0, atol(microseconds) * 1000};
    return nanosleep(&wait, NULL);
}

int fsync(int descriptor) { return sync_as(SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return sync_as(SYS_fdatasync, descriptor); }
