#include "repo/lock_trace.h"
#include "base/dir.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct dg_lock_trace dg_lock_trace_of(const struct stat *st)
{
	return (struct dg_lock_trace){
		.dev = (unsigned long long)st->st_dev,
		.ino = (unsigned long long)st->st_ino,
		.ctime_s = (long long)DG_CTIME(st).tv_sec,
		.ctime_ns = (long)DG_CTIME(st).tv_nsec,
	};
}

bool dg_lock_trace_fits(const struct dg_lock_trace *trace,
			const struct stat *st)
{
	struct dg_lock_trace there = dg_lock_trace_of(st);

	return trace->ino && trace->dev == there.dev &&
	       trace->ino == there.ino && trace->ctime_s == there.ctime_s &&
	       trace->ctime_ns == there.ctime_ns;
}

bool dg_lock_holds(const char *path, const git_oid *id)
{
	char want[DG_OID_TEXT], have[DG_OID_TEXT + 8];
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0) {
		n = read(fd, have, sizeof(have) - 1);
		close(fd);
	}
	if (n < 0)
		return false;
	have[n] = '\0';
	git_oid_tostr(want, sizeof(want), id);
	return n == DG_OID_TEXT && !strncmp(have, want, DG_OID_TEXT - 1) &&
	       have[n - 1] == '\n';
}
