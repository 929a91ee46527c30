#include "cli/quantity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_counts_have_thousands_separators(void **state)
{
	static const struct {
		uint64_t n;
		const char *text;
	} cases[] = {
		{0, "0"},
		{999, "999"},
		{1000, "1,000"},
		{1234567, "1,234,567"},
		{UINT64_MAX, "18,446,744,073,709,551,615"},
	};
	char text[DG_QUANTITY_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_string_equal(dg_quantity_count(cases[i].n, text),
				    cases[i].text);
}

static void test_one_item_is_singular(void **state)
{
	char text[DG_QUANTITY_SIZE];

	(void)state;
	assert_string_equal(dg_quantity_items(0, text), "0 items");
	assert_string_equal(dg_quantity_items(1, text), "1 item");
	assert_string_equal(dg_quantity_items(1000, text), "1,000 items");
}

static void test_bytes_have_the_unit_that_keeps_them_short(void **state)
{
	static const struct {
		double n;
		const char *text;
	} cases[] = {
		{0, "0 bytes"},       {999, "999 bytes"},  {1000, "1.0 kB"},
		{999949, "999.9 kB"}, {999960, "1.0 MB"},  {8123456, "8.1 MB"},
		{7e9, "7.0 GB"},      {5e15, "5000.0 TB"},
	};
	char text[DG_QUANTITY_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_string_equal(dg_quantity_bytes(cases[i].n, text),
				    cases[i].text);
}

static void test_spans_of_time_show_hours_only_when_there_are_some(void **state)
{
	char text[DG_QUANTITY_SIZE];

	(void)state;
	assert_string_equal(dg_quantity_time(7, text), "0:07");
	assert_string_equal(dg_quantity_time(754, text), "12:34");
	assert_string_equal(dg_quantity_time(11105, text), "3:05:05");
}

static void test_sizes_take_units_of_1024(void **state)
{
	static const struct {
		const char *text;
		uint64_t size; /* 0: refused */
	} cases[] = {
		{"1048576", 1 << 20},
		{"64M", 64 << 20},
		{"64m", 64 << 20},
		{"2G", 2ull << 30},
		{"1KB", 1024},
		{"3MiB", 3 << 20},
		{"1T", 1ull << 40},
		{"", 0},
		{"M", 0},
		{"-1M", 0},
		{"1.5G", 0},
		{"64 M", 0},
		{"64Mi", 0},
		{"64MM", 0},
		{"+1", 0},
		{"0x10", 0},
		{"16777216T", 0},
		{"18446744073709551616", 0},
	};
	uint64_t size;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(dg_quantity_parse_size(cases[i].text, &size),
				 cases[i].size != 0);
		if (cases[i].size)
			assert_int_equal(size, cases[i].size);
	}
}

static void test_changes_are_counted_unless_nothing_can_be_compared(
	void **state)
{
	struct dg_changes changes = {DG_CHANGES_COUNTED, 12, 3, 1, false};
	char text[DG_QUANTITY_SIZE];

	(void)state;
	assert_string_equal(dg_quantity_changes(&changes, text), "+12 ~3 -1");
	changes.schema_changed = true;
	assert_string_equal(dg_quantity_changes(&changes, text),
			    "+12 ~3 -1, settings");
	changes.kind = DG_CHANGES_NOT_COMPARABLE;
	assert_string_equal(dg_quantity_changes(&changes, text),
			    "not comparable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_have_thousands_separators),
		cmocka_unit_test(test_one_item_is_singular),
		cmocka_unit_test(
			test_bytes_have_the_unit_that_keeps_them_short),
		cmocka_unit_test(
			test_spans_of_time_show_hours_only_when_there_are_some),
		cmocka_unit_test(test_sizes_take_units_of_1024),
		cmocka_unit_test(
			test_changes_are_counted_unless_nothing_can_be_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
