/*
 * A restore under way, shared by the files that make one up: restore.c takes
 * the snapshot through to the verification, restore_check.c looks at the
 * snapshot, restore_target.c finds or makes the table, restore_indexes.c adds
 * indexes to it, restore_difference.c says what will be written and deleted,
 * restore_backup.c keeps what is there, restore_undo.c says how to get it back,
 * restore_write.c writes, restore_conclude.c says what came of it.
 */
#ifndef DG_BACKUP_RESTORE_JOB_H
#define DG_BACKUP_RESTORE_JOB_H

#include "backup/environment.h"
#include "backup/failures.h"
#include "backup/pace.h"
#include "backup/restore_plan.h"
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
	struct dg_json *indexes;  /* to be added after the items, or NULL */
	bool refused_for_index;   /* some item was, for an index's key */
	bool unfinished; /* the table is made, and lacks what comes last */
	struct dg_failures failures;

	/* Of single items: their keys, and what the snapshot has of them. */
	struct dg_restore_spool keys;
	struct dg_restore_spool wanted;
	/* Where only what differs is written. */
	struct dg_restore_spool writes;
	struct dg_restore_spool deletes; /* keys */
};

static inline bool dg_restore_is_of_keys(const struct dg_restore_options *o)
{
	return o->keys || o->keys_file;
}

/* DG_EUSAGE for options that contradict each other. */
int dg_restore_check_options(const struct dg_restore_options *options,
			     struct dg_error *err);

/* The first words of a restore, before anything else. */
int dg_restore_warn_of_crossing(struct dg_restore_job *job,
				struct dg_error *err);

/* Reads the snapshot to its end, or for single items only what vouches for
 * each (docs/architecture.md). DG_EREFUSED if it was edited. */
int dg_restore_check_source(struct dg_restore_job *job, struct dg_error *err);

/* Single items: reads their keys, before what may take long. DG_EUSAGE names
 * the line. */
int dg_restore_read_keys(struct dg_restore_job *job, struct dg_error *err);

/* The attribute by which the snapshot's items expire, or NULL. */
const char *dg_restore_ttl_attribute(const struct dg_restore_job *job);

/*
 * Sets in the result what is to be written and deleted; where that is only a
 * part, or nothing is going to be written (a dry run), by comparing with the
 * table.
 */
int dg_restore_find_difference(struct dg_restore_job *job,
			       struct dg_error *err);

/* Single items: reads them from the table, into an open spool, and closes it.
 * phase: for progress. */
int dg_restore_read_wanted(struct dg_restore_job *job, const char *phase,
			   struct dg_restore_spool *live, struct dg_error *err);

/* A spool for items of the source's keys, of a share of the memory. */
int dg_restore_open_spool(const struct dg_restore_job *job,
			  struct dg_restore_spool *spool, struct dg_error *err);

/* Whether a backup that was asked for can be made, before any request:
 * DG_EUSAGE, DG_EREFUSED with the way out; of a dry run a warning. */
int dg_restore_check_backup(struct dg_restore_job *job, struct dg_error *err);

/* Where that was asked for, dumps and commits the table as it is, and says by
 * which command the restore is undone. */
int dg_restore_back_up(struct dg_restore_job *job, struct dg_error *err);

/* *out: the command that makes the table what the backup is. */
int dg_restore_undo_command(char **out, const struct dg_restore_job *job,
			    struct dg_error *err);

/* Writes and then deletes what was found; counts it in the result. */
int dg_restore_write(struct dg_restore_job *job, struct dg_error *err);

/* Sets describe, also of a table that is still being created. DG_ENOTFOUND: no
 * table, and no schema to create it by. */
int dg_restore_target_find(struct dg_restore_job *job, struct dg_error *err);

/* Waits until a table that is being created is active: a restore that stopped
 * leaves one, for one. */
int dg_restore_target_wait(struct dg_restore_job *job, struct dg_error *err);

/* Snapshot and target must agree on what identifies an item. A snapshot
 * without a schema takes the target's keys. */
int dg_restore_target_agree(struct dg_restore_job *job, struct dg_error *err);

/* If there is no table: sets create, and in the result what it will be. */
int dg_restore_target_plan(struct dg_restore_job *job, struct dg_error *err);

/* Carries the plan out and waits until the table is active. */
int dg_restore_target_create(struct dg_restore_job *job, struct dg_error *err);

/* Global indexes come after the items, and the snapshot says which. */
bool dg_restore_defers_indexes(const struct dg_restore_job *job);

/* Takes them out of the CreateTable body, and says which are to be added. */
int dg_restore_plan_indexes(struct dg_restore_job *job, struct dg_json *request,
			    struct dg_error *err);

/* Waits for those that were being filled when the table was looked at. */
int dg_restore_await_indexes(struct dg_restore_job *job, struct dg_error *err);

/* The same, and adds one after the other. What the service refuses is warned
 * of and missing from the result's indexes_added. */
int dg_restore_add_indexes(struct dg_restore_job *job, struct dg_error *err);

/* What a new table of the same environment gets after its items. */
int dg_restore_target_finish(struct dg_restore_job *job, struct dg_error *err);

/* Says what a run that ended has not set: the next one finds a table whose
 * settings are never changed. */
void dg_restore_target_warn_unfinished(const struct dg_restore_job *job);

/* DG_EINCOMPLETE: an item was not written, found or verified, an index not
 * added. */
int dg_restore_conclude(const struct dg_restore_job *job, struct dg_error *err);

#endif
