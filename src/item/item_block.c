#include "item/item_block.h"

#include <stdlib.h>

#define EXTENTS_MIN ((size_t)256)

void dg_item_block_init(struct dg_item_block *block)
{
	*block = (struct dg_item_block){
		.lines = DG_BUF_INIT(UINT32_MAX),
		.keys = DG_BUF_INIT(UINT32_MAX),
	};
}

void dg_item_block_free(struct dg_item_block *block)
{
	dg_buf_free(&block->lines);
	dg_buf_free(&block->keys);
	free(block->extents);
	dg_item_block_init(block);
}

static void clear(struct dg_item_block *block)
{
	/* What one long item needed is not kept for all that follow. */
	if (block->lines.cap > 2 * DG_ITEM_BLOCK_BYTES)
		dg_buf_free(&block->lines);
	dg_buf_clear(&block->lines);
	dg_buf_clear(&block->keys);
	block->count = 0;
}

static int grow_extents(struct dg_item_block *block, struct dg_error *err)
{
	size_t cap = block->cap > 0 ? block->cap * 2 : EXTENTS_MIN;
	struct dg_item_block_extent *extents =
		realloc(block->extents, cap * sizeof(*extents));

	if (!extents)
		return dg_error_nomem(err);
	block->extents = extents;
	block->cap = cap;
	return 0;
}

static int add(struct dg_item_block *block, const struct dg_item *item,
	       struct dg_error *err)
{
	int rc = 0;

	if (block->count == block->cap)
		rc = grow_extents(block, err);
	/* A long line gets what it needs, not twice what was there. */
	if (rc == 0)
		rc = dg_buf_reserve(&block->lines, item->line.len + 1, err);
	if (rc == 0)
		rc = dg_buf_add_slice(&block->keys, item->key, err);
	if (rc < 0)
		return rc;
	memcpy(block->lines.ptr + block->lines.len, item->line.ptr,
	       item->line.len);
	block->lines.len += item->line.len;
	block->lines.ptr[block->lines.len++] = '\n';
	block->extents[block->count++] = (struct dg_item_block_extent){
		.line = (uint32_t)item->line.len + 1,
		.key = (uint32_t)item->key.len,
	};
	return 0;
}

int dg_item_block_fill(struct dg_item_block *block,
		       struct dg_item_source *source, struct dg_error *err)
{
	struct dg_item item;
	int rc;

	clear(block);
	rc = dg_buf_reserve(&block->lines, DG_ITEM_BLOCK_BYTES, err);
	while (rc == 0 && block->lines.len < DG_ITEM_BLOCK_BYTES) {
		rc = dg_source_next(source, &item, err);
		if (rc <= 0)
			break;
		rc = add(block, &item, err);
	}
	return rc < 0 ? rc : block->count > 0;
}

int dg_item_block_next(const struct dg_item_block *block,
		       struct dg_item_block_cursor *cursor,
		       struct dg_item *item)
{
	const struct dg_item_block_extent *extent;

	if (cursor->item == block->count)
		return 0;
	extent = &block->extents[cursor->item++];
	item->line =
		dg_slice_of(block->lines.ptr + cursor->line, extent->line - 1);
	item->key = dg_slice_of(block->keys.ptr + cursor->key, extent->key);
	cursor->line += extent->line;
	cursor->key += extent->key;
	return 1;
}
