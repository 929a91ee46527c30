#include "item/run.h"

#include "base/temp_file.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

uint64_t dg_key_prefix(struct dg_slice key)
{
	const unsigned char *p = (const unsigned char *)key.ptr;
	uint64_t prefix = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < key.len ? p[i] : 0);
	return prefix;
}

void dg_run_file_init(struct dg_run_file *file, const char *temp_dir,
		      size_t buffer_size)
{
	*file = (struct dg_run_file){
		.temp_dir = temp_dir,
		.fd = -1,
		.buffer_size = buffer_size,
	};
}

void dg_run_file_close(struct dg_run_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	dg_run_file_rest(file);
}

void dg_run_file_rest(struct dg_run_file *file)
{
	free(file->buffer);
	file->buffer = NULL;
	file->buffered = 0;
}

static int write_error(const struct dg_run_file *file, int reason,
		       struct dg_error *err)
{
	const char *directory = dg_temp_dir(file->temp_dir);
	int rc = dg_error_errno(err, reason,
				"cannot write a temporary file in '%s'",
				directory);

	if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG)
		dg_error_hint(err,
			      "Make room in '%s', name another directory "
			      "with --temp-dir, or allow more --memory",
			      directory);
	return rc;
}

static int append(struct dg_run_file *file, const char *bytes, size_t len,
		  struct dg_error *err)
{
	while (len > 0) {
		ssize_t n = pwrite(file->fd, bytes, len, (off_t)file->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return write_error(file, errno, err);
		bytes += n;
		len -= (size_t)n;
		file->size += (uint64_t)n;
	}
	return 0;
}

static int flush(struct dg_run_file *file, struct dg_error *err)
{
	size_t len = file->buffered;

	file->buffered = 0;
	return append(file, file->buffer, len, err);
}

static int put(struct dg_run_file *file, const void *bytes, size_t len,
	       struct dg_error *err)
{
	int rc = 0;

	if (len > file->buffer_size - file->buffered)
		rc = flush(file, err);
	if (rc < 0)
		return rc;
	if (len > file->buffer_size)
		return append(file, bytes, len, err);
	memcpy(file->buffer + file->buffered, bytes, len);
	file->buffered += len;
	return 0;
}

int dg_run_begin(struct dg_run_file *file, struct dg_run *run,
		 struct dg_error *err)
{
	int rc = 0;

	if (!file->buffer)
		file->buffer = malloc(file->buffer_size);
	if (!file->buffer)
		return dg_error_nomem(err);
	if (file->fd < 0)
		rc = dg_temp_file_open(&file->fd, file->temp_dir, err);
	*run = (struct dg_run){.fd = file->fd, .offset = file->size};
	return rc;
}

int dg_run_add(struct dg_run_file *file, const struct dg_record *record,
	       struct dg_error *err)
{
	const struct dg_record_head head = {
		.sequence = record->sequence,
		.key_len = (uint32_t)record->key.len,
		.line_len = (uint32_t)record->line.len,
	};
	int rc = put(file, &head, sizeof(head), err);

	if (rc == 0)
		rc = put(file, record->key.ptr, record->key.len, err);
	if (rc == 0)
		rc = put(file, record->line.ptr, record->line.len, err);
	return rc;
}

int dg_run_end(struct dg_run_file *file, struct dg_run *run,
	       struct dg_error *err)
{
	int rc = flush(file, err);

	run->size = file->size - run->offset;
	return rc;
}

void dg_run_reader_init(struct dg_run_reader *reader, const struct dg_run *run,
			char *buffer, size_t buffer_size)
{
	*reader = (struct dg_run_reader){
		.run = *run,
		.next = run->offset,
		.buffer = buffer,
		.buffer_size = buffer_size,
	};
}

void dg_run_reader_rewind(struct dg_run_reader *reader)
{
	dg_run_reader_init(reader, &reader->run, reader->buffer,
			   reader->buffer_size);
}

static uint64_t unread(const struct dg_run_reader *reader)
{
	return reader->run.offset + reader->run.size - reader->next;
}

/* Reads len bytes at reader->next. */
static int read_exactly(struct dg_run_reader *reader, char *to, size_t len,
			struct dg_error *err)
{
	while (len > 0) {
		ssize_t n = pread(reader->run.fd, to, len, (off_t)reader->next);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return dg_error_errno(err, errno,
					      "cannot read a temporary file");
		if (n == 0)
			return dg_error_set(err, DG_EIO,
					    "a temporary file ends too early");
		to += n;
		len -= (size_t)n;
		reader->next += (uint64_t)n;
	}
	return 0;
}

/* Buffers `len` bytes of the current record, or as many as the buffer takes:
 * moves what is there to the front and fills up. */
static int fill(struct dg_run_reader *reader, size_t len, struct dg_error *err)
{
	size_t kept = reader->have - reader->pos;
	size_t more;

	if (kept >= len)
		return 0;
	memmove(reader->buffer, reader->buffer + reader->pos, kept);
	reader->pos = 0;
	reader->have = kept;
	more = reader->buffer_size - kept;
	if (more > unread(reader))
		more = (size_t)unread(reader);
	reader->have += more;
	return read_exactly(reader, reader->buffer + kept, more, err);
}

static size_t record_size(const struct dg_record_head *head)
{
	return sizeof(*head) + head->key_len + head->line_len;
}

/* Steps over the current record, of which not all may be buffered. */
static void leave(struct dg_run_reader *reader)
{
	size_t size = record_size(&reader->head);
	size_t kept = reader->have - reader->pos;

	if (!reader->has_record)
		return;
	reader->has_record = false;
	if (size <= kept) {
		reader->pos += size;
		return;
	}
	reader->next += size - kept;
	reader->pos = 0;
	reader->have = 0;
}

int dg_run_reader_next(struct dg_run_reader *reader, struct dg_record *record,
		       struct dg_error *err)
{
	struct dg_record_head *head = &reader->head;
	const char *key;
	size_t size;
	int rc;

	leave(reader);
	if (reader->pos == reader->have && unread(reader) == 0)
		return 0;
	rc = fill(reader, sizeof(*head), err);
	if (rc < 0)
		return rc;
	memcpy(head, reader->buffer + reader->pos, sizeof(*head));
	size = record_size(head);
	if (size > reader->buffer_size)
		rc = fill(reader, sizeof(*head) + head->key_len, err);
	else
		rc = fill(reader, size, err);
	if (rc < 0)
		return rc;
	reader->has_record = true;
	key = reader->buffer + reader->pos + sizeof(*head);
	record->sequence = head->sequence;
	record->key = dg_slice_of(key, head->key_len);
	record->line = dg_slice_of(
		size > reader->buffer_size ? NULL : key + head->key_len,
		head->line_len);
	return 1;
}

int dg_run_reader_line(struct dg_run_reader *reader, struct dg_buf *space,
		       struct dg_slice *line, struct dg_error *err)
{
	size_t before = sizeof(reader->head) + reader->head.key_len;
	size_t here = reader->have - reader->pos - before;
	size_t rest = reader->head.line_len - here;
	int rc;

	dg_buf_clear(space);
	/* Growing would hold the old memory beside the new. */
	if (space->cap <= reader->head.line_len)
		dg_buf_free(space);
	rc = dg_buf_reserve(space, reader->head.line_len, err);
	if (rc < 0)
		return rc;
	memcpy(space->ptr, reader->buffer + reader->pos + before, here);
	rc = read_exactly(reader, space->ptr + here, rest, err);
	if (rc < 0)
		return rc;
	space->len = reader->head.line_len;
	space->ptr[space->len] = '\0';
	*line = dg_buf_slice(space);
	/* All of it was taken: nothing is left to step over. */
	reader->has_record = false;
	reader->pos = 0;
	reader->have = 0;
	return 0;
}
