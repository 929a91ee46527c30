/*
 * The digest of a table: SHA-256 over its canonical lines, each with its
 * newline, in key order. Independent of layout, line ends, emulator and day.
 */
#ifndef DG_ITEM_TABLE_DIGEST_H
#define DG_ITEM_TABLE_DIGEST_H

#include "base/digest.h"
#include "item/source.h"

struct dg_table_digest {
	struct dg_digest *sha256; /* private */
	uint64_t items;
	uint64_t bytes; /* of the lines with their newlines */
};

int dg_table_digest_open(struct dg_table_digest *digest, struct dg_error *err);
int dg_table_digest_add(struct dg_table_digest *digest, struct dg_slice line,
			struct dg_error *err);
/* Many lines at once, each with its newline. */
int dg_table_digest_add_lines(struct dg_table_digest *digest,
			      struct dg_slice lines, size_t count,
			      struct dg_error *err);
int dg_table_digest_finish(struct dg_table_digest *digest,
			   char hex[DG_SHA256_HEX_SIZE], struct dg_error *err);
void dg_table_digest_close(struct dg_table_digest *digest);

#endif
