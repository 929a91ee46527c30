#include "repo/object_id.h"
#include "base/digest.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PART_SIZE ((size_t)64 << 10)

size_t dg_object_header(char out[DG_OBJECT_HEADER_SIZE], git_object_t type,
			uint64_t size)
{
	int len = snprintf(out, DG_OBJECT_HEADER_SIZE, "%s %" PRIu64,
			   git_object_type2string(type), size);

	return (size_t)len + 1;
}

static int start(struct dg_digest **digest, git_object_t type, uint64_t size,
		 struct dg_error *err)
{
	char header[DG_OBJECT_HEADER_SIZE];
	size_t len = dg_object_header(header, type, size);
	int rc = dg_digest_open(digest, DG_SHA1, err);

	return rc < 0 ? rc : dg_digest_update(*digest, header, len, err);
}

static int finish(git_oid *out, struct dg_digest *digest, struct dg_error *err)
{
	unsigned char raw[DG_SHA1_SIZE];
	int rc = dg_digest_finish(digest, raw, err);

	if (!rc)
		git_oid_fromraw(out, raw);
	return rc;
}

int dg_object_hash(git_oid *out, git_object_t type, struct dg_slice bytes,
		   struct dg_error *err)
{
	struct dg_digest *digest = NULL;
	int rc = start(&digest, type, bytes.len, err);

	if (!rc)
		rc = dg_digest_update(digest, bytes.ptr, bytes.len, err);
	if (!rc)
		rc = finish(out, digest, err);
	dg_digest_free(digest);
	return rc;
}

int dg_blob_hash(git_oid *out, struct dg_file *file, struct dg_error *err)
{
	struct dg_digest *digest = NULL;
	char *part = malloc(PART_SIZE);
	size_t n = 0;
	int rc = part ? start(&digest, GIT_OBJECT_BLOB, file->size, err)
		      : dg_error_nomem(err);

	do {
		if (!rc)
			rc = file->read(file, part, PART_SIZE, &n, err);
		if (!rc)
			rc = dg_digest_update(digest, part, n, err);
	} while (!rc && n);
	if (!rc)
		rc = finish(out, digest, err);
	if (!rc)
		rc = file->rewind(file, err);
	dg_digest_free(digest);
	free(part);
	return rc;
}
