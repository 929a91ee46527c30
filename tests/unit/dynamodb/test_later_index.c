#include "dynamodb/later_index.h"
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define TYPE(name, type)                                                       \
	"{\"AttributeName\":\"" name "\",\"AttributeType\":\"" type "\"}"
#define KEY(name) "[{\"AttributeName\":\"" name "\",\"KeyType\":\"HASH\"}]"
#define INDEX(name, key)                                                       \
	"{\"IndexName\":\"" name "\",\"KeySchema\":" KEY(                      \
		key) ",\"Projection\":{\"ProjectionType\":\"ALL\"}}"
#define ADDS(index, definitions)                                               \
	"{\"AttributeDefinitions\":[" definitions                              \
	"],\"GlobalSecondaryIndexUpdates\":[{\"Create\":" index "}]}"

static void test_global_indexes_leave_the_request_with_their_attributes(
	void **state)
{
	struct dg_json *request = json_of(
		"{\"TableName\":\"t\",\"AttributeDefinitions\":[" TYPE("id", "S") "," TYPE(
			"n",
			"N") "," TYPE("l",
				      "S") "],"
					   "\"KeySchema\":" KEY(
						   "id") ",\"LocalSecondaryInde"
							 "xes\":"
							 "[" INDEX(
								 "local",
								 "l") "],"
								      "\"Global"
								      "Seconda"
								      "ryIndexe"
								      "s\":"
								      "[" INDEX("by-n", "n") "," INDEX(
									      "by-id",
									      "id") "]}");
	struct dg_json *bodies = NULL;

	(void)state;
	assert_int_equal(dg_table_defer_indexes(request, NULL, &bodies, NULL),
			 0);
	assert_json(request,
		    "{\"TableName\":\"t\",\"AttributeDefinitions\":"
		    "[" TYPE("id", "S") "," TYPE(
			    "l", "S") "],"
				      "\"KeySchema\":" KEY(
					      "id") ",\"LocalSecondaryIndex"
						    "es\":[" INDEX("local",
								   "l") "]"
									"}");
	assert_json(bodies,
		    "[" ADDS(INDEX("by-n", "n"), TYPE("n", "N")) "," ADDS(
			    INDEX("by-id", "id"), TYPE("id", "S")) "]");
	assert_string_equal(dg_table_deferred_name(dg_json_first(bodies)),
			    "by-n");
	dg_json_free(request);
	dg_json_free(bodies);
}

static void test_a_table_without_indexes_defers_none(void **state)
{
	struct dg_json *request = json_of("{\"AttributeDefinitions\":[" TYPE(
		"id", "S") "],"
			   "\"KeySchema\":" KEY("id") "}");
	struct dg_json *bodies = NULL;

	(void)state;
	assert_int_equal(dg_table_defer_indexes(request, NULL, &bodies, NULL),
			 0);
	assert_int_equal(dg_json_length(bodies), 0);
	dg_json_free(request);
	dg_json_free(bodies);
}

static int add(struct script *script)
{
	struct dg_json *body =
		json_of(ADDS(INDEX("by-n", "n"), TYPE("n", "N")));
	int rc =
		dg_table_add_index(script->connection, "t", body, &script->err);

	dg_json_free(body);
	return rc;
}

#define STATUS(status)                                                         \
	{                                                                      \
		.body = "{\"Table\":{\"TableStatus\":\"ACTIVE\","              \
			"\"GlobalSecondaryIndexes\":[{\"IndexName\":\"by-n\"," \
			"\"IndexStatus\":\"" status "\"}]}}"                   \
	}
#define INVALID(words)                                                         \
	{                                                                      \
		.status = 400,                                                 \
		.body = "{\"__type\":\"x#ValidationException\",\"message\":"   \
			"\"" words "\"}"                                       \
	}

static void test_an_index_is_waited_for(void **state)
{
	struct script *script = *state;

	PLAY(script, {.body = "{}"}, STATUS("CREATING"), STATUS("CREATING"),
	     STATUS("ACTIVE"));
	assert_int_equal(add(script), 0);
	assert_int_equal(script->next, 4);
	assert_non_null(strstr(script->sent[0], "\"TableName\":\"t\""));
	assert_non_null(strstr(script->sent[0], "\"Create\":{\"IndexName\""));
}

static void test_a_refused_index_is_named(void **state)
{
	struct script *script = *state;

	PLAY(script, INVALID("bad"));
	assert_int_equal(add(script), DG_EINVALID);
	assert_non_null(strstr(script->err.message, "'by-n'"));
	PLAY(script, INVALID("Index by-n already exists"));
	assert_int_equal(add(script), DG_EINVALID);
}

static void test_an_index_of_a_lost_answer_is_ours(void **state)
{
	struct script *script = *state;

	PLAY(script, {.failure = DG_HTTP_TIMEOUT},
	     INVALID("Attempting to create an index which already exists"),
	     STATUS("ACTIVE"));
	assert_int_equal(add(script), 0);
}

#define WITH_SCRIPT(test)                                                      \
	cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_global_indexes_leave_the_request_with_their_attributes),
		cmocka_unit_test(test_a_table_without_indexes_defers_none),
		WITH_SCRIPT(test_an_index_is_waited_for),
		WITH_SCRIPT(test_a_refused_index_is_named),
		WITH_SCRIPT(test_an_index_of_a_lost_answer_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
