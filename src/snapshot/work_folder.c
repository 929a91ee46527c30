#include "snapshot/work_folder.h"
#include "base/dir.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_folder(int dirfd, const char *folder, int *fd_out,
		       struct dg_error *err)
{
	struct dg_error cause = {0};
	int rc = dg_openat_nofollow(dirfd, folder, O_RDONLY | O_DIRECTORY, 0,
				    fd_out, &cause);

	if (rc == DG_ENOTFOUND)
		return 0;
	return rc < 0 ? dg_error_pass(err, &cause) : 1;
}

int dg_work_open(int dirfd, const char *name, int *fd_out, struct dg_error *err)
{
	int rc = open_folder(dirfd, DG_WORK_FOLDER, fd_out, err);

	if (rc < 0) {
		dg_error_prefix(err, "%s", name);
		dg_error_hint(err,
			      "ddbgit keeps its work in %s/%s: move away "
			      "what stands there",
			      name, DG_WORK_FOLDER);
	}
	return rc;
}

static int write_gitignore(int workfd, struct dg_error *err)
{
	int fd, rc;

	rc = dg_openat_nofollow(workfd, ".gitignore",
				O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd, err);
	if (rc < 0)
		return rc;
	rc = dg_write_all(fd, "*\n", 2, ".gitignore", err);
	close(fd);
	return rc;
}

int dg_work_make(int dirfd, const char *name, int *fd_out, struct dg_error *err)
{
	int rc;

	if (mkdirat(dirfd, DG_WORK_FOLDER, 0700) < 0 && errno != EEXIST)
		return dg_error_errno(err, errno, "cannot make folder '%s/%s'",
				      name, DG_WORK_FOLDER);
	rc = dg_work_open(dirfd, name, fd_out, err);
	if (rc == 0)
		rc = dg_error_set(err, DG_EMODIFIED, "'%s/%s' has vanished",
				  name, DG_WORK_FOLDER);
	if (rc < 0)
		return rc;
	rc = write_gitignore(*fd_out, err);
	if (rc < 0) {
		dg_error_prefix(err, "%s/%s", name, DG_WORK_FOLDER);
		close(*fd_out);
	}
	return rc;
}

int dg_work_open_folder(int workfd, const char *folder, int *fd_out,
			struct dg_error *err)
{
	return open_folder(workfd, folder, fd_out, err);
}

int dg_work_remove(int dirfd, const char *name, struct dg_error *err)
{
	int fd = -1;
	int rc = dg_work_open(dirfd, name, &fd, err);

	if (rc <= 0)
		return rc;
	rc = dg_remove_tree_at(fd, DG_WORK_NEW, err);
	if (rc == 0)
		rc = dg_remove_tree_at(fd, DG_WORK_READY, err);
	if (rc == 0)
		rc = dg_remove_tree_at(fd, DG_WORK_HOLDER, err);
	close(fd);
	if (rc == 0)
		rc = dg_remove_tree_at(dirfd, DG_WORK_FOLDER, err);
	if (rc < 0)
		dg_error_prefix(err, "%s/%s", name, DG_WORK_FOLDER);
	return rc;
}
