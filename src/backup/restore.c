#include "backup/guard.h"
#include "backup/restore_job.h"
#include "backup/verify.h"
#include "base/text.h"
#include "dynamodb/batch_write.h"
#include "dynamodb/table.h"
#include <stdio.h>
#include <stdlib.h>

/* The first words of a restore, before anything else. */
static int warn_of_crossing(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_metadata *m =
		dg_snapshot_metadata(job->source.snapshot);
	const struct dg_log *log = job->run->log;

	if (!m || !m->environment) {
		dg_warning(log,
			   "%s does not say which environment it comes "
			   "from",
			   job->source.name);
		return 0;
	}
	if (strcmp(m->environment, job->env.name) != 0) {
		dg_warning(log, "Cross-environment restore detected!");
		dg_warning(log, "Source: %s → Target: %s", m->environment,
			   job->env.name);
	}
	return dg_strdup(&job->result->source_environment, m->environment, err);
}

static int refuse_edited(const struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_snapshot_facts *facts = &job->facts;
	char stated[DG_COUNT_SIZE];
	char counted[DG_COUNT_SIZE];

	dg_format_count(facts->items, counted);
	if (!facts->edited)
		dg_error_set(err, DG_EREFUSED,
			     "%s was edited since it was dumped: %s is not "
			     "what its metadata says",
			     job->source.name, DG_SCHEMA_FILE);
	else if (facts->has_stated_items && facts->stated_items != facts->items)
		dg_error_set(err, DG_EREFUSED,
			     "%s was edited since it was dumped: it says %s "
			     "items and holds %s",
			     job->source.name,
			     dg_format_count(facts->stated_items, stated),
			     counted);
	else
		dg_error_set(err, DG_EREFUSED,
			     "%s was edited since it was dumped: it holds %s "
			     "items, as it says, with another digest",
			     job->source.name, counted);
	return dg_error_hint(err, "Look at what changed (git log -p), then "
				  "give --accept-edited");
}

static int check_source(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_snapshot_facts *facts = &job->facts;
	char count[DG_COUNT_SIZE];
	int rc = dg_snapshot_check(job->source.snapshot, facts, err);

	if (rc < 0)
		return rc;
	job->result->items = facts->items;
	job->result->spilled_bytes = facts->spilled_bytes;
	if (facts->duplicates > 0)
		dg_warning(job->run->log,
			   "%s holds %s items whose key comes again: the last "
			   "of each counts",
			   job->source.name,
			   dg_format_count(facts->duplicates, count));
	if (!facts->edited && !facts->schema_edited)
		return 0;
	if (!job->options->accept_edited)
		return refuse_edited(job, err);
	dg_warning(job->run->log, "%s was edited since it was dumped; going on",
		   job->source.name);
	return 0;
}

static int note_refused(void *context, struct dg_slice key, const char *type,
			const char *message, struct dg_error *err)
{
	struct dg_restore_job *job = context;
	char shown[512];
	int rc = dg_failures_add(&job->failures, key, type, message, err);

	if (rc < 0)
		return rc;
	/* A few in full; all of them stand in the file. */
	if (job->failures.count > 5)
		return 0;
	dg_warning(job->run->log,
		   "Failed to restore batch, continuing with next batch...");
	snprintf(shown, sizeof(shown), "%.*s",
		 (int)(key.len < sizeof(shown) ? key.len : sizeof(shown) - 1),
		 key.ptr);
	dg_warning(job->run->log, "item %s was refused: %s: %s", shown, type,
		   message);
	return 0;
}

/* Nobody shows the result of a run that stopped. */
static void warn_of_partial(struct dg_restore_job *job)
{
	char written[DG_COUNT_SIZE];
	char items[DG_COUNT_SIZE];

	dg_warning(job->run->log,
		   "%s of %s items were written to '%s'; the restore can be "
		   "run again",
		   dg_format_count(job->result->written, written),
		   dg_format_count(job->result->items, items), job->env.table);
	if (job->failures.path && dg_failures_finish(&job->failures, NULL) == 0)
		dg_warning(job->run->log,
			   "The items that were refused are listed in %s",
			   job->failures.path);
}

static int write_items(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_batch_write_options options = {
		.table = job->env.table,
		.describe = job->describe,
		.rate = job->write_limit,
		.memory = dg_run_memory(job->run) / 4,
		.expected_items = job->facts.items,
		.progress = job->run->progress,
		.refused = note_refused,
		.context = job,
	};
	struct dg_batch_write_stats stats = {0};
	struct dg_item_source *items = NULL;
	int rc = dg_pace_tell(job->run->log, "Writing", &job->write_limit,
			      dg_table_write_units(job->describe), err);

	dg_failures_init(&job->failures, &job->env);
	if (rc == 0)
		rc = dg_snapshot_source(job->source.snapshot, &items, err);
	if (rc == 0)
		rc = dg_batch_write(job->env.db, items, &options, &stats, err);
	dg_source_close(items);
	job->result->written = stats.written;
	job->result->refused = stats.refused;
	if (rc < 0) {
		warn_of_partial(job);
		return rc;
	}
	rc = dg_failures_finish(&job->failures, err);
	if (rc == 0 && job->failures.path)
		rc = dg_strdup(&job->result->failures_file, job->failures.path,
			       err);
	return rc;
}

/* The attribute by which the snapshot's items expire, or NULL. */
static const char *ttl_attribute(const struct dg_restore_job *job)
{
	const struct dg_json *definition =
		dg_snapshot_definition(job->source.snapshot);
	const struct dg_json *ttl =
		definition ? dg_json_get(definition, "TimeToLiveDescription")
			   : NULL;

	return ttl ? dg_json_get_string(ttl, "AttributeName") : NULL;
}

static int verify(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_verification *v = &job->result->verification;
	const struct dg_verify_options options = {
		.snapshot = job->source.snapshot,
		.describe = job->describe,
		.ttl_attribute = ttl_attribute(job),
		.rate = job->read_limit,
		.full = job->options->verify == DG_VERIFY_FULL,
	};
	int rc;

	v->expected = job->facts.items;
	if (job->options->verify == DG_VERIFY_NONE)
		return 0;
	rc = dg_pace_tell(job->run->log, "Verifying", &job->read_limit,
			  dg_table_read_units(job->describe), err);
	if (rc == 0)
		rc = dg_verify_restore(v, &job->env, &options, err);
	job->result->spilled_bytes += v->spilled_bytes;
	return rc;
}

static int conclude(const struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_verification *v = &job->result->verification;
	char a[DG_COUNT_SIZE];
	char b[DG_COUNT_SIZE];

	if (job->result->refused > 0)
		return dg_error_set(
			err, DG_EINCOMPLETE,
			"%s of %s items were refused and not written; see %s",
			dg_format_count(job->result->refused, a),
			dg_format_count(job->result->items, b),
			job->result->failures_file ? job->result->failures_file
						   : "the warnings");
	/* Verified or not: each item has to be accounted for. */
	if (job->result->written < job->result->items)
		return dg_error_set(err, DG_EINCOMPLETE,
				    "%s of %s items were written",
				    dg_format_count(job->result->written, a),
				    dg_format_count(job->result->items, b));
	if (v->done && !v->full && v->missing > 0) {
		dg_error_set(err, DG_EINCOMPLETE,
			     "the table holds %s items fewer than the "
			     "snapshot",
			     dg_format_count(v->missing, a));
		return dg_error_hint(err, "Give --verify=full to see what is "
					  "missing or expired");
	}
	if (v->done && (v->missing > 0 || v->different > 0))
		return dg_error_set(
			err, DG_EINCOMPLETE,
			"verification differs: missing %s, different or "
			"changed since %s",
			dg_format_count(v->missing, a),
			dg_format_count(v->different, b));
	return 0;
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
	int rc = dg_pace_parse(&job->read_limit, job->options->max_rcu, err);

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
		rc = warn_of_crossing(job, err);
	if (rc == 0)
		rc = announce(job, err);
	if (rc == 0)
		rc = dg_restore_target_find(job, err);
	if (rc == 0)
		rc = check_limits(job, err);
	if (rc == 0)
		rc = dg_restore_target_agree(job, err);
	if (rc == 0)
		rc = check_source(job, err);
	if (rc == 0)
		rc = dg_restore_target_plan(job, err);
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

static int carry_out(struct dg_restore_job *job, struct dg_error *err)
{
	int rc = dg_guard_confirm(&job->env, job->options, job->facts.items,
				  err);

	if (rc == 0)
		rc = dg_restore_target_create(job, err);
	if (rc == 0)
		rc = write_items(job, err);
	if (rc == 0)
		rc = verify(job, err);
	if (rc == 0)
		rc = dg_restore_target_finish(job, err);
	return rc == 0 ? conclude(job, err) : rc;
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
	memset(result, 0, sizeof(*result));
}
