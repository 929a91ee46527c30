#include "base/json.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

static struct dg_json *parse(const char *text)
{
	struct dg_json *root = NULL;
	struct dg_error err = {0};

	if (dg_json_parse(&root, dg_slice_str(text), &err) < 0)
		fail_msg("%s: %s", text, err.message);
	return root;
}

static void check_print(const char *text, bool pretty, const char *expected)
{
	struct dg_json *root = parse(text);
	struct dg_buf out = DG_BUF_INIT(100000);

	assert_int_equal(dg_json_print(root, pretty, &out, NULL), 0);
	assert_string_equal(dg_buf_str(&out), expected);
	dg_buf_free(&out);
	dg_json_free(root);
}

static void test_malformed_text_is_refused_with_its_offset(void **state)
{
	static const struct {
		const char *text;
		const char *message; /* after "malformed JSON: " */
	} cases[] = {
		{"", "expected a value at byte 0"},
		{"{", "expected a string at byte 1"},
		{"{}x", "text after the value at byte 2"},
		{"{} {}", "text after the value at byte 3"},
		{"[1,]", "expected a value at byte 3"},
		{"[1 2]", "expected ',' or ']' at byte 3"},
		{"{\"a\":1,}", "expected a string at byte 7"},
		{"{\"a\" 1}", "expected ':' at byte 5"},
		{"{\"a\":1 \"b\"}", "expected ',' or '}' at byte 7"},
		{"nul", "expected a value at byte 0"},
		{"NaN", "expected a value at byte 0"},
		{"+1", "expected a value at byte 0"},
		{"01", "text after the value at byte 1"},
		{"-", "expected a value at byte 1"},
		{"1.", "number without digits at byte 2"},
		{"1e+", "number without digits at byte 3"},
		{"0.12345678901234567890123456789012345678901234567890"
		 "123456789012",
		 "number with too many digits at byte 64"},
		{"[-1e309]", "number too large at byte 7"},
		{"\"abc", "string without end at byte 4"},
		{"\"a\nb\"", "control character in a string at byte 2"},
		{"\"\\x\"", "unknown escape at byte 2"},
		{"\"\\u12g4\"", "unknown escape at byte 3"},
		{"\"a\\u0000\"", "U+0000 is not supported here at byte 4"},
		{"\"\\udc00\"", "unpaired surrogate at byte 3"},
		{"\"\\ud800x\"", "unpaired surrogate at byte 7"},
		{"\"\\ud800\\u0041\"", "unpaired surrogate at byte 7"},
		{"\"\xff\"", "invalid UTF-8 at byte 1"},
		{"\"\xed\xa0\x80\"", "invalid UTF-8 at byte 1"},
	};
	struct dg_error err = {0};
	struct dg_json *root;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			dg_json_parse(&root, dg_slice_str(cases[i].text), &err),
			DG_EINVALID);
		assert_string_equal(err.message + strlen("malformed JSON: "),
				    cases[i].message);
	}
}

static void test_zero_bytes_do_not_end_the_text(void **state)
{
	struct dg_json *root;

	(void)state;
	assert_int_equal(dg_json_parse(&root, dg_slice_of("{}\0", 3), NULL),
			 DG_EINVALID);
	assert_int_equal(dg_json_parse(&root, dg_slice_of("\"\\\0\"", 4), NULL),
			 DG_EINVALID);
	assert_int_equal(dg_json_parse(&root, dg_slice_str(NULL), NULL),
			 DG_EINVALID);
}

static void test_same_name_twice_is_refused(void **state)
{
	struct dg_error err = {0};
	struct dg_json *root;

	(void)state;
	assert_int_equal(
		dg_json_parse(
			&root,
			DG_SLICE("[{\"x\":{\"a\":1,\"b\":2,\"\\u0061\":3}}]"),
			&err),
		DG_EINVALID);
	assert_string_equal(err.message, "malformed JSON: the name 'a' stands "
					 "twice in one object");
	dg_json_free(parse("{\"a\":{\"a\":1},\"A\":2}"));
}

static void test_nesting_ends_at_64_levels(void **state)
{
	char text[200];
	struct dg_json *root;

	(void)state;
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	assert_int_equal(dg_json_parse(&root, dg_slice_of(text, 130), NULL),
			 DG_EINVALID);
	assert_int_equal(dg_json_parse(&root, dg_slice_of(text + 1, 128), NULL),
			 0);
	dg_json_free(root);
	memset(text, '[', sizeof(text));
	assert_int_equal(dg_json_parse(&root, dg_slice_of(text, 200), NULL),
			 DG_EINVALID);
}

static void test_getters_say_nothing_of_other_types(void **state)
{
	struct dg_json *root =
		parse("{\"s\":\"x\",\"n\":7,\"f\":1.5,\"neg\":-1,\"b\":true,"
		      "\"big\":9007199254740993,\"max\":9007199254740992,"
		      "\"a\":[1,2]}");
	uint64_t n = 99;
	double d;

	(void)state;
	assert_string_equal(dg_json_get_string(root, "s"), "x");
	assert_null(dg_json_get_string(root, "n"));
	assert_null(dg_json_get_string(root, "S"));
	assert_null(dg_json_get_string(NULL, "s"));
	assert_true(dg_json_get_u64(root, "n", &n));
	assert_int_equal(n, 7);
	assert_false(dg_json_get_u64(root, "f", &n));
	assert_false(dg_json_get_u64(root, "neg", &n));
	assert_false(dg_json_get_u64(root, "s", &n));
	assert_int_equal(n, 7);
	assert_true(dg_json_get_u64(root, "max", &n));
	assert_true(n == 1ull << 53);
	assert_true(dg_json_get_double(root, "f", &d) && d > 1.4 && d < 1.6);
	assert_true(dg_json_get_bool(root, "b", false));
	assert_true(dg_json_get_bool(root, "none", true));
	assert_int_equal(dg_json_length(dg_json_get(root, "a")), 2);
	assert_null(dg_json_get(dg_json_get(root, "a"), "s"));
	assert_null(dg_json_first(NULL));
	dg_json_free(root);
	dg_json_free(NULL);
}

static void test_print_is_exact(void **state)
{
	static const char *const same[] = {
		"{}",
		"[]",
		"null",
		"[true,false,null]",
		"[0,-1,9007199254740992,1738000000]",
		"[1.5,0.1,1738000000.123,1e+100]",
		"\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\"",
		"\"\xc3\xa9\xf0\x9f\x98\x80\x7f\"",
		"{\"a\":{\"b\":[{},[]]}}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		check_print(same[i], false, same[i]);
	check_print("\"\\u00e9\\ud83d\\ude00\\/\"", false,
		    "\"\xc3\xa9\xf0\x9f\x98\x80/\"");
	check_print(" [ 1.0 , -0.0, 1E2 ] ", false, "[1,0,100]");
}

static void test_pretty_print_indents_by_four(void **state)
{
	(void)state;
	check_print("{\"a\":[1,{\"b\":2}],\"c\":{},\"d\":[]}", true,
		    "{\n    \"a\": [\n        1,\n        {\n"
		    "            \"b\": 2\n        }\n    ],\n"
		    "    \"c\": {},\n    \"d\": []\n}");
}

static void test_members_are_sorted_at_every_depth(void **state)
{
	struct dg_json *root = parse("{\"b\":{\"z\":1,\"y\":2,\"x\":3},"
				     "\"a\":[{\"d\":1,\"c\":2}],\"B\":0}");
	struct dg_buf out = DG_BUF_INIT(1000);

	(void)state;
	dg_json_sort_members(root);
	dg_json_set_u64(root, "last", 1, NULL);
	dg_json_print(root, false, &out, NULL);
	assert_string_equal(out.ptr,
			    "{\"B\":0,\"a\":[{\"c\":2,\"d\":1}],"
			    "\"b\":{\"x\":3,\"y\":2,\"z\":1},\"last\":1}");
	dg_buf_free(&out);
	dg_json_free(root);
}

static int by_key(const struct dg_json *a, const struct dg_json *b)
{
	uint64_t x = 0, y = 0;

	dg_json_get_u64(a, "k", &x);
	dg_json_get_u64(b, "k", &y);
	return (x > y) - (x < y);
}

static void test_array_sort_is_stable(void **state)
{
	struct dg_json *root =
		parse("[{\"k\":2,\"i\":0},{\"k\":1,\"i\":1},{\"k\":2,\"i\":2},"
		      "{\"k\":1,\"i\":3},{\"k\":0,\"i\":4}]");
	struct dg_json *extra = NULL;
	struct dg_buf out = DG_BUF_INIT(1000);

	(void)state;
	dg_json_sort_array(root, by_key);
	/* Appending uses the link from the first node to the last. */
	assert_int_equal(dg_json_new_object(&extra, NULL), 0);
	assert_int_equal(dg_json_append(root, extra, NULL), 0);
	dg_json_print(root, false, &out, NULL);
	assert_string_equal(out.ptr, "[{\"k\":0,\"i\":4},{\"k\":1,\"i\":1},"
				     "{\"k\":1,\"i\":3},{\"k\":2,\"i\":0},"
				     "{\"k\":2,\"i\":2},{}]");
	dg_buf_free(&out);
	dg_json_free(root);
}

static void test_equality_ignores_the_order_of_members_only(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} cases[] = {
		{"{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1}", true},
		{"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
		{"{\"a\":1}", "{\"A\":1}", false},
		{"{\"a\":1}", "{\"a\":\"1\"}", false},
		{"[1,2]", "[2,1]", false},
		{"[1]", "[1,1]", false},
		{"1", "1.0000000000000002", false},
		{"true", "false", false},
		{"null", "null", true},
		{"\"x\"", "\"x\"", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_json *a = parse(cases[i].a);
		struct dg_json *b = parse(cases[i].b);

		assert_int_equal(dg_json_equal(a, b), cases[i].equal);
		assert_int_equal(dg_json_equal(b, a), cases[i].equal);
		dg_json_free(a);
		dg_json_free(b);
	}
	assert_true(dg_json_equal(NULL, NULL));
}

static void test_documents_are_built_and_edited(void **state)
{
	struct dg_json *root = parse("{\"x\":1,\"y\":2,\"z\":3}");
	struct dg_json *array = NULL, *copy = NULL;
	struct dg_buf out = DG_BUF_INIT(1000);

	(void)state;
	assert_int_equal(dg_json_set_string(root, "x", "new", NULL), 0);
	assert_int_equal(dg_json_set_bool(root, "w", true, NULL), 0);
	assert_int_equal(dg_json_set_u64(root, "u", 1ull << 53, NULL), 0);
	assert_int_equal(dg_json_set_u64(root, "v", (1ull << 53) + 1, NULL),
			 DG_ELIMIT);
	assert_int_equal(dg_json_new_array(&array, NULL), 0);
	assert_int_equal(dg_json_copy(&copy, dg_json_get(root, "x"), NULL), 0);
	assert_int_equal(dg_json_append(array, copy, NULL), 0);
	assert_int_equal(dg_json_set(root, "list", array, NULL), 0);
	dg_json_remove(root, "y");
	dg_json_remove(root, "nothing");
	dg_json_remove_node(root, dg_json_get(root, "z"));
	dg_json_print(root, false, &out, NULL);
	assert_string_equal(out.ptr,
			    "{\"x\":\"new\",\"w\":true,"
			    "\"u\":9007199254740992,\"list\":[\"new\"]}");
	dg_buf_free(&out);
	dg_json_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_malformed_text_is_refused_with_its_offset),
		cmocka_unit_test(test_zero_bytes_do_not_end_the_text),
		cmocka_unit_test(test_same_name_twice_is_refused),
		cmocka_unit_test(test_nesting_ends_at_64_levels),
		cmocka_unit_test(test_getters_say_nothing_of_other_types),
		cmocka_unit_test(test_print_is_exact),
		cmocka_unit_test(test_pretty_print_indents_by_four),
		cmocka_unit_test(test_members_are_sorted_at_every_depth),
		cmocka_unit_test(test_array_sort_is_stable),
		cmocka_unit_test(
			test_equality_ignores_the_order_of_members_only),
		cmocka_unit_test(test_documents_are_built_and_edited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
