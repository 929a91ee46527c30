/*
 * Files in memory, as a file set and as a sink: what a layout writes can be
 * read again, damaged and counted. With identities a file's is its SHA-1, a
 * folder's that of what is below it, and folders can be compared by them.
 */
#ifndef DG_TEST_MEMORY_STORE_H
#define DG_TEST_MEMORY_STORE_H

#include "base/buf.h"
#include "base/fileset.h"

struct memory_store {
	struct dg_fileset files; /* first: the interface points here */
	struct dg_sink sink;
	struct memory_entry {
		char *path;
		struct dg_buf bytes;
		unsigned int round; /* in which it was written or kept */
	} * entries;                /* in the order of paths */
	size_t count;
	size_t cap;
	unsigned int round;
	size_t written; /* files, since the round began */
	size_t opened;  /* likewise */
	size_t looked;  /* for identities, likewise */
	size_t folders; /* compared, likewise */
};

struct memory_store *memory_store_new(bool identities);
void memory_store_free(struct memory_store *store);

/* A new round of writing: what is written with the same bytes is kept. */
void memory_store_begin(struct memory_store *store);
/* Removes what this round has neither written nor kept. Returns how much. */
size_t memory_store_end(struct memory_store *store);

struct memory_entry *memory_store_find(const struct memory_store *store,
				       const char *path);
void memory_store_put(struct memory_store *store, const char *path,
		      struct dg_slice bytes);
void memory_store_remove(struct memory_store *store, const char *path);

/* A copy of all files. */
struct memory_store *memory_store_copy(const struct memory_store *store);

#endif
