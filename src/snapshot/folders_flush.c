#include "snapshot/folders_flush.h"
#include "base/dir.h"
#include "base/text.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* More are flushed with their file system: each flush of one waits for the
 * disk. */
#define FOLDERS_MAX 64

/* Flushes the folder `path` below dirfd, "" is dirfd itself; one that was
 * removed meanwhile needs none. */
static int flush_folder(int dirfd, const char *path, struct dg_error *err)
{
	struct dg_error cause = {0};
	int fd;
	int rc = dg_openat_nofollow(dirfd, path, O_RDONLY | O_DIRECTORY, 0, &fd,
				    &cause);

	if (rc == DG_ENOTFOUND)
		return 0;
	if (rc < 0)
		return dg_error_pass(err, &cause);
	rc = dg_flush(fd, path[0] ? path : ".", err);
	close(fd);
	return rc;
}

/* The folders above path. */
static int add_parents(struct dg_path_list *folders, const char *path,
		       struct dg_error *err)
{
	char *folder = NULL;
	char *slash;
	int rc = dg_strdup(&folder, path, err);

	while (rc == 0 && (slash = strrchr(folder, '/'))) {
		*slash = '\0';
		rc = dg_path_list_add(folders, folder, err);
	}
	free(folder);
	return rc;
}

int dg_folders_flush(int dirfd, const struct dg_path_list *files,
		     struct dg_error *err)
{
	struct dg_path_list folders = {0};
	int rc = dg_path_list_add(&folders, "", err);

	for (size_t i = 0; rc == 0 && i < files->count; i++)
		rc = add_parents(&folders, files->paths[i], err);
	if (rc == 0 && folders.count > FOLDERS_MAX &&
	    dg_can_flush_filesystem()) {
		dg_path_list_free(&folders);
		return dg_flush_filesystem(dirfd, ".", err);
	}
	dg_path_list_settle(&folders);
	/* "" comes first in the order, so last here; "a" before "a/b". */
	for (size_t i = folders.count; rc == 0 && i > 0; i--)
		rc = flush_folder(dirfd, folders.paths[i - 1], err);
	dg_path_list_free(&folders);
	return rc;
}
