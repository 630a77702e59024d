/* Loaded before the program's own libraries: the folder that READ_ONLY_FOLDER names is on a file system that the system has
 * made read-only under it (as ext4 does after an error of the disk) for as long as it has a file named "read-only". What is
 * open stays open; every call that would change something fails. A real mount cannot be had without root, and not made
 * read-only while a file on it is open for writing. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int on_folder(const char *path) {
    const char *folder = getenv("READ_ONLY_FOLDER");
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int refused(int is_there) {
    char name[PATH_MAX];
    if (!is_there) return 0;
    snprintf(name, sizeof name, "%s/read-only", getenv("READ_ONLY_FOLDER"));
    if (syscall(SYS_faccessat, AT_FDCWD, name, F_OK) != 0) return 0;
    errno = EROFS;
    return 1;
}

static int path_refused(const char *path) {
    char full[PATH_MAX];
    if (path[0] != '/' && getcwd(full, sizeof full) != NULL) {
        strncat(full, "/", sizeof full - strlen(full) - 1);
        strncat(full, path, sizeof full - strlen(full) - 1);
        return refused(on_folder(full));
    }
    return refused(on_folder(path));
}

static int file_refused(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return refused(on_folder(path));
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) && path_refused(path)) return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

ssize_t write(int descriptor, const void *bytes, size_t count) {
    return file_refused(descriptor) ? -1 : syscall(SYS_write, descriptor, bytes, count);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
    return file_refused(descriptor) ? -1 : syscall(SYS_pwrite64, descriptor, bytes, count, at);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) __attribute__((alias("pwrite64")));

int ftruncate64(int descriptor, off64_t length) {
    return file_refused(descriptor) ? -1 : (int)syscall(SYS_ftruncate, descriptor, length);
}

int ftruncate(int descriptor, off_t length) __attribute__((alias("ftruncate64")));

int unlink(const char *path) {
    return path_refused(path) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
