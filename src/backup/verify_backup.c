/* The files of one snapshot, in a revision or a directory. */
#include "backup/verify_job.h"

#include "backup/root.h"
#include "repo/history.h"
#include <stdio.h>
#include <string.h>

int dg_verify_report(struct dg_verify_job *job,
		     const struct dg_finding *finding, struct dg_error *err)
{
	const struct dg_verify_backups_options *options = job->options;
	const struct dg_verify_finding found = {
		.problem = finding->problem,
		.backup = &job->backup,
		.file = finding->file,
		.what = finding->what,
	};

	job->backup.problems += found.problem;
	job->result->problems += found.problem;
	job->result->notes += !found.problem;
	return options->finding
		       ? options->finding(options->context, &found, err)
		       : 0;
}

static int report(void *context, const struct dg_finding *finding,
		  struct dg_error *err)
{
	return dg_verify_report(context, finding, err);
}

static struct dg_snapshot_options reading(const struct dg_run *run)
{
	return (struct dg_snapshot_options){
		/* The other half is for what is known already, and for
		 * counting changes. */
		.memory = dg_run_memory(run) / 2,
		.temp_dir = run->temp_dir,
		.cancel = run->cancel,
		.log = run->log,
		.progress = run->progress,
	};
}

/* "backups/dynamodb/prod" is prod's, whoever put what into it. */
static int check_folder(struct dg_verify_job *job, const char *path,
			const struct dg_metadata *m, struct dg_error *err)
{
	static const char parent[] = DG_ROOT_SNAPSHOTS "/";
	const char *at = strstr(path, parent);
	const char *label = at ? at + strlen(parent) : "";
	const size_t len = strcspn(label, "@/");
	char what[512];

	if (!len || label[len] == '/' || !m->environment ||
	    (strncmp(label, m->environment, len) == 0 && !m->environment[len]))
		return 0;
	snprintf(what, sizeof(what),
		 "is of environment '%s', its folder of '%.*s'", m->environment,
		 (int)len, label);
	return dg_verify_report(
		job, &(struct dg_finding){true, DG_METADATA_FILE, what}, err);
}

static void describe(struct dg_verify_backup *backup,
		     const struct dg_inspection *inspection)
{
	const struct dg_metadata *m = &inspection->metadata;

	backup->environment = m->environment;
	backup->table = m->table_name;
	backup->date = m->dump_date;
	backup->repeated = inspection->data_known;
	backup->has_items = inspection->has_items || m->has_item_count;
	backup->items =
		inspection->has_items ? inspection->items : m->item_count;
}

static int conclude(struct dg_verify_job *job,
		    const struct dg_inspection *inspection,
		    struct dg_error *err)
{
	const struct dg_verify_backups_options *options = job->options;
	struct dg_verify_backups_result *result = job->result;

	describe(&job->backup, inspection);
	result->backups++;
	result->distinct += !job->backup.repeated;
	result->damaged += job->backup.problems > 0;
	result->by_chunks += inspection->chunks_known;
	return options->backup
		       ? options->backup(options->context, &job->backup, err)
		       : 0;
}

/* commit: that wrote it, or NULL. */
static int look_at(struct dg_verify_job *job, struct dg_fileset *files,
		   const char *path, struct dg_revision *commit,
		   struct dg_error *err)
{
	const struct dg_inspection_options options = {
		.reading = reading(job->run),
		.known = job->options->all ? &job->known : NULL,
		.report = report,
		.context = job,
	};
	struct dg_inspection inspection;
	int rc = dg_snapshot_inspect(files, &options, &inspection, err);

	if (rc == 0)
		rc = check_folder(job, path, &inspection.metadata, err);
	if (rc == 0 && commit)
		rc = dg_verify_trailers(job, commit, path, &inspection, err);
	if (rc == 0)
		rc = conclude(job, &inspection, err);
	memset(&job->backup, 0, sizeof(job->backup));
	dg_inspection_free(&inspection);
	return rc;
}

/* The commit that wrote what stands at path in a revision; the revision's own
 * where the snapshot is too damaged to tell. */
static int find_writer(struct dg_revision **out, struct dg_verify_job *job,
		       struct dg_revision *revision, const char *path,
		       struct dg_error *err)
{
	const struct dg_history_options options = {
		.start = dg_revision_id(revision),
		.path = path,
		.marker = DG_DATA_FILE,
		.owned = dg_snapshot_entries,
	};
	struct dg_error cause = {0};
	char id[DG_OID_HEX_SIZE];
	int rc = dg_history_writer(job->scope.repo, &options, id, &cause);

	if (rc == DG_ENOTFOUND)
		memcpy(id, dg_revision_id(revision), sizeof(id));
	else if (rc < 0)
		return dg_error_pass(err, &cause);
	return dg_revision_open(out, job->scope.repo, id, err);
}

int dg_verify_revision(struct dg_verify_job *job, struct dg_revision *revision,
		       const char *path, const char *name, struct dg_error *err)
{
	struct dg_revision *commit = NULL;
	struct dg_fileset *files = NULL;
	int rc = find_writer(&commit, job, revision, path, err);

	if (rc == 0)
		rc = dg_revision_files(&files, revision, path,
				       dg_run_memory(job->run), err);
	if (rc == 0) {
		job->backup = (struct dg_verify_backup){
			.name = name,
			.commit_id = dg_revision_id(commit),
			.path = path,
		};
		rc = look_at(job, files, path, commit, err);
	}
	dg_fileset_close(files);
	dg_revision_close(commit);
	return rc;
}

int dg_verify_directory(struct dg_verify_job *job, const char *directory,
			const char *below, struct dg_error *err)
{
	struct dg_snapshot_dir *dir = NULL;
	int rc = dg_snapshot_dir_open(&dir, directory, below,
				      DG_SNAPSHOT_DIR_READ, job->run->log, err);

	if (rc == DG_ENOTFOUND)
		dg_error_set(err, rc, "there is no directory %s", directory);
	if (rc < 0)
		return rc;
	job->backup =
		(struct dg_verify_backup){.name = directory, .path = directory};
	rc = look_at(job, dg_snapshot_dir_files(dir), directory, NULL, err);
	dg_snapshot_dir_close(dir);
	return rc;
}
