#include "backup/dump_job.h"

#include "backup/changes.h"
#include "base/text.h"

/* Beside the data, which has been added: that is not read a second time. */
static int add_description(struct dg_dump_job *job, struct dg_error *err)
{
	static const char *const names[] = {DG_SCHEMA_FILE, DG_METADATA_FILE,
					    DG_SUMMARY_FILE};
	struct dg_fileset *files = dg_snapshot_dir_staged(job->dir);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(*names); i++)
		rc = dg_commit_add_one(job->commit, names[i], files, err);
	return rc;
}

static int stage_description(struct dg_dump_job *job, struct dg_error *err)
{
	const struct dg_snapshot_write write = {
		.sink = job->sink,
		.definition = job->definition,
		.metadata = &job->metadata,
	};
	int rc = dg_snapshot_write_description(&write, err);

	/* Without a directory the sink is the commit's own. */
	if (rc == 0 && job->dir)
		rc = add_description(job, err);
	return rc;
}

/* Named before the commit exists, so that a taken name stops in time. */
static int check_tag_is_free(const struct dg_dump_job *job,
			     struct dg_error *err)
{
	if (!job->tag_exists)
		return 0;
	dg_error_set(
		err, DG_EEXISTS,
		"tag '%s' names the backup %.7s, and the table has changed "
		"since",
		job->tag, job->last_id);
	return dg_error_hint(err, "Give another name, or --tag alone");
}

static int count_changes(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_fileset *before = dg_commit_tip(job->commit);
	struct dg_fileset *files = NULL;
	int rc;

	if (!before) {
		job->result->changes = (struct dg_changes){
			.kind = DG_CHANGES_FIRST,
			.added = job->metadata.item_count,
		};
		return 0;
	}
	rc = dg_commit_files(&files, job->commit, err);
	if (rc == 0)
		rc = dg_changes_count(&job->result->changes, before, files,
				      &job->reading, err);
	if (rc == 0 && job->last_name &&
	    job->result->changes.kind != DG_CHANGES_FIRST)
		rc = dg_strdup(&job->result->since, job->last_name, err);
	dg_fileset_close(files);
	return rc;
}

int dg_dump_record_check(struct dg_dump_job *job, const char *id,
			 struct dg_error *err)
{
	return dg_repo_record_check(job->repo, job->ref, job->tree_path,
				    job->metadata.dump_date, id, err);
}

static int after_commit(struct dg_dump_job *job, struct dg_error *err)
{
	const char *id = job->result->commit_id;
	int rc = dg_dump_record_check(job, id, err);

	job->result->gc_due = dg_repo_gc_due(job->repo);
	return rc == 0 ? dg_dump_tag(job, id, err) : rc;
}

/* Once the branch has the commit it stands, whatever fails. */
static int say_it_stands(struct dg_dump_job *job, int rc, struct dg_error *err)
{
	const char *id = job->result->commit_id;

	if (*id)
		dg_error_prefix(err, "committed %.7s to %s, but", id,
				dg_dump_branch(job));
	return rc;
}

static int make_commit(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_message message;
	struct dg_dump_message text;
	int rc = check_tag_is_free(job, err);

	if (rc == 0)
		rc = stage_description(job, err);
	if (rc == 0)
		rc = count_changes(job, err);
	if (rc == 0) {
		dg_dump_describe(job, &message, &text);
		rc = dg_cancel_check(job->run->cancel, err);
	}
	if (rc == 0)
		rc = dg_commit_prepare(job->commit, &message, err);
	if (rc == 0 && job->dir)
		rc = dg_snapshot_dir_drop_unchanged(job->dir, err);
	if (rc == 0 && job->dir)
		rc = dg_snapshot_dir_publish(job->dir, err);
	if (rc == 0)
		rc = dg_commit_finish(job->commit, job->result->commit_id, err);
	job->result->committed = *job->result->commit_id;
	if (rc == 0)
		rc = after_commit(job, err);
	return rc == 0 ? 0 : say_it_stands(job, rc, err);
}

int dg_dump_commit(struct dg_dump_job *job, struct dg_error *err)
{
	bool unchanged = false;
	int rc = 0;

	if (job->dir)
		rc = dg_commit_add_files(job->commit,
					 dg_snapshot_dir_staged(job->dir), err);
	if (rc == 0)
		rc = dg_dump_is_unchanged(job, &unchanged, err);
	if (rc == 0)
		rc = dg_strdup(&job->result->branch, dg_dump_branch(job), err);
	if (rc < 0)
		return rc;
	return unchanged ? dg_dump_keep_unchanged(job, err)
			 : make_commit(job, err);
}
