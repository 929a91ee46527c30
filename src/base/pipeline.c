#include "base/pipeline.h"

#include "base/work.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* One stage and the blocks that wait for it. */
struct line {
	bool busy;
	size_t first; /* where the oldest block stands */
	size_t count;
	void **blocks; /* a ring that takes all there are */
};

struct run {
	const struct dg_pipeline *pipeline;
	void **space; /* of the rings */

	pthread_mutex_t lock; /* of the rest */
	pthread_cond_t moved; /* a block, or the end */
	struct line *lines;
	bool ended;  /* the first stage has no more */
	bool failed; /* a stage has */
};

static void push(struct run *run, size_t stage, void *block)
{
	struct line *line = &run->lines[stage];
	size_t cap = run->pipeline->block_count;

	line->blocks[(line->first + line->count++) % cap] = block;
}

static void *pop(struct run *run, size_t stage)
{
	struct line *line = &run->lines[stage];
	void *block = line->blocks[line->first];

	line->first = (line->first + 1) % run->pipeline->block_count;
	line->count--;
	return block;
}

/* The stage furthest on that has something to do; false: none has. */
static bool choose(const struct run *run, size_t *stage)
{
	size_t i;

	for (i = run->pipeline->stage_count; i > 0; i--) {
		const struct line *line = &run->lines[i - 1];

		if (line->busy || line->count == 0 || (i == 1 && run->ended))
			continue;
		*stage = i - 1;
		return true;
	}
	return false;
}

/* No block is on its way, and no more will be. */
static bool is_done(const struct run *run)
{
	return run->failed ||
	       (run->ended && !run->lines[0].busy &&
		run->lines[0].count == run->pipeline->block_count);
}

/* Runs a stage on the oldest block that waits for it, without the lock. */
static int step(struct run *run, size_t stage, struct dg_cancel *stop,
		struct dg_error *err)
{
	const struct dg_pipeline *pipeline = run->pipeline;
	const struct dg_stage *what = &pipeline->stages[stage];
	void *block = pop(run, stage);
	size_t next = (stage + 1) % pipeline->stage_count;
	int rc;

	run->lines[stage].busy = true;
	pthread_mutex_unlock(&run->lock);
	rc = dg_cancel_check(stop, err);
	if (rc == 0)
		rc = what->run(what->context, block, stop, err);
	pthread_mutex_lock(&run->lock);
	run->lines[stage].busy = false;
	if (stage == 0 && rc == 0) {
		run->ended = true;
		next = 0;
	}
	push(run, next, block);
	run->failed = run->failed || rc < 0;
	pthread_cond_broadcast(&run->moved);
	return rc < 0 ? rc : 0;
}

/* What each thread does until all is done. */
static int work(void *context, size_t worker, size_t task,
		struct dg_cancel *stop, struct dg_error *err)
{
	struct run *run = context;
	size_t stage;
	int rc = 0;

	(void)worker;
	(void)task;
	pthread_mutex_lock(&run->lock);
	while (rc == 0 && !is_done(run)) {
		if (choose(run, &stage))
			rc = step(run, stage, stop, err);
		else
			pthread_cond_wait(&run->moved, &run->lock);
	}
	pthread_mutex_unlock(&run->lock);
	return rc;
}

static int prepare(struct run *run, struct dg_error *err)
{
	const struct dg_pipeline *pipeline = run->pipeline;
	size_t i;

	run->lines = calloc(pipeline->stage_count, sizeof(*run->lines));
	run->space = calloc(pipeline->stage_count * pipeline->block_count,
			    sizeof(void *));
	if (!run->lines || !run->space)
		return dg_error_nomem(err);
	for (i = 0; i < pipeline->stage_count; i++)
		run->lines[i].blocks = run->space + i * pipeline->block_count;
	for (i = 0; i < pipeline->block_count; i++)
		push(run, 0, pipeline->blocks[i]);
	return 0;
}

int dg_pipeline_run(const struct dg_pipeline *pipeline, struct dg_error *err)
{
	struct run run = {.pipeline = pipeline};
	const struct dg_work threads = {
		.run = work,
		.context = &run,
		.workers = pipeline->stage_count,
		.tasks = pipeline->stage_count,
		.cancel = pipeline->cancel,
	};
	int rc;

	pthread_mutex_init(&run.lock, NULL);
	pthread_cond_init(&run.moved, NULL);
	rc = prepare(&run, err);
	if (rc == 0)
		rc = dg_work_run(&threads, err);
	pthread_cond_destroy(&run.moved);
	pthread_mutex_destroy(&run.lock);
	free(run.space);
	free(run.lines);
	return rc;
}
