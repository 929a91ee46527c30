#include "base/pipeline.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define STAGES_MAX 4
#define BLOCKS_MAX 5
#define FILLED 200

/* What a block of this test holds: its number, and who has seen it. */
struct block {
	size_t number;
	size_t stages;
};

struct stage {
	struct job *job;
	size_t number;
	size_t seen;
	int running; /* counted atomically */
};

struct job {
	struct stage stages[STAGES_MAX];
	struct block blocks[BLOCKS_MAX];
	size_t stage_count;
	size_t block_count;
	size_t fill;
	/* In block `at` stage `fails` fails, or sets `cancel`. */
	size_t fails;
	size_t at;
	struct dg_cancel cancel;
	size_t wrong; /* counted atomically */
};

static int run_stage(void *context, void *given, struct dg_cancel *stop,
		     struct dg_error *err)
{
	struct stage *stage = context;
	struct job *job = stage->job;
	struct block *block = given;
	bool bad;

	bad = __atomic_fetch_add(&stage->running, 1, __ATOMIC_SEQ_CST) != 0;
	if (stage->number == 0 && stage->seen < job->fill)
		*block = (struct block){.number = stage->seen};
	else if (stage->number > 0)
		bad = bad || block->number != stage->seen ||
		      block->stages != stage->number;
	block->stages++;
	if (bad)
		__atomic_fetch_add(&job->wrong, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&stage->running, 1, __ATOMIC_SEQ_CST);
	if (stage->number == job->fails && stage->seen == job->at) {
		if (!job->cancel.parent)
			return dg_error_set(err, DG_EIO, "stage %zu failed",
					    stage->number);
		dg_cancel_set(&job->cancel);
		return dg_cancel_check(stop, err);
	}
	if (stage->number == 0 && stage->seen == job->fill)
		return 0;
	stage->seen++;
	return stage->number == 0;
}

static int run(struct job *job, struct dg_error *err)
{
	struct dg_stage stages[STAGES_MAX];
	void *blocks[BLOCKS_MAX];
	const struct dg_pipeline pipeline = {
		.stages = stages,
		.stage_count = job->stage_count,
		.blocks = blocks,
		.block_count = job->block_count,
		.cancel = &job->cancel,
	};
	size_t i;

	for (i = 0; i < STAGES_MAX; i++) {
		job->stages[i] = (struct stage){.job = job, .number = i};
		stages[i] = (struct dg_stage){run_stage, &job->stages[i]};
	}
	for (i = 0; i < BLOCKS_MAX; i++)
		blocks[i] = &job->blocks[i];
	return dg_pipeline_run(&pipeline, err);
}

/* Through all sizes of pipelines. */
static void check_all(size_t fill)
{
	size_t stages, blocks, i;

	for (stages = 1; stages <= STAGES_MAX; stages++)
		for (blocks = 1; blocks <= BLOCKS_MAX; blocks++) {
			struct job job = {
				.stage_count = stages,
				.block_count = blocks,
				.fill = fill,
				.fails = SIZE_MAX,
			};

			assert_int_equal(run(&job, NULL), 0);
			assert_int_equal(job.wrong, 0);
			for (i = 0; i < stages; i++)
				assert_int_equal(job.stages[i].seen, fill);
		}
}

static void test_every_block_passes_every_stage_in_order(void **state)
{
	(void)state;
	check_all(FILLED);
}

static void test_one_block_and_none(void **state)
{
	(void)state;
	check_all(1);
	check_all(0);
}

static void test_without_threads_the_caller_does_it_all(void **state)
{
	pthread_attr_t usual, huge;

	(void)state;
	/* A stack that no machine has room for: no thread can be made. */
	pthread_getattr_default_np(&usual);
	pthread_attr_init(&huge);
	assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 47), 0);
	assert_int_equal(pthread_setattr_default_np(&huge), 0);
	check_all(FILLED);
	assert_int_equal(pthread_setattr_default_np(&usual), 0);
	pthread_attr_destroy(&huge);
	pthread_attr_destroy(&usual);
}

static void test_a_failure_in_any_stage_ends_all(void **state)
{
	static const size_t at[] = {0, 1, FILLED - 1};
	size_t fails, i, k;

	(void)state;
	for (fails = 0; fails < STAGES_MAX; fails++)
		for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
			struct job job = {
				.stage_count = STAGES_MAX,
				.block_count = 3,
				.fill = FILLED,
				.fails = fails,
				.at = at[i],
			};
			struct dg_error err = {0};
			char wanted[32];

			(void)snprintf(wanted, sizeof(wanted),
				       "stage %zu failed", fails);
			assert_int_equal(run(&job, &err), DG_EIO);
			assert_string_equal(err.message, wanted);
			assert_int_equal(job.wrong, 0);
			/* What failed goes no further. */
			for (k = fails; k < STAGES_MAX; k++)
				assert_true(job.stages[k].seen <= at[i]);
		}
}

static void test_cancelling_ends_it_in_any_stage(void **state)
{
	static const struct dg_cancel never = DG_CANCEL_INIT;
	size_t stage;

	(void)state;
	for (stage = 0; stage < STAGES_MAX; stage++) {
		struct job job = {
			.stage_count = STAGES_MAX,
			.block_count = 3,
			.fill = FILLED,
			.fails = stage,
			.at = 7,
			.cancel = {0, &never},
		};
		struct dg_error err = {0};

		assert_int_equal(run(&job, &err), DG_ECANCELLED);
		assert_string_equal(err.message, "interrupted");
		assert_true(job.stages[STAGES_MAX - 1].seen <= 7);
	}
}

static void test_cancelled_before_it_began_runs_nothing(void **state)
{
	struct job job = {
		.stage_count = 2,
		.block_count = 2,
		.fill = FILLED,
		.fails = SIZE_MAX,
	};

	(void)state;
	dg_cancel_set(&job.cancel);
	assert_int_equal(run(&job, NULL), DG_ECANCELLED);
	assert_int_equal(job.stages[0].seen, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_block_passes_every_stage_in_order),
		cmocka_unit_test(test_one_block_and_none),
		cmocka_unit_test(test_without_threads_the_caller_does_it_all),
		cmocka_unit_test(test_a_failure_in_any_stage_ends_all),
		cmocka_unit_test(test_cancelling_ends_it_in_any_stage),
		cmocka_unit_test(test_cancelled_before_it_began_runs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
