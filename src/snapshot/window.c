#include "snapshot/window.h"
#include "base/text.h"
#include "item/canon.h"
#include <inttypes.h>
#include <stdlib.h>

#define READ_SIZE ((size_t)256 * 1024)
/* One item of the greatest size, what follows it, and one read. */
#define WINDOW_MAX ((size_t)DG_ITEM_TEXT_MAX + 4 * READ_SIZE)

int dg_window_open(struct dg_window *window, struct dg_file *file,
		   const char *name, struct dg_error *err)
{
	memset(window, 0, sizeof(*window));
	window->file = file;
	window->line = 1;
	dg_buf_init(&window->bytes, WINDOW_MAX);
	return dg_strdup(&window->name, name, err);
}

void dg_window_close(struct dg_window *window)
{
	dg_file_close(window->file);
	dg_buf_free(&window->bytes);
	free(window->name);
	memset(window, 0, sizeof(*window));
}

int dg_window_rewind(struct dg_window *window, struct dg_error *err)
{
	dg_buf_clear(&window->bytes);
	window->pos = 0;
	window->offset = 0;
	window->counted = 0;
	window->line = 1;
	window->at_end = false;
	return window->file->rewind(window->file, err);
}

static uint64_t count_newlines(const char *p, size_t len)
{
	const char *end = p + len;
	uint64_t n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n;
}

static void count_taken(struct dg_window *window)
{
	if (window->pos == window->counted)
		return;
	window->line += count_newlines(window->bytes.ptr + window->counted,
				       window->pos - window->counted);
	window->counted = window->pos;
}

static void drop_taken(struct dg_window *window)
{
	count_taken(window);
	window->offset += window->pos;
	dg_buf_consume(&window->bytes, window->pos);
	window->pos = 0;
	window->counted = 0;
}

int dg_window_fill(struct dg_window *window, struct dg_error *err)
{
	struct dg_buf *bytes = &window->bytes;
	size_t n = 0;
	int rc;

	drop_taken(window);
	if (window->at_end)
		return 0;
	rc = dg_buf_reserve(bytes, READ_SIZE, err);
	if (rc < 0)
		return rc;
	rc = window->file->read(window->file, bytes->ptr + bytes->len,
				READ_SIZE, &n, err);
	if (rc < 0)
		return rc;
	bytes->len += n;
	bytes->ptr[bytes->len] = '\0';
	window->at_end = n == 0;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

int dg_window_peek(struct dg_window *window, int *byte, struct dg_error *err)
{
	int rc;

	for (;;) {
		const struct dg_buf *bytes = &window->bytes;

		while (window->pos < bytes->len &&
		       is_blank(bytes->ptr[window->pos]))
			window->pos++;
		if (window->pos < bytes->len) {
			*byte = (unsigned char)bytes->ptr[window->pos];
			return 0;
		}
		if (window->at_end) {
			*byte = -1;
			return 0;
		}
		rc = dg_window_fill(window, err);
		if (rc < 0)
			return rc;
	}
}

void dg_window_locate(struct dg_window *window, size_t at, uint64_t *line,
		      uint64_t *offset)
{
	size_t rest = window->bytes.len - window->pos;

	if (at > rest)
		at = rest;
	count_taken(window);
	*offset = window->offset + window->pos + at;
	*line = window->line;
	if (at > 0)
		*line += count_newlines(window->bytes.ptr + window->pos, at);
}

int dg_window_place(struct dg_window *window, size_t at, struct dg_error *err)
{
	uint64_t line, offset;

	dg_window_locate(window, at, &line, &offset);
	return dg_error_prefix(err, "%s: line %" PRIu64 ", offset %" PRIu64,
			       window->name, line, offset);
}
