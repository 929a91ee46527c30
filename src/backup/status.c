#include "backup/dump_job.h"
#include "backup/facts.h"
#include "backup/status_job.h"
#include "base/dir.h"
#include "base/text.h"
#include "repo/history.h"
#include "repo/path_state.h"
#include <stdlib.h>

#define METADATA_MAX (1u << 20)

/* ---- what is known of the backup ----------------------------------- */

static int64_t age_of(const struct dg_status_job *job, const char *date)
{
	int64_t then;

	if (!date || dg_time_parse_iso(date, &then, NULL) < 0)
		return -1;
	return job->now > then ? job->now - then : 0;
}

static void take(char **out, char **from)
{
	free(*out);
	*out = *from;
	*from = NULL;
}

static int read_facts(struct dg_status_job *job,
		      struct dg_status_snapshot *snapshot,
		      struct dg_revision *revision, struct dg_error *err)
{
	struct dg_status_entry *entry = &snapshot->entry;
	struct dg_facts facts;
	int rc = dg_facts_read(&facts, dg_revision_message(revision),
			       dg_revision_time(revision), revision,
			       snapshot->tree_path, err);

	if (rc < 0)
		return rc;
	take(&entry->environment, &facts.environment);
	take(&entry->table, &facts.table);
	take(&entry->region, &facts.region);
	take(&entry->date, &facts.date);
	entry->has_items = facts.has_items;
	entry->items = facts.items;
	entry->age = age_of(job, entry->date);
	dg_facts_free(&facts);
	return 0;
}

static int look_at_commit(struct dg_status_job *job,
			  struct dg_status_snapshot *snapshot,
			  struct dg_error *err)
{
	const struct dg_history_options options = {
		.path = snapshot->tree_path,
		.marker = DG_DATA_FILE,
		.owned = dg_snapshot_entries,
	};
	struct dg_status_entry *entry = &snapshot->entry;
	struct dg_revision *revision = NULL;
	int rc = dg_history_writer(job->repo, &options, entry->commit_id, err);

	entry->has_backup = rc == 0;
	if (rc == 0)
		rc = dg_revision_open(&revision, job->repo, entry->commit_id,
				      err);
	if (rc == 0)
		rc = dg_dump_commit_name(&entry->name, job->repo,
					 entry->commit_id, err);
	if (rc == 0)
		rc = read_facts(job, snapshot, revision, err);
	dg_revision_close(revision);
	return rc;
}

/* Of a snapshot that was never committed. Metadata that is missing or
 * malformed leaves it unknown. */
static int look_at_directory(struct dg_status_job *job,
			     struct dg_status_snapshot *snapshot,
			     struct dg_error *err)
{
	struct dg_status_entry *entry = &snapshot->entry;
	struct dg_fileset *files = NULL;
	struct dg_buf text = DG_BUF_INIT(METADATA_MAX);
	struct dg_metadata m = {0};
	int rc = dg_dir_fileset_open(&files, snapshot->directory, err);

	if (rc == 0)
		rc = dg_fileset_read(files, DG_METADATA_FILE, &text, err);
	if (rc == 0)
		rc = dg_metadata_parse(&m, dg_buf_slice(&text), err);
	take(&entry->environment, &m.environment);
	take(&entry->table, &m.table_name);
	take(&entry->region, &m.region);
	take(&entry->date, &m.dump_date);
	entry->has_items = m.has_item_count;
	entry->items = m.item_count;
	entry->age = age_of(job, entry->date);
	dg_metadata_free(&m);
	dg_buf_free(&text);
	dg_fileset_close(files);
	if (rc == DG_ENOMEM)
		return rc;
	dg_error_clear(err);
	return 0;
}

static int look_at_check(struct dg_status_job *job,
			 struct dg_status_snapshot *snapshot,
			 struct dg_error *err)
{
	struct dg_status_entry *entry = &snapshot->entry;
	struct dg_last_check check;
	int rc;

	entry->checked_age = -1;
	if (!job->ref || !snapshot->tree_path)
		return 0;
	rc = dg_repo_last_check(&check, job->repo, job->ref,
				snapshot->tree_path, err);
	if (rc == 0 && check.date[0])
		rc = dg_strdup(&entry->checked, check.date, err);
	if (rc == 0)
		entry->checked_age = age_of(job, entry->checked);
	return rc;
}

static int look_at_files(struct dg_status_job *job,
			 struct dg_status_snapshot *snapshot,
			 struct dg_error *err)
{
	static const enum dg_files_state states[] = {
		[DG_PATH_SAME] = DG_FILES_COMMITTED,
		[DG_PATH_CHANGED] = DG_FILES_CHANGED,
		[DG_PATH_UNMERGED] = DG_FILES_UNMERGED,
	};
	struct dg_status_entry *entry = &snapshot->entry;
	enum dg_path_state state;
	int rc = 0;

	if (job->repo && !dg_repo_workdir(job->repo)) {
		entry->files = DG_FILES_NO_WORKTREE;
	} else if (!snapshot->in_tree) {
		entry->files = DG_FILES_NEVER_COMMITTED;
	} else if (!snapshot->directory) {
		entry->files = DG_FILES_MISSING;
	} else {
		rc = dg_repo_path_state(&state, job->repo, snapshot->tree_path,
					dg_snapshot_entries, err);
		entry->files = states[state];
	}
	return rc;
}

/* Metadata names the environment; else the folder does. */
static int name_environment(struct dg_status_snapshot *snapshot,
			    struct dg_error *err)
{
	if (snapshot->entry.environment)
		return 0;
	return dg_slice_dup(
		&snapshot->entry.environment,
		dg_slice_of(snapshot->label, strcspn(snapshot->label, "@")),
		err);
}

static int look(struct dg_status_job *job, struct dg_status_snapshot *snapshot,
		struct dg_error *err)
{
	int rc = snapshot->in_tree ? look_at_commit(job, snapshot, err)
				   : look_at_directory(job, snapshot, err);

	if (rc == 0)
		rc = look_at_check(job, snapshot, err);
	if (rc == 0)
		rc = look_at_files(job, snapshot, err);
	if (rc == 0)
		rc = name_environment(snapshot, err);
	if (rc < 0)
		dg_error_prefix(err, "%s", snapshot->entry.path);
	return rc;
}

/* ---- the verdict --------------------------------------------------- */

static bool live_differs(const struct dg_status_entry *entry)
{
	const struct dg_live_difference *d = &entry->difference;

	switch (entry->live) {
	case DG_LIVE_MISSING:
		return true;
	case DG_LIVE_COUNTED:
		return entry->has_items && entry->items != entry->live_items;
	case DG_LIVE_COMPARED:
		return d->added + d->changed + d->removed + d->settings > 0;
	case DG_LIVE_NOT_ASKED:
	case DG_LIVE_UNKNOWN:
		break;
	}
	return false;
}

static bool differs(const struct dg_status_entry *entry)
{
	return (entry->files != DG_FILES_COMMITTED &&
		entry->files != DG_FILES_NO_WORKTREE) ||
	       live_differs(entry);
}

static int show(struct dg_status_job *job, struct dg_status_result *result,
		struct dg_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < job->count; i++) {
		struct dg_status_entry *entry = &job->snapshots[i].entry;

		entry->differs = differs(entry);
		result->snapshots++;
		result->differing += entry->differs;
		rc = job->options->visit(job->options->context, entry, err);
	}
	return rc;
}

static void free_snapshot(struct dg_status_snapshot *snapshot)
{
	struct dg_status_entry *entry = &snapshot->entry;

	free(entry->path);
	free(entry->environment);
	free(entry->table);
	free(entry->region);
	free(entry->name);
	free(entry->date);
	free(entry->checked);
	free(entry->live_table);
	free(entry->live_error);
	free(snapshot->tree_path);
	free(snapshot->directory);
	free(snapshot->label);
}

int dg_status(const struct dg_run *run, const struct dg_status_options *options,
	      struct dg_status_result *result, struct dg_error *err)
{
	struct dg_status_job job = {.run = run, .options = options};
	int rc;

	memset(result, 0, sizeof(*result));
	dg_run_clock(&job.clock, run);
	job.now = dg_clock_wall_ms(&job.clock) / 1000;
	rc = dg_status_find(&job, err);
	for (size_t i = 0; rc == 0 && i < job.count; i++)
		rc = look(&job, &job.snapshots[i], err);
	if (rc == 0)
		rc = dg_status_look_live(&job, err);
	if (rc == 0)
		rc = show(&job, result, err);
	for (size_t i = 0; i < job.count; i++)
		free_snapshot(&job.snapshots[i]);
	free(job.snapshots);
	dg_revision_close(job.head);
	dg_repo_close(job.repo);
	free(job.ref);
	free(job.root);
	return rc;
}
