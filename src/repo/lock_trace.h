/*
 * By what a run knows its own lock file again, and another's for another's:
 * the very file that it once held, or an id in it that only it had.
 */
#ifndef DG_REPO_LOCK_TRACE_H
#define DG_REPO_LOCK_TRACE_H

#include "repo/git.h"
#include <stdbool.h>
#include <sys/stat.h>

#define DG_OID_TEXT 41

/* Device, inode, time of change; ino is 0 if it was never seen. */
struct dg_lock_trace {
	unsigned long long dev;
	unsigned long long ino;
	long long ctime_s;
	long ctime_ns;
};

struct dg_lock_trace dg_lock_trace_of(const struct stat *st);
bool dg_lock_trace_fits(const struct dg_lock_trace *trace,
			const struct stat *st);

/* Does the file hold this id and a newline, and nothing else? */
bool dg_lock_holds(const char *path, const git_oid *id);

#endif
