/*
 * The backup before a restore. It goes to a branch of its own, so that neither
 * the work tree, which the restore may be reading, nor the history that status
 * and diff compare with takes up the state that is to be left.
 */
#include "backup/restore_job.h"
#include "base/text.h"
#include <ddbgit/dump.h>
#include <stdio.h>

#define ID_SHOWN 12
#define ALPHANUMERIC                                                           \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static int add_option(struct dg_buf *command, const char *option,
		      const char *value, struct dg_error *err)
{
	int rc;

	if (!value)
		return 0;
	rc = dg_buf_addf(command, err, " --%s=", option);
	if (rc < 0)
		return rc;
	/* Mostly a shell takes it as it stands. */
	if (value[strspn(value, ALPHANUMERIC "_./:@-")] == '\0')
		return dg_buf_add_str(command, value, err);
	return dg_shell_quote(command, value, err);
}

/* The command that makes the table what the backup is. */
static int undo_command(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_target_options *target = &job->options->target;
	struct dg_buf command = DG_BUF_INIT((size_t)64 * 1024);
	char id[ID_SHOWN + 1];
	int rc;

	memcpy(id, job->result->backup_id, ID_SHOWN);
	id[ID_SHOWN] = '\0';
	rc = dg_buf_add_str(&command, "ddbgit restore", err);
	if (rc == 0)
		rc = add_option(&command, "env", job->env.name, err);
	if (rc == 0)
		rc = add_option(&command, "table", target->table, err);
	if (rc == 0)
		rc = add_option(&command, "endpoint-url", target->endpoint_url,
				err);
	if (rc == 0)
		rc = add_option(&command, "region", target->region, err);
	if (rc == 0)
		rc = add_option(&command, "profile", target->profile, err);
	if (rc == 0)
		rc = add_option(&command, "rev", id, err);
	if (rc == 0)
		rc = dg_buf_add_str(&command, " --mirror --no-backup-first",
				    err);
	if (rc == 0)
		rc = dg_slice_dup(&job->result->undo, dg_buf_slice(&command),
				  err);
	dg_buf_free(&command);
	return rc;
}

static int dump(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_dump_options options = {
		.target = job->options->target,
		.commit = true,
		.branch = DG_RESTORE_BRANCH,
		/* Also what somebody emptied or put another table's place in:
		 * the branch keeps what was there before. */
		.replace = true,
		.consistent = true,
		.max_rcu = job->options->max_rcu,
	};
	struct dg_dump_result result = {0};
	int rc = dg_dump(job->run, &options, &result, err);

	if (rc == 0)
		snprintf(job->result->backup_id, sizeof(job->result->backup_id),
			 "%s", result.commit_id);
	dg_dump_result_free(&result);
	if (rc == 0)
		return 0;
	dg_error_prefix(err, "the backup before the restore");
	if (rc == DG_ECANCELLED)
		return rc;
	return dg_error_hint(err, "Nothing was written. To restore without a "
				  "backup, give --no-backup-first");
}

int dg_restore_back_up(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_restore_result *result = job->result;
	int rc;

	if (!job->options->backup_first || !job->describe)
		return 0;
	dg_info(job->run->log,
		"Backing up table '%s' to branch %s before it is written",
		job->env.table, DG_RESTORE_BRANCH);
	rc = dump(job, err);
	if (rc == 0)
		rc = undo_command(job, err);
	if (rc == 0)
		dg_info(job->run->log, "This undoes the restore: %s",
			result->undo);
	return rc;
}
