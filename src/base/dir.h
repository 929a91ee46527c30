/*
 * A directory, held by a descriptor, as a file set; and the few file system
 * calls that must be right: everything relative to the descriptor, no symlink
 * followed below it, EINTR and short writes handled, flushed where asked.
 */
#ifndef DG_BASE_DIR_H
#define DG_BASE_DIR_H

#include "base/fileset.h"
#include <sys/stat.h>

/* Times of a struct stat, to the nanosecond. */
#ifdef __APPLE__
#define DG_CTIME(st) ((st)->st_ctimespec)
#define DG_MTIME(st) ((st)->st_mtimespec)
#else
#define DG_CTIME(st) ((st)->st_ctim)
#define DG_MTIME(st) ((st)->st_mtim)
#endif

struct dg_stamp dg_stamp_of(const struct stat *st);

/* A directory that the user named (may itself be a symlink). The set keeps a
 * copy of the descriptor. */
int dg_dir_fileset(struct dg_fileset **out, int dirfd, const char *name,
		   struct dg_error *err);
int dg_dir_fileset_open(struct dg_fileset **out, const char *path,
			struct dg_error *err);

/* Opens path (components below dirfd, none of them a symlink). */
int dg_openat_nofollow(int dirfd, const char *path, int flags,
		       unsigned int mode, int *fd_out, struct dg_error *err);

/* Opens the folder that path (below dirfd) stands in; `make`: what is missing
 * of it is made. *name is the last component, within path. */
int dg_open_parent_at(int dirfd, const char *path, bool make, int *fd_out,
		      const char **name, struct dg_error *err);

/* Makes one folder, mode 777 & umask; *made: it was not there. 0, or the errno
 * of why there is no folder of that name (a symlink to one will do). */
int dg_mkdir_at(int dirfd, const char *name, bool *made);

/* Makes the folders of path below dirfd that are missing, mode 777 & umask. */
int dg_mkdirs_at(int dirfd, const char *path, struct dg_error *err);

/* Makes the folders of a path that the user named: symlinks in it are
 * followed. */
int dg_mkdirs(const char *path, struct dg_error *err);

/* All bytes, or an error. name is for messages. */
int dg_write_all(int fd, const void *bytes, size_t len, const char *name,
		 struct dg_error *err);

/* Lets the system begin to write what stands there, so that the flush at the
 * end has less to wait for. A hint: where it is not taken, nothing is lost. */
void dg_flush_begin(int fd, uint64_t offset, uint64_t len);

/* fsync (F_FULLFSYNC on macOS). */
int dg_flush(int fd, const char *name, struct dg_error *err);

/*
 * Everything that was written to the file system of fd, in one go: far
 * cheaper than a flush for each of many files. Errors are of what was written
 * since fd was opened. Where there is no such call, or one that keeps errors
 * to itself (Linux before 5.8), dg_can_flush_filesystem is false; without it
 * DG_EUNSUPPORTED.
 */
bool dg_can_flush_filesystem(void);
/* Of a release as uname() has it, "5.10.0-28-amd64". */
bool dg_kernel_tells_flush_errors(const char *release);
int dg_flush_filesystem(int fd, const char *name, struct dg_error *err);

/* Removes what is below dirfd/name and it too; follows no symlink. 0 also
 * where there is nothing. */
int dg_remove_tree_at(int dirfd, const char *name, struct dg_error *err);

#endif
