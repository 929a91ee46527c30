#include "base/deflate.h"

#include <errno.h>
#include <libdeflate.h>
#include <limits.h>
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

struct dg_deflater {
	struct libdeflate_compressor *compressor;
};

int dg_deflater_open(struct dg_deflater **out, int level, struct dg_error *err)
{
	struct dg_deflater *deflater = calloc(1, sizeof(*deflater));

	*out = NULL;
	if (!deflater)
		return dg_error_nomem(err);
	deflater->compressor = libdeflate_alloc_compressor(level);
	if (!deflater->compressor) {
		free(deflater);
		return dg_error_nomem(err);
	}
	*out = deflater;
	return 0;
}

int dg_deflater_add(struct dg_deflater *deflater, struct dg_slice bytes,
		    struct dg_buf *out, struct dg_error *err)
{
	size_t bound =
		libdeflate_zlib_compress_bound(deflater->compressor, bytes.len);
	int rc = dg_buf_reserve(out, bound, err);

	if (rc < 0)
		return rc;
	out->len += libdeflate_zlib_compress(
		deflater->compressor, bytes.ptr ? bytes.ptr : "", bytes.len,
		out->ptr + out->len, bound);
	return 0;
}

void dg_deflater_free(struct dg_deflater *deflater)
{
	if (!deflater)
		return;
	libdeflate_free_compressor(deflater->compressor);
	free(deflater);
}

int dg_deflate_head(struct dg_buf *out, struct dg_error *err)
{
	/* RFC 1950: deflate with a window of 32 KiB, the fastest level. */
	return dg_buf_add(out, "\x78\x01", 2, err);
}

int dg_deflate_part(struct dg_slice bytes, bool last, struct dg_buf *out,
		    struct dg_error *err)
{
	/* A flush is an empty stored block, and is done when room is left. */
	const uInt flush_room = 16;
	z_stream stream = {0};
	uInt room;
	int code, rc;

	if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS,
			 MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY) != Z_OK)
		return dg_error_nomem(err);
	room = (uInt)deflateBound(&stream, (uLong)bytes.len) + flush_room;
	rc = dg_buf_reserve(out, room, err);
	if (rc == 0) {
		stream.next_in = (Bytef *)(uintptr_t)bytes.ptr;
		stream.avail_in = (uInt)bytes.len;
		stream.next_out = (Bytef *)out->ptr + out->len;
		stream.avail_out = room;
		code = deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH);
		if (code != (last ? Z_STREAM_END : Z_OK) ||
		    stream.avail_out == 0)
			rc = dg_error_set(err, DG_EFAILED,
					  "zlib cannot deflate");
		out->len += room - stream.avail_out;
	}
	deflateEnd(&stream);
	return rc;
}

int dg_deflate_tail(uint32_t check, struct dg_buf *out, struct dg_error *err)
{
	const char bytes[] = {(char)(check >> 24), (char)(check >> 16),
			      (char)(check >> 8), (char)check};

	return dg_buf_add(out, bytes, sizeof(bytes), err);
}

uint32_t dg_deflate_check(uint32_t check, struct dg_slice bytes)
{
	/* libdeflate takes a NULL buffer as the question for the start. */
	return bytes.len > 0 ? libdeflate_adler32(check, bytes.ptr, bytes.len)
			     : check;
}
