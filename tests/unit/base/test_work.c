#include "base/work.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TASKS 200
#define WORKERS 4

struct job {
	int ran[TASKS];                /* by task, counted atomically */
	int by[WORKERS];               /* by worker, each its own */
	int fails_at;                  /* task; -1: none */
	int waits_at;                  /* task that waits for stop; -1: none */
	int waits_after;               /* so do all after this; 0: none */
	struct dg_cancel *set_by_task; /* set it in task 3 */
};

static int run_task(void *context, size_t worker, size_t task,
		    struct dg_cancel *stop, struct dg_error *err)
{
	struct job *job = context;

	__atomic_add_fetch(&job->ran[task], 1, __ATOMIC_SEQ_CST);
	job->by[worker]++;
	if (job->set_by_task && task == 3)
		dg_cancel_set(job->set_by_task);
	if ((int)task == job->waits_at ||
	    (job->waits_after > 0 && (int)task > job->waits_after)) {
		while (!dg_cancelled(stop))
			sched_yield();
		return dg_cancel_check(stop, err);
	}
	if ((int)task == job->fails_at)
		return dg_error_set(err, DG_EINVALID, "task %zu failed", task);
	return 0;
}

static int run(struct job *job, size_t workers, size_t tasks,
	       const struct dg_cancel *cancel, struct dg_error *err)
{
	const struct dg_work work = {
		.run = run_task,
		.context = job,
		.workers = workers,
		.tasks = tasks,
		.cancel = cancel,
	};

	return dg_work_run(&work, err);
}

static void test_every_task_runs_once(void **state)
{
	size_t workers;
	int i, sum;

	(void)state;
	for (workers = 0; workers <= WORKERS; workers++) {
		struct job job = {.fails_at = -1, .waits_at = -1};

		assert_int_equal(run(&job, workers, TASKS, NULL, NULL), 0);
		for (i = 0; i < TASKS; i++)
			assert_int_equal(job.ran[i], 1);
		for (i = 0, sum = 0; i < WORKERS; i++)
			sum += job.by[i];
		assert_int_equal(sum, TASKS);
	}
}

static void test_no_task_is_no_work(void **state)
{
	struct job job = {.fails_at = -1, .waits_at = -1};

	(void)state;
	assert_int_equal(run(&job, WORKERS, 0, NULL, NULL), 0);
	assert_int_equal(job.by[0], 0);
}

static void test_failure_stops_the_others_and_is_returned(void **state)
{
	struct job job = {.fails_at = 5, .waits_at = 2, .waits_after = 5};
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(run(&job, WORKERS, TASKS, NULL, &err), DG_EINVALID);
	/* Not the "interrupted" of task 2, which waited for it. */
	assert_string_equal(err.message, "task 5 failed");
	assert_int_equal(job.ran[TASKS - 1], 0);
}

/* Task 0 gives up first, say because task 1 stopped what it waited for before
 * it came to its own error. */
static int give_up_first(void *context, size_t worker, size_t task,
			 struct dg_cancel *stop, struct dg_error *err)
{
	struct dg_cancel *cause_began = context;

	(void)worker;
	if (task == 0) {
		/* Else task 1 would not start any more. */
		while (!dg_cancelled(cause_began))
			sched_yield();
		return dg_error_set(err, DG_ECANCELLED, "interrupted");
	}
	dg_cancel_set(cause_began);
	while (!dg_cancelled(stop))
		sched_yield();
	return dg_error_set(err, DG_EIO, "the cause");
}

static void test_cause_counts_more_than_who_gave_up_first(void **state)
{
	struct dg_cancel cause_began = DG_CANCEL_INIT;
	const struct dg_work work = {
		.run = give_up_first,
		.context = &cause_began,
		.workers = 2,
		.tasks = 2,
	};
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(dg_work_run(&work, &err), DG_EIO);
	assert_string_equal(err.message, "the cause");
}

static void test_one_worker_stops_after_a_failure(void **state)
{
	struct job job = {.fails_at = 5, .waits_at = -1};
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(run(&job, 1, TASKS, NULL, &err), DG_EINVALID);
	assert_int_equal(job.ran[5], 1);
	assert_int_equal(job.ran[6], 0);
}

static void test_callers_cancel_reaches_running_tasks(void **state)
{
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct job job = {
		.fails_at = -1,
		.waits_at = 2,
		.waits_after = 3,
		.set_by_task = &cancel,
	};
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(run(&job, WORKERS, TASKS, &cancel, &err),
			 DG_ECANCELLED);
	assert_string_equal(err.message, "interrupted");
	assert_int_equal(job.ran[TASKS - 1], 0);
}

static void test_cancelled_before_it_began_runs_nothing(void **state)
{
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct job job = {.fails_at = -1, .waits_at = -1};
	struct dg_error err = {0};

	(void)state;
	dg_cancel_set(&cancel);
	assert_int_equal(run(&job, WORKERS, TASKS, &cancel, &err),
			 DG_ECANCELLED);
	assert_int_equal(job.ran[0], 0);
}

static void test_cancel_after_the_last_task_is_too_late(void **state)
{
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct job job = {
		.fails_at = -1,
		.waits_at = -1,
		.set_by_task = &cancel,
	};

	(void)state;
	assert_int_equal(run(&job, 1, 4, &cancel, NULL), 0);
	assert_int_equal(job.ran[3], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_task_runs_once),
		cmocka_unit_test(test_no_task_is_no_work),
		cmocka_unit_test(test_failure_stops_the_others_and_is_returned),
		cmocka_unit_test(test_cause_counts_more_than_who_gave_up_first),
		cmocka_unit_test(test_one_worker_stops_after_a_failure),
		cmocka_unit_test(test_callers_cancel_reaches_running_tasks),
		cmocka_unit_test(test_cancelled_before_it_began_runs_nothing),
		cmocka_unit_test(test_cancel_after_the_last_task_is_too_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
