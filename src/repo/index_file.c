/*
 * Writing Git's index. Not through git_index_write(), whose lock nobody could
 * recognise after a crash: a copy is edited beside it, while we hold
 * index.lock, and renamed over it.
 */
#include "base/dir.h"
#include "base/text.h"
#include "repo/index_entries.h"
#include "repo/intent_recovery.h"
#include <errno.h>
#include <fcntl.h>
#include <git2/sys/repository.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_SIZE ((size_t)64 << 10)

static int copy_bytes(int from, int to, const char *name, struct dg_error *err)
{
	char *part = malloc(PART_SIZE);
	ssize_t n = 1;
	int rc = part ? 0 : dg_error_nomem(err);

	while (!rc && n) {
		n = read(from, part, PART_SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = dg_error_errno(err, errno, "cannot read '%s'",
					    name);
		else if (n)
			rc = dg_write_all(to, part, (size_t)n, name, err);
	}
	free(part);
	return rc;
}

/*
 * With the index's own time: by it libgit2 tells which entries could hide a
 * change in the same tick of the clock. *mode gets the index's, or 0.
 */
static int copy_index(const char *copy, const char *path, mode_t *mode,
		      struct dg_error *err)
{
	struct timespec times[2];
	struct stat st = {0};
	int from = open(path, O_RDONLY | O_CLOEXEC);
	int to = -1;
	int rc = 0;

	*mode = 0;
	unlink(copy);
	if (from < 0 && errno == ENOENT)
		return 0;
	if (from < 0)
		return dg_error_errno(err, errno, "cannot open '%s'", path);
	to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0 || fstat(from, &st) < 0)
		rc = dg_error_errno(err, errno, "cannot write '%s'", copy);
	if (!rc)
		rc = copy_bytes(from, to, copy, err);
	if (!rc) {
		*mode = st.st_mode & 0777;
		times[0] = DG_MTIME(&st);
		times[1] = DG_MTIME(&st);
		(void)futimens(to, times);
	}
	close(from);
	if (to >= 0)
		close(to);
	return rc;
}

/* libgit2 looks through the repository at files that might hide a change, so
 * the copy plays the repository's index until it is written. */
static int write_copy(const char *copy, struct dg_commit *commit,
		      const struct dg_blob_list *blobs, struct dg_error *err)
{
	git_index *index = NULL;
	int rc = git_index_open(&index, copy);

	if (rc < 0)
		return dg_git_error(err, rc, "cannot read Git's index");
	git_repository_set_index(commit->repo->git, index);
	(void)git_index_set_caps(index, GIT_INDEX_CAPABILITY_FROM_OWNER);
	rc = dg_index_edit(index, commit, blobs, err);
	if (!rc) {
		rc = git_index_write(index);
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot write '%s'", copy);
	}
	git_repository_set_index(commit->repo->git, NULL);
	git_index_free(index);
	return rc;
}

/* libgit2's lock on the copy, left by a killed run whose intent is gone too:
 * nobody else has it, for we hold the intent. */
static int remove_own_lock(const char *copy, struct dg_error *err)
{
	char *lock = NULL;
	int rc = dg_asprintf(&lock, err, "%s.lock", copy);

	if (!rc)
		unlink(lock);
	free(lock);
	return rc;
}

int dg_index_set_entries(struct dg_commit *commit,
			 const struct dg_blob_list *blobs, struct dg_error *err)
{
	char *path = NULL, *copy = NULL;
	mode_t mode = 0;
	int rc = dg_asprintf(&path, err, "%s/index", commit->repo->gitdir);

	if (!rc)
		rc = dg_asprintf(&copy, err, "%s/ddbgit.index",
				 commit->repo->gitdir);
	if (!rc)
		rc = remove_own_lock(copy, err);
	if (!rc)
		rc = copy_index(copy, path, &mode, err);
	if (!rc)
		rc = write_copy(copy, commit, blobs, err);
	if (!rc && mode)
		(void)chmod(copy, mode);
	if (!rc && rename(copy, path) < 0)
		rc = dg_error_errno(err, errno, "cannot rename '%s'", copy);
	if (rc < 0 && copy)
		unlink(copy);
	free(path);
	free(copy);
	return rc;
}
