#include "dynamodb/batch_request.h"
#include "dynamodb/batch_write.h"
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* {"id":{"S":"k000"}}, {"id":{"S":"k001"}}, … */
struct numbered {
	struct dg_item_source source; /* must be first */
	int next, count;
	int fails_at;
	char line[64];
	char key[64];
};

static int numbered_next(struct dg_item_source *self, struct dg_item *item,
			 struct dg_error *err)
{
	struct numbered *n = (struct numbered *)self;

	if (n->next == n->fails_at)
		return dg_error_set(err, DG_EIO, "the disk is gone");
	if (n->next == n->count)
		return 0;
	snprintf(n->line, sizeof(n->line), "{\"id\":{\"S\":\"k%03d\"}}",
		 n->next);
	memset(n->key, 0, sizeof(n->key));
	snprintf(n->key, sizeof(n->key), "k%03d", n->next++);
	item->line = dg_slice_str(n->line);
	item->key = dg_slice_of(n->key, 6);
	return 1;
}

static void init_source(struct numbered *n, int count)
{
	*n = (struct numbered){
		.source = {.next = numbered_next, .keys = {1, {{"id", 'S'}}}},
		.count = count,
		.fails_at = -1,
	};
}

struct refusals {
	int count;
	char last[256];
};

static int note_refusal(void *context, struct dg_slice key, const char *type,
			const char *message, struct dg_error *err)
{
	struct refusals *refusals = context;

	(void)err;
	refusals->count++;
	snprintf(refusals->last, sizeof(refusals->last), "%.*s %s: %s",
		 (int)key.len, key.ptr, type, message);
	return 0;
}

static int write_at_rate(struct script *script, struct numbered *n,
			 double rate_units, struct dg_batch_write_stats *stats,
			 struct refusals *refusals)
{
	const struct dg_batch_write_options options = {
		.table = "t",
		.workers = 1,
		.rate = {rate_units, false},
		.memory = 8u << 20,
		.refused = note_refusal,
		.context = refusals,
	};

	return dg_batch_write(script->db, &n->source, &options, stats,
			      &script->err);
}

static int write_items(struct script *script, struct numbered *n,
		       struct dg_batch_write_stats *stats,
		       struct refusals *refusals)
{
	return write_at_rate(script, n, 0, stats, refusals);
}

static int count_of(const char *text, const char *part)
{
	int count = 0;

	for (const char *p = text; (p = strstr(p, part)); p++)
		count++;
	return count;
}

#define ALL_TAKEN                                                              \
	{                                                                      \
		.body = "{\"UnprocessedItems\":{}}"                            \
	}
#define PUT(key) "{\"PutRequest\":{\"Item\":{ \"id\":{\"S\":\"" key "\"}}}}"
#define REFUSED                                                                \
	{                                                                      \
		.status = 400,                                                 \
		.body = "{\"__type\":\"x#ValidationException\",\"message\":"   \
			"\"bad\"}"                                             \
	}

static void test_every_item_is_sent_once_in_batches_of_25(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct numbered n;

	init_source(&n, 60);
	PLAY(script, ALL_TAKEN);
	assert_int_equal(write_items(script, &n, &stats, NULL), 0);
	assert_int_equal(script->next, 3);
	assert_int_equal(count_of(script->sent[0], "PutRequest"), 25);
	assert_int_equal(count_of(script->sent[1], "PutRequest"), 25);
	assert_int_equal(count_of(script->sent[2], "PutRequest"), 10);
	assert_int_equal(stats.written, 60);
	for (int i = 0; i < 60; i++) {
		char key[32];

		snprintf(key, sizeof(key), "\"k%03d\"", i);
		assert_int_equal(count_of(script->sent[0], key) +
					 count_of(script->sent[1], key) +
					 count_of(script->sent[2], key),
				 1);
	}
}

static void test_deletes_send_keys_and_again_what_came_back(void **state)
{
	struct script *script = *state;
	const struct dg_batch_write_options options = {
		.table = "t",
		.deletes = true,
		.workers = 1,
		.memory = 8u << 20,
	};
	struct dg_batch_write_stats stats;
	struct numbered n;

	init_source(&n, 3);
	PLAY(script,
	     {.body = "{\"UnprocessedItems\":{\"t\":[{\"DeleteRequest\":"
		      "{\"Key\":{ \"id\":{\"S\":\"k001\"}}}}]}}"},
	     ALL_TAKEN);
	assert_int_equal(dg_batch_write(script->db, &n.source, &options, &stats,
					&script->err),
			 0);
	assert_int_equal(script->next, 2);
	assert_int_equal(count_of(script->sent[0], "PutRequest"), 0);
	assert_int_equal(count_of(script->sent[0],
				  "{\"DeleteRequest\":{\"Key\":{\"id\":"),
			 3);
	assert_int_equal(count_of(script->sent[1], "DeleteRequest"), 1);
	assert_int_equal(count_of(script->sent[1], "k001"), 1);
	assert_int_equal(stats.written, 3);
	assert_int_equal(stats.unprocessed, 1);
}

static void test_batch_takes_from_all_over_the_window(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct numbered n;

	init_source(&n, 900);
	PLAY(script, ALL_TAKEN);
	assert_int_equal(write_items(script, &n, &stats, NULL), 0);
	/* Of each hundred neighbours the first batch has a few. */
	for (int i = 0; i < 9; i++) {
		char part[32];

		snprintf(part, sizeof(part), "\"k%d", i);
		assert_in_range(count_of(script->sent[0], part), 1, 5);
	}
}

static void test_what_came_back_is_sent_again_after_a_pause(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct numbered n;

	init_source(&n, 3);
	PLAY(script,
	     {.body = "{\"UnprocessedItems\":{\"t\":[" PUT("k001") "," PUT(
		      "k002") "]},\"ConsumedCapacity\":[{\"TableName\":\"t\","
			      "\"CapacityUnits\":1}]}"},
	     {.body = "{\"UnprocessedItems\":{\"t\":[" PUT("k002") "]}}"},
	     ALL_TAKEN);
	assert_int_equal(write_items(script, &n, &stats, NULL), 0);
	assert_int_equal(stats.written, 3);
	assert_int_equal(stats.unprocessed, 3);
	assert_int_equal(stats.requests, 3);
	assert_int_equal(count_of(script->sent[1], "PutRequest"), 2);
	assert_string_equal(script->sent[2],
			    "{\"RequestItems\":{\"t\":[{\"PutRequest\":"
			    "{\"Item\":{\"id\":{\"S\":\"k002\"}}}}]},"
			    "\"ReturnConsumedCapacity\":\"TOTAL\"}");
	/* 50 ms for what came back once, 100 for what came back twice. */
	assert_in_range(script->time.slept_ms, 150, 300);
}

static void test_items_that_never_go_through_end_it(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct numbered n;

	init_source(&n, 1);
	script->answer_takes_ms = 5000;
	PLAY(script,
	     {.body = "{\"UnprocessedItems\":{\"t\":[" PUT("k000") "]}}"});
	assert_int_equal(write_items(script, &n, &stats, NULL), DG_ESERVICE);
	assert_non_null(strstr(script->err.message, "unprocessed"));
	assert_in_range(script->time.now_ms, 300000, 330000);
	assert_int_equal(stats.written, 0);
}

static void test_each_accepted_item_renews_the_patience(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct numbered n;

	init_source(&n, 2);
	script->answer_takes_ms = 200000;
	PLAY(script,
	     {.body = "{\"UnprocessedItems\":{\"t\":[" PUT("k000") "," PUT(
		      "k001") "]}}"},
	     {.body = "{\"UnprocessedItems\":{\"t\":[" PUT("k001") "]}}"},
	     {.body = "{\"UnprocessedItems\":{\"t\":[" PUT("k001") "]}}"},
	     ALL_TAKEN);
	assert_int_equal(write_items(script, &n, &stats, NULL), 0);
	assert_int_equal(stats.written, 2);
}

static void test_waiting_for_the_rate_wears_no_patience(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct numbered n;

	init_source(&n, 1);
	PLAY(script,
	     {.body = "{\"UnprocessedItems\":{\"t\":[" PUT(
		      "k000") "]},\"ConsumedCapacity\":[{\"TableName\":\"t\","
			      "\"CapacityUnits\":400}]}"},
	     {.body = "{\"UnprocessedItems\":{\"t\":[" PUT("k000") "]}}"},
	     ALL_TAKEN);
	assert_int_equal(write_at_rate(script, &n, 1, &stats, NULL), 0);
	assert_in_range(script->time.now_ms, 400000, 500000);
	assert_int_equal(stats.written, 1);
}

static void test_refused_batch_is_halved_down_to_the_item(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct refusals refusals = {0};
	struct numbered n;

	init_source(&n, 4);
	/* All four; the first two; the first; the second; the others. */
	PLAY(script, REFUSED, REFUSED, ALL_TAKEN, REFUSED, ALL_TAKEN);
	assert_int_equal(write_items(script, &n, &stats, &refusals), 0);
	assert_int_equal(script->next, 5);
	assert_int_equal(stats.written, 3);
	assert_int_equal(stats.refused, 1);
	assert_int_equal(refusals.count, 1);
	assert_non_null(strstr(refusals.last, "\"}} ValidationException: bad"));
	assert_int_equal(count_of(script->sent[3], "PutRequest"), 1);
	assert_int_equal(count_of(script->sent[4], "PutRequest"), 2);
}

static void test_item_too_large_for_the_wire_is_refused_alone(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct refusals refusals = {0};
	struct numbered n;

	init_source(&n, 1);
	PLAY(script, {.status = 413, .body = ""});
	assert_int_equal(write_items(script, &n, &stats, &refusals), 0);
	assert_string_equal(refusals.last,
			    "{\"id\":{\"S\":\"k000\"}} RequestEntityTooLarge: "
			    "BatchWriteItem: the request is too large (413)");
}

static void test_denied_and_missing_table_end_it_at_once(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct refusals refusals = {0};
	struct numbered n;

	init_source(&n, 100);
	PLAY(script, {.status = 400,
		      .body = "{\"__type\":\"x#AccessDeniedException\"}"});
	assert_int_equal(write_items(script, &n, &stats, &refusals),
			 DG_EDENIED);
	assert_int_equal(script->next, 1);
	init_source(&n, 100);
	PLAY(script, {.status = 400,
		      .body = "{\"__type\":\"x#ResourceNotFoundException\"}"});
	assert_int_equal(write_items(script, &n, &stats, &refusals),
			 DG_ENOTFOUND);
	assert_int_equal(script->next, 1);
	assert_int_equal(refusals.count, 0);
}

static void test_failing_source_fails_the_write(void **state)
{
	struct script *script = *state;
	struct dg_batch_write_stats stats;
	struct numbered n;

	init_source(&n, 9000);
	n.fails_at = 8500;
	PLAY(script, ALL_TAKEN);
	assert_int_equal(write_items(script, &n, &stats, NULL), DG_EIO);
	assert_string_equal(script->err.message,
			    "cannot write to table 't': the disk is gone");
}

static const char *const bad_answers[] = {
	"{\"UnprocessedItems\":{\"t\":[" PUT("k777") "]}}",
	"{\"UnprocessedItems\":{\"t\":[{\"PutRequest\":{\"Item\":{}}}]}}",
	"{\"UnprocessedItems\":{\"t\":[{\"PutRequest\":7}]}}",
	"{\"UnprocessedItems\":{\"t\":{}}}",
	"{\"UnprocessedItems\":{}",
	"{\"UnprocessedItems\":{}}x",
};

static void test_answer_that_names_other_items_is_an_error(void **state)
{
	struct script *script = *state;

	for (size_t i = 0; i < sizeof(bad_answers) / sizeof(*bad_answers);
	     i++) {
		const struct script_answer answer = {.body = bad_answers[i]};
		struct dg_batch_write_stats stats;
		struct numbered n;
		int rc;

		init_source(&n, 3);
		script_play(script, &answer, 1);
		rc = write_items(script, &n, &stats, NULL);
		if (rc != DG_ESERVICE)
			fail_msg("%s: %d", bad_answers[i], rc);
		assert_int_equal(stats.written, 0);
		script_play(script, NULL, 0);
	}
}

#define WITH_SCRIPT(test)                                                      \
	cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRIPT(test_every_item_is_sent_once_in_batches_of_25),
		WITH_SCRIPT(test_deletes_send_keys_and_again_what_came_back),
		WITH_SCRIPT(test_batch_takes_from_all_over_the_window),
		WITH_SCRIPT(test_what_came_back_is_sent_again_after_a_pause),
		WITH_SCRIPT(test_items_that_never_go_through_end_it),
		WITH_SCRIPT(test_each_accepted_item_renews_the_patience),
		WITH_SCRIPT(test_waiting_for_the_rate_wears_no_patience),
		WITH_SCRIPT(test_refused_batch_is_halved_down_to_the_item),
		WITH_SCRIPT(test_item_too_large_for_the_wire_is_refused_alone),
		WITH_SCRIPT(test_denied_and_missing_table_end_it_at_once),
		WITH_SCRIPT(test_failing_source_fails_the_write),
		WITH_SCRIPT(test_answer_that_names_other_items_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
