#include "base/work.h"
#include "item/canon.h"
#include "item/run.h"
#include "item/sort.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cmocka.h>

/* Items made from a seed, and what a sort of them has to give. */
struct sample {
	struct dg_item *items; /* sequence: the index */
	size_t count;
	size_t *sorted; /* indices: one a key, the last of it, by key */
	size_t sorted_count;
	char *bytes; /* random ones that the items borrow */
};

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

static void expect(struct sample *s)
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

/* keys: how many different ones at most; lines: up to line_max long. */
static void make_sample(struct sample *s, size_t count, size_t keys,
			size_t line_max, uint64_t seed)
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

static void free_sample(struct sample *s)
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

static void add_all(const struct sample *s, struct dg_sort *sort,
		    size_t writers)
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

/* Sorts and compares twice. */
static void check_sort(const struct sample *s,
		       const struct dg_sort_options *options,
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

static void test_order_is_the_same_with_and_without_spilling(void **state)
{
	static const struct {
		uint64_t memory;
		size_t writers;
		bool spills;
	} cases[] = {
		{64 << 20, 1, false}, {64 << 20, 8, false},
		{1 << 20, 1, true},   {1 << 20, 8, true},
		{200 << 10, 1, true}, {200 << 10, 3, true},
		{64 << 10, 2, true},  {1, 1, true},
	};
	struct dg_sort_stats stats;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_sort_options options = {
			.keys = {1, {{"id", 'S'}}},
			.memory = cases[i].memory,
			.writers = cases[i].writers,
		};
		struct sample s;

		make_sample(&s, 20000, 15000, 300, 42 + i);
		check_sort(&s, &options, &stats);
		assert_int_equal(stats.runs > 0, cases[i].spills);
		assert_int_equal(stats.spilled_bytes > 0, cases[i].spills);
		free_sample(&s);
	}
}

/* Lines around the sizes of the buffers that they pass through, so that the
 * borders fall everywhere. */
static void test_lines_of_every_length_pass_through_the_buffers(void **state)
{
	const struct dg_sort_options options = {
		.memory = 256 << 10,
		.writers = 2,
	};
	struct dg_sort_stats stats;
	struct sample s;

	(void)state;
	make_sample(&s, 1500, 100000, 40000, 4711);
	check_sort(&s, &options, &stats);
	assert_true(stats.runs > 100);
	free_sample(&s);
}

static void test_many_runs_are_merged_in_passes(void **state)
{
	/* Two runs at a time. */
	const struct dg_sort_options options = {
		.memory = 32 << 10,
		.writers = 1,
	};
	struct dg_sort_stats stats;
	uint64_t bytes = 0;
	struct sample s;
	size_t i;

	(void)state;
	make_sample(&s, 10000, 5000, 400, 99);
	for (i = 0; i < s.count; i++)
		bytes += s.items[i].line.len;
	check_sort(&s, &options, &stats);
	assert_true(stats.runs > 50);
	assert_true(stats.spilled_bytes > 2 * bytes);
	free_sample(&s);
}

static void test_last_of_many_versions_counts(void **state)
{
	const struct dg_sort_options options = {
		.memory = 100 << 10,
		.writers = 3,
	};
	struct dg_sort_stats stats;
	struct sample s;

	(void)state;
	make_sample(&s, 20000, 10, 100, 5);
	check_sort(&s, &options, &stats);
	assert_true(stats.duplicates >= 20000 - 10);
	free_sample(&s);
}

static void test_nothing_sorts_to_nothing(void **state)
{
	const struct dg_sort_options options = {.memory = 1 << 20,
						.writers = 4};
	struct dg_sort_stats stats;
	struct sample s;

	(void)state;
	make_sample(&s, 0, 1, 0, 1);
	check_sort(&s, &options, &stats);
	free_sample(&s);
}

static void test_items_far_larger_than_the_memory_pass(void **state)
{
	const struct dg_sort_options options = {
		.memory = 1 << 20,
		.writers = 2,
	};
	struct dg_sort_stats stats;
	struct sample s;
	char *huge = malloc(DG_ITEM_TEXT_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < DG_ITEM_TEXT_MAX; i++)
		huge[i] = (char)(i * 2654435761u >> 24);
	make_sample(&s, 3000, 100000, 200, 8);
	s.items[100].line = dg_slice_of(huge, DG_ITEM_TEXT_MAX);
	s.items[101].line = dg_slice_of(huge + 1, DG_ITEM_TEXT_MAX - 1);
	s.items[2000].line = dg_slice_of(huge, 5 << 20);
	/* One that is left out for a later one. */
	s.items[7].key = s.items[100].key;
	s.items[7].line = dg_slice_of(huge, 3 << 20);
	expect(&s);
	check_sort(&s, &options, &stats);
	free_sample(&s);
	free(huge);
}

static void test_longest_key_is_taken_and_no_longer(void **state)
{
	const struct dg_sort_options options = {.memory = 1, .writers = 1};
	struct dg_error err = {0};
	struct dg_item_source *source;
	struct dg_item item, got;
	struct dg_sort *sort;
	char key[DG_RECORD_KEY_MAX + 1];
	size_t i;

	(void)state;
	memset(key, 'k', sizeof(key));
	item.line = DG_SLICE("{}");
	assert_int_equal(dg_sort_open(&sort, &options, NULL), 0);
	for (i = 0; i < 20; i++) {
		item.key = dg_slice_of(key, DG_RECORD_KEY_MAX - i);
		assert_int_equal(
			dg_sort_add(dg_sort_writer(sort, 0), &item, i, &err),
			0);
	}
	item.key = dg_slice_of(key, DG_RECORD_KEY_MAX + 1);
	assert_int_equal(dg_sort_add(dg_sort_writer(sort, 0), &item, 9, &err),
			 DG_ELIMIT);
	assert_int_equal(dg_sort_finish(sort, &source, &err), 0);
	for (i = 0; i < 20; i++) {
		assert_int_equal(dg_source_next(source, &got, &err), 1);
		assert_int_equal(got.key.len, DG_RECORD_KEY_MAX - 19 + i);
	}
	assert_int_equal(dg_source_next(source, &got, &err), 0);
	dg_source_close(source);
	dg_sort_free(sort);
}

/* What malloc has handed out; 0 where nobody can tell. */
static size_t allocated(void)
{
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
#else
	return 0;
#endif
}

static void test_memory_stays_within_its_bound(void **state)
{
	static const struct {
		uint64_t memory;
		size_t writers;
	} cases[] = {{1 << 20, 8}, {1 << 20, 1}, {4 << 20, 3}};
	/* The sort's own structs, the list of runs, the last key. */
	const size_t constant = 64 << 10;
	size_t i, k, before, now, most;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct dg_sort_options options = {
			.memory = cases[i].memory,
			.writers = cases[i].writers,
		};
		struct dg_item_source *source;
		struct dg_sort *sort;
		struct dg_item item;
		struct sample s;

		make_sample(&s, 50000, 200000, 700, 77);
		before = allocated();
		most = before;
		assert_int_equal(dg_sort_open(&sort, &options, NULL), 0);
		for (k = 0; k < s.count; k++) {
			assert_int_equal(
				dg_sort_add(dg_sort_writer(sort,
							   k % options.writers),
					    &s.items[k], k, NULL),
				0);
			now = k % 16 == 0 ? allocated() : 0;
			most = now > most ? now : most;
		}
		assert_int_equal(dg_sort_finish(sort, &source, NULL), 0);
		while (dg_source_next(source, &item, NULL) > 0)
			;
		now = allocated();
		most = now > most ? now : most;
		assert_true(most - before <= options.memory + constant);
		dg_source_close(source);
		dg_sort_free(sort);
		free_sample(&s);
	}
}

static void test_full_disk_names_the_directory_and_the_option(void **state)
{
	const struct dg_sort_options options = {
		.memory = 32 << 10,
		.writers = 1,
		.temp_dir = "/tmp",
	};
	const struct rlimit small = {100 << 10, RLIM_INFINITY};
	struct rlimit before;
	struct dg_error err = {0};
	struct dg_sort *sort;
	struct sample s;
	size_t i;
	int rc = 0;

	(void)state;
	make_sample(&s, 2000, 2000, 400, 3);
	assert_int_equal(dg_sort_open(&sort, &options, NULL), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (i = 0; rc == 0 && i < s.count; i++)
		rc = dg_sort_add(dg_sort_writer(sort, 0), &s.items[i], i, &err);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(rc, DG_EIO);
	assert_string_equal(err.message, "cannot write a temporary file in "
					 "'/tmp': File too large");
	assert_non_null(strstr(err.hint, "'/tmp'"));
	assert_non_null(strstr(err.hint, "--temp-dir"));
	dg_sort_free(sort);
	free_sample(&s);
}

static void test_missing_directory_matters_only_when_spilling(void **state)
{
	struct dg_sort_options options = {
		.memory = 64 << 20,
		.writers = 1,
		.temp_dir = "/nonexistent",
	};
	struct dg_sort_stats stats;
	struct dg_error err = {0};
	struct dg_sort *sort;
	struct sample s;
	size_t i;
	int rc = 0;

	(void)state;
	make_sample(&s, 2000, 2000, 400, 3);
	check_sort(&s, &options, &stats);
	options.memory = 1;
	assert_int_equal(dg_sort_open(&sort, &options, NULL), 0);
	for (i = 0; rc == 0 && i < s.count; i++)
		rc = dg_sort_add(dg_sort_writer(sort, 0), &s.items[i], i, &err);
	assert_int_equal(rc, DG_ENOTFOUND);
	dg_sort_free(sort);
	free_sample(&s);
}

static void test_nothing_is_left_in_the_temporary_directory(void **state)
{
	char directory[] = "/tmp/ddbgit-test-XXXXXX";
	struct dg_sort_options options = {
		.memory = 64 << 10,
		.writers = 2,
		.temp_dir = directory,
	};
	struct dg_sort_stats stats;
	struct sample s;

	(void)state;
	assert_non_null(mkdtemp(directory));
	make_sample(&s, 3000, 2000, 400, 3);
	check_sort(&s, &options, &stats);
	assert_true(stats.runs > 0);
	assert_int_equal(rmdir(directory), 0);
	free_sample(&s);
}

static void test_cancelled_sort_stops_and_stays_stopped(void **state)
{
	struct dg_cancel cancel = DG_CANCEL_INIT;
	const struct dg_sort_options options = {
		.memory = 64 << 10,
		.writers = 1,
		.cancel = &cancel,
	};
	struct dg_error err = {0};
	struct dg_item_source *source;
	struct dg_item item;
	struct dg_sort *sort;
	struct sample s;
	size_t i;
	int rc;

	(void)state;
	make_sample(&s, 5000, 100000, 100, 3);
	assert_int_equal(dg_sort_open(&sort, &options, NULL), 0);
	add_all(&s, sort, 1);
	assert_int_equal(dg_sort_finish(sort, &source, &err), 0);
	assert_int_equal(dg_source_next(source, &item, &err), 1);
	dg_cancel_set(&cancel);
	for (i = 0; (rc = dg_source_next(source, &item, &err)) > 0; i++)
		;
	assert_int_equal(rc, DG_ECANCELLED);
	assert_int_equal(dg_source_next(source, &item, &err), DG_ECANCELLED);
	dg_source_close(source);
	dg_sort_free(sort);
	assert_int_equal(dg_sort_open(&sort, &options, NULL), 0);
	for (i = 0, rc = 0; rc == 0 && i < s.count; i++)
		rc = dg_sort_add(dg_sort_writer(sort, 0), &s.items[i], i, &err);
	assert_int_equal(rc, DG_ECANCELLED);
	dg_sort_free(sort);
	free_sample(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_order_is_the_same_with_and_without_spilling),
		cmocka_unit_test(
			test_lines_of_every_length_pass_through_the_buffers),
		cmocka_unit_test(test_many_runs_are_merged_in_passes),
		cmocka_unit_test(test_last_of_many_versions_counts),
		cmocka_unit_test(test_nothing_sorts_to_nothing),
		cmocka_unit_test(test_items_far_larger_than_the_memory_pass),
		cmocka_unit_test(test_longest_key_is_taken_and_no_longer),
		cmocka_unit_test(test_memory_stays_within_its_bound),
		cmocka_unit_test(
			test_full_disk_names_the_directory_and_the_option),
		cmocka_unit_test(
			test_missing_directory_matters_only_when_spilling),
		cmocka_unit_test(
			test_nothing_is_left_in_the_temporary_directory),
		cmocka_unit_test(test_cancelled_sort_stops_and_stays_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
