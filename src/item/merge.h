/*
 * A k-way merge of sorted records, from arenas or from runs: ascending keys,
 * each once, the record with the highest sequence number of it. A heap holds
 * a cursor for each input, the one with the smallest record on top.
 */
#ifndef DG_ITEM_MERGE_H
#define DG_ITEM_MERGE_H

#include "item/arena.h"
#include "item/run.h"

struct dg_merge;

/* What a merge of `inputs` runs allocates for each but its buffer. */
size_t dg_merge_overhead(void);

/* Of sorted arenas, which outlive the merge. */
int dg_merge_open_arenas(struct dg_merge **out,
			 const struct dg_arena *const *arenas, size_t count,
			 struct dg_error *err);

/* Of runs; buffer_size bytes (DG_RUN_BUFFER_MIN or more) for each. */
int dg_merge_open_runs(struct dg_merge **out, const struct dg_run *runs,
		       size_t count, size_t buffer_size, struct dg_error *err);

/* 1 with *record, which borrows the merge's memory until the next call, or 0
 * at the end. After a failure it fails again. */
int dg_merge_next(struct dg_merge *merge, struct dg_record *record,
		  struct dg_error *err);

/* Back to the first record. */
void dg_merge_rewind(struct dg_merge *merge);

/* How many records were left out since the start, for one with a higher
 * sequence number. */
uint64_t dg_merge_duplicates(const struct dg_merge *merge);

void dg_merge_close(struct dg_merge *merge);

#endif
