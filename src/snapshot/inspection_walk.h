/* The walk over a chunked snapshot that an inspection makes. */
#ifndef DG_SNAPSHOT_INSPECTION_WALK_H
#define DG_SNAPSHOT_INSPECTION_WALK_H

#include "snapshot/chunk_list.h"
#include "snapshot/inspection_state.h"

struct dg_inspection_walk {
	struct dg_inspector *inspector;
	struct dg_chunk_index root;
	struct dg_chunk_list list;
	struct dg_chunk_block block;
	struct dg_order firsts;   /* of the chunks */
	struct dg_order order;    /* the last key that was seen */
	struct dg_digest *digest; /* of all items */
	struct dg_digest_set parts;
	bool parts_unknown; /* not all part files can be named */
	bool incomplete;    /* there are chunks that were not read */
	size_t leaf_seen;   /* the root's entry whose index file was compared */
	uint64_t items;     /* in the chunks so far, as the index states it */
	uint64_t bytes;
};

/* Notes that the items account for a part file. */
int dg_inspection_walk_name(struct dg_inspection_walk *walk, const char *path,
			    struct dg_error *err);
int dg_inspection_walk_misspelled(struct dg_inspection_walk *walk,
				  const char *path, struct dg_error *err);

/* table-data.json, and the names of the index files that it lists.
 * inspection_index.c */
int dg_inspection_walk_root(struct dg_inspection_walk *walk,
			    struct dg_error *err);
/* The file whose entry the walk has come to, in the snapshot; borrowed.
 * inspection_index.c */
const char *dg_inspection_walk_index(const struct dg_inspection_walk *walk);
/* The index file that the walk has come to, once. inspection_index.c */
int dg_inspection_walk_leaf(struct dg_inspection_walk *walk,
			    struct dg_error *err);

#endif
