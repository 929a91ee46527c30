/*
 * The backup before a restore. It goes to a branch of its own, so that neither
 * the work tree, which the restore may be reading, nor the history that status
 * and diff compare with takes up the state that is to be left.
 */
#include "backup/dump_job.h"
#include "backup/restore_job.h"
#include <stdio.h>
#include <stdlib.h>

#define REF "refs/heads/" DG_RESTORE_BRANCH

static struct dg_dump_options dump_options(const struct dg_restore_job *job)
{
	return (struct dg_dump_options){
		.target = job->options->target,
		.commit = true,
		.branch = DG_RESTORE_BRANCH,
		/* Also what somebody emptied or put another table's place in:
		 * the branch keeps what was there before. */
		.replace = true,
		.consistent = true,
		.max_rcu = job->options->max_rcu,
		.answered = true,
	};
}

/* ---- can it be made? ----------------------------------------------- */

/* On the branch itself it would change the work tree. */
static int check_not_checked_out(struct dg_repo *repo, struct dg_error *err)
{
	char *head = NULL;
	int rc = 0;

	if (dg_repo_workdir(repo) &&
	    dg_repo_branch_ref(&head, repo, NULL, NULL) == 0 &&
	    strcmp(head, REF) == 0)
		rc = dg_error_set(err, DG_EREFUSED,
				  "branch %s is checked out, and would change "
				  "the work tree",
				  DG_RESTORE_BRANCH);
	free(head);
	return rc;
}

static int first_finding(const struct dg_commit_findings *found,
			 struct dg_error *err)
{
	for (size_t i = 0; i < DG_COMMIT_ASPECTS; i++)
		if (found->why[i].code != DG_OK) {
			if (err)
				*err = found->why[i];
			return found->why[i].code;
		}
	return 0;
}

static int probe_commit(struct dg_dump_job *dump, struct dg_error *err)
{
	const struct dg_commit_options options = {
		.path = dump->tree_path,
		.branch = DG_RESTORE_BRANCH,
		.owned = dg_snapshot_entries,
		.cancel = dump->run->cancel,
		.memory = dump->reading.memory,
	};
	struct dg_commit_findings found;
	int rc = check_not_checked_out(dump->repo, err);

	if (rc < 0)
		return rc;
	rc = dg_commit_probe(&found, dump->repo, &options, err);
	if (rc == 0)
		rc = first_finding(&found, err);
	dg_commit_findings_free(&found);
	return rc;
}

/* Thinks of the dump that would be made, as doctor does. */
static int probe(const struct dg_restore_job *job, struct dg_error *err)
{
	/* What there is to warn of has been said, or the dump will say it. */
	const struct dg_run quiet = {.cancel = job->run->cancel};
	const struct dg_dump_options options = dump_options(job);
	struct dg_dump_result result = {0};
	struct dg_dump_job dump = {
		.run = &quiet,
		.options = &options,
		.result = &result,
		.reading = {.memory = dg_run_memory(job->run)},
	};
	int rc = dg_environment_open(&dump.env, &quiet, &options.target, err);

	if (rc == 0)
		rc = dg_dump_choose_path(&dump, err);
	if (rc == 0)
		rc = dg_dump_repository_open(&dump, err);
	if (rc == 0)
		rc = probe_commit(&dump, err);
	dg_dump_job_close(&dump);
	return rc;
}

/* The way out, whatever it failed of. Returns rc. */
static int explain(int rc, struct dg_error *err)
{
	dg_error_prefix(err, "the backup before the restore");
	if (rc == DG_ECANCELLED)
		return rc;
	dg_error_hint(err, "Nothing was written. To restore without a backup, "
			   "give --no-backup-first");
	return rc;
}

int dg_restore_check_backup(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_error why = {0};
	int rc;

	if (!job->options->backup_first)
		return 0;
	rc = probe(job, &why);
	if (rc == 0)
		return 0;
	explain(rc, &why);
	if (job->options->dry_run && rc != DG_ECANCELLED) {
		dg_warning(job->run->log, "The restore would be refused: %s",
			   why.message);
		return 0;
	}
	if (err)
		*err = why;
	return rc;
}

/* ---- making it ----------------------------------------------------- */

static int dump(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_dump_options options = dump_options(job);
	struct dg_dump_result result = {0};
	int rc = dg_dump(job->run, &options, &result, err);

	if (rc == 0)
		snprintf(job->result->backup_id, sizeof(job->result->backup_id),
			 "%s", result.commit_id);
	dg_dump_result_free(&result);
	return rc < 0 ? explain(rc, err) : 0;
}

int dg_restore_back_up(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_restore_result *result = job->result;
	int rc;

	if (!job->options->backup_first)
		return 0;
	if (!job->describe) {
		dg_info(job->run->log,
			"Table '%s' does not exist: there is nothing to back "
			"up",
			job->env.table);
		return 0;
	}
	dg_info(job->run->log,
		"Backing up table '%s' to branch %s before it is written",
		job->env.table, DG_RESTORE_BRANCH);
	rc = dump(job, err);
	if (rc == 0)
		rc = dg_restore_undo_command(&job->result->undo, job, err);
	if (rc == 0)
		dg_info(job->run->log, "This undoes the restore: %s",
			result->undo);
	return rc;
}
