#include "dynamodb/live_scan.h"
#include "dynamodb/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct dg_key_schema keys = {1, {{"id", 'S'}}};

static int note_item(void *context, const struct dg_item *item,
		     struct dg_error *err)
{
	char *lines = context;

	(void)err;
	strncat(lines, item->line.ptr, item->line.len);
	strcat(lines, ";");
	return 0;
}

static int read_page(const char *body, struct dg_scan_page *page, char *lines,
		     struct dg_error *err)
{
	struct dg_scan_reader reader = {
		.keys = &keys, .item = note_item, .context = lines};
	int rc;

	lines[0] = '\0';
	assert_int_equal(dg_scan_reader_init(&reader, err), 0);
	rc = dg_scan_page_read(&reader, dg_slice_str(body), page, err);
	dg_scan_reader_free(&reader);
	return rc;
}

struct page_case {
	const char *body;
	const char *lines;
	const char *last_key;
	int items; /* -1: refused */
	double units;
	const char *message;
};

static const struct page_case page_cases[] = {
	{"{\"Count\":2,\"Items\":[{\"n\":{\"N\":\"1.0\"},\"id\":{\"S\":\"a\"}},"
	 " {\"id\":{\"S\":\"b\"}}],\"LastEvaluatedKey\":{ \"id\":{\"S\":\"b\"}}"
	 ",\"ScannedCount\":2,\"ConsumedCapacity\":{\"TableName\":\"t\","
	 "\"CapacityUnits\":128.5}}",
	 "{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}};{\"id\":{\"S\":\"b\"}};",
	 "{ \"id\":{\"S\":\"b\"}}", 2, 128.5, NULL},
	{"{\"Items\":[],\"Count\":0,\"ScannedCount\":0}", "", "", 0, -1, NULL},
	{"{\"Items\":[],\"Count\":0,\"LastEvaluatedKey\":{\"id\":{\"S\":\"x\"}}"
	 ",\"ConsumedCapacity\":null}\n",
	 "", "{\"id\":{\"S\":\"x\"}}", 0, -1, NULL},
	{"{\"Items\":[],\"Count\":0,\"LastEvaluatedKey\":null}", "", "", 0, -1,
	 NULL},
	{"{\"Items\":[{\"id\":{\"S\":\"a\"}}],\"Count\":2}", NULL, NULL, -1, 0,
	 "its Count is 2, but it has 1 items"},
	{"{\"Items\":[]}", NULL, NULL, -1, 0, "it has no Count"},
	{"{\"Count\":0}", NULL, NULL, -1, 0, "it has no Items"},
	{"{\"Items\":[{\"id\":{\"S\":\"a\"}}],\"Count\":1", NULL, NULL, -1, 0,
	 ""},
	{"{\"Items\":[{\"id\":{\"S\":\"a\"}}],\"Count\":1}x", NULL, NULL, -1, 0,
	 ""},
	{"{\"Items\":[{\"id\":{\"Q\":\"a\"}}],\"Count\":1}", NULL, NULL, -1, 0,
	 "byte 17"},
	{"{\"Items\":[{\"n\":{\"N\":\"1\"}}],\"Count\":1}", NULL, NULL, -1, 0,
	 "id"},
	{"{\"Items\":{},\"Count\":0}", NULL, NULL, -1, 0, ""},
	{"[]", NULL, NULL, -1, 0, ""},
};

static void test_pages_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(page_cases) / sizeof(*page_cases); i++) {
		const struct page_case *c = &page_cases[i];
		struct dg_scan_page page;
		struct dg_error err = {0};
		char lines[1024], key[128];
		int rc = read_page(c->body, &page, lines, &err);

		if (rc != (c->items < 0 ? DG_ESERVICE : 0))
			fail_msg("%s: %d %s", c->body, rc, err.message);
		if (c->items < 0) {
			assert_non_null(strstr(err.message,
					       "cannot read the answer to "
					       "Scan: "));
			if (!strstr(err.message, c->message))
				fail_msg("%s: %s", c->body, err.message);
			continue;
		}
		snprintf(key, sizeof(key), "%.*s", (int)page.last_key.len,
			 page.last_key.ptr ? page.last_key.ptr : "");
		assert_string_equal(lines, c->lines);
		assert_string_equal(key, c->last_key);
		assert_int_equal(page.items, c->items);
		assert_int_equal(page.bytes, strlen(lines));
		assert_true(page.units == c->units);
	}
}

static void test_request_says_no_more_than_it_must(void **state)
{
	struct dg_scan_request request = {.table = "t", .segments = 1};
	struct dg_buf body = DG_BUF_INIT(4096);
	struct dg_error err;

	(void)state;
	assert_int_equal(dg_scan_request_print(&request, &body, &err), 0);
	assert_string_equal(dg_buf_str(&body),
			    "{\"TableName\":\"t\","
			    "\"ReturnConsumedCapacity\":\"TOTAL\"}");
	request = (struct dg_scan_request){
		.table = "t",
		.segment = 2,
		.segments = 8,
		.consistent = true,
		.limit = 10,
		.start_key = DG_SLICE("{ \"id\":{\"S\":\"\\u0041\"}}"),
	};
	assert_int_equal(dg_scan_request_print(&request, &body, &err), 0);
	assert_string_equal(dg_buf_str(&body),
			    "{\"TableName\":\"t\",\"ConsistentRead\":true,"
			    "\"Segment\":2,\"TotalSegments\":8,\"Limit\":10,"
			    "\"ExclusiveStartKey\":{ \"id\":{\"S\":"
			    "\"\\u0041\"}},"
			    "\"ReturnConsumedCapacity\":\"TOTAL\"}");
	dg_buf_free(&body);
}

static void test_page_costs_at_most_half_a_second_of_the_rate(void **state)
{
	(void)state;
	assert_int_equal(dg_live_page_limit(0, 0.5, 0.5), 0);
	assert_int_equal(dg_live_page_limit(100, 0.5, 0.5), 100);
	assert_int_equal(dg_live_page_limit(100, 1, 0.1), 500);
	assert_int_equal(dg_live_page_limit(1, 0.5, 100), 1);
	assert_int_equal(dg_live_page_limit(1e12, 1, 1e-6), 1000000);
}

static void test_page_takes_what_its_least_price_buys(void **state)
{
	(void)state;
	assert_int_equal(dg_live_page_limit(0.5, 0.5, 0.125), 4);
	assert_int_equal(dg_live_page_limit(0.5, 1, 0.125), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_are_read_whole_or_not_at_all),
		cmocka_unit_test(test_request_says_no_more_than_it_must),
		cmocka_unit_test(
			test_page_costs_at_most_half_a_second_of_the_rate),
		cmocka_unit_test(test_page_takes_what_its_least_price_buys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
