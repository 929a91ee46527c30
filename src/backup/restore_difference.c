/* How a restore's source differs from its target, before anything is
 * written. */
#include "backup/restore_job.h"
#include "backup/restore_keys.h"
#include "base/text.h"
#include "dynamodb/live_source.h"
#include "dynamodb/table.h"

/* Snapshot (a half) and live table (a quarter) may both be sorted; there are
 * at most four spools. */
#define SPOOL_SHARE 16
#define LIVE_SHARE 4

int dg_restore_open_spool(const struct dg_restore_job *job,
			  struct dg_restore_spool *spool, struct dg_error *err)
{
	const struct dg_restore_spool_options options = {
		.keys = dg_snapshot_keys(job->source.snapshot),
		.memory = dg_run_memory(job->run) / SPOOL_SHARE,
		.temp_dir = job->run->temp_dir,
		.cancel = job->run->cancel,
	};

	return dg_restore_spool_open(spool, &options, err);
}

/* ---- single items -------------------------------------------------- */

static void note_absent(void *context, struct dg_slice key)
{
	struct dg_restore_job *job = context;

	if (job->result->absent++ < DG_RESTORE_KEYS)
		dg_warning(job->run->log, "%s has no item %.*s",
			   job->source.name, (int)key.len, key.ptr);
}

int dg_restore_read_keys(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_restore_options *options = job->options;
	const struct dg_key_schema *schema =
		dg_snapshot_keys(job->source.snapshot);
	int rc;

	/* Without a schema the check says what is missing. */
	if (!dg_restore_is_of_keys(options) || !schema)
		return 0;
	rc = dg_restore_open_spool(job, &job->keys, err);
	return rc < 0 ? rc
		      : dg_restore_keys_read(&job->keys, schema, options->keys,
					     options->keys_file, err);
}

static int pick_items(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_item_source *items = NULL;
	int rc = dg_restore_open_spool(job, &job->wanted, err);

	if (rc == 0)
		rc = dg_snapshot_source(job->source.snapshot, &items, err);
	if (rc == 0)
		rc = dg_restore_keys_pick(&job->keys, items, &job->wanted,
					  note_absent, job, err);
	dg_source_close(items);
	dg_restore_spool_free(&job->keys);
	job->result->items = job->wanted.count;
	return rc;
}

int dg_restore_read_wanted(struct dg_restore_job *job, const char *phase,
			   struct dg_restore_spool *live, struct dg_error *err)
{
	const struct dg_restore_keys_reading how = {
		.env = &job->env,
		.describe = job->describe,
		.rate = job->read_limit,
		.memory = dg_run_memory(job->run) / LIVE_SHARE,
		.phase = phase,
	};

	return dg_restore_keys_live(&job->wanted, &how, live, err);
}

/* ---- the live side ------------------------------------------------- */

static int read_table(struct dg_restore_job *job, struct dg_item_source **out,
		      struct dg_error *err)
{
	const struct dg_live_options options = {
		.table = job->env.table,
		.describe = job->describe,
		.consistent = true,
		.rate = job->read_limit,
		.memory = dg_run_memory(job->run) / LIVE_SHARE,
		.temp_dir = job->run->temp_dir,
		.progress = job->run->progress,
		.phase = "Comparing",
	};
	struct dg_live_stats stats;
	int rc = dg_pace_tell(job->run->log, "Comparing", &job->read_limit,
			      dg_table_read_units(job->describe), err);

	if (rc == 0)
		rc = dg_live_source_open(out, job->env.db, &options, err);
	if (rc == 0)
		rc = dg_live_source_read(*out, err);
	if (rc == 0) {
		dg_live_source_stats(*out, &stats);
		job->result->spilled_bytes += stats.sort.spilled_bytes;
	}
	return rc;
}

/* ---- the comparison ------------------------------------------------ */

static int open_spools(struct dg_restore_job *job,
		       struct dg_restore_comparison *comparison,
		       struct dg_error *err)
{
	const struct dg_restore_options *options = job->options;
	int rc = 0;

	if (options->dry_run)
		return 0;
	if (options->changed_only || options->mirror) {
		comparison->writes = &job->writes;
		rc = dg_restore_open_spool(job, &job->writes, err);
	}
	if (rc == 0 && options->mirror) {
		comparison->deletes = &job->deletes;
		rc = dg_restore_open_spool(job, &job->deletes, err);
	}
	return rc;
}

/* live: NULL for a table that is not there. */
static int compare(struct dg_restore_job *job, struct dg_item_source *live,
		   struct dg_error *err)
{
	struct dg_restore_comparison comparison = {
		.plan = &job->result->plan,
		.ttl_attribute = dg_restore_ttl_attribute(job),
		.now = dg_clock_wall_ms(&job->env.clock) / 1000,
	};
	struct dg_item_source *own = NULL;
	struct dg_item_source *wanted = job->wanted.items;
	int rc = open_spools(job, &comparison, err);

	if (rc == 0 && wanted)
		rc = dg_source_rewind(wanted, err);
	else if (rc == 0)
		rc = dg_snapshot_source(job->source.snapshot, &own, err);
	if (rc == 0)
		rc = dg_restore_compare(&comparison, live,
					wanted ? wanted : own, err);
	dg_source_close(own);
	return rc;
}

static int compare_keys(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_restore_spool live = {0};
	int rc = 0;

	if (job->describe)
		rc = dg_restore_open_spool(job, &live, err);
	if (rc == 0 && job->describe)
		rc = dg_pace_tell(job->run->log, "Comparing", &job->read_limit,
				  dg_table_read_units(job->describe), err);
	if (rc == 0 && job->describe)
		rc = dg_restore_read_wanted(job, "Comparing", &live, err);
	if (rc == 0)
		rc = compare(job, live.items, err);
	dg_restore_spool_free(&live);
	return rc;
}

static int compare_table(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_item_source *live = NULL;
	int rc = job->describe ? read_table(job, &live, err) : 0;

	if (rc == 0)
		rc = compare(job, live, err);
	dg_source_close(live);
	return rc;
}

/* ---- telling ------------------------------------------------------- */

static void tell_keys(const struct dg_log *log, char sign,
		      const struct dg_restore_keys *first, uint64_t count)
{
	char more[DG_COUNT_SIZE];

	for (size_t i = 0; i < first->count; i++)
		dg_info(log, "  %c %s", sign, first->key[i]);
	if (count > first->count)
		dg_info(log, "  %c … and %s more", sign,
			dg_format_count(count - first->count, more));
}

static void tell_difference(const struct dg_restore_job *job)
{
	const struct dg_restore_plan *plan = &job->result->plan;
	const struct dg_log *log = job->run->log;
	const bool mirror = job->options->mirror;
	char n[4][DG_COUNT_SIZE];
	char expired[DG_QUANTITY_SIZE];

	if (!job->describe)
		return;
	dg_info(log,
		"Compared with table '%s': %s added, %s changed, %s equal%s%s"
		"%s",
		job->env.table, dg_format_count(plan->added, n[0]),
		dg_format_count(plan->changed, n[1]),
		dg_format_count(plan->equal, n[2]), plan->extra ? ", " : "",
		plan->extra ? dg_format_count(plan->extra, n[3]) : "",
		!plan->extra ? ""
		: mirror     ? " to be deleted"
			     : " only in the table, left alone");
	tell_keys(log, '+', &plan->first_added, plan->added);
	tell_keys(log, '~', &plan->first_changed, plan->changed);
	if (mirror)
		tell_keys(log, '-', &plan->first_extra, plan->extra);
	if (plan->expired > 0)
		dg_info(log,
			"Among the added: %s with a time to live in the past, "
			"which the service may delete again",
			dg_format_quantity(plan->expired, "item", expired));
}

static bool must_compare(const struct dg_restore_options *options)
{
	return options->only != DG_RESTORE_SCHEMA &&
	       (options->dry_run || options->changed_only || options->mirror ||
		dg_restore_is_of_keys(options));
}

static void decide(struct dg_restore_job *job)
{
	const struct dg_restore_options *options = job->options;
	const struct dg_restore_plan *plan = &job->result->plan;

	job->result->to_write = options->only == DG_RESTORE_SCHEMA ? 0
				: options->changed_only || options->mirror
					? plan->added + plan->changed
					: job->result->items;
	job->result->to_delete = options->mirror ? plan->extra : 0;
}

int dg_restore_find_difference(struct dg_restore_job *job, struct dg_error *err)
{
	const bool of_keys = dg_restore_is_of_keys(job->options);
	int rc = 0;

	if (of_keys)
		rc = pick_items(job, err);
	if (rc == 0 && must_compare(job->options)) {
		rc = of_keys ? compare_keys(job, err) : compare_table(job, err);
		if (rc == 0)
			tell_difference(job);
	}
	if (rc == 0)
		decide(job);
	return rc;
}
