/*
 * A file that is written into the object database: in memory while it is
 * small, in an unnamed temporary file when it grows, because Git's objects
 * begin with their length.
 */
#include "base/dir.h"
#include "base/temp_file.h"
#include "base/text.h"
#include "repo/commit_blob.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define MEMORY_SIZE ((size_t)DG_OBJECT_WHOLE_MAX)

struct blob_writer {
	struct dg_sink_file base;
	struct dg_commit *commit;
	char *path;
	struct dg_buf memory;
	int fd; /* -1: all is in memory */
	uint64_t size;
};

/* What the temporary file holds. */
struct blob_reader {
	struct dg_file base;
	int fd;
	uint64_t at;
};

static int spill(struct blob_writer *writer, struct dg_error *err)
{
	int rc = dg_temp_file_open(&writer->fd, writer->commit->temp_dir, err);

	if (rc < 0) {
		writer->fd = -1;
		return rc;
	}
	rc = dg_write_all(writer->fd, writer->memory.ptr, writer->memory.len,
			  "a temporary file", err);
	dg_buf_free(&writer->memory);
	return rc;
}

static int writer_write(struct dg_sink_file *self, const void *bytes,
			size_t len, struct dg_error *err)
{
	struct blob_writer *writer = (struct blob_writer *)self;
	int rc = 0;

	if (writer->fd < 0 && len > MEMORY_SIZE - writer->memory.len)
		rc = spill(writer, err);
	if (rc < 0)
		return rc;
	rc = writer->fd < 0 ? dg_buf_add(&writer->memory, bytes, len, err)
			    : dg_write_all(writer->fd, bytes, len,
					   "a temporary file", err);
	if (!rc)
		writer->size += len;
	return rc;
}

static void writer_discard(struct dg_sink_file *self)
{
	struct blob_writer *writer = (struct blob_writer *)self;

	if (writer->fd >= 0)
		close(writer->fd);
	dg_buf_free(&writer->memory);
	free(writer->path);
	free(writer);
}

static int reader_read(struct dg_file *self, void *bytes, size_t cap, size_t *n,
		       struct dg_error *err)
{
	struct blob_reader *reader = (struct blob_reader *)self;
	ssize_t got;

	do {
		got = pread(reader->fd, bytes, cap, (off_t)reader->at);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return dg_error_errno(err, errno,
				      "cannot read a temporary "
				      "file");
	*n = (size_t)got;
	reader->at += *n;
	return 0;
}

static int reader_rewind(struct dg_file *self, struct dg_error *err)
{
	(void)err;
	((struct blob_reader *)self)->at = 0;
	return 0;
}

static void reader_close(struct dg_file *self)
{
	(void)self;
}

static int writer_commit(struct dg_sink_file *self, struct dg_error *err)
{
	struct blob_writer *writer = (struct blob_writer *)self;
	struct blob_reader reader = {
		.base = {.read = reader_read,
			 .rewind = reader_rewind,
			 .close = reader_close,
			 .size = writer->size},
		.fd = writer->fd,
	};
	int rc = writer->fd < 0
			 ? dg_commit_add_bytes(writer->commit, writer->path,
					       &writer->memory, err)
			 : dg_commit_add_long(writer->commit, writer->path,
					      &reader.base, err);

	writer_discard(self);
	return rc;
}

static int sink_create(struct dg_sink *self, const char *path, uint64_t size,
		       struct dg_sink_file **out, struct dg_error *err)
{
	struct dg_commit *commit;
	struct blob_writer *writer;
	int rc = dg_path_check(path, err);

	(void)size;
	if (rc < 0)
		return rc;
	commit = (struct dg_commit *)((char *)self -
				      offsetof(struct dg_commit, sink));
	writer = calloc(1, sizeof(*writer));
	if (!writer)
		return dg_error_nomem(err);
	rc = dg_strdup(&writer->path, path, err);
	if (rc < 0) {
		free(writer);
		return rc;
	}
	writer->base.write = writer_write;
	writer->base.commit = writer_commit;
	writer->base.discard = writer_discard;
	writer->commit = commit;
	writer->fd = -1;
	dg_buf_init(&writer->memory, MEMORY_SIZE);
	*out = &writer->base;
	return 0;
}

/* The commit owns it. */
static void sink_close(struct dg_sink *self)
{
	(void)self;
}

void dg_blob_sink_init(struct dg_commit *commit)
{
	commit->sink.create = sink_create;
	commit->sink.close = sink_close;
}
