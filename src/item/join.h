/*
 * The merge-join of two item sources: diff, status, verify, the restore plan
 * and the change count are all this. It stops at the first error of either
 * side: half a source is no source.
 *
 * Where both sides name blocks of items by object ids, blocks with equal ones
 * are stepped over and not read.
 */
#ifndef DG_ITEM_JOIN_H
#define DG_ITEM_JOIN_H

#include "item/source.h"

/* Each may be NULL; a negative result ends the join and is returned. */
struct dg_join_visitor {
	int (*only_left)(void *context, const struct dg_item *left,
			 struct dg_error *err);
	int (*only_right)(void *context, const struct dg_item *right,
			  struct dg_error *err);
	int (*equal)(void *context, const struct dg_item *item,
		     struct dg_error *err);
	int (*different)(void *context, const struct dg_item *left,
			 const struct dg_item *right, struct dg_error *err);
	void *context;
	/* Items that were stepped over as equal on both sides, a block at a
	 * time; how many there are is what an index states. */
	int (*skipped)(void *context, uint64_t items, struct dg_error *err);
};

/* DG_EINVALID if the key schemas differ. */
int dg_join(struct dg_item_source *left, struct dg_item_source *right,
	    const struct dg_join_visitor *visitor, struct dg_error *err);

struct dg_change_count {
	uint64_t added;   /* only in right */
	uint64_t changed; /* in both, different */
	uint64_t removed; /* only in left */
	uint64_t equal;   /* also what was stepped over */
};

/* How right differs from left. */
int dg_join_count(struct dg_item_source *left, struct dg_item_source *right,
		  struct dg_change_count *out, struct dg_error *err);

#endif
