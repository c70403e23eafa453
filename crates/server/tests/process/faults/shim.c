/* Loaded before the C library: makes the disk below one folder fail, or remembers what was synced there.
 *
 *   SHIM_FOLDER   the folder
 *   SHIM_FAULT    a file; what it says now is what fails now: a letter, a space and the part of the folder it is about
 *                   f PATH   syncing fails (EIO)
 *                   w PATH   the disk is full: every other write is cut in half, all others fail (ENOSPC)
 *                   h PATH   writing and syncing hang, until this is no longer said
 *                   k N PATH the process is killed at the Nth step, which is a write, of which half is done, a sync or a
 *                            renaming
 *                   -        nothing
 *   SHIM_SHADOW   a folder; it gets each file as it was when it was last synced, and each folder's names likewise
 *
 * A file is known by its inode and the time of its birth, because inodes are used again. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PATH 4096

static ssize_t raw_write(int fd, const void *bytes, size_t length) { return syscall(SYS_write, fd, bytes, length); }

/* Whether the file is below the folder; its path goes to `path`. */
static int is_below(int fd, char path[PATH]) {
    const char *folder = getenv("SHIM_FOLDER");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = folder ? readlink(link, path, PATH - 1) : -1;
    if (length < 0)
        return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

/* What follows the letter of a fault, if that is the one that is on. */
static char *told(char fault, char said[PATH]) {
    const char *control = getenv("SHIM_FAULT");
    int file = control ? syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return NULL;
    ssize_t length = syscall(SYS_read, file, said, PATH - 1);
    syscall(SYS_close, file);
    if (length <= 2 || said[0] != fault)
        return NULL;
    said[length] = 0;
    return said + 2;
}

/* Whether this fault is on for the file. */
static int fails(char fault, int fd) {
    char path[PATH], said[PATH];
    const char *part = is_below(fd, path) ? told(fault, said) : NULL;
    return part && strncmp(path, part, strlen(part)) == 0;
}

/* Waits while the disk hangs. */
static void wait_for(int fd) {
    while (fails('h', fd))
        usleep(5000);
}

/* Whether this is the step at which the process is to be killed. */
static int is_last(const char *path) {
    static atomic_long steps;
    char said[PATH], *part = told('k', said);
    long last = part ? strtol(part, &part, 10) : 0;
    return part && strncmp(path, part + 1, strlen(part + 1)) == 0 && atomic_fetch_add(&steps, 1) + 1 == last;
}

static int is_last_of(int fd) {
    char path[PATH];
    return is_below(fd, path) && is_last(path);
}

/* What is left of a write to a full disk: half of it every other time, or -1. */
static ssize_t half(size_t length) {
    static atomic_uint turn;
    if (length > 1 && atomic_fetch_add(&turn, 1) % 2 == 0)
        return length / 2;
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t fitting = length;
    wait_for(fd);
    if (is_last_of(fd)) {
        raw_write(fd, bytes, length / 2);
        kill(getpid(), SIGKILL);
    }
    if (fails('w', fd) && (fitting = half(length)) < 0)
        return -1;
    return raw_write(fd, bytes, fitting);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    ssize_t fitting = length;
    wait_for(fd);
    if (is_last_of(fd)) {
        syscall(SYS_pwrite64, fd, bytes, length / 2, at);
        kill(getpid(), SIGKILL);
    }
    if (fails('w', fd) && (fitting = half(length)) < 0)
        return -1;
    return syscall(SYS_pwrite64, fd, bytes, fitting, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (fails('w', fd)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_writev, fd, parts, count);
}

/* The name under which a file is kept in the shadow; gives its first letter, or -1. */
static int name_of(int fd, const char *path, char *name, size_t size) {
    struct statx seen;
    int flags = path ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH;
    if (statx(fd, path ? path : "", flags, STATX_INO | STATX_BTIME | STATX_TYPE, &seen) != 0)
        return -1;
    char kind = S_ISDIR(seen.stx_mode) ? 'd' : 'f';
    snprintf(name, size, "%c-%llu-%lld.%09u", kind, (unsigned long long)seen.stx_ino, (long long)seen.stx_btime.tv_sec,
             seen.stx_btime.tv_nsec);
    return kind;
}

static void die(const char *what) {
    dprintf(2, "shim: %s: %s\n", what, strerror(errno));
    abort();
}

static void copy_file(int fd, int into) {
    char piece[65536];
    off64_t at = 0;
    ssize_t length;
    /* The descriptor may be open for writing alone. */
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int from = open(link, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        die(link);
    while ((length = pread64(from, piece, sizeof piece, at)) > 0) {
        if (raw_write(into, piece, length) != length)
            die("copying");
        at += length;
    }
    close(from);
}

static void copy_names(int fd, int into) {
    char link[64], line[PATH], name[128];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    DIR *folder = opendir(link);
    if (!folder)
        die(link);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (name_of(dirfd(folder), entry->d_name, name, sizeof name) < 0)
            continue; /* it went meanwhile */
        int length = snprintf(line, sizeof line, "%s %s\n", name, entry->d_name);
        if (raw_write(into, line, length) != length)
            die("listing");
    }
    closedir(folder);
}

/* Keeps the file, or the folder's names, as it is now. */
static void keep(int fd) {
    const char *shadow = getenv("SHIM_SHADOW");
    char path[PATH], name[128], unfinished[PATH + 160], kept[PATH + 160];
    static atomic_uint number;
    if (!shadow || !is_below(fd, path))
        return;
    int kind = name_of(fd, NULL, name, sizeof name);
    if (kind < 0)
        die(path);
    snprintf(unfinished, sizeof unfinished, "%s/new-%u", shadow, atomic_fetch_add(&number, 1));
    snprintf(kept, sizeof kept, "%s/%s", shadow, name);
    int into = syscall(SYS_openat, AT_FDCWD, unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (into < 0)
        die(unfinished);
    kind == 'd' ? copy_names(fd, into) : copy_file(fd, into);
    close(into);
    if (rename(unfinished, kept) != 0)
        die(kept);
}

static int synced(int fd, long call) {
    wait_for(fd);
    if (is_last_of(fd))
        kill(getpid(), SIGKILL);
    if (fails('f', fd)) {
        errno = EIO;
        return -1;
    }
    int done = getenv("SHIM_SHADOW") ? 0 : syscall(call, fd);
    if (done == 0)
        keep(fd);
    return done;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }

int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
    if (is_last(to))
        kill(getpid(), SIGKILL);
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}
