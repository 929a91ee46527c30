/* What each hook does, inside Git: hooks_run.c chooses. */
#ifndef DG_BACKUP_HOOKS_RUN_H
#define DG_BACKUP_HOOKS_RUN_H

#include "repo/repo.h"
#include <ddbgit/hooks.h>

/* The name of the i-th hook that ddbgit installs; NULL behind the last. */
const char *dg_hook_name(size_t i);

/* Refuses (DG_EREFUSED) secrets and snapshots that do not agree with
 * themselves; each finding is logged. hooks_commit.c */
int dg_hook_pre_commit(const struct dg_run *run, struct dg_repo *repo,
		       struct dg_error *err);

/* Tells which backups came between two revisions (from: NULL for none) and
 * how to restore them. hooks_arrival.c */
int dg_hook_tell_arrivals(const struct dg_run *run, struct dg_repo *repo,
			  const char *from, const char *to,
			  struct dg_error *err);

/* Does text assign a secret of AWS that is no placeholder? Comments count. */
bool dg_hook_has_secret(struct dg_slice text);

#endif
