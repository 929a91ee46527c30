#include "backup/dump_job.h"

#include "item/table_def.h"
#include "repo/revision.h"

/* Was the tip written in this form? Then other bytes are other data. */
static bool tip_has_our_form(const struct dg_metadata *tip,
			     const struct dg_metadata *now)
{
	return tip && tip->format_version == now->format_version &&
	       tip->layout && now->layout &&
	       strcmp(tip->layout, now->layout) == 0;
}

/* Object by object, in either layout. */
static bool items_are_the_tips(const struct dg_dump_job *job)
{
	return dg_commit_same_as_tip(job->commit, DG_DATA_FILE) &&
	       dg_commit_same_as_tip(job->commit, DG_PARTS_FOLDER);
}

/* By the digest of what the tip holds, computed, never as it is stated. A
 * malformed tip counts as changed. */
static int data_equals_tip(struct dg_dump_job *job, struct dg_snapshot *tip,
			   bool *out, struct dg_error *err)
{
	struct dg_snapshot_facts facts;
	int rc;

	*out = items_are_the_tips(job);
	if (*out || tip_has_our_form(dg_snapshot_metadata(tip), &job->metadata))
		return 0;
	rc = dg_snapshot_check(tip, &facts, err);
	if (rc == DG_EINVALID || rc == DG_EUNSUPPORTED) {
		dg_error_clear(err);
		return 0;
	}
	*out = rc == 0 && strcmp(facts.sha256, job->metadata.data_sha256) == 0;
	return rc;
}

int dg_dump_is_unchanged(struct dg_dump_job *job, bool *out,
			 struct dg_error *err)
{
	struct dg_fileset *files = dg_commit_tip(job->commit);
	struct dg_snapshot *tip = NULL;
	const struct dg_json *definition;
	struct dg_key_schema keys;
	int rc;

	*out = false;
	if (!files || job->options->allow_empty || !job->last_id[0])
		return 0;
	rc = dg_snapshot_open(&tip, files, &job->reading, err);
	if (rc < 0) {
		dg_error_clear(err);
		return rc == DG_ENOMEM || rc == DG_ECANCELLED ? rc : 0;
	}
	definition = dg_snapshot_definition(tip);
	if (definition && dg_table_def_equal(definition, job->definition)) {
		if (!dg_snapshot_keys(tip) &&
		    dg_table_def_keys(job->definition, &keys, NULL) == 0)
			dg_snapshot_use_keys(tip, &keys);
		rc = data_equals_tip(job, tip, out, err);
	}
	dg_snapshot_close(tip);
	return rc;
}

/* The tip's items in place of those just staged, which are the same in other
 * files. */
static int stage_tips_items(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_fileset *tip = dg_commit_tip(job->commit);
	int rc = dg_snapshot_dir_unstage_items(job->dir, err);

	return rc < 0 ? rc : dg_snapshot_copy_items(tip, job->sink, err);
}

/* A backup committed by hand may lack some. */
static int stage_tips_description(struct dg_dump_job *job, struct dg_error *err)
{
	static const char *const files[] = {DG_SCHEMA_FILE, DG_METADATA_FILE,
					    DG_SUMMARY_FILE};
	struct dg_fileset *tip = dg_commit_tip(job->commit);
	struct dg_error cause = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(files) / sizeof(*files); i++) {
		rc = dg_fileset_copy(tip, files[i], job->sink, &cause);
		if (rc == DG_ENOTFOUND)
			rc = 0;
	}
	return rc < 0 ? dg_error_pass(err, &cause) : rc;
}

/* Files and index entries become the tip's, whatever stood there. */
static int put_tip_in_place(struct dg_dump_job *job, struct dg_error *err)
{
	int rc = 0;

	if (!job->dir)
		return 0;
	if (!items_are_the_tips(job))
		rc = stage_tips_items(job, err);
	if (rc == 0)
		rc = stage_tips_description(job, err);
	if (rc == 0)
		rc = dg_snapshot_dir_drop_unchanged(job->dir, err);
	if (rc == 0)
		rc = dg_snapshot_dir_publish(job->dir, err);
	if (rc == 0)
		rc = dg_commit_reset_index(job->commit, err);
	return rc;
}

/* "prod-20250126 (1a2b3c4, 2025-01-26)", or without a tag "1a2b3c4
 * (2025-01-26)". */
static void say_unchanged(const struct dg_dump_job *job,
			  const struct dg_revision *last)
{
	char date[DG_TIME_ISO_SIZE];

	dg_time_iso(dg_revision_time(last), date);
	if (strncmp(job->last_name, job->last_id, strlen(job->last_name)) == 0)
		dg_info(job->run->log, "No changes since %s (%.10s)",
			job->last_name, date);
	else
		dg_info(job->run->log, "No changes since %s (%.7s, %.10s)",
			job->last_name, job->last_id, date);
}

int dg_dump_keep_unchanged(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_revision *last = NULL;
	int rc = put_tip_in_place(job, err);

	if (rc == 0)
		rc = dg_revision_open(&last, job->repo, job->last_id, err);
	if (rc == 0) {
		say_unchanged(job, last);
		job->result->unchanged = true;
		memcpy(job->result->commit_id, job->last_id,
		       sizeof(job->result->commit_id));
		rc = dg_dump_record_check(job, job->last_id, err);
	}
	if (rc == 0)
		rc = dg_dump_tag(job, job->last_id, err);
	dg_revision_close(last);
	return rc;
}
