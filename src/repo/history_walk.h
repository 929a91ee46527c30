/*
 * The commits of a history in the order of `git log`: of those whose children
 * were seen, the newest first. Streams: nothing is read before it is its
 * turn. Ends quietly where a shallow clone ends, which libgit2's own walk does
 * not.
 */
#ifndef DG_REPO_HISTORY_WALK_H
#define DG_REPO_HISTORY_WALK_H

#include "repo/git.h"

struct dg_history_walk;

/* Without a commit to start from. */
int dg_history_walk_open(struct dg_history_walk **out, struct dg_repo *repo,
			 struct dg_error *err);
/* Starts from this commit too, if it was not seen yet; also in the middle. */
int dg_history_walk_start(struct dg_history_walk *walk, const git_oid *commit,
			  struct dg_error *err);
/* 1 with a commit that the caller frees, 0 at the end, or an error. */
int dg_history_walk_next(struct dg_history_walk *walk, git_commit **commit,
			 struct dg_error *err);
void dg_history_walk_close(struct dg_history_walk *walk);

/* Is the commit without its parents, because a shallow clone ends there? */
bool dg_history_walk_is_end(const struct dg_history_walk *walk,
			    const git_oid *commit);

#endif
