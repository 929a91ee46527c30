#include "base/temp_file.h"

#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

const char *dg_temp_dir(const char *directory)
{
	const char *tmpdir = getenv("TMPDIR");

	if (directory && directory[0])
		return directory;
	return tmpdir && tmpdir[0] ? tmpdir : "/var/tmp";
}

/* Without O_TMPFILE: named for a moment, then unlinked. */
static int open_unlinked(const char *directory, struct dg_error *err)
{
	char *path;
	int fd;

	if (dg_asprintf(&path, err, "%s/ddbgit-XXXXXX", directory) < 0)
		return DG_ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		fd = dg_error_errno(err, errno,
				    "cannot make a temporary file in '%s'",
				    directory);
	else
		unlink(path);
	free(path);
	return fd;
}

int dg_temp_file_open(int *fd_out, const char *directory, struct dg_error *err)
{
	int fd = -1;

	directory = dg_temp_dir(directory);
#ifdef O_TMPFILE
	/* Not every file system has it, and each says so in its own way: the
	 * fallback finds out what is really wrong. */
	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
#endif
	if (fd < 0)
		fd = open_unlinked(directory, err);
	if (fd < 0) {
		dg_error_hint(err, "Name another directory with --temp-dir or "
				   "TMPDIR");
		return fd;
	}
	*fd_out = fd;
	return 0;
}
