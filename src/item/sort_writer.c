#include "item/sort_writer.h"

#include <stdlib.h>

/* A writer's share has to hold some items and the buffer that spills them. */
#define SHARE_MIN (32u * 1024)
#define WRITE_BUFFER_MAX (64u * 1024)
/* What a writer takes from the pool at a time. */
#define POOL_STEP ((uint64_t)2 * 1024 * 1024)

int dg_run_list_push(struct dg_run_list *list, const struct dg_run *run,
		     struct dg_error *err)
{
	if (list->count == list->cap) {
		size_t cap = list->cap > 0 ? list->cap * 2 : 8;
		struct dg_run *runs = realloc(list->runs, cap * sizeof(*runs));

		if (!runs)
			return dg_error_nomem(err);
		list->runs = runs;
		list->cap = cap;
	}
	list->runs[list->count++] = *run;
	return 0;
}

int dg_sort_writer_new(struct dg_sort_writer **out,
		       const struct dg_sort_options *options, uint64_t share,
		       uint64_t *pool, struct dg_error *err)
{
	struct dg_sort_writer *writer = calloc(1, sizeof(*writer));
	size_t buffer;

	if (!writer)
		return dg_error_nomem(err);
	if (share < SHARE_MIN)
		share = SHARE_MIN;
	buffer = share / 16 < WRITE_BUFFER_MAX ? (size_t)share / 16
					       : WRITE_BUFFER_MAX;
	writer->cancel = options->cancel;
	writer->pool = pool;
	dg_arena_init(&writer->arena, (size_t)(share - buffer + *pool));
	dg_arena_allow(&writer->arena, (size_t)share - buffer);
	dg_run_file_init(&writer->file, options->temp_dir, buffer);
	*out = writer;
	return 0;
}

/* Writes the first record of each key: the others do not count. */
static int write_records(struct dg_sort_writer *writer, struct dg_error *err)
{
	struct dg_record record;
	struct dg_slice last = {NULL, 0};
	size_t ahead = dg_arena_ahead(&writer->arena);
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < writer->arena.count; i++) {
		dg_arena_prefetch(&writer->arena, i, ahead);
		dg_arena_get(&writer->arena, i, &record);
		if (i > 0 && dg_slice_equal(record.key, last))
			writer->duplicates++;
		else
			rc = dg_run_add(&writer->file, &record, err);
		last = record.key;
	}
	return rc;
}

static int end_run(struct dg_sort_writer *writer, struct dg_run *run,
		   struct dg_error *err)
{
	int rc = dg_run_end(&writer->file, run, err);

	if (rc == 0)
		rc = dg_run_list_push(&writer->runs, run, err);
	return rc;
}

int dg_sort_writer_spill(struct dg_sort_writer *writer, struct dg_error *err)
{
	struct dg_run run;
	int rc;

	if (writer->arena.count == 0)
		return 0;
	rc = dg_cancel_check(writer->cancel, err);
	if (rc < 0)
		return rc;
	dg_arena_sort(&writer->arena);
	rc = dg_run_begin(&writer->file, &run, err);
	if (rc == 0)
		rc = write_records(writer, err);
	if (rc == 0)
		rc = end_run(writer, &run, err);
	dg_arena_clear(&writer->arena);
	return rc;
}

/* An item that even an empty arena has no room for is a run by itself. */
static int spill_one(struct dg_sort_writer *writer,
		     const struct dg_record *record, struct dg_error *err)
{
	struct dg_run run;
	int rc = dg_run_begin(&writer->file, &run, err);

	if (rc == 0)
		rc = dg_run_add(&writer->file, record, err);
	if (rc == 0)
		rc = end_run(writer, &run, err);
	return rc;
}

/* More memory from the pool; false: there is none left, or no room for it. */
static bool take_more(struct dg_sort_writer *writer)
{
	uint64_t left = __atomic_load_n(writer->pool, __ATOMIC_RELAXED);
	uint64_t step;

	if (writer->arena.limit == writer->arena.size)
		return false;
	do {
		step = left < POOL_STEP ? left : POOL_STEP;
	} while (step > 0 && !__atomic_compare_exchange_n(
				     writer->pool, &left, left - step, true,
				     __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	dg_arena_allow(&writer->arena, writer->arena.limit + (size_t)step);
	return step > 0;
}

/* Copies the record: 1, or 0 if there is no room for it. */
static int add(struct dg_sort_writer *writer, const struct dg_record *record,
	       struct dg_error *err)
{
	int rc;

	do {
		rc = dg_arena_add(&writer->arena, record, err);
	} while (rc == 0 && take_more(writer));
	return rc;
}

int dg_sort_add(struct dg_sort_writer *writer, const struct dg_item *item,
		uint64_t sequence, struct dg_error *err)
{
	const struct dg_record record = {sequence, item->key, item->line};
	int rc;

	if (item->key.len > DG_RECORD_KEY_MAX)
		return dg_error_set(err, DG_ELIMIT,
				    "an item's key has %zu bytes, more than "
				    "any DynamoDB table can hold",
				    item->key.len);
	if (item->line.len > DG_RECORD_LINE_MAX)
		return dg_error_set(err, DG_ELIMIT,
				    "an item has %zu bytes of text, more than "
				    "the %u allowed",
				    item->line.len, DG_RECORD_LINE_MAX);
	writer->items++;
	writer->bytes += item->line.len + 1;
	rc = add(writer, &record, err);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = dg_sort_writer_spill(writer, err);
	if (rc == 0)
		rc = add(writer, &record, err);
	if (rc == 0)
		rc = spill_one(writer, &record, err);
	return rc < 0 ? rc : 0;
}

void dg_sort_writer_rest(struct dg_sort_writer *writer)
{
	dg_arena_free(&writer->arena);
	dg_run_file_rest(&writer->file);
}

void dg_sort_writer_free(struct dg_sort_writer *writer)
{
	if (!writer)
		return;
	dg_arena_free(&writer->arena);
	dg_run_file_close(&writer->file);
	free(writer->runs.runs);
	free(writer);
}
