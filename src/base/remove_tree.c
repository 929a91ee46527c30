#include "base/dir.h"

#include "base/dir_list.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int remove_entry(int dirfd, const char *name, int flags,
			struct dg_error *err)
{
	if (unlinkat(dirfd, name, flags) < 0 && errno != ENOENT)
		return dg_error_errno(err, errno, "cannot remove '%s'", name);
	return 0;
}

/* One level of the tree a call: each holds a descriptor and its names. */
static int remove_folder(int dirfd, const char *name, struct dg_error *err)
{
	struct dg_dir_list list;
	int fd, below, rc;
	size_t i;

	rc = dg_openat_nofollow(dirfd, name, O_RDONLY | O_DIRECTORY, 0, &fd,
				err);
	if (rc < 0)
		return rc;
	below = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (below < 0) {
		rc = dg_error_errno(err, errno, "cannot list '%s'", name);
		close(fd);
		return rc;
	}
	rc = dg_dir_list_read(&list, below, name, err);
	for (i = 0; rc == 0 && i < list.count; i++) {
		const struct dg_dir_entry *entry = &list.entries[i];

		rc = entry->is_folder ? remove_folder(fd, entry->name, err)
				      : remove_entry(fd, entry->name, 0, err);
	}
	dg_dir_list_free(&list);
	close(fd);
	return rc < 0 ? rc : remove_entry(dirfd, name, AT_REMOVEDIR, err);
}

int dg_remove_tree_at(int dirfd, const char *name, struct dg_error *err)
{
	/* A file, a symlink or nothing; a folder says EISDIR or EPERM. */
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return dg_error_errno(err, errno, "cannot remove '%s'", name);
	return remove_folder(dirfd, name, err);
}
