#include "base/ordered.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define PIECES 300

enum step { NONE, FETCH, MAKE, TAKE };

struct job {
	size_t fetched;
	size_t taken;
	int inside_fetch; /* counted atomically */
	int inside_take;
	size_t workers;
	enum step fails_in;
	size_t fails_at;
	struct dg_cancel *set_at_half;
};

static int may_fail(struct job *job, enum step step, size_t piece,
		    struct dg_error *err)
{
	if (job->fails_in == step && job->fails_at == piece)
		return dg_error_set(err, DG_EINVALID, "piece %zu", piece);
	return 0;
}

static int fetch(void *context, size_t worker, size_t piece,
		 struct dg_error *err)
{
	struct job *job = context;

	(void)worker;
	assert_int_equal(
		__atomic_add_fetch(&job->inside_fetch, 1, __ATOMIC_SEQ_CST), 1);
	assert_int_equal(piece, job->fetched);
	job->fetched++;
	__atomic_sub_fetch(&job->inside_fetch, 1, __ATOMIC_SEQ_CST);
	return may_fail(job, FETCH, piece, err);
}

static int make(void *context, size_t worker, size_t piece, struct dg_buf *out,
		struct dg_error *err)
{
	struct job *job = context;
	size_t i, taken = __atomic_load_n(&job->taken, __ATOMIC_SEQ_CST);
	int rc = may_fail(job, MAKE, piece, err);

	(void)worker;
	assert_int_equal(out->len, 0);
	assert_true(piece < taken + job->workers * DG_ORDERED_AHEAD);
	/* Some are slow, so that others overtake them. */
	for (i = 0; i < piece % 7 * 20; i++)
		sched_yield();
	return rc < 0 ? rc : dg_buf_addf(out, err, "%zu", piece);
}

static int take(void *context, size_t piece, struct dg_slice made,
		struct dg_error *err)
{
	struct job *job = context;
	char expected[32];

	assert_int_equal(
		__atomic_add_fetch(&job->inside_take, 1, __ATOMIC_SEQ_CST), 1);
	assert_int_equal(piece, job->taken);
	snprintf(expected, sizeof(expected), "%zu", piece);
	assert_true(dg_slice_equal(made, dg_slice_str(expected)));
	__atomic_add_fetch(&job->taken, 1, __ATOMIC_SEQ_CST);
	if (job->set_at_half && piece == PIECES / 2)
		dg_cancel_set(job->set_at_half);
	__atomic_sub_fetch(&job->inside_take, 1, __ATOMIC_SEQ_CST);
	return may_fail(job, TAKE, piece, err);
}

static int run(struct job *job, size_t workers, struct dg_error *err)
{
	const struct dg_ordered ordered = {
		.fetch = fetch,
		.make = make,
		.take = take,
		.context = job,
		.workers = workers,
		.pieces = PIECES,
		.piece_max = 64,
		.cancel = job->set_at_half,
	};

	job->workers = workers;
	return dg_ordered_run(&ordered, err);
}

static void test_pieces_are_taken_in_their_order(void **state)
{
	size_t workers;

	(void)state;
	for (workers = 1; workers <= 5; workers++) {
		struct job job = {0};

		assert_int_equal(run(&job, workers, NULL), 0);
		assert_int_equal(job.taken, PIECES);
	}
}

static void test_no_pieces_are_soon_taken(void **state)
{
	const struct dg_ordered none = {.workers = 2};

	(void)state;
	assert_int_equal(dg_ordered_run(&none, NULL), 0);
}

static void test_first_failure_of_any_step_ends_all(void **state)
{
	static const size_t at[] = {0, 1, 150, PIECES - 1};
	size_t i, workers;
	int step;

	(void)state;
	for (workers = 1; workers <= 4; workers++) {
		for (step = FETCH; step <= TAKE; step++) {
			for (i = 0; i < 4; i++) {
				struct dg_error err = {0};
				struct job job = {.fails_in = (enum step)step,
						  .fails_at = at[i]};
				char expected[32];

				snprintf(expected, sizeof(expected),
					 "piece %zu", at[i]);
				assert_int_equal(run(&job, workers, &err),
						 DG_EINVALID);
				assert_string_equal(err.message, expected);
				assert_true(job.taken <= at[i] + 1);
			}
		}
	}
}

static void test_cancelling_ends_it_between_pieces(void **state)
{
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct job job = {.set_at_half = &cancel};

	(void)state;
	assert_int_equal(run(&job, 3, NULL), DG_ECANCELLED);
	assert_true(job.taken > PIECES / 2 && job.taken < PIECES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_taken_in_their_order),
		cmocka_unit_test(test_no_pieces_are_soon_taken),
		cmocka_unit_test(test_first_failure_of_any_step_ends_all),
		cmocka_unit_test(test_cancelling_ends_it_between_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
