/*
 * A chunked snapshot with each item in a chunk of its own, which no reader
 * minds: so few bytes make many chunks, and few chunks many index files.
 */
#ifndef DG_TEST_APART_H
#define DG_TEST_APART_H

#include "sample_table.h"

/* The index as ddbgit writes it, of two levels above 4,096 items. */
struct memory_store *apart_write(const struct sample_table *table);

/* Of two levels, with so many chunks in an index file. */
struct memory_store *apart_write_groups(const struct sample_table *table,
					size_t chunks);

/* The path of item i's chunk, and of the index file that begins with it. */
void apart_chunk_path(const struct sample_table *table, size_t i,
		      char path[64]);
void apart_index_path(const struct sample_table *table, size_t i,
		      char path[64]);

#endif
