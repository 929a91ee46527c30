/* What becomes of a snapshot directory's files: staged or kept, dropped where
 * they are what stands there, published. */
#include "base/dir.h"
#include "base/text.h"
#include "snapshot/layout.h"
#include "snapshot/overlay.h"
#include "snapshot/path_fileset.h"
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_dir_state.h"
#include "snapshot/stage_sink.h"
#include "snapshot/work_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPARE_SIZE ((size_t)256 * 1024)

int dg_snapshot_dir_stage(struct dg_snapshot_dir *dir, struct dg_sink **out,
			  struct dg_error *err)
{
	struct dg_staging stage = {.present = dir->files,
				   .written = &dir->written,
				   .kept = &dir->kept};
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

/* 1 with its stamp if what stands in the staged file's place is equal to it, 0
 * if not. */
static int is_unchanged(struct dg_snapshot_dir *dir, const char *path,
			char *space, struct dg_stamp *stamp,
			struct dg_error *err)
{
	struct dg_file *staged = NULL, *present = NULL;
	struct dg_error cause = {0};
	int rc;

	/* Publishing says what is wrong with its place. */
	if (dir->files->open(dir->files, path, &present, &cause) < 0)
		return 0;
	rc = dir->staged->open(dir->staged, path, &staged, err);
	if (rc == 0 && staged->size == present->size)
		rc = same_content(staged, present, space, err);
	if (rc > 0)
		*stamp = present->stamp;
	dg_file_close(present);
	dg_file_close(staged);
	return rc;
}

static int drop(struct dg_snapshot_dir *dir, const char *path,
		const struct dg_stamp *stamp, struct dg_error *err)
{
	int rc = dg_path_list_add_stamped(&dir->kept, path, stamp, err);

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
		struct dg_stamp stamp;
		char *path = NULL;

		rc = dg_strdup(&path, dir->written.paths[i - 1], err);
		if (rc == 0)
			rc = is_unchanged(dir, path, space, &stamp, err);
		if (rc > 0)
			rc = drop(dir, path, &stamp, err);
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
	dg_path_list_settle(content);
	return rc;
}

/* Does the file still stand there that was compared with what is new? */
static bool is_still(struct dg_fileset *files, const char *path,
		     const struct dg_stamp *stamp)
{
	struct dg_file *file = NULL;
	bool same = files->open(files, path, &file, NULL) == 0 &&
		    dg_stamp_equal(&file->stamp, stamp);

	dg_file_close(file);
	return same;
}

/*
 * A kept file is read again by whoever commits it, and is part of the new
 * snapshot: had a `git checkout` put another one there since it was compared,
 * both would be a mixture.
 */
static int check_kept(const struct dg_snapshot_dir *dir, struct dg_error *err)
{
	for (size_t i = 0; i < dir->kept.count; i++) {
		const char *path = dir->kept.paths[i];
		const struct dg_stamp stamp = dg_path_list_stamp(&dir->kept, i);

		if (is_still(dir->files, path, &stamp))
			continue;
		dg_error_set(err, DG_EMODIFIED,
			     "'%s/%s' was changed by somebody else while the "
			     "dump ran",
			     dir->name, path);
		return dg_error_hint(err, "Nothing was replaced; run the dump "
					  "again");
	}
	return 0;
}

int dg_snapshot_dir_publish(struct dg_snapshot_dir *dir, struct dg_error *err)
{
	struct dg_replacement replacement =
		dg_snapshot_dir_replacement(dir, dir->workfd);
	struct dg_path_list content = {0};
	bool many = false;
	int rc = check_kept(dir, err);

	if (rc == 0)
		rc = all_content(dir, &content, err);
	if (rc == 0)
		rc = dg_stage_sink_flush(dir->sink, &many, err);
	if (rc == 0)
		rc = dg_replacement_prepare(&replacement, &content, many, err);
	if (rc == 0)
		rc = dg_replacement_commit(&replacement, &dir->ready, err);
	if (rc == 0)
		rc = dg_replacement_finish(&replacement, err);
	if (rc == 0)
		dir->ready = false;
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
