#include "backup/diff_item.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct dg_key_schema keys = {1, {{"id", 'S'}}};

static int note_item(void *context, const struct dg_item_difference *item,
		     struct dg_error *err)
{
	return dg_buf_addf(context, err, "%d %.*s %s;", (int)item->kind,
			   (int)item->key.len, item->key.ptr, item->text);
}

static int note_attribute(void *context,
			  const struct dg_attribute_change *change,
			  struct dg_error *err)
{
	return dg_buf_addf(context, err, "%d%s %s%.*s %s>%s;",
			   (int)change->kind, change->members ? "m" : "",
			   change->path, (int)change->path_json.len,
			   change->path_json.ptr, change->before_text,
			   change->after_text);
}

static int note_end(void *context, struct dg_error *err)
{
	return dg_buf_add_str(context, "end", err);
}

static void expect(const char *before, const char *after, size_t text_max,
		   const char *noted)
{
	struct dg_buf out = DG_BUF_INIT(1 << 20);
	const struct dg_diff_visitor visitor = {
		.item = note_item,
		.attribute = note_attribute,
		.item_end = note_end,
		.context = &out,
	};
	struct dg_diff_view view;
	struct dg_error err;

	dg_diff_view_init(&view, &visitor, text_max);
	assert_int_equal(dg_diff_view_item(&view, &keys, dg_slice_str(before),
					   dg_slice_str(after), &err),
			 0);
	assert_string_equal(dg_buf_str(&out), noted);
	dg_diff_view_free(&view);
	dg_buf_free(&out);
}

static void test_an_item_of_one_side_is_shown_without_its_key(void **state)
{
	(void)state;
	expect("", "{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}", 60,
	       "0 {\"id\":{\"S\":\"a\"}} {n: 1};end");
	expect("{\"b\":{\"B\":\"AAE=\"},\"id\":{\"S\":\"a\"}}", "", 0,
	       "1 {\"id\":{\"S\":\"a\"}} {b: <AAE=>};end");
	expect("{\"id\":{\"S\":\"a\"},\"s\":{\"S\":\"0123456789\"}}", "", 6,
	       "1 {\"id\":{\"S\":\"a\"}} {s: \"0…;end");
}

static void test_a_changed_item_is_shown_by_its_attributes(void **state)
{
	(void)state;
	expect("{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"},"
	       "\"s\":{\"SS\":[\"x\",\"y\"]}}",
	       "{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"2\"},"
	       "\"s\":{\"SS\":[\"x\",\"z\"]}}",
	       60,
	       "2 {\"id\":{\"S\":\"a\"}} ;2 n[\"n\"] 1>2;"
	       "2m s[\"s\"] {\"y\"}>{\"z\"};end");
}

static int stop(void *context, const struct dg_item_difference *item,
		struct dg_error *err)
{
	(void)context;
	(void)item;
	return dg_error_set(err, DG_EIO, "stopped");
}

static void test_a_visitor_that_fails_ends_it(void **state)
{
	const struct dg_diff_visitor visitor = {.item = stop,
						.item_end = note_end};
	struct dg_diff_view view;
	struct dg_error err;

	(void)state;
	dg_diff_view_init(&view, &visitor, 60);
	assert_int_equal(dg_diff_view_item(&view, &keys,
					   DG_SLICE("{\"id\":{\"S\":\"a\"}}"),
					   dg_slice_str(""), &err),
			 DG_EIO);
	dg_diff_view_free(&view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_an_item_of_one_side_is_shown_without_its_key),
		cmocka_unit_test(
			test_a_changed_item_is_shown_by_its_attributes),
		cmocka_unit_test(test_a_visitor_that_fails_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
