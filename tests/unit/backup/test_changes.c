#include "backup/changes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_counts_print_as_the_trailer_and_read_back(void **state)
{
	static const struct dg_changes cases[] = {
		{.added = 0, .changed = 0, .removed = 0},
		{.added = 12, .changed = 3, .removed = 1},
		{.added = UINT64_MAX, .changed = 1, .removed = UINT64_MAX},
	};
	struct dg_changes back;
	char text[96];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		dg_changes_short(&cases[i], text, sizeof(text));
		assert_true(dg_changes_parse(&back, text));
		assert_true(back.added == cases[i].added);
		assert_true(back.changed == cases[i].changed);
		assert_true(back.removed == cases[i].removed);
	}
	dg_changes_short(&cases[1], text, sizeof(text));
	assert_string_equal(text, "+12 ~3 -1");
}

static void test_anything_else_is_no_trailer_of_changes(void **state)
{
	static const char *const cases[] = {
		"",           "+12",
		"+12 ~3",     "12 ~3 -1",
		"+12 ~3 -",   "+12 ~3 -1x",
		"+1 ~2 -3 4", "+a ~2 -3",
		"+-1 ~2 -3",  "+18446744073709551616 ~0 -0",
	};
	struct dg_changes out;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_false(dg_changes_parse(&out, cases[i]));
}

static void test_text_for_people_has_thousands_separators(void **state)
{
	const struct dg_changes changes = {
		.added = 1234, .changed = 0, .removed = 1000000};
	char text[160];

	(void)state;
	assert_string_equal(dg_changes_text(&changes, text, sizeof(text)),
			    "1,234 added, 0 changed, 1,000,000 removed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_counts_print_as_the_trailer_and_read_back),
		cmocka_unit_test(test_anything_else_is_no_trailer_of_changes),
		cmocka_unit_test(test_text_for_people_has_thousands_separators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
