/*
 * How many keys a BatchGetItem asks for at a time: so many that their items
 * fit into the memory for an answer, and cost at most half a second of the
 * rate, going by what items took so far.
 */
#ifndef DG_DYNAMODB_BATCH_GET_SIZE_H
#define DG_DYNAMODB_BATCH_GET_SIZE_H

#include <stddef.h>
#include <stdint.h>

struct dg_batch_get_size {
	double memory; /* bytes of one answer */
	double rate;   /* units a second; 0: no limit */
	/* Of an item: up at once, down slowly. */
	double bytes;
	double units;
};

/* item_bytes: what an item has about; 0: not known. */
void dg_batch_get_size_init(struct dg_batch_get_size *size, uint64_t memory,
			    double rate, uint64_t item_bytes);

/* 1 to DG_GET_KEYS. */
size_t dg_batch_get_size_keys(const struct dg_batch_get_size *size);

/* An answer of so many bytes, for so many units, had so many items. */
void dg_batch_get_size_learn(struct dg_batch_get_size *size, size_t items,
			     size_t bytes, double units);

#endif
