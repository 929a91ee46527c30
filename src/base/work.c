#include "base/work.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* One dg_work_run under way. */
struct run {
	const struct dg_work *work;
	struct dg_cancel stop; /* follows the caller's */
	size_t next;           /* task, taken atomically */
	size_t done;           /* tasks that succeeded, counted atomically */

	pthread_mutex_t lock; /* of the two below */
	int rc;
	struct dg_error err;
};

struct worker {
	struct run *run;
	size_t number;
	pthread_t thread;
};

/*
 * Keeps the first error. Tasks that only stopped because another one failed
 * say DG_ECANCELLED, perhaps before that one got here: it counts more.
 */
static void keep_error(struct run *run, int rc, const struct dg_error *err)
{
	pthread_mutex_lock(&run->lock);
	if (run->rc == 0 || (run->rc == DG_ECANCELLED && rc != DG_ECANCELLED)) {
		run->rc = rc;
		run->err = *err;
	}
	pthread_mutex_unlock(&run->lock);
	dg_cancel_set(&run->stop);
}

static void work_off(struct run *run, size_t number)
{
	const struct dg_work *work = run->work;
	struct dg_error err = {0};

	while (!dg_cancelled(&run->stop)) {
		size_t task =
			__atomic_fetch_add(&run->next, 1, __ATOMIC_RELAXED);
		int rc;

		if (task >= work->tasks)
			return;
		dg_error_clear(&err);
		rc = work->run(work->context, number, task, &run->stop, &err);
		if (rc < 0) {
			keep_error(run, rc, &err);
			return;
		}
		__atomic_fetch_add(&run->done, 1, __ATOMIC_RELAXED);
	}
}

static void *worker_main(void *context)
{
	struct worker *worker = context;

	work_off(worker->run, worker->number);
	return NULL;
}

/* Starts workers 1 … n - 1 (0 is the caller); how many there are then. Signals
 * are left to the caller's thread: threads take over its mask. */
static size_t start(struct worker *workers, size_t n, struct run *run)
{
	sigset_t all, before;
	size_t i;

	sigfillset(&all);
	sigdelset(&all, SIGPROF);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	for (i = 1; i < n; i++) {
		workers[i].run = run;
		workers[i].number = i;
		if (pthread_create(&workers[i].thread, NULL, worker_main,
				   &workers[i]) != 0)
			break;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return i;
}

int dg_work_run(const struct dg_work *work, struct dg_error *err)
{
	struct run run = {.work = work, .stop = {0, work->cancel}};
	size_t n = work->workers < work->tasks ? work->workers : work->tasks;
	struct worker *workers;
	size_t i;

	workers = calloc(n > 0 ? n : 1, sizeof(*workers));
	if (!workers)
		return dg_error_nomem(err);
	pthread_mutex_init(&run.lock, NULL);
	n = start(workers, n, &run);
	work_off(&run, 0);
	for (i = 1; i < n; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_mutex_destroy(&run.lock);
	free(workers);
	if (run.rc == 0 && run.done < work->tasks)
		return dg_cancel_check(&run.stop, err);
	if (run.rc < 0 && err)
		*err = run.err;
	return run.rc;
}

size_t dg_work_cores(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
	cpu_set_t allowed;

	/* A container often has fewer than the machine. */
	if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0)
		online = CPU_COUNT(&allowed);
#endif
	return online > 0 ? (size_t)online : 1;
}
