#include "dynamodb/batch_window.h"

#include <pthread.h>
#include <stdlib.h>

#define WINDOW_ITEMS 8192

struct dg_batch_window {
	pthread_mutex_t lock; /* of everything below, and of the source */
	struct dg_item_source *source;
	bool ended;
	uint64_t max_bytes;
	uint64_t bytes;
	size_t cursor; /* where the next item is taken from */
	size_t count;
	struct dg_batch_item *items[WINDOW_ITEMS];
};

int dg_batch_window_open(struct dg_batch_window **out,
			 struct dg_item_source *source, uint64_t memory,
			 struct dg_error *err)
{
	struct dg_batch_window *window = calloc(1, sizeof(*window));

	if (!window)
		return dg_error_nomem(err);
	pthread_mutex_init(&window->lock, NULL);
	window->source = source;
	window->max_bytes = memory;
	*out = window;
	return 0;
}

void dg_batch_window_close(struct dg_batch_window *window)
{
	if (!window)
		return;
	for (size_t i = 0; i < window->count; i++)
		free(window->items[i]);
	pthread_mutex_destroy(&window->lock);
	free(window);
}

static size_t size_of(const struct dg_batch_item *item)
{
	return sizeof(*item) + item->line_len + item->key_len;
}

static struct dg_batch_item *copy_item(const struct dg_item *item)
{
	struct dg_batch_item *copy =
		malloc(sizeof(*copy) + item->line.len + item->key.len);

	if (!copy)
		return NULL;
	copy->line_len = item->line.len;
	copy->key_len = item->key.len;
	memcpy(copy->bytes, item->line.ptr, item->line.len);
	memcpy(copy->bytes + item->line.len, item->key.ptr, item->key.len);
	return copy;
}

/* Reads the source until the window is full. */
static int fill(struct dg_batch_window *window, struct dg_error *err)
{
	while (!window->ended && window->count < WINDOW_ITEMS &&
	       (window->count == 0 || window->bytes < window->max_bytes)) {
		struct dg_batch_item *copy;
		struct dg_item item;
		int rc = dg_source_next(window->source, &item, err);

		if (rc < 0)
			return rc;
		if (rc == 0) {
			window->ended = true;
			break;
		}
		copy = copy_item(&item);
		if (!copy)
			return dg_error_nomem(err);
		window->items[window->count++] = copy;
		window->bytes += size_of(copy);
	}
	return 0;
}

/* The last item takes the place of the one that leaves: the order gets lost,
 * which is what a window is for. */
static struct dg_batch_item *remove_at(struct dg_batch_window *window, size_t i)
{
	struct dg_batch_item *item = window->items[i];

	window->items[i] = window->items[--window->count];
	window->bytes -= size_of(item);
	return item;
}

static int take(struct dg_batch_window *window, struct dg_batch_item **items,
		size_t max_bytes, struct dg_error *err)
{
	size_t bytes = 0;
	int count = 0;

	while (count < DG_BATCH_ITEMS) {
		size_t i, size;
		int rc = fill(window, err);

		if (rc < 0 || window->count == 0)
			return rc < 0 ? rc : count;
		i = window->cursor % window->count;
		size = size_of(window->items[i]);
		if (count > 0 && bytes + size > max_bytes)
			return count;
		items[count++] = remove_at(window, i);
		bytes += size;
		/* From end to end of the window in one batch. */
		window->cursor = i + window->count / DG_BATCH_ITEMS + 1;
	}
	return count;
}

int dg_batch_window_take(struct dg_batch_window *window,
			 struct dg_batch_item **items, size_t max_bytes,
			 struct dg_error *err)
{
	int rc;

	for (size_t i = 0; i < DG_BATCH_ITEMS; i++)
		items[i] = NULL;
	pthread_mutex_lock(&window->lock);
	rc = take(window, items, max_bytes, err);
	pthread_mutex_unlock(&window->lock);
	if (rc >= 0)
		return rc;
	for (size_t i = 0; i < DG_BATCH_ITEMS; i++)
		free(items[i]);
	return rc;
}
