/*
 * What a table has under given keys, with BatchGetItem, by consistent reads:
 * at most 100 keys a request, fewer where the rate or the memory for answers
 * says so; keys that come back unprocessed, also behind the 16 MB that an
 * answer holds, are asked for again, among others, until each was answered. As
 * many calls are under way as the service takes.
 */
#ifndef DG_DYNAMODB_BATCH_GET_H
#define DG_DYNAMODB_BATCH_GET_H

#include "base/json.h"
#include "dynamodb/client.h"
#include "dynamodb/rate.h"
#include "item/source.h"
#include <ddbgit/progress.h>

struct dg_batch_get_options {
	const char *table;
	size_t workers; /* 0: a default that adapts to throttling */
	/* Of the table, for its capacity; NULL: on demand. */
	const struct dg_json *describe;
	struct dg_rate_limit rate;
	uint64_t memory;        /* bytes of keys and answers */
	uint64_t expected_keys; /* 0: unknown */
	uint64_t item_bytes;    /* of an item, about; 0: unknown */
	const struct dg_progress *progress;
	const char *phase; /* for progress: "Comparing", "Verifying" */
	/* Each item that there is, in no order, from one thread at a time; it
	 * borrows memory until item() returns. */
	int (*item)(void *context, const struct dg_item *item,
		    struct dg_error *err);
	void *context;
};

/* keys: a source whose items are keys, {"id":{"S":"a"}}, each once. */
int dg_batch_get(struct dg_dynamodb *db, struct dg_item_source *keys,
		 const struct dg_batch_get_options *options,
		 struct dg_error *err);

#endif
