#include "dynamodb/batch_window.h"

#include <pthread.h>
#include <stdlib.h>

#define WINDOW_ITEMS 8192
/* From how many places at most, and what reading at one of them takes. */
#define PLACES_MAX ((size_t)16)
#define PLACE_BYTES ((size_t)1024 * 1024)
/* How long an item waits that came back once, twice, …: 50 ms to 1.6 s. */
#define RETURN_MS 50
#define RETURN_LEVELS 6

/* Items that came back equally often, so wait equally long. */
struct line_up {
	struct dg_batch_item *first;
	struct dg_batch_item *last;
};

struct dg_batch_window {
	pthread_mutex_t lock; /* of everything below, and of the sources */
	struct dg_item_source *part[PLACES_MAX];
	size_t parts;
	bool borrowed;           /* the one part is the caller's source */
	size_t turn;             /* which part the next item comes from */
	size_t open;             /* parts[0 … open) have not ended */
	struct dg_error failure; /* code 0 until there is one */
	uint64_t max_bytes;
	uint64_t bytes; /* of all items here */
	struct line_up returned[RETURN_LEVELS];
	size_t cursor; /* where the next item is taken from */
	size_t count;
	struct dg_batch_item *items[WINDOW_ITEMS];
};

/* Several places of the source if it offers them and memory allows. */
static int find_places(struct dg_batch_window *window,
		       struct dg_item_source *source, struct dg_error *err)
{
	uint64_t room = window->max_bytes / PLACE_BYTES;
	size_t n = room < PLACES_MAX ? (size_t)room : PLACES_MAX;
	int rc = 0;

	if (source->split && n > 1)
		rc = source->split(source, n, window->part, err);
	if (rc < 0)
		return rc;
	window->parts = (size_t)rc;
	window->borrowed = rc == 0;
	if (window->borrowed) {
		window->part[0] = source;
		window->parts = 1;
	}
	window->open = window->parts;
	return 0;
}

int dg_batch_window_open(struct dg_batch_window **out,
			 struct dg_item_source *source, uint64_t memory,
			 struct dg_error *err)
{
	struct dg_batch_window *window = calloc(1, sizeof(*window));
	int rc;

	if (!window)
		return dg_error_nomem(err);
	pthread_mutex_init(&window->lock, NULL);
	window->max_bytes = memory;
	rc = find_places(window, source, err);
	if (rc < 0) {
		dg_batch_window_close(window);
		return rc;
	}
	*out = window;
	return 0;
}

static struct dg_batch_item *leave_line(struct line_up *line)
{
	struct dg_batch_item *item = line->first;

	if (item)
		line->first = item->next;
	return item;
}

void dg_batch_window_close(struct dg_batch_window *window)
{
	struct dg_batch_item *item;

	if (!window)
		return;
	for (size_t i = 0; i < window->count; i++)
		free(window->items[i]);
	for (size_t i = 0; i < RETURN_LEVELS; i++)
		while ((item = leave_line(&window->returned[i])))
			free(item);
	for (size_t i = 0; !window->borrowed && i < window->parts; i++)
		dg_source_close(window->part[i]);
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
	copy->returns = 0;
	copy->line_len = item->line.len;
	copy->key_len = item->key.len;
	memcpy(copy->bytes, item->line.ptr, item->line.len);
	memcpy(copy->bytes + item->line.len, item->key.ptr, item->key.len);
	return copy;
}

/* The next item of the part whose turn it is, or the end of that part. */
static int read_one(struct dg_batch_window *window, struct dg_error *err)
{
	size_t i = window->turn % window->open;
	struct dg_item_source *part = window->part[i];
	struct dg_batch_item *copy;
	struct dg_item item;
	int rc = dg_source_next(part, &item, err);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		/* To the others that ended; its owner closes it. */
		window->part[i] = window->part[--window->open];
		window->part[window->open] = part;
		return 0;
	}
	copy = copy_item(&item);
	if (!copy)
		return dg_error_nomem(err);
	window->items[window->count++] = copy;
	window->bytes += size_of(copy);
	window->turn = i + 1;
	return 0;
}

/* Reads the source until the window is full. */
static int fill(struct dg_batch_window *window, struct dg_error *err)
{
	if (window->failure.code == 0)
		while (window->open > 0 && window->count < WINDOW_ITEMS &&
		       (window->bytes == 0 ||
			window->bytes < window->max_bytes) &&
		       read_one(window, &window->failure) == 0)
			;
	if (window->failure.code < 0 && err)
		*err = window->failure;
	return window->failure.code;
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

/* A batch while it is put together. */
struct take {
	struct dg_batch_item **items;
	size_t count;
	size_t bytes;
	const struct dg_batch_size *size;
};

static bool has_room(const struct take *take, const struct dg_batch_item *item)
{
	return take->count == 0 ||
	       take->bytes + size_of(item) <= take->size->bytes;
}

static void put(struct take *take, struct dg_batch_item *item)
{
	take->items[take->count++] = item;
	take->bytes += size_of(item);
}

/* Of those that came back and have waited, up to `most`. */
static void take_returned(struct dg_batch_window *window, struct take *take,
			  size_t most, int64_t now_ms)
{
	for (size_t i = 0; i < RETURN_LEVELS; i++) {
		struct line_up *line = &window->returned[i];

		while (take->count < most && line->first &&
		       line->first->ready_ms <= now_ms &&
		       has_room(take, line->first)) {
			window->bytes -= size_of(line->first);
			put(take, leave_line(line));
		}
	}
}

static int take_fresh(struct dg_batch_window *window, struct take *take,
		      struct dg_error *err)
{
	while (take->count < take->size->items) {
		size_t i;
		int rc = fill(window, err);

		if (rc < 0 || window->count == 0)
			return rc;
		i = window->cursor % window->count;
		if (!has_room(take, window->items[i]))
			return 0;
		put(take, remove_at(window, i));
		/* From end to end of the window in one batch. */
		window->cursor = i + window->count / take->size->items + 1;
	}
	return 0;
}

static int64_t until_ready(const struct dg_batch_window *window, int64_t now_ms)
{
	int64_t wait = 0;

	for (size_t i = 0; i < RETURN_LEVELS; i++) {
		const struct dg_batch_item *first = window->returned[i].first;

		if (first && (wait == 0 || first->ready_ms - now_ms < wait))
			wait = first->ready_ms - now_ms;
	}
	return wait;
}

static int take_batch(struct dg_batch_window *window, struct take *take,
		      int64_t now_ms, struct dg_error *err)
{
	int rc = fill(window, err);

	if (rc < 0)
		return rc;
	take_returned(window, take,
		      window->count > 0 ? take->size->items / 4 + 1
					: take->size->items,
		      now_ms);
	return take_fresh(window, take, err);
}

int dg_batch_window_take(struct dg_batch_window *window,
			 struct dg_batch_item **items,
			 const struct dg_batch_size *size, int64_t now_ms,
			 int64_t *wait_ms, struct dg_error *err)
{
	struct take take = {.items = items, .size = size};
	int rc;

	*wait_ms = 0;
	pthread_mutex_lock(&window->lock);
	rc = take_batch(window, &take, now_ms, err);
	if (rc == 0 && take.count == 0)
		*wait_ms = until_ready(window, now_ms);
	pthread_mutex_unlock(&window->lock);
	if (rc == 0)
		return (int)take.count;
	for (size_t i = 0; i < take.count; i++)
		free(items[i]);
	return rc;
}

void dg_batch_window_return(struct dg_batch_window *window,
			    struct dg_batch_item *item, int64_t now_ms)
{
	const unsigned int level = item->returns < RETURN_LEVELS
					   ? item->returns
					   : RETURN_LEVELS - 1;
	struct line_up *line = &window->returned[level];

	item->returns++;
	item->ready_ms = now_ms + ((int64_t)RETURN_MS << level);
	item->next = NULL;
	pthread_mutex_lock(&window->lock);
	if (line->first)
		line->last->next = item;
	else
		line->first = item;
	line->last = item;
	window->bytes += size_of(item);
	pthread_mutex_unlock(&window->lock);
}
