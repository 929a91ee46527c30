#include "item/canon.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct dg_key_schema by_id = {1, {{"id", 'S'}}};

struct fixture {
	struct dg_canon *canon;
	struct dg_buf line;
	struct dg_buf key;
	struct dg_error err;
	size_t used;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || dg_canon_new(&f->canon, NULL) < 0)
		return -1;
	dg_buf_init(&f->line, SIZE_MAX);
	dg_buf_init(&f->key, SIZE_MAX);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	dg_canon_free(f->canon);
	dg_buf_free(&f->line);
	dg_buf_free(&f->key);
	free(f);
	return 0;
}

static int read_item(struct fixture *f, const struct dg_key_schema *keys,
		     struct dg_slice text)
{
	dg_buf_clear(&f->line);
	dg_buf_clear(&f->key);
	return dg_canon_item(f->canon, keys, text, &f->used, &f->line, &f->key,
			     &f->err);
}

/* An attribute's value in any spelling, and the canonical one. */
struct spelling {
	const char *value;
	const char *canonical;
};

static void expect_values(struct fixture *f, const struct spelling *s,
			  size_t count)
{
	struct dg_buf text = DG_BUF_INIT(SIZE_MAX);
	struct dg_buf wanted = DG_BUF_INIT(SIZE_MAX);
	size_t i;

	for (i = 0; i < count; i++) {
		dg_buf_clear(&text);
		dg_buf_clear(&wanted);
		dg_buf_addf(&text, NULL, "{\"a\":%s}", s[i].value);
		dg_buf_addf(&wanted, NULL, "{\"a\":%s}", s[i].canonical);
		if (read_item(f, NULL, dg_buf_slice(&text)) < 0)
			fail_msg("%s: %s", s[i].value, f->err.message);
		assert_string_equal(dg_buf_str(&f->line), dg_buf_str(&wanted));
		assert_int_equal(f->used, text.len);
		assert_int_equal(read_item(f, NULL, dg_buf_slice(&wanted)), 0);
		assert_string_equal(dg_buf_str(&f->line), dg_buf_str(&wanted));
	}
	dg_buf_free(&text);
	dg_buf_free(&wanted);
}

#define EXPECT_VALUES(f, table)                                                \
	expect_values(f, table, sizeof(table) / sizeof((table)[0]))

static void test_strings_escape_only_what_they_must(void **state)
{
	static const struct spelling table[] = {
		{"{\"S\":\"\"}", "{\"S\":\"\"}"},
		{"{\"S\":\"\\u0000\\u001F\"}", "{\"S\":\"\\u0000\\u001f\"}"},
		{"{\"S\":\"\\u0008\\u0009\\u000a\\u000C\\u000d\"}",
		 "{\"S\":\"\\b\\t\\n\\f\\r\"}"},
		{"{\"S\":\"\\/\\u002f\\u0022\\u005c\"}",
		 "{\"S\":\"//\\\"\\\\\"}"},
		{"{\"S\":\"\\u007f\x7f\"}", "{\"S\":\"\x7f\x7f\"}"},
		{"{\"S\":\"\\u00e9\\u20AC\"}",
		 "{\"S\":\"\xc3\xa9\xe2\x82\xac\"}"},
		{"{\"S\":\"\xf4\x8f\xbf\xbf\xef\xbf\xbf\"}",
		 "{\"S\":\"\xf4\x8f\xbf\xbf\xef\xbf\xbf\"}"},
		{"{\"S\":\"sixteen bytes and more: \\u0041 at the end\"}",
		 "{\"S\":\"sixteen bytes and more: A at the end\"}"},
		{"{\"\\u0053\":\"escaped tag\"}", "{\"S\":\"escaped tag\"}"},
	};

	EXPECT_VALUES(*state, table);
}

static void test_surrogates_are_joined_or_kept_as_escapes(void **state)
{
	static const struct spelling table[] = {
		{"{\"S\":\"\\uD83D\\uDE00\"}", "{\"S\":\"\xf0\x9f\x98\x80\"}"},
		{"{\"S\":\"\\uD83D!\"}", "{\"S\":\"\\ud83d!\"}"},
		{"{\"S\":\"\\uD83D\\uE000\"}",
		 "{\"S\":\"\\ud83d\xee\x80\x80\"}"},
		{"{\"S\":\"\\uD83D\\u0041\"}", "{\"S\":\"\\ud83dA\"}"},
		{"{\"S\":\"\\uDE00\\uD83D\"}", "{\"S\":\"\\ude00\\ud83d\"}"},
		{"{\"S\":\"\\uD83D\\uD83D\\uDE00\"}",
		 "{\"S\":\"\\ud83d\xf0\x9f\x98\x80\"}"},
		{"{\"S\":\"\\uDBFF\\uDFFF\"}", "{\"S\":\"\xf4\x8f\xbf\xbf\"}"},
	};

	EXPECT_VALUES(*state, table);
}

static void test_values_of_all_types_have_one_spelling(void **state)
{
	static const struct spelling table[] = {
		{" { \"N\" :\t\"1E+5\"\r\n} ", "{\"N\":\"100000\"}"},
		{"{\"N\":\"\\u0031\\u0030\"}", "{\"N\":\"10\"}"},
		{"{\"B\":\"QQ\"}", "{\"B\":\"QQ==\"}"},
		{"{\"B\":\"QR==\"}", "{\"B\":\"QQ==\"}"},
		{"{\"B\":\"QUJ\"}", "{\"B\":\"QUI=\"}"},
		{"{\"B\":\"\\/w==\"}", "{\"B\":\"/w==\"}"},
		{"{\"B\":\"\"}", "{\"B\":\"\"}"},
		{"{\"BOOL\": false}", "{\"BOOL\":false}"},
		{"{\"NULL\": true}", "{\"NULL\":true}"},
		{"{\"L\":[ ]}", "{\"L\":[]}"},
		{"{\"M\":{ }}", "{\"M\":{}}"},
		{"{\"L\":[{\"S\":\"b\"},{\"S\":\"a\"}]}",
		 "{\"L\":[{\"S\":\"b\"},{\"S\":\"a\"}]}"},
		{"{\"M\":{\"b\":{\"M\":{\"d\":{\"N\":\"1\"},\"c\":{\"N\":"
		 "\"2\"}}},\"a\":{\"S\":\"\"}}}",
		 "{\"M\":{\"a\":{\"S\":\"\"},\"b\":{\"M\":{\"c\":{\"N\":"
		 "\"2\"},\"d\":{\"N\":\"1\"}}}}}"},
	};

	EXPECT_VALUES(*state, table);
}

static void test_sets_are_sorted_by_their_values(void **state)
{
	static const struct spelling table[] = {
		{"{\"SS\":[\"b\",\"\",\"a\\u0000\",\"a\"]}",
		 "{\"SS\":[\"\",\"a\",\"a\\u0000\",\"b\"]}"},
		/* U+E000 is EE.., the surrogate ED.., U+10000 F0.. */
		{"{\"SS\":[\"\\ud800\\udc00\",\"\\ue000\",\"\\ud83d\"]}",
		 "{\"SS\":[\"\\ud83d\",\"\xee\x80\x80\",\"\xf0\x90\x80\x80\"]"
		 "}"},
		{"{\"NS\":[\"10\",\"9\",\"-1\",\"-1.5\",\"0.5\",\"0\",\"-20\"]"
		 "}",
		 "{\"NS\":[\"-20\",\"-1.5\",\"-1\",\"0\",\"0.5\",\"9\",\"10\"]"
		 "}"},
		{"{\"BS\":[\"QQA=\",\"/w==\",\"QQ==\",\"\",\"QUI=\"]}",
		 "{\"BS\":[\"\",\"QQ==\",\"QQA=\",\"QUI=\",\"/w==\"]}"},
	};

	EXPECT_VALUES(*state, table);
}

static void test_names_are_sorted_by_their_utf8_bytes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		read_item(f, NULL,
			  DG_SLICE("{\"\\uD800\\uDC00\":{\"N\":\"1\"},"
				   "\"\\uE000\":{\"N\":\"2\"},"
				   "\"\\uD800\":{\"N\":\"3\"},"
				   "\"longer than eight b\":{\"N\":\"4\"},"
				   "\"longer than eight a\":{\"N\":\"5\"},"
				   "\"Z\":{\"N\":\"6\"},\"\":{\"N\":\"7\"},"
				   "\"Z\\n\":{\"N\":\"8\"}}")),
		0);
	assert_string_equal(dg_buf_str(&f->line),
			    "{\"\":{\"N\":\"7\"},\"Z\":{\"N\":\"6\"},"
			    "\"Z\\n\":{\"N\":\"8\"},"
			    "\"longer than eight a\":{\"N\":\"5\"},"
			    "\"longer than eight b\":{\"N\":\"4\"},"
			    "\"\\ud800\":{\"N\":\"3\"},"
			    "\"\xee\x80\x80\":{\"N\":\"2\"},"
			    "\"\xf0\x90\x80\x80\":{\"N\":\"1\"}}");
}

static void test_hundreds_of_names_are_sorted(void **state)
{
	struct fixture *f = *state;
	struct dg_buf text = DG_BUF_INIT(SIZE_MAX);
	struct dg_buf wanted = DG_BUF_INIT(SIZE_MAX);
	int i;

	for (i = 0; i < 500; i++) {
		/* 7 has no divisor in common with 500: each name once. */
		dg_buf_addf(&text, NULL, "%c\"n%03d\":{\"L\":[]}",
			    i ? ',' : '{', i * 7 % 500);
		dg_buf_addf(&wanted, NULL, "%c\"n%03d\":{\"L\":[]}",
			    i ? ',' : '{', i);
	}
	dg_buf_add_char(&text, '}', NULL);
	dg_buf_add_char(&wanted, '}', NULL);
	assert_int_equal(read_item(f, NULL, dg_buf_slice(&text)), 0);
	assert_string_equal(dg_buf_str(&f->line), dg_buf_str(&wanted));
	dg_buf_free(&text);
	dg_buf_free(&wanted);
}

static void test_only_the_item_is_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_item(f, NULL, DG_SLICE(" \n{} ,{\"b\"")), 0);
	assert_int_equal(f->used, 4);
	assert_string_equal(dg_buf_str(&f->line), "{}");
}

struct refusal {
	const char *item;
	const char *message;
	size_t offset;
};

static const struct refusal refusals[] = {
	{"", "the text ends where '{' of an item belongs", 0},
	{" []", "'[' where '{' of an item belongs", 1},
	{"{\"a\":{}}", "a value without a type tag", 6},
	{"{\"a\":{\"S\":\"\",\"N\":\"1\"}}", "a value with two type tags", 12},
	{"{\"a\":{\"X\":1}}", "unknown type tag \"X\"", 6},
	{"{\"a\":{\"SSS\":[]}}", "unknown type tag \"SSS\"", 6},
	{"{\"a\":{\"N\":1}}", "'1' where a number in quotes belongs", 10},
	{"{\"a\":{\"N\":\"NaN\"}}", "\"NaN\" is no number", 10},
	{"{\"a\":{\"N\":\"1E126\"}}", "number 1E126 is larger than 9.99E+125",
	 10},
	{"{\"a\":{\"N\":\"1E-131\"}}",
	 "number 1E-131 is closer to zero than 1E-130", 10},
	{"{\"a\":{\"B\":\"A\"}}", "\"A\" is no base64", 10},
	{"{\"a\":{\"B\":\"QQ=\"}}", "\"QQ=\" is no base64", 10},
	{"{\"a\":{\"B\":\"QUJDQ-==\"}}", "\"QUJDQ-==\" is no base64", 10},
	{"{\"a\":{\"SS\":[]}}", "empty set", 12},
	{"{\"a\":{\"SS\":[\"x\",\"y\",\"\\u0078\"]}}",
	 "duplicate set member \"x\"", 20},
	{"{\"a\":{\"NS\":[\"1\",\"1.0\"]}}", "duplicate set member \"1\"", 16},
	{"{\"a\":{\"BS\":[\"QQ==\",\"QQ\"]}}", "duplicate set member \"QQ==\"",
	 19},
	{"{\"a\":{\"BOOL\":1}}", "'1' where true or false belongs", 13},
	{"{\"a\":{\"NULL\":false}}", "'f' where true belongs", 13},
	{"{\"a\":{\"S\":\"\"},\"\\u0061\":{\"S\":\"\"}}",
	 "duplicate attribute \"a\"", 14},
	{"{\"a\":{\"M\":{\"b\":{\"L\":[]},\"b\":{\"L\":[]}}}}",
	 "duplicate map key \"b\"", 24},
	{"{\"a\":{\"S\":\"\\x\"}}", "invalid escape in a string", 11},
	{"{\"a\":{\"S\":\"\\u12g4\"}}", "invalid escape in a string", 11},
	{"{\"a\":{\"S\":\"\t\"}}", "control character 0x09 in a string", 11},
	{"{\"a\":{\"S\":\"\xc0\x80\"}}", "invalid UTF-8", 11},
	{"{\"a\":{\"S\":\"\xed\xa0\x80\"}}", "invalid UTF-8", 11},
	{"{\"a\":{\"S\":\"\xf4\x90\x80\x80\"}}", "invalid UTF-8", 11},
	{"{\"a\":{\"S\":\"\xe2\x82\"}}", "invalid UTF-8", 11},
	{"{\"a\":{\"S\":\"\"},}", "'}' where a string belongs", 14},
	{"{\"a\" {\"S\":\"\"}}", "'{' where ':' belongs", 5},
	{"{\"a\":{\"L\":[{\"S\":\"\"},]}}", "']' where '{' of a value belongs",
	 20},
	{"{\"a\":{\"S\":\"ab",
	 "the text ends where the rest of a string belongs", 13},
};

static void test_what_is_no_item_is_refused_with_its_place(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		dg_buf_clear(&f->line);
		dg_buf_add_str(&f->line, "kept", NULL);
		assert_int_equal(dg_canon_item(f->canon, NULL,
					       dg_slice_str(refusals[i].item),
					       &f->used, &f->line, NULL,
					       &f->err),
				 DG_EINVALID);
		assert_string_equal(f->err.message, refusals[i].message);
		assert_int_equal(dg_canon_error_offset(f->canon),
				 refusals[i].offset);
		assert_string_equal(dg_buf_str(&f->line), "kept");
	}
}

static void test_an_error_names_the_key_wherever_it_stands(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_item(f, &by_id,
				   DG_SLICE("{\"n\":{\"N\":\"x\"},\"id\":"
					    "{\"S\":\"u1\"}}")),
			 DG_EINVALID);
	assert_string_equal(f->err.message, "\"x\" is no number, in item "
					    "{\"id\":{\"S\":\"u1\"}}");
}

static void test_a_key_of_another_type_or_none_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		read_item(f, &by_id, DG_SLICE("{\"id\":{\"N\":\"1\"}}")),
		DG_EINVALID);
	assert_string_equal(f->err.message,
			    "key attribute \"id\" is not of type S, in item "
			    "{\"id\":{\"N\":\"1\"}}");
	assert_int_equal(
		read_item(f, &by_id, DG_SLICE("{\"Id\":{\"S\":\"1\"}}")),
		DG_EINVALID);
	assert_string_equal(f->err.message, "no key attribute \"id\"");
}

/* An item whose deepest value is at this depth. */
static void nest(struct dg_buf *text, int depth)
{
	int i;

	dg_buf_clear(text);
	dg_buf_add_str(text, "{\"a\":", NULL);
	for (i = 1; i < depth; i++)
		dg_buf_add_str(text, "{\"L\":[", NULL);
	dg_buf_add_str(text, "{\"L\":[]}", NULL);
	for (i = 1; i < depth; i++)
		dg_buf_add_str(text, "]}", NULL);
	dg_buf_add_char(text, '}', NULL);
}

static void test_nesting_is_limited_to_64_levels(void **state)
{
	struct fixture *f = *state;
	struct dg_buf text = DG_BUF_INIT(SIZE_MAX);

	nest(&text, 64);
	assert_int_equal(read_item(f, NULL, dg_buf_slice(&text)), 0);
	assert_string_equal(dg_buf_str(&f->line), dg_buf_str(&text));
	nest(&text, 65);
	assert_int_equal(read_item(f, NULL, dg_buf_slice(&text)), DG_EINVALID);
	assert_string_equal(f->err.message, "nesting over 64 levels");
	dg_buf_free(&text);
}

static void test_an_item_of_more_than_32_mib_is_refused(void **state)
{
	struct fixture *f = *state;
	const size_t around = strlen("{\"a\":{\"S\":\"\"}}");
	struct dg_buf text = DG_BUF_INIT(SIZE_MAX);
	char *begin;

	assert_int_equal(dg_buf_reserve(&text, DG_ITEM_TEXT_MAX + 2, NULL), 0);
	dg_buf_add_str(&text, " {\"a\":{\"S\":\"", NULL);
	begin = text.ptr + text.len;
	memset(begin, 'x', DG_ITEM_TEXT_MAX - around);
	text.len += DG_ITEM_TEXT_MAX - around;
	dg_buf_add_str(&text, "\"}}", NULL);
	assert_int_equal(read_item(f, NULL, dg_buf_slice(&text)), 0);
	assert_int_equal(f->line.len, DG_ITEM_TEXT_MAX);
	text.len -= 3;
	dg_buf_add_str(&text, "x\"}}", NULL);
	assert_int_equal(read_item(f, NULL, dg_buf_slice(&text)), DG_ELIMIT);
	assert_int_equal(f->line.len, 0);
	dg_buf_free(&text);
}

static void test_numbers_cannot_make_a_line_longer_than_32_mib(void **state)
{
	struct fixture *f = *state;
	struct dg_buf text = DG_BUF_INIT(SIZE_MAX);
	int i;

	dg_buf_add_str(&text, "{\"a\":{\"L\":[", NULL);
	for (i = 0; i < 1000000; i++)
		dg_buf_add_str(&text,
			       i ? ",{\"N\":\"1E125\"}" : "{\"N\":\"1E125\"}",
			       NULL);
	dg_buf_add_str(&text, "]}}", NULL);
	assert_int_equal(read_item(f, NULL, dg_buf_slice(&text)), DG_ELIMIT);
	/* It stopped there, instead of writing all 127 MB first. */
	assert_true(f->line.cap < 3 * (size_t)DG_ITEM_TEXT_MAX);
	dg_buf_free(&text);
}

static void test_a_key_object_holds_the_key_and_nothing_else(void **state)
{
	static const struct spelling table[] = {
		{" {\"id\": {\"S\":\"a\"}} ", NULL},
		{"{\"id\":{\"S\":\"a\"},\"b\":{\"S\":\"\"}}",
		 "more attributes than the key's"},
		{"{\"id\":{\"S\":\"a\"}},", "',' where the end of the key "
					    "belongs"},
		{"{}", "no key attribute \"id\""},
	};
	struct fixture *f = *state;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (int with_line = 0; with_line < 2; with_line++) {
			dg_buf_clear(&f->line);
			dg_buf_clear(&f->key);
			rc = dg_canon_key(
				f->canon, &by_id, dg_slice_str(table[i].value),
				with_line ? &f->line : NULL, &f->key, &f->err);
			assert_int_equal(rc,
					 table[i].canonical ? DG_EINVALID : 0);
			assert_int_equal(f->key.len,
					 table[i].canonical ? 0 : 3);
			assert_string_equal(dg_buf_str(&f->line),
					    rc == 0 && with_line
						    ? "{\"id\":{\"S\":\"a\"}}"
						    : "");
		}
		if (table[i].canonical)
			assert_string_equal(f->err.message, table[i].canonical);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_strings_escape_only_what_they_must),
		TEST(test_surrogates_are_joined_or_kept_as_escapes),
		TEST(test_values_of_all_types_have_one_spelling),
		TEST(test_sets_are_sorted_by_their_values),
		TEST(test_names_are_sorted_by_their_utf8_bytes),
		TEST(test_hundreds_of_names_are_sorted),
		TEST(test_only_the_item_is_read),
		TEST(test_what_is_no_item_is_refused_with_its_place),
		TEST(test_an_error_names_the_key_wherever_it_stands),
		TEST(test_a_key_of_another_type_or_none_is_refused),
		TEST(test_nesting_is_limited_to_64_levels),
		TEST(test_an_item_of_more_than_32_mib_is_refused),
		TEST(test_numbers_cannot_make_a_line_longer_than_32_mib),
		TEST(test_a_key_object_holds_the_key_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
