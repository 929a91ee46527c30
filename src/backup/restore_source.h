/*
 * Where a restore reads from: a directory, or a folder of a revision. Used by
 * show as well, for which folder of a revision is meant.
 */
#ifndef DG_BACKUP_RESTORE_SOURCE_H
#define DG_BACKUP_RESTORE_SOURCE_H

#include "backup/environment.h"
#include "repo/revision.h"
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_dir.h"
#include <ddbgit/restore.h>

struct dg_restore_source {
	char *name; /* as shown: "./prod-backup", "prod-20250127:backups/…" */
	struct dg_repo *repo;
	struct dg_revision *revision;
	struct dg_fileset *tree;
	struct dg_snapshot_dir *dir;
	struct dg_snapshot *snapshot;
};

/* source must be closed also after a failure. */
int dg_restore_source_open(struct dg_restore_source *source,
			   const struct dg_environment *env,
			   const struct dg_restore_options *options,
			   struct dg_error *err);
void dg_restore_source_close(struct dg_restore_source *source);

struct dg_snapshot_choice {
	const char *from; /* an environment, or NULL */
	const char *path; /* a folder, or NULL */
};

/*
 * Which folder of a revision: the path or environment asked for; else the
 * commit's own Ddbgit-Path; else the only snapshot in its tree; else
 * DG_EUSAGE with the candidates.
 */
int dg_snapshot_choose(char **path, struct dg_revision *revision,
		       const struct dg_snapshot_choice *choice,
		       struct dg_error *err);

#endif
