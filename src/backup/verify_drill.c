/*
 * A drill: the backup is restored into a table of its own and read back item
 * by item, which is what it will have to stand one day. The table's name is
 * new and random; it alone is ever deleted, and also when the run is stopped.
 */
#include "backup/drill_table.h"
#include "backup/verify_job.h"
#include "base/text.h"
#include "dynamodb/table.h"
#include <stdlib.h>

/* Of a drill that was killed, or one that is running now. */
static int warn_of(void *context, const struct dg_drill_table *table,
		   struct dg_error *err)
{
	const struct dg_verify_job *job = context;
	char age[DG_COUNT_SIZE];

	(void)err;
	dg_warning(job->run->log,
		   "Table '%s' of another drill exists, made %s. If none is "
		   "running, one was killed; this deletes it: %s",
		   table->name, dg_format_age(table->age, age), table->removal);
	return 0;
}

/* Who may not list tables is not told. */
static void look_for_others(struct dg_verify_job *job,
			    struct dg_environment *env)
{
	struct dg_error ignored = {0};

	(void)dg_drill_table_list(env, warn_of, job, &ignored);
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
	return rc == 0 ? dg_drill_table_name(&job->result->table, env, err)
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

/* Also where the run was cancelled. env must be closed by the caller. */
static int delete_table(struct dg_environment *env, const struct dg_run *run,
			const struct dg_verify_job *job, struct dg_error *err)
{
	int rc = dg_environment_open(env, run, job->scope.target, err);

	/* The table must not stay for an outage of seconds. */
	env->answered = true;
	if (rc == 0)
		rc = dg_environment_connect(env, err);
	if (rc < 0)
		return rc;
	rc = dg_table_delete(env->connection, job->result->table, err);
	/* It had not been made yet. */
	return rc == DG_ENOTFOUND ? 0 : rc;
}

/* Whatever became of the restore. */
static int remove_table(struct dg_verify_job *job, struct dg_error *err)
{
	struct dg_run run = *job->run;
	struct dg_environment env = {0};
	struct dg_error cause = {0};
	char *removal = NULL;
	int rc;

	run.cancel = NULL;
	run.log = NULL;
	rc = delete_table(&env, &run, job, &cause);
	if (rc == 0)
		dg_info(job->run->log, "Deleted table '%s'",
			job->result->table);
	if (rc < 0 && dg_drill_table_removal(&removal, &env, job->result->table,
					     NULL) == 0)
		dg_error_hint(&cause, "Delete it: %s", removal);
	free(removal);
	dg_environment_close(&env);
	return rc < 0 ? dg_error_pass(err, &cause) : rc;
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
	else if (removed < 0)
		dg_error_pass(err, &cause);
	return rc < 0 ? rc : removed;
}
