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
#include <sys/stat.h>
#include <unistd.h>

#define OBSOLETE_MAX ((size_t)256 * 1024 * 1024)

/* The folders that a file moves from and to; its neighbours in the list mostly
 * stand in the same. */
struct passage {
	const struct dg_replacement *replacement;
	int readyfd;
	const char *path; /* of a file that moves there; NULL: not open */
	int from, to;
};

static void close_passage(struct passage *passage)
{
	if (passage->from >= 0)
		close(passage->from);
	if (passage->to >= 0)
		close(passage->to);
	passage->from = passage->to = -1;
	passage->path = NULL;
}

static int open_passage(struct passage *passage, const char *path,
			struct dg_error *err)
{
	const char *name;
	int rc;

	if (passage->path && dg_path_same_folder(passage->path, path))
		return 0;
	close_passage(passage);
	rc = dg_open_parent_at(passage->readyfd, path, false, &passage->from,
			       &name, err);
	if (rc == 0)
		rc = dg_open_parent_at(passage->replacement->dirfd, path, true,
				       &passage->to, &name, err);
	if (rc == 0)
		passage->path = path;
	return rc;
}

/* Something came into its place after all places were checked. */
static int cannot_put(const struct passage *passage, const char *path,
		      struct dg_error *err)
{
	const bool is_folder = errno == EISDIR;
	int rc = dg_error_errno(err, errno, "cannot put '%s/%s' in place",
				passage->replacement->name, path);

	return is_folder ? dg_error_hint(err, "Move that folder away") : rc;
}

/* Renames one file of ready into place. */
static int put_in_place(struct passage *passage, const char *path,
			struct dg_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	int rc = open_passage(passage, path, err);

	if (rc == 0 && renameat(passage->from, name, passage->to, name) < 0)
		rc = cannot_put(passage, path, err);
	return rc;
}

/* Where no part stands yet, all of them move at once, in their folder. One that
 * holds folders only is of parts that were taken back. */
static bool move_parts(const struct dg_replacement *replacement, int readyfd,
		       const struct dg_path_list *files)
{
	const char *folder = DG_PARTS_FOLDER;
	struct stat st;

	return dg_path_list_has_below(files, DG_PARTS_FOLDER "/") &&
	       fstatat(readyfd, folder, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode) &&
	       renameat(readyfd, folder, replacement->dirfd, folder) == 0;
}

/* All but the metadata, then the metadata: whoever reads without a lock, and
 * between the two, sees by its digest that they differ. */
static int put_all(const struct dg_replacement *replacement, int readyfd,
		   const struct dg_path_list *files, bool moved,
		   struct dg_error *err)
{
	struct passage passage = {replacement, readyfd, NULL, -1, -1};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < files->count; i++) {
		const char *path = files->paths[i];

		if (strcmp(path, DG_METADATA_FILE) != 0 &&
		    !(moved && dg_layout_owns_path(path)))
			rc = put_in_place(&passage, path, err);
	}
	if (rc == 0 && dg_path_list_has(files, DG_METADATA_FILE))
		rc = put_in_place(&passage, DG_METADATA_FILE, err);
	close_passage(&passage);
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
	return rc < 0 ? dg_error_pass(err, &cause) : rc;
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
	return rc < 0 ? dg_error_pass(err, &cause) : rc;
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

/* resumed: a run that was interrupted may have put some of it in place. */
static int finish(const struct dg_replacement *replacement, int readyfd,
		  bool resumed, struct dg_error *err)
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
		rc = put_all(replacement, readyfd, &files,
			     !resumed &&
				     move_parts(replacement, readyfd, &files),
			     err);
	if (rc == 0)
		rc = delete_all_obsolete(replacement, readyfd, &files, err);
	if (rc == 0 && resumed)
		rc = add_present(replacement, &files, err);
	if (rc == 0)
		rc = dg_folders_flush(replacement->dirfd, &files, err);
	if (rc == 0)
		rc = dg_remove_tree_at(replacement->workfd, DG_WORK_READY, err);
	dg_path_list_free(&files);
	dg_fileset_close(set);
	return rc;
}

static int open_and_finish(const struct dg_replacement *replacement,
			   bool resumed, struct dg_error *err)
{
	int readyfd = -1;
	int rc = dg_work_open_folder(replacement->workfd, DG_WORK_READY,
				     &readyfd, err);

	if (rc <= 0)
		return rc;
	rc = finish(replacement, readyfd, resumed, err);
	close(readyfd);
	return rc < 0 ? rc : 1;
}

int dg_replacement_finish(const struct dg_replacement *replacement,
			  struct dg_error *err)
{
	int rc = open_and_finish(replacement, false, err);

	return rc < 0 ? rc : 0;
}

int dg_replacement_resume(const struct dg_replacement *replacement,
			  struct dg_error *err)
{
	return open_and_finish(replacement, true, err);
}
