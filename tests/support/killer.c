/*
 * A preload library that ends a process at the n-th of its calls that change
 * the file system, lets that call fail, or holds the process there for a
 * while. With it a test asks at every step of a run: what would a crash, a
 * full or broken disk, or somebody else at work, make of it?
 *
 * Counted are with KILL_CALLS=write (the default) write, pwrite, writev (to
 * files only, not to sockets, pipes and terminals), fsync, syncfs, fdatasync,
 * rename, link, unlink, rmdir, mkdir and their *at kin, ftruncate, and open
 * with O_CREAT; with KILL_CALLS=read other opens, read, pread, mmap of a file,
 * readdir and flock. What stdio does inside the C library is not seen; ddbgit
 * and libgit2 write files with write.
 *
 *	KILL_ONLY=text		count only calls with this text in "fsync a "
 *				or "rename a b", as KILL_LOG_FILE has them
 *	KILL_AT=n		which call, from 1
 *	KILL_WHEN=before|after	of the call, SIGKILL (default: before)
 *	KILL_WHEN=fail		the call fails with KILL_ERRNO instead
 *	KILL_WHEN=fail-on	so do all that follow
 *	KILL_WHEN=short		a write or read takes half of its bytes
 *	KILL_WHEN=pause		makes KILL_PAUSE_FILE before the call and goes
 *				on when somebody has removed it
 *	KILL_ERRNO=ENOSPC|EIO|EINTR|EACCES|EROFS|EMFILE
 *				for fail and fail-on (default: ENOSPC)
 *	KILL_COUNT_FILE=path	gets the number of calls at exit
 *	KILL_LOG_FILE=path	gets a line for each call: "12 rename a b"
 *	KILL_PROGRAM=name	only in the program of that name
 */
#include "killer.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_TRIES 60000 /* of a millisecond each */

enum when {
	WHEN_BEFORE,
	WHEN_AFTER,
	WHEN_FAIL,
	WHEN_FAIL_ON,
	WHEN_SHORT,
	WHEN_PAUSE
};

struct word {
	const char *text;
	int value;
};

static const struct word whens[] = {
	{"before", WHEN_BEFORE},   {"after", WHEN_AFTER}, {"fail", WHEN_FAIL},
	{"fail-on", WHEN_FAIL_ON}, {"short", WHEN_SHORT}, {"pause", WHEN_PAUSE},
	{NULL, WHEN_BEFORE},
};

static const struct word errnos[] = {
	{"ENOSPC", ENOSPC}, {"EIO", EIO},     {"EINTR", EINTR},
	{"EACCES", EACCES}, {"EROFS", EROFS}, {"EMFILE", EMFILE},
	{NULL, ENOSPC},
};

static const struct word kinds[] = {
	{"write", CALLS_WRITE},
	{"read", CALLS_READ},
	{NULL, CALLS_WRITE},
};

static struct {
	bool active;
	long at;
	enum killer_calls kind;
	enum when when;
	const char *only;
	int errno_value;
	const char *log_path;
	const char *count_path;
	const char *pause_path;
	long count; /* accessed atomically */
	pid_t pid;  /* whose calls count: not those of forked children */
} killer;

static pthread_once_t killer_once = PTHREAD_ONCE_INIT;

/* The word's value; the table's last for a variable that is not set. */
static int value_of(const struct word *table, const char *variable)
{
	const char *text = getenv(variable);

	while (table->text && (!text || strcmp(text, table->text) != 0))
		table++;
	if (text && !table->text)
		_exit(127); /* a test that misspells something tests nothing */
	return table->value;
}

static void killer_init(void)
{
	const char *at = getenv("KILL_AT");
	const char *program = getenv("KILL_PROGRAM");

	killer.at = at ? strtol(at, NULL, 10) : 0;
	killer.kind = (enum killer_calls)value_of(kinds, "KILL_CALLS");
	killer.when = (enum when)value_of(whens, "KILL_WHEN");
	killer.errno_value = value_of(errnos, "KILL_ERRNO");
	killer.only = getenv("KILL_ONLY");
	killer.count_path = getenv("KILL_COUNT_FILE");
	killer.log_path = getenv("KILL_LOG_FILE");
	killer.pause_path = getenv("KILL_PAUSE_FILE");
	killer.pid = getpid();
	killer.active =
		!program || strcmp(program, program_invocation_short_name) == 0;
}

void *killer_next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		_exit(127);
	return function;
}

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

void killer_die(void)
{
	(void)kill(getpid(), SIGKILL);
	for (;;)
		(void)pause();
}

static void wait_here(void)
{
	const struct timespec millisecond = {.tv_nsec = 1000000};

	if (!killer.pause_path)
		_exit(127);
	append_line(killer.pause_path, "", 0);
	for (int i = 0; i < PAUSE_TRIES; i++) {
		if (access(killer.pause_path, F_OK) < 0)
			return;
		(void)nanosleep(&millisecond, NULL);
	}
	_exit(127);
}

static bool is_one_of(const char *what, const char *const *names)
{
	while (*names && strcmp(what, *names) != 0)
		names++;
	return *names;
}

/* Removing takes no room: a full disk lets it succeed. A signal interrupts
 * only what may wait. */
static bool can_fail(const char *what)
{
	static const char *const removals[] = {"unlink", "rmdir", NULL};
	static const char *const waits[] = {
		"write",     "pwrite",    "writev", "fsync", "syncfs",
		"fdatasync", "ftruncate", "read",   "pread", "create",
		"open",      "flock",     NULL};

	if (killer.errno_value == ENOSPC)
		return !is_one_of(what, removals);
	return killer.errno_value != EINTR || is_one_of(what, waits);
}

static enum killer_fate fail(const char *what)
{
	if (!can_fail(what))
		return FATE_NONE;
	errno = killer.errno_value;
	return FATE_FAIL;
}

static bool is_meant(const char *what, const char *a, const char *b)
{
	char line[8192];

	if (!killer.only)
		return true;
	(void)snprintf(line, sizeof(line), "%s %s %s", what, a, b);
	return strstr(line, killer.only);
}

enum killer_fate killer_count(enum killer_calls kind, const char *what,
			      const char *a, const char *b)
{
	long number;

	pthread_once(&killer_once, killer_init);
	if (!killer.active || kind != killer.kind || killer.pid != getpid() ||
	    !is_meant(what, a, b))
		return FATE_NONE;
	number = __atomic_add_fetch(&killer.count, 1, __ATOMIC_SEQ_CST);
	log_call(number, what, a, b);
	if (killer.at && number > killer.at && killer.when == WHEN_FAIL_ON)
		return fail(what);
	if (number != killer.at)
		return FATE_NONE;
	switch (killer.when) {
	case WHEN_BEFORE:
		killer_die();
	case WHEN_AFTER:
		return FATE_DIE_AFTER;
	case WHEN_SHORT:
		return FATE_SHORT;
	case WHEN_PAUSE:
		wait_here();
		return FATE_NONE;
	default:
		return fail(what);
	}
}
