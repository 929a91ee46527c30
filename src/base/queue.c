#include "base/work.h"

#include <pthread.h>
#include <stdlib.h>

struct dg_queue {
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t not_full;
	pthread_cond_t not_empty;
	size_t capacity;
	size_t first; /* where the oldest entry stands */
	size_t count;
	bool ended;
	bool stopped;
	void *entries[]; /* a ring */
};

int dg_queue_open(struct dg_queue **out, size_t capacity, struct dg_error *err)
{
	struct dg_queue *queue;

	if (capacity == 0)
		capacity = 1;
	queue = calloc(1, sizeof(*queue) + capacity * sizeof(void *));
	if (!queue)
		return dg_error_nomem(err);
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->not_full, NULL);
	pthread_cond_init(&queue->not_empty, NULL);
	queue->capacity = capacity;
	*out = queue;
	return 0;
}

int dg_queue_push(struct dg_queue *queue, void *entry)
{
	int rc = 0;

	pthread_mutex_lock(&queue->lock);
	while (queue->count == queue->capacity && !queue->stopped)
		pthread_cond_wait(&queue->not_full, &queue->lock);
	if (queue->stopped) {
		rc = DG_ECANCELLED;
	} else {
		size_t at = (queue->first + queue->count) % queue->capacity;

		queue->entries[at] = entry;
		queue->count++;
		pthread_cond_signal(&queue->not_empty);
	}
	pthread_mutex_unlock(&queue->lock);
	return rc;
}

/* The oldest entry; the lock is held and there is one. */
static void *take(struct dg_queue *queue)
{
	void *entry = queue->entries[queue->first];

	queue->first = (queue->first + 1) % queue->capacity;
	queue->count--;
	pthread_cond_signal(&queue->not_full);
	return entry;
}

int dg_queue_pop(struct dg_queue *queue, void **entry)
{
	int rc = 0;

	pthread_mutex_lock(&queue->lock);
	while (queue->count == 0 && !queue->ended && !queue->stopped)
		pthread_cond_wait(&queue->not_empty, &queue->lock);
	if (queue->stopped) {
		rc = DG_ECANCELLED;
	} else if (queue->count > 0) {
		*entry = take(queue);
		rc = 1;
	}
	pthread_mutex_unlock(&queue->lock);
	return rc;
}

int dg_queue_try_pop(struct dg_queue *queue, void **entry)
{
	int rc = 0;

	pthread_mutex_lock(&queue->lock);
	if (queue->count > 0) {
		*entry = take(queue);
		rc = 1;
	}
	pthread_mutex_unlock(&queue->lock);
	return rc;
}

static void wake_all(struct dg_queue *queue, bool *why)
{
	pthread_mutex_lock(&queue->lock);
	*why = true;
	pthread_cond_broadcast(&queue->not_full);
	pthread_cond_broadcast(&queue->not_empty);
	pthread_mutex_unlock(&queue->lock);
}

void dg_queue_end(struct dg_queue *queue)
{
	wake_all(queue, &queue->ended);
}

void dg_queue_stop(struct dg_queue *queue)
{
	wake_all(queue, &queue->stopped);
}

void dg_queue_free(struct dg_queue *queue)
{
	if (!queue)
		return;
	pthread_cond_destroy(&queue->not_empty);
	pthread_cond_destroy(&queue->not_full);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}
