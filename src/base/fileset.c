#include "base/fileset.h"

#include <strings.h>

bool dg_stamp_equal(const struct dg_stamp *a, const struct dg_stamp *b)
{
	return a->inode == b->inode && a->size == b->size &&
	       a->mtime_s == b->mtime_s && a->mtime_ns == b->mtime_ns;
}

bool dg_identity_equal(const struct dg_identity *a, const struct dg_identity *b)
{
	return a->kind && b->kind && strcmp(a->kind, b->kind) == 0 &&
	       a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

void dg_file_close(struct dg_file *file)
{
	if (file)
		file->close(file);
}

void dg_fileset_close(struct dg_fileset *set)
{
	if (set)
		set->close(set);
}

void dg_sink_close(struct dg_sink *sink)
{
	if (sink)
		sink->close(sink);
}

bool dg_fileset_comparable(const struct dg_fileset *left,
			   const struct dg_fileset *right)
{
	return left->compare && left->compare == right->compare;
}

/* How much to ask for next: what is free, or else a little more. */
static int make_room(struct dg_buf *out, size_t *room, struct dg_error *err)
{
	int rc = 0;

	if (out->len + 1 >= out->cap)
		rc = dg_buf_reserve(out, 1, err);
	*room = rc < 0 ? 0 : out->cap - out->len - 1;
	return rc;
}

/* A full buffer is no failure if the file ends there. */
static int expect_end(struct dg_file *file, struct dg_buf *out,
		      struct dg_error *err)
{
	size_t n;
	char extra;
	int rc = file->read(file, &extra, 1, &n, err);

	return rc == 0 && n > 0 ? dg_buf_reserve(out, 1, err) : rc;
}

int dg_file_read_all(struct dg_file *file, struct dg_buf *out,
		     struct dg_error *err)
{
	size_t room, n = 0;
	int rc = 0;

	/* The stated size saves growing; it is trusted for no more. */
	if (file->size < out->max - out->len)
		rc = dg_buf_reserve(out, (size_t)file->size + 1, err);
	while (rc == 0 && out->len < out->max) {
		rc = make_room(out, &room, err);
		if (rc == 0)
			rc = file->read(file, out->ptr + out->len, room, &n,
					err);
		if (rc < 0 || n == 0)
			return rc;
		out->len += n;
		out->ptr[out->len] = '\0';
	}
	return rc < 0 ? rc : expect_end(file, out, err);
}

int dg_fileset_read(struct dg_fileset *set, const char *path,
		    struct dg_buf *out, struct dg_error *err)
{
	struct dg_file *file;
	int rc;

	rc = set->open(set, path, &file, err);
	if (rc < 0)
		return rc;
	rc = dg_file_read_all(file, out, err);
	if (rc == DG_ELIMIT)
		dg_error_prefix(err, "'%s/%s'", set->name, path);
	dg_file_close(file);
	return rc;
}

int dg_sink_write(struct dg_sink *sink, const char *path, struct dg_slice bytes,
		  struct dg_error *err)
{
	struct dg_sink_file *file;
	int rc = sink->keep ? sink->keep(sink, path, bytes, err) : 0;

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = sink->create(sink, path, bytes.len, &file, err);
	if (rc < 0)
		return rc;
	rc = file->write(file, bytes.ptr, bytes.len, err);
	if (rc < 0) {
		file->discard(file);
		return rc;
	}
	return file->commit(file, err);
}

int dg_fileset_copy(struct dg_fileset *set, const char *path,
		    struct dg_sink *sink, struct dg_error *err)
{
	struct dg_file *from = NULL;
	struct dg_sink_file *to = NULL;
	char block[65536];
	size_t n;
	int rc = set->open(set, path, &from, err);

	if (rc == 0)
		rc = sink->create(sink, path, from->size, &to, err);
	while (rc == 0) {
		rc = from->read(from, block, sizeof(block), &n, err);
		if (rc < 0 || n == 0)
			break;
		rc = to->write(to, block, n, err);
	}
	if (to && rc == 0)
		rc = to->commit(to, err);
	else if (to)
		to->discard(to);
	dg_file_close(from);
	return rc;
}

int dg_file_read_full(struct dg_file *file, void *bytes, size_t len, size_t *n,
		      struct dg_error *err)
{
	char *to = bytes;
	size_t got;
	int rc;

	*n = 0;
	while (*n < len) {
		rc = file->read(file, to + *n, len - *n, &got, err);
		if (rc < 0)
			return rc;
		if (got == 0)
			break;
		*n += got;
	}
	return 0;
}

static bool component_is_allowed(struct dg_slice name)
{
	return name.len > 0 && !dg_slice_equal(name, DG_SLICE(".")) &&
	       !dg_slice_equal(name, DG_SLICE("..")) &&
	       !(name.len == 4 && strncasecmp(name.ptr, ".git", 4) == 0);
}

int dg_path_check(const char *path, struct dg_error *err)
{
	const char *p = path;

	for (;;) {
		size_t len = strcspn(p, "/");

		if (!component_is_allowed(dg_slice_of(p, len)))
			return dg_error_set(err, DG_EINVALID,
					    "'%s' is no path inside a snapshot",
					    path);
		if (p[len] == '\0')
			return 0;
		p += len + 1;
	}
}
