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

/*
 * A bounded queue between threads: the one place where they meet. It holds
 * pointers, owned by whoever popped them last.
 */
struct dg_queue;

int dg_queue_open(struct dg_queue **out, size_t capacity, struct dg_error *err);
/* Waits while full. DG_ECANCELLED after dg_queue_stop (the caller keeps
 * the pointer). */
int dg_queue_push(struct dg_queue *queue, void *entry);
/* Waits while empty. 1 with *entry; 0 when closed and drained;
 * DG_ECANCELLED after dg_queue_stop. */
int dg_queue_pop(struct dg_queue *queue, void **entry);
/* 1 with *entry, or 0 at once: for draining after a stop. */
int dg_queue_try_pop(struct dg_queue *queue, void **entry);
/* No more pushes will come. */
void dg_queue_end(struct dg_queue *queue);
/* Wakes everybody with DG_ECANCELLED. */
void dg_queue_stop(struct dg_queue *queue);
void dg_queue_free(struct dg_queue *queue);

#endif
