#include "snapshot/part.h"
#include <inttypes.h>
#include <string.h>

#define NAME_BYTES 16 /* of the digest of the first key */

static int name_of(struct dg_slice first, char hex[2 * NAME_BYTES + 1],
		   struct dg_error *err)
{
	unsigned char digest[DG_SHA256_SIZE];
	int rc = dg_sha256(first, digest, err);

	if (rc == 0)
		dg_hex(digest, NAME_BYTES, hex);
	return rc;
}

static char *put(char *out, const char *bytes, size_t len)
{
	memcpy(out, bytes, len);
	return out + len;
}

/* With the final zero. */
static void put_end(char *out)
{
	static const char end[] = ".json";

	put(out, end, sizeof(end));
}

int dg_part_chunk_path(struct dg_slice first, char out[DG_PART_PATH_SIZE],
		       struct dg_error *err)
{
	static const char folder[] = "table-data/";
	char name[2 * NAME_BYTES + 1];
	int rc = name_of(first, name, err);

	if (rc < 0)
		return rc;
	out = put(out, folder, sizeof(folder) - 1);
	out = put(out, name, 2);
	*out++ = '/';
	put_end(put(out, name + 2, 2 * NAME_BYTES - 2));
	return 0;
}

int dg_part_index_path(struct dg_slice first, char out[DG_PART_PATH_SIZE],
		       struct dg_error *err)
{
	static const char folder[] = "table-data/index/";
	char name[2 * NAME_BYTES + 1];
	int rc = name_of(first, name, err);

	if (rc == 0)
		put_end(put(put(out, folder, sizeof(folder) - 1), name,
			    2 * NAME_BYTES));
	return rc;
}

int dg_part_chunk_end(uint64_t items, struct dg_buf *out, struct dg_error *err)
{
	return dg_buf_addf(out, err, "\n],\"Count\":%" PRIu64 "}\n", items);
}

/* No line has a newline in it. */
static int add_lines(struct dg_digest *digest, struct dg_slice body,
		     struct dg_error *err)
{
	const char *p = body.ptr;
	const char *end = p + body.len;
	int rc = 0;

	while (rc == 0 && p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *line_end = newline ? newline - 1 : end;

		rc = dg_digest_update(digest, p, (size_t)(line_end - p), err);
		if (rc == 0)
			rc = dg_digest_update(digest, "\n", 1, err);
		p = newline ? newline + 1 : end;
	}
	return rc;
}

int dg_part_digest(struct dg_slice body, char hex[DG_SHA256_HEX_SIZE],
		   struct dg_error *err)
{
	unsigned char bytes[DG_SHA256_SIZE];
	struct dg_digest *digest = NULL;
	int rc = dg_digest_open(&digest, DG_SHA256, err);

	if (rc == 0)
		rc = add_lines(digest, body, err);
	if (rc == 0)
		rc = dg_digest_finish(digest, bytes, err);
	if (rc == 0)
		dg_hex(bytes, sizeof(bytes), hex);
	dg_digest_free(digest);
	return rc;
}
