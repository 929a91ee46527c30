/*
 * A chunk in memory: read as a whole and held to what the index states before
 * an item of it is handed out.
 */
#ifndef DG_SNAPSHOT_CHUNK_BLOCK_H
#define DG_SNAPSHOT_CHUNK_BLOCK_H

#include "base/fileset.h"
#include "item/canon.h"
#include "item/source.h"
#include "snapshot/chunk_index.h"
#include "snapshot/part.h"

/* A chunk as an index names it. */
struct dg_chunk {
	struct dg_chunk_entry entry; /* its first key is canonical */
	struct dg_slice key;         /* that key, encoded */
	char path[DG_PART_PATH_SIZE];
};

struct dg_chunk_block {
	char *path;          /* of the file, for messages; NULL: empty */
	struct dg_buf lines; /* canonical, each with its newline */
	struct dg_buf keys;  /* encoded */
	struct dg_chunk_spot {
		size_t line_end; /* behind the newline */
		size_t key_end;
	} * spots;
	size_t count;
	size_t cap;
};

void dg_chunk_block_init(struct dg_chunk_block *block);
void dg_chunk_block_free(struct dg_chunk_block *block);
void dg_chunk_block_clear(struct dg_chunk_block *block);

/* Reads a chunk. DG_EINVALID: missing, malformed, not in order, or not what
 * its entry states; the message names the file. */
int dg_chunk_block_load(struct dg_chunk_block *block, struct dg_fileset *files,
			const struct dg_key_schema *keys,
			const struct dg_chunk *chunk, struct dg_error *err);

/* Item i < count; borrowed until the next load. */
void dg_chunk_block_item(const struct dg_chunk_block *block, size_t i,
			 struct dg_item *item);

#endif
