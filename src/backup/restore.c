#include "backup/guard.h"
#include "backup/restore_job.h"
#include "backup/verify.h"
#include "base/text.h"
#include "dynamodb/table.h"
#include <stdlib.h>

/* What was compared and found equal needs no second look. */
static void verify_by_plan(struct dg_restore_job *job)
{
	const struct dg_restore_plan *plan = &job->result->plan;
	struct dg_verification *v = &job->result->verification;

	v->done = v->full = true;
	v->expected = v->equal = plan->equal;
	v->extra = plan->extra;
}

static int verify_items(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_verification *v = &job->result->verification;
	struct dg_restore_spool live = {0};
	struct dg_verify_options options = {
		.snapshot = job->source.snapshot,
		.describe = job->describe,
		.ttl_attribute = dg_restore_ttl_attribute(job),
		.rate = job->read_limit,
		.full = job->options->verify == DG_VERIFY_FULL,
	};
	int rc = 0;

	if (job->wanted.items) {
		rc = dg_restore_open_spool(job, &live, err);
		if (rc == 0)
			rc = dg_restore_read_wanted(job, "Verifying", &live,
						    err);
		options.expected = job->wanted.items;
		options.live = live.items;
		options.full = true;
	}
	if (rc == 0)
		rc = dg_verify_restore(v, &job->env, &options, err);
	dg_restore_spool_free(&live);
	job->result->spilled_bytes += v->spilled_bytes;
	return rc;
}

static int verify(struct dg_restore_job *job, struct dg_error *err)
{
	int rc;

	if (job->options->verify == DG_VERIFY_NONE)
		return 0;
	job->result->verification.expected = job->result->items;
	rc = dg_pace_tell(job->run->log, "Verifying", &job->read_limit,
			  dg_table_read_units(job->describe), err);
	return rc == 0 ? verify_items(job, err) : rc;
}

static int announce(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_environment *env = &job->env;
	int rc = dg_strdup(&job->result->source, job->source.name, err);

	if (rc == 0)
		rc = dg_strdup(&job->result->environment, env->name, err);
	if (rc == 0)
		rc = dg_strdup(&job->result->table, env->table, err);
	if (rc == 0)
		dg_info(job->run->log,
			"Restoring %s to table '%s' (environment %s, region "
			"%s, %s)",
			job->source.name, env->table, env->name, env->region,
			env->endpoint);
	return rc;
}

/* A limit that cannot be is an error before the table is made or written. */
static int check_limits(const struct dg_restore_job *job, struct dg_error *err)
{
	double units;
	int rc = 0;

	if (!job->describe)
		return 0;
	if (job->options->verify != DG_VERIFY_NONE)
		rc = dg_rate_units(&units, &job->read_limit,
				   dg_table_read_units(job->describe), err);
	if (rc == 0)
		rc = dg_rate_units(&units, &job->write_limit,
				   dg_table_write_units(job->describe), err);
	return rc;
}

static int prepare(struct dg_restore_job *job, struct dg_error *err)
{
	int rc = dg_restore_check_options(job->options, err);

	if (rc == 0)
		rc = dg_pace_parse(&job->read_limit, job->options->max_rcu,
				   err);
	if (rc == 0)
		rc = dg_pace_parse(&job->write_limit, job->options->max_wcu,
				   err);
	if (rc == 0)
		rc = dg_environment_open(&job->env, job->run,
					 &job->options->target, err);
	if (rc == 0)
		rc = dg_restore_source_open(&job->source, &job->env,
					    job->options, err);
	if (rc == 0)
		rc = dg_restore_warn_of_crossing(job, err);
	if (rc == 0)
		rc = dg_restore_check_backup(job, err);
	if (rc == 0)
		rc = announce(job, err);
	if (rc == 0)
		rc = dg_restore_target_find(job, err);
	if (rc == 0)
		rc = check_limits(job, err);
	if (rc == 0)
		rc = dg_restore_target_agree(job, err);
	if (rc == 0)
		rc = dg_restore_read_keys(job, err);
	if (rc == 0)
		rc = dg_restore_check_source(job, err);
	if (rc == 0)
		rc = dg_restore_target_plan(job, err);
	if (rc == 0)
		rc = dg_restore_target_wait(job, err);
	if (rc == 0)
		rc = dg_restore_find_difference(job, err);
	return rc;
}

static void report_calls(struct dg_restore_job *job)
{
	struct dg_dynamodb_stats calls;

	if (!job->env.db)
		return;
	dg_dynamodb_stats(job->env.db, &calls);
	job->result->requests = calls.requests;
	job->result->retries = calls.retries;
}

/* Everything but a difference that is none. */
static bool has_work(const struct dg_restore_job *job)
{
	const struct dg_restore_result *result = job->result;

	const bool shape = job->create || dg_json_length(job->indexes) > 0;

	if (job->options->only == DG_RESTORE_SCHEMA)
		return shape;
	return shape || !result->plan.done || result->to_write > 0 ||
	       result->to_delete > 0;
}

static int put_items(struct dg_restore_job *job, struct dg_error *err)
{
	int rc;

	if (job->options->only == DG_RESTORE_SCHEMA)
		return 0;
	rc = dg_restore_write(job, err);
	if (rc < 0)
		return rc;
	rc = verify(job, err);
	if (rc < 0)
		dg_warning(job->run->log,
			   "The items were written to '%s', but not verified",
			   job->env.table);
	return rc;
}

static int work(struct dg_restore_job *job, struct dg_error *err)
{
	int rc =
		dg_guard_confirm(&job->env, job->options, job->result->to_write,
				 job->result->to_delete, err);

	if (rc == 0)
		rc = dg_restore_back_up(job, err);
	if (rc == 0)
		rc = dg_restore_target_create(job, err);
	if (rc == 0)
		rc = put_items(job, err);
	if (rc == 0)
		rc = dg_restore_add_indexes(job, err);
	if (rc == 0)
		rc = dg_restore_target_finish(job, err);
	if (rc < 0)
		dg_restore_target_warn_unfinished(job);
	return rc;
}

static int carry_out(struct dg_restore_job *job, struct dg_error *err)
{
	int rc = 0;

	if (has_work(job)) {
		rc = work(job, err);
	} else {
		if (job->result->plan.done &&
		    job->options->verify != DG_VERIFY_NONE)
			verify_by_plan(job);
		rc = dg_restore_await_indexes(job, err);
	}
	return rc == 0 ? dg_restore_conclude(job, err) : rc;
}

static int run_job(struct dg_restore_job *job, struct dg_error *err)
{
	int rc = prepare(job, err);

	if (rc == 0 && !job->options->dry_run)
		rc = carry_out(job, err);
	report_calls(job);
	return rc;
}

int dg_restore(const struct dg_run *run,
	       const struct dg_restore_options *options,
	       struct dg_restore_result *result, struct dg_error *err)
{
	struct dg_restore_job job = {
		.run = run, .options = options, .result = result};
	int rc;

	memset(result, 0, sizeof(*result));
	job.failures.fd = -1;
	rc = run_job(&job, err);
	if (rc < 0)
		dg_environment_blame(&job.env, rc, "restore", err);
	dg_failures_free(&job.failures);
	dg_restore_spool_free(&job.keys);
	dg_restore_spool_free(&job.wanted);
	dg_restore_spool_free(&job.writes);
	dg_restore_spool_free(&job.deletes);
	dg_json_free(job.indexes);
	dg_json_free(job.left_out);
	dg_json_free(job.create);
	dg_json_free(job.describe);
	dg_restore_source_close(&job.source);
	dg_environment_close(&job.env);
	return rc;
}

void dg_restore_result_free(struct dg_restore_result *result)
{
	for (char **p = result->left_out; p && *p; p++)
		free(*p);
	free(result->left_out);
	free(result->source);
	free(result->source_environment);
	free(result->environment);
	free(result->table);
	free(result->creation);
	free(result->failures_file);
	free(result->undo);
	dg_restore_plan_free(&result->plan);
	memset(result, 0, sizeof(*result));
}
