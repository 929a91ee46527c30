/*
 * A run of verify, shared by the files that make it up: verify_run.c finds
 * what is meant, verify_backup.c looks at a snapshot's files, verify_trailers.c
 * at its commit, verify_live.c and verify_drill.c at tables.
 */
#ifndef DG_BACKUP_VERIFY_JOB_H
#define DG_BACKUP_VERIFY_JOB_H

#include "backup/dataset.h"
#include "snapshot/inspection.h"
#include <ddbgit/verify.h>

struct dg_verify_job {
	const struct dg_run *run;
	const struct dg_verify_backups_options *options;
	struct dg_verify_backups_result *result;
	struct dg_dataset_scope scope;
	struct dg_digest_set known;     /* with --all */
	struct dg_verify_backup backup; /* that is being looked at */
	struct dg_key_schema keys;      /* of the live table */
};

/* Reports something about job->backup. */
int dg_verify_report(struct dg_verify_job *job,
		     const struct dg_finding *finding, struct dg_error *err);

/* The snapshot at path in a revision's tree, under a name for people. */
int dg_verify_revision(struct dg_verify_job *job, struct dg_revision *revision,
		       const char *path, const char *name,
		       struct dg_error *err);
/* The same for a directory; below: as dg_snapshot_dir_open takes it. */
int dg_verify_directory(struct dg_verify_job *job, const char *directory,
			const char *below, struct dg_error *err);

/* What the writing commit's message says of the snapshot at path. */
int dg_verify_trailers(struct dg_verify_job *job, struct dg_revision *commit,
		       const char *path, const struct dg_inspection *inspection,
		       struct dg_error *err);

/* The dataset that is meant, its files looked at: found, settled, open. */
int dg_verify_live(struct dg_verify_job *job, struct dg_dataset *dataset,
		   struct dg_error *err);
int dg_verify_drill(struct dg_verify_job *job, const struct dg_dataset *dataset,
		    struct dg_error *err);

#endif
