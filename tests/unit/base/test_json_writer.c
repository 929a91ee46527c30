#include "base/buf.h"
#include <ddbgit/json_writer.h>

#include <locale.h>
#include <math.h>
#include <setjmp.h>

#include <cmocka.h>

static void write_sample(struct dg_json_writer *w)
{
	dg_json_begin_object(w);
	dg_json_member_string(w, "s", "a\"b");
	dg_json_member_string(w, "none", NULL);
	dg_json_member_uint(w, "u", UINT64_MAX);
	dg_json_member_bool(w, "b", 1);
	dg_json_name(w, "list");
	dg_json_begin_array(w);
	dg_json_int(w, INT64_MIN);
	dg_json_raw(w, DG_SLICE("{\"raw\":1}"));
	dg_json_begin_object(w);
	dg_json_end_object(w);
	dg_json_end_array(w);
	dg_json_end_object(w);
}

static void test_tokens_get_commas_and_colons(void **state)
{
	struct dg_buf out = DG_BUF_INIT(1000);
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, &out, 0);

	(void)state;
	write_sample(&w);
	assert_int_equal(dg_json_writer_finish(&w), 0);
	assert_string_equal(
		dg_buf_str(&out),
		"{\"s\":\"a\\\"b\",\"none\":null,\"u\":18446744073709551615,"
		"\"b\":true,\"list\":[-9223372036854775808,{\"raw\":1},{}]}");
	dg_buf_free(&out);
}

static void test_indentation_is_by_level(void **state)
{
	struct dg_buf out = DG_BUF_INIT(1000);
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, &out, 2);

	(void)state;
	write_sample(&w);
	assert_int_equal(dg_json_writer_finish(&w), 0);
	assert_string_equal(dg_buf_str(&out),
			    "{\n  \"s\": \"a\\\"b\",\n  \"none\": null,\n"
			    "  \"u\": 18446744073709551615,\n  \"b\": true,\n"
			    "  \"list\": [\n    -9223372036854775808,\n"
			    "    {\"raw\":1},\n    {}\n  ]\n}");
	dg_buf_free(&out);
}

static void test_strings_are_always_valid_json(void **state)
{
	static const struct {
		struct dg_slice string;
		const char *json;
	} cases[] = {
		{{"", 0}, "\"\""},
		{{"\0", 1}, "\"\\u0000\""},
		{{"\b\t\n\f\r\x1f", 6}, "\"\\b\\t\\n\\f\\r\\u001f\""},
		{{"\xe2\x82\xac\x7f/", 5}, "\"\xe2\x82\xac\x7f/\""},
		{{"a\xff"
		  "b",
		  3},
		 "\"a\xef\xbf\xbd"
		 "b\""},
		{{"\xe2\x82", 2}, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_buf out = DG_BUF_INIT(1000);
		struct dg_json_writer w =
			DG_JSON_WRITER_INIT(dg_buf_json_sink, &out, 0);

		dg_json_slice(&w, cases[i].string);
		assert_string_equal(dg_buf_str(&out), cases[i].json);
		dg_buf_free(&out);
	}
}

static void test_doubles_are_short_and_exact(void **state)
{
	static const struct {
		double value;
		const char *json;
	} cases[] = {
		{0.1, "0.1"},
		{-0.0, "0"},
		{1e21, "1e+21"},
		{5, "5"},
		{1.0 / 3, "0.3333333333333333"},
		{-2.5, "-2.5"},
		{0x1p53, "9007199254740992"},
		{NAN, "null"},
		{INFINITY, "null"},
		{5e-324, "4.94065645841247e-324"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_buf out = DG_BUF_INIT(1000);
		struct dg_json_writer w =
			DG_JSON_WRITER_INIT(dg_buf_json_sink, &out, 0);

		dg_json_double(&w, cases[i].value);
		assert_string_equal(dg_buf_str(&out), cases[i].json);
		dg_buf_free(&out);
	}
}

static void test_first_failure_of_the_sink_is_remembered(void **state)
{
	struct dg_buf out = DG_BUF_INIT(10);
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, &out, 0);

	(void)state;
	write_sample(&w);
	assert_int_equal(dg_json_writer_finish(&w), DG_ELIMIT);
	dg_buf_free(&out);
}

static void test_too_many_levels_are_an_error(void **state)
{
	struct dg_buf out = DG_BUF_INIT(1000);
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, &out, 0);
	int i;

	(void)state;
	for (i = 0; i < DG_JSON_DEPTH_MAX; i++)
		dg_json_begin_array(&w);
	assert_int_equal(w.status, 0);
	dg_json_begin_array(&w);
	for (i = 0; i < DG_JSON_DEPTH_MAX + 1; i++)
		dg_json_end_array(&w);
	assert_int_equal(dg_json_writer_finish(&w), DG_ELIMIT);
	dg_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens_get_commas_and_colons),
		cmocka_unit_test(test_indentation_is_by_level),
		cmocka_unit_test(test_strings_are_always_valid_json),
		cmocka_unit_test(test_doubles_are_short_and_exact),
		cmocka_unit_test(test_first_failure_of_the_sink_is_remembered),
		cmocka_unit_test(test_too_many_levels_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
