/*
 * A block of items, copied from a source and packed: what threads hand to
 * each other instead of items, of which each borrows its source's memory.
 * Its lines stand as the table's digest takes them.
 */
#ifndef DG_ITEM_ITEM_BLOCK_H
#define DG_ITEM_ITEM_BLOCK_H

#include "item/source.h"

/* A block is full with so many bytes of lines, or one item that has more. */
#define DG_ITEM_BLOCK_BYTES ((size_t)256 * 1024)

struct dg_item_block_extent {
	uint32_t line; /* bytes, with the newline */
	uint32_t key;
};

struct dg_item_block {
	struct dg_buf lines; /* each with its newline */
	struct dg_buf keys;
	struct dg_item_block_extent *extents; /* of the items */
	size_t count;
	size_t cap;
};

void dg_item_block_init(struct dg_item_block *block);
void dg_item_block_free(struct dg_item_block *block);

/* Replaces what the block holds by the source's next items: 1, or 0 and an
 * empty block at its end. */
int dg_item_block_fill(struct dg_item_block *block,
		       struct dg_item_source *source, struct dg_error *err);

/* Where a reader of the block stands; zeros are the beginning. */
struct dg_item_block_cursor {
	size_t item;
	size_t line; /* bytes */
	size_t key;
};

/* 1 with the next item, which borrows the block, or 0 at its end. */
int dg_item_block_next(const struct dg_item_block *block,
		       struct dg_item_block_cursor *cursor,
		       struct dg_item *item);

#endif
