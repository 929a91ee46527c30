#include "script.h"

#include "base/crc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int64_t fake_now(struct dg_clock *clock)
{
	return ((struct fake_clock *)clock)->now_ms;
}

static int64_t fake_wall(struct dg_clock *clock)
{
	return SCRIPT_START_S * INT64_C(1000) + fake_now(clock);
}

static int fake_sleep(struct dg_clock *clock, int64_t ms,
		      const struct dg_cancel *cancel)
{
	struct fake_clock *fake = (struct fake_clock *)clock;

	if (dg_cancelled(cancel))
		return DG_ECANCELLED;
	fake->now_ms += ms;
	fake->slept_ms += ms;
	fake->naps++;
	return 0;
}

void fake_clock_init(struct fake_clock *fake)
{
	*fake = (struct fake_clock){
		.clock = {.now_ms = fake_now,
			  .wall_ms = fake_wall,
			  .sleep_ms = fake_sleep,
			  .speed = 1},
	};
}

static void note_headers(struct script *script,
			 const struct dg_http_request *request)
{
	const char *target;

	script->headers[0] = '\0';
	for (size_t i = 0; request->headers[i]; i++) {
		strcat(script->headers, request->headers[i]);
		strcat(script->headers, "\n");
	}
	target = strstr(script->headers, "X-Amz-Target: DynamoDB_20120810.");
	assert_non_null(target);
	assert_int_equal(
		sscanf(target, "%*[^.].%63[A-Za-z]", script->operation), 1);
}

static void note_request(struct script *script,
			 const struct dg_http_request *request)
{
	assert_true(script->next < SCRIPT_SENT_MAX);
	script->sent[script->next] =
		strndup(request->body.ptr, request->body.len);
	note_headers(script, request);
}

/* A model of the service answers. */
static int respond(struct script *script, const struct dg_http_request *request,
		   struct dg_http_response *response)
{
	int rc;

	note_headers(script, request);
	script->time.now_ms += script->answer_takes_ms;
	response->failure = DG_HTTP_OK;
	response->date = -1;
	response->status = 200;
	rc = script->respond(script->context, script->operation, request->body,
			     &response->body, &response->status);
	response->has_crc32 = true;
	response->crc32 = dg_crc32(0, response->body.ptr, response->body.len);
	return rc;
}

static int play(void *context, const struct dg_http_request *request,
		struct dg_http_response *response, struct dg_error *err)
{
	struct script *script = context;
	const struct script_answer *answer;
	struct dg_slice body;

	if (script->respond)
		return respond(script, request, response);
	answer = &script->answers[script->next < script->count
					  ? script->next
					  : script->count - 1];
	body = dg_slice_str(answer->body);
	note_request(script, request);
	script->next++;
	script->time.now_ms += script->answer_takes_ms;
	response->failure = answer->failure;
	if (answer->failure != DG_HTTP_OK)
		return dg_error_set(err, DG_EUNREACHABLE, "failure %d",
				    (int)answer->failure);
	response->status = answer->status ? answer->status : 200;
	response->date = answer->date ? answer->date : -1;
	response->has_crc32 = response->status == 200;
	response->crc32 =
		dg_crc32(0, body.ptr, body.len) ^ (answer->bad_crc ? 1u : 0u);
	return dg_buf_add_slice(&response->body, body, err);
}

void script_play(struct script *script, const struct script_answer *answers,
		 size_t count)
{
	for (size_t i = 0; i < script->next; i++) {
		free(script->sent[i]);
		script->sent[i] = NULL;
	}
	script->answers = answers;
	script->count = count;
	script->next = 0;
}

static void note_warning(void *context, enum dg_log_level level,
			 const char *message)
{
	struct script *script = context;

	if (level != DG_LOG_WARNING)
		return;
	script->warnings++;
	snprintf(script->warning, sizeof(script->warning), "%s", message);
}

static int open_client(struct script *script, const struct dg_log *log)
{
	const struct dg_env_file keys = {
		.value = {[DG_ENV_ACCESS_KEY_ID] = (char *)"AKIDEXAMPLE",
			  [DG_ENV_SECRET_ACCESS_KEY] = (char *)"secret",
			  [DG_ENV_SESSION_TOKEN] = (char *)"token"},
	};
	const struct dg_credentials_options credentials = {
		.env_file = &keys,
		.profiles = script->profiles,
		.clock = &script->time.clock,
	};
	const struct dg_transport transport = {play, script};
	struct dg_dynamodb_options options = {
		.endpoint = "http://127.0.0.1:8000",
		.region = "eu-west-1",
		.clock = &script->time.clock,
		.cancel = &script->cancel,
		.log = log,
		.transport = &transport,
	};
	int rc =
		dg_credentials_open(&script->chain, &credentials, &script->err);

	options.credentials = script->chain;
	if (rc == 0)
		rc = dg_dynamodb_open(&script->db, &options, &script->err);
	if (rc == 0)
		rc = dg_connection_open(&script->connection, script->db, NULL,
					&script->err);
	return rc;
}

int script_setup(void **state)
{
	static struct dg_log log;
	struct script *script = calloc(1, sizeof(*script));

	if (!script)
		return -1;
	*state = script;
	log = (struct dg_log){note_warning, script};
	fake_clock_init(&script->time);
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
	if (dg_profiles_load(&script->profiles, &script->err) < 0)
		return -1;
	return open_client(script, &log);
}

int script_teardown(void **state)
{
	struct script *script = *state;

	dg_connection_close(script->connection);
	dg_dynamodb_close(script->db);
	dg_credentials_close(script->chain);
	dg_profiles_free(script->profiles);
	script_play(script, NULL, 0);
	free(script);
	return 0;
}

struct dg_json *json_of(const char *text)
{
	struct dg_json *json = NULL;
	struct dg_error err;

	if (dg_json_parse(&json, dg_slice_str(text), &err) < 0)
		fail_msg("%s: %s", text, err.message);
	return json;
}

char *text_of(struct dg_json *json)
{
	struct dg_buf text = DG_BUF_INIT(1u << 20);

	dg_json_sort_members(json);
	assert_int_equal(dg_json_print(json, false, &text, NULL), 0);
	return dg_buf_detach(&text, NULL);
}

void assert_json(struct dg_json *actual, const char *expected)
{
	struct dg_json *wanted = json_of(expected);
	char *a = text_of(actual);
	char *b = text_of(wanted);

	assert_string_equal(a, b);
	free(a);
	free(b);
	dg_json_free(wanted);
}
