#include "dynamodb/get_item.h"
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define KEY "{\"id\":{\"S\":\"a\\\"\\u0000\"}}"

static int get(struct script *script, bool consistent, struct dg_buf *line,
	       bool *found)
{
	const struct dg_get_item request = {
		.table = "media",
		.key = DG_SLICE(KEY),
		.consistent = consistent,
	};

	return dg_get_item(script->connection, &request, line, found,
			   &script->err);
}

static void test_the_key_is_sent_as_it_stands(void **state)
{
	struct script *script = *state;
	struct dg_buf line = DG_BUF_INIT(1024);
	bool found = true;

	PLAY(script, {.body = "{}"});
	assert_int_equal(get(script, false, &line, &found), 0);
	assert_string_equal(script->operation, "GetItem");
	assert_string_equal(script->sent[0],
			    "{\"TableName\":\"media\",\"Key\":" KEY "}");
	assert_false(found);
	assert_int_equal(get(script, true, &line, &found), 0);
	assert_string_equal(script->sent[1],
			    "{\"TableName\":\"media\",\"Key\":" KEY
			    ",\"ConsistentRead\":true}");
	assert_int_equal(line.len, 0);
}

struct answer_case {
	struct script_answer answer;
	const char *line; /* NULL: no such item */
};

static const struct answer_case answers[] = {
	{{.body = "{}"}, NULL},
	{{.body = "{\"Item\":null}"}, NULL},
	{{.body = "{\"ConsumedCapacity\":{\"Item\":{\"x\":{\"S\":\"\"}}}}"},
	 NULL},
	{{.body = "{\"Item\":{\"id\":{\"S\":\"a\"}}}"},
	 "{\"id\":{\"S\":\"a\"}}"},
	/* In the one spelling, whatever stands beside it. */
	{{.body = " { \"ConsumedCapacity\" : { \"Units\" : 0.5 } ,\n"
		  "\"Item\" : { \"n\" : { \"N\" : \"1.50\" } , "
		  "\"id\" : { \"S\" : \"\\u00e9\\u0000\" } } , \"X\" : [ ] }"},
	 "{\"id\":{\"S\":\"\xc3\xa9\\u0000\"},\"n\":{\"N\":\"1.5\"}}"},
};

static void test_the_item_of_an_answer_is_canonical(void **state)
{
	struct script *script = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct dg_buf line = DG_BUF_INIT(1024);
		bool found = !answers[i].line;

		assert_int_equal(dg_buf_add_str(&line, ">", NULL), 0);
		script_play(script, &answers[i].answer, 1);
		assert_int_equal(get(script, true, &line, &found), 0);
		assert_int_equal(found, answers[i].line != NULL);
		assert_string_equal(dg_buf_str(&line) + 1,
				    answers[i].line ? answers[i].line : "");
		dg_buf_free(&line);
	}
}

static void test_an_answer_that_is_none_is_an_error(void **state)
{
	static const struct script_answer broken[] = {
		{.body = "{\"Item\":{\"id\":{\"S\":1}}}"},
		{.body = "{\"Item\":{\"id\":{\"N\":\"x\"}}}"},
		{.body = "{\"Item\":[]}"},
		{.body = "{\"Item\":{\"id\":{\"S\":\"a\"}"},
	};
	struct script *script = *state;

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		struct dg_buf line = DG_BUF_INIT(1024);
		bool found = false;

		script_play(script, &broken[i], 1);
		if (get(script, true, &line, &found) >= 0)
			fail_msg("taken: %s", broken[i].body);
		if (!strstr(script->err.message, "GetItem"))
			fail_msg("%s: %s", broken[i].body, script->err.message);
		dg_buf_free(&line);
	}
}

static void test_a_refusal_is_the_services(void **state)
{
	struct script *script = *state;
	struct dg_buf line = DG_BUF_INIT(1024);
	bool found = true;

	PLAY(script, {.status = 400,
		      .body = "{\"__type\":\"x#AccessDeniedException\","
			      "\"message\":\"not you\"}"});
	assert_int_equal(get(script, true, &line, &found), DG_EDENIED);
	assert_non_null(strstr(script->err.message, "not you"));
	assert_false(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_the_key_is_sent_as_it_stands, script_setup,
			script_teardown),
		cmocka_unit_test_setup_teardown(
			test_the_item_of_an_answer_is_canonical, script_setup,
			script_teardown),
		cmocka_unit_test_setup_teardown(
			test_an_answer_that_is_none_is_an_error, script_setup,
			script_teardown),
		cmocka_unit_test_setup_teardown(test_a_refusal_is_the_services,
						script_setup, script_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
