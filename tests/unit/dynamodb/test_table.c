#include "dynamodb/table.h"
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define SAYS(type)                                                             \
	{                                                                      \
		.status = 400, .body = "{\"__type\":\"x#" type "\"}"           \
	}

static void test_missing_table_is_named_with_where(void **state)
{
	struct script *script = *state;
	struct dg_json *table = NULL;

	PLAY(script, SAYS("ResourceNotFoundException"));
	assert_int_equal(dg_table_describe(script->connection, "media", &table,
					   &script->err),
			 DG_ENOTFOUND);
	assert_string_equal(script->err.message,
			    "table 'media' does not exist in eu-west-1 at "
			    "http://127.0.0.1:8000");
	assert_string_equal(script->sent[0], "{\"TableName\":\"media\"}");
}

static void test_described_table_is_the_object_inside(void **state)
{
	struct script *script = *state;
	struct dg_json *table = NULL;

	PLAY(script,
	     {.body = "{\"Table\":{\"ProvisionedThroughput\":{"
		      "\"ReadCapacityUnits\":3,\"WriteCapacityUnits\":4}}}"});
	assert_int_equal(dg_table_describe(script->connection, "media", &table,
					   &script->err),
			 0);
	assert_int_equal(dg_table_read_units(table), 3);
	assert_int_equal(dg_table_write_units(table), 4);
	dg_json_free(table);
	table = NULL;
	PLAY(script, {.body = "{\"Tables\":[]}"});
	assert_int_equal(dg_table_describe(script->connection, "media", &table,
					   &script->err),
			 DG_ESERVICE);
}

struct status_case {
	const char *status;
	const char *message; /* NULL: usable */
};

static const struct status_case status_cases[] = {
	{"ACTIVE", NULL},
	{"UPDATING", NULL},
	{"CREATING", "table 't' is being created"},
	{"DELETING", "table 't' is being deleted"},
	{"ARCHIVED", "table 't' cannot be used: it is ARCHIVED"},
	{"INACCESSIBLE_ENCRYPTION_CREDENTIALS",
	 "table 't' cannot be used: it is INACCESSIBLE_ENCRYPTION_CREDENTIALS"},
};

static void test_table_that_comes_or_goes_is_not_usable(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(status_cases) / sizeof(*status_cases);
	     i++) {
		const struct status_case *c = &status_cases[i];
		struct dg_json *table = json_of("{\"TableName\":\"t\"}");
		struct dg_error err;

		dg_json_set_string(table, "TableStatus", c->status, &err);
		assert_int_equal(dg_table_check_usable(table, &err),
				 c->message ? DG_EFAILED : 0);
		if (c->message) {
			assert_string_equal(err.message, c->message);
			assert_true(err.hint[0] != '\0');
		}
		dg_json_free(table);
	}
}

struct setting_case {
	struct script_answer answer;
	const char *previous;
	int rc;
	const char *definition;
	const char *not_read;
};

#define TTL_ON                                                                 \
	"\"TimeToLiveDescription\":{\"AttributeName\":\"end\","                \
	"\"TimeToLiveStatus\":\"ENABLED\"}"
#define TTL_OFF "\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"DISABLED\"}"
#define NOT_READ "[\"TimeToLiveDescription\"]"

static const struct setting_case setting_cases[] = {
	{{.body = "{" TTL_ON "}"}, "{}", 0, "{" TTL_ON "}", "[]"},
	{{.body = "{\"TimeToLiveDescription\":{\"AttributeName\":\"end\","
		  "\"TimeToLiveStatus\":\"ENABLING\"}}"},
	 "{}",
	 0,
	 "{" TTL_ON "}",
	 "[]"},
	{{.body = "{\"TimeToLiveDescription\":{\"AttributeName\":\"end\","
		  "\"TimeToLiveStatus\":\"DISABLING\"}}"},
	 "{" TTL_ON "}",
	 0,
	 "{" TTL_OFF "}",
	 "[]"},
	{{.body = "{" TTL_OFF "}"}, "{" TTL_ON "}", 0, "{" TTL_OFF "}", "[]"},
	{SAYS("AccessDeniedException"), "{" TTL_ON "}", 0, "{" TTL_ON "}",
	 NOT_READ},
	{SAYS("UnknownOperationException"), "{}", 0, "{}", NOT_READ},
	{SAYS("ResourceNotFoundException"), "{}", DG_ENOTFOUND, "{}", "[]"},
};

static void test_setting_that_cannot_be_read_keeps_its_value(void **state)
{
	struct script *script = *state;
	int warnings = 0;

	for (size_t i = 0; i < sizeof(setting_cases) / sizeof(*setting_cases);
	     i++) {
		const struct setting_case *c = &setting_cases[i];
		struct dg_json *previous = json_of(c->previous);
		struct dg_json *definition = json_of("{}");
		struct dg_json *not_read = json_of("[]");
		const struct dg_settings_target target = {
			.definition = definition,
			.not_read = not_read,
			.previous = previous,
			.log = script->db->log,
		};

		script_play(script, &c->answer, 1);
		assert_int_equal(dg_table_read_settings(script->connection, "t",
							&target, &script->err),
				 c->rc);
		assert_json(definition, c->definition);
		assert_json(not_read, c->not_read);
		warnings += dg_json_length(not_read) > 0;
		assert_int_equal(script->warnings, warnings);
		dg_json_free(previous);
		dg_json_free(definition);
		dg_json_free(not_read);
	}
	script_play(script, NULL, 0);
}

#define KEY(name) "\"KeySchema\":[{\"AttributeName\":\"" name "\"}]"
#define TYPE(type)                                                             \
	"\"AttributeDefinitions\":[{\"AttributeName\":\"id\","                 \
	"\"AttributeType\":\"" type "\"}]"
#define INDEX(name, projection)                                                \
	"{\"IndexName\":\"" name                                               \
	"\"," KEY("id") ",\"Projection\":{"                                    \
			"\"ProjectionType\":\"" projection "\"}}"
#define INDEXES(list) "\"GlobalSecondaryIndexes\":[" list "]"
#define ASKED                                                                  \
	KEY("id")                                                              \
	"," TYPE("S") "," INDEXES(INDEX("a", "ALL") "," INDEX("b", "ALL"))

static int create(struct script *script)
{
	struct dg_json *request = json_of("{\"TableName\":\"t\"," ASKED "}");
	int rc = dg_table_create(script->connection, request, &script->err);

	dg_json_free(request);
	return rc;
}

static void test_creation_waits_for_the_table_and_its_indexes(void **state)
{
	struct script *script = *state;

	PLAY(script, {.body = "{}"}, SAYS("ResourceNotFoundException"),
	     {.body = "{\"Table\":{\"TableStatus\":\"CREATING\"}}"},
	     {.body = "{\"Table\":{\"TableStatus\":\"ACTIVE\","
		      "\"GlobalSecondaryIndexes\":[{\"IndexStatus\":"
		      "\"CREATING\"}]}}"},
	     {.body = "{\"Table\":{\"TableStatus\":\"ACTIVE\","
		      "\"GlobalSecondaryIndexes\":[{\"IndexStatus\":"
		      "\"ACTIVE\"}]}}"});
	assert_int_equal(create(script), 0);
	assert_int_equal(script->next, 5);
	assert_true(script->time.slept_ms >= 600);
}

static void test_table_that_never_comes_is_an_error(void **state)
{
	struct script *script = *state;
	struct dg_json *table = NULL;

	PLAY(script, {.body = "{\"Table\":{\"TableStatus\":\"CREATING\"}}"});
	assert_int_equal(dg_table_wait_created(script->connection, "t", &table,
					       &script->err),
			 DG_EFAILED);
	assert_null(table);
	assert_string_equal(script->err.message,
			    "waiting for the new table: table 't' is not "
			    "ACTIVE with all its indexes after 30 minutes");
}

static void test_wait_for_a_table_can_be_cancelled(void **state)
{
	struct script *script = *state;
	struct dg_json *table = NULL;

	PLAY(script, {.body = "{\"Table\":{\"TableStatus\":\"CREATING\"}}"});
	dg_cancel_set(&script->cancel);
	assert_int_equal(dg_table_wait_created(script->connection, "t", &table,
					       &script->err),
			 DG_ECANCELLED);
}

static void test_table_of_a_lost_answer_is_ours(void **state)
{
	struct script *script = *state;

	PLAY(script, {.failure = DG_HTTP_DROPPED},
	     SAYS("ResourceInUseException"),
	     {.body = "{\"Table\":{\"TableStatus\":\"CREATING\"}}"},
	     {.body = "{\"Table\":{" ASKED "}}"});
	assert_int_equal(create(script), 0);
	assert_int_equal(script->next, 4);
	PLAY(script, {.status = 500, .body = "{}"},
	     SAYS("ResourceInUseException"),
	     {.body = "{\"Table\":{" KEY("id") "," TYPE("S") "," INDEXES(
		      INDEX("b", "ALL") "," INDEX("a", "ALL")) "}}"});
	assert_int_equal(create(script), 0);
}

static void test_table_of_somebody_else_is_an_error(void **state)
{
	struct script *script = *state;

	PLAY(script, SAYS("ResourceInUseException"));
	assert_int_equal(create(script), DG_EEXISTS);
	/* These say that nothing was done. */
	PLAY(script, SAYS("ThrottlingException"),
	     SAYS("LimitExceededException"), {.failure = DG_HTTP_REFUSED},
	     SAYS("ResourceInUseException"));
	assert_int_equal(create(script), DG_EEXISTS);
}

static const char *const others[] = {
	"{\"Table\":{" KEY("no") "," TYPE("S") "," INDEXES(
		INDEX("a", "ALL") "," INDEX("b", "ALL")) "}}",
	"{\"Table\":{" KEY("id") "," TYPE("N") "," INDEXES(
		INDEX("a", "ALL") "," INDEX("b", "ALL")) "}}",
	"{\"Table\":{" KEY("id") "," TYPE("S") "," INDEXES(
		INDEX("a", "ALL")) "}}",
	"{\"Table\":{" KEY("id") "," TYPE("S") "," INDEXES(
		INDEX("a", "ALL") "," INDEX("c", "ALL")) "}}",
	"{\"Table\":{" KEY("id") "," TYPE("S") "," INDEXES(
		INDEX("a", "ALL") "," INDEX("b", "KEYS_ONLY")) "}}",
};

static void test_table_of_a_lost_answer_must_be_what_was_asked(void **state)
{
	struct script *script = *state;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		const struct script_answer answers[] = {
			{.failure = DG_HTTP_DROPPED},
			SAYS("ResourceInUseException"),
			{.body = others[i]},
		};

		script_play(script, answers, 3);
		assert_int_equal(create(script), DG_EEXISTS);
		assert_string_equal(script->err.message,
				    "cannot create table 't': it exists, with "
				    "other keys or indexes");
	}
	script_play(script, NULL, 0);
}

static void test_finish_sets_time_to_live_then_protection(void **state)
{
	struct script *script = *state;
	struct dg_json *definition = json_of(
		"{\"Table\":{\"DeletionProtectionEnabled\":true}," TTL_ON "}");

	PLAY(script,
	     {.status = 400,
	      .body = "{\"__type\":\"ValidationException\",\"message\":"
		      "\"TimeToLive is already enabled\"}"},
	     SAYS("ResourceInUseException"), {.body = "{}"});
	assert_int_equal(dg_table_finish(script->connection, "t", definition,
					 &script->err),
			 0);
	assert_non_null(strstr(script->sent[0], "\"AttributeName\":\"end\""));
	assert_non_null(
		strstr(script->sent[2], "\"DeletionProtectionEnabled\":true"));
	assert_int_equal(script->next, 3);
	dg_json_free(definition);
	definition = json_of("{\"Table\":{}," TTL_OFF "}");
	PLAY(script, {.status = 500, .body = ""});
	assert_int_equal(dg_table_finish(script->connection, "t", definition,
					 &script->err),
			 0);
	assert_int_equal(script->next, 0);
	dg_json_free(definition);
}

static void test_change_of_a_table_ever_in_use_ends(void **state)
{
	struct script *script = *state;
	struct dg_json *definition =
		json_of("{\"Table\":{\"DeletionProtectionEnabled\":true}}");

	PLAY(script, SAYS("ResourceInUseException"));
	assert_int_equal(dg_table_finish(script->connection, "t", definition,
					 &script->err),
			 DG_EEXISTS);
	assert_in_range(script->time.slept_ms, 300000, 330000);
	dg_json_free(definition);
}

#define WITH_SCRIPT(test)                                                      \
	cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRIPT(test_missing_table_is_named_with_where),
		WITH_SCRIPT(test_described_table_is_the_object_inside),
		cmocka_unit_test(test_table_that_comes_or_goes_is_not_usable),
		WITH_SCRIPT(test_setting_that_cannot_be_read_keeps_its_value),
		WITH_SCRIPT(test_creation_waits_for_the_table_and_its_indexes),
		WITH_SCRIPT(test_table_that_never_comes_is_an_error),
		WITH_SCRIPT(test_wait_for_a_table_can_be_cancelled),
		WITH_SCRIPT(test_table_of_a_lost_answer_is_ours),
		WITH_SCRIPT(test_table_of_somebody_else_is_an_error),
		WITH_SCRIPT(test_table_of_a_lost_answer_must_be_what_was_asked),
		WITH_SCRIPT(test_finish_sets_time_to_live_then_protection),
		WITH_SCRIPT(test_change_of_a_table_ever_in_use_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
