/*
 * An item source yields canonical items in key order, from a live table,
 * a directory or a Git revision. Consumers cannot tell which.
 *
 * next() returns 1 and fills *item, 0 at the end, or a negative dg_code.
 * The item borrows the source's memory until the following call. A source
 * that failed stays failed. Keys are strictly ascending.
 */
#ifndef DG_ITEM_SOURCE_H
#define DG_ITEM_SOURCE_H

#include "base/fileset.h"
#include "item/key.h"

struct dg_item {
	struct dg_slice line; /* canonical, without newline */
	struct dg_slice key;  /* encoded */
};

/* Blocks of items that a source may name, the largest first. */
enum dg_block {
	DG_BLOCK_ALL,   /* all items */
	DG_BLOCK_GROUP, /* the chunks of one index file */
	DG_BLOCK_CHUNK,
	DG_BLOCK_KINDS,
};

struct dg_item_source {
	int (*next)(struct dg_item_source *self, struct dg_item *item,
		    struct dg_error *err);
	void (*close)(struct dg_item_source *self);
	/* Back to the first item. NULL: a live table, read once. */
	int (*rewind)(struct dg_item_source *self, struct dg_error *err);

	/* What a source may offer; callers work without. */

	/* The next item is the first whose key is not below `key`. */
	int (*seek)(struct dg_item_source *self, struct dg_slice key,
		    struct dg_error *err);
	/* Makes up to n sources of disjoint key ranges that together are this
	 * one; each is closed by its owner, before self. Returns how many. */
	int (*split)(struct dg_item_source *self, size_t n,
		     struct dg_item_source **out, struct dg_error *err);
	/*
	 * A join with `other`, a source that offers the same function, is
	 * about to begin: what both are made of may be compared now, for both.
	 * Identities of these two count for each other only. NULL: whatever
	 * comes next is no such join.
	 */
	int (*pair)(struct dg_item_source *self, struct dg_item_source *other,
		    struct dg_error *err);
	/*
	 * The identity of the block of items of this kind that begins at the
	 * cursor: 1, or 0 where none begins or none is known. Equal identities
	 * are equal items. Only real object ids count, never a hash that an
	 * index merely states.
	 */
	int (*identity)(struct dg_item_source *self, enum dg_block block,
			struct dg_identity *out, struct dg_error *err);
	/*
	 * Moves the cursor behind the block of this kind that identity() named
	 * last, from its beginning or from inside. *items gets how many items
	 * the whole block has, as an index states it.
	 */
	int (*skip)(struct dg_item_source *self, enum dg_block block,
		    uint64_t *items, struct dg_error *err);

	struct dg_key_schema keys;
};

static inline int dg_source_next(struct dg_item_source *source,
				 struct dg_item *item, struct dg_error *err)
{
	return source->next(source, item, err);
}

/*
 * 1 with the first item whose key is not below this encoded one, 0 at the end:
 * by seek where the source offers it, else by reading on from the cursor.
 */
int dg_source_step_to(struct dg_item_source *source, struct dg_slice key,
		      struct dg_item *item, struct dg_error *err);

/* 1 with the item of this encoded key, 0 if there is none; as above. */
int dg_source_find(struct dg_item_source *source, struct dg_slice key,
		   struct dg_item *item, struct dg_error *err);

/* Before a join of the two: pairs them if they are of one kind, else neither
 * with anything. */
int dg_source_pair(struct dg_item_source *left, struct dg_item_source *right,
		   struct dg_error *err);

/* DG_EUNSUPPORTED for a source that is read once. */
int dg_source_rewind(struct dg_item_source *source, struct dg_error *err);

/* NULL is allowed. */
void dg_source_close(struct dg_item_source *source);

#endif
