#include "backup/dump_job.h"

#include "backup/changes.h"
#include "backup/root.h"
#include "base/text.h"
#include "item/table_def.h"
#include "repo/history.h"
#include "repo/revision.h"
#include "repo/tag.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- before the first request -------------------------------------- */

static int not_a_repository(struct dg_dump_job *job, struct dg_error *err)
{
	dg_error_set(err, DG_EUSAGE,
		     "--commit needs a Git repository, and %s is in none",
		     job->path);
	return dg_error_hint(err, "Run git init in the project, or dump "
				  "without --commit");
}

/* In a bare repository the output is a path in the tree. */
static int bare_path(struct dg_dump_job *job, struct dg_error *err)
{
	const char *output = job->options->output;
	int rc;

	if (!output)
		rc = dg_asprintf(&job->tree_path, err, "backups/dynamodb/%s",
				 job->label);
	else
		rc = dg_strdup(&job->tree_path,
			       strncmp(output, "./", 2) == 0 ? output + 2
							     : output,
			       err);
	if (rc == 0)
		rc = dg_path_check(job->tree_path, err);
	if (rc == 0) {
		free(job->path);
		job->path = NULL;
		rc = dg_strdup(&job->path, job->tree_path, err);
	}
	return rc;
}

/* The output lies in another repository than the one that we stand in. */
static int check_same_repository(const struct dg_dump_job *job,
				 const struct dg_repo *here,
				 struct dg_error *err)
{
	const char *ours = here ? dg_repo_workdir(here) : NULL;
	const char *its = dg_repo_workdir(job->repo);

	if (!ours || !its || strcmp(ours, its) == 0)
		return 0;
	dg_error_set(err, DG_EREFUSED, "%s is inside another repository (%s)",
		     job->path, its);
	return dg_error_hint(err,
			     "Run ddbgit inside that repository: "
			     "ddbgit -C %s dump …",
			     its);
}

static int open_repository(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_repo *here = NULL;
	int rc = dg_repo_open(&here, ".", job->run->log, err);

	if (rc < 0 && rc != DG_ENOTFOUND)
		return rc;
	if (here && !dg_repo_workdir(here)) {
		job->repo = here;
		return bare_path(job, err);
	}
	rc = dg_repo_open(&job->repo, job->path, job->run->log, err);
	if (rc == DG_ENOTFOUND && here)
		rc = dg_error_set(err, DG_EUSAGE,
				  "%s is outside the work tree %s: it cannot "
				  "be committed there",
				  job->path, dg_repo_workdir(here));
	else if (rc == DG_ENOTFOUND)
		rc = not_a_repository(job, err);
	if (rc == 0)
		rc = check_same_repository(job, here, err);
	if (rc == 0)
		rc = dg_repo_relative(&job->tree_path, job->repo, job->path,
				      err);
	dg_repo_close(here);
	return rc;
}

static int find_last(struct dg_dump_job *job, struct dg_error *err)
{
	const struct dg_history_options options = {
		.start = job->ref,
		.path = job->tree_path,
		.marker = DG_DATA_FILE,
		.owned = dg_snapshot_entries,
	};
	int rc;

	if (!dg_commit_tip(job->commit))
		return 0;
	rc = dg_history_writer(job->repo, &options, job->last_id, err);
	if (rc == DG_ENOTFOUND) {
		dg_error_clear(err);
		return 0;
	}
	if (rc == 0)
		rc = dg_dump_commit_name(&job->last_name, job->repo,
					 job->last_id, err);
	return rc;
}

int dg_dump_commit_open(struct dg_dump_job *job, struct dg_error *err)
{
	char now[DG_TIME_ISO_SIZE];
	struct dg_commit_options options = {
		.branch = job->options->branch,
		.force = job->options->force,
		.owned = dg_snapshot_entries,
		.cancel = job->run->cancel,
		.log = job->run->log,
		.now_iso = now,
		.now = dg_clock_wall_ms(&job->env.clock) / 1000,
		.clock = &job->env.clock,
		.memory = job->reading.memory,
		.temp_dir = job->reading.temp_dir,
	};
	int rc = open_repository(job, err);

	dg_time_iso(options.now, now);
	if (rc == 0)
		rc = dg_repo_branch_ref(&job->ref, job->repo,
					job->options->branch, err);
	options.path = job->tree_path;
	if (rc == 0)
		rc = dg_commit_open(&job->commit, job->repo, &options, err);
	if (rc == 0)
		rc = find_last(job, err);
	if (rc == 0)
		rc = dg_dump_tag_plan(job, err);
	return rc;
}

/* ---- is there anything to commit? ---------------------------------- */

/* Was the tip written in this form? Then other bytes are other data. */
static bool tip_has_our_form(const struct dg_metadata *tip,
			     const struct dg_metadata *now)
{
	return tip && tip->format_version == now->format_version &&
	       tip->layout && now->layout &&
	       strcmp(tip->layout, now->layout) == 0;
}

/* By the digest of what the tip holds, computed, never as it is stated. A
 * malformed tip counts as changed. */
static int data_equals_tip(struct dg_dump_job *job, struct dg_snapshot *tip,
			   bool *out, struct dg_error *err)
{
	struct dg_snapshot_facts facts;
	int rc;

	*out = dg_commit_same_as_tip(job->commit, DG_DATA_FILE);
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

static int is_unchanged(struct dg_dump_job *job, bool *out,
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

/* ---- nothing to commit --------------------------------------------- */

/* Files and index entries become the tip's, whatever stood there. */
static int put_tip_in_place(struct dg_dump_job *job, struct dg_error *err)
{
	static const char *const files[] = {DG_DATA_FILE, DG_SCHEMA_FILE,
					    DG_METADATA_FILE, DG_SUMMARY_FILE};
	struct dg_fileset *tip = dg_commit_tip(job->commit);
	int rc = 0;

	if (!job->dir)
		return 0;
	for (size_t i = 0; rc == 0 && i < sizeof(files) / sizeof(*files); i++) {
		rc = dg_fileset_copy(tip, files[i], job->sink, err);
		if (rc == DG_ENOTFOUND) {
			/* A backup committed by hand may lack some. */
			dg_error_clear(err);
			rc = 0;
		}
	}
	if (rc == 0)
		rc = dg_snapshot_dir_drop_unchanged(job->dir, err);
	if (rc == 0)
		rc = dg_snapshot_dir_publish(job->dir, err);
	if (rc == 0)
		rc = dg_commit_reset_index(job->commit, err);
	return rc;
}

static int record_check(struct dg_dump_job *job, const char *id,
			struct dg_error *err)
{
	return dg_repo_record_check(job->repo, job->ref, job->tree_path,
				    job->metadata.dump_date, id, err);
}

static int keep_unchanged(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_revision *last = NULL;
	char date[DG_TIME_ISO_SIZE] = "";
	int rc = put_tip_in_place(job, err);

	if (rc == 0)
		rc = dg_revision_open(&last, job->repo, job->last_id, err);
	if (rc == 0) {
		dg_time_iso(dg_revision_time(last), date);
		dg_info(job->run->log, "No changes since %s (%.7s, %.10s)",
			job->last_name, job->last_id, date);
		job->result->unchanged = true;
		memcpy(job->result->commit_id, job->last_id,
		       sizeof(job->result->commit_id));
		rc = record_check(job, job->last_id, err);
	}
	if (rc == 0)
		rc = dg_dump_tag(job, job->last_id, err);
	dg_revision_close(last);
	return rc;
}

/* ---- a commit ------------------------------------------------------ */

struct message_text {
	char subject[512];
	char body[512];
	char items[DG_COUNT_SIZE];
	char changes[96];
};

static void describe_changes(const struct dg_dump_job *job,
			     struct message_text *text)
{
	const struct dg_changes *changes = &job->result->changes;
	const char *schema = changes->schema_changed ? "; schema changed" : "";
	char counts[160];

	switch (changes->kind) {
	case DG_CHANGES_FIRST:
		snprintf(text->body, sizeof(text->body), "First backup");
		break;
	case DG_CHANGES_NOT_COMPARABLE:
		snprintf(text->body, sizeof(text->body),
			 "Not comparable with %s",
			 job->last_name ? job->last_name : "what stood here");
		return;
	case DG_CHANGES_COUNTED:
		snprintf(text->body, sizeof(text->body), "%s since %s%s",
			 dg_changes_text(changes, counts, sizeof(counts)),
			 job->last_name ? job->last_name : "the last commit",
			 schema);
		break;
	}
	dg_changes_short(changes, text->changes, sizeof(text->changes));
}

static void make_message(const struct dg_dump_job *job,
			 struct dg_message *message, struct message_text *text)
{
	const struct dg_metadata *m = &job->metadata;
	char count[DG_COUNT_SIZE];

	memset(message, 0, sizeof(*message));
	memset(text, 0, sizeof(*text));
	describe_changes(job, text);
	snprintf(text->items, sizeof(text->items), "%" PRIu64, m->item_count);
	snprintf(text->subject, sizeof(text->subject),
		 "Dump %s (%s): %s item%s", m->table_name, m->environment,
		 dg_format_count(m->item_count, count),
		 m->item_count == 1 ? "" : "s");
	message->subject =
		job->options->message ? job->options->message : text->subject;
	message->body = text->body;
	dg_message_add(message, "Ddbgit-Format", "1");
	dg_message_add(message, "Ddbgit-Environment", m->environment);
	dg_message_add(message, "Ddbgit-Table", m->table_name);
	dg_message_add(message, "Ddbgit-Region", m->region);
	dg_message_add(message, "Ddbgit-Items", text->items);
	if (text->changes[0])
		dg_message_add(message, "Ddbgit-Changes", text->changes);
	dg_message_add(message, "Ddbgit-Data-SHA256", m->data_sha256);
	dg_message_add(message, "Ddbgit-Dump-Date", m->dump_date);
	dg_message_add(message, "Ddbgit-Path", job->tree_path);
}

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
	struct dg_fileset *files = NULL;
	int rc = dg_commit_files(&files, job->commit, err);

	if (rc == 0)
		rc = dg_changes_count(&job->result->changes,
				      dg_commit_tip(job->commit), files,
				      &job->reading, err);
	dg_fileset_close(files);
	return rc;
}

static int make_commit(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_message message;
	struct message_text text;
	int rc = check_tag_is_free(job, err);

	if (rc == 0)
		rc = stage_description(job, err);
	if (rc == 0)
		rc = count_changes(job, err);
	if (rc == 0) {
		make_message(job, &message, &text);
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
	if (rc == 0) {
		job->result->committed = true;
		rc = record_check(job, job->result->commit_id, err);
	}
	if (rc == 0)
		rc = dg_dump_tag(job, job->result->commit_id, err);
	return rc;
}

int dg_dump_commit(struct dg_dump_job *job, struct dg_error *err)
{
	static const char heads[] = "refs/heads/";
	bool unchanged = false;
	int rc = 0;

	if (job->dir)
		rc = dg_commit_add_files(job->commit,
					 dg_snapshot_dir_staged(job->dir), err);
	if (rc == 0)
		rc = is_unchanged(job, &unchanged, err);
	if (rc == 0)
		rc = dg_strdup(&job->result->branch,
			       strncmp(job->ref, heads, strlen(heads)) == 0
				       ? job->ref + strlen(heads)
				       : job->ref,
			       err);
	if (rc < 0)
		return rc;
	return unchanged ? keep_unchanged(job, err) : make_commit(job, err);
}
