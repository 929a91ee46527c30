#include "item/table_diff.h"

#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int note(void *context, const struct dg_table_change *change,
		struct dg_error *err)
{
	return dg_buf_addf(context, err, "%s%.*s %.*s>%.*s;", change->path,
			   (int)change->path_json.len, change->path_json.ptr,
			   (int)change->before.len, change->before.ptr,
			   (int)change->after.len, change->after.ptr);
}

static void expect(const char *before, const char *after, const char *changes)
{
	struct dg_json *a = NULL, *b = NULL;
	struct dg_buf out = DG_BUF_INIT(1 << 16);
	const struct dg_table_diff_visitor visitor = {note, &out};
	struct dg_error err;

	assert_int_equal(dg_json_parse(&a, dg_slice_str(before), &err), 0);
	assert_int_equal(dg_json_parse(&b, dg_slice_str(after), &err), 0);
	assert_int_equal(dg_table_def_diff(a, b, &visitor, &err), 0);
	assert_string_equal(dg_buf_str(&out), changes);
	dg_json_free(a);
	dg_json_free(b);
	dg_buf_free(&out);
}

static void test_a_setting_changes(void **state)
{
	(void)state;
	expect("{\"Table\":{\"A\":{\"B\":1}}}", "{\"Table\":{\"A\":{\"B\":2}}}",
	       "A.B[\"Table\",\"A\",\"B\"] 1>2;");
}

static void test_settings_come_and_go(void **state)
{
	(void)state;
	expect("{\"Table\":{},\"TimeToLiveDescription\":{\"x\":1}}",
	       "{\"Table\":{\"S\":\"t\"}}",
	       "S[\"Table\",\"S\"] >\"t\";"
	       "TimeToLiveDescription[\"TimeToLiveDescription\"] {\"x\":1}>;");
}

static void test_indexes_go_by_their_names(void **state)
{
	(void)state;
	expect("{\"Table\":{\"G\":[{\"IndexName\":\"a\",\"P\":1},"
	       "{\"IndexName\":\"b\"}]}}",
	       "{\"Table\":{\"G\":[{\"IndexName\":\"a\",\"P\":2},"
	       "{\"IndexName\":\"c\"}]}}",
	       "G[a].P[\"Table\",\"G\",\"a\",\"P\"] 1>2;"
	       "G[b][\"Table\",\"G\",\"b\"] {\"IndexName\":\"b\"}>;"
	       "G[c][\"Table\",\"G\",\"c\"] >{\"IndexName\":\"c\"};");
}

static void test_other_lists_are_one_value(void **state)
{
	(void)state;
	expect("{\"Table\":{\"N\":[1,2]}}", "{\"Table\":{\"N\":[1]}}",
	       "N[\"Table\",\"N\"] [1,2]>[1];");
	/* A name twice is no name. */
	expect("{\"Table\":{\"G\":[{\"IndexName\":\"a\"},"
	       "{\"IndexName\":\"a\"}]}}",
	       "{\"Table\":{\"G\":[{\"IndexName\":\"a\"}]}}",
	       "G[\"Table\",\"G\"] [{\"IndexName\":\"a\"},"
	       "{\"IndexName\":\"a\"}]>[{\"IndexName\":\"a\"}];");
}

static void test_name_and_capacity_are_no_settings(void **state)
{
	(void)state;
	expect("{\"Table\":{\"TableName\":\"a\",\"P\":{\"ReadCapacityUnits\":"
	       "1,\"WriteCapacityUnits\":1,\"o\":1}}}",
	       "{\"Table\":{\"TableName\":\"b\",\"P\":{\"ReadCapacityUnits\":"
	       "2,\"o\":2}}}",
	       "P.o[\"Table\",\"P\",\"o\"] 1>2;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_setting_changes),
		cmocka_unit_test(test_settings_come_and_go),
		cmocka_unit_test(test_indexes_go_by_their_names),
		cmocka_unit_test(test_other_lists_are_one_value),
		cmocka_unit_test(test_name_and_capacity_are_no_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
