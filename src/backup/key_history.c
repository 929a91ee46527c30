#include <ddbgit/key_history.h>

#include "backup/backup_list.h"
#include "backup/diff_item.h"
#include "backup/environment.h"
#include "backup/key_lookup.h"
#include <stdio.h>

struct job {
	const struct dg_key_history_options *options;
	const struct dg_key_history_visitor *visitor;
	struct dg_key_history_result *result;
	struct dg_key_lookup lookup;
	struct dg_diff_view view;
	char cut_at[DG_OID_HEX_SIZE]; /* where the history ends too early */
};

static struct dg_slice line_of(const struct dg_key_entry *entry)
{
	const struct dg_slice none = {"", 0};

	return entry->answer == DG_KEY_FOUND ? dg_buf_slice(&entry->line)
					     : none;
}

/* before: NULL if that is not known. */
static int show(struct job *job, const struct dg_backup *backup,
		const struct dg_key_entry *before,
		const struct dg_key_entry *after, struct dg_error *err)
{
	const struct dg_key_entry *known =
		after->answer == DG_KEY_FOUND ? after : before;
	int rc = 0;

	job->result->changes++;
	if (job->visitor->backup)
		rc = job->visitor->backup(job->visitor->change.context, backup,
					  err);
	if (rc < 0)
		return rc;
	if (!before)
		return dg_diff_view_present(&job->view, &known->keys,
					    line_of(after), err);
	return dg_diff_view_item(&job->view, &known->keys, line_of(before),
				 line_of(after), err);
}

/* The first parent; NULL for a root, and with *cut at the end of a shallow
 * clone. */
static int parent_of(struct dg_revision **out, bool *cut, struct job *job,
		     const struct dg_revision *revision, struct dg_error *err)
{
	int rc = dg_revision_parent(out, revision, err);

	if (rc != DG_ENOTFOUND)
		return rc;
	dg_error_clear(err);
	*cut = !dg_revision_is_root(revision);
	if (*cut)
		snprintf(job->cut_at, sizeof(job->cut_at), "%s",
			 dg_revision_id(revision));
	return 0;
}

/* In the first parent; where that cannot be read, in the one before it, or what
 * changed between the readable ones would be told nowhere. *out is NULL where
 * it is missing: at the end of a shallow clone. */
static int find_before(struct job *job, const struct dg_revision *revision,
		       const char *path, const struct dg_key_entry **out,
		       struct dg_error *err)
{
	struct dg_revision *at = NULL, *parent = NULL;
	bool cut = false;
	int rc;

	do {
		*out = NULL;
		rc = dg_cancel_check(job->lookup.reading.cancel, err);
		if (rc == 0)
			rc = parent_of(&parent, &cut, job, at ? at : revision,
				       err);
		dg_revision_close(at);
		at = rc == 0 ? parent : NULL;
		if (rc == 0 && !cut)
			rc = dg_key_lookup_find(&job->lookup, at, path, out,
						err);
	} while (rc == 0 && *out && (*out)->answer == DG_KEY_UNREADABLE);
	dg_revision_close(at);
	return rc;
}

static int look_at(struct job *job, struct dg_revision *revision,
		   const struct dg_backup *backup, struct dg_error *err)
{
	const struct dg_key_entry *before, *after;
	/* First, for it may take more look-ups than are remembered. */
	int rc = find_before(job, revision, backup->path, &before, err);

	if (rc < 0)
		return rc;
	job->result->backups++;
	rc = dg_key_lookup_find(&job->lookup, backup->removed ? NULL : revision,
				backup->path, &after, err);
	if (rc < 0 || after->answer == DG_KEY_UNREADABLE)
		return rc;
	if (!before)
		return after->answer == DG_KEY_FOUND
			       ? show(job, backup, NULL, after, err)
			       : 0;
	return dg_slice_equal(line_of(before), line_of(after))
		       ? 0
		       : show(job, backup, before, after, err);
}

static int follow(struct job *job, struct dg_backup_list *list,
		  const struct dg_cancel *cancel, struct dg_error *err)
{
	const uint64_t limit = job->options->backups.limit;
	struct dg_revision *revision = NULL;
	struct dg_backup backup;
	int rc = 0;

	while (rc == 0 && (!limit || job->result->changes < limit) &&
	       (rc = dg_backup_list_next(list, &backup, err)) > 0) {
		rc = dg_cancel_check(cancel, err);
		if (rc == 0)
			rc = dg_backup_list_revision(list, &revision, err);
		if (rc == 0)
			rc = look_at(job, revision, &backup, err);
	}
	return rc;
}

/* A key that no table ever had is a slip of the pen. */
static int check_accepted(const struct job *job, struct dg_error *err)
{
	if (job->lookup.accepted || !job->lookup.refused_by.code)
		return 0;
	if (err)
		*err = job->lookup.refused_by;
	return DG_EUSAGE;
}

int dg_key_history(const struct dg_run *run,
		   const struct dg_key_history_options *options,
		   const struct dg_key_history_visitor *visitor,
		   struct dg_key_history_result *result, struct dg_error *err)
{
	const struct dg_snapshot_options reading = {
		.memory = dg_run_memory(run),
		.temp_dir = run->temp_dir,
		.cancel = run->cancel,
		.log = run->log,
	};
	struct job job = {
		.options = options, .visitor = visitor, .result = result};
	struct dg_backup_list_options backups = options->backups;
	struct dg_backup_list *list = NULL;
	int rc;

	memset(result, 0, sizeof(*result));
	backups.limit = 0;
	dg_key_lookup_init(&job.lookup, options->key, &reading);
	dg_diff_view_init(&job.view, &visitor->change, options->text_max);
	rc = dg_backup_list_open(&list, run, &backups, err);
	if (rc == 0)
		rc = follow(&job, list, run->cancel, err);
	if (rc == 0)
		rc = check_accepted(&job, err);
	if (rc == 0 && job.cut_at[0])
		dg_info(run->log,
			"The history of this clone ends at %.7s, and the item "
			"before that is not known: git fetch --unshallow",
			job.cut_at);
	dg_backup_list_close(list);
	dg_diff_view_free(&job.view);
	dg_key_lookup_free(&job.lookup);
	return rc;
}
