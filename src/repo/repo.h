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

#define DG_LAST_CHECK_DATE_SIZE 32
#define DG_LAST_CHECK_ID_SIZE 41

struct dg_repo;

/* Once a process (fsync and mmap window settings come before any opening);
 * see dg_init. */
int dg_repo_init(struct dg_error *err);
void dg_repo_shutdown(void);

/*
 * The repository that contains path (a directory that may not exist yet: its
 * nearest existing parent counts). DG_ENOTFOUND: none there.
 * DG_EREFUSED with the way out: SHA-256, reftable, partial clone, foreign
 * owner, unreadable configuration, variables (GIT_DIR) that mean another one.
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

/* Makes a repository, as `git init` would, in a directory that is there. */
int dg_repo_create(const char *path, struct dg_error *err);

/* 0 if Git would take a path of the work tree in (also one that is not there
 * yet); DG_EREFUSED, with the rule and what to do, if it ignores it. */
int dg_repo_check_ignored(struct dg_repo *repo, const char *path,
			  struct dg_error *err);

/* Is the path in the index? */
int dg_repo_tracks(bool *out, struct dg_repo *repo, const char *path,
		   struct dg_error *err);

/* Do attributes keep Git from converting the path's line ends (-text)? */
int dg_repo_keeps_bytes(bool *out, struct dg_repo *repo, const char *path,
			struct dg_error *err);

/* "refs/heads/main" of HEAD, or of `branch` if not NULL, also when unborn.
 * DG_EREFUSED for a detached HEAD; DG_EUSAGE for what can be no branch. */
int dg_repo_branch_ref(char **out, struct dg_repo *repo, const char *branch,
		       struct dg_error *err);

/* Notes in <common dir>/ddbgit/last-check that the table behind ref and path
 * was looked at, so that "nothing new" can be told from "cron is dead". A
 * line for each ref and path; replaced atomically. */
int dg_repo_record_check(struct dg_repo *repo, const char *ref,
			 const char *path, const char *iso_date,
			 const char *commit_id, struct dg_error *err);

/* What dg_repo_record_check noted: both are "" if nothing. */
struct dg_last_check {
	char date[DG_LAST_CHECK_DATE_SIZE];
	char commit_id[DG_LAST_CHECK_ID_SIZE];
};
int dg_repo_last_check(struct dg_last_check *out, struct dg_repo *repo,
		       const char *ref, const char *path, struct dg_error *err);

/* Who a commit would be by: "Name <email>". *known: Git's configuration or
 * environment says it all, nothing is made up. */
int dg_repo_identity(char **out, bool *known, struct dg_repo *repo,
		     struct dg_error *err);

/* Would `git gc --auto` have something to do? By the same estimate: gc.auto
 * loose objects, gc.autoPackLimit packs. False if that cannot be told. */
bool dg_repo_gc_due(struct dg_repo *repo);

#endif
