/* What a repository that was just opened is refused for. */
#ifndef DG_REPO_OPEN_CHECK_H
#define DG_REPO_OPEN_CHECK_H

#include "repo/git.h"

/*
 * GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE, which libgit2 does not follow,
 * mean this repository, as they do inside Git's hooks. Else DG_EREFUSED.
 */
int dg_repo_check_variables(const struct dg_repo *repo, struct dg_error *err);

/* The configuration can be read: libgit2 takes one that cannot for empty.
 * DG_EREFUSED. */
int dg_repo_check_config(const struct dg_repo *repo, struct dg_error *err);

#endif
