/* Branches by their full names ("refs/heads/main"). */
#ifndef DG_REPO_BRANCH_H
#define DG_REPO_BRANCH_H

#include "repo/git.h"

/* The branch that HEAD names, also unborn; *out is NULL for another HEAD. */
int dg_branch_of_head(char **out, struct dg_repo *repo, struct dg_error *err);

/* 1 and its commit, 0 (and a zero id) if it has none yet, or an error. */
int dg_branch_tip(git_oid *out, struct dg_repo *repo, const char *ref,
		  struct dg_error *err);

/* DG_EREFUSED if another work tree than ours has the branch checked out or is
 * rebasing it. */
int dg_branch_check_elsewhere(struct dg_repo *repo, const char *ref,
			      struct dg_error *err);

/* DG_EREFUSED if a branch stands in the way of a new one: "a" for "a/b".
 * libgit2's transactions do not look. */
int dg_branch_check_new(struct dg_repo *repo, const char *ref,
			struct dg_error *err);

#endif
