/*
 * Tasks on a fixed number of threads. The tasks are numbered; each worker
 * takes the next number until none is left. The first task that fails ends
 * the run: no further task starts, running ones see `stop` set, all threads
 * are joined, and the first error is returned. The one place where threads
 * are made.
 */
#ifndef DG_BASE_WORK_H
#define DG_BASE_WORK_H

#include <ddbgit/cancel.h>
#include <stddef.h>

struct dg_work {
	/*
	 * Runs task number `task` on worker `worker` (0 … workers - 1, so that
	 * a worker can have its own scratch memory). stop is set when another
	 * task failed or the caller's cancel was set: poll it.
	 */
	int (*run)(void *context, size_t worker, size_t task,
		   struct dg_cancel *stop, struct dg_error *err);
	void *context;
	size_t workers;
	size_t tasks;
	const struct dg_cancel *cancel; /* the caller's; may be NULL */
};

/*
 * With one worker everything runs in the calling thread. If threads cannot
 * be made, those that were do all the work.
 */
int dg_work_run(const struct dg_work *work, struct dg_error *err);

/* How many processors this process may run on; at least 1. */
size_t dg_work_cores(void);

#endif
