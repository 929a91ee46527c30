#include "backup/root.h"
#include "backup/status_job.h"
#include "base/dir_list.h"
#include "base/text.h"
#include "repo/path_state.h"
#include "snapshot/snapshot.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static struct dg_status_snapshot *add(struct dg_status_job *job,
				      struct dg_error *err)
{
	if (job->count == job->room) {
		const size_t room = job->room ? job->room * 2 : 16;
		struct dg_status_snapshot *more =
			realloc(job->snapshots, room * sizeof(*more));

		if (!more) {
			dg_error_nomem(err);
			return NULL;
		}
		job->snapshots = more;
		job->room = room;
	}
	memset(&job->snapshots[job->count], 0, sizeof(*job->snapshots));
	return &job->snapshots[job->count++];
}

static bool is_wanted(const struct dg_status_job *job, const char *path)
{
	const char *environment = job->options->environment;

	return !environment || dg_root_is_of(path, environment);
}

/* ---- in HEAD's tree ------------------------------------------------ */

static int add_committed(void *context, const char *path, struct dg_error *err)
{
	struct dg_status_job *job = context;
	const char *workdir = dg_repo_workdir(job->repo);
	struct dg_status_snapshot *snapshot;
	int rc;

	if (!is_wanted(job, path))
		return 0;
	snapshot = add(job, err);
	if (!snapshot)
		return DG_ENOMEM;
	snapshot->in_tree = true;
	rc = dg_strdup(&snapshot->tree_path, path, err);
	if (rc == 0)
		rc = dg_strdup(&snapshot->entry.path, path, err);
	if (rc == 0)
		rc = dg_strdup(&snapshot->label, dg_root_label(path), err);
	if (rc == 0 && workdir)
		rc = dg_asprintf(&snapshot->directory, err, "%s/%s", workdir,
				 path);
	if (rc == 0 && snapshot->directory &&
	    !dg_root_holds_snapshot(snapshot->directory)) {
		free(snapshot->directory);
		snapshot->directory = NULL;
	}
	return rc;
}

/* An unborn HEAD has no tree, and outside Git there is none. */
static int open_head(struct dg_status_job *job, struct dg_error *err)
{
	int rc = dg_repo_open(&job->repo, ".", job->run->log, err);

	if (rc == 0)
		rc = dg_revision_open(&job->head, job->repo, "HEAD", err);
	if (rc == DG_ENOTFOUND) {
		dg_error_clear(err);
		rc = 0;
	}
	if (rc == 0 && job->repo &&
	    dg_repo_branch_ref(&job->ref, job->repo, NULL, NULL) < 0)
		job->ref = NULL;
	return rc;
}

/* ---- in the work tree ---------------------------------------------- */

static bool is_known(const struct dg_status_job *job, const char *tree_path)
{
	for (size_t i = 0; i < job->count; i++)
		if (job->snapshots[i].tree_path &&
		    strcmp(job->snapshots[i].tree_path, tree_path) == 0)
			return true;
	return false;
}

/* Takes the directory over. */
static int add_directory(struct dg_status_job *job, char *directory,
			 const char *label, struct dg_error *err)
{
	struct dg_status_snapshot *snapshot;
	char *tree_path = NULL;
	int rc = 0;

	if (job->repo &&
	    dg_repo_relative(&tree_path, job->repo, directory, NULL) < 0)
		tree_path = NULL;
	if (tree_path && is_known(job, tree_path)) {
		free(tree_path);
		free(directory);
		return 0;
	}
	snapshot = add(job, err);
	if (!snapshot) {
		free(tree_path);
		free(directory);
		return DG_ENOMEM;
	}
	snapshot->tree_path = tree_path;
	snapshot->directory = directory;
	rc = dg_strdup(&snapshot->entry.path, tree_path ? tree_path : directory,
		       err);
	return rc == 0 ? dg_strdup(&snapshot->label, label, err) : rc;
}

static int add_if_snapshot(struct dg_status_job *job, const char *folder,
			   const char *label, struct dg_error *err)
{
	char *directory = NULL;
	int rc;

	if (!is_wanted(job, label))
		return 0;
	rc = dg_asprintf(&directory, err, "%s/%s", folder, label);
	if (rc == 0 && dg_root_holds_snapshot(directory))
		return add_directory(job, directory, label, err);
	free(directory);
	return rc;
}

static int find_directories(struct dg_status_job *job, struct dg_error *err)
{
	struct dg_dir_list list = {0};
	char *folder = NULL;
	int fd, rc = dg_root_path(&folder, job->root, DG_ROOT_SNAPSHOTS, err);

	if (rc < 0)
		return rc;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		free(folder);
		return 0;
	}
	rc = fd < 0 ? dg_error_errno(err, errno, "cannot read '%s'", folder)
		    : dg_dir_list_read(&list, fd, folder, err);
	for (size_t i = 0; rc == 0 && i < list.count; i++)
		if (list.entries[i].is_folder)
			rc = add_if_snapshot(job, folder, list.entries[i].name,
					     err);
	dg_dir_list_free(&list);
	free(folder);
	return rc;
}

static int by_path(const void *a, const void *b)
{
	const struct dg_status_snapshot *first = a, *second = b;

	return strcmp(first->entry.path, second->entry.path);
}

int dg_status_find(struct dg_status_job *job, struct dg_error *err)
{
	const char *environment = job->options->environment;
	int rc = dg_root_find(&job->root, environment ? environment : "local",
			      err);

	if (rc == 0)
		rc = open_head(job, err);
	if (rc == 0 && job->head)
		rc = dg_revision_find(job->head, DG_DATA_FILE, DG_PARTS_FOLDER,
				      add_committed, job, err);
	if (rc == 0 && (!job->repo || dg_repo_workdir(job->repo)))
		rc = find_directories(job, err);
	if (rc == 0 && job->count > 1)
		qsort(job->snapshots, job->count, sizeof(*job->snapshots),
		      by_path);
	return rc;
}
