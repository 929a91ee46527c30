#include <ddbgit/slice.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void test_order_is_that_of_unsigned_bytes(void **state)
{
	/* Ascending. */
	static const struct dg_slice slices[] = {
		{"", 0},   {"\0", 1}, {"\0\0", 2}, {"a", 1},    {"a\0", 2},
		{"aa", 2}, {"b", 1},  {"\x7f", 1}, {"\x80", 1}, {"\xff", 1},
	};
	const size_t n = sizeof(slices) / sizeof(slices[0]);
	size_t i, k;

	(void)state;
	for (i = 0; i < n; i++) {
		for (k = 0; k < n; k++) {
			assert_int_equal(
				sign(dg_slice_compare(slices[i], slices[k])),
				sign((int)i - (int)k));
			assert_int_equal(dg_slice_equal(slices[i], slices[k]),
					 i == k);
		}
	}
}

static void test_null_is_the_empty_slice(void **state)
{
	struct dg_slice none = dg_slice_str(NULL);

	(void)state;
	assert_true(dg_slice_equal(none, DG_SLICE("")));
	assert_int_equal(dg_slice_compare(none, DG_SLICE("")), 0);
	assert_true(dg_slice_starts_with(none, none));
}

static void test_prefix_is_found_at_the_start_only(void **state)
{
	(void)state;
	assert_true(dg_slice_starts_with(DG_SLICE("abc"), DG_SLICE("ab")));
	assert_true(dg_slice_starts_with(DG_SLICE("abc"), DG_SLICE("abc")));
	assert_false(dg_slice_starts_with(DG_SLICE("abc"), DG_SLICE("abcd")));
	assert_false(dg_slice_starts_with(DG_SLICE("abc"), DG_SLICE("bc")));
}

static void test_blanks_are_trimmed_at_both_ends(void **state)
{
	(void)state;
	assert_true(dg_slice_equal(dg_slice_trim(DG_SLICE(" \t\r\na b\n ")),
				   DG_SLICE("a b")));
	assert_int_equal(dg_slice_trim(DG_SLICE(" \n ")).len, 0);
	assert_int_equal(dg_slice_trim(dg_slice_str(NULL)).len, 0);
}

static void test_lines_are_taken_off_one_by_one(void **state)
{
	struct dg_slice text = DG_SLICE("a b\n\nlast");
	struct dg_slice ended = DG_SLICE("last\n");

	(void)state;
	assert_true(dg_slice_equal(dg_slice_take_line(&text), DG_SLICE("a b")));
	assert_int_equal(dg_slice_take_line(&text).len, 0);
	assert_true(dg_slice_equal(text, DG_SLICE("last")));
	assert_true(
		dg_slice_equal(dg_slice_take_line(&text), DG_SLICE("last")));
	assert_int_equal(text.len, 0);
	assert_true(
		dg_slice_equal(dg_slice_take_line(&ended), DG_SLICE("last")));
	assert_int_equal(ended.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_is_that_of_unsigned_bytes),
		cmocka_unit_test(test_null_is_the_empty_slice),
		cmocka_unit_test(test_prefix_is_found_at_the_start_only),
		cmocka_unit_test(test_blanks_are_trimmed_at_both_ends),
		cmocka_unit_test(test_lines_are_taken_off_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
