#include "snapshot/snapshot_dir.h"
#include "base/dir.h"
#include "base/text.h"
#include "snapshot/layout.h"
#include "snapshot/overlay.h"
#include "snapshot/path_fileset.h"
#include "snapshot/replacement.h"
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_lock.h"
#include "snapshot/stage_sink.h"
#include "snapshot/work_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPARE_SIZE ((size_t)256 * 1024)

struct dg_snapshot_dir {
	struct dg_snapshot_lock lock;
	char *name;
	const struct dg_log *log;
	struct dg_fileset *files;
	int workfd; /* -1: a reader, or nothing is staged any more */
	int newfd;
	bool ready; /* past the point of no return, not yet finished */
	struct dg_sink *sink;
	struct dg_fileset *staged;
	bool unflushed;              /* files in new: see stage_sink.h */
	struct dg_path_list written; /* in new */
	struct dg_path_list kept;    /* of files: they stay as they are */
};

static struct dg_replacement replacement_of(const struct dg_snapshot_dir *dir,
					    int workfd)
{
	return (struct dg_replacement){dir->lock.fd, workfd, dir->name};
}

/* Finishes or clears away what an interrupted run left; exclusive. */
static int recover(struct dg_snapshot_dir *dir, struct dg_error *err)
{
	struct dg_replacement replacement;
	int workfd = -1;
	int rc = dg_work_open(dir->lock.fd, dir->name, &workfd, err);

	if (rc <= 0)
		return rc;
	replacement = replacement_of(dir, workfd);
	rc = dg_replacement_finish(&replacement, err);
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
	struct dg_replacement replacement = replacement_of(dir, -1);
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

int dg_snapshot_dir_stage(struct dg_snapshot_dir *dir, struct dg_sink **out,
			  struct dg_error *err)
{
	struct dg_staging stage = {.present = dir->files,
				   .written = &dir->written,
				   .kept = &dir->kept,
				   .unflushed = &dir->unflushed};
	struct dg_fileset *written = NULL, *kept = NULL;
	char *name = NULL;
	int rc;

	if (mkdirat(dir->workfd, DG_WORK_NEW, 0777) < 0)
		return dg_error_errno(err, errno, "cannot make folder '%s/%s'",
				      dir->name,
				      DG_WORK_FOLDER "/" DG_WORK_NEW);
	rc = dg_openat_nofollow(dir->workfd, DG_WORK_NEW,
				O_RDONLY | O_DIRECTORY, 0, &dir->newfd, err);
	if (rc == 0)
		rc = dg_asprintf(&name, err,
				 "%s/" DG_WORK_FOLDER "/" DG_WORK_NEW,
				 dir->name);
	if (rc == 0)
		rc = dg_path_fileset(&kept, dir->files, &dir->kept, err);
	if (rc == 0)
		rc = dg_dir_fileset(&written, dir->newfd, name, err);
	if (rc == 0)
		rc = dg_overlay_fileset(&dir->staged, written, kept, err);
	else
		dg_fileset_close(kept);
	stage.folderfd = dir->newfd;
	stage.name = name;
	if (rc == 0)
		rc = dg_stage_sink_open(&dir->sink, &stage, err);
	free(name);
	if (rc == 0)
		*out = dir->sink;
	return rc;
}

struct dg_fileset *dg_snapshot_dir_staged(struct dg_snapshot_dir *dir)
{
	return dir->staged;
}

/* 1 if both have the same bytes, 0 if not. */
static int same_content(struct dg_file *a, struct dg_file *b, char *space,
			struct dg_error *err)
{
	char *space_b = space + COMPARE_SIZE;
	size_t len_a = 0, len_b = 0;
	int rc;

	do {
		rc = dg_file_read_full(a, space, COMPARE_SIZE, &len_a, err);
		if (rc == 0)
			rc = dg_file_read_full(b, space_b, COMPARE_SIZE, &len_b,
					       err);
		if (rc < 0)
			return rc;
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
		if (len_a != len_b || memcmp(space, space_b, len_a) != 0)
			return 0;
	} while (len_a == COMPARE_SIZE);
	return 1;
}

/* 1 if the staged file is what stands in its place, 0 if not. */
static int is_unchanged(struct dg_snapshot_dir *dir, const char *path,
			char *space, struct dg_error *err)
{
	struct dg_file *staged = NULL, *present = NULL;
	struct dg_error cause = {0};
	int rc = dir->staged->open(dir->staged, path, &staged, err);

	if (rc < 0)
		return rc;
	rc = dir->files->open(dir->files, path, &present, &cause);
	if (rc < 0)
		rc = 0; /* publishing says what is wrong with its place */
	else if (staged->size == present->size)
		rc = same_content(staged, present, space, err);
	dg_file_close(present);
	dg_file_close(staged);
	return rc;
}

static int drop(struct dg_snapshot_dir *dir, const char *path,
		struct dg_error *err)
{
	int rc = dg_path_list_add(&dir->kept, path, err);

	if (rc == 0 && unlinkat(dir->newfd, path, 0) < 0)
		rc = dg_error_errno(err, errno, "cannot remove '%s/%s'",
				    dir->staged->name, path);
	if (rc == 0)
		dg_path_list_remove(&dir->written, path);
	return rc;
}

int dg_snapshot_dir_drop_unchanged(struct dg_snapshot_dir *dir,
				   struct dg_error *err)
{
	char *space = malloc(2 * COMPARE_SIZE);
	int rc = space ? 0 : dg_error_nomem(err);

	/* From the end: a path that is dropped leaves the list. */
	for (size_t i = dir->written.count; rc >= 0 && i > 0; i--) {
		char *path = NULL;

		rc = dg_strdup(&path, dir->written.paths[i - 1], err);
		if (rc == 0)
			rc = is_unchanged(dir, path, space, err);
		if (rc > 0)
			rc = drop(dir, path, err);
		free(path);
	}
	free(space);
	return rc < 0 ? rc : 0;
}

/* Both lists shrink while they are read, from their ends. */
static int unstage(struct dg_snapshot_dir *dir, struct dg_path_list *list,
		   bool written, struct dg_error *err)
{
	int rc = 0;

	for (size_t i = list->count; rc == 0 && i > 0; i--) {
		const char *path = list->paths[i - 1];

		if (strcmp(path, DG_DATA_FILE) != 0 &&
		    !dg_layout_owns_path(path))
			continue;
		if (written && unlinkat(dir->newfd, path, 0) < 0)
			rc = dg_error_errno(err, errno, "cannot remove '%s/%s'",
					    dir->staged->name, path);
		if (rc == 0)
			dg_path_list_remove(list, path);
	}
	return rc;
}

int dg_snapshot_dir_unstage_items(struct dg_snapshot_dir *dir,
				  struct dg_error *err)
{
	int rc = unstage(dir, &dir->written, true, err);

	return rc < 0 ? rc : unstage(dir, &dir->kept, false, err);
}

/* The paths of the new snapshot, staged and kept. */
static int all_content(const struct dg_snapshot_dir *dir,
		       struct dg_path_list *content, struct dg_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < dir->written.count; i++)
		rc = dg_path_list_add(content, dir->written.paths[i], err);
	for (size_t i = 0; rc == 0 && i < dir->kept.count; i++)
		rc = dg_path_list_add(content, dir->kept.paths[i], err);
	return rc;
}

int dg_snapshot_dir_publish(struct dg_snapshot_dir *dir, struct dg_error *err)
{
	struct dg_replacement replacement = replacement_of(dir, dir->workfd);
	struct dg_path_list content = {0};
	int rc = all_content(dir, &content, err);

	if (rc == 0 && dir->unflushed)
		rc = dg_flush_filesystem(dir->newfd, dir->name, err);
	if (rc == 0)
		rc = dg_replacement_prepare(&replacement, &content, err);
	if (rc == 0)
		rc = dg_replacement_commit(&replacement, &dir->ready, err);
	if (rc == 0)
		rc = dg_replacement_finish(&replacement, err);
	if (rc > 0) {
		dir->ready = false;
		rc = 0;
	}
	dg_path_list_free(&content);
	if (rc < 0 && dir->ready)
		dg_error_hint(err,
			      "The new snapshot is whole in "
			      "'%s/" DG_WORK_FOLDER "/" DG_WORK_READY
			      "'; the next ddbgit command on that "
			      "directory puts it in place",
			      dir->name);
	return rc;
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
