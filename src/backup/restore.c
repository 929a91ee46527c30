#include "backup/failures.h"
#include "backup/guard.h"
#include "backup/restore_source.h"
#include "backup/verify.h"
#include "base/text.h"
#include "dynamodb/batch_write.h"
#include "dynamodb/live_source.h"
#include "dynamodb/table.h"
#include "item/table_def.h"
#include <stdio.h>
#include <stdlib.h>

/* A restore under way. */
struct job {
	const struct dg_run *run;
	const struct dg_restore_options *options;
	struct dg_restore_result *result;
	struct dg_environment env;
	struct dg_restore_source source;
	struct dg_snapshot_facts facts;
	struct dg_json *describe; /* of the target; NULL: it does not exist */
	struct dg_json *create;   /* the CreateTable request, or NULL */
	struct dg_json *left_out;
	struct dg_failures failures;
};

static const struct dg_json *definition(const struct job *job)
{
	return dg_snapshot_definition(job->source.snapshot);
}

/* The first words of a restore, before anything else. */
static int warn_of_crossing(struct job *job, struct dg_error *err)
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

static int find_target(struct job *job, struct dg_error *err)
{
	struct dg_environment *env = &job->env;
	int rc = dg_environment_connect(env, err);

	if (rc == 0)
		rc = dg_table_describe(env->connection, env->table,
				       &job->describe, err);
	if (rc == 0)
		return dg_table_check_usable(job->describe, err);
	if (rc != DG_ENOTFOUND)
		return dg_environment_explain(env, rc, err);
	dg_error_clear(err);
	if (definition(job))
		return 0;
	dg_error_set(err, DG_ENOTFOUND,
		     "Table '%s' does not exist and no schema file found to "
		     "create it",
		     env->table);
	return dg_error_hint(err,
			     "Create the table, or restore from a dump "
			     "with %s",
			     DG_SCHEMA_FILE);
}

static int keys_of_target(const struct job *job, struct dg_key_schema *keys,
			  struct dg_error *err)
{
	struct dg_json *normal = NULL;
	int rc = dg_table_def_from_describe(&normal, job->describe, err);

	if (rc == 0)
		rc = dg_table_def_keys(normal, keys, err);
	dg_json_free(normal);
	return rc;
}

/* Snapshot and target must agree on what identifies an item. */
static int agree_on_keys(struct job *job, struct dg_error *err)
{
	const struct dg_key_schema *own =
		dg_snapshot_keys(job->source.snapshot);
	struct dg_key_schema target;
	char of_source[640];
	char of_target[640];
	int rc;

	if (!job->describe)
		return 0;
	rc = keys_of_target(job, &target, err);
	if (rc < 0)
		return rc;
	if (!own) {
		dg_snapshot_use_keys(job->source.snapshot, &target);
		return 0;
	}
	if (dg_key_schema_equal(own, &target))
		return 0;
	dg_error_set(
		err, DG_EFAILED, "table '%s' has the key %s, the snapshot %s",
		job->env.table,
		dg_key_schema_describe(&target, of_target, sizeof(of_target)),
		dg_key_schema_describe(own, of_source, sizeof(of_source)));
	return dg_error_hint(err, "Restore into another table with "
				  "--table=NAME");
}

static int refuse_edited(const struct job *job, struct dg_error *err)
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

static int check_source(struct job *job, struct dg_error *err)
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

/* ---- the target ----------------------------------------------------- */

static int report_left_out(struct job *job, struct dg_error *err)
{
	size_t n = dg_json_length(job->left_out);
	const struct dg_json *node;
	size_t i = 0;

	if (n == 0)
		return 0;
	job->result->left_out = calloc(n + 1, sizeof(char *));
	if (!job->result->left_out)
		return dg_error_nomem(err);
	for (node = dg_json_first(job->left_out); node;
	     node = dg_json_next(node)) {
		int rc = dg_strdup(&job->result->left_out[i++],
				   dg_json_text(node), err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool is_other_environment(const struct job *job)
{
	const struct dg_metadata *m =
		dg_snapshot_metadata(job->source.snapshot);

	return !m || !m->environment ||
	       strcmp(m->environment, job->env.name) != 0;
}

static int plan_creation(struct job *job, struct dg_error *err)
{
	const struct dg_create_options options = {
		.table_name = job->env.table,
		.keys_and_indexes_only = is_other_environment(job) &&
					 !job->options->source_settings,
	};
	int rc;

	if (job->describe)
		return 0;
	rc = dg_json_new_array(&job->left_out, err);
	if (rc == 0)
		rc = dg_table_create_request(&job->create, definition(job),
					     &options, job->left_out, err);
	if (rc == 0)
		rc = report_left_out(job, err);
	job->result->created = rc == 0;
	return rc;
}

static int create_target(struct job *job, struct dg_error *err)
{
	struct dg_environment *env = &job->env;
	int rc;

	if (!job->create)
		return 0;
	dg_info(job->run->log, "Creating table '%s'", env->table);
	rc = dg_table_create(env->connection, job->create, err);
	if (rc == 0)
		rc = dg_table_describe(env->connection, env->table,
				       &job->describe, err);
	return rc;
}

/* ---- writing -------------------------------------------------------- */

static int note_refused(void *context, struct dg_slice key, const char *type,
			const char *message, struct dg_error *err)
{
	struct job *job = context;
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

static int write_rate(struct job *job, double *units, struct dg_error *err)
{
	struct dg_rate_limit limit = {0};
	int rc = 0;

	if (job->options->max_wcu)
		rc = dg_rate_limit_parse(&limit, job->options->max_wcu, err);
	if (rc == 0)
		rc = dg_rate_units(units, &limit,
				   dg_table_write_units(job->describe), err);
	return rc;
}

static int write_items(struct job *job, struct dg_error *err)
{
	struct dg_batch_write_options options = {
		.table = job->env.table,
		.memory = dg_run_memory(job->run) / 4,
		.expected_items = job->facts.items,
		.progress = job->run->progress,
		.refused = note_refused,
		.context = job,
	};
	struct dg_batch_write_stats stats = {0};
	struct dg_item_source *items = NULL;
	int rc = write_rate(job, &options.rate_units, err);

	dg_failures_init(&job->failures, &job->env);
	if (rc == 0)
		rc = dg_snapshot_source(job->source.snapshot, &items, err);
	if (rc == 0)
		rc = dg_batch_write(job->env.db, items, &options, &stats, err);
	dg_source_close(items);
	job->result->written = stats.written;
	job->result->refused = stats.refused;
	if (rc == 0)
		rc = dg_failures_finish(&job->failures, err);
	if (rc == 0 && job->failures.path)
		rc = dg_strdup(&job->result->failures_file, job->failures.path,
			       err);
	return rc;
}

/* The attribute by which the snapshot's items expire, or NULL. */
static const char *ttl_attribute(const struct job *job)
{
	const struct dg_json *ttl =
		definition(job)
			? dg_json_get(definition(job), "TimeToLiveDescription")
			: NULL;

	return ttl ? dg_json_get_string(ttl, "AttributeName") : NULL;
}

static int verify(struct job *job, struct dg_error *err)
{
	struct dg_verification *v = &job->result->verification;
	const struct dg_verify_options options = {
		.snapshot = job->source.snapshot,
		.describe = job->describe,
		.ttl_attribute = ttl_attribute(job),
		.full = job->options->verify == DG_VERIFY_FULL,
	};

	v->expected = job->facts.items;
	if (job->options->verify == DG_VERIFY_NONE)
		return 0;
	return dg_verify_restore(v, &job->env, &options, err);
}

/* What a new table of the same environment gets after its items. */
static int finish_target(struct job *job, struct dg_error *err)
{
	if (!job->create ||
	    (is_other_environment(job) && !job->options->source_settings))
		return 0;
	return dg_table_finish(job->env.connection, job->env.table,
			       definition(job), err);
}

static int conclude(const struct job *job, struct dg_error *err)
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
	if (v->done && (v->missing > 0 || v->different > 0))
		return dg_error_set(
			err, DG_EINCOMPLETE,
			"verification differs: %s items missing, %s different "
			"or changed since",
			dg_format_count(v->missing, a),
			dg_format_count(v->different, b));
	return 0;
}

/* ---- the whole ------------------------------------------------------ */

static int announce(struct job *job, struct dg_error *err)
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

static int prepare(struct job *job, struct dg_error *err)
{
	int rc = dg_environment_open(&job->env, job->run, &job->options->target,
				     err);

	if (rc == 0)
		rc = dg_restore_source_open(&job->source, &job->env,
					    job->options, err);
	if (rc == 0)
		rc = warn_of_crossing(job, err);
	if (rc == 0)
		rc = announce(job, err);
	if (rc == 0)
		rc = find_target(job, err);
	if (rc == 0)
		rc = agree_on_keys(job, err);
	if (rc == 0)
		rc = check_source(job, err);
	if (rc == 0)
		rc = plan_creation(job, err);
	return rc;
}

static void report_calls(struct job *job)
{
	struct dg_dynamodb_stats calls;

	if (!job->env.db)
		return;
	dg_dynamodb_stats(job->env.db, &calls);
	job->result->requests = calls.requests;
	job->result->retries = calls.retries;
}

static int run_job(struct job *job, struct dg_error *err)
{
	int rc = prepare(job, err);

	if (rc < 0 || job->options->dry_run)
		return rc;
	rc = dg_guard_confirm(&job->env, job->options, job->facts.items, err);
	if (rc == 0)
		rc = create_target(job, err);
	if (rc == 0)
		rc = write_items(job, err);
	if (rc == 0)
		rc = verify(job, err);
	if (rc == 0)
		rc = finish_target(job, err);
	report_calls(job);
	return rc == 0 ? conclude(job, err) : rc;
}

int dg_restore(const struct dg_run *run,
	       const struct dg_restore_options *options,
	       struct dg_restore_result *result, struct dg_error *err)
{
	struct job job = {.run = run, .options = options, .result = result};
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
	free(result->failures_file);
	memset(result, 0, sizeof(*result));
}
