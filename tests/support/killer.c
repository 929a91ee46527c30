/*
 * A preload library that ends a process at the n-th of its calls that change
 * the file system, or lets that call fail. With it a test asks at every step
 * of a run: what would a crash leave behind?
 *
 * Counted: write, pwrite, writev (to files only, not to sockets, pipes and
 * terminals), fsync, fdatasync, rename, link, unlink, rmdir, mkdir and their
 * *at kin, ftruncate, and open with O_CREAT. What stdio does inside the C
 * library is not seen; ddbgit and libgit2 write files with write.
 *
 *	KILL_AT=n		which call, from 1
 *	KILL_WHEN=before|after	of the call, SIGKILL (default: before)
 *	KILL_WHEN=fail		the call fails with KILL_ERRNO instead
 *	KILL_WHEN=short		a write takes half of its bytes
 *	KILL_ERRNO=ENOSPC|EIO	for fail (default: ENOSPC)
 *	KILL_COUNT_FILE=path	gets the number of calls at exit
 *	KILL_LOG_FILE=path	gets a line for each call: "12 rename a b"
 *	KILL_PROGRAM=name	only in the program of that name
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum when { WHEN_BEFORE, WHEN_AFTER, WHEN_FAIL, WHEN_SHORT };

static struct {
	bool active;
	long at;
	enum when when;
	int errno_value;
	const char *log_path;
	const char *count_path;
	long count; /* accessed atomically */
	pid_t pid;  /* whose calls count: not those of forked children */
} killer;

static pthread_once_t killer_once = PTHREAD_ONCE_INIT;

static enum when parse_when(const char *text)
{
	if (text && strcmp(text, "after") == 0)
		return WHEN_AFTER;
	if (text && strcmp(text, "fail") == 0)
		return WHEN_FAIL;
	if (text && strcmp(text, "short") == 0)
		return WHEN_SHORT;
	return WHEN_BEFORE;
}

static void killer_init(void)
{
	const char *at = getenv("KILL_AT");
	const char *program = getenv("KILL_PROGRAM");
	const char *errno_name = getenv("KILL_ERRNO");

	killer.at = at ? strtol(at, NULL, 10) : 0;
	killer.when = parse_when(getenv("KILL_WHEN"));
	killer.errno_value =
		errno_name && strcmp(errno_name, "EIO") == 0 ? EIO : ENOSPC;
	killer.count_path = getenv("KILL_COUNT_FILE");
	killer.log_path = getenv("KILL_LOG_FILE");
	killer.pid = getpid();
	killer.active =
		!program || strcmp(program, program_invocation_short_name) == 0;
}

/* The real function of that name, below this library. */
static void *next_function(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		_exit(127);
	return function;
}

#define REAL(name) ((__typeof__(&(name)))next_function(#name))

static void append_line(const char *path, const char *line, int flags)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			      O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

	if (fd < 0)
		_exit(127);
	(void)syscall(SYS_write, fd, line, strlen(line));
	(void)syscall(SYS_close, fd);
}

static void log_call(long number, const char *what, const char *a,
		     const char *b)
{
	char line[8192];

	if (!killer.log_path)
		return;
	(void)snprintf(line, sizeof(line), "%ld %s %s %s\n", number, what, a,
		       b);
	append_line(killer.log_path, line, O_APPEND);
}

static __attribute__((destructor)) void write_count(void)
{
	char line[32];

	pthread_once(&killer_once, killer_init);
	if (!killer.active || !killer.count_path || killer.pid != getpid())
		return;
	(void)snprintf(line, sizeof(line), "%ld\n",
		       __atomic_load_n(&killer.count, __ATOMIC_SEQ_CST));
	append_line(killer.count_path, line, O_TRUNC);
}

static void die(void)
{
	(void)kill(getpid(), SIGKILL);
	for (;;)
		(void)pause();
}

/* Counts the call. True if it is the one; it has died here if due before. */
static bool is_the_one(const char *what, const char *a, const char *b)
{
	long number;

	pthread_once(&killer_once, killer_init);
	if (!killer.active || killer.pid != getpid())
		return false;
	number = __atomic_add_fetch(&killer.count, 1, __ATOMIC_SEQ_CST);
	log_call(number, what, a, b);
	if (number != killer.at)
		return false;
	if (killer.when == WHEN_BEFORE)
		die();
	return true;
}

/* Removing takes no room: a full disk lets it succeed. */
static bool can_fail(const char *what)
{
	return killer.errno_value != ENOSPC ||
	       (strncmp(what, "unlink", 6) != 0 &&
		strncmp(what, "rmdir", 5) != 0);
}

/* Runs `call` around the strike; `call` keeps its errno. */
#define STRUCK(type, call, what, a, b)                                         \
	do {                                                                   \
		bool the_one = is_the_one((what), (a), (b));                   \
		type result;                                                   \
                                                                               \
		if (the_one && killer.when == WHEN_FAIL && can_fail(what)) {   \
			errno = killer.errno_value;                            \
			return -1;                                             \
		}                                                              \
		result = (call);                                               \
		if (the_one && killer.when == WHEN_AFTER)                      \
			die();                                                 \
		return result;                                                 \
	} while (0)

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* How many of len bytes a write that may be cut short takes. */
static size_t shortened(size_t len, bool the_one)
{
	return the_one && killer.when == WHEN_SHORT && len > 1 ? len / 2 : len;
}

#define STRUCK_WRITE(call_with_taken, fd, what, len)                           \
	do {                                                                   \
		bool the_one = is_file(fd) && is_the_one((what), "", "");      \
		size_t taken = shortened((len), the_one);                      \
		ssize_t result;                                                \
                                                                               \
		if (the_one && killer.when == WHEN_FAIL) {                     \
			errno = killer.errno_value;                            \
			return -1;                                             \
		}                                                              \
		result = (call_with_taken);                                    \
		if (the_one && killer.when == WHEN_AFTER)                      \
			die();                                                 \
		return result;                                                 \
	} while (0)

ssize_t write(int fd, const void *bytes, size_t len)
{
	STRUCK_WRITE(REAL(write)(fd, bytes, taken), fd, "write", len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	STRUCK_WRITE(REAL(pwrite)(fd, bytes, taken, offset), fd, "pwrite", len);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	STRUCK_WRITE(REAL(pwrite64)(fd, bytes, taken, offset), fd, "pwrite",
		     len);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	/* A short one takes some of the parts. */
	STRUCK_WRITE(REAL(writev)(fd, parts, (int)taken), fd, "writev",
		     (size_t)count);
}

int ftruncate(int fd, off_t length)
{
	STRUCK(int, REAL(ftruncate)(fd, length), "ftruncate", "", "");
}

int fsync(int fd)
{
	STRUCK(int, REAL(fsync)(fd), "fsync", "", "");
}

int fdatasync(int fd)
{
	STRUCK(int, REAL(fdatasync)(fd), "fdatasync", "", "");
}

int rename(const char *from, const char *to)
{
	STRUCK(int, REAL(rename)(from, to), "rename", from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	STRUCK(int, REAL(renameat)(from_dir, from, to_dir, to), "rename", from,
	       to);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
	      unsigned int flags)
{
	STRUCK(int, REAL(renameat2)(from_dir, from, to_dir, to, flags),
	       "rename", from, to);
}

int link(const char *from, const char *to)
{
	STRUCK(int, REAL(link)(from, to), "link", from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to,
	   int flags)
{
	STRUCK(int, REAL(linkat)(from_dir, from, to_dir, to, flags), "link",
	       from, to);
}

int symlink(const char *target, const char *path)
{
	STRUCK(int, REAL(symlink)(target, path), "symlink", target, path);
}

int unlink(const char *path)
{
	STRUCK(int, REAL(unlink)(path), "unlink", path, "");
}

int unlinkat(int dir, const char *path, int flags)
{
	STRUCK(int, REAL(unlinkat)(dir, path, flags), "unlink", path, "");
}

int rmdir(const char *path)
{
	STRUCK(int, REAL(rmdir)(path), "rmdir", path, "");
}

int mkdir(const char *path, mode_t mode)
{
	STRUCK(int, REAL(mkdir)(path, mode), "mkdir", path, "");
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	STRUCK(int, REAL(mkdirat)(dir, path, mode), "mkdir", path, "");
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

int open(const char *path, int flags, ...)
{
	mode_t mode;

	OPEN_MODE(mode, flags);
	if (!makes_a_file(flags))
		return REAL(open)(path, flags);
	STRUCK(int, REAL(open)(path, flags, mode), "create", path, "");
}

int open64(const char *path, int flags, ...)
{
	mode_t mode;

	OPEN_MODE(mode, flags);
	if (!makes_a_file(flags))
		return REAL(open64)(path, flags);
	STRUCK(int, REAL(open64)(path, flags, mode), "create", path, "");
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	OPEN_MODE(mode, flags);
	if (!makes_a_file(flags))
		return REAL(openat)(dir, path, flags);
	STRUCK(int, REAL(openat)(dir, path, flags, mode), "create", path, "");
}

int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	OPEN_MODE(mode, flags);
	if (!makes_a_file(flags))
		return REAL(openat64)(dir, path, flags);
	STRUCK(int, REAL(openat64)(dir, path, flags, mode), "create", path, "");
}
