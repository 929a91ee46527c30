/* The writes and deletes of a restore. */
#include "backup/restore_job.h"
#include "base/text.h"
#include "dynamodb/batch_write.h"
#include "dynamodb/table.h"
#include <stdio.h>

/* "Type mismatch for Index Key by-user …", "… a secondary index key …" */
static bool is_about_index(const char *type, const char *message)
{
	return strcmp(type, "ValidationException") == 0 &&
	       (strcasestr(message, "index key") ||
		strstr(message, "IndexName"));
}

static int note_refused(void *context, struct dg_slice key, const char *type,
			const char *message, struct dg_error *err)
{
	struct dg_restore_job *job = context;
	char shown[512];
	int rc = dg_failures_add(&job->failures, key, type, message, err);

	if (rc < 0)
		return rc;
	job->refused_for_index |= is_about_index(type, message);
	/* A few in full; all of them stand in the file. */
	if (job->failures.count > 5)
		return 0;
	dg_warning(job->run->log,
		   "Failed to restore batch, continuing with next batch...");
	snprintf(shown, sizeof(shown), "%.*s",
		 (int)(key.len < sizeof(shown) ? key.len : sizeof(shown) - 1),
		 key.ptr);
	dg_warning(job->run->log, "Item %s was refused: %s: %s", shown, type,
		   message);
	return 0;
}

/* Nobody shows the result of a run that stopped. */
static void warn_of_partial(struct dg_restore_job *job)
{
	const struct dg_restore_result *result = job->result;
	char done[DG_COUNT_SIZE];
	char all[DG_QUANTITY_SIZE];

	dg_warning(job->run->log,
		   "Written to '%s': %s of %s; the restore can be run again",
		   job->env.table, dg_format_count(result->written, done),
		   dg_format_quantity(result->to_write, "item", all));
	if (result->to_delete > 0)
		dg_warning(job->run->log, "Deleted: %s of %s",
			   dg_format_count(result->deleted, done),
			   dg_format_quantity(result->to_delete, "item", all));
	if (job->failures.path && dg_failures_finish(&job->failures, NULL) == 0)
		dg_warning(job->run->log,
			   "The items that were refused are listed in %s",
			   job->failures.path);
}

static int send(struct dg_restore_job *job, struct dg_item_source *items,
		bool deletes, struct dg_error *err)
{
	struct dg_restore_result *result = job->result;
	const struct dg_batch_write_options options = {
		.table = job->env.table,
		.deletes = deletes,
		.describe = job->describe,
		.rate = job->write_limit,
		.memory = dg_run_memory(job->run) / 4,
		.expected_items =
			deletes ? result->to_delete : result->to_write,
		.progress = job->run->progress,
		.refused = note_refused,
		.context = job,
	};
	struct dg_batch_write_stats stats = {0};
	int rc = dg_batch_write(job->env.db, items, &options, &stats, err);

	*(deletes ? &result->deleted : &result->written) = stats.written;
	result->refused += stats.refused;
	return rc;
}

/* What differs, or what was asked for, or everything. */
static int write_all(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_item_source *own = NULL;
	struct dg_item_source *items = job->writes.items;
	int rc = 0;

	if (!items && (items = job->wanted.items))
		rc = dg_source_rewind(items, err);
	else if (!items) {
		rc = dg_snapshot_source(job->source.snapshot, &own, err);
		items = own;
	}
	if (rc == 0)
		rc = send(job, items, false, err);
	dg_source_close(own);
	return rc;
}

/* After everything is written: an interrupted run has lost nothing. */
static int delete_extras(struct dg_restore_job *job, struct dg_error *err)
{
	if (job->result->to_delete == 0)
		return 0;
	if (job->result->refused > 0) {
		dg_warning(job->run->log,
			   "Nothing is deleted, since items were refused");
		return 0;
	}
	return send(job, job->deletes.items, true, err);
}

int dg_restore_write(struct dg_restore_job *job, struct dg_error *err)
{
	int rc = dg_pace_tell(job->run->log, "Writing", &job->write_limit,
			      dg_table_write_units(job->describe), err);

	dg_failures_init(&job->failures, &job->env);
	if (rc == 0)
		rc = write_all(job, err);
	if (rc == 0)
		rc = delete_extras(job, err);
	if (rc < 0) {
		warn_of_partial(job);
		return rc;
	}
	dg_restore_spool_free(&job->writes);
	dg_restore_spool_free(&job->deletes);
	rc = dg_failures_finish(&job->failures, err);
	if (rc == 0 && job->failures.path)
		rc = dg_strdup(&job->result->failures_file, job->failures.path,
			       err);
	return rc;
}
