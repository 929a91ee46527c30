#include "dynamodb/live_source.h"
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define DESCRIBE                                                               \
	"{\"TableName\":\"t\",\"AttributeDefinitions\":[{\"AttributeName\":"   \
	"\"id\",\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":"  \
	"\"id\",\"KeyType\":\"HASH\"}],\"ItemCount\":3,"                       \
	"\"TableSizeBytes\":300}"
#define ITEM(key, value)                                                       \
	"{\"id\":{\"S\":\"" key "\"},\"v\":{\"S\":\"" value "\"}}"
#define LAST(key) ",\"LastEvaluatedKey\":{\"id\":{\"S\":\"" key "\"}}"

static struct dg_item_source *open_described(struct script *script,
					     const char *text, size_t segments,
					     struct dg_rate_limit rate)
{
	struct dg_json *describe = json_of(text);
	const struct dg_live_options options = {
		.table = "t",
		.describe = describe,
		.segments = segments,
		.rate = rate,
		/* Room for one response: everything in this thread. */
		.memory = 8u << 20,
	};
	struct dg_item_source *source = NULL;

	if (dg_live_source_open(&source, script->db, &options, &script->err))
		fail_msg("%s", script->err.message);
	dg_json_free(describe);
	return source;
}

static struct dg_item_source *open_source(struct script *script,
					  size_t segments,
					  struct dg_rate_limit rate)
{
	return open_described(script, DESCRIBE, segments, rate);
}

/* All lines, and how it ended. */
static int read_all(struct script *script, struct dg_item_source *source,
		    char *lines)
{
	struct dg_item item;
	int rc;

	lines[0] = '\0';
	while ((rc = dg_source_next(source, &item, &script->err)) > 0) {
		strncat(lines, item.line.ptr, item.line.len);
		strcat(lines, ";");
	}
	return rc;
}

/* One segment for each 8 MiB, unless somebody says how many. */
static void test_segments_follow_the_tables_size(void **state)
{
	static const struct {
		const char *size;
		size_t asked;
		size_t segments;
	} cases[] = {
		{"0", 0, 1},
		{"8388607", 0, 1},
		{"16777216", 0, 2},
		{"145000000", 0, 17},
		{"99999999999", 0, 256},
		{"145000000", 3, 3},
		{"0", 200, 200},
	};
	struct script *script = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_item_source *source;
		char describe[512];
		char lines[64];
		char total[64];

		(void)snprintf(describe, sizeof(describe),
			       "{\"TableName\":\"t\",\"KeySchema\":[{"
			       "\"AttributeName\":\"id\",\"KeyType\":"
			       "\"HASH\"}],\"AttributeDefinitions\":[{"
			       "\"AttributeName\":\"id\",\"AttributeType\":"
			       "\"S\"}],\"TableSizeBytes\":%s}",
			       cases[i].size);
		PLAY(script, {.body = "{\"Items\":[],\"Count\":0}"});
		source = open_described(script, describe, cases[i].asked,
					(struct dg_rate_limit){0});
		assert_int_equal(read_all(script, source, lines), 0);
		/* Each of them was asked for once. */
		assert_int_equal(script->next, cases[i].segments);
		(void)snprintf(total, sizeof(total), "\"TotalSegments\":%zu,",
			       cases[i].segments);
		if (cases[i].segments > 1)
			assert_non_null(strstr(script->sent[0], total));
		dg_source_close(source);
	}
}

static void test_pages_of_all_segments_come_in_key_order(void **state)
{
	struct script *script = *state;
	struct dg_item_source *source;
	struct dg_live_stats stats;
	char lines[4096];

	PLAY(script,
	     {.body = "{\"Items\":[" ITEM("d", "1") "," ITEM(
		      "b", "1") "],\"Count\":2" LAST("b") "}"},
	     {.body = "{\"Items\":[],\"Count\":0" LAST("x") "}"},
	     {.body = "{\"Items\":[" ITEM("a", "1") "],\"Count\":1}"},
	     {.body = "{\"Items\":[" ITEM("c", "1") "," ITEM(
		      "b", "2") "],\"Count\":2}"});
	source = open_source(script, 2, (struct dg_rate_limit){0});
	assert_int_equal(read_all(script, source, lines), 0);
	assert_string_equal(lines, ITEM("a", "1") ";" ITEM("b", "2") ";" ITEM(
					   "c", "1") ";" ITEM("d", "1") ";");
	assert_int_equal(script->next, 4);
	assert_non_null(strstr(script->sent[1], "\"Segment\":0"));
	assert_non_null(strstr(script->sent[2],
			       "\"ExclusiveStartKey\":{\"id\":{\"S\":\"x\"}}"));
	assert_non_null(strstr(script->sent[3], "\"Segment\":1"));
	assert_null(strstr(script->sent[3], "ExclusiveStartKey"));
	dg_live_source_stats(source, &stats);
	assert_int_equal(stats.items, 4);
	assert_int_equal(stats.duplicates, 1);
	assert_int_equal(stats.pages, 4);
	dg_source_close(source);
}

static void test_same_last_key_twice_is_an_error(void **state)
{
	struct script *script = *state;
	struct dg_item_source *source;
	char lines[4096];

	PLAY(script,
	     {.body = "{\"Items\":[" ITEM("b",
					  "1") "],\"Count\":1" LAST("b") "}"},
	     {.body = "{\"Items\":[],\"Count\":0,\"LastEvaluatedKey\":"
		      "{ \"id\" : {\"S\":\"\\u0062\"}}}"});
	source = open_source(script, 1, (struct dg_rate_limit){0});
	assert_int_equal(read_all(script, source, lines), DG_ESERVICE);
	assert_non_null(strstr(script->err.message,
			       "cannot read table 't': Scan does not get on"));
	assert_string_equal(lines, "");
	/* It stays failed. */
	assert_int_equal(read_all(script, source, lines), DG_ESERVICE);
	assert_int_equal(script->next, 2);
	dg_source_close(source);
}

static void test_failed_segment_fails_the_source(void **state)
{
	struct script *script = *state;
	struct dg_item_source *source;

	PLAY(script, {.body = "{\"Items\":[" ITEM("b", "1") "],\"Count\":1}"},
	     {.status = 400, .body = "{\"__type\":\"AccessDeniedException\"}"});
	source = open_source(script, 3, (struct dg_rate_limit){0});
	assert_int_equal(dg_live_source_read(source, &script->err), DG_EDENIED);
	assert_int_equal(script->next, 2);
	dg_source_close(source);
}

static void test_rate_shrinks_the_pages(void **state)
{
	struct script *script = *state;
	struct dg_item_source *source;

	PLAY(script,
	     {.body = "{\"Items\":[" ITEM("a", "1") "," ITEM(
		      "b", "1") "],\"Count\":2,\"ConsumedCapacity\":{"
				"\"CapacityUnits\":"
				"4.0}" LAST("b") "}"},
	     {.body = "{\"Items\":[" ITEM(
		      "c",
		      "1") "],\"Count\":1,"
			   "\"ConsumedCapacity\":{\"CapacityUnits\":20}" LAST(
				   "c") "}"},
	     {.body = "{\"Items\":[],\"Count\":0}"});
	source = open_source(script, 1, (struct dg_rate_limit){10, false});
	assert_int_equal(dg_live_source_read(source, &script->err), 0);
	/* 100 bytes an item: 1/80 unit. Then as the service says. */
	assert_non_null(strstr(script->sent[0], "\"Limit\":409,"));
	assert_non_null(strstr(script->sent[1], "\"Limit\":2,"));
	assert_non_null(strstr(script->sent[2], "\"Limit\":1,"));
	assert_in_range(script->time.slept_ms, 2000, 4500);
	dg_source_close(source);
}

#define WITH_SCRIPT(test)                                                      \
	cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRIPT(test_segments_follow_the_tables_size),
		WITH_SCRIPT(test_pages_of_all_segments_come_in_key_order),
		WITH_SCRIPT(test_same_last_key_twice_is_an_error),
		WITH_SCRIPT(test_failed_segment_fails_the_source),
		WITH_SCRIPT(test_rate_shrinks_the_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
