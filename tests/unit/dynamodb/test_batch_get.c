#include "dynamodb/batch_get.h"
#include "dynamodb/batch_get_size.h"
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
	char line[64];
	struct dg_buf key;
};

static int numbered_next(struct dg_item_source *self, struct dg_item *item,
			 struct dg_error *err)
{
	struct numbered *n = (struct numbered *)self;
	char id[8];
	int rc;

	if (n->next == n->count)
		return 0;
	snprintf(id, sizeof(id), "k%03d", n->next++);
	snprintf(n->line, sizeof(n->line), "{\"id\":{\"S\":\"%s\"}}", id);
	dg_buf_clear(&n->key);
	rc = dg_key_encode(&n->key, 'S', dg_slice_str(id), err);
	item->line = dg_slice_str(n->line);
	item->key = dg_buf_slice(&n->key);
	return rc < 0 ? rc : 1;
}

static int note_item(void *context, const struct dg_item *item,
		     struct dg_error *err)
{
	int rc = dg_buf_add_slice(context, item->line, err);

	return rc == 0 ? dg_buf_add_char(context, ' ', err) : rc;
}

/* Asks for so many keys; found gets the items. */
static int get_with(struct script *script, int keys, struct dg_buf *found,
		    const struct dg_batch_get_options *more)
{
	struct numbered n = {
		.source = {.next = numbered_next, .keys = {1, {{"id", 'S'}}}},
		.count = keys,
		.key = DG_BUF_INIT(100),
	};
	struct dg_batch_get_options options = *more;
	int rc;

	options.table = "t";
	options.workers = 1;
	options.memory = 8u << 20;
	options.item = note_item;
	options.context = found;
	rc = dg_batch_get(script->db, &n.source, &options, &script->err);
	dg_buf_free(&n.key);
	return rc;
}

static int get(struct script *script, int keys, struct dg_buf *found)
{
	return get_with(script, keys, found, &(struct dg_batch_get_options){0});
}

static int count_of(const char *text, const char *part)
{
	int count = 0;

	for (const char *p = text; (p = strstr(p, part)); p++)
		count++;
	return count;
}

#define KEY(key) "{ \"id\":{\"S\":\"" key "\"}}"
#define ANSWER(items, keys)                                                    \
	{                                                                      \
		.body = "{\"Responses\":{\"t\":[" items                        \
			"]},\"UnprocessedKeys\":{" keys "}}"                   \
	}
#define BACK(keys) "\"t\":{\"Keys\":[" keys "],\"ConsistentRead\":true}"

static void test_every_key_is_asked_for_once_a_hundred_at_a_time(void **state)
{
	struct script *script = *state;

	PLAY(script, ANSWER("", ""));
	assert_int_equal(get(script, 250, NULL), 0);
	assert_int_equal(script->next, 3);
	assert_string_equal(script->operation, "BatchGetItem");
	assert_int_equal(count_of(script->sent[0], "\"id\""), 100);
	assert_int_equal(count_of(script->sent[1], "\"id\""), 100);
	assert_int_equal(count_of(script->sent[2], "\"id\""), 50);
	for (int i = 0; i < 250; i++) {
		char key[32];

		snprintf(key, sizeof(key), "\"k%03d\"", i);
		assert_int_equal(count_of(script->sent[0], key) +
					 count_of(script->sent[1], key) +
					 count_of(script->sent[2], key),
				 1);
	}
}

static void test_no_key_is_no_request(void **state)
{
	struct script *script = *state;

	PLAY(script, ANSWER("", ""));
	assert_int_equal(get(script, 0, NULL), 0);
	assert_int_equal(script->next, 0);
}

static void test_items_come_as_their_canonical_lines(void **state)
{
	struct script *script = *state;
	struct dg_buf found = DG_BUF_INIT(1000);

	PLAY(script, ANSWER("{\"n\": {\"N\":\"1.0\"}, \"id\":{\"S\":\"k002\"}},"
			    "{\"id\":{\"S\":\"k000\"}}",
			    ""));
	assert_int_equal(get(script, 3, &found), 0);
	assert_string_equal(script->sent[0],
			    "{\"RequestItems\":{\"t\":{\"Keys\":["
			    "{\"id\":{\"S\":\"k000\"}},"
			    "{\"id\":{\"S\":\"k001\"}},"
			    "{\"id\":{\"S\":\"k002\"}}],"
			    "\"ConsistentRead\":true}},"
			    "\"ReturnConsumedCapacity\":\"TOTAL\"}");
	assert_string_equal(dg_buf_str(&found),
			    "{\"id\":{\"S\":\"k002\"},\"n\":{\"N\":\"1\"}} "
			    "{\"id\":{\"S\":\"k000\"}} ");
	dg_buf_free(&found);
}

static void test_what_came_back_is_asked_for_again_after_a_pause(void **state)
{
	struct script *script = *state;
	struct dg_buf found = DG_BUF_INIT(1000);

	PLAY(script, ANSWER(KEY("k000"), BACK(KEY("k001") "," KEY("k002"))),
	     ANSWER(KEY("k002"), BACK(KEY("k001"))), ANSWER(KEY("k001"), ""));
	assert_int_equal(get(script, 3, &found), 0);
	assert_int_equal(script->next, 3);
	assert_int_equal(count_of(script->sent[1], "\"id\""), 2);
	assert_int_equal(count_of(script->sent[2], "\"id\""), 1);
	assert_int_equal(count_of(dg_buf_str(&found), "\"id\""), 3);
	/* 50 ms for what came back once, 100 for what came back twice. */
	assert_in_range(script->time.slept_ms, 150, 300);
	dg_buf_free(&found);
}

static void test_keys_that_never_go_through_end_it(void **state)
{
	struct script *script = *state;

	script->answer_takes_ms = 5000;
	PLAY(script, ANSWER("", BACK(KEY("k000"))));
	assert_int_equal(get(script, 1, NULL), DG_ESERVICE);
	assert_non_null(strstr(script->err.message, "for 5 minutes"));
	assert_in_range(script->time.now_ms, 295000, 330000);
}

/* The beginning and the end of an answer, between which a text stands. */
#define LONG_ANSWER_HEAD                                                       \
	"{\"UnprocessedKeys\":{" BACK(                                         \
		KEY("k001") "," KEY("k002")) "},"                              \
					     "\"Responses\":{\"t\":[{\"id\":{" \
					     "\"S\":\"k000\"},\"x\":{\"S\":\""
#define LONG_ANSWER_TAIL "\"}}]}}"

/* 16 MB are the most that an answer holds: then nothing is scarce. */
static void test_a_full_answer_is_not_throttling(void **state)
{
	enum { FULL = 1100000 };
	static char body[FULL + 500];
	struct script *script = *state;
	struct dg_buf found = DG_BUF_INIT(2 * FULL);
	struct script_answer answers[] = {{.body = body},
					  ANSWER(KEY("k001"), "")};
	size_t len = sizeof(LONG_ANSWER_HEAD) - 1;

	strcpy(body, LONG_ANSWER_HEAD);
	memset(body + len, 'x', FULL);
	strcpy(body + len + FULL, LONG_ANSWER_TAIL);
	script->answer_takes_ms = 1000000;
	script_play(script, answers, 2);
	assert_int_equal(get(script, 3, &found), 0);
	assert_int_equal(script->time.slept_ms, 50);
	dg_buf_free(&found);
}

static void test_a_key_that_is_back_and_found_is_no_answer(void **state)
{
	static const struct {
		const char *body;
		const char *words;
	} cases[] = {
		{"{}", "no UnprocessedKeys"},
		{"{\"UnprocessedKeys\":{}}", "no Responses"},
		{"{\"Responses\":{\"t\":[]}}", "no UnprocessedKeys"},
		{"{\"Responses\":{\"t\":[" KEY(
			 "other") "]},\"UnprocessedKeys\":{}}",
		 "not asked for"},
		{"{\"Responses\":{\"t\":[" KEY("k000") "," KEY(
			 "k000") "]},\"UnprocessedKeys\":{}}",
		 "twice"},
		{"{\"Responses\":{\"t\":[" KEY(
			 "k000") "]},\"UnprocessedKeys\":"
				 "{" BACK(KEY("k000")) "}}",
		 "twice"},
		{"{\"Responses\":{\"t\":[{}]},\"UnprocessedKeys\":{}}", "id"},
		{"{\"Responses\":{\"t\":[]},\"UnprocessedKeys\":{}}}", ""},
	};
	struct script *script = *state;
	struct dg_buf found = DG_BUF_INIT(1000);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct script_answer answer = {.body = cases[i].body};

		script_play(script, &answer, 1);
		if (get(script, 1, &found) != DG_ESERVICE)
			fail_msg("taken: %s", cases[i].body);
		assert_non_null(
			strstr(script->err.message,
			       "cannot read the answer to BatchGetItem"));
		if (!strstr(script->err.message, cases[i].words))
			fail_msg("%s: %s", cases[i].body, script->err.message);
	}
	dg_buf_free(&found);
}

static void test_who_may_not_is_told_what_to_allow(void **state)
{
	struct script *script = *state;

	PLAY(script, {.status = 400,
		      .body = "{\"__type\":\"x#AccessDeniedException\","
			      "\"message\":\"not authorized\"}"});
	assert_int_equal(get(script, 1, NULL), DG_EDENIED);
	assert_non_null(strstr(script->err.hint, "dynamodb:BatchGetItem"));
}

static void test_a_low_rate_asks_for_few_keys(void **state)
{
	const struct dg_batch_get_options slow = {.rate = {20, false},
						  .item_bytes = 8000};
	struct script *script = *state;

	PLAY(script,
	     {.body = "{\"Responses\":{\"t\":[]},\"UnprocessedKeys\":{},"
		      "\"ConsumedCapacity\":[{\"TableName\":\"t\","
		      "\"CapacityUnits\":10}]}"});
	assert_int_equal(get_with(script, 20, NULL, &slow), 0);
	/* Two units each: five keys are half a second's worth. */
	assert_int_equal(count_of(script->sent[0], "\"id\""), 5);
	assert_int_equal(script->next, 4);
	assert_in_range(script->time.slept_ms, 1000, 2500);
}

static void test_keys_follow_what_items_take(void **state)
{
	struct dg_batch_get_size size;

	(void)state;
	dg_batch_get_size_init(&size, 1000000, 0, 0);
	assert_int_equal(dg_batch_get_size_keys(&size), 100);
	dg_batch_get_size_init(&size, 1000000, 0, 100000);
	assert_int_equal(dg_batch_get_size_keys(&size), 10);
	dg_batch_get_size_learn(&size, 10, 5000000, 0);
	assert_int_equal(dg_batch_get_size_keys(&size), 2);
	dg_batch_get_size_learn(&size, 0, 5000000, 100);
	dg_batch_get_size_learn(&size, 1, 5000000, 100);
	assert_int_equal(dg_batch_get_size_keys(&size), 1);
	for (int i = 0; i < 40; i++)
		dg_batch_get_size_learn(&size, 10, 100, 10);
	assert_int_equal(dg_batch_get_size_keys(&size), 100);
}

#define SCRIPT(test)                                                           \
	cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRIPT(test_every_key_is_asked_for_once_a_hundred_at_a_time),
		SCRIPT(test_no_key_is_no_request),
		SCRIPT(test_items_come_as_their_canonical_lines),
		SCRIPT(test_what_came_back_is_asked_for_again_after_a_pause),
		SCRIPT(test_keys_that_never_go_through_end_it),
		SCRIPT(test_a_full_answer_is_not_throttling),
		SCRIPT(test_a_key_that_is_back_and_found_is_no_answer),
		SCRIPT(test_who_may_not_is_told_what_to_allow),
		SCRIPT(test_a_low_rate_asks_for_few_keys),
		cmocka_unit_test(test_keys_follow_what_items_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
