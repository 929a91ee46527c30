#include "item/table_digest.h"

int dg_table_digest_open(struct dg_table_digest *digest, struct dg_error *err)
{
	*digest = (struct dg_table_digest){0};
	return dg_digest_open(&digest->sha256, DG_SHA256, err);
}

int dg_table_digest_add(struct dg_table_digest *digest, struct dg_slice line,
			struct dg_error *err)
{
	int rc = dg_digest_update(digest->sha256, line.ptr, line.len, err);

	if (rc == 0)
		rc = dg_digest_update(digest->sha256, "\n", 1, err);
	if (rc < 0)
		return rc;
	digest->items++;
	digest->bytes += line.len + 1;
	return 0;
}

int dg_table_digest_add_lines(struct dg_table_digest *digest,
			      struct dg_slice lines, size_t count,
			      struct dg_error *err)
{
	int rc = dg_digest_update(digest->sha256, lines.ptr, lines.len, err);

	if (rc < 0)
		return rc;
	digest->items += count;
	digest->bytes += lines.len;
	return 0;
}

int dg_table_digest_finish(struct dg_table_digest *digest,
			   char hex[DG_SHA256_HEX_SIZE], struct dg_error *err)
{
	unsigned char bytes[DG_SHA256_SIZE];
	int rc = dg_digest_finish(digest->sha256, bytes, err);

	if (rc == 0)
		dg_hex(bytes, sizeof(bytes), hex);
	return rc;
}

void dg_table_digest_close(struct dg_table_digest *digest)
{
	if (!digest)
		return;
	dg_digest_free(digest->sha256);
	digest->sha256 = NULL;
}
