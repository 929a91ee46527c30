/*
 * The body of a BatchWriteItem, of puts or of deletes, and what its answer
 * says: which of the items were not processed. Pure.
 */
#ifndef DG_DYNAMODB_BATCH_REQUEST_H
#define DG_DYNAMODB_BATCH_REQUEST_H

#include "dynamodb/batch_window.h"
#include "item/canon.h"

/* Under 16 MB whatever a megabyte is. */
#define DG_BATCH_BODY_MAX ((size_t)15 * 1000 * 1000)

struct dg_batch_request {
	const char *table; /* name */
	bool deletes;      /* the items are keys, and what they name goes */
	bool indexes;      /* the answer shall say what each index consumed */
};

/* Replaces what body holds. */
int dg_batch_request_print(const struct dg_batch_request *request,
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

#define DG_BATCH_INDEXES_MAX 100 /* five times what the service allows */

/* What a call consumed, as its answer says. */
struct dg_batch_units {
	double all;   /* with all indexes; negative: not said */
	double table; /* without global indexes; negative: not said */
	size_t index_count;
	struct {
		struct dg_slice name; /* borrows the answer */
		double units;
	} index[DG_BATCH_INDEXES_MAX]; /* the global ones that were written */
};

struct dg_batch_answer {
	struct dg_batch_units units;
	size_t unprocessed;
	bool pending[DG_BATCH_ITEMS]; /* by the item's place in the batch */
};

/* DG_ESERVICE if the body is no answer to BatchWriteItem, or names an item
 * that is none of the batch. */
int dg_batch_answer_read(struct dg_batch_reader *reader, struct dg_slice body,
			 struct dg_batch_item *const *items, size_t count,
			 struct dg_batch_answer *answer, struct dg_error *err);

#endif
