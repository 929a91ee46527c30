/* What a restore says and checks of its source before it does anything. */
#include "backup/restore_job.h"
#include "base/text.h"
#include "dynamodb/table.h"

int dg_restore_check_options(const struct dg_restore_options *options,
			     struct dg_error *err)
{
	const bool keys = dg_restore_is_of_keys(options);

	if (keys && options->mirror)
		return dg_error_set(err, DG_EUSAGE,
				    "--mirror is about the whole table, --key "
				    "and --keys-file about single items");
	if (options->only == DG_RESTORE_DATA && options->indexes_after)
		return dg_error_set(err, DG_EUSAGE,
				    "--only=data adds no indexes, so "
				    "--indexes=after means nothing with it");
	if (options->only == DG_RESTORE_SCHEMA &&
	    (keys || options->mirror || options->changed_only))
		return dg_error_set(err, DG_EUSAGE,
				    "--only=schema writes no items, so --key, "
				    "--keys-file, --mirror and --changed-only "
				    "mean nothing with it");
	return 0;
}

const char *dg_restore_ttl_attribute(const struct dg_restore_job *job)
{
	const struct dg_json *definition =
		dg_snapshot_definition(job->source.snapshot);

	return definition ? dg_table_ttl_attribute(definition) : NULL;
}

int dg_restore_warn_of_crossing(struct dg_restore_job *job,
				struct dg_error *err)
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
	char stated[DG_QUANTITY_SIZE];
	char counted[DG_QUANTITY_SIZE];

	dg_format_quantity(facts->items, "item", counted);
	if (!facts->edited)
		dg_error_set(err, DG_EREFUSED,
			     "%s was edited since it was dumped: %s is not "
			     "what its metadata says",
			     job->source.name, DG_SCHEMA_FILE);
	else if (facts->has_stated_items && facts->stated_items != facts->items)
		dg_error_set(
			err, DG_EREFUSED,
			"%s was edited since it was dumped: it states %s "
			"and holds %s",
			job->source.name,
			dg_format_quantity(facts->stated_items, "item", stated),
			dg_format_count(facts->items, counted));
	else
		dg_error_set(err, DG_EREFUSED,
			     "%s was edited since it was dumped: it holds "
			     "%s, as it states, with another %s",
			     job->source.name, counted,
			     facts->sha256[0] ? "digest" : "length");
	return dg_error_hint(err, "Look at what changed (git log -p), then "
				  "give --accept-edited");
}

/* Everything; for single items, where their chunks can be checked by
 * themselves, what the index and the description say. */
static int read_facts(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_snapshot *snapshot = job->source.snapshot;

	if (dg_restore_is_of_keys(job->options) &&
	    dg_snapshot_glance(snapshot, &job->facts))
		return 0;
	return dg_snapshot_check(snapshot, &job->facts, err);
}

int dg_restore_check_source(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_snapshot_facts *facts = &job->facts;
	char count[DG_QUANTITY_SIZE];
	int rc = read_facts(job, err);

	if (rc < 0)
		return rc;
	job->result->items = facts->items;
	job->result->spilled_bytes = facts->spilled_bytes;
	if (facts->duplicates > 0)
		dg_warning(
			job->run->log,
			"%s holds %s whose key comes again: the last of "
			"each counts",
			job->source.name,
			dg_format_quantity(facts->duplicates, "item", count));
	if (!facts->edited && !facts->schema_edited)
		return 0;
	if (!job->options->accept_edited)
		return refuse_edited(job, err);
	dg_warning(job->run->log, "%s was edited since it was dumped; going on",
		   job->source.name);
	return 0;
}
