#include "item/token.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void expect_slice(struct dg_slice s, const char *wanted)
{
	assert_int_equal(s.len, strlen(wanted));
	assert_memory_equal(s.ptr, wanted, s.len);
}

static void test_members_and_elements_are_pulled_in_order(void **state)
{
	struct dg_token t;
	struct dg_slice name, value;
	bool first = true, first_element = true;
	uint64_t n = 0;
	double d = 0;

	(void)state;
	dg_token_init(&t,
		      DG_SLICE(" {\"Items\" : [ {\"a\":[1,{}]} , \"x\\\"\" ]"
			       ",\"Count\":2, \"Units\":-12.5e-1} "));
	assert_int_equal(dg_token_begin_object(&t, NULL), 0);
	assert_int_equal(dg_token_member(&t, &first, &name, NULL), 1);
	expect_slice(name, "Items");
	assert_int_equal(dg_token_begin_array(&t, NULL), 0);
	assert_int_equal(dg_token_element(&t, &first_element, NULL), 1);
	assert_int_equal(dg_token_value(&t, &value, NULL), 0);
	expect_slice(value, "{\"a\":[1,{}]}");
	assert_int_equal(dg_token_element(&t, &first_element, NULL), 1);
	assert_int_equal(dg_token_string(&t, &value, NULL), 0);
	expect_slice(value, "x\\\"");
	assert_int_equal(dg_token_element(&t, &first_element, NULL), 0);
	assert_int_equal(dg_token_member(&t, &first, &name, NULL), 1);
	expect_slice(name, "Count");
	assert_int_equal(dg_token_u64(&t, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(dg_token_member(&t, &first, &name, NULL), 1);
	assert_int_equal(dg_token_double(&t, &d, NULL), 0);
	assert_true(d == -1.25);
	assert_int_equal(dg_token_member(&t, &first, &name, NULL), 0);
	assert_int_equal(dg_token_end(&t, NULL), 0);
}

static void test_values_of_every_kind_are_stepped_over(void **state)
{
	static const char *const values[] = {
		"{}",
		"[]",
		"\"\"",
		"\"\\\\\"",
		"\"\\\\\\\"\"",
		"true",
		"false",
		"null",
		"0",
		"-1.5E+7",
		"10",
		"[[],{},[{\"a\":{\"b\":[null]}}]]",
		"{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }",
	};
	struct dg_slice value;
	struct dg_token t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		dg_token_init(&t, dg_slice_str(values[i]));
		assert_int_equal(dg_token_value(&t, &value, NULL), 0);
		expect_slice(value, values[i]);
		assert_int_equal(dg_token_end(&t, NULL), 0);
	}
}

struct refusal {
	const char *text;
	const char *message;
	size_t offset;
};

static void test_what_is_no_json_is_refused_with_its_place(void **state)
{
	static const struct refusal table[] = {
		{"", "the text ends where a value belongs", 0},
		{"]", "']' where a value belongs", 0},
		{"[1,]", "']' where a value belongs", 3},
		{"[1 2]", "'2' where ',' or ']' belongs", 3},
		{"[1}", "'}' where ',' or ']' belongs", 2},
		{"{\"a\":1,}", "'}' where a member's name belongs", 7},
		{"{\"a\" 1}", "'1' where ':' belongs", 5},
		{"{1:2}", "'1' where a member's name belongs", 1},
		{"\"a\\\"", "the text ends where the rest of a string belongs",
		 4},
		{"trye", "'t' where true belongs", 0},
		{"01", NULL, 1},
		{"-", "the text ends where a digit belongs", 1},
		{"1.", "the text ends where a digit belongs", 2},
		{"1e+", "the text ends where a digit belongs", 3},
		{"[", "the text ends where a value belongs", 1},
		{"\x80", "byte 0x80 where a value belongs", 0},
	};
	struct dg_error err;
	struct dg_slice value;
	struct dg_token t;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		dg_token_init(&t, dg_slice_str(table[i].text));
		rc = dg_token_value(&t, &value, &err);
		if (rc == 0)
			rc = dg_token_end(&t, &err);
		assert_int_equal(rc, DG_EINVALID);
		if (table[i].message)
			assert_string_equal(err.message, table[i].message);
		assert_int_equal(dg_token_offset(&t), table[i].offset);
	}
}

static void test_nesting_is_limited(void **state)
{
	char text[2 * DG_TOKEN_DEPTH_MAX + 3];
	struct dg_slice value;
	struct dg_token t;
	size_t depth;

	(void)state;
	for (depth = DG_TOKEN_DEPTH_MAX; depth <= DG_TOKEN_DEPTH_MAX + 1;
	     depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		dg_token_init(&t, dg_slice_of(text, 2 * depth));
		assert_int_equal(dg_token_value(&t, &value, NULL),
				 depth > DG_TOKEN_DEPTH_MAX ? DG_EINVALID : 0);
	}
}

static void test_whole_numbers_are_read_exactly_or_refused(void **state)
{
	static const char *const refused[] = {
		"-1", "1.0", "1e3", "01", "18446744073709551616", "\"1\"", "",
	};
	struct dg_token t;
	uint64_t n = 0;
	size_t i;

	(void)state;
	dg_token_init(&t, DG_SLICE("18446744073709551615"));
	assert_int_equal(dg_token_u64(&t, &n, NULL), 0);
	assert_true(n == UINT64_MAX);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		dg_token_init(&t, dg_slice_str(refused[i]));
		assert_int_equal(dg_token_u64(&t, &n, NULL), DG_EINVALID);
	}
}

/* Feeds text byte by byte; the length that is found, and when. */
static size_t complete_at(const char *text, size_t *when)
{
	struct dg_token_progress progress = {0};
	size_t length, i;

	for (i = 0; i <= strlen(text); i++) {
		assert_int_equal(dg_token_complete(dg_slice_of(text, i),
						   &progress, &length, NULL),
				 0);
		if (length > 0) {
			*when = i;
			return length;
		}
	}
	*when = 0;
	return 0;
}

struct piece {
	const char *text;
	size_t length;
	size_t when;
};

static void test_a_value_is_complete_with_its_last_byte(void **state)
{
	static const struct piece table[] = {
		{" {\"a\":\"}\\\"\\\\\"} x", 14, 14},
		{"[[],{}],", 7, 7},
		{"\"a\\\"b\",", 6, 6},
		{"12 ", 2, 3},
		{"true}", 4, 5},
		{"12", 0, 0},
		{"{\"a\":1", 0, 0},
		{"  ", 0, 0},
	};
	size_t i, when;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(complete_at(table[i].text, &when),
				 table[i].length);
		assert_int_equal(when, table[i].when);
	}
}

static void test_what_can_be_no_value_is_refused_at_once(void **state)
{
	struct dg_token_progress progress = {0};
	struct dg_error err;
	size_t length;

	(void)state;
	assert_int_equal(dg_token_complete(DG_SLICE("  <?xml"), &progress,
					   &length, &err),
			 DG_EINVALID);
	assert_string_equal(err.message, "'<' where a value belongs");
	assert_int_equal(progress.offset, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_and_elements_are_pulled_in_order),
		cmocka_unit_test(test_values_of_every_kind_are_stepped_over),
		cmocka_unit_test(
			test_what_is_no_json_is_refused_with_its_place),
		cmocka_unit_test(test_nesting_is_limited),
		cmocka_unit_test(
			test_whole_numbers_are_read_exactly_or_refused),
		cmocka_unit_test(test_a_value_is_complete_with_its_last_byte),
		cmocka_unit_test(test_what_can_be_no_value_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
