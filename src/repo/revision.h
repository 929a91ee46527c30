/*
 * Revisions: what `git rev-parse` takes, as a tree to read from without a
 * checkout. HEAD, index and work tree do not change.
 */
#ifndef DG_REPO_REVISION_H
#define DG_REPO_REVISION_H

#include "repo/commit.h"

struct dg_revision;

/* Tags are peeled. DG_ENOTFOUND with the nearest tag or branch as a hint. */
int dg_revision_open(struct dg_revision **out, struct dg_repo *repo,
		     const char *revision, struct dg_error *err);
void dg_revision_close(struct dg_revision *revision);

const char *dg_revision_id(const struct dg_revision *revision); /* full */
const char *dg_revision_message(const struct dg_revision *revision);
int64_t dg_revision_time(const struct dg_revision *revision); /* committer */

/* Folders of the tree that hold a file named `marker`, in byte order of the
 * path. Beside one, a folder named `own` is a part of what was found, and not
 * looked into. */
int dg_revision_find(struct dg_revision *revision, const char *marker,
		     const char *own,
		     int (*visit)(void *context, const char *path,
				  struct dg_error *err),
		     void *context, struct dg_error *err);

/* 1 if the folder holds a regular file of this name, 0 if not: no such folder,
 * or a link or a folder has the name. "": the tree itself. */
int dg_revision_has_file(const struct dg_revision *revision, const char *folder,
			 const char *name, struct dg_error *err);

/* A folder of its tree as a file set with identities ("git-sha1").
 * memory, in bytes: packed blobs above a quarter of it are read from
 * `git cat-file blob`, and without git they are DG_ELIMIT.
 * DG_ENOTFOUND: no such folder. */
int dg_revision_files(struct dg_fileset **out, struct dg_revision *revision,
		      const char *path, uint64_t memory, struct dg_error *err);

/* Has the commit no parents, not even ones that a shallow clone is without? */
bool dg_revision_is_root(const struct dg_revision *revision);
/* The first parent: DG_ENOTFOUND for a root commit, and where a shallow clone
 * ends. */
int dg_revision_parent(struct dg_revision **out,
		       const struct dg_revision *revision,
		       struct dg_error *err);

#endif
