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
#define DG_PART_NAME_SIZE 16

/* What a file is called: the first 128 bits of the SHA-256 of `first`, the
 * canonical JSON of the key attributes of the first item. The digest is one of
 * that kind, which serves for any number of names. */
int dg_part_name(struct dg_digest *sha256, struct dg_slice first,
		 unsigned char name[DG_PART_NAME_SIZE], struct dg_error *err);
void dg_part_chunk_path_of(const unsigned char name[DG_PART_NAME_SIZE],
			   char out[DG_PART_PATH_SIZE]);
void dg_part_index_path_of(const unsigned char name[DG_PART_NAME_SIZE],
			   char out[DG_PART_PATH_SIZE]);

/* Both in one call. */
int dg_part_chunk_path(struct dg_slice first, char out[DG_PART_PATH_SIZE],
		       struct dg_error *err);
int dg_part_index_path(struct dg_slice first, char out[DG_PART_PATH_SIZE],
		       struct dg_error *err);

/* How a chunk begins, before its lines, and the end that is appended. */
#define DG_PART_CHUNK_HEAD "{\"Items\":[\n"
int dg_part_chunk_end(uint64_t items, struct dg_buf *out, struct dg_error *err);

/* Of a body as above; a line with a newline in it is no line. */
int dg_part_digest(struct dg_slice body, char hex[DG_SHA256_HEX_SIZE],
		   struct dg_error *err);

#endif
