#include "item/merge.h"

#include <stdlib.h>

/* The current record of one input. */
struct cursor {
	uint64_t prefix; /* of the record's key */
	struct dg_record record;
	const struct dg_arena *arena; /* or NULL: a run */
	size_t next;                  /* entry of the arena */
	size_t ahead;                 /* dg_arena_ahead */
	struct dg_run_reader reader;
};

struct dg_merge {
	struct cursor *cursors;
	size_t count;
	struct cursor **heap;
	size_t heap_count;
	char *buffers; /* of the readers, in one piece */
	struct dg_buf long_line;
	char last_key[DG_RECORD_KEY_MAX];
	size_t last_key_len;
	bool started;
	uint64_t duplicates;
	struct dg_error failure; /* code DG_OK: none */
};

size_t dg_merge_overhead(void)
{
	return sizeof(struct cursor) + sizeof(struct cursor *);
}

static int arena_next(struct cursor *cursor)
{
	if (cursor->next >= cursor->arena->count)
		return 0;
	dg_arena_prefetch(cursor->arena, cursor->next, cursor->ahead);
	dg_arena_get(cursor->arena, cursor->next++, &cursor->record);
	return 1;
}

/* 1, or 0 at the input's end. */
static int cursor_next(struct cursor *cursor, struct dg_error *err)
{
	int rc;

	if (cursor->arena)
		rc = arena_next(cursor);
	else
		rc = dg_run_reader_next(&cursor->reader, &cursor->record, err);
	if (rc > 0)
		cursor->prefix = dg_key_prefix(cursor->record.key);
	return rc;
}

static bool is_less(const struct cursor *a, const struct cursor *b)
{
	int order;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix;
	order = dg_record_compare(&a->record, &b->record);
	/* The same number in two inputs: let it not depend on the heap. */
	return order < 0 || (order == 0 && a > b);
}

static void sift_down(struct dg_merge *merge, size_t i)
{
	struct cursor **heap = merge->heap;
	struct cursor *moving = heap[i];
	size_t child;

	while ((child = 2 * i + 1) < merge->heap_count) {
		if (child + 1 < merge->heap_count &&
		    is_less(heap[child + 1], heap[child]))
			child++;
		if (!is_less(heap[child], moving))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = moving;
}

/* Steps the cursor on top to its next record, or takes it off the heap. */
static int advance_top(struct dg_merge *merge, struct dg_error *err)
{
	int rc = cursor_next(merge->heap[0], err);

	if (rc < 0)
		return rc;
	if (rc == 0)
		merge->heap[0] = merge->heap[--merge->heap_count];
	if (merge->heap_count > 0)
		sift_down(merge, 0);
	return 0;
}

static int start(struct dg_merge *merge, struct dg_error *err)
{
	size_t i;

	merge->heap_count = 0;
	for (i = 0; i < merge->count; i++) {
		int rc = cursor_next(&merge->cursors[i], err);

		if (rc < 0)
			return rc;
		if (rc > 0)
			merge->heap[merge->heap_count++] = &merge->cursors[i];
	}
	for (i = merge->heap_count / 2; i > 0; i--)
		sift_down(merge, i - 1);
	merge->started = true;
	return 0;
}

static bool is_last_key(const struct dg_merge *merge, struct dg_slice key)
{
	return dg_slice_equal(
		key, dg_slice_of(merge->last_key, merge->last_key_len));
}

/* Leaves the record that was handed out, and what it stands for. */
static int leave_last(struct dg_merge *merge, struct dg_error *err)
{
	int rc = merge->heap_count > 0 ? advance_top(merge, err) : 0;

	while (rc == 0 && merge->heap_count > 0 &&
	       is_last_key(merge, merge->heap[0]->record.key)) {
		merge->duplicates++;
		rc = advance_top(merge, err);
	}
	return rc;
}

/* Hands out the record on top. */
static int take_top(struct dg_merge *merge, struct dg_record *record,
		    struct dg_error *err)
{
	struct cursor *top = merge->heap[0];
	int rc = 0;

	*record = top->record;
	memcpy(merge->last_key, record->key.ptr, record->key.len);
	merge->last_key_len = record->key.len;
	if (!record->line.ptr)
		rc = dg_run_reader_line(&top->reader, &merge->long_line,
					&record->line, err);
	return rc;
}

int dg_merge_next(struct dg_merge *merge, struct dg_record *record,
		  struct dg_error *err)
{
	struct dg_error *failure = &merge->failure;
	int rc = failure->code;

	if (rc == 0)
		rc = merge->started ? leave_last(merge, failure)
				    : start(merge, failure);
	if (rc == 0 && merge->heap_count == 0)
		return 0;
	if (rc == 0)
		rc = take_top(merge, record, failure);
	if (rc == 0)
		return 1;
	if (err)
		*err = *failure;
	return rc;
}

void dg_merge_rewind(struct dg_merge *merge)
{
	size_t i;

	for (i = 0; i < merge->count; i++) {
		merge->cursors[i].next = 0;
		if (!merge->cursors[i].arena)
			dg_run_reader_rewind(&merge->cursors[i].reader);
	}
	merge->started = false;
	merge->duplicates = 0;
	dg_error_clear(&merge->failure);
}

uint64_t dg_merge_duplicates(const struct dg_merge *merge)
{
	return merge->duplicates;
}

static int open_empty(struct dg_merge **out, size_t count, size_t buffers_size,
		      struct dg_error *err)
{
	struct dg_merge *merge = calloc(1, sizeof(*merge));

	if (!merge)
		return dg_error_nomem(err);
	dg_buf_init(&merge->long_line, UINT32_MAX);
	merge->cursors = calloc(count + 1, sizeof(*merge->cursors));
	merge->heap = calloc(count + 1, sizeof(struct cursor *));
	merge->buffers = malloc(buffers_size + 1);
	merge->count = count;
	if (!merge->cursors || !merge->heap || !merge->buffers) {
		dg_merge_close(merge);
		return dg_error_nomem(err);
	}
	*out = merge;
	return 0;
}

int dg_merge_open_arenas(struct dg_merge **out,
			 const struct dg_arena *const *arenas, size_t count,
			 struct dg_error *err)
{
	size_t i;
	int rc = open_empty(out, count, 0, err);

	for (i = 0; rc == 0 && i < count; i++) {
		(*out)->cursors[i].arena = arenas[i];
		(*out)->cursors[i].ahead = dg_arena_ahead(arenas[i]);
	}
	return rc;
}

int dg_merge_open_runs(struct dg_merge **out, const struct dg_run *runs,
		       size_t count, size_t buffer_size, struct dg_error *err)
{
	size_t i;
	int rc = open_empty(out, count, count * buffer_size, err);

	for (i = 0; rc == 0 && i < count; i++)
		dg_run_reader_init(&(*out)->cursors[i].reader, &runs[i],
				   (*out)->buffers + i * buffer_size,
				   buffer_size);
	return rc;
}

void dg_merge_close(struct dg_merge *merge)
{
	if (!merge)
		return;
	dg_buf_free(&merge->long_line);
	free(merge->buffers);
	free(merge->heap);
	free(merge->cursors);
	free(merge);
}
