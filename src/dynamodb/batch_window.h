/*
 * Items of a source on their way into batches, shared by those who write them,
 * or read what is under their keys.
 *
 * In key order the items of one collection (of one partition key, so of one
 * partition of the table) follow each other, and a partition takes a thousand
 * units a second, whatever the table may. So items are drawn from several
 * places of the key order at once where the source can be split, and a batch
 * takes its items from all over the window that they fill: a large collection
 * is written beside the rest, not after it.
 *
 * What the service gives back returns here, waits a while, and then takes about
 * a quarter of a batch as long as there is anything else: a partition that
 * throttles holds nobody up but itself.
 */
#ifndef DG_DYNAMODB_BATCH_WINDOW_H
#define DG_DYNAMODB_BATCH_WINDOW_H

#include "item/source.h"

#define DG_BATCH_ITEMS 25 /* BatchWriteItem limits */

/* An item that outlives the source's cursor; from malloc, freed by its
 * owner. */
struct dg_batch_item {
	struct dg_batch_item *next; /* the window's, as the next two */
	int64_t ready_ms;
	unsigned int returns;
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

/* How large a batch may be; one item that is larger goes alone. */
struct dg_batch_size {
	size_t items; /* at least 1 */
	size_t bytes;
};

/*
 * Moves items into `items`; returns how many. 0: there are none now. *wait_ms
 * says in how many milliseconds the first of those that came back may be
 * taken; 0: none is left. From any thread. A failure of the source fails every
 * later call too.
 */
int dg_batch_window_take(struct dg_batch_window *window,
			 struct dg_batch_item **items,
			 const struct dg_batch_size *size, int64_t now_ms,
			 int64_t *wait_ms, struct dg_error *err);

/* Takes an item back that the service did not process; the more often, the
 * longer it waits. */
void dg_batch_window_return(struct dg_batch_window *window,
			    struct dg_batch_item *item, int64_t now_ms);

#endif
