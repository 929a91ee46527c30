#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define ERROR_BODY(type, words)                                                \
	"{\"__type\":\"com.amazonaws.dynamodb.v20120810#" type                 \
	"\",\"message\":\"" words "\"}"
#define THROTTLED                                                              \
	{                                                                      \
		.status = 400,                                                 \
		.body = ERROR_BODY("ProvisionedThroughputExceededException",   \
				   "slow")                                     \
	}
#define NOT_FOUND                                                              \
	{                                                                      \
		.status = 400,                                                 \
		.body = ERROR_BODY("ResourceNotFoundException", "no table")    \
	}

static int call(struct script *script, char **answer)
{
	struct dg_buf response = DG_BUF_INIT(1u << 20);
	int rc = dg_connection_call(script->connection, "Scan",
				    DG_SLICE("{\"TableName\":\"t\"}"),
				    &response, &script->err);

	if (answer)
		*answer = strdup(dg_buf_str(&response));
	dg_buf_free(&response);
	return rc;
}

static void test_request_is_signed_and_named(void **state)
{
	struct script *script = *state;
	char *answer;

	PLAY(script, {.body = "{\"Count\":0}"});
	assert_int_equal(call(script, &answer), 0);
	assert_string_equal(answer, "{\"Count\":0}");
	free(answer);
	assert_string_equal(script->sent[0], "{\"TableName\":\"t\"}");
	assert_string_equal(script->operation, "Scan");
	assert_non_null(strstr(script->headers, "Host: 127.0.0.1:8000\n"));
	assert_non_null(strstr(script->headers,
			       "Content-Type: application/x-amz-json-1.0\n"));
	assert_non_null(strstr(script->headers, "User-Agent: ddbgit/"));
	assert_non_null(
		strstr(script->headers, "X-Amz-Date: 20231114T221320Z\n"));
	assert_non_null(
		strstr(script->headers, "X-Amz-Security-Token: token\n"));
	assert_non_null(
		strstr(script->headers,
		       "Authorization: AWS4-HMAC-SHA256 Credential="
		       "AKIDEXAMPLE/20231114/eu-west-1/dynamodb/aws4_request, "
		       "SignedHeaders=content-type;host;x-amz-date;"
		       "x-amz-security-token;x-amz-target, Signature="));
}

static void test_throttling_is_waited_out_and_counted(void **state)
{
	struct script *script = *state;
	struct dg_dynamodb_stats stats;

	PLAY(script, THROTTLED, THROTTLED, {.body = "{}"});
	assert_int_equal(call(script, NULL), 0);
	assert_false(dg_connection_in_doubt(script->connection));
	dg_dynamodb_stats(script->db, &stats);
	assert_int_equal(stats.requests, 3);
	assert_int_equal(stats.retries, 2);
	assert_int_equal(stats.throttled, 2);
	assert_string_equal(script->sent[0], script->sent[2]);
}

static void test_damaged_answer_is_never_seen(void **state)
{
	struct script *script = *state;
	char *answer;

	PLAY(script, {.body = "{\"Count\":1}", .bad_crc = true},
	     {.failure = DG_HTTP_DROPPED}, {.body = "{\"Count\":2}"});
	assert_int_equal(call(script, &answer), 0);
	assert_string_equal(answer, "{\"Count\":2}");
	free(answer);
}

static void test_patience_ends_after_five_minutes(void **state)
{
	struct script *script = *state;

	PLAY(script, {.status = 500, .body = ""});
	script->time.now_ms = 1;
	script->answer_takes_ms = 10000;
	assert_int_equal(call(script, NULL), DG_ESERVICE);
	assert_in_range(script->time.now_ms, 300000, 340000);
	assert_non_null(strstr(script->err.message, "gave up after "));
	assert_non_null(strstr(script->err.message, "Scan: HTTP status 500"));
	/* Once after a while, then once a minute. */
	assert_in_range(script->warnings, 3, 7);
	assert_non_null(strstr(script->warning, "still trying"));
}

static void test_final_errors_are_not_repeated(void **state)
{
	static const struct {
		const char *body;
		int rc;
		const char *message;
	} cases[] = {
		{ERROR_BODY("ValidationException", "too large"), DG_EINVALID,
		 "Scan: ValidationException: too large"},
		{ERROR_BODY("AccessDeniedException", "no"), DG_EDENIED,
		 "Scan: AccessDeniedException: no"},
		{ERROR_BODY("UnknownOperationException", "what"),
		 DG_EUNSUPPORTED, "Scan: UnknownOperationException: what"},
		{ERROR_BODY("ResourceInUseException", "busy"), DG_EEXISTS,
		 "Scan: ResourceInUseException: busy"},
		{ERROR_BODY("ResourceNotFoundException", "none"), DG_ENOTFOUND,
		 "Scan: ResourceNotFoundException: none"},
	};
	struct script *script = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct script_answer answer = {.status = 400,
						     .body = cases[i].body};

		script_play(script, &answer, 1);
		assert_int_equal(call(script, NULL), cases[i].rc);
		assert_string_equal(script->err.message, cases[i].message);
		assert_int_equal(script->next, 1);
	}
	assert_int_equal(script->time.naps, 0);
	assert_string_equal(dg_connection_error_type(script->connection),
			    "ResourceNotFoundException");
	assert_string_equal(dg_connection_error_words(script->connection),
			    "none");
}

static void test_denied_operation_is_named_in_the_hint(void **state)
{
	struct script *script = *state;

	PLAY(script, {.status = 400,
		      .body = ERROR_BODY("AccessDeniedException", "no")});
	assert_int_equal(call(script, NULL), DG_EDENIED);
	assert_non_null(strstr(script->err.hint, "dynamodb:Scan"));
}

static void test_refused_connection_is_final_before_the_first_answer(
	void **state)
{
	struct script *script = *state;

	PLAY(script, {.failure = DG_HTTP_REFUSED});
	assert_int_equal(call(script, NULL), DG_EUNREACHABLE);
	assert_int_equal(script->next, 3);
	assert_in_range(script->time.slept_ms, 1, 2000);
}

static void test_refused_connection_is_waited_out_after_an_answer(void **state)
{
	struct script *script = *state;

	PLAY(script, {.body = "{}"}, {.failure = DG_HTTP_REFUSED},
	     {.failure = DG_HTTP_REFUSED}, {.failure = DG_HTTP_REFUSED},
	     {.failure = DG_HTTP_REFUSED}, {.body = "{}"});
	assert_int_equal(call(script, NULL), 0);
	assert_int_equal(call(script, NULL), 0);
	assert_int_equal(script->next, 6);
}

static void test_other_servers_are_named_with_what_they_said(void **state)
{
	struct script *script = *state;

	PLAY(script, {.status = 404, .body = "<html>\n <b>nginx</b>"});
	assert_int_equal(call(script, NULL), DG_ESERVICE);
	assert_non_null(strstr(script->err.message,
			       "http://127.0.0.1:8000 does not answer as "
			       "DynamoDB does: status 404"));
	assert_non_null(strstr(script->err.message, "<html> <b>nginx</b>"));
	assert_non_null(strstr(script->err.hint, "--endpoint-url"));
}

static void test_clock_of_the_service_is_adopted_once(void **state)
{
	struct script *script = *state;

	PLAY(script,
	     {.status = 400,
	      .date = SCRIPT_START_S + 86400,
	      .body = ERROR_BODY("InvalidSignatureException",
				 "Signature expired: it is late")},
	     {.body = "{}"});
	assert_int_equal(call(script, NULL), 0);
	assert_non_null(
		strstr(script->headers, "X-Amz-Date: 20231115T221320Z\n"));
	PLAY(script, {.status = 400,
		      .date = SCRIPT_START_S,
		      .body = ERROR_BODY("RequestTimeTooSkewed", "late")});
	assert_int_equal(call(script, NULL), DG_EDENIED);
	assert_int_equal(script->next, 2);
	assert_non_null(strstr(script->err.hint, "clock"));
}

static void test_expired_keys_that_cannot_be_renewed_end_the_call(void **state)
{
	struct script *script = *state;

	PLAY(script, {.status = 400,
		      .body = ERROR_BODY("ExpiredTokenException", "old")});
	assert_int_equal(call(script, NULL), DG_EDENIED);
	assert_int_equal(script->next, 1);
	assert_non_null(strstr(script->err.message, "expired"));
}

static void test_cancelling_ends_the_retries(void **state)
{
	struct script *script = *state;

	PLAY(script, THROTTLED);
	dg_cancel_set(&script->cancel);
	assert_int_equal(call(script, NULL), DG_ECANCELLED);
	assert_int_equal(script->next, 0);
}

static void test_new_table_may_be_unknown_for_a_while(void **state)
{
	struct script *script = *state;

	PLAY(script, NOT_FOUND, NOT_FOUND, {.body = "{}"});
	assert_int_equal(call(script, NULL), DG_ENOTFOUND);
	script->db->created_ms = script->time.now_ms;
	assert_int_equal(call(script, NULL), 0);
}

static void test_control_answer_must_be_json(void **state)
{
	struct script *script = *state;
	struct dg_json *body = json_of("{}"), *response = NULL;

	PLAY(script, {.body = "{\"a\":"});
	assert_int_equal(dg_connection_control(script->connection,
					       "DescribeTable", body, &response,
					       &script->err),
			 DG_EINVALID);
	assert_non_null(
		strstr(script->err.message, "the answer to DescribeTable"));
	dg_json_free(body);
}

#define WITH_SCRIPT(test)                                                      \
	cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRIPT(test_request_is_signed_and_named),
		WITH_SCRIPT(test_throttling_is_waited_out_and_counted),
		WITH_SCRIPT(test_damaged_answer_is_never_seen),
		WITH_SCRIPT(test_patience_ends_after_five_minutes),
		WITH_SCRIPT(test_final_errors_are_not_repeated),
		WITH_SCRIPT(test_denied_operation_is_named_in_the_hint),
		WITH_SCRIPT(
			test_refused_connection_is_final_before_the_first_answer),
		WITH_SCRIPT(
			test_refused_connection_is_waited_out_after_an_answer),
		WITH_SCRIPT(test_other_servers_are_named_with_what_they_said),
		WITH_SCRIPT(test_clock_of_the_service_is_adopted_once),
		WITH_SCRIPT(
			test_expired_keys_that_cannot_be_renewed_end_the_call),
		WITH_SCRIPT(test_cancelling_ends_the_retries),
		WITH_SCRIPT(test_new_table_may_be_unknown_for_a_while),
		WITH_SCRIPT(test_control_answer_must_be_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
