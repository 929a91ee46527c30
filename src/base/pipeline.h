/*
 * Blocks that pass through stages: the first stage fills one, each further
 * stage does its part of the work on it, after the last it is filled anew.
 * Every stage sees the blocks in the order in which they were filled, one at
 * a time, and different stages work on different blocks at the same time.
 *
 * No thread belongs to a stage: whoever is free takes the block that is
 * furthest on. So two threads are busy with five stages as long as there is
 * anything to do, and one thread alone gets everything done.
 */
#ifndef DG_BASE_PIPELINE_H
#define DG_BASE_PIPELINE_H

#include <ddbgit/cancel.h>
#include <stddef.h>

struct dg_stage {
	/*
	 * The first stage returns 1 for a block that it filled, 0 when there
	 * are no more; the others 0. stop is set when another stage failed or
	 * the caller's cancel was set: poll it in what takes long.
	 */
	int (*run)(void *context, void *block, struct dg_cancel *stop,
		   struct dg_error *err);
	void *context;
};

struct dg_pipeline {
	const struct dg_stage *stages;
	size_t stage_count; /* at least 1 */
	void *const *blocks;
	size_t block_count;             /* at least 1 */
	const struct dg_cancel *cancel; /* may be NULL */
};

/* 0 when all blocks have passed all stages; else the first error, when no
 * stage is running any more. */
int dg_pipeline_run(const struct dg_pipeline *pipeline, struct dg_error *err);

#endif
