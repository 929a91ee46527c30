/*
 * Writes the index of the chunked layout. Up to 4,096 chunks it is
 * table-data.json; of more the entries are cut by the rule of chunk_cut.h into
 * index files, which table-data.json then lists.
 */
#ifndef DG_SNAPSHOT_CHUNK_INDEX_WRITER_H
#define DG_SNAPSHOT_CHUNK_INDEX_WRITER_H

#include "base/fileset.h"
#include "snapshot/chunk_cut.h"
#include "snapshot/chunk_index.h"

#define DG_CHUNK_INDEX_MAX 4096 /* chunks in table-data.json itself */

/* Entries that stand in one document: lines with ",\n" between them. */
struct dg_chunk_lines {
	struct dg_buf text;
	struct dg_buf first; /* the first entry's key */
	size_t count;
	uint64_t items;
	uint64_t bytes;
};

struct dg_chunk_index_writer {
	struct dg_sink *sink;        /* borrowed */
	struct dg_chunk_lines early; /* as long as there is one level */
	struct dg_chunk_lines leaf;  /* of the index file to come */
	struct dg_chunk_lines root;  /* the index files written */
	struct dg_chunk_cut cut;
	struct dg_buf scratch;
	bool split;
	uint64_t items; /* set by finish: of the entries in table-data.json */
};

void dg_chunk_index_writer_init(struct dg_chunk_index_writer *writer,
				struct dg_sink *sink);
/* The next chunk; first is canonical. */
int dg_chunk_index_writer_add(struct dg_chunk_index_writer *writer,
			      const struct dg_chunk_entry *entry,
			      struct dg_error *err);
/* Writes table-data.json. */
int dg_chunk_index_writer_finish(struct dg_chunk_index_writer *writer,
				 struct dg_error *err);
void dg_chunk_index_writer_free(struct dg_chunk_index_writer *writer);

#endif
