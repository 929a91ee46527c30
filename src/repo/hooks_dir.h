/* Where Git looks for hooks: core.hooksPath, else <common dir>/hooks. */
#ifndef DG_REPO_HOOKS_DIR_H
#define DG_REPO_HOOKS_DIR_H

#include "repo/repo.h"

enum dg_hooks_place {
	DG_HOOKS_OWN,         /* of this repository alone */
	DG_HOOKS_IN_WORKTREE, /* files that everybody has who clones */
	DG_HOOKS_SHARED,      /* by a configuration of the user or system */
};

struct dg_hooks_dir {
	char *path; /* absolute; need not exist */
	enum dg_hooks_place place;
};

/* Owned by the caller, also after a failure. */
int dg_repo_hooks_dir(struct dg_hooks_dir *out, struct dg_repo *repo,
		      struct dg_error *err);
void dg_hooks_dir_free(struct dg_hooks_dir *dir);

/* Is path, with symlinks resolved, in the work tree and not in .git? */
bool dg_repo_in_worktree(const struct dg_repo *repo, const char *path);

#endif
