#include "base/dir.h"
#include "base/text.h"
#include "repo/commit_state.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int write_token(const char *path, const git_oid *token,
		       struct dg_error *err)
{
	char text[DG_OID_HEX_SIZE];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0 && errno == EEXIST)
		return DG_EEXISTS;
	if (fd < 0)
		return dg_error_errno(err, errno, "cannot write '%s'", path);
	git_oid_tostr(text, sizeof(text), token);
	text[sizeof(text) - 1] = '\n';
	rc = dg_write_all(fd, text, sizeof(text), path, err);
	close(fd);
	if (rc < 0)
		unlink(path);
	return rc;
}

/*
 * A link of a file that already holds our token: the lock is never seen
 * empty, so that a later run knows it for ours. Where the file system has no
 * links, the lock is written in place.
 */
static int try_lock(struct dg_commit *commit, const char *path,
		    struct dg_error *err)
{
	char *own = NULL;
	int rc = dg_asprintf(&own, err, "%s/ddbgit.lock", commit->repo->gitdir);

	if (rc < 0)
		return rc;
	unlink(own);
	rc = write_token(own, &commit->intent.token, err);
	if (!rc && link(own, path) < 0) {
		if (errno == EEXIST)
			rc = DG_EEXISTS;
		else
			rc = write_token(path, &commit->intent.token, err);
	}
	unlink(own);
	free(own);
	return rc;
}

int dg_index_lock(struct dg_commit *commit, struct dg_error *err)
{
	int64_t end = dg_clock_now_ms(commit->clock) + DG_GIT_LOCK_WAIT_MS;
	char *path = NULL;
	int rc = dg_asprintf(&path, err, "%s/index.lock", commit->repo->gitdir);

	if (rc < 0)
		return rc;
	while ((rc = try_lock(commit, path, err)) == DG_EEXISTS &&
	       dg_clock_now_ms(commit->clock) < end)
		dg_clock_sleep_ms(commit->clock, DG_GIT_LOCK_PAUSE_MS, NULL,
				  err);
	if (rc == DG_EEXISTS) {
		rc = dg_error_set(err, DG_ELOCKED,
				  "Git's index is locked: '%s' exists", path);
		dg_error_hint(err, "Wait for the other git command; if there "
				   "is none, remove that file");
	}
	if (rc < 0) {
		free(path);
		return rc;
	}
	commit->index_lock = path;
	return 0;
}

void dg_index_unlock(struct dg_commit *commit)
{
	if (!commit->index_lock)
		return;
	unlink(commit->index_lock);
	free(commit->index_lock);
	commit->index_lock = NULL;
}
