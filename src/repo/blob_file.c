#include "base/digest.h"
#include "base/text.h"
#include "repo/git_command.h"
#include "repo/loose_object.h"
#include "repo/object_reader.h"
#include "repo/tree_fileset.h"
#include <stdio.h>
#include <stdlib.h>

/* Below this a blob is simply read: reading in parts costs more. */
#define SMALL ((uint64_t)256 << 10)

struct blob_file {
	struct dg_file base;
	struct dg_repo *repo;
	git_oid id;
	char *name;
	uint64_t limit; /* of what is read as a whole */
	uint64_t at;    /* bytes read so far */
	/* One of the three. */
	struct dg_raw_object object;
	struct dg_inflate *loose;
	struct dg_git_command command;
	bool by_command;
	/* Of what a loose file or a command gives in parts. */
	struct dg_digest *digest;
};

static int begin_check(struct blob_file *file, struct dg_error *err)
{
	char header[64];
	int len = snprintf(header, sizeof(header), "blob %llu",
			   (unsigned long long)file->base.size);
	int rc;

	dg_digest_free(file->digest);
	file->digest = NULL;
	rc = dg_digest_open(&file->digest, DG_SHA1, err);
	if (!rc)
		rc = dg_digest_update(file->digest, header, (size_t)len + 1,
				      err);
	return rc;
}

static int damaged(const struct blob_file *file, struct dg_error *err)
{
	/* What libgit2 said last is about something else. */
	git_error_clear();
	return dg_git_object_error(err, -1, file->repo->git, &file->id,
				   file->name);
}

static int end_check(struct blob_file *file, struct dg_error *err)
{
	unsigned char raw[DG_SHA1_SIZE];
	int rc;

	if (!file->digest)
		return 0;
	rc = dg_digest_finish(file->digest, raw, err);
	dg_digest_free(file->digest);
	file->digest = NULL;
	if (!rc && (file->at != file->base.size ||
		    memcmp(raw, file->id.id, sizeof(raw)) != 0))
		rc = damaged(file, err);
	return rc;
}

static int open_loose(struct blob_file *file, struct dg_error *err)
{
	int rc = dg_loose_blob_open(&file->loose, file->repo, &file->id,
				    file->base.size, err);

	if (rc == DG_EINVALID)
		return damaged(file, err);
	return rc < 0 ? rc : begin_check(file, err);
}

static int open_command(struct blob_file *file, struct dg_error *err)
{
	char id[GIT_OID_HEXSZ + 1];
	/* What it maps of a pack is small, as in ours. */
	const char *const arguments[] = {
		"-c",       "core.packedGitWindowSize=1m",
		"-c",       "core.packedGitLimit=16m",
		"cat-file", "blob",
		id,         NULL};
	char size[DG_COUNT_SIZE];
	int rc;

	git_oid_tostr(id, sizeof(id), &file->id);
	rc = dg_git_command_start(&file->command, file->repo, arguments, err);
	if (rc == DG_ENOTFOUND) {
		dg_error_set(err, DG_ELIMIT,
			     "'%s' is packed and its %s are more than a "
			     "quarter of the memory allowed",
			     file->name,
			     dg_format_bytes(file->base.size, size));
		dg_error_hint(err, "Install git, or allow more with "
				   "--memory=SIZE");
		return DG_ELIMIT;
	}
	file->by_command = !rc;
	return rc < 0 ? rc : begin_check(file, err);
}

static int read_object(struct blob_file *file, struct dg_error *err)
{
	struct dg_object_reader *reader = NULL;
	int rc = dg_object_reader_take(&reader, file->repo, err);

	if (rc < 0)
		return rc;
	rc = dg_raw_object_read(&file->object, reader, &file->id);
	dg_object_reader_give(reader);
	if (rc < 0)
		return dg_git_object_error(err, rc, file->repo->git, &file->id,
					   file->name);
	rc = dg_raw_object_is_right(&file->object, err);
	if (rc < 0)
		return rc;
	return rc && file->object.bytes.len == file->base.size
		       ? 0
		       : damaged(file, err);
}

static int open_best(struct blob_file *file, struct dg_error *err)
{
	int rc = DG_ENOTFOUND;

	if (file->base.size > SMALL || file->base.size > file->limit)
		rc = open_loose(file, err);
	if (rc != DG_ENOTFOUND)
		return rc;
	if (file->base.size > file->limit)
		return open_command(file, err);
	return read_object(file, err);
}

static int read_part(struct blob_file *file, void *bytes, size_t cap, size_t *n,
		     struct dg_error *err)
{
	int rc;

	if (file->by_command)
		return dg_git_command_read(&file->command, bytes, cap, n, err);
	if (file->loose) {
		rc = dg_inflate_read(file->loose, bytes, cap, n, err);
		return rc == DG_EINVALID ? damaged(file, err) : rc;
	}
	if (cap > file->base.size - file->at)
		cap = (size_t)(file->base.size - file->at);
	*n = cap;
	if (cap)
		memcpy(bytes, file->object.bytes.ptr + file->at, cap);
	return 0;
}

static int blob_read(struct dg_file *self, void *bytes, size_t cap, size_t *n,
		     struct dg_error *err)
{
	struct blob_file *file = (struct blob_file *)self;
	int rc;

	*n = 0;
	if (!cap)
		return 0;
	rc = read_part(file, bytes, cap, n, err);
	if (rc < 0)
		return rc;
	file->at += *n;
	if (!*n)
		return end_check(file, err);
	if (file->digest)
		rc = dg_digest_update(file->digest, bytes, *n, err);
	return rc;
}

static int blob_rewind(struct dg_file *self, struct dg_error *err)
{
	struct blob_file *file = (struct blob_file *)self;

	if (!file->at)
		return 0;
	file->at = 0;
	/* What is read next may be another source, which is its own check. */
	dg_digest_free(file->digest);
	file->digest = NULL;
	if (file->by_command) {
		dg_git_command_stop(&file->command);
		return open_command(file, err);
	}
	if (file->loose) {
		dg_inflate_close(file->loose);
		file->loose = NULL;
		return open_best(file, err);
	}
	return 0;
}

static void blob_close(struct dg_file *self)
{
	struct blob_file *file = (struct blob_file *)self;

	dg_raw_object_free(&file->object);
	dg_inflate_close(file->loose);
	dg_git_command_stop(&file->command);
	dg_digest_free(file->digest);
	free(file->name);
	free(file);
}

static int read_size(struct blob_file *file, struct dg_error *err)
{
	git_object_t type = GIT_OBJECT_INVALID;
	git_odb *odb = NULL;
	size_t size = 0;
	int rc = git_repository_odb(&odb, file->repo->git);

	if (!rc)
		rc = git_odb_read_header(&size, &type, odb, &file->id);
	git_odb_free(odb);
	if (rc < 0)
		return dg_git_object_error(err, rc, file->repo->git, &file->id,
					   file->name);
	if (type != GIT_OBJECT_BLOB)
		return damaged(file, err);
	file->base.size = size;
	return 0;
}

int dg_blob_open(struct dg_file **out, struct dg_repo *repo, const git_oid *id,
		 const char *name, uint64_t limit, struct dg_error *err)
{
	struct blob_file *file = calloc(1, sizeof(*file));
	int rc;

	*out = NULL;
	if (!file)
		return dg_error_nomem(err);
	file->base.read = blob_read;
	file->base.rewind = blob_rewind;
	file->base.close = blob_close;
	file->repo = repo;
	file->id = *id;
	file->limit = limit;
	rc = dg_strdup(&file->name, name, err);
	if (!rc)
		rc = read_size(file, err);
	if (!rc)
		rc = open_best(file, err);
	if (rc < 0) {
		blob_close(&file->base);
		return rc;
	}
	*out = &file->base;
	return 0;
}
