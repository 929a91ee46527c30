#include "base/dir.h"
#include "base/text.h"
#include "snapshot/overlay.h"
#include "snapshot/snapshot_dir_state.h"
#include "snapshot/work_folder.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Finishes or clears away what an interrupted run left; exclusive. */
static int recover(struct dg_snapshot_dir *dir, struct dg_error *err)
{
	struct dg_replacement replacement;
	int workfd = -1;
	int rc = dg_work_open(dir->lock.fd, dir->name, &workfd, err);

	if (rc <= 0)
		return rc;
	replacement = dg_snapshot_dir_replacement(dir, workfd);
	rc = dg_replacement_resume(&replacement, err);
	close(workfd);
	if (rc < 0) {
		dg_error_prefix(err,
				"cannot finish an interrupted dump into '%s'",
				dir->name);
		return rc;
	}
	if (rc > 0)
		dg_info(dir->log, "Finished an interrupted dump into '%s'",
			dir->name);
	else
		dg_debug(dir->log,
			 "Removed what an interrupted dump left in '%s'",
			 dir->name);
	return dg_work_remove(dir->lock.fd, dir->name, err);
}

/*
 * A reader recovers as a writer does, if it can have the lock for itself and
 * the directory may be written; otherwise it reads ready over the old files,
 * which is the same content.
 */
static int recover_for_reading(struct dg_snapshot_dir *dir,
			       struct dg_error *err)
{
	struct dg_error cause = {0};
	int rc;

	if (faccessat(dir->lock.fd, ".", W_OK, AT_EACCESS) < 0)
		return 0;
	rc = dg_snapshot_lock_change(&dir->lock, true, err);
	if (rc <= 0)
		return rc;
	if (recover(dir, &cause) < 0)
		dg_warning(dir->log, "%s", cause.message);
	rc = dg_snapshot_lock_change(&dir->lock, false, err);
	return rc < 0 ? rc : 0;
}

static int open_overlay(struct dg_snapshot_dir *dir, int workfd,
			struct dg_error *err)
{
	struct dg_fileset *upper = NULL;
	struct dg_fileset *lower;
	int readyfd = -1;
	int rc = dg_work_open_folder(workfd, DG_WORK_READY, &readyfd, err);

	if (rc <= 0)
		return rc;
	rc = dg_dir_fileset(&upper, readyfd, dir->name, err);
	close(readyfd);
	if (rc < 0)
		return rc;
	lower = dir->files;
	dir->files = NULL;
	dg_info(dir->log,
		"Reading the whole but unfinished dump in '%s/" DG_WORK_FOLDER
		"'",
		dir->name);
	return dg_overlay_fileset(&dir->files, upper, lower, err);
}

/* What is no work folder, or another user's, does not keep a reader out: the
 * digest tells whether the files belong together. */
static int open_work_for_reading(struct dg_snapshot_dir *dir, int *workfd)
{
	struct dg_error cause = {0};
	int rc = dg_work_open(dir->lock.fd, dir->name, workfd, &cause);

	if (rc < 0)
		dg_warning(dir->log, "%s", cause.message);
	return rc > 0;
}

static int open_for_reading(struct dg_snapshot_dir *dir, struct dg_error *err)
{
	int workfd = -1;
	int rc = dg_dir_fileset(&dir->files, dir->lock.fd, dir->name, err);

	if (rc < 0 || open_work_for_reading(dir, &workfd) == 0)
		return rc;
	close(workfd);
	rc = recover_for_reading(dir, err);
	if (rc < 0 || open_work_for_reading(dir, &workfd) == 0)
		return rc;
	rc = open_overlay(dir, workfd, err);
	close(workfd);
	return rc;
}

static int open_for_writing(struct dg_snapshot_dir *dir, struct dg_error *err)
{
	struct dg_replacement replacement =
		dg_snapshot_dir_replacement(dir, -1);
	int rc = recover(dir, err);

	if (rc == 0)
		rc = dg_replacement_check_names(&replacement, err);
	if (rc == 0)
		rc = dg_work_make(dir->lock.fd, dir->name, &dir->workfd, err);
	if (rc == 0)
		rc = dg_snapshot_holder_write(dir->workfd, err);
	if (rc == 0)
		rc = dg_dir_fileset(&dir->files, dir->lock.fd, dir->name, err);
	return rc;
}

int dg_snapshot_dir_open(struct dg_snapshot_dir **out, const char *path,
			 const char *below, enum dg_snapshot_dir_mode mode,
			 const struct dg_log *log, struct dg_error *err)
{
	struct dg_snapshot_dir *dir = calloc(1, sizeof(*dir));
	bool writing = mode == DG_SNAPSHOT_DIR_WRITE;
	int rc;

	if (!dir)
		return dg_error_nomem(err);
	dir->lock.fd = dir->workfd = dir->newfd = -1;
	dir->log = log;
	rc = dg_strdup(&dir->name, path, err);
	if (rc == 0)
		rc = dg_snapshot_lock_take(&dir->lock, path, below, writing,
					   err);
	if (rc == 0)
		rc = writing ? open_for_writing(dir, err)
			     : open_for_reading(dir, err);
	if (rc < 0) {
		dg_snapshot_dir_close(dir);
		return rc;
	}
	*out = dir;
	return 0;
}

struct dg_fileset *dg_snapshot_dir_files(struct dg_snapshot_dir *dir)
{
	return dir->files;
}

/* What was staged goes; what is ready stays for the next run. */
static void leave_work(struct dg_snapshot_dir *dir)
{
	struct dg_error cause = {0};
	int rc = 0;

	if (dir->workfd < 0)
		return;
	if (dir->ready)
		unlinkat(dir->workfd, DG_WORK_HOLDER, 0);
	else
		rc = dg_work_remove(dir->lock.fd, dir->name, &cause);
	if (rc < 0)
		dg_warning(dir->log, "%s", cause.message);
	close(dir->workfd);
}

void dg_snapshot_dir_close(struct dg_snapshot_dir *dir)
{
	if (!dir)
		return;
	dg_sink_close(dir->sink);
	dg_fileset_close(dir->staged);
	dg_fileset_close(dir->files);
	if (dir->newfd >= 0)
		close(dir->newfd);
	leave_work(dir);
	dg_snapshot_lock_release(&dir->lock);
	dg_path_list_free(&dir->written);
	dg_path_list_free(&dir->kept);
	free(dir->name);
	free(dir);
}
