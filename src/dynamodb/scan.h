/*
 * One page of a Scan: its request, and its answer read item by item straight
 * from the response's bytes. LastEvaluatedKey is handed back to the service
 * exactly as it came.
 */
#ifndef DG_DYNAMODB_SCAN_H
#define DG_DYNAMODB_SCAN_H

#include "item/canon.h"
#include "item/source.h"

struct dg_scan_request {
	const char *table;
	size_t segment;
	size_t segments;
	bool consistent;
	uint64_t limit;            /* items at most; 0: not said */
	struct dg_slice start_key; /* JSON; empty: from the beginning */
};

/* Replaces what body holds. */
int dg_scan_request_print(const struct dg_scan_request *request,
			  struct dg_buf *body, struct dg_error *err);

/* What reads pages; scratch memory of one thread. */
struct dg_scan_reader {
	const struct dg_key_schema *keys;
	/* The item borrows the reader's memory until item() returns. */
	int (*item)(void *context, const struct dg_item *item,
		    struct dg_error *err);
	void *context;

	struct dg_canon *canon; /* private, as the rest */
	struct dg_buf line;
	struct dg_buf key;
};

int dg_scan_reader_init(struct dg_scan_reader *reader, struct dg_error *err);
void dg_scan_reader_free(struct dg_scan_reader *reader);

struct dg_scan_page {
	uint64_t items;
	uint64_t bytes; /* of the canonical lines with their newlines */
	double units;   /* consumed; negative: not said */
	/* LastEvaluatedKey's JSON in the response; empty: the last page. */
	struct dg_slice last_key;
};

/* DG_ESERVICE if the body is no answer to Scan or its Count is not that of its
 * items; the items before that were handed over then. */
int dg_scan_page_read(struct dg_scan_reader *reader, struct dg_slice body,
		      struct dg_scan_page *page, struct dg_error *err);

#endif
