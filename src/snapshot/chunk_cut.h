/*
 * Where the chunked layout cuts a table: a pure function of the sequence of
 * keys and line lengths (docs/snapshot-format.md, "The cut rule"). Whether a
 * chunk ends after an item depends on that item's key and on how far it lies
 * from the chunk's beginning, on no more: so after a change the cuts meet the
 * old ones again within a few chunks, and a change that keeps a line's length
 * moves none. Unsigned 64-bit integers only, so that every machine cuts alike.
 */
#ifndef DG_SNAPSHOT_CHUNK_CUT_H
#define DG_SNAPSHOT_CHUNK_CUT_H

#include <ddbgit/slice.h>
#include <stdint.h>

#define DG_CHUNK_MIN 16384  /* bytes in which no chunk ends by its keys */
#define DG_CHUNK_MAX 262144 /* a longer chunk has one item */

#define DG_CUT_BEFORE                                                          \
	1u              /* the item begins a chunk, for the one before it      \
			   would be too long */
#define DG_CUT_AFTER 2u /* the item ends its chunk */

/* Zeros are the beginning of a table. */
struct dg_chunk_cut {
	uint64_t size; /* of the chunk so far, at most DG_CHUNK_MAX */
};

/* Of the canonical JSON of an item's key attributes: FNV-1a-64, finished by
 * MurmurHash3's fmix64. */
uint64_t dg_chunk_hash(struct dg_slice key_json);

/* The next item, by its key's hash and its line's length with the newline.
 * Returns the cuts round it. */
unsigned int dg_chunk_cut_step(struct dg_chunk_cut *cut, uint64_t hash,
			       uint64_t length);

#endif
