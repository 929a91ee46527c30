/*
 * The calls that the preload library of killer.c stands in front of.
 */
#include "killer.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&(name)))killer_next(#name))

/* Runs `call` around the strike; `call` keeps its errno. */
#define STRUCK(type, failure, kind, call, what, a, b)                          \
	do {                                                                   \
		enum killer_fate fate =                                        \
			killer_count((kind), (what), (a), (b));                \
		type result;                                                   \
                                                                               \
		if (fate == FATE_FAIL)                                         \
			return (failure);                                      \
		result = (call);                                               \
		if (fate == FATE_DIE_AFTER)                                    \
			killer_die();                                          \
		return result;                                                 \
	} while (0)

#define CHANGE(call, what, a, b) STRUCK(int, -1, CALLS_WRITE, call, what, a, b)

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* `call` moves `taken` bytes: half of them where it is to be cut short. */
#define STRUCK_BYTES(kind, call, fd, what, len)                                \
	do {                                                                   \
		enum killer_fate fate =                                        \
			is_file(fd) ? killer_count((kind), (what), "", "")     \
				    : FATE_NONE;                               \
		size_t taken =                                                 \
			fate == FATE_SHORT && (len) > 1 ? (len) / 2 : (len);   \
		ssize_t result;                                                \
                                                                               \
		if (fate == FATE_FAIL)                                         \
			return -1;                                             \
		result = (call);                                               \
		if (fate == FATE_DIE_AFTER)                                    \
			killer_die();                                          \
		return result;                                                 \
	} while (0)

ssize_t write(int fd, const void *bytes, size_t len)
{
	STRUCK_BYTES(CALLS_WRITE, REAL(write)(fd, bytes, taken), fd, "write",
		     len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	STRUCK_BYTES(CALLS_WRITE, REAL(pwrite)(fd, bytes, taken, offset), fd,
		     "pwrite", len);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	STRUCK_BYTES(CALLS_WRITE, REAL(pwrite64)(fd, bytes, taken, offset), fd,
		     "pwrite", len);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	/* A short one takes some of the parts. */
	STRUCK_BYTES(CALLS_WRITE, REAL(writev)(fd, parts, (int)taken), fd,
		     "writev", (size_t)count);
}

int ftruncate(int fd, off_t length)
{
	CHANGE(REAL(ftruncate)(fd, length), "ftruncate", "", "");
}

/* What is flushed, as Linux tells it. */
static const char *name_of(int fd, char out[PATH_MAX])
{
	char link[64];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, out, PATH_MAX - 1);
	out[len < 0 ? 0 : len] = '\0';
	return out;
}

int syncfs(int fd)
{
	char name[PATH_MAX];

	CHANGE(REAL(syncfs)(fd), "syncfs", name_of(fd, name), "");
}

int fsync(int fd)
{
	char name[PATH_MAX];

	CHANGE(REAL(fsync)(fd), "fsync", name_of(fd, name), "");
}

int fdatasync(int fd)
{
	char name[PATH_MAX];

	CHANGE(REAL(fdatasync)(fd), "fdatasync", name_of(fd, name), "");
}

int rename(const char *from, const char *to)
{
	CHANGE(REAL(rename)(from, to), "rename", from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	CHANGE(REAL(renameat)(from_dir, from, to_dir, to), "rename", from, to);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
	      unsigned int flags)
{
	CHANGE(REAL(renameat2)(from_dir, from, to_dir, to, flags), "rename",
	       from, to);
}

int link(const char *from, const char *to)
{
	CHANGE(REAL(link)(from, to), "link", from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to,
	   int flags)
{
	CHANGE(REAL(linkat)(from_dir, from, to_dir, to, flags), "link", from,
	       to);
}

int symlink(const char *target, const char *path)
{
	CHANGE(REAL(symlink)(target, path), "symlink", target, path);
}

int unlink(const char *path)
{
	CHANGE(REAL(unlink)(path), "unlink", path, "");
}

int unlinkat(int dir, const char *path, int flags)
{
	CHANGE(REAL(unlinkat)(dir, path, flags), "unlink", path, "");
}

int rmdir(const char *path)
{
	CHANGE(REAL(rmdir)(path), "rmdir", path, "");
}

int mkdir(const char *path, mode_t mode)
{
	CHANGE(REAL(mkdir)(path, mode), "mkdir", path, "");
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	CHANGE(REAL(mkdirat)(dir, path, mode), "mkdir", path, "");
}

static bool makes_a_file(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

/* The mode of an open, which is there only if it may make a file. */
#define OPEN_MODE(mode, flags)                                                 \
	do {                                                                   \
		va_list args;                                                  \
                                                                               \
		va_start(args, flags);                                         \
		(mode) = makes_a_file(flags) ? va_arg(args, mode_t) : 0;       \
		va_end(args);                                                  \
	} while (0)

#define STRUCK_OPEN(call, path, flags)                                         \
	STRUCK(int, -1, makes_a_file(flags) ? CALLS_WRITE : CALLS_READ, call,  \
	       makes_a_file(flags) ? "create" : "open", path, "")

int open(const char *path, int flags, ...)
{
	mode_t mode;

	OPEN_MODE(mode, flags);
	STRUCK_OPEN(REAL(open)(path, flags, mode), path, flags);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode;

	OPEN_MODE(mode, flags);
	STRUCK_OPEN(REAL(open64)(path, flags, mode), path, flags);
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	OPEN_MODE(mode, flags);
	STRUCK_OPEN(REAL(openat)(dir, path, flags, mode), path, flags);
}

int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	OPEN_MODE(mode, flags);
	STRUCK_OPEN(REAL(openat64)(dir, path, flags, mode), path, flags);
}

/* The one call without a name in the C library that opens files; others, of
 * libraries, pass. */
long syscall(long number, ...)
{
	long a[6];
	va_list args;

	va_start(args, number);
	for (size_t i = 0; i < sizeof(a) / sizeof(a[0]); i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_openat2) {
		const struct open_how *how = (const struct open_how *)a[2];

		STRUCK_OPEN((int)REAL(syscall)(number, a[0], a[1], a[2], a[3]),
			    (const char *)a[1], (int)how->flags);
	}
	return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

ssize_t read(int fd, void *bytes, size_t len)
{
	STRUCK_BYTES(CALLS_READ, REAL(read)(fd, bytes, taken), fd, "read", len);
}

ssize_t pread(int fd, void *bytes, size_t len, off_t offset)
{
	STRUCK_BYTES(CALLS_READ, REAL(pread)(fd, bytes, taken, offset), fd,
		     "pread", len);
}

ssize_t pread64(int fd, void *bytes, size_t len, off64_t offset)
{
	STRUCK_BYTES(CALLS_READ, REAL(pread64)(fd, bytes, taken, offset), fd,
		     "pread", len);
}

void *mmap(void *address, size_t len, int protection, int flags, int fd,
	   off_t offset)
{
	if (fd < 0) /* memory */
		return REAL(mmap)(address, len, protection, flags, fd, offset);
	STRUCK(void *, MAP_FAILED, CALLS_READ,
	       REAL(mmap)(address, len, protection, flags, fd, offset), "mmap",
	       "", "");
}

void *mmap64(void *address, size_t len, int protection, int flags, int fd,
	     off64_t offset)
{
	if (fd < 0)
		return REAL(mmap64)(address, len, protection, flags, fd,
				    offset);
	STRUCK(void *, MAP_FAILED, CALLS_READ,
	       REAL(mmap64)(address, len, protection, flags, fd, offset),
	       "mmap", "", "");
}

struct dirent *readdir(DIR *dir)
{
	STRUCK(struct dirent *, NULL, CALLS_READ, REAL(readdir)(dir), "readdir",
	       "", "");
}

struct dirent64 *readdir64(DIR *dir)
{
	STRUCK(struct dirent64 *, NULL, CALLS_READ, REAL(readdir64)(dir),
	       "readdir", "", "");
}

int flock(int fd, int operation)
{
	STRUCK(int, -1, CALLS_READ, REAL(flock)(fd, operation), "flock", "",
	       "");
}
