/* How a folder of the work tree stands to HEAD. */
#ifndef DG_REPO_PATH_STATE_H
#define DG_REPO_PATH_STATE_H

#include "repo/repo.h"

enum dg_path_state {
	DG_PATH_SAME,
	DG_PATH_CHANGED,
	DG_PATH_UNMERGED, /* a merge left a conflict in it */
};

/*
 * Does any of these entries of the folder (owned ends with NULL) differ
 * between HEAD, index and work tree? Untracked and ignored ones count. Stat
 * data decides, as for `git status`, so that nothing is read for what it says
 * is unchanged. path: in the tree.
 */
int dg_repo_path_state(enum dg_path_state *out, struct dg_repo *repo,
		       const char *path, const char *const *owned,
		       struct dg_error *err);

#endif
