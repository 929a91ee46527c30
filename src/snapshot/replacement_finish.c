#include "base/dir.h"
#include "base/text.h"
#include "snapshot/folders_flush.h"
#include "snapshot/layout.h"
#include "snapshot/replacement.h"
#include "snapshot/snapshot.h"
#include "snapshot/work_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OBSOLETE_MAX ((size_t)256 * 1024 * 1024)

/* Renames one file of ready into place. */
static int put_in_place(const struct dg_replacement *replacement, int readyfd,
			const char *path, struct dg_error *err)
{
	int from = -1, to = -1;
	const char *name;
	int rc = dg_open_parent_at(readyfd, path, false, &from, &name, err);

	if (rc == 0)
		rc = dg_open_parent_at(replacement->dirfd, path, true, &to,
				       &name, err);
	if (rc == 0 && renameat(from, name, to, name) < 0)
		rc = dg_error_errno(err, errno, "cannot put '%s/%s' in place",
				    replacement->name, path);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return rc;
}

/* All but the metadata, then the metadata: whoever reads without a lock, and
 * between the two, sees by its digest that they differ. */
static int put_all(const struct dg_replacement *replacement, int readyfd,
		   const struct dg_path_list *files, struct dg_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < files->count; i++) {
		if (strcmp(files->paths[i], DG_METADATA_FILE) != 0)
			rc = put_in_place(replacement, readyfd, files->paths[i],
					  err);
	}
	if (rc == 0 && dg_path_list_has(files, DG_METADATA_FILE))
		rc = put_in_place(replacement, readyfd, DG_METADATA_FILE, err);
	return rc;
}

/* Deletes a file and the folders above it that are empty then. */
static int delete_obsolete(const struct dg_replacement *replacement,
			   const char *path, struct dg_error *err)
{
	struct dg_error cause = {0};
	const char *name;
	char *folder = NULL;
	char *slash;
	int fd = -1;
	int rc = dg_open_parent_at(replacement->dirfd, path, false, &fd, &name,
				   &cause);

	if (rc == DG_ENOTFOUND)
		return 0;
	if (rc == 0 && unlinkat(fd, name, 0) < 0 && errno != ENOENT)
		rc = dg_error_errno(&cause, errno, "cannot remove '%s/%s'",
				    replacement->name, path);
	if (fd >= 0)
		close(fd);
	if (rc == 0)
		rc = dg_strdup(&folder, path, &cause);
	while (rc == 0 && (slash = strrchr(folder, '/'))) {
		*slash = '\0';
		if (unlinkat(replacement->dirfd, folder, AT_REMOVEDIR) < 0)
			break;
	}
	free(folder);
	if (rc < 0 && err)
		*err = cause;
	return rc;
}

static int read_obsolete(int readyfd, struct dg_buf *text, struct dg_error *err)
{
	struct dg_error cause = {0};
	struct dg_fileset *files = NULL;
	int rc = dg_dir_fileset(&files, readyfd, DG_WORK_READY, err);

	if (rc < 0)
		return rc;
	rc = dg_fileset_read(files, DG_WORK_OBSOLETE, text, &cause);
	dg_fileset_close(files);
	if (rc == DG_ENOTFOUND)
		return 0;
	if (rc < 0 && err)
		*err = cause;
	return rc;
}

/* Deletes what the list names and adds it to touched. */
static int delete_all_obsolete(const struct dg_replacement *replacement,
			       int readyfd, struct dg_path_list *touched,
			       struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(OBSOLETE_MAX);
	int rc = read_obsolete(readyfd, &text, err);
	char *line = text.ptr;
	char *end;

	while (rc == 0 && line && (end = strchr(line, '\n'))) {
		*end = '\0';
		/* Whatever the list says, only a layout's own files. */
		if (dg_layout_owns_path(line)) {
			rc = delete_obsolete(replacement, line, err);
			if (rc == 0)
				rc = dg_path_list_add(touched, line, err);
		}
		line = end + 1;
	}
	dg_buf_free(&text);
	return rc;
}

/* The part files that stand in the directory now. */
static int add_present(const struct dg_replacement *replacement,
		       struct dg_path_list *files, struct dg_error *err)
{
	struct dg_fileset *set = NULL;
	int rc = dg_dir_fileset(&set, replacement->dirfd, replacement->name,
				err);

	if (rc == 0)
		rc = dg_path_list_collect(files, set, DG_PARTS_FOLDER,
					  dg_layout_owns_path, err);
	dg_fileset_close(set);
	return rc;
}

static int finish(const struct dg_replacement *replacement, int readyfd,
		  struct dg_error *err)
{
	struct dg_path_list files = {0};
	struct dg_fileset *set = NULL;
	int rc = dg_replacement_check_names(replacement, err);

	if (rc == 0)
		rc = dg_dir_fileset(&set, readyfd, DG_WORK_READY, err);
	if (rc == 0)
		rc = dg_path_list_collect(&files, set, "",
					  dg_replacement_knows_path, err);
	if (rc == 0)
		rc = put_all(replacement, readyfd, &files, err);
	if (rc == 0)
		rc = delete_all_obsolete(replacement, readyfd, &files, err);
	/* Also what a run that was interrupted here has put in place. */
	if (rc == 0)
		rc = add_present(replacement, &files, err);
	if (rc == 0)
		rc = dg_folders_flush(replacement->dirfd, &files, err);
	if (rc == 0)
		rc = dg_remove_tree_at(replacement->workfd, DG_WORK_READY, err);
	dg_path_list_free(&files);
	dg_fileset_close(set);
	return rc;
}

int dg_replacement_finish(const struct dg_replacement *replacement,
			  struct dg_error *err)
{
	int readyfd = -1;
	int rc = dg_work_open_folder(replacement->workfd, DG_WORK_READY,
				     &readyfd, err);

	if (rc <= 0)
		return rc;
	rc = finish(replacement, readyfd, err);
	close(readyfd);
	return rc < 0 ? rc : 1;
}
