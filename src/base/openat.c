#include "base/dir.h"

#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#define COMPONENT_MAX 256

/* The next component of *path, copied to name; false at the end. */
static int next_component(const char **path, char name[COMPONENT_MAX],
			  struct dg_error *err)
{
	const char *p = *path + strspn(*path, "/");
	size_t len = strcspn(p, "/");

	*path = p + len;
	if (len >= COMPONENT_MAX)
		return dg_error_errno(err, ENAMETOOLONG, "'%.64s...'", p);
	memcpy(name, p, len);
	name[len] = '\0';
	return len > 0;
}

static bool is_last(const char *rest)
{
	return rest[strspn(rest, "/")] == '\0';
}

/* Why an open with O_NOFOLLOW failed. Systems differ in the errno for a
 * symlink (ELOOP, ENOTDIR, EMLINK), so look. */
static int open_error(int dirfd, const char *name, const char *path,
		      struct dg_error *err)
{
	int reason = errno;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode))
		return dg_error_set(err, DG_EINVALID,
				    "cannot open '%s': '%s' is a symbolic "
				    "link, which is not followed here",
				    path, name);
	return dg_error_errno(err, reason, "cannot open '%s'", path);
}

/* Opens the folder `name` in *dirfd and puts it in its place; the given
 * descriptor is closed unless it is `keep`. */
static int step_into(int *dirfd, int keep, const char *name, const char *path,
		     struct dg_error *err)
{
	int fd = openat(*dirfd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int rc = fd < 0 ? open_error(*dirfd, name, path, err) : 0;

	if (fd < 0)
		return rc;
	if (*dirfd != keep)
		close(*dirfd);
	*dirfd = fd;
	return 0;
}

/* The whole path in one call. */
static int open_at_once(int dirfd, const char *path, int flags,
			unsigned int mode)
{
#ifdef SYS_openat2
	struct open_how how = {
		.flags = (unsigned int)(flags | O_NOFOLLOW | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
#else
	(void)dirfd;
	(void)path;
	(void)flags;
	(void)mode;
	errno = ENOSYS;
	return -1;
#endif
}

/* A system without that call, a sandbox that forbids it, or something about
 * the path that only looking at each component tells. */
static bool has_to_step(int reason)
{
	static const int reasons[] = {ENOSYS, EPERM, EINVAL,  E2BIG,
				      ELOOP,  EXDEV, ENOTDIR, EAGAIN};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reason == reasons[i])
			return true;
	}
	return false;
}

static int open_by_steps(int dirfd, const char *path, int flags,
			 unsigned int mode, int *fd_out, struct dg_error *err)
{
	char name[COMPONENT_MAX];
	const char *rest = path;
	int at = dirfd;
	int rc, fd;

	for (;;) {
		rc = next_component(&rest, name, err);
		if (rc <= 0 || is_last(rest))
			break;
		rc = step_into(&at, dirfd, name, path, err);
		if (rc < 0)
			break;
	}
	if (rc >= 0) {
		/* No component at all: the folder itself. */
		fd = openat(at, rc == 0 ? "." : name,
			    flags | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
		rc = fd < 0 ? open_error(at, name, path, err) : 0;
		if (fd >= 0)
			*fd_out = fd;
	}
	if (at != dirfd)
		close(at);
	return rc;
}

int dg_openat_nofollow(int dirfd, const char *path, int flags,
		       unsigned int mode, int *fd_out, struct dg_error *err)
{
	int fd = open_at_once(dirfd, path[0] ? path : ".", flags, mode);

	if (fd < 0 && has_to_step(errno))
		return open_by_steps(dirfd, path, flags, mode, fd_out, err);
	if (fd < 0)
		return dg_error_errno(err, errno, "cannot open '%s'", path);
	*fd_out = fd;
	return 0;
}

int dg_mkdirs_at(int dirfd, const char *path, struct dg_error *err)
{
	char name[COMPONENT_MAX];
	const char *rest = path;
	int at = dirfd;
	int rc;

	while ((rc = next_component(&rest, name, err)) > 0) {
		if (mkdirat(at, name, 0777) < 0 && errno != EEXIST) {
			rc = dg_error_errno(err, errno,
					    "cannot make folder '%s'", path);
			break;
		}
		rc = step_into(&at, dirfd, name, path, err);
		if (rc < 0)
			break;
	}
	if (at != dirfd)
		close(at);
	return rc;
}

int dg_open_parent_at(int dirfd, const char *path, bool make, int *fd_out,
		      const char **name, struct dg_error *err)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	char *parent = NULL;
	int rc = dg_slice_dup(&parent, dg_slice_of(path, len), err);

	*name = slash ? slash + 1 : path;
	if (rc == 0 && make)
		rc = dg_mkdirs_at(dirfd, parent, err);
	if (rc == 0)
		rc = dg_openat_nofollow(dirfd, parent, O_RDONLY | O_DIRECTORY,
					0, fd_out, err);
	free(parent);
	return rc;
}

int dg_mkdir_at(int dirfd, const char *name, bool *made)
{
	struct stat st;
	int reason;

	*made = mkdirat(dirfd, name, 0777) == 0;
	if (*made)
		return 0;
	/* EROFS and EACCES too come before EEXIST on some systems. */
	reason = errno;
	if (fstatat(dirfd, name, &st, 0) < 0)
		return reason;
	return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

int dg_mkdirs(const char *path, struct dg_error *err)
{
	struct dg_buf part = DG_BUF_INIT(65536);
	const char *p = path;
	int rc = 0;

	while (rc == 0 && *p) {
		size_t len = strspn(p, "/");
		bool made;
		int reason;

		len += strcspn(p + len, "/");
		rc = dg_buf_add(&part, p, len, err);
		p += len;
		reason = rc == 0 ? dg_mkdir_at(AT_FDCWD, part.ptr, &made) : 0;
		if (reason != 0)
			rc = dg_error_errno(err, reason,
					    "cannot make folder '%s'",
					    part.ptr);
	}
	dg_buf_free(&part);
	return rc;
}

int dg_write_all(int fd, const void *bytes, size_t len, const char *name,
		 struct dg_error *err)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return dg_error_errno(err, errno, "cannot write '%s'",
					      name);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

void dg_flush_begin(int fd, uint64_t offset, uint64_t len)
{
#ifdef SYNC_FILE_RANGE_WRITE
	(void)sync_file_range(fd, (off_t)offset, (off_t)len,
			      SYNC_FILE_RANGE_WRITE);
#else
	(void)fd;
	(void)offset;
	(void)len;
#endif
}

static bool read_number(const char **p, unsigned int *out)
{
	char *end;
	const unsigned long n = strtoul(*p, &end, 10);

	if (**p < '0' || **p > '9' || n > UINT_MAX)
		return false;
	*p = end;
	*out = (unsigned int)n;
	return true;
}

bool dg_kernel_tells_flush_errors(const char *release)
{
	const char *p = release;
	unsigned int major, minor;

	return read_number(&p, &major) && *p++ == '.' &&
	       read_number(&p, &minor) &&
	       (major > 5 || (major == 5 && minor >= 8));
}

bool dg_can_flush_filesystem(void)
{
#ifdef __linux__
	struct utsname kernel;

	return uname(&kernel) == 0 &&
	       dg_kernel_tells_flush_errors(kernel.release);
#else
	return false;
#endif
}

int dg_flush_filesystem(int fd, const char *name, struct dg_error *err)
{
#ifdef __linux__
	int rc;

	do {
		rc = syncfs(fd);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return dg_error_errno(err, errno, "cannot flush '%s'", name);
	return 0;
#else
	(void)fd;
	return dg_error_set(err, DG_EUNSUPPORTED,
			    "the file system of '%s' cannot be flushed as a "
			    "whole",
			    name);
#endif
}

int dg_flush(int fd, const char *name, struct dg_error *err)
{
	int rc;

	do {
#ifdef F_FULLFSYNC
		rc = fcntl(fd, F_FULLFSYNC);
		if (rc < 0)
			rc = fsync(fd);
#else
		rc = fsync(fd);
#endif
	} while (rc < 0 && errno == EINTR);
	/* Some file systems flush no folders, and say so. */
	if (rc < 0 && errno != EINVAL && errno != ENOTSUP)
		return dg_error_errno(err, errno, "cannot flush '%s'", name);
	return 0;
}
