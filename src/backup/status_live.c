/*
 * The live side of a status. Counts come from one DescribeTable each, all at
 * once, and what has not answered within a few seconds is unknown: a prompt
 * and a cron job must not hang. Comparing reads the tables, one after another,
 * for as long as that takes.
 */
#include "backup/environment.h"
#include "backup/status_job.h"
#include "base/text.h"
#include "base/work.h"
#include "dynamodb/table.h"
#include <ddbgit/diff.h>
#include <stdlib.h>

#define PATIENCE_MS 3000
#define WORKERS_MAX 16

/* The folder env@table is of a table that the environment does not name. */
static struct dg_target_options target_of(
	const struct dg_status_snapshot *snapshot)
{
	const char *at = strchr(snapshot->label, '@');

	return (struct dg_target_options){
		.environment = snapshot->entry.environment,
		.table = at ? at + 1 : NULL,
	};
}

static int note_failure(struct dg_status_entry *entry, const char *message,
			struct dg_error *err)
{
	free(entry->live_error);
	entry->live = DG_LIVE_UNKNOWN;
	return dg_strdup(&entry->live_error, message, err);
}

/* ---- counting ------------------------------------------------------ */

struct counting {
	struct dg_status_job *job;
	struct dg_run quiet; /* the run, without a word */
	struct dg_cancel done;
	struct dg_cancel late;
	size_t left; /* atomic: how many have not answered yet */
};

static int describe(struct counting *counting, struct dg_environment *env,
		    const struct dg_status_snapshot *snapshot,
		    struct dg_json **table, struct dg_error *err)
{
	const struct dg_target_options target = target_of(snapshot);
	int rc = dg_environment_open(env, &counting->quiet, &target, err);

	if (rc == 0)
		rc = dg_environment_connect(env, err);
	if (rc == 0)
		rc = dg_table_describe(env->connection, env->table, table, err);
	return dg_environment_explain(env, rc, err);
}

static int note_count(struct counting *counting, struct dg_status_entry *entry,
		      int rc, const struct dg_json *table, struct dg_error *err)
{
	if (rc == 0 &&
	    dg_json_get_u64(table, "ItemCount", &entry->live_items)) {
		entry->live = DG_LIVE_COUNTED;
		return 0;
	}
	if (rc == DG_ECANCELLED && dg_cancelled(&counting->late) &&
	    !dg_cancelled(counting->job->run->cancel))
		return note_failure(entry, "no answer within 3 seconds", err);
	if (rc == DG_ENOMEM || rc == DG_ECANCELLED)
		return rc;
	return note_failure(
		entry, rc == 0 ? "the answer holds no ItemCount" : err->message,
		err);
}

static int count_one(struct counting *counting,
		     struct dg_status_snapshot *snapshot, struct dg_error *err)
{
	struct dg_status_entry *entry = &snapshot->entry;
	struct dg_environment env = {.name = NULL};
	struct dg_json *table = NULL;
	int rc = describe(counting, &env, snapshot, &table, err);
	int noted = 0;

	if (env.table)
		noted = dg_strdup(&entry->live_table, env.table, err);
	/* Without its file there is no environment, and no table either. */
	if (rc == DG_ENOTFOUND && env.connection)
		entry->live = DG_LIVE_MISSING;
	else if (noted == 0)
		noted = note_count(counting, entry, rc, table, err);
	dg_json_free(table);
	dg_environment_close(&env);
	return noted;
}

/* The first task is the watch; the others are the tables. */
static int count_task(void *context, size_t worker, size_t task,
		      struct dg_cancel *stop, struct dg_error *err)
{
	struct counting *counting = context;
	struct dg_status_job *job = counting->job;
	int rc;

	(void)worker;
	(void)stop;
	if (task == 0) {
		rc = job->clock.sleep_ms(&job->clock, PATIENCE_MS,
					 &counting->done);
		if (rc == 0)
			dg_cancel_set(&counting->late);
		return 0;
	}
	rc = count_one(counting, &job->snapshots[task - 1], err);
	if (__atomic_sub_fetch(&counting->left, 1, __ATOMIC_ACQ_REL) == 0 ||
	    rc < 0)
		dg_cancel_set(&counting->done);
	return rc;
}

static int count_all(struct dg_status_job *job, struct dg_error *err)
{
	struct counting counting = {
		.job = job,
		.quiet = *job->run,
		.done = {0, job->run->cancel},
		.late = {0, job->run->cancel},
		.left = job->count,
	};
	const struct dg_work work = {
		.run = count_task,
		.context = &counting,
		.workers = job->count < WORKERS_MAX ? job->count + 1
						    : WORKERS_MAX + 1,
		.tasks = job->count + 1,
		.cancel = job->run->cancel,
	};

	counting.quiet.log = NULL;
	counting.quiet.progress = NULL;
	counting.quiet.cancel = &counting.late;
	return dg_work_run(&work, err);
}

/* ---- comparing ----------------------------------------------------- */

static void note_comparison(struct dg_status_entry *entry,
			    const struct dg_diff_result *diff)
{
	entry->live = DG_LIVE_COMPARED;
	entry->difference.added = diff->added;
	entry->difference.changed = diff->changed;
	entry->difference.removed = diff->removed;
	entry->difference.settings = diff->settings;
}

static int compare_one(struct dg_status_job *job,
		       struct dg_status_snapshot *snapshot,
		       struct dg_error *err)
{
	const struct dg_diff_visitor nobody = {.begin = NULL};
	const struct dg_diff_options options = {
		.target = target_of(snapshot),
		.before = snapshot->in_tree ? "HEAD" : snapshot->directory,
		.path = snapshot->in_tree ? snapshot->tree_path : NULL,
	};
	struct dg_diff_result diff;
	int rc = dg_diff(job->run, &options, &nobody, &diff, err);

	if (rc == 0)
		note_comparison(&snapshot->entry, &diff);
	if (rc == 0 || rc == DG_ECANCELLED || rc == DG_ENOMEM)
		return rc;
	return note_failure(&snapshot->entry, err->message, err);
}

int dg_status_look_live(struct dg_status_job *job, struct dg_error *err)
{
	int rc = 0;

	if (job->options->live == DG_STATUS_OFFLINE || job->count == 0)
		return 0;
	rc = count_all(job, err);
	if (job->options->live == DG_STATUS_COUNT)
		return rc;
	for (size_t i = 0; rc == 0 && i < job->count; i++)
		if (job->snapshots[i].entry.live != DG_LIVE_MISSING)
			rc = compare_one(job, &job->snapshots[i], err);
	return rc;
}
