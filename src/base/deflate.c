#include "base/deflate.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define INPUT_SIZE ((size_t)64 * 1024)

struct dg_inflate {
	z_stream stream;
	int fd;
	bool ended;
	unsigned char input[INPUT_SIZE];
};

int dg_inflate_open(struct dg_inflate **out, int fd, struct dg_error *err)
{
	struct dg_inflate *reader = calloc(1, sizeof(*reader));

	*out = NULL;
	if (!reader || inflateInit(&reader->stream) != Z_OK) {
		free(reader);
		close(fd);
		return dg_error_nomem(err);
	}
	reader->fd = fd;
	*out = reader;
	return 0;
}

/* More input, if there is any. */
static int refill(struct dg_inflate *reader, struct dg_error *err)
{
	ssize_t got;

	do {
		got = read(reader->fd, reader->input, INPUT_SIZE);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return dg_error_errno(err, errno, "cannot read");
	if (got == 0)
		return dg_error_set(err, DG_EINVALID,
				    "the deflated data is cut off");
	reader->stream.next_in = reader->input;
	reader->stream.avail_in = (uInt)got;
	return 0;
}

int dg_inflate_read(struct dg_inflate *reader, void *bytes, size_t cap,
		    size_t *n, struct dg_error *err)
{
	z_stream *stream = &reader->stream;
	int code = Z_OK, rc = 0;

	cap = cap < INT_MAX ? cap : INT_MAX;
	stream->next_out = bytes;
	stream->avail_out = (uInt)cap;
	while (rc == 0 && !reader->ended && stream->avail_out == cap) {
		if (stream->avail_in == 0)
			rc = refill(reader, err);
		if (rc == 0)
			code = inflate(stream, Z_NO_FLUSH);
		reader->ended = code == Z_STREAM_END;
		if (code != Z_OK && code != Z_STREAM_END)
			rc = dg_error_set(err, DG_EINVALID,
					  "the deflated data is damaged");
	}
	*n = rc == 0 ? cap - stream->avail_out : 0;
	return rc;
}

void dg_inflate_close(struct dg_inflate *reader)
{
	if (!reader)
		return;
	inflateEnd(&reader->stream);
	close(reader->fd);
	free(reader);
}
