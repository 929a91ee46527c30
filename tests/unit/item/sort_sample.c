#include "item/sort_sample.h"

#include "base/work.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES (1u << 20)

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static const struct dg_item *sorting; /* qsort has no context */

static int by_key_then_last(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = dg_slice_compare(sorting[x].key, sorting[y].key);

	return order != 0 ? order : (x < y) - (x > y);
}

void expect(struct sample *s)
{
	size_t i, kept = 0;

	for (i = 0; i < s->count; i++)
		s->sorted[i] = i;
	sorting = s->items;
	qsort(s->sorted, s->count, sizeof(size_t), by_key_then_last);
	for (i = 0; i < s->count; i++)
		if (i == 0 || !dg_slice_equal(s->items[s->sorted[i]].key,
					      s->items[s->sorted[i - 1]].key))
			s->sorted[kept++] = s->sorted[i];
	s->sorted_count = kept;
}

void make_sample(struct sample *s, size_t count, size_t keys, size_t line_max,
		 uint64_t seed)
{
	size_t i;

	s->items = calloc(count + 1, sizeof(*s->items));
	s->sorted = calloc(count + 1, sizeof(size_t));
	s->bytes = malloc(BYTES);
	s->count = count;
	for (i = 0; i < BYTES; i++)
		s->bytes[i] = (char)next_random(&seed);
	for (i = 0; i < count; i++) {
		size_t key = next_random(&seed) % keys;
		size_t len = next_random(&seed) % (line_max + 1);

		/* Overlapping windows: many share a prefix of some length. */
		s->items[i].key = dg_slice_of(s->bytes + key, key % 23);
		s->items[i].line = dg_slice_of(
			s->bytes + next_random(&seed) % (BYTES - len), len);
	}
	expect(s);
}

void free_sample(struct sample *s)
{
	free(s->items);
	free(s->sorted);
	free(s->bytes);
}

static void check_source(const struct sample *s, struct dg_item_source *source)
{
	struct dg_error err = {0};
	struct dg_item item;
	size_t i;

	for (i = 0; i < s->sorted_count; i++) {
		const struct dg_item *expected = &s->items[s->sorted[i]];

		if (dg_source_next(source, &item, &err) != 1)
			fail_msg("item %zu: %s", i, err.message);
		assert_true(dg_slice_equal(item.key, expected->key));
		assert_true(dg_slice_equal(item.line, expected->line));
	}
	assert_int_equal(dg_source_next(source, &item, &err), 0);
	assert_int_equal(dg_source_next(source, &item, &err), 0);
}

struct adding {
	const struct sample *sample;
	struct dg_sort *sort;
	size_t writers;
};

/* Writer w adds each item whose index leaves the rest w. */
static int add_share(void *context, size_t worker, size_t task,
		     struct dg_cancel *stop, struct dg_error *err)
{
	struct adding *adding = context;
	struct dg_sort_writer *writer = dg_sort_writer(adding->sort, task);
	size_t i;
	int rc = 0;

	(void)worker;
	(void)stop;
	for (i = task; rc == 0 && i < adding->sample->count;
	     i += adding->writers)
		rc = dg_sort_add(writer, &adding->sample->items[i], i, err);
	return rc;
}

void add_all(const struct sample *s, struct dg_sort *sort, size_t writers)
{
	struct adding adding = {s, sort, writers};
	const struct dg_work work = {
		.run = add_share,
		.context = &adding,
		.workers = writers,
		.tasks = writers,
	};
	struct dg_error err = {0};

	if (dg_work_run(&work, &err) < 0)
		fail_msg("%s", err.message);
}

void check_sort(const struct sample *s, const struct dg_sort_options *options,
		struct dg_sort_stats *stats)
{
	struct dg_item_source *source;
	struct dg_sort *sort;

	assert_int_equal(dg_sort_open(&sort, options, NULL), 0);
	add_all(s, sort, options->writers);
	assert_int_equal(dg_sort_finish(sort, &source, NULL), 0);
	assert_true(dg_key_schema_equal(&source->keys, &options->keys));
	check_source(s, source);
	dg_sort_stats(sort, stats);
	assert_int_equal(stats->items, s->count);
	assert_int_equal(stats->duplicates, s->count - s->sorted_count);
	assert_int_equal(dg_source_rewind(source, NULL), 0);
	check_source(s, source);
	dg_sort_stats(sort, stats);
	assert_int_equal(stats->duplicates, s->count - s->sorted_count);
	dg_source_close(source);
	dg_sort_free(sort);
}
