/*
 * The body of a BatchGetItem of one table, by consistent reads, and what its
 * answer says: the items that there are, and the keys that were not processed.
 * A key that is in neither has no item. Pure. A key has at most 3 KB, so that
 * a hundred of them stay far below the 16 MB of a request.
 */
#ifndef DG_DYNAMODB_BATCH_GET_REQUEST_H
#define DG_DYNAMODB_BATCH_GET_REQUEST_H

#include "dynamodb/batch_window.h"
#include "item/canon.h"

#define DG_GET_KEYS 100 /* BatchGetItem limits */

/* Replaces what body holds; the lines of `items` are keys. */
int dg_batch_get_print(const char *table, struct dg_batch_item *const *items,
		       size_t count, struct dg_buf *body, struct dg_error *err);

/* What reads answers; scratch memory of one thread. */
struct dg_batch_get_reader {
	const struct dg_key_schema *keys;
	/* The item borrows the reader's memory until item() returns. */
	int (*item)(void *context, const struct dg_item *item,
		    struct dg_error *err);
	void *context;

	struct dg_canon *canon; /* private, as the rest */
	struct dg_buf line;
	struct dg_buf key;
};

int dg_batch_get_reader_init(struct dg_batch_get_reader *reader,
			     struct dg_error *err);
void dg_batch_get_reader_free(struct dg_batch_get_reader *reader);

enum dg_get_state {
	DG_GET_ABSENT,
	DG_GET_FOUND,
	DG_GET_PENDING, /* not processed */
};

struct dg_batch_get_answer {
	double units; /* consumed; negative: not said */
	size_t found;
	size_t unprocessed;
	uint64_t bytes;                       /* of the lines that were found */
	enum dg_get_state state[DG_GET_KEYS]; /* by the key's place */
};

/*
 * DG_ESERVICE if the body is no answer to BatchGetItem, or names a key that was
 * not asked for or that it named before; the items before that were handed
 * over then.
 */
int dg_batch_get_read(struct dg_batch_get_reader *reader, struct dg_slice body,
		      struct dg_batch_item *const *items, size_t count,
		      struct dg_batch_get_answer *answer, struct dg_error *err);

#endif
