/*
 * A restore under way, shared by the files that make one up: restore.c takes
 * the snapshot through to the verification, restore_target.c finds or makes
 * the table.
 */
#ifndef DG_BACKUP_RESTORE_JOB_H
#define DG_BACKUP_RESTORE_JOB_H

#include "backup/environment.h"
#include "backup/failures.h"
#include "backup/pace.h"
#include "backup/restore_source.h"
#include <ddbgit/restore.h>

struct dg_restore_job {
	const struct dg_run *run;
	const struct dg_restore_options *options;
	struct dg_restore_result *result;
	struct dg_rate_limit read_limit; /* of the verification */
	struct dg_rate_limit write_limit;
	struct dg_environment env;
	struct dg_restore_source source;
	struct dg_snapshot_facts facts;
	struct dg_json *describe; /* of the target; NULL: it does not exist */
	struct dg_json *create;   /* the CreateTable request, or NULL */
	struct dg_json *left_out; /* names of settings */
	struct dg_failures failures;
};

/* Sets describe. DG_ENOTFOUND: no table, and no schema to create it by. */
int dg_restore_target_find(struct dg_restore_job *job, struct dg_error *err);

/* Snapshot and target must agree on what identifies an item. A snapshot
 * without a schema takes the target's keys. */
int dg_restore_target_agree(struct dg_restore_job *job, struct dg_error *err);

/* If there is no table: sets create, and in the result what it will be. */
int dg_restore_target_plan(struct dg_restore_job *job, struct dg_error *err);

/* Carries the plan out and waits until the table is active. */
int dg_restore_target_create(struct dg_restore_job *job, struct dg_error *err);

/* What a new table of the same environment gets after its items. */
int dg_restore_target_finish(struct dg_restore_job *job, struct dg_error *err);

#endif
