#include "snapshot/file_comparison.h"

#include <stdlib.h>

#define WINDOW_SIZE ((size_t)64 * 1024)

struct comparison {
	struct dg_sink_file base; /* first: the interface points here */
	struct dg_file *file;
	bool *equal;
	bool held;      /* a carriage return, until its successor is known */
	size_t at, end; /* what of the window is still to be compared */
	char window[WINDOW_SIZE + 1];
};

/* Of "\r\n" the newline alone; a carriage return at the end is held back. */
static size_t join_line_ends(struct comparison *c, size_t len)
{
	char *bytes = c->window;
	size_t kept = 0;

	if (!memchr(bytes, '\r', len))
		return len;
	c->held = bytes[len - 1] == '\r';
	len -= c->held;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != '\r' || i + 1 == len || bytes[i + 1] != '\n')
			bytes[kept++] = bytes[i];
	}
	return kept;
}

/* An empty window is the end of the file. */
static int fill(struct comparison *c, struct dg_error *err)
{
	size_t n = 1;
	int rc = 0;

	while (rc == 0 && c->at == c->end && n > 0) {
		const size_t kept = c->held;

		c->window[0] = '\r';
		rc = c->file->read(c->file, c->window + kept, WINDOW_SIZE, &n,
				   err);
		if (rc < 0)
			break;
		c->held = false;
		c->at = 0;
		/* Behind the last byte of the file it is one like others. */
		c->end = n > 0 ? join_line_ends(c, kept + n) : kept;
	}
	return rc;
}

static int write_bytes(struct dg_sink_file *self, const void *bytes, size_t len,
		       struct dg_error *err)
{
	struct comparison *c = (struct comparison *)self;
	const char *p = bytes;

	while (len > 0 && *c->equal) {
		size_t n;
		int rc = fill(c, err);

		if (rc < 0)
			return rc;
		n = c->end - c->at < len ? c->end - c->at : len;
		if (n == 0 || memcmp(c->window + c->at, p, n) != 0)
			*c->equal = false;
		c->at += n;
		p += n;
		len -= n;
	}
	return 0;
}

static void discard(struct dg_sink_file *self)
{
	struct comparison *c = (struct comparison *)self;

	dg_file_close(c->file);
	free(c);
}

static int commit(struct dg_sink_file *self, struct dg_error *err)
{
	struct comparison *c = (struct comparison *)self;
	int rc = *c->equal ? fill(c, err) : 0;

	if (c->at < c->end)
		*c->equal = false;
	discard(self);
	return rc;
}

int dg_file_comparison_open(struct dg_sink_file **out, struct dg_fileset *files,
			    const char *path, bool *equal, struct dg_error *err)
{
	struct comparison *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return dg_error_nomem(err);
	rc = files->open(files, path, &c->file, err);
	if (rc < 0) {
		free(c);
		return rc;
	}
	c->base.write = write_bytes;
	c->base.commit = commit;
	c->base.discard = discard;
	c->equal = equal;
	*equal = true;
	*out = &c->base;
	return 0;
}

int dg_file_compare(struct dg_fileset *files, const char *path,
		    struct dg_slice expected, bool *equal, struct dg_error *err)
{
	struct dg_sink_file *file = NULL;
	int rc = dg_file_comparison_open(&file, files, path, equal, err);

	if (rc < 0)
		return rc;
	rc = file->write(file, expected.ptr, expected.len, err);
	if (rc == 0)
		return file->commit(file, err);
	file->discard(file);
	return rc;
}
