#include "item/sort_sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
