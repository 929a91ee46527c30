/*
 * The commits of a history in the order of `git log`: of those whose children
 * were seen, the newest first. Streams: nothing is read before it is its
 * turn. Ends quietly where a shallow clone ends, which libgit2's own walk does
 * not.
 */
#ifndef DG_REPO_HISTORY_WALK_H
#define DG_REPO_HISTORY_WALK_H

#include "repo/walked_commit.h"

struct dg_history_walk;

/* Without a commit to start from. check: the commits' bytes are compared with
 * their ids. */
int dg_history_walk_open(struct dg_history_walk **out, struct dg_repo *repo,
			 bool check, struct dg_error *err);
/* Starts from this object too, if it was not seen yet; also in the middle. 1:
 * it is none of a commit. */
int dg_history_walk_start(struct dg_history_walk *walk, const git_oid *id,
			  struct dg_error *err);
/* 1 with a commit that the caller frees, 0 at the end, or an error. */
int dg_history_walk_next(struct dg_history_walk *walk,
			 struct dg_walked_commit **commit,
			 struct dg_error *err);
void dg_history_walk_close(struct dg_history_walk *walk);

#endif
