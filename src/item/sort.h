/*
 * External merge sort of items in bounded memory. Writers (one a thread, no
 * lock between them) collect items; full ones sort what they hold and spill
 * it as a run into an unnamed temporary file; the merge of all runs is an
 * item source. Of items with the same key the one with the highest sequence
 * number counts; how many were dropped so is counted.
 */
#ifndef DG_ITEM_SORT_H
#define DG_ITEM_SORT_H

#include "item/source.h"
#include <ddbgit/cancel.h>

struct dg_sort_options {
	struct dg_key_schema keys;
	/* Bytes for all writers together, and when they have ended for the
	 * merge, which takes one item more where that is longer than its
	 * buffer. Little memory costs time (more, shorter runs), no more. */
	uint64_t memory;
	size_t writers;       /* how many dg_sort_writer there will be */
	const char *temp_dir; /* as dg_temp_file_open takes it; borrowed */
	const struct dg_cancel *cancel;
};

struct dg_sort_stats {
	uint64_t items; /* added */
	uint64_t bytes; /* of their lines, each with a newline */
	uint64_t duplicates;
	uint64_t spilled_bytes; /* the temporary space used */
	uint64_t runs;          /* spilled */
};

struct dg_sort;
struct dg_sort_writer;

int dg_sort_open(struct dg_sort **out, const struct dg_sort_options *options,
		 struct dg_error *err);

/* Writer number i; borrowed. */
struct dg_sort_writer *dg_sort_writer(struct dg_sort *sort, size_t i);

/*
 * Copies the item. DG_ELIMIT for a key that no DynamoDB table can hold, DG_EIO
 * where the temporary directory is full.
 */
int dg_sort_add(struct dg_sort_writer *writer, const struct dg_item *item,
		uint64_t sequence, struct dg_error *err);

/*
 * Ends the adding. The source (which can be rewound) borrows sort, which must
 * outlive it; the duplicates in stats are exact once the source was read to
 * its end.
 */
int dg_sort_finish(struct dg_sort *sort, struct dg_item_source **out,
		   struct dg_error *err);

void dg_sort_stats(const struct dg_sort *sort, struct dg_sort_stats *out);

/* Also in the middle of things. */
void dg_sort_free(struct dg_sort *sort);

#endif
