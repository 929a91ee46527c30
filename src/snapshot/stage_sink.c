#include "snapshot/stage_sink.h"
#include "base/dir.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A file's bytes go on their way to the disk in pieces of this size. */
#define EARLY_FLUSH ((uint64_t)8 * 1024 * 1024)

/* So many files are flushed one by one, at the end: the small increment of
 * every day does not make the whole machine write. */
#define FLUSHED_MAX 64

struct stage_sink {
	struct dg_sink base; /* first: the interface points here */
	struct dg_staging stage;
	char *name;
	struct stage_file *unflushed; /* the last first; they stay open */
	unsigned int unflushed_count;
	bool many; /* more than are flushed one by one */
};

struct stage_file {
	struct dg_sink_file base; /* first */
	struct stage_sink *sink;
	int fd;
	char *path;
	char *label;      /* for messages */
	uint64_t size;    /* written so far */
	uint64_t flushed; /* begun to be */
	struct stage_file *next;
};

static void free_file(struct stage_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	free(file->label);
	free(file);
}

static int write_file(struct dg_sink_file *self, const void *bytes, size_t len,
		      struct dg_error *err)
{
	struct stage_file *file = (struct stage_file *)self;

	int rc = dg_write_all(file->fd, bytes, len, file->label, err);

	if (rc < 0)
		return rc;
	file->size += len;
	if (file->size - file->flushed >= EARLY_FLUSH) {
		dg_flush_begin(file->fd, file->flushed,
			       file->size - file->flushed);
		file->flushed = file->size;
	}
	return 0;
}

static void discard_file(struct dg_sink_file *self)
{
	struct stage_file *file = (struct stage_file *)self;

	unlinkat(file->sink->stage.folderfd, file->path, 0);
	free_file(file);
}

/* Frees the file. Network file systems tell of a full disk only here. */
static int close_written(struct stage_file *file, struct dg_error *err)
{
	int closed = close(file->fd);
	int rc = 0;

	file->fd = -1;
	if (closed < 0 && errno != EINTR)
		rc = dg_error_errno(err, errno, "cannot write '%s'",
				    file->label);
	free_file(file);
	return rc;
}

/* Flushes, where told to, and closes the files that are still open. */
static int close_unflushed(struct stage_sink *sink, bool flush,
			   struct dg_error *err)
{
	int rc = 0;

	while (sink->unflushed) {
		struct stage_file *file = sink->unflushed;

		sink->unflushed = file->next;
		if (rc == 0 && flush)
			rc = dg_flush(file->fd, file->label, err);
		if (rc == 0)
			rc = close_written(file, err);
		else
			free_file(file);
	}
	sink->unflushed_count = 0;
	return rc;
}

/* Keeps a file that was written for the flush; when there are too many, all
 * are left to that of the file system. */
static int leave_to_flush(struct stage_file *file, struct dg_error *err)
{
	struct stage_sink *sink = file->sink;
	int rc = 0;

	if (sink->unflushed_count == FLUSHED_MAX) {
		sink->many = dg_can_flush_filesystem();
		rc = close_unflushed(sink, !sink->many, err);
	}
	if (rc < 0 || sink->many) {
		int closed = close_written(file, rc < 0 ? NULL : err);

		return rc < 0 ? rc : closed;
	}
	dg_flush_begin(file->fd, file->flushed, file->size - file->flushed);
	file->next = sink->unflushed;
	sink->unflushed = file;
	sink->unflushed_count++;
	return 0;
}

static int commit_file(struct dg_sink_file *self, struct dg_error *err)
{
	struct stage_file *file = (struct stage_file *)self;
	int rc = dg_path_list_add(file->sink->stage.written, file->path, err);

	if (rc < 0) {
		discard_file(self);
		return rc;
	}
	return leave_to_flush(file, err);
}

int dg_stage_sink_flush(struct dg_sink *self, bool *many, struct dg_error *err)
{
	struct stage_sink *sink = (struct stage_sink *)self;

	*many = sink->many;
	return close_unflushed(sink, true, err);
}

/* The folders above a file are missing only for the first file in them. */
static int create_staged(int folderfd, const char *path, int *fd,
			 struct dg_error *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL;
	struct dg_error cause = {0};
	const char *name;
	int parentfd;
	int rc = dg_openat_nofollow(folderfd, path, flags, 0666, fd, &cause);

	if (rc != DG_ENOTFOUND)
		return rc < 0 ? dg_error_pass(err, &cause) : rc;
	rc = dg_open_parent_at(folderfd, path, true, &parentfd, &name, err);
	if (rc < 0)
		return rc;
	rc = dg_openat_nofollow(parentfd, name, flags, 0666, fd, err);
	close(parentfd);
	return rc;
}

static int open_file(struct stage_file *file, struct dg_error *err)
{
	const struct dg_staging *stage = &file->sink->stage;
	int rc;

	if (dg_path_list_has(stage->written, file->path)) {
		unlinkat(stage->folderfd, file->path, 0);
		dg_path_list_remove(stage->written, file->path);
	}
	dg_path_list_remove(stage->kept, file->path);
	rc = create_staged(stage->folderfd, file->path, &file->fd, err);
	return rc < 0 ? dg_error_prefix(err, "%s", file->sink->name) : 0;
}

static int create(struct dg_sink *self, const char *path, uint64_t size,
		  struct dg_sink_file **out, struct dg_error *err)
{
	struct stage_sink *sink = (struct stage_sink *)self;
	struct stage_file *file;
	int rc = dg_path_check(path, err);

	(void)size;
	if (rc < 0)
		return rc;
	file = calloc(1, sizeof(*file));
	if (!file)
		return dg_error_nomem(err);
	file->fd = -1;
	file->sink = sink;
	file->base.write = write_file;
	file->base.commit = commit_file;
	file->base.discard = discard_file;
	rc = dg_strdup(&file->path, path, err);
	if (rc == 0)
		rc = dg_asprintf(&file->label, err, "%s/%s", sink->name, path);
	if (rc == 0)
		rc = open_file(file, err);
	if (rc < 0) {
		free_file(file);
		return rc;
	}
	*out = &file->base;
	return 0;
}

/* 1 if the file holds these bytes and no others. */
static int holds(struct dg_file *file, struct dg_slice bytes,
		 struct dg_error *err)
{
	char block[65536];
	size_t n = 0;
	int rc = 0;

	if (file->size != bytes.len)
		return 0;
	while (rc == 0) {
		rc = file->read(file, block, sizeof(block), &n, err);
		if (rc < 0 || n == 0)
			break;
		if (n > bytes.len || memcmp(block, bytes.ptr, n) != 0)
			return 0;
		bytes = dg_slice_of(bytes.ptr + n, bytes.len - n);
	}
	return rc < 0 ? rc : bytes.len == 0;
}

static int keep(struct dg_sink *self, const char *path, struct dg_slice bytes,
		struct dg_error *err)
{
	struct dg_staging *stage = &((struct stage_sink *)self)->stage;
	struct dg_file *file = NULL;
	struct dg_stamp stamp;
	int rc;

	/* What cannot be read is replaced. */
	if (!stage->present ||
	    stage->present->open(stage->present, path, &file, NULL) < 0)
		return 0;
	stamp = file->stamp;
	rc = holds(file, bytes, NULL);
	dg_file_close(file);
	if (rc <= 0)
		return 0;
	if (dg_path_list_has(stage->written, path)) {
		unlinkat(stage->folderfd, path, 0);
		dg_path_list_remove(stage->written, path);
	}
	rc = dg_path_list_add_stamped(stage->kept, path, &stamp, err);
	return rc < 0 ? rc : 1;
}

static void close_sink(struct dg_sink *self)
{
	struct stage_sink *sink = (struct stage_sink *)self;

	close_unflushed(sink, false, NULL);
	free(sink->name);
	free(sink);
}

int dg_stage_sink_open(struct dg_sink **out, const struct dg_staging *stage,
		       struct dg_error *err)
{
	struct stage_sink *sink = calloc(1, sizeof(*sink));
	int rc;

	if (!sink)
		return dg_error_nomem(err);
	rc = dg_strdup(&sink->name, stage->name, err);
	if (rc < 0) {
		free(sink);
		return rc;
	}
	sink->stage = *stage;
	sink->base.create = create;
	sink->base.keep = keep;
	sink->base.close = close_sink;
	*out = &sink->base;
	return 0;
}
