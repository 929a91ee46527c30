/*
 * Items of a source on their way into batches, shared by the writers. In key
 * order the items of one collection (of one partition key, so of one
 * partition of the table) follow each other; a batch therefore takes its
 * items from places all over a window of the source, which refills as they
 * leave.
 */
#ifndef DG_DYNAMODB_BATCH_WINDOW_H
#define DG_DYNAMODB_BATCH_WINDOW_H

#include "item/source.h"

#define DG_BATCH_ITEMS 25 /* BatchWriteItem limits */

/* An item that outlives the source's cursor; from malloc, freed by its
 * owner. */
struct dg_batch_item {
	size_t line_len;
	size_t key_len;
	char bytes[]; /* the canonical line, then the encoded key */
};

static inline struct dg_slice dg_batch_item_line(
	const struct dg_batch_item *item)
{
	return dg_slice_of(item->bytes, item->line_len);
}

static inline struct dg_slice dg_batch_item_key(
	const struct dg_batch_item *item)
{
	return dg_slice_of(item->bytes + item->line_len, item->key_len);
}

struct dg_batch_window;

/* memory: bytes of items; at least one is held anyway. source is borrowed and
 * used by one thread at a time. */
int dg_batch_window_open(struct dg_batch_window **out,
			 struct dg_item_source *source, uint64_t memory,
			 struct dg_error *err);
void dg_batch_window_close(struct dg_batch_window *window);

/*
 * Moves up to DG_BATCH_ITEMS items of together at most max_bytes (or one that
 * is larger) into items; returns how many, 0 at the end of the source. From
 * any thread. A failure of the source fails every later call too.
 */
int dg_batch_window_take(struct dg_batch_window *window,
			 struct dg_batch_item **items, size_t max_bytes,
			 struct dg_error *err);

#endif
