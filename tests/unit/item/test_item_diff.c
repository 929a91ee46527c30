#include "item/item_diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Writes each change as "path before>after;", sets as "path -removed+added;".
 */
static int note(void *context, const struct dg_item_change *change,
		struct dg_error *err)
{
	struct dg_buf *out = context;
	int rc = dg_item_path_text(change->path, out, err);

	if (rc == 0 && change->kind == DG_VALUE_MEMBERS) {
		struct dg_buf added = DG_BUF_INIT(4096);

		rc = dg_buf_add_str(out, " -", err);
		if (rc == 0)
			rc = dg_set_difference(change->before, change->after,
					       out, &added, err);
		if (rc == 0)
			rc = dg_buf_addf(out, err, "+%s;", dg_buf_str(&added));
		dg_buf_free(&added);
		return rc;
	}
	assert_int_equal(change->before.len == 0,
			 change->kind == DG_VALUE_ADDED);
	assert_int_equal(change->after.len == 0,
			 change->kind == DG_VALUE_REMOVED);
	return rc < 0 ? rc
		      : dg_buf_addf(out, err, " %.*s>%.*s;",
				    (int)change->before.len, change->before.ptr,
				    (int)change->after.len, change->after.ptr);
}

/* The canonical line of an item; the caller frees the buffer. */
static struct dg_buf line_of(const char *text)
{
	struct dg_buf line = DG_BUF_INIT(1 << 20);
	struct dg_canon *canon = NULL;
	struct dg_error err;
	size_t used;

	assert_int_equal(dg_canon_new(&canon, &err), 0);
	assert_int_equal(dg_canon_item(canon, NULL, dg_slice_str(text), &used,
				       &line, NULL, &err),
			 0);
	dg_canon_free(canon);
	return line;
}

static void expect(const char *before, const char *after, const char *changes)
{
	struct dg_buf a = line_of(before), b = line_of(after);
	struct dg_buf out = DG_BUF_INIT(1 << 20);
	const struct dg_item_diff_visitor visitor = {note, &out};
	struct dg_error err;

	assert_int_equal(dg_item_diff(dg_buf_slice(&a), dg_buf_slice(&b),
				      &visitor, &err),
			 0);
	assert_string_equal(dg_buf_str(&out), changes);
	dg_buf_free(&a);
	dg_buf_free(&b);
	dg_buf_free(&out);
}

static void test_equal_items_have_no_difference(void **state)
{
	(void)state;
	expect("{}", "{}", "");
	expect("{\"a\":{\"N\":\"1.0\"}}", "{\"a\":{\"N\":\"1\"}}", "");
}

static void test_attributes_come_go_and_change(void **state)
{
	(void)state;
	expect("{\"a\":{\"S\":\"x\"},\"b\":{\"N\":\"1\"}}",
	       "{\"b\":{\"N\":\"2\"},\"c\":{\"BOOL\":true}}",
	       "a {\"S\":\"x\"}>;b {\"N\":\"1\"}>{\"N\":\"2\"};"
	       "c >{\"BOOL\":true};");
}

static void test_another_type_is_one_difference(void **state)
{
	(void)state;
	expect("{\"a\":{\"M\":{\"x\":{\"S\":\"1\"}}}}", "{\"a\":{\"L\":[]}}",
	       "a {\"M\":{\"x\":{\"S\":\"1\"}}}>{\"L\":[]};");
}

static void test_maps_are_compared_by_name_all_the_way_down(void **state)
{
	(void)state;
	expect("{\"m\":{\"M\":{\"address\":{\"L\":[{\"S\":\"a\"},{\"M\":{"
	       "\"zip\":{\"S\":\"1010\"}}}]}}}}",
	       "{\"m\":{\"M\":{\"address\":{\"L\":[{\"S\":\"a\"},{\"M\":{"
	       "\"zip\":{\"S\":\"1011\"}}}]}}}}",
	       "m.address[1].zip {\"S\":\"1010\"}>{\"S\":\"1011\"};");
}

static void test_an_element_in_front_is_one_difference(void **state)
{
	(void)state;
	expect("{\"l\":{\"L\":[{\"S\":\"a\"},{\"S\":\"b\"}]}}",
	       "{\"l\":{\"L\":[{\"S\":\"n\"},{\"S\":\"a\"},{\"S\":\"b\"}]}}",
	       "l[0] >{\"S\":\"n\"};");
	expect("{\"l\":{\"L\":[{\"S\":\"a\"},{\"S\":\"b\"},{\"S\":\"c\"}]}}",
	       "{\"l\":{\"L\":[{\"S\":\"a\"},{\"S\":\"c\"}]}}",
	       "l[1] {\"S\":\"b\"}>;");
	/* All the same, but one more. */
	expect("{\"l\":{\"L\":[{\"S\":\"a\"},{\"S\":\"a\"}]}}",
	       "{\"l\":{\"L\":[{\"S\":\"a\"}]}}", "l[1] {\"S\":\"a\"}>;");
}

static void test_sets_are_compared_by_member(void **state)
{
	(void)state;
	expect("{\"s\":{\"SS\":[\"b\",\"a\",\"\\u0001\"]}}",
	       "{\"s\":{\"SS\":[\"c\",\"a\",\" \"]}}",
	       "s -{\"SS\":[\"\\u0001\",\"b\"]}+{\"SS\":[\" \",\"c\"]};");
	expect("{\"s\":{\"NS\":[\"-2\",\"10\",\"9\"]}}",
	       "{\"s\":{\"NS\":[\"10\",\"9.5\"]}}",
	       "s -{\"NS\":[\"-2\",\"9\"]}+{\"NS\":[\"9.5\"]};");
	expect("{\"s\":{\"BS\":[\"AA==\",\"AQ==\"]}}",
	       "{\"s\":{\"BS\":[\"AQ==\"]}}", "s -{\"BS\":[\"AA==\"]}+;");
}

/* U+0022 is written \" and sorts before U+0023, though '\\' does not. */
static void test_names_with_escapes_are_in_their_order(void **state)
{
	(void)state;
	expect("{\"\\\"\":{\"S\":\"1\"},\"#\":{\"S\":\"1\"}}",
	       "{\"#\":{\"S\":\"2\"}}",
	       "\"\\\"\" {\"S\":\"1\"}>;\"#\" {\"S\":\"1\"}>{\"S\":\"2\"};");
}

static void test_paths_quote_what_is_no_plain_name(void **state)
{
	(void)state;
	expect("{\"a.b\":{\"M\":{\"\":{\"S\":\"1\"},\"c-1\":{\"S\":\"1\"}}}}",
	       "{\"a.b\":{\"M\":{}}}",
	       "\"a.b\".\"\" {\"S\":\"1\"}>;\"a.b\".c-1 {\"S\":\"1\"}>;");
}

static int note_json(void *context, const struct dg_item_change *change,
		     struct dg_error *err)
{
	return dg_item_path_json(change->path, context, err);
}

static void test_paths_as_json(void **state)
{
	struct dg_buf a = line_of("{\"a\\n\":{\"L\":[{\"S\":\"1\"}]}}");
	struct dg_buf b = line_of("{\"a\\n\":{\"L\":[{\"S\":\"2\"}]}}");
	struct dg_buf out = DG_BUF_INIT(4096);
	const struct dg_item_diff_visitor visitor = {note_json, &out};
	struct dg_error err;

	(void)state;
	assert_int_equal(dg_item_diff(dg_buf_slice(&a), dg_buf_slice(&b),
				      &visitor, &err),
			 0);
	assert_string_equal(dg_buf_str(&out), "[\"a\\n\",0]");
	dg_buf_free(&a);
	dg_buf_free(&b);
	dg_buf_free(&out);
}

static int stop(void *context, const struct dg_item_change *change,
		struct dg_error *err)
{
	(void)change;
	++*(int *)context;
	return dg_error_set(err, DG_EIO, "stopped");
}

static void test_a_visitor_can_end_it(void **state)
{
	int calls = 0;
	const struct dg_item_diff_visitor visitor = {stop, &calls};
	struct dg_error err;

	(void)state;
	assert_int_equal(dg_item_diff(DG_SLICE("{\"a\":{\"S\":\"1\"}}"),
				      DG_SLICE("{\"b\":{\"S\":\"1\"}}"),
				      &visitor, &err),
			 DG_EIO);
	assert_int_equal(calls, 1);
}

static void test_what_is_no_item_is_an_error(void **state)
{
	static const char *const texts[] = {"",
					    "{",
					    "[]",
					    "{\"a\"}",
					    "{\"a\":{}}",
					    "{\"a\":1}",
					    "{\"a\":{\"M\":1}}"};
	struct dg_buf out = DG_BUF_INIT(4096);
	const struct dg_item_diff_visitor visitor = {note, &out};
	struct dg_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(
			dg_item_diff(dg_slice_str(texts[i]),
				     DG_SLICE("{\"a\":{\"M\":{\"b\":{\"S\":"
					      "\"1\"}}}}"),
				     &visitor, &err),
			DG_EINVALID);
	dg_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_items_have_no_difference),
		cmocka_unit_test(test_attributes_come_go_and_change),
		cmocka_unit_test(test_another_type_is_one_difference),
		cmocka_unit_test(
			test_maps_are_compared_by_name_all_the_way_down),
		cmocka_unit_test(test_an_element_in_front_is_one_difference),
		cmocka_unit_test(test_sets_are_compared_by_member),
		cmocka_unit_test(test_names_with_escapes_are_in_their_order),
		cmocka_unit_test(test_paths_quote_what_is_no_plain_name),
		cmocka_unit_test(test_paths_as_json),
		cmocka_unit_test(test_a_visitor_can_end_it),
		cmocka_unit_test(test_what_is_no_item_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
