/*
 * The body of a BatchWriteItem and what its answer says: which of the items
 * were not processed. Pure.
 */
#ifndef DG_DYNAMODB_BATCH_REQUEST_H
#define DG_DYNAMODB_BATCH_REQUEST_H

#include "dynamodb/batch_window.h"
#include "item/canon.h"

/* Under 16 MB whatever a megabyte is. */
#define DG_BATCH_BODY_MAX ((size_t)15 * 1000 * 1000)

/* Replaces what body holds. */
int dg_batch_request_print(const char *table,
			   struct dg_batch_item *const *items, size_t count,
			   struct dg_buf *body, struct dg_error *err);

/* What reads answers; scratch memory of one thread. */
struct dg_batch_reader {
	const struct dg_key_schema *keys;
	struct dg_canon *canon; /* private, as the rest */
	struct dg_buf line;
	struct dg_buf key;
};

int dg_batch_reader_init(struct dg_batch_reader *reader, struct dg_error *err);
void dg_batch_reader_free(struct dg_batch_reader *reader);

struct dg_batch_answer {
	double units; /* consumed; negative: not said */
	size_t unprocessed;
	bool pending[DG_BATCH_ITEMS]; /* by the item's place in the batch */
};

/* DG_ESERVICE if the body is no answer to BatchWriteItem, or names an item
 * that is none of the batch. */
int dg_batch_answer_read(struct dg_batch_reader *reader, struct dg_slice body,
			 struct dg_batch_item *const *items, size_t count,
			 struct dg_batch_answer *answer, struct dg_error *err);

#endif
