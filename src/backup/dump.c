#include "backup/dump_job.h"

#include "backup/guard.h"
#include "backup/pace.h"
#include "backup/root.h"
#include "base/text.h"
#include "dynamodb/live_source.h"
#include "dynamodb/table.h"
#include "item/table_def.h"
#include "snapshot/conflict.h"
#include <inttypes.h>
#include <stdlib.h>

/* <root>/backups/dynamodb/<label>, or --output as it was typed. */
int dg_dump_choose_path(struct dg_dump_job *job, struct dg_error *err)
{
	int rc = dg_environment_label(&job->label, &job->env, err);

	if (rc == 0 && job->options->output)
		return dg_strdup(&job->path, job->options->output, err);
	if (rc == 0)
		rc = dg_root_snapshot(&job->below_root, job->label, err);
	if (rc == 0)
		rc = dg_root_path(&job->path, job->env.root, job->below_root,
				  err);
	return rc;
}

static int check_options(const struct dg_dump_options *options,
			 struct dg_error *err)
{
	int rc = dg_dump_check_layout(options, err);

	if (rc == 0 && options->message)
		rc = dg_message_check_subject(options->message, err);
	return rc;
}

static bool has_earlier_snapshot(struct dg_dump_job *job)
{
	return job->has_earlier || job->last_id[0];
}

/*
 * The scripts warned of a missing table and went on. Where a backup was
 * expected (an earlier one exists, or a commit was asked for) that must not
 * pass as success.
 */
static int explain_missing(struct dg_dump_job *job, struct dg_error *err)
{
	dg_error_clear(err);
	dg_warning(job->run->log, "Table '%s' does not exist. Nothing to dump.",
		   job->env.table);
	job->result->table_missing = true;
	if (!job->commits && !has_earlier_snapshot(job))
		return 0;
	dg_error_set(err, DG_ENOTFOUND, "table '%s' does not exist in %s",
		     job->env.table, job->env.region);
	return dg_error_hint(err, "%s was left as it is", job->path);
}

static int describe(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_environment *env = &job->env;
	int rc;

	env->answered = job->options->answered;
	rc = dg_environment_connect(env, err);
	if (rc == 0)
		rc = dg_table_describe(env->connection, env->table,
				       &job->describe, err);
	if (rc == 0)
		rc = dg_table_check_usable(job->describe, err);
	return dg_environment_explain(env, rc, err);
}

static int read_definition(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_settings_target target = {
		.previous = job->earlier_definition,
		.log = job->run->log,
	};
	int rc = dg_json_new_array(&job->metadata.settings_not_read, err);

	if (rc == 0)
		rc = dg_table_def_from_describe(&job->definition, job->describe,
						err);
	if (rc < 0)
		return rc;
	target.definition = job->definition;
	target.not_read = job->metadata.settings_not_read;
	return dg_table_read_settings(job->env.connection, job->env.table,
				      &target, err);
}

/* What is known before the first item. */
static int begin_metadata(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_metadata *m = &job->metadata;
	char now[DG_TIME_ISO_SIZE];
	const char *arn = dg_json_get_string(job->describe, "TableArn");
	const char *id = dg_json_get_string(job->describe, "TableId");
	double created;
	int rc = dg_strdup(&m->table_name, job->env.table, err);

	dg_time_iso(dg_clock_wall_ms(&job->env.clock) / 1000, now);
	m->consistent_read = job->options->consistent;
	if (rc == 0)
		rc = dg_strdup(&m->environment, job->env.name, err);
	if (rc == 0)
		rc = dg_strdup(&m->region, job->env.region, err);
	if (rc == 0)
		rc = dg_strdup(&m->endpoint_url, job->env.endpoint, err);
	if (rc == 0)
		rc = dg_strdup(&m->scan_started, now, err);
	if (rc == 0 && arn)
		rc = dg_strdup(&m->table_arn, arn, err);
	if (rc == 0 && id)
		rc = dg_strdup(&m->table_id, id, err);
	if (rc == 0 &&
	    dg_json_get_double(job->describe, "CreationDateTime", &created)) {
		dg_time_iso((int64_t)created, now);
		rc = dg_strdup(&m->table_created, now, err);
	}
	return rc;
}

static int end_metadata(struct dg_dump_job *job, struct dg_error *err)
{
	char now[DG_TIME_ISO_SIZE];
	int rc;

	dg_time_iso(dg_clock_wall_ms(&job->env.clock) / 1000, now);
	rc = dg_strdup(&job->metadata.scan_finished, now, err);
	if (rc == 0)
		rc = dg_strdup(&job->metadata.dump_date, now, err);
	return rc;
}

static int scan(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_live_options options = {
		.table = job->env.table,
		.describe = job->describe,
		.segments = job->options->segments,
		.consistent = job->options->consistent,
		.memory = dg_run_memory(job->run),
		.temp_dir = job->run->temp_dir,
		.progress = job->run->progress,
		.phase = "Reading",
	};
	int rc = dg_pace_parse(&options.rate, job->options->max_rcu, err);

	if (rc == 0)
		rc = dg_pace_tell(job->run->log, "Reading", &options.rate,
				  dg_table_read_units(job->describe), err);
	if (rc == 0 && job->options->consistent)
		dg_info(job->run->log,
			"Reading consistently costs a unit for each 4 KB, "
			"twice as much as otherwise");
	if (rc == 0)
		rc = dg_live_source_open(&job->live, job->env.db, &options,
					 err);
	if (rc == 0)
		rc = dg_live_source_read(job->live, err);
	return dg_environment_explain(&job->env, rc, err);
}

static void report_scan(struct dg_dump_job *job)
{
	struct dg_live_stats live;
	struct dg_dynamodb_stats calls;

	dg_live_source_stats(job->live, &live);
	dg_dynamodb_stats(job->env.db, &calls);
	job->result->duplicates = live.duplicates;
	job->result->spilled_bytes = live.sort.spilled_bytes;
	job->result->requests = calls.requests;
	job->result->retries = calls.retries;
}

static int write_items(struct dg_dump_job *job, struct dg_error *err)
{
	const struct dg_snapshot_write write = {
		.sink = job->sink,
		.items = job->live,
		.layout = job->layout,
		.definition = job->definition,
		.metadata = &job->metadata,
		.cancel = job->run->cancel,
		.progress = job->run->progress,
	};
	int rc = dg_snapshot_write_items(&write, err);

	report_scan(job);
	/* Gives the sort's memory and files back before the commit. */
	dg_source_close(job->live);
	job->live = NULL;
	job->result->items = job->metadata.item_count;
	job->result->bytes = job->metadata.data_bytes;
	memcpy(job->result->sha256, job->metadata.data_sha256,
	       sizeof(job->result->sha256));
	return rc;
}

int dg_dump_load_earlier(struct dg_dump_job *job, struct dg_fileset *files,
			 struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(64u << 20);
	int rc = dg_fileset_read(files, DG_METADATA_FILE, &text, err);

	if (rc == 0)
		rc = dg_metadata_parse(&job->earlier, dg_buf_slice(&text), err);
	job->has_earlier = rc == 0;
	/* Replacing is allowed to mend what is damaged. */
	if (rc == DG_ENOTFOUND || (rc < 0 && job->options->replace))
		rc = 0;
	if (rc < 0) {
		dg_conflict_explain(dg_buf_slice(&text), err);
		dg_error_prefix(err, "earlier snapshot %s/%s", job->path,
				DG_METADATA_FILE);
	}
	dg_buf_clear(&text);
	if (rc == 0 &&
	    dg_fileset_read(files, DG_SCHEMA_FILE, &text, NULL) == 0 &&
	    dg_table_def_parse(&job->earlier_definition, dg_buf_slice(&text),
			       NULL) < 0)
		job->earlier_definition = NULL;
	dg_buf_free(&text);
	return rc;
}

static int open_destination(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_fileset *files;
	int rc = 0;

	if (job->commit && !dg_commit_uses_worktree(job->commit)) {
		files = dg_commit_tip(job->commit);
		job->sink = dg_commit_sink(job->commit);
	} else {
		rc = dg_snapshot_dir_open(&job->dir, job->path, job->below_root,
					  DG_SNAPSHOT_DIR_WRITE, job->run->log,
					  err);
		files = rc == 0 ? dg_snapshot_dir_files(job->dir) : NULL;
	}
	if (rc == 0 && files)
		rc = dg_dump_load_earlier(job, files, err);
	if (rc == 0 && !job->options->replace)
		rc = dg_guard_same_table(
			&job->env, job->has_earlier ? &job->earlier : NULL,
			job->path, err);
	if (rc == 0 && job->dir)
		rc = dg_snapshot_dir_stage(job->dir, &job->sink, err);
	return rc;
}

/* A plain dump: the description files, then everything in place. */
static int publish(struct dg_dump_job *job, struct dg_error *err)
{
	const struct dg_snapshot_write write = {
		.sink = job->sink,
		.definition = job->definition,
		.metadata = &job->metadata,
	};
	int rc = dg_snapshot_write_description(&write, err);

	if (rc == 0)
		rc = dg_snapshot_dir_drop_unchanged(job->dir, err);
	if (rc == 0)
		rc = dg_cancel_check(job->run->cancel, err);
	if (rc == 0)
		rc = dg_snapshot_dir_publish(job->dir, err);
	return rc;
}

static int prepare(struct dg_dump_job *job, struct dg_error *err)
{
	const struct dg_run *run = job->run;
	int rc = check_options(job->options, err);

	if (rc == 0)
		rc = dg_environment_open(&job->env, run, &job->options->target,
					 err);
	if (rc == 0)
		rc = dg_dump_choose_path(job, err);
	if (rc == 0)
		rc = dg_strdup(&job->result->environment, job->env.name, err);
	if (rc == 0)
		rc = dg_strdup(&job->result->table, job->env.table, err);
	if (rc == 0)
		rc = job->commits ? dg_dump_commit_open(job, err)
				  : dg_dump_check_output(job, err);
	if (rc == 0)
		rc = dg_strdup(&job->result->path, job->path, err);
	if (rc == 0)
		rc = open_destination(job, err);
	if (rc == 0)
		dg_info(run->log,
			"Dumping table '%s' (environment %s, region %s, %s)",
			job->env.table, job->env.name, job->env.region,
			job->env.endpoint);
	return rc;
}

static int run_job(struct dg_dump_job *job, struct dg_error *err)
{
	int rc = prepare(job, err);

	if (rc == 0) {
		rc = describe(job, err);
		if (rc == DG_ENOTFOUND)
			return explain_missing(job, err);
	}
	if (rc == 0)
		rc = begin_metadata(job, err);
	if (rc == 0)
		rc = read_definition(job, err);
	if (rc == 0)
		rc = scan(job, err);
	if (rc == 0)
		rc = dg_dump_choose_layout(job, err);
	if (rc == 0)
		rc = write_items(job, err);
	if (rc == 0)
		rc = end_metadata(job, err);
	if (rc == 0 && !job->options->replace)
		rc = dg_guard_not_emptied(
			job->has_earlier ? &job->earlier : NULL,
			job->metadata.item_count, job->path, err);
	if (rc == 0)
		rc = job->commits ? dg_dump_commit(job, err)
				  : publish(job, err);
	if (rc == 0)
		dg_dump_tell_layout(job);
	return rc;
}

void dg_dump_job_close(struct dg_dump_job *job)
{
	dg_source_close(job->live);
	dg_snapshot_dir_close(job->dir);
	dg_commit_close(job->commit);
	dg_repo_close(job->repo);
	dg_json_free(job->describe);
	dg_json_free(job->definition);
	dg_json_free(job->earlier_definition);
	dg_metadata_free(&job->metadata);
	dg_metadata_free(&job->earlier);
	dg_environment_close(&job->env);
	free(job->label);
	free(job->path);
	free(job->below_root);
	free(job->tree_path);
	free(job->ref);
	free(job->last_name);
	free(job->tag);
}

int dg_dump(const struct dg_run *run, const struct dg_dump_options *options,
	    struct dg_dump_result *result, struct dg_error *err)
{
	struct dg_dump_job job = {
		.run = run,
		.options = options,
		.result = result,
		.reading =
			{
				.memory = dg_run_memory(run),
				.temp_dir = run->temp_dir,
				.cancel = run->cancel,
				.log = run->log,
			},
	};
	int rc;

	memset(result, 0, sizeof(*result));
	job.commits = options->commit || options->tag || options->tag_name ||
		      options->message || options->branch ||
		      options->allow_empty;
	rc = run_job(&job, err);
	if (rc < 0)
		dg_environment_blame(&job.env, rc, "dump", err);
	dg_dump_job_close(&job);
	return rc;
}

void dg_dump_result_free(struct dg_dump_result *result)
{
	free(result->environment);
	free(result->table);
	free(result->path);
	free(result->since);
	free(result->branch);
	free(result->tag);
	memset(result, 0, sizeof(*result));
}
