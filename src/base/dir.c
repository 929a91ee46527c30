#include "base/dir.h"

#include "base/dir_list.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct dir_set {
	struct dg_fileset set;
	int fd;
	char name[];
};

struct dir_file {
	struct dg_file file;
	int fd;
	char name[]; /* for messages */
};

static int dir_file_read(struct dg_file *self, void *bytes, size_t cap,
			 size_t *n, struct dg_error *err)
{
	struct dir_file *f = (struct dir_file *)self;
	ssize_t got;

	do {
		got = read(f->fd, bytes, cap);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return dg_error_errno(err, errno, "cannot read '%s'", f->name);
	*n = (size_t)got;
	return 0;
}

static int dir_file_rewind(struct dg_file *self, struct dg_error *err)
{
	struct dir_file *f = (struct dir_file *)self;

	if (lseek(f->fd, 0, SEEK_SET) < 0)
		return dg_error_errno(err, errno, "cannot rewind '%s'",
				      f->name);
	return 0;
}

static void dir_file_close(struct dg_file *self)
{
	struct dir_file *f = (struct dir_file *)self;

	close(f->fd);
	free(f);
}

struct dg_stamp dg_stamp_of(const struct stat *st)
{
	return (struct dg_stamp){
		.inode = (uint64_t)st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime_s = DG_MTIME(st).tv_sec,
		.mtime_ns = DG_MTIME(st).tv_nsec,
	};
}

/* Takes fd over in success. */
static int make_file(struct dg_file **out, int fd, const struct stat *st,
		     const char *set_name, const char *path,
		     struct dg_error *err)
{
	size_t len = strlen(set_name) + strlen(path) + 2;
	struct dir_file *f = calloc(1, sizeof(*f) + len);

	if (!f)
		return dg_error_nomem(err);
	snprintf(f->name, len, "%s/%s", set_name, path);
	f->file.read = dir_file_read;
	f->file.rewind = dir_file_rewind;
	f->file.close = dir_file_close;
	f->file.size = (uint64_t)st->st_size;
	f->file.stamp = dg_stamp_of(st);
	f->fd = fd;
	*out = &f->file;
	return 0;
}

static int dir_open(struct dg_fileset *self, const char *path,
		    struct dg_file **out, struct dg_error *err)
{
	struct dir_set *dir = (struct dir_set *)self;
	struct stat st;
	int fd, rc;

	/* O_NONBLOCK: a FIFO must not make us wait before we refuse it. */
	rc = dg_openat_nofollow(dir->fd, path, O_RDONLY | O_NONBLOCK, 0, &fd,
				err);
	if (rc < 0) {
		dg_error_prefix(err, "%s", self->name);
		return rc;
	}
	if (fstat(fd, &st) < 0)
		rc = dg_error_errno(err, errno, "cannot read '%s/%s'",
				    self->name, path);
	else if (!S_ISREG(st.st_mode))
		rc = dg_error_set(err, DG_EINVALID,
				  "'%s/%s' is no regular file", self->name,
				  path);
	else
		rc = make_file(out, fd, &st, self->name, path, err);
	if (rc < 0)
		close(fd);
	return rc;
}

static int dir_list(struct dg_fileset *self, const char *path,
		    int (*visit)(void *context,
				 const struct dg_fileset_entry *entry,
				 struct dg_error *err),
		    void *context, struct dg_error *err)
{
	struct dir_set *dir = (struct dir_set *)self;
	struct dg_dir_list list;
	size_t i;
	int fd, rc;

	rc = dg_openat_nofollow(dir->fd, path, O_RDONLY | O_DIRECTORY, 0, &fd,
				err);
	if (rc < 0) {
		dg_error_prefix(err, "%s", self->name);
		return rc;
	}
	rc = dg_dir_list_read(&list, fd, path[0] ? path : self->name, err);
	if (rc < 0)
		return rc;
	for (i = 0; rc == 0 && i < list.count; i++) {
		struct dg_fileset_entry entry = {
			.name = list.entries[i].name,
			.is_folder = list.entries[i].is_folder,
		};

		if (entry.is_folder || list.entries[i].is_file)
			rc = visit(context, &entry, err);
	}
	dg_dir_list_free(&list);
	return rc;
}

static void dir_close(struct dg_fileset *self)
{
	struct dir_set *dir = (struct dir_set *)self;

	close(dir->fd);
	free(dir);
}

int dg_dir_fileset(struct dg_fileset **out, int dirfd, const char *name,
		   struct dg_error *err)
{
	size_t len = strlen(name) + 1;
	struct dir_set *dir = calloc(1, sizeof(*dir) + len);

	if (!dir)
		return dg_error_nomem(err);
	dir->fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	if (dir->fd < 0) {
		free(dir);
		return dg_error_errno(err, errno, "cannot read '%s'", name);
	}
	memcpy(dir->name, name, len);
	dir->set.open = dir_open;
	dir->set.list = dir_list;
	dir->set.close = dir_close;
	dir->set.name = dir->name;
	*out = &dir->set;
	return 0;
}

int dg_dir_fileset_open(struct dg_fileset **out, const char *path,
			struct dg_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return dg_error_errno(err, errno, "cannot open folder '%s'",
				      path);
	rc = dg_dir_fileset(out, fd, path, err);
	close(fd);
	return rc;
}
