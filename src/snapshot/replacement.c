#include "snapshot/replacement.h"
#include "base/dir.h"
#include "snapshot/folders_flush.h"
#include "snapshot/layout.h"
#include "snapshot/snapshot.h"
#include "snapshot/work_folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define OBSOLETE_MAX ((size_t)256 * 1024 * 1024)

static const char *const own_names[] = {DG_DATA_FILE, DG_SCHEMA_FILE,
					DG_SUMMARY_FILE, DG_METADATA_FILE};

#define OWN_COUNT (sizeof(own_names) / sizeof(own_names[0]))

bool dg_replacement_knows_path(const char *path)
{
	for (size_t i = 0; i < OWN_COUNT; i++) {
		if (strcmp(path, own_names[i]) == 0)
			return true;
	}
	return dg_layout_owns_path(path);
}

static const char *describe(mode_t mode)
{
	return S_ISREG(mode)   ? "a file"
	       : S_ISDIR(mode) ? "a folder"
	       : S_ISLNK(mode) ? "a symbolic link"
			       : "a special file";
}

static int move_away(struct dg_error *err)
{
	return dg_error_hint(err, "Move it away, or choose another --output");
}

/* What stands under the last name of path, in the folder fd, is nothing or of
 * this type. */
static int check_name(const struct dg_replacement *replacement, int fd,
		      const char *path, mode_t type, struct dg_error *err)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (fstatat(fd, slash ? slash + 1 : path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? 0
			       : dg_error_errno(err, errno, "'%s/%s'",
						replacement->name, path);
	if ((st.st_mode & S_IFMT) == type)
		return 0;
	dg_error_set(err, DG_EINVALID, "'%s/%s' is %s, not %s",
		     replacement->name, path, describe(st.st_mode),
		     describe(type));
	move_away(err);
	return DG_EINVALID;
}

int dg_replacement_check_names(const struct dg_replacement *replacement,
			       struct dg_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < OWN_COUNT; i++)
		rc = check_name(replacement, replacement->dirfd, own_names[i],
				S_IFREG, err);
	return rc;
}

/* Files of a layout that the new content does not have. */
static int find_obsolete(const struct dg_replacement *replacement,
			 const struct dg_path_list *content,
			 struct dg_buf *text, struct dg_error *err)
{
	struct dg_path_list present = {0};
	struct dg_fileset *files = NULL;
	int rc = dg_dir_fileset(&files, replacement->dirfd, replacement->name,
				err);

	if (rc == 0)
		rc = dg_path_list_collect(&present, files, DG_PARTS_FOLDER,
					  dg_layout_owns_path, err);
	for (size_t i = 0; rc == 0 && i < present.count; i++) {
		if (!dg_path_list_has(content, present.paths[i]))
			rc = dg_buf_addf(text, err, "%s\n", present.paths[i]);
	}
	dg_path_list_free(&present);
	dg_fileset_close(files);
	return rc;
}

static int write_obsolete(int newfd, const struct dg_buf *text,
			  struct dg_error *err)
{
	int fd, rc;

	if (text->len == 0)
		return 0;
	rc = dg_openat_nofollow(newfd, DG_WORK_OBSOLETE,
				O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd, err);
	if (rc < 0)
		return rc;
	rc = dg_write_all(fd, text->ptr, text->len, DG_WORK_OBSOLETE, err);
	if (rc == 0)
		rc = dg_flush(fd, DG_WORK_OBSOLETE, err);
	close(fd);
	return rc;
}

/* Everything in new must be one of a snapshot's paths: finish leaves the rest
 * behind. */
static int flush_new(int newfd, const struct dg_path_list *content, bool many,
		     struct dg_error *err)
{
	struct dg_path_list files = {0};
	struct dg_fileset *set = NULL;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < content->count; i++) {
		if (!dg_replacement_knows_path(content->paths[i]))
			rc = dg_error_set(err, DG_EINVALID,
					  "'%s' is no file of a snapshot",
					  content->paths[i]);
	}
	if (rc == 0 && many)
		return dg_flush_filesystem(newfd, DG_WORK_NEW, err);
	if (rc == 0)
		rc = dg_dir_fileset(&set, newfd, DG_WORK_NEW, err);
	if (rc == 0)
		rc = dg_path_list_collect(&files, set, "",
					  dg_replacement_knows_path, err);
	if (rc == 0)
		rc = dg_folders_flush(newfd, &files, err);
	dg_path_list_free(&files);
	dg_fileset_close(set);
	return rc;
}

/* *fd: the folder that path stands in; -1: it is not there yet. */
static int open_parent(const struct dg_replacement *replacement,
		       const char *path, int *fd, struct dg_error *err)
{
	struct dg_error cause = {0};
	const char *name;
	int rc = dg_open_parent_at(replacement->dirfd, path, false, fd, &name,
				   &cause);

	if (rc == 0)
		return 0;
	*fd = -1;
	if (rc == DG_ENOTFOUND)
		return 0;
	dg_error_prefix(&cause, "%s", replacement->name);
	move_away(&cause);
	return dg_error_pass(err, &cause);
}

/* A file has a file in its place, or nothing, and folders above it, or nothing
 * yet: anything else would stop finish halfway. */
static int check_places(const struct dg_replacement *replacement,
			const struct dg_path_list *content,
			struct dg_error *err)
{
	int fd = -1;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < content->count; i++) {
		const char *path = content->paths[i];

		if (i == 0 ||
		    !dg_path_same_folder(content->paths[i - 1], path)) {
			if (fd >= 0)
				close(fd);
			rc = open_parent(replacement, path, &fd, err);
		}
		if (rc == 0 && fd >= 0)
			rc = check_name(replacement, fd, path, S_IFREG, err);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

int dg_replacement_prepare(const struct dg_replacement *replacement,
			   const struct dg_path_list *content, bool many,
			   struct dg_error *err)
{
	struct dg_buf obsolete = DG_BUF_INIT(OBSOLETE_MAX);
	int newfd = -1;
	int rc = dg_replacement_check_names(replacement, err);

	if (rc == 0)
		rc = check_places(replacement, content, err);
	if (rc == 0)
		rc = find_obsolete(replacement, content, &obsolete, err);
	if (rc == 0)
		rc = dg_openat_nofollow(replacement->workfd, DG_WORK_NEW,
					O_RDONLY | O_DIRECTORY, 0, &newfd, err);
	if (rc == 0)
		rc = write_obsolete(newfd, &obsolete, err);
	if (rc == 0)
		rc = flush_new(newfd, content, many, err);
	if (rc == 0)
		rc = dg_flush(replacement->workfd, DG_WORK_FOLDER, err);
	if (rc == 0)
		rc = dg_flush(replacement->dirfd, replacement->name, err);
	if (newfd >= 0)
		close(newfd);
	dg_buf_free(&obsolete);
	return rc;
}

int dg_replacement_commit(const struct dg_replacement *replacement,
			  bool *committed, struct dg_error *err)
{
	*committed = renameat(replacement->workfd, DG_WORK_NEW,
			      replacement->workfd, DG_WORK_READY) == 0;
	if (!*committed)
		return dg_error_errno(err, errno, "cannot rename '%s/%s/%s'",
				      replacement->name, DG_WORK_FOLDER,
				      DG_WORK_NEW);
	return dg_flush(replacement->workfd, DG_WORK_FOLDER, err);
}
