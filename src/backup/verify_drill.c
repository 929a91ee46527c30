/*
 * A drill: the backup is restored into a table of its own and read back item
 * by item, which is what it will have to stand one day. The table's name is
 * new and random; it alone is ever deleted, and also when the run is stopped.
 */
#include "backup/verify_job.h"
#include "base/random.h"
#include "base/text.h"
#include "dynamodb/table.h"
#include <inttypes.h>
#include <stdlib.h>

#define PREFIX "ddbgit-drill-"

/* Of a drill that was killed, or one that is running now. */
static int warn_of(void *context, const char *name, struct dg_error *err)
{
	const struct dg_verify_job *job = context;

	(void)err;
	dg_warning(job->run->log,
		   "Table '%s' of another drill exists. If none is running, "
		   "one was killed: delete it with aws dynamodb delete-table "
		   "--table-name %s",
		   name, name);
	return 0;
}

/* Who may not list tables is not told. */
static void look_for_others(struct dg_verify_job *job,
			    struct dg_environment *env)
{
	struct dg_error ignored = {0};
	char *prefix = NULL;

	if (dg_asprintf(&prefix, &ignored, PREFIX "%s-", env->name) == 0)
		dg_table_list(env->connection, prefix, warn_of, job, &ignored);
	free(prefix);
}

/* The connection of the drill's own, with a table that there is not yet. */
static int prepare(struct dg_verify_job *job, struct dg_environment *env,
		   struct dg_error *err)
{
	const struct dg_verify_backups_options *options = job->options;
	int rc;

	if (env->is_protected && !options->yes) {
		dg_error_set(err, DG_EREFUSED,
			     "environment '%s' is protected: a drill makes a "
			     "table in it; nothing was done",
			     env->protected_as);
		return dg_error_hint(err, "Name another with --env, or give "
					  "--yes");
	}
	rc = dg_environment_connect(env, err);
	if (rc == 0)
		look_for_others(job, env);
	return rc == 0 ? dg_asprintf(&job->result->table, err,
				     PREFIX "%s-%016" PRIx64, env->name,
				     dg_random_u64())
		       : rc;
}

static int restore(struct dg_verify_job *job, const struct dg_dataset *d,
		   struct dg_restore_result *restored, struct dg_error *err)
{
	const bool in_revision = d->kind == DG_DATASET_REVISION;
	struct dg_restore_options options = {
		.target = job->options->target,
		.source = in_revision ? NULL : d->directory,
		.revision = in_revision ? d->operand : NULL,
		.path = in_revision ? d->path : NULL,
		.yes = job->options->yes,
		.verify = DG_VERIFY_FULL,
		.max_wcu = job->options->max_wcu,
		.max_rcu = job->options->max_rcu,
		.scratch = true,
	};
	int rc;

	options.target.table = job->result->table;
	rc = dg_restore(job->run, &options, restored, err);
	job->result->comparison = restored->verification;
	return rc;
}

/* Whatever became of the restore, and though the run was cancelled. */
static int remove_table(struct dg_verify_job *job, struct dg_error *err)
{
	struct dg_run run = *job->run;
	struct dg_environment env = {0};
	struct dg_error cause = {0};
	int rc;

	run.cancel = NULL;
	run.log = NULL;
	rc = dg_environment_open(&env, &run, job->scope.target, &cause);
	if (rc == 0)
		rc = dg_environment_connect(&env, &cause);
	if (rc == 0)
		rc = dg_table_delete(env.connection, job->result->table,
				     &cause);
	dg_environment_close(&env);
	if (rc == 0)
		dg_info(job->run->log, "Deleted table '%s'",
			job->result->table);
	/* It had not been made yet. */
	if (rc == 0 || rc == DG_ENOTFOUND)
		return 0;
	if (err)
		*err = cause;
	return dg_error_hint(err,
			     "Delete it: aws dynamodb delete-table "
			     "--table-name %s",
			     job->result->table);
}

int dg_verify_drill(struct dg_verify_job *job, const struct dg_dataset *dataset,
		    struct dg_error *err)
{
	struct dg_restore_result restored = {.source = NULL};
	struct dg_error cause = {0};
	struct dg_environment *env;
	int removed = 0;
	int rc = dg_dataset_environment(&job->scope, &env, err);

	if (rc == 0)
		rc = prepare(job, env, err);
	if (rc < 0)
		return dg_environment_explain(env, rc, err);
	rc = restore(job, dataset, &restored, err);
	/* A table that was there already is somebody's. */
	if (restored.created && rc != DG_EEXISTS)
		removed = remove_table(job, &cause);
	dg_restore_result_free(&restored);
	if (removed < 0 && rc < 0)
		dg_warning(job->run->log, "%s; %s", cause.message, cause.hint);
	else if (removed < 0 && err)
		*err = cause;
	return rc < 0 ? rc : removed;
}
