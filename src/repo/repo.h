/*
 * A Git repository, through libgit2: only this room knows libgit2. Whatever
 * is about refusing to touch a repository in an odd state is here too.
 */
#ifndef DG_REPO_REPO_H
#define DG_REPO_REPO_H

#include "base/buf.h"
#include "base/fileset.h"
#include <ddbgit/log.h>
#include <stdint.h>

struct dg_repo;

/* Once a process (fsync and mmap window settings come before any opening);
 * see dg_init. */
int dg_repo_init(struct dg_error *err);
void dg_repo_shutdown(void);

/*
 * The repository that contains path (a directory that may not exist yet: its
 * nearest existing parent counts). DG_ENOTFOUND: none there.
 * DG_EUNSUPPORTED with the way out: SHA-256, reftable, partial clone, foreign
 * owner.
 */
int dg_repo_open(struct dg_repo **out, const char *path,
		 const struct dg_log *log, struct dg_error *err);
void dg_repo_close(struct dg_repo *repo);

/* Absolute, without a slash at the end; workdir is NULL in a bare one. */
const char *dg_repo_workdir(const struct dg_repo *repo);
const char *dg_repo_gitdir(const struct dg_repo *repo);
const char *dg_repo_commondir(const struct dg_repo *repo);

/*
 * A directory (absolute or relative to the current one, need not exist) as a
 * path in the work tree: "backups/dynamodb/prod". DG_EUSAGE if outside;
 * DG_EREFUSED inside .git, a submodule or another repository.
 */
int dg_repo_relative(char **out, struct dg_repo *repo, const char *directory,
		     struct dg_error *err);

/* "refs/heads/main" of HEAD, or of `branch` if not NULL, also when unborn.
 * DG_EREFUSED for a detached HEAD; DG_EUSAGE for what can be no branch. */
int dg_repo_branch_ref(char **out, struct dg_repo *repo, const char *branch,
		       struct dg_error *err);

#endif
