/* Loaded before libc: notes, in order, every write, truncation, rename, removal and sync of files below RECORDED in TRACE. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static int ours(const char *path) {
    const char *root = getenv("RECORDED");
    return root && strncmp(path, root, strlen(root)) == 0;
}

static int named(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return ours(path);
}

/* One event: kind, length of the path, offset, length of the data; then path and data. */
static void note(char kind, const char *path, int64_t offset, const void *data, int64_t length) {
    REAL(write);
    if (trace < 0) trace = open(getenv("TRACE"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    struct __attribute__((packed)) { char kind; int32_t named; int64_t offset, length; } head =
        {kind, (int32_t)strlen(path), offset, data ? length : 0};
    if (!data) head.offset = offset;
    if (real(trace, &head, sizeof head) < 0 || real(trace, path, head.named) < 0) abort();
    if (head.length && real(trace, data, head.length) < 0) abort();
}

#define WRITES(name, parameters, call, at)                                                   \
    ssize_t name parameters {                                                                \
        REAL(name);                                                                          \
        char path[PATH_MAX];                                                                 \
        if (fd == trace || !named(fd, path)) return real call;                               \
        pthread_mutex_lock(&one);                                                            \
        int64_t where = at;                                                                  \
        ssize_t done = real call;                                                            \
        if (done > 0) note('w', path, where, data, done);                                    \
        pthread_mutex_unlock(&one);                                                          \
        return done;                                                                         \
    }

static int64_t here(int fd) {
    return (fcntl(fd, F_GETFL) & O_APPEND) ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
}

WRITES(write, (int fd, const void *data, size_t size), (fd, data, size), here(fd))
WRITES(pwrite, (int fd, const void *data, size_t size, off_t offset), (fd, data, size, offset), offset)
WRITES(pwrite64, (int fd, const void *data, size_t size, off64_t offset), (fd, data, size, offset), offset)

#define ON_FILE(name, parameters, call, kind, number)                                        \
    int name parameters {                                                                    \
        REAL(name);                                                                          \
        char path[PATH_MAX];                                                                 \
        if (!named(fd, path)) return real call;                                              \
        pthread_mutex_lock(&one);                                                            \
        int done = real call;                                                                \
        if (done == 0) note(kind, path, number, NULL, 0);                                    \
        pthread_mutex_unlock(&one);                                                          \
        return done;                                                                         \
    }

ON_FILE(fsync, (int fd), (fd), 's', 0)
ON_FILE(fdatasync, (int fd), (fd), 's', 0)
ON_FILE(ftruncate, (int fd, off_t size), (fd, size), 't', size)
ON_FILE(ftruncate64, (int fd, off64_t size), (fd, size), 't', size)

static void moved(const char *from, const char *to) {
    pthread_mutex_lock(&one);
    note('r', from, 0, to, strlen(to));
    pthread_mutex_unlock(&one);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    int done = real(from, to);
    if (done == 0 && ours(to)) moved(from, to);
    return done;
}

int renameat(int one_fd, const char *from, int other_fd, const char *to) {
    REAL(renameat);
    int done = real(one_fd, from, other_fd, to);
    if (done == 0 && ours(to)) moved(from, to);
    return done;
}

int unlink(const char *path) {
    REAL(unlink);
    int done = real(path);
    if (done == 0 && ours(path)) {
        pthread_mutex_lock(&one);
        note('u', path, 0, NULL, 0);
        pthread_mutex_unlock(&one);
    }
    return done;
}
