#include "snapshot/part.h"
#include <inttypes.h>
#include <string.h>

#define NAME_HEX_SIZE (2 * DG_PART_NAME_SIZE + 1)

int dg_part_name(struct dg_digest *sha256, struct dg_slice first,
		 unsigned char name[DG_PART_NAME_SIZE], struct dg_error *err)
{
	unsigned char bytes[DG_SHA256_SIZE];
	int rc = dg_digest_update(sha256, first.ptr, first.len, err);

	if (rc == 0)
		rc = dg_digest_finish(sha256, bytes, err);
	if (rc == 0)
		memcpy(name, bytes, DG_PART_NAME_SIZE);
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

void dg_part_chunk_path_of(const unsigned char name[DG_PART_NAME_SIZE],
			   char out[DG_PART_PATH_SIZE])
{
	static const char folder[] = "table-data/";
	char hex[NAME_HEX_SIZE];

	dg_hex(name, DG_PART_NAME_SIZE, hex);
	out = put(out, folder, sizeof(folder) - 1);
	out = put(out, hex, 2);
	*out++ = '/';
	put_end(put(out, hex + 2, sizeof(hex) - 3));
}

void dg_part_index_path_of(const unsigned char name[DG_PART_NAME_SIZE],
			   char out[DG_PART_PATH_SIZE])
{
	static const char folder[] = "table-data/index/";
	char hex[NAME_HEX_SIZE];

	dg_hex(name, DG_PART_NAME_SIZE, hex);
	out = put(out, folder, sizeof(folder) - 1);
	put_end(put(out, hex, sizeof(hex) - 1));
}

int dg_part_chunk_path(struct dg_slice first, char out[DG_PART_PATH_SIZE],
		       struct dg_error *err)
{
	unsigned char digest[DG_SHA256_SIZE];
	int rc = dg_sha256(first, digest, err);

	if (rc == 0)
		dg_part_chunk_path_of(digest, out);
	return rc;
}

int dg_part_index_path(struct dg_slice first, char out[DG_PART_PATH_SIZE],
		       struct dg_error *err)
{
	unsigned char digest[DG_SHA256_SIZE];
	int rc = dg_sha256(first, digest, err);

	if (rc == 0)
		dg_part_index_path_of(digest, out);
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
