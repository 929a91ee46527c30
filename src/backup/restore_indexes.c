/*
 * The global indexes that are added after the items (--indexes=after): those
 * that the table lacks. A run that ended on the way is run again: an index that
 * is still being filled is waited for, and the rest follows.
 */
#include "backup/restore_job.h"
#include "dynamodb/later_index.h"
#include "dynamodb/table.h"

#define GLOBAL "GlobalSecondaryIndexes"
#define LOCAL "LocalSecondaryIndexes"

bool dg_restore_defers_indexes(const struct dg_restore_job *job)
{
	return job->options->indexes_after &&
	       dg_snapshot_definition(job->source.snapshot);
}

/* ---- planning ------------------------------------------------------ */

static void tell_existing(const struct dg_restore_job *job,
			  const struct dg_json *body,
			  const struct dg_json *existing)
{
	const char *name = dg_table_deferred_name(body);

	if (!dg_json_equal(dg_table_deferred_keys(body),
			   dg_json_get(existing, "KeySchema")))
		dg_warning(job->run->log,
			   "Index '%s' exists with other keys than the "
			   "snapshot's; it stays as it is",
			   name);
	else
		dg_info(job->run->log,
			"Index '%s' exists: items that do not fit its key are "
			"refused",
			name);
}

/* What stays to be added, where the table is there. */
static void drop_existing(struct dg_restore_job *job)
{
	const struct dg_json *body = dg_json_first(job->indexes);

	while (body) {
		const struct dg_json *next = dg_json_next(body);
		const struct dg_json *existing = dg_table_find_index(
			job->describe, GLOBAL, dg_table_deferred_name(body));

		if (existing) {
			tell_existing(job, body, existing);
			dg_json_remove_node(job->indexes, body);
		}
		body = next;
	}
}

static void tell_local(const struct dg_restore_job *job,
		       const struct dg_json *request)
{
	const struct dg_json *index =
		dg_json_first(dg_json_get(request, LOCAL));

	for (; index; index = dg_json_next(index)) {
		const char *name = dg_json_get_string(index, "IndexName");

		if (name && !dg_table_find_index(job->describe, LOCAL, name))
			dg_warning(job->run->log,
				   "The table lacks the local index '%s', "
				   "which can only be made with it",
				   name);
	}
}

int dg_restore_plan_indexes(struct dg_restore_job *job, struct dg_json *request,
			    struct dg_error *err)
{
	const struct dg_json *body;
	int rc = dg_table_defer_indexes(request, job->describe, &job->indexes,
					err);

	if (rc < 0)
		return rc;
	if (job->describe) {
		drop_existing(job);
		tell_local(job, request);
	}
	for (body = dg_json_first(job->indexes); body;
	     body = dg_json_next(body))
		dg_info(job->run->log,
			"Index '%s' is to be added after the items",
			dg_table_deferred_name(body));
	job->result->indexes_to_add = dg_json_length(job->indexes);
	return 0;
}

/* ---- adding -------------------------------------------------------- */

/* The service wants this index not, and may want the next. */
static bool is_refusal(int rc)
{
	return rc == DG_EINVALID || rc == DG_ESERVICE || rc == DG_EDENIED ||
	       rc == DG_EUNSUPPORTED || rc == DG_ELIMIT;
}

static int add(struct dg_restore_job *job, const struct dg_json *body,
	       struct dg_error *err)
{
	struct dg_error why = {0};
	int rc;

	dg_info(job->run->log, "Adding index '%s'",
		dg_table_deferred_name(body));
	rc = dg_table_add_index(job->env.connection, job->env.table, body,
				&why);
	job->result->indexes_added += rc == 0;
	if (rc == 0)
		return 0;
	if (is_refusal(rc)) {
		dg_warning(job->run->log, "%s", why.message);
		return 0;
	}
	if (err)
		*err = why;
	return rc;
}

int dg_restore_await_indexes(struct dg_restore_job *job, struct dg_error *err)
{
	if (!dg_restore_defers_indexes(job) || !job->describe ||
	    dg_table_is_ready(job->describe))
		return 0;
	dg_info(job->run->log,
		"Waiting until the indexes of table '%s' are filled",
		job->env.table);
	return dg_table_wait_filled(job->env.connection, job->env.table, err);
}

int dg_restore_add_indexes(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_json *body = dg_json_first(job->indexes);
	int rc = dg_restore_await_indexes(job, err);

	for (; rc == 0 && body; body = dg_json_next(body))
		rc = add(job, body, err);
	return rc;
}
