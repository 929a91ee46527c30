#include "repo/lock_file.h"
#include "base/dir.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_WAIT_MS 10
#define LONGEST_WAIT_MS 200

int dg_lock_holder(struct dg_buf *out, const char *now_iso,
		   struct dg_error *err)
{
	char host[256];

	if (gethostname(host, sizeof(host)) < 0)
		host[0] = '\0';
	host[sizeof(host) - 1] = '\0';
	return dg_buf_addf(out, err, "process %ld on %s, started %s\n",
			   (long)getpid(), host, now_iso);
}

static int locked(int fd, struct dg_error *err)
{
	char holder[512];
	ssize_t n = pread(fd, holder, sizeof(holder) - 1, 0);

	holder[n < 0 ? 0 : n] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
	return dg_error_set(err, DG_ELOCKED, "%s",
			    *holder ? holder : "another process");
}

/* 1: locked and still the file at that path; 0: removed meanwhile. */
static int lock_once(struct dg_lock_file *lock, const char *path,
		     struct dg_error *err)
{
	struct stat mine, there;
	int rc;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

	if (fd < 0)
		return dg_error_errno(err, errno, "cannot open '%s'", path);
	do {
		rc = flock(fd, LOCK_EX | LOCK_NB);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0 && errno == EWOULDBLOCK) {
		rc = locked(fd, err);
		close(fd);
		return rc;
	}
	if (rc < 0 || fstat(fd, &mine) < 0) {
		rc = dg_error_errno(err, errno, "cannot lock '%s'", path);
		close(fd);
		return rc;
	}
	if (stat(path, &there) < 0 || mine.st_ino != there.st_ino ||
	    mine.st_dev != there.st_dev) {
		close(fd);
		return 0;
	}
	lock->fd = fd;
	return 1;
}

int dg_lock_file_take(struct dg_lock_file *lock, const char *path,
		      struct dg_error *err)
{
	int rc = dg_strdup(&lock->path, path, err);

	lock->fd = -1;
	if (rc < 0)
		return rc;
	while ((rc = lock_once(lock, path, err)) == 0)
		;
	if (rc > 0)
		return 0;
	free(lock->path);
	lock->path = NULL;
	return rc;
}

int dg_lock_file_wait(struct dg_lock_file *lock, const char *path,
		      int64_t wait_ms, struct dg_clock *clock,
		      struct dg_error *err)
{
	int64_t end = dg_clock_now_ms(clock) + wait_ms;
	int64_t pause = FIRST_WAIT_MS;
	int rc;

	while ((rc = dg_lock_file_take(lock, path, err)) == DG_ELOCKED &&
	       dg_clock_now_ms(clock) < end) {
		dg_clock_sleep_ms(clock, pause, NULL, err);
		pause = pause * 2 < LONGEST_WAIT_MS ? pause * 2
						    : LONGEST_WAIT_MS;
	}
	return rc;
}

int dg_lock_file_read(const struct dg_lock_file *lock, struct dg_buf *out,
		      struct dg_error *err)
{
	char part[4096];
	off_t at = 0;
	ssize_t n;
	int rc = 0;

	while (!rc && (n = pread(lock->fd, part, sizeof(part), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return dg_error_errno(err, errno, "cannot read '%s'",
					      lock->path);
		rc = dg_buf_add(out, part, (size_t)n, err);
		at += n;
	}
	return rc;
}

int dg_lock_file_write(struct dg_lock_file *lock, struct dg_slice text,
		       struct dg_error *err)
{
	int rc;

	if (lseek(lock->fd, 0, SEEK_SET) < 0)
		return dg_error_errno(err, errno, "cannot write '%s'",
				      lock->path);
	rc = dg_write_all(lock->fd, text.ptr, text.len, lock->path, err);
	if (rc < 0)
		return rc;
	if (ftruncate(lock->fd, (off_t)text.len) < 0)
		return dg_error_errno(err, errno, "cannot write '%s'",
				      lock->path);
	return dg_flush(lock->fd, lock->path, err);
}

void dg_lock_file_abandon(struct dg_lock_file *lock)
{
	if (!lock->path)
		return;
	close(lock->fd);
	free(lock->path);
	lock->fd = -1;
	lock->path = NULL;
}

void dg_lock_file_release(struct dg_lock_file *lock)
{
	/* While it is locked, so that nobody's new file is removed. */
	if (lock->path)
		unlink(lock->path);
	dg_lock_file_abandon(lock);
}
