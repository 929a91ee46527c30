/* What a commit's message says of a backup: each trailer against the files. */
#include "backup/changes.h"
#include "backup/verify_job.h"
#include "repo/history.h"
#include "repo/message.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum trailer {
	FORMAT,
	ENVIRONMENT,
	TABLE,
	REGION,
	ITEMS,
	CHANGES,
	SHA256,
	DATE,
	PATH,
	TRAILERS,
};

static const char *const names[TRAILERS] = {
	[FORMAT] = "Ddbgit-Format",      [ENVIRONMENT] = "Ddbgit-Environment",
	[TABLE] = "Ddbgit-Table",        [REGION] = "Ddbgit-Region",
	[ITEMS] = "Ddbgit-Items",        [CHANGES] = "Ddbgit-Changes",
	[SHA256] = "Ddbgit-Data-SHA256", [DATE] = "Ddbgit-Dump-Date",
	[PATH] = "Ddbgit-Path",
};

struct check {
	struct dg_verify_job *job;
	struct dg_revision *commit;
	const char *path;
	const struct dg_inspection *inspection;
	char *value[TRAILERS];
};

static int say(struct check *check, bool problem, struct dg_error *err,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

static int say(struct check *check, bool problem, struct dg_error *err,
	       const char *format, ...)
{
	char what[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return dg_verify_report(check->job,
				&(struct dg_finding){problem, NULL, what}, err);
}

static int compare(struct check *check, enum trailer trailer,
		   const char *of_files, struct dg_error *err)
{
	const char *value = check->value[trailer];

	if (!of_files)
		return 0;
	if (!value)
		return say(check, true, err, "%s is missing, the files say %s",
			   names[trailer], of_files);
	if (strcmp(value, of_files) == 0)
		return 0;
	return say(check, true, err, "%s is %.200s, the files say %s",
		   names[trailer], value, of_files);
}

static int compare_number(struct check *check, enum trailer trailer,
			  bool is_known, uint64_t of_files,
			  struct dg_error *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, of_files);
	return is_known ? compare(check, trailer, text, err) : 0;
}

static int compare_facts(struct check *check, struct dg_error *err)
{
	const struct dg_inspection *of = check->inspection;
	const struct dg_metadata *m = &of->metadata;
	const char *sha256 = m->data_sha256[0] ? m->data_sha256
			     : of->sha256[0]   ? of->sha256
					       : NULL;
	const bool counted = m->has_item_count || of->has_items;
	int rc = compare_number(check, FORMAT, m->format_version > 0,
				m->format_version, err);

	if (rc == 0)
		rc = compare(check, ENVIRONMENT, m->environment, err);
	if (rc == 0)
		rc = compare(check, TABLE, m->table_name, err);
	if (rc == 0)
		rc = compare(check, REGION, m->region, err);
	if (rc == 0)
		rc = compare_number(
			check, ITEMS, counted,
			m->has_item_count ? m->item_count : of->items, err);
	if (rc == 0)
		rc = compare(check, SHA256, sha256, err);
	if (rc == 0)
		rc = compare(check, DATE, m->dump_date, err);
	return rc;
}

/* ---- changes ------------------------------------------------------- */

/* The folder before, in the first parent; NULL: there is none. 0: not known,
 * the history is cut off here. */
static int open_before(struct check *check, struct dg_revision **parent,
		       struct dg_fileset **files, struct dg_error *err)
{
	const uint64_t memory = dg_run_memory(check->job->run) / 2;
	struct dg_error cause = {0};
	int rc = dg_revision_parent(parent, check->commit, &cause);

	if (rc == DG_ENOTFOUND)
		return dg_revision_is_root(check->commit);
	if (rc == 0)
		rc = dg_revision_files(files, *parent, check->path, memory,
				       &cause);
	return rc == 0 || rc == DG_ENOTFOUND ? 1 : dg_error_pass(err, &cause);
}

static int count_changes(struct check *check, struct dg_fileset *before,
			 struct dg_changes *changes, struct dg_error *err)
{
	const struct dg_run *run = check->job->run;
	const struct dg_snapshot_options reading = {
		.memory = dg_run_memory(run) / 2,
		.temp_dir = run->temp_dir,
		.cancel = run->cancel,
	};
	struct dg_fileset *after = NULL;
	int rc = dg_revision_files(&after, check->commit, check->path,
				   reading.memory, err);

	if (rc == 0)
		rc = dg_changes_count(changes, before, after, &reading, err);
	dg_fileset_close(after);
	return rc;
}

/* Both backups have to be read for it. */
static int recount_changes(struct check *check, struct dg_error *err)
{
	struct dg_revision *parent = NULL;
	struct dg_fileset *before = NULL;
	struct dg_changes changes = {.kind = DG_CHANGES_NOT_COMPARABLE};
	char text[128];
	int rc = open_before(check, &parent, &before, err);

	if (rc > 0)
		rc = count_changes(check, before, &changes, err);
	dg_fileset_close(before);
	dg_revision_close(parent);
	if (rc < 0 || changes.kind == DG_CHANGES_NOT_COMPARABLE)
		return rc;
	return compare(check, CHANGES,
		       dg_changes_short(&changes, text, sizeof(text)), err);
}

static int check_changes(struct check *check, struct dg_error *err)
{
	const char *value = check->value[CHANGES];
	struct dg_changes changes;

	if (value && !dg_changes_parse(&changes, value))
		return say(check, true, err,
			   "Ddbgit-Changes is %.200s, which is no count",
			   value);
	/* Of what is damaged nothing can be counted. */
	if (check->job->options->all || check->job->backup.problems > 0 ||
	    !check->inspection->has_metadata)
		return 0;
	return recount_changes(check, err);
}

/* ---- whose trailers ------------------------------------------------ */

/* A commit may write several snapshots, and its trailers are of one. */
static int check_other_path(struct check *check, struct dg_error *err)
{
	const char *value = check->value[PATH];
	const struct dg_history_options options = {
		.start = dg_revision_id(check->commit),
		.path = value,
		.marker = DG_DATA_FILE,
		.owned = dg_snapshot_entries,
	};
	char id[DG_OID_HEX_SIZE];
	int rc = DG_ENOTFOUND;

	if (dg_path_check(value, NULL) == 0)
		rc = dg_history_writer(check->job->scope.repo, &options, id,
				       NULL);
	if (rc == DG_ENOMEM)
		return dg_error_nomem(err);
	if (rc == 0 && strcmp(id, options.start) == 0)
		return say(check, false, err,
			   "its trailers are of another backup, %s", value);
	return say(check, true, err,
		   "Ddbgit-Path is %.200s, where the commit writes no backup; "
		   "it writes %s",
		   value, check->path);
}

static bool has_any(const struct check *check)
{
	for (int i = 0; i < TRAILERS; i++)
		if (check->value[i])
			return true;
	return false;
}

static int check_all(struct check *check, struct dg_error *err)
{
	int rc;

	if (!has_any(check))
		return say(check, false, err,
			   "has no trailers of ddbgit: committed by hand");
	if (check->value[PATH] && strcmp(check->value[PATH], check->path) != 0)
		return check_other_path(check, err);
	rc = compare(check, PATH, check->path, err);
	/* The files may not have told that they are ddbgit's. */
	if (rc == 0 && !check->inspection->has_metadata &&
	    check->job->backup.problems == 0)
		rc = dg_verify_report(check->job,
				      &(struct dg_finding){true,
							   DG_METADATA_FILE,
							   "is missing"},
				      err);
	if (rc == 0)
		rc = compare_facts(check, err);
	if (rc == 0)
		rc = check_changes(check, err);
	return rc;
}

int dg_verify_trailers(struct dg_verify_job *job, struct dg_revision *commit,
		       const char *path, const struct dg_inspection *inspection,
		       struct dg_error *err)
{
	struct check check = {job, commit, path, inspection, {NULL}};
	int rc = dg_message_trailers(dg_revision_message(commit), names,
				     check.value, TRAILERS, err);

	if (rc == 0)
		rc = check_all(&check, err);
	for (int i = 0; i < TRAILERS; i++)
		free(check.value[i]);
	return rc;
}
