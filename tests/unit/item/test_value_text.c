#include "item/value_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_values_as_people_read_them(void **state)
{
	static const struct {
		const char *value;
		const char *text;
	} cases[] = {
		{"{\"S\":\"a\\n\\\"\"}", "\"a\\n\\\"\""},
		{"{\"N\":\"-1.5\"}", "-1.5"},
		{"{\"B\":\"AAE=\"}", "<2 bytes>"},
		{"{\"B\":\"AA==\"}", "<1 byte>"},
		{"{\"B\":\"\"}", "<0 bytes>"},
		{"{\"BOOL\":false}", "false"},
		{"{\"NULL\":true}", "null"},
		{"{\"M\":{}}", "{}"},
		{"{\"M\":{\"a b\":{\"N\":\"1\"},\"c\":{\"L\":[]}}}",
		 "{\"a b\": 1, c: []}"},
		{"{\"L\":[{\"S\":\"x\"},{\"N\":\"1\"}]}", "[\"x\", 1]"},
		{"{\"SS\":[\"a\",\"b\"]}", "{\"a\", \"b\"}"},
		{"{\"NS\":[\"1\",\"2\"]}", "{1, 2}"},
		{"{\"BS\":[\"AA==\",\"AAE=\"]}", "{<1 byte>, <2 bytes>}"},
	};
	struct dg_buf out = DG_BUF_INIT(4096);
	struct dg_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		dg_buf_clear(&out);
		assert_int_equal(dg_value_text(dg_slice_str(cases[i].value),
					       false, &out, &err),
				 0);
		assert_string_equal(dg_buf_str(&out), cases[i].text);
	}
	dg_buf_clear(&out);
	assert_int_equal(
		dg_value_text(DG_SLICE("{\"B\":\"AAE=\"}"), true, &out, &err),
		0);
	assert_string_equal(dg_buf_str(&out), "<AAE=>");
	dg_buf_free(&out);
}

static void test_an_item_without_its_key(void **state)
{
	struct dg_buf out = DG_BUF_INIT(4096);
	struct dg_error err;

	(void)state;
	assert_int_equal(dg_item_text(DG_SLICE("{\"a\":{\"S\":\"1\"},\"id\":{"
					       "\"S\":\"x\"},\"z\":{\"N\":\"2\""
					       "}}"),
				      DG_SLICE("{\"id\":{\"S\":\"x\"}}"), false,
				      &out, &err),
			 0);
	assert_string_equal(dg_buf_str(&out), "{a: \"1\", z: 2}");
	dg_buf_free(&out);
}

static void test_deep_nesting_ends_in_an_error(void **state)
{
	struct dg_buf value = DG_BUF_INIT(1 << 20), out = DG_BUF_INIT(1 << 20);
	struct dg_error err;
	int i;

	(void)state;
	for (i = 0; i < 80; i++)
		dg_buf_add_str(&value, "{\"L\":[", &err);
	for (i = 0; i < 80; i++)
		dg_buf_add_str(&value, "]}", &err);
	assert_int_equal(dg_value_text(dg_buf_slice(&value), false, &out, &err),
			 DG_EINVALID);
	dg_buf_free(&value);
	dg_buf_free(&out);
}

static void expect_short(const char *a, const char *b, size_t limit,
			 const char *short_a, const char *short_b)
{
	struct dg_buf x = DG_BUF_INIT(4096), y = DG_BUF_INIT(4096);
	struct dg_error err;

	dg_buf_add_str(&x, a, &err);
	dg_buf_add_str(&y, b, &err);
	assert_int_equal(dg_text_shorten(&x, &y, limit, &err), 0);
	assert_string_equal(dg_buf_str(&x), short_a);
	assert_string_equal(dg_buf_str(&y), short_b);
	dg_buf_free(&x);
	dg_buf_free(&y);
}

static void test_long_texts_are_cut_around_the_difference(void **state)
{
	(void)state;
	expect_short("abc", "abd", 9, "abc", "abd");
	expect_short("0123456789abcdefXghijklmnop",
		     "0123456789abcdefYghijklmnop", 9, "…defXghijk…",
		     "…defYghijk…");
	expect_short("0123456789", "", 4, "0123…", "");
	expect_short("x0123456789", "y", 4, "x012…", "y");
	/* Never inside a character: é and è share their first byte. */
	expect_short("ééééééééé", "éééééééèé", 6, "…éééé", "…ééèé");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_as_people_read_them),
		cmocka_unit_test(test_an_item_without_its_key),
		cmocka_unit_test(test_deep_nesting_ends_in_an_error),
		cmocka_unit_test(test_long_texts_are_cut_around_the_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
