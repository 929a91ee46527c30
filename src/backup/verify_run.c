/* What a run of verify looks at, and in which order. */
#include "backup/verify_job.h"

#include "backup/dump_job.h"
#include "backup/root.h"
#include "base/text.h"
#include "repo/history.h"
#include "snapshot/path_list.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- a revision ---------------------------------------------------- */

static int add_path(void *context, const char *path, struct dg_error *err)
{
	return dg_path_list_add(context, path, err);
}

/* The snapshots in a tree, also those that lost their data. */
static int find_snapshots(struct dg_path_list *paths,
			  struct dg_revision *revision, struct dg_error *err)
{
	static const char *const markers[] = {DG_DATA_FILE, DG_METADATA_FILE,
					      NULL};
	int rc = 0;

	for (int i = 0; rc == 0 && markers[i]; i++)
		rc = dg_revision_find(revision, markers[i], DG_PARTS_FOLDER,
				      add_path, paths, err);
	return rc;
}

static int verify_path(struct dg_verify_job *job, struct dg_revision *revision,
		       const char *operand, const char *path,
		       struct dg_error *err)
{
	char *name = NULL;
	int rc = dg_asprintf(&name, err, "%s:%s", operand, path);

	if (rc == 0)
		rc = dg_verify_revision(job, revision, path, name, err);
	free(name);
	return rc;
}

static int no_snapshot(const struct dg_dataset *d, const char *environment,
		       struct dg_error *err)
{
	dg_error_set(err, DG_ENOTFOUND, "%s holds no snapshot%s%s", d->operand,
		     environment ? " of environment " : "",
		     environment ? environment : "");
	return dg_error_hint(err, "ddbgit log lists the commits that do");
}

/* All of its tree, or of one environment. */
static int verify_tree(struct dg_verify_job *job, const struct dg_dataset *d,
		       struct dg_error *err)
{
	const struct dg_verify_backups_options *options = job->options;
	const char *environment =
		options->from ? options->from : options->target.environment;
	struct dg_path_list paths = {0};
	uint64_t seen = 0;
	int rc = find_snapshots(&paths, d->revision, err);

	for (size_t i = 0; rc == 0 && i < paths.count; i++) {
		if (environment && !dg_root_is_of(paths.paths[i], environment))
			continue;
		seen++;
		rc = verify_path(job, d->revision, d->operand, paths.paths[i],
				 err);
	}
	dg_path_list_free(&paths);
	return rc == 0 && seen == 0 ? no_snapshot(d, environment, err) : rc;
}

static int verify_dataset(struct dg_verify_job *job, struct dg_dataset *d,
			  struct dg_error *err)
{
	int rc = 0;

	if (d->kind == DG_DATASET_LIVE)
		return dg_error_set(err, DG_EUSAGE,
				    "'live' is no backup: give "
				    "--against=live to hold one to the table");
	if (d->kind == DG_DATASET_DIRECTORY)
		return dg_verify_directory(job, d->directory, d->below, err);
	if (!d->path && job->options->path)
		rc = dg_dataset_settle(d, NULL, err);
	if (rc < 0)
		return rc;
	return d->path ? verify_path(job, d->revision, d->operand, d->path, err)
		       : verify_tree(job, d, err);
}

static int verify_files(struct dg_verify_job *job, struct dg_error *err)
{
	const struct dg_verify_backups_options *options = job->options;
	struct dg_dataset d;
	int rc;

	if (options->directory)
		return dg_verify_directory(job, options->directory, NULL, err);
	rc = dg_dataset_find(&d, &job->scope,
			     options->source ? options->source : "HEAD", err);
	if (rc == 0)
		rc = verify_dataset(job, &d, err);
	dg_dataset_close(&d);
	return rc;
}

/* ---- the whole history --------------------------------------------- */

static int verify_entry(struct dg_verify_job *job,
			const struct dg_history_entry *entry,
			struct dg_revision *revision, struct dg_error *err)
{
	const char *environment = job->options->from
					  ? job->options->from
					  : job->options->target.environment;
	char *name = NULL;
	int rc;

	if (environment && !dg_root_is_of(entry->path, environment))
		return 0;
	rc = dg_dump_commit_name(&name, job->scope.repo, entry->id, err);
	if (rc == 0)
		rc = verify_path(job, revision, name, entry->path, err);
	free(name);
	return rc;
}

/* Is it a backup that the walk by this file has to look at? A commit that takes
 * a snapshot away is none; what has its data is looked at by that. */
static int is_wanted(const struct dg_history_entry *entry,
		     struct dg_revision *revision, const char *marker,
		     struct dg_error *err)
{
	int rc;

	if (entry->removed)
		return 0;
	if (strcmp(marker, DG_DATA_FILE) == 0)
		return 1;
	rc = dg_revision_has_file(revision, entry->path, DG_DATA_FILE, err);
	return rc < 0 ? rc : !rc;
}

/* Those that have this file, which makes a folder a snapshot. */
static int walk_history(struct dg_verify_job *job, const char *marker,
			struct dg_error *err)
{
	const struct dg_history_options options = {
		.all = true,
		.path = job->options->path,
		.marker = marker,
		.owned = dg_snapshot_entries,
		.check = true,
	};
	struct dg_history *history = NULL;
	struct dg_revision *revision = NULL;
	struct dg_history_entry entry;
	int rc = dg_history_open(&history, job->scope.repo, &options, err);

	while (rc == 0 && (rc = dg_history_next(history, &entry, err)) > 0) {
		rc = dg_cancel_check(job->run->cancel, err);
		if (rc == 0)
			rc = dg_history_revision(history, &revision, err);
		if (rc == 0)
			rc = is_wanted(&entry, revision, marker, err);
		if (rc > 0)
			rc = verify_entry(job, &entry, revision, err);
	}
	dg_history_close(history);
	return rc;
}

/* The second time for what lost its items, or never had them. */
static int verify_history(struct dg_verify_job *job, struct dg_error *err)
{
	int rc = dg_repo_open(&job->scope.repo, ".", job->run->log, err);

	if (rc == 0)
		rc = walk_history(job, DG_DATA_FILE, err);
	return rc == 0 ? walk_history(job, DG_METADATA_FILE, err) : rc;
}

/* ---- with a table -------------------------------------------------- */

/* "./x" is a directory, whatever branch is called x. */
static int as_directory(char **out, const char *given, struct dg_error *err)
{
	return dg_asprintf(out, err, "%s%s", given[0] == '/' ? "" : "./",
			   given);
}

static int find_dataset(struct dg_verify_job *job, struct dg_dataset *d,
			struct dg_error *err)
{
	const struct dg_verify_backups_options *options = job->options;
	const char *source = options->source;
	char *directory = NULL;
	int rc = 0;

	/* --from and --path say what to take of a revision. */
	if (!source && (options->from || options->path))
		source = "HEAD";
	if (options->directory)
		rc = as_directory(&directory, options->directory, err);
	if (rc == 0 && !directory && !source)
		rc = dg_dataset_find_last(d, &job->scope, err);
	else if (rc == 0)
		rc = dg_dataset_find(d, &job->scope,
				     directory ? directory : source, err);
	free(directory);
	return rc;
}

/* The files first: of what is damaged a comparison says nothing. */
static int verify_with_table(struct dg_verify_job *job, struct dg_error *err)
{
	struct dg_dataset d = {.scope = &job->scope};
	struct dg_dataset live = {.kind = DG_DATASET_LIVE,
				  .scope = &job->scope};
	int rc = find_dataset(job, &d, err);

	if (rc == 0)
		rc = dg_dataset_settle(&d, &live, err);
	if (rc == 0)
		rc = verify_dataset(job, &d, err);
	if (rc == 0 && job->result->problems == 0)
		rc = job->options->level == DG_VERIFY_LIVE
			     ? dg_verify_live(job, &d, err)
			     : dg_verify_drill(job, &d, err);
	dg_dataset_close(&d);
	return rc;
}

/* ---- the whole ----------------------------------------------------- */

static int check_options(const struct dg_verify_backups_options *options,
			 struct dg_error *err)
{
	const char *why = NULL;

	if (options->source && options->directory)
		why = "REV and --source exclude each other";
	else if (options->from && options->path)
		why = "--from and --path exclude each other";
	else if (options->directory && (options->from || options->path))
		why = "--from and --path need a revision";
	else if (options->all && (options->source || options->directory))
		why = "--all goes through the history: it takes no REV and no "
		      "--source";
	else if (options->all && options->level != DG_VERIFY_FILES)
		why = "--all looks at files: it goes with neither --against "
		      "nor --drill";
	return why ? dg_error_set(err, DG_EUSAGE, "%s", why) : 0;
}

static int conclude(const struct dg_verify_backups_result *result,
		    struct dg_error *err)
{
	const struct dg_verification *v = &result->comparison;
	char a[DG_COUNT_SIZE], b[DG_COUNT_SIZE], c[DG_COUNT_SIZE];
	char backups[DG_QUANTITY_SIZE], problems[DG_QUANTITY_SIZE];

	if (result->problems > 0)
		return dg_error_set(
			err, DG_EINCOMPLETE, "damaged: %s of %s; %s found",
			dg_format_count(result->damaged, a),
			dg_format_quantity(result->backups, "backup", backups),
			dg_format_quantity(result->problems, "problem",
					   problems));
	if (v->done && v->missing + v->different + v->extra > 0)
		return dg_error_set(err, DG_EINCOMPLETE,
				    "table '%s' differs from the backup: "
				    "missing %s, different %s, extra %s",
				    result->table,
				    dg_format_count(v->missing, a),
				    dg_format_count(v->different, b),
				    dg_format_count(v->extra, c));
	return 0;
}

int dg_verify_backups(const struct dg_run *run,
		      const struct dg_verify_backups_options *options,
		      struct dg_verify_backups_result *result,
		      struct dg_error *err)
{
	struct dg_verify_job job = {
		.run = run,
		.options = options,
		.result = result,
		.scope =
			{
				.run = run,
				.target = &options->target,
				.from = options->from,
				.path = options->path,
				.max_rcu = options->max_rcu,
				.consistent = true,
			},
	};
	int rc = check_options(options, err);

	memset(result, 0, sizeof(*result));
	dg_digest_set_init(&job.known, (size_t)(dg_run_memory(run) / 4));
	if (rc == 0 && options->all)
		rc = verify_history(&job, err);
	else if (rc == 0 && options->level == DG_VERIFY_FILES)
		rc = verify_files(&job, err);
	else if (rc == 0)
		rc = verify_with_table(&job, err);
	dg_digest_set_free(&job.known);
	dg_dataset_scope_close(&job.scope);
	return rc == 0 ? conclude(result, err) : rc;
}

void dg_verify_backups_result_free(struct dg_verify_backups_result *result)
{
	free(result->table);
	memset(result, 0, sizeof(*result));
}
