/*
 * What the chunked layout's files have in common, those of chunks and of the
 * index: a path computed from the first key, and a body of lines with ",\n"
 * between them, whose digest is that of the lines, each with its newline.
 */
#ifndef DG_SNAPSHOT_PART_H
#define DG_SNAPSHOT_PART_H

#include "base/buf.h"
#include "base/digest.h"

#define DG_PART_PATH_SIZE 64 /* with the final zero */

/* first: the canonical JSON of the key attributes of the first item. */
int dg_part_chunk_path(struct dg_slice first, char out[DG_PART_PATH_SIZE],
		       struct dg_error *err);
int dg_part_index_path(struct dg_slice first, char out[DG_PART_PATH_SIZE],
		       struct dg_error *err);

/* How a chunk begins, before its lines, and the end that is appended. */
#define DG_PART_CHUNK_HEAD "{\"Items\":[\n"
int dg_part_chunk_end(uint64_t items, struct dg_buf *out, struct dg_error *err);

int dg_part_digest(struct dg_slice body, char hex[DG_SHA256_HEX_SIZE],
		   struct dg_error *err);

#endif
