#include "snapshot/snapshot_lock.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/text.h"
#include "snapshot/work_folder.h"
#include <ddbgit/text.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NONE_MADE ((size_t)-1)
#define TRIES_MAX 16 /* somebody removes the directory each time */
#define HOLDER_SIZE 256

int dg_snapshot_holder_write(int workfd, struct dg_error *err)
{
	char host[128] = "";
	char start[DG_TIME_ISO_SIZE];
	char text[HOLDER_SIZE];
	struct dg_clock clock;
	int fd, len, rc;

	gethostname(host, sizeof(host) - 1);
	dg_clock_init(&clock);
	dg_time_iso(dg_clock_wall_ms(&clock) / 1000, start);
	len = snprintf(text, sizeof(text), "pid %ld on %s since %s\n",
		       (long)getpid(), host, start);
	rc = dg_openat_nofollow(workfd, DG_WORK_HOLDER,
				O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd, err);
	if (rc < 0)
		return rc;
	rc = dg_write_all(fd, text, (size_t)len, DG_WORK_HOLDER, err);
	close(fd);
	return rc;
}

/* "" if the holder is not known. */
static void read_holder(int dirfd, char out[HOLDER_SIZE])
{
	char text[HOLDER_SIZE] = "";
	ssize_t n;
	int fd;

	out[0] = '\0';
	if (dg_openat_nofollow(dirfd, DG_WORK_FOLDER "/" DG_WORK_HOLDER,
			       O_RDONLY | O_NONBLOCK, 0, &fd, NULL) < 0)
		return;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	dg_text_printable(text, out, HOLDER_SIZE);
}

static int locked_error(const struct dg_snapshot_lock *lock,
			struct dg_error *err)
{
	char holder[HOLDER_SIZE];

	read_holder(lock->fd, holder);
	dg_error_set(err, DG_ELOCKED, "'%s' is in use by another ddbgit%s%s%s",
		     lock->path, holder[0] ? " (" : "", holder,
		     holder[0] ? ")" : "");
	return dg_error_hint(err, "Wait until it is done");
}

/* 1: locked; 0: somebody else holds it. */
static int try_lock(const struct dg_snapshot_lock *lock, bool exclusive,
		    struct dg_error *err)
{
	int rc = flock(lock->fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);

	if (rc == 0)
		return 1;
	if (errno == EWOULDBLOCK)
		return 0;
	return dg_error_errno(err, errno, "cannot lock '%s'", lock->path);
}

/*
 * Where lock->path stands: the folder's descriptor and the name in it. Where
 * symlinks are followed the name is the whole path, and the descriptor is
 * AT_FDCWD, which is negative: there is nothing to close then.
 */
static int locate(const struct dg_snapshot_lock *lock, int *dirfd,
		  const char **name, struct dg_error *err)
{
	if (lock->rootfd >= 0)
		return dg_open_parent_at(lock->rootfd,
					 lock->path + lock->root_len, false,
					 dirfd, name, err);
	*dirfd = AT_FDCWD;
	*name = lock->path;
	return 0;
}

/* A folder that was made is there for good when its parent is flushed. */
static int flush_parent(const char *path, struct dg_error *err)
{
	const char *slash = strrchr(path, '/');
	char *parent = NULL;
	int fd = -1;
	int rc;

	if (!slash)
		rc = dg_strdup(&parent, ".", err);
	else
		rc = dg_slice_dup(&parent,
				  dg_slice_of(path, (size_t)(slash - path) + 1),
				  err);
	if (rc < 0)
		return rc;
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		rc = dg_error_errno(err, errno, "cannot open folder '%s'",
				    parent);
	else
		rc = dg_flush(fd, parent, err);
	if (fd >= 0)
		close(fd);
	free(parent);
	return rc;
}

/* Makes the folder at lock->path; *made if it was not there. */
static int make_folder(const struct dg_snapshot_lock *lock, bool *made,
		       struct dg_error *err)
{
	const char *name;
	int dirfd, reason;
	int rc = locate(lock, &dirfd, &name, err);

	if (rc < 0)
		return rc;
	reason = dg_mkdir_at(dirfd, name, made);
	/* EEXIST: it was there, and somebody removed it meanwhile. */
	if (reason && reason != EEXIST) {
		rc = dg_error_errno(err, reason, "cannot make folder '%s'",
				    lock->path);
	} else if (*made) {
		rc = dirfd >= 0 ? dg_flush(dirfd, lock->path, err)
				: flush_parent(lock->path, err);
	}
	if (dirfd >= 0)
		close(dirfd);
	return rc;
}

/* Makes what is missing of the path and remembers from where on. */
static int make_folders(struct dg_snapshot_lock *lock, struct dg_error *err)
{
	char *path = lock->path;
	size_t at = lock->root_len;
	int rc = 0;

	while (rc == 0 && path[at]) {
		bool made = false;
		char end;

		at += strspn(path + at, "/");
		at += strcspn(path + at, "/");
		end = path[at];
		path[at] = '\0';
		rc = make_folder(lock, &made, err);
		if (made && lock->made_from == NONE_MADE)
			lock->made_from = at;
		path[at] = end;
	}
	return rc;
}

static int open_directory(struct dg_snapshot_lock *lock, struct dg_error *err)
{
	if (lock->rootfd >= 0)
		return dg_openat_nofollow(
			lock->rootfd, lock->path + lock->root_len,
			O_RDONLY | O_DIRECTORY, 0, &lock->fd, err);
	lock->fd = open(lock->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock->fd < 0)
		return dg_error_errno(err, errno, "cannot open folder '%s'",
				      lock->path);
	return 0;
}

/* Does the path still lead to what was locked? */
static bool still_there(const struct dg_snapshot_lock *lock)
{
	struct stat held, named;
	const char *name;
	int dirfd;
	bool there;

	if (locate(lock, &dirfd, &name, NULL) < 0)
		return false;
	there = fstat(lock->fd, &held) == 0 &&
		fstatat(dirfd, name, &named,
			dirfd >= 0 ? AT_SYMLINK_NOFOLLOW : 0) == 0 &&
		held.st_dev == named.st_dev && held.st_ino == named.st_ino;
	if (dirfd >= 0)
		close(dirfd);
	return there;
}

/* 1: locked; 0: the directory was replaced meanwhile, try again. */
static int take_once(struct dg_snapshot_lock *lock, struct dg_error *err)
{
	int rc = lock->exclusive ? make_folders(lock, err) : 0;

	if (rc == 0)
		rc = open_directory(lock, err);
	if (rc == 0) {
		rc = try_lock(lock, lock->exclusive, err);
		if (rc == 0)
			rc = locked_error(lock, err);
	}
	if (rc > 0 && still_there(lock))
		return 1;
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
	return rc < 0 ? rc : 0;
}

/* path without slashes at its end. */
static int copy_path(struct dg_snapshot_lock *lock, const char *path,
		     struct dg_error *err)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return dg_slice_dup(&lock->path, dg_slice_of(path, len), err);
}

/* Opens the folder that path names without `below` at its end. */
static int open_root(struct dg_snapshot_lock *lock, const char *below,
		     struct dg_error *err)
{
	size_t len = strlen(lock->path) - strlen(below);
	char *root = NULL;
	int rc =
		len > 0 ? dg_slice_dup(&root, dg_slice_of(lock->path, len), err)
			: dg_strdup(&root, ".", err);

	if (rc < 0)
		return rc;
	lock->root_len = len;
	lock->rootfd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock->rootfd < 0)
		rc = dg_error_errno(err, errno, "cannot open folder '%s'",
				    root);
	free(root);
	return rc;
}

/* Frees what the lock has, but for the lock itself. */
static void free_paths(struct dg_snapshot_lock *lock)
{
	if (lock->rootfd >= 0)
		close(lock->rootfd);
	free(lock->path);
	lock->rootfd = -1;
	lock->path = NULL;
}

int dg_snapshot_lock_take(struct dg_snapshot_lock *lock, const char *path,
			  const char *below, bool exclusive,
			  struct dg_error *err)
{
	int rc;

	*lock = (struct dg_snapshot_lock){
		.fd = -1,
		.rootfd = -1,
		.exclusive = exclusive,
		.made_from = NONE_MADE,
	};
	rc = copy_path(lock, path, err);
	if (rc == 0 && below)
		rc = open_root(lock, below, err);
	for (int i = 1; rc == 0 && i <= TRIES_MAX; i++) {
		rc = take_once(lock, err);
		/* Removed by a failed dump just before we came? */
		if (rc == DG_ENOTFOUND && exclusive && i < TRIES_MAX)
			rc = 0;
	}
	if (rc > 0)
		return 0;
	if (rc == DG_EINVALID && below)
		dg_error_hint(err, "No symbolic link is followed below the "
				   "project's root; name the folder itself "
				   "with --output or --source");
	if (rc == 0)
		rc = dg_error_set(err, DG_EMODIFIED,
				  "'%s' is replaced again and again", path);
	free_paths(lock);
	return rc;
}

int dg_snapshot_lock_change(struct dg_snapshot_lock *lock, bool exclusive,
			    struct dg_error *err)
{
	int rc = try_lock(lock, exclusive, err);

	if (rc > 0)
		lock->exclusive = exclusive;
	if (rc != 0)
		return rc;
	/* A change gives the old lock up first: take it again. */
	rc = try_lock(lock, lock->exclusive, err);
	if (rc == 0)
		return locked_error(lock, err);
	return rc < 0 ? rc : 0;
}

/* Of what is not empty the system removes nothing. */
static bool remove_folder(const struct dg_snapshot_lock *lock)
{
	const char *name;
	bool removed;
	int dirfd;

	if (locate(lock, &dirfd, &name, NULL) < 0)
		return false;
	removed = unlinkat(dirfd, name, AT_REMOVEDIR) == 0;
	if (dirfd >= 0)
		close(dirfd);
	return removed;
}

/* Bottom up, and still under the lock, so that nobody loses a directory that
 * it locked. */
static void remove_made(struct dg_snapshot_lock *lock)
{
	size_t end = strlen(lock->path);

	if (lock->made_from == NONE_MADE || !still_there(lock))
		return;
	while (end >= lock->made_from && end > 0) {
		lock->path[end] = '\0';
		if (!remove_folder(lock))
			break;
		while (end > 0 && lock->path[end - 1] != '/')
			end--;
		while (end > 0 && lock->path[end - 1] == '/')
			end--;
	}
}

void dg_snapshot_lock_release(struct dg_snapshot_lock *lock)
{
	if (lock->fd < 0)
		return;
	if (lock->exclusive)
		remove_made(lock);
	close(lock->fd);
	lock->fd = -1;
	free_paths(lock);
}
