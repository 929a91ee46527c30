#include "item/canon.h"
#include "item/run.h"
#include "item/sort_sample.h"
#include "item/sort_writer.h"

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

/* What the allocator gave, and what the writers use of their blocks. */
static size_t held(struct dg_sort *sort, size_t writers)
{
	size_t sum = allocated();
	size_t i;

	for (i = 0; i < writers; i++) {
		const struct dg_arena *arena = &dg_sort_writer(sort, i)->arena;

		if (arena->block)
			sum += arena->used +
			       arena->count * sizeof(struct dg_arena_entry);
	}
	return sum;
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
			now = k % 16 == 0 ? held(sort, options.writers) : 0;
			most = now > most ? now : most;
		}
		assert_int_equal(dg_sort_finish(sort, &source, NULL), 0);
		while (dg_source_next(source, &item, NULL) > 0)
			;
		now = held(sort, options.writers);
		most = now > most ? now : most;
		assert_true(most - before <= options.memory + constant);
		dg_source_close(source);
		dg_sort_free(sort);
		free_sample(&s);
	}
}

static void test_a_busy_writer_takes_what_the_others_leave(void **state)
{
	const struct dg_sort_options options = {
		.memory = 16 << 20,
		.writers = 8,
	};
	struct dg_sort_stats stats;
	struct dg_sort *sort;
	struct sample s;
	size_t i, bytes = 0;

	(void)state;
	make_sample(&s, 100000, 200000, 700, 5);
	assert_int_equal(dg_sort_open(&sort, &options, NULL), 0);
	/* Half of the memory and its own share, less the buffer and entries. */
	for (i = 0; bytes < (8u << 20); i++) {
		assert_int_equal(dg_sort_add(dg_sort_writer(sort, 3),
					     &s.items[i], i, NULL),
				 0);
		bytes += s.items[i].line.len + s.items[i].key.len + 32;
	}
	dg_sort_stats(sort, &stats);
	assert_int_equal(stats.runs, 0);
	/* The others still have their own. */
	for (bytes = 0; bytes < (900u << 10); i++) {
		assert_int_equal(dg_sort_add(dg_sort_writer(sort, 4),
					     &s.items[i], i, NULL),
				 0);
		bytes += s.items[i].line.len + s.items[i].key.len + 32;
	}
	dg_sort_stats(sort, &stats);
	assert_int_equal(stats.runs, 0);
	dg_sort_free(sort);
	free_sample(&s);
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
		cmocka_unit_test(test_items_far_larger_than_the_memory_pass),
		cmocka_unit_test(test_longest_key_is_taken_and_no_longer),
		cmocka_unit_test(test_memory_stays_within_its_bound),
		cmocka_unit_test(
			test_a_busy_writer_takes_what_the_others_leave),
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
