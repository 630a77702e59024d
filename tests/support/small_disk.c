/* Loaded before the program's own libraries: the files of the folder that SMALL_DISK names are on a disk that has as many
 * bytes as its file "disk" says, and room without end while there is no such file. A call that would make a file longer than
 * that leaves room for fails as on a full disk. */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int on_disk(int descriptor, const char *folder) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static long long used(const char *folder) {
    long long sum = 0;
    DIR *names = opendir(folder);
    struct dirent *name;
    while (names && (name = readdir(names))) {
        struct stat found;
        if (fstatat(dirfd(names), name->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(found.st_mode)) sum += found.st_size;
    }
    if (names) closedir(names);
    return sum;
}

/* Whether the file cannot become that long. */
static int refused(int descriptor, long long end) {
    const char *folder = getenv("SMALL_DISK");
    char name[PATH_MAX];
    long long bytes;
    struct stat found;
    if (!folder || !on_disk(descriptor, folder)) return 0;
    snprintf(name, sizeof name, "%s/disk", folder);
    FILE *limit = fopen(name, "r");
    if (!limit) return 0;
    int is_read = fscanf(limit, "%lld", &bytes);
    fclose(limit);
    if (is_read != 1 || fstat(descriptor, &found) != 0 || end <= found.st_size) return 0;
    if (used(folder) + end - found.st_size <= bytes) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    off_t at = lseek(descriptor, 0, SEEK_CUR);
    return at >= 0 && refused(descriptor, at + (long long)count) ? -1 : syscall(SYS_write, descriptor, bytes, count);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
    return refused(descriptor, at + (long long)count) ? -1 : syscall(SYS_pwrite64, descriptor, bytes, count, at);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) __attribute__((alias("pwrite64")));

int ftruncate64(int descriptor, off64_t length) {
    return refused(descriptor, length) ? -1 : (int)syscall(SYS_ftruncate, descriptor, length);
}

int ftruncate(int descriptor, off_t length) __attribute__((alias("ftruncate64")));
