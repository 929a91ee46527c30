#include "cli/quantity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_one_item_is_singular(void **state)
{
	char text[DG_QUANTITY_SIZE];

	(void)state;
	assert_string_equal(dg_quantity_items(0, text), "0 items");
	assert_string_equal(dg_quantity_items(1, text), "1 item");
	assert_string_equal(dg_quantity_items(1000, text), "1,000 items");
}

static void test_spans_of_time_show_hours_only_when_there_are_some(void **state)
{
	char text[DG_QUANTITY_SIZE];

	(void)state;
	assert_string_equal(dg_quantity_time(7, text), "0:07");
	assert_string_equal(dg_quantity_time(754, text), "12:34");
	assert_string_equal(dg_quantity_time(11105, text), "3:05:05");
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
		cmocka_unit_test(test_one_item_is_singular),
		cmocka_unit_test(
			test_spans_of_time_show_hours_only_when_there_are_some),
		cmocka_unit_test(
			test_changes_are_counted_unless_nothing_can_be_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
