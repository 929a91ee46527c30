#include "base/place_file.h"

#include "base/dir.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes the text under a name of its own beside `name`. */
static int stage(int folder, const char *name, const char *staged,
		 struct dg_slice text, unsigned int mode, struct dg_error *err)
{
	int fd, rc;

	fd = openat(folder, staged,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return dg_error_errno(err, errno, "cannot make '%s'", name);
	rc = dg_write_all(fd, text.ptr, text.len, name, err);
	if (rc == 0)
		rc = dg_flush(fd, name, err);
	close(fd);
	if (rc < 0)
		(void)unlinkat(folder, staged, 0);
	return rc;
}

/* The errno of why the staged file could not get its name, or 0. Without hard
 * links (FAT) a moment is left in which another's file could be replaced. */
static int give_name(int folder, const char *staged, const char *name)
{
	struct stat st;
	int reason = linkat(folder, staged, folder, name, 0) < 0 ? errno : 0;

	if (reason == EPERM || reason == EOPNOTSUPP) {
		if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return EEXIST;
		return renameat(folder, staged, folder, name) < 0 ? errno : 0;
	}
	return reason;
}

int dg_place_file(int folder, const char *name, struct dg_slice text,
		  const struct dg_placing *how, bool *made,
		  struct dg_error *err)
{
	char *staged = NULL;
	struct stat st;
	int reason = 0;
	int rc;

	*made = false;
	rc = dg_asprintf(&staged, err, "%s.ddbgit-new", name);
	if (rc < 0)
		return rc;
	(void)unlinkat(folder, staged, 0); /* a crashed run's */
	if (!how->replace &&
	    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		goto done;
	rc = stage(folder, name, staged, text, how->mode, err);
	if (rc < 0)
		goto done;
	if (how->replace)
		reason = renameat(folder, staged, folder, name) < 0 ? errno : 0;
	else
		reason = give_name(folder, staged, name);
	(void)unlinkat(folder, staged, 0);
	*made = reason == 0;
	if (reason != 0 && (how->replace || reason != EEXIST))
		rc = dg_error_errno(err, reason, "cannot make '%s'", name);
done:
	free(staged);
	return rc;
}
