/*
 * Items of a source into a table, or out of it, with BatchWriteItem: at most
 * 25 requests and under 16 MB a call; UnprocessedItems are sent again, among
 * others, until accepted; a batch that is refused is bisected until the
 * refused items stand alone, and each is reported and skipped. As many calls
 * are under way as the service takes. (BatchWriteItem limits: API reference.)
 */
#ifndef DG_DYNAMODB_BATCH_WRITE_H
#define DG_DYNAMODB_BATCH_WRITE_H

#include "base/json.h"
#include "dynamodb/client.h"
#include "dynamodb/rate.h"
#include "item/source.h"
#include <ddbgit/progress.h>

struct dg_batch_write_options {
	const char *table;
	/* The source's items are keys, {"id":{"S":"a"}}: what they name is
	 * deleted. Nothing says whether it was there. */
	bool deletes;
	size_t workers; /* 0: a default that adapts to throttling */
	/* Of the table, for its capacity and its indexes'; NULL: on demand. */
	const struct dg_json *describe;
	struct dg_rate_limit rate;
	uint64_t memory;         /* bytes of items in flight */
	uint64_t expected_items; /* for progress; 0: unknown */
	const struct dg_progress *progress;
	/* An item that the service refused: its key as DynamoDB JSON, the
	 * service's error type and words. Called from one thread at a time. */
	int (*refused)(void *context, struct dg_slice key_json,
		       const char *type, const char *message,
		       struct dg_error *err);
	void *context;
};

struct dg_batch_write_stats {
	uint64_t written; /* or deleted */
	uint64_t refused;
	uint64_t requests;    /* that were accepted, at least in part */
	uint64_t unprocessed; /* items that were sent again */
};

int dg_batch_write(struct dg_dynamodb *db, struct dg_item_source *source,
		   const struct dg_batch_write_options *options,
		   struct dg_batch_write_stats *stats, struct dg_error *err);

#endif
