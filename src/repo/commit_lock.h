/* The locks of a commit under way: the snapshot's own, and Git's. */
#ifndef DG_REPO_COMMIT_LOCK_H
#define DG_REPO_COMMIT_LOCK_H

#include "repo/commit_state.h"

/* The lock on reference and path, from before the first request to the end.
 * DG_ELOCKED names the holder. */
int dg_commit_lock_path(struct dg_commit *commit, struct dg_error *err);

/* Announces the locks in the intent. index, refs: which of Git's locks. */
int dg_commit_announce(struct dg_commit *commit, bool index, bool refs,
		       struct dg_error *err);

/* Takes what was announced: the index, HEAD and the branch. */
int dg_commit_lock_git(struct dg_commit *commit, struct dg_error *err);

/* Releases Git's locks, then the intent. */
void dg_commit_unlock_git(struct dg_commit *commit);

#endif
