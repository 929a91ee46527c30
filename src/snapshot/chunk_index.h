/*
 * The index of the chunked layout, as a document:
 *
 *	{"Items":true,"Format":"ddbgit-chunked-1","Count":3,"Chunks":[
 *	{"first":{"id":{"S":"a"}},"count":2,"bytes":61,"sha256":"…"},
 *	{"first":{"id":{"S":"c"}},"count":1,"bytes":30,"sha256":"…"}
 *	]}
 *
 * An entry is a chunk, or where the member is "Indexes" an index file, whose
 * sha256 is that of its entries' lines. What stands here is a claim that
 * reading holds the chunks to; no path is ever taken from it.
 */
#ifndef DG_SNAPSHOT_CHUNK_INDEX_H
#define DG_SNAPSHOT_CHUNK_INDEX_H

#include "base/buf.h"

struct dg_chunk_entry {
	struct dg_slice first;  /* the first key as JSON, as it was spelled */
	uint64_t count;         /* of items, at least 1 */
	uint64_t bytes;         /* of their canonical lines with newlines */
	struct dg_slice sha256; /* of these lines; 64 hexadecimal digits */
	struct dg_slice text;   /* the whole entry as it was spelled */
};

struct dg_chunk_index {
	char *name;         /* for messages */
	struct dg_buf text; /* the entries borrow from it */
	struct dg_chunk_entry *entries;
	size_t count;
	size_t cap;
	uint64_t items; /* in all entries */
	uint64_t bytes;
	bool of_indexes;
};

/* Zeros are allowed in free. */
void dg_chunk_index_free(struct dg_chunk_index *index);

/* Forgets the entries; text is empty then and may be filled. */
int dg_chunk_index_reset(struct dg_chunk_index *index, const char *name,
			 struct dg_error *err);

/* Reads what text holds. DG_EINVALID: malformed, or a Count that is not the
 * sum; DG_EUNSUPPORTED: the format of a later version. */
int dg_chunk_index_parse(struct dg_chunk_index *index, struct dg_error *err);

/* Appends an entry, without newline. */
int dg_chunk_entry_print(const struct dg_chunk_entry *entry, struct dg_buf *out,
			 struct dg_error *err);

/* Appends the document of these entries: lines with ",\n" between them. */
int dg_chunk_index_print(struct dg_slice lines, uint64_t items, bool of_indexes,
			 struct dg_buf *out, struct dg_error *err);

#endif
