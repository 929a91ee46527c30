/*
 * The two sides of the chunked layout (docs/snapshot-format.md): the items
 * stand in chunk files, whole documents of some 64 KiB each, table-data.json
 * is their index. What the index states of a chunk, reading holds it to.
 */
#ifndef DG_SNAPSHOT_LAYOUT_CHUNKED_H
#define DG_SNAPSHOT_LAYOUT_CHUNKED_H

#include "snapshot/layout.h"

/* As struct dg_layout has them. chunk_writer.c, chunk_reader.c */
int dg_chunk_writer_open(struct dg_layout_writer **out, struct dg_sink *sink,
			 const struct dg_key_schema *keys,
			 struct dg_error *err);
int dg_chunk_reader_open(struct dg_layout_reader **out,
			 struct dg_fileset *files, struct dg_file *data,
			 struct dg_error *err);

#endif
