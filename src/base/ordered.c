#include "base/ordered.h"

#include "base/work.h"
#include <pthread.h>
#include <stdlib.h>

/* Where a result waits for its turn. */
struct slot {
	struct dg_buf made; /* the maker's until full, then the taker's */
	bool full;          /* under the lock */
};

struct run {
	const struct dg_ordered *ordered;
	struct slot *slots; /* of piece p: p % count */
	size_t count;

	pthread_mutex_t lock; /* of everything below, and of slots' full */
	pthread_cond_t changed;
	size_t fetched; /* the piece whose fetch is due */
	size_t taken;   /* the piece whose take is due */
	bool taking;    /* a worker is at it */
	bool failed;
};

/* Another piece's failure is not this one's; that one's error is kept. */
static int stopped(struct dg_error *err)
{
	return dg_error_set(err, DG_ECANCELLED, "interrupted");
}

/* Waits for the piece's turn to be fetched, and for its slot. */
static int wait_for_turn(struct run *run, size_t piece, struct dg_error *err)
{
	bool failed;

	pthread_mutex_lock(&run->lock);
	while (!run->failed &&
	       (run->fetched != piece || piece >= run->taken + run->count))
		pthread_cond_wait(&run->changed, &run->lock);
	failed = run->failed;
	pthread_mutex_unlock(&run->lock);
	return failed ? stopped(err) : 0;
}

static void end_turn(struct run *run)
{
	pthread_mutex_lock(&run->lock);
	run->fetched++;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

/* The lock is held, but not while a piece is taken. */
static int take_ready(struct run *run, struct dg_error *err)
{
	const struct dg_ordered *ordered = run->ordered;
	struct slot *slot = &run->slots[run->taken % run->count];
	int rc = 0;

	run->taking = true;
	while (!run->failed && slot->full) {
		pthread_mutex_unlock(&run->lock);
		rc = ordered->take(ordered->context, run->taken,
				   dg_buf_slice(&slot->made), err);
		dg_buf_clear(&slot->made);
		pthread_mutex_lock(&run->lock);
		run->failed |= rc < 0;
		slot->full = false;
		run->taken++;
		slot = &run->slots[run->taken % run->count];
		pthread_cond_broadcast(&run->changed);
	}
	run->taking = false;
	return rc;
}

static int hand_over(struct run *run, size_t piece, struct dg_error *err)
{
	int rc = 0;

	pthread_mutex_lock(&run->lock);
	run->slots[piece % run->count].full = true;
	if (!run->taking)
		rc = take_ready(run, err);
	pthread_mutex_unlock(&run->lock);
	return rc;
}

static void fail(struct run *run)
{
	pthread_mutex_lock(&run->lock);
	run->failed = true;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

static int run_piece(void *context, size_t worker, size_t piece,
		     struct dg_cancel *stop, struct dg_error *err)
{
	struct run *run = context;
	const struct dg_ordered *ordered = run->ordered;
	int rc = wait_for_turn(run, piece, err);

	if (rc == 0)
		rc = dg_cancel_check(stop, err);
	if (rc == 0 && ordered->fetch)
		rc = ordered->fetch(ordered->context, worker, piece, err);
	if (rc == 0) {
		end_turn(run);
		rc = ordered->make(ordered->context, worker, piece,
				   &run->slots[piece % run->count].made, err);
	}
	if (rc == 0)
		rc = hand_over(run, piece, err);
	if (rc < 0)
		fail(run);
	return rc;
}

int dg_ordered_run(const struct dg_ordered *ordered, struct dg_error *err)
{
	struct run run = {.ordered = ordered};
	const struct dg_work work = {
		.run = run_piece,
		.context = &run,
		.workers = ordered->workers,
		.tasks = ordered->pieces,
		.cancel = ordered->cancel,
	};
	size_t i;
	int rc;

	run.count = ordered->workers * DG_ORDERED_AHEAD;
	run.slots = calloc(run.count, sizeof(*run.slots));
	if (!run.slots)
		return dg_error_nomem(err);
	for (i = 0; i < run.count; i++)
		dg_buf_init(&run.slots[i].made, ordered->piece_max);
	pthread_mutex_init(&run.lock, NULL);
	pthread_cond_init(&run.changed, NULL);
	rc = dg_work_run(&work, err);
	pthread_cond_destroy(&run.changed);
	pthread_mutex_destroy(&run.lock);
	for (i = 0; i < run.count; i++)
		dg_buf_free(&run.slots[i].made);
	free(run.slots);
	return rc;
}
