#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/http.h"
#include "aws/http_failure.h"
#include "aws/loopback_server.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char ok_answer[] = "HTTP/1.1 200 OK\r\n"
				"Content-Type: application/x-amz-json-1.0\r\n"
				"Content-Length: 2\r\n"
				"X-Amz-Crc32: 4294967295\r\n"
				"Date: Mon, 27 Jan 2025 10:00:00 GMT\r\n"
				"\r\n{}";

/* A clock that leaps each time somebody looks at it. */
struct leaping_clock {
	struct dg_clock clock;
	int64_t now;
	int64_t step;
};

static int64_t leap(struct dg_clock *clock)
{
	struct leaping_clock *leaping = (struct leaping_clock *)clock;

	leaping->now += leaping->step;
	return leaping->now;
}

struct fixture {
	struct loopback_server server;
	struct leaping_clock clock;
	struct dg_cancel cancel;
	struct dg_http *http;
	struct dg_http_response response;
	struct dg_error err;
	char url[128];
};

static void open_http(struct fixture *f)
{
	const struct dg_http_options options = {
		.clock = &f->clock.clock,
		.cancel = &f->cancel,
	};

	memset(&f->err, 0, sizeof(f->err));
	dg_buf_init(&f->response.body, 1024);
	dg_clock_init(&f->clock.clock);
	f->clock.clock.now_ms = leap;
	f->clock.now = 0;
	f->clock.step = 0;
	f->cancel = (struct dg_cancel)DG_CANCEL_INIT;
	assert_int_equal(dg_http_open(&f->http, &options, NULL), 0);
}

static void begin_cancelling(struct fixture *f, const struct answer *answers,
			     size_t count, struct dg_cancel *cancel)
{
	loopback_server_start(&f->server, answers, count, cancel);
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%u/",
		 f->server.port);
	open_http(f);
}

static void begin(struct fixture *f, const struct answer *answers, size_t count)
{
	begin_cancelling(f, answers, count, NULL);
}

static void end(struct fixture *f)
{
	dg_http_close(f->http);
	dg_buf_free(&f->response.body);
	loopback_server_stop(&f->server);
}

static int post(struct fixture *f, const char *body)
{
	const char *const headers[] = {"Content-Type: application/x-test",
				       "X-Amz-Target: T.Op", NULL};
	const struct dg_http_request request = {
		.method = "POST",
		.url = f->url,
		.headers = headers,
		.body = dg_slice_str(body),
	};

	return dg_http_send(f->http, &request, &f->response, &f->err);
}

static void expect_message(const struct fixture *f, const char *format)
{
	char expected[512];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(expected, sizeof(expected), format, f->server.port);
#pragma GCC diagnostic pop
	assert_string_equal(f->err.message, expected);
}

static void test_answer_is_given_with_its_headers(void **state)
{
	const struct answer answers[] = {{ok_answer, false}};
	struct fixture f;

	(void)state;
	begin(&f, answers, COUNT(answers));
	assert_int_equal(post(&f, "{\"a\":1}"), 0);
	assert_int_equal(f.response.status, 200);
	assert_string_equal(dg_buf_str(&f.response.body), "{}");
	assert_true(f.response.has_crc32);
	assert_int_equal(f.response.crc32, 4294967295u);
	assert_int_equal(f.response.date, 1737972000);
	assert_string_equal(f.response.content_type,
			    "application/x-amz-json-1.0");
	assert_int_equal(f.response.failure, DG_HTTP_OK);
	end(&f);
}

static void test_request_is_sent_as_given(void **state)
{
	const struct answer answers[] = {{ok_answer, false}};
	struct fixture f;
	char body[2001];

	(void)state;
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	begin(&f, answers, COUNT(answers));
	assert_int_equal(post(&f, body), 0);
	end(&f);
	assert_memory_equal(f.server.last, "POST / HTTP/1.1\r\n", 17);
	assert_non_null(strstr(f.server.last, "X-Amz-Target: T.Op\r\n"));
	assert_non_null(strstr(f.server.last, "Content-Length: 2000\r\n"));
	assert_null(strstr(f.server.last, "Accept-Encoding"));
	assert_string_equal(strstr(f.server.last, "\r\n\r\n") + 4, body);
}

/* libcurl would ask first from a mebibyte on, and wait a second. */
static void test_large_body_is_sent_without_asking_first(void **state)
{
	const struct answer answers[] = {{ok_answer, false}};
	const size_t size = 3 * 1024 * 1024;
	char *body = malloc(size + 1);
	struct fixture f;

	(void)state;
	assert_non_null(body);
	memset(body, 'x', size);
	body[size] = '\0';
	begin(&f, answers, COUNT(answers));
	assert_int_equal(post(&f, body), 0);
	end(&f);
	assert_non_null(strstr(f.server.last, "Content-Length: 3145728\r\n"));
	assert_null(strstr(f.server.last, "Expect"));
	free(body);
}

static void test_connection_is_reused(void **state)
{
	const struct answer answers[] = {
		{ok_answer, false}, {ok_answer, false}, {ok_answer, false}};
	struct fixture f;
	size_t i;

	(void)state;
	begin(&f, answers, COUNT(answers));
	for (i = 0; i < COUNT(answers); i++)
		assert_int_equal(post(&f, "{}"), 0);
	end(&f);
	assert_int_equal(f.server.connections, 1);
	assert_int_equal(f.server.requests, 3);
}

static void test_error_answer_is_an_answer(void **state)
{
	const struct answer answers[] = {
		{ok_answer, false},
		{"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nOops", false},
		{"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", false},
		{"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
		 "Content-Length: 0\r\n\r\n",
		 false}};
	struct fixture f;

	(void)state;
	begin(&f, answers, COUNT(answers));
	assert_int_equal(post(&f, "{}"), 0);
	assert_int_equal(post(&f, "{}"), 0);
	assert_int_equal(f.response.status, 500);
	assert_string_equal(dg_buf_str(&f.response.body), "Oops");
	assert_false(f.response.has_crc32); /* the first answer's is gone */
	assert_int_equal(f.response.date, -1);
	assert_string_equal(f.response.content_type, "");
	assert_int_equal(post(&f, "{}"), 0);
	assert_int_equal(f.response.status, 413);
	assert_int_equal(f.response.body.len, 0);
	assert_int_equal(post(&f, "{}"), 0);
	assert_int_equal(f.response.status, 302);
	end(&f);
}

static void test_interim_answers_headers_do_not_count(void **state)
{
	const struct answer answers[] = {
		{"HTTP/1.1 100 Continue\r\nx-amz-crc32: 7\r\n\r\n"
		 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		 false}};
	struct fixture f;

	(void)state;
	begin(&f, answers, COUNT(answers));
	assert_int_equal(post(&f, "{}"), 0);
	assert_int_equal(f.response.status, 200);
	assert_false(f.response.has_crc32);
	end(&f);
}

struct cut_case {
	const char *bytes;
	const char *message;
};

static const struct cut_case cuts[] = {
	{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":1}",
	 "127.0.0.1:%u closed the connection before its answer was complete"},
	{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
	 "127.0.0.1:%u closed the connection before its answer was complete"},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
	 "127.0.0.1:%u closed the connection before its answer was complete"},
	{"", "127.0.0.1:%u closed the connection without an answer"},
};

static void test_cut_answer_is_no_answer(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cuts); i++) {
		const struct answer answers[] = {{cuts[i].bytes, true}};
		struct fixture f;

		begin(&f, answers, COUNT(answers));
		assert_int_equal(post(&f, "{}"), DG_EUNREACHABLE);
		assert_int_equal(f.response.failure, DG_HTTP_DROPPED);
		expect_message(&f, cuts[i].message);
		end(&f);
	}
}

static void test_next_request_after_a_cut_answer_succeeds(void **state)
{
	const struct answer answers[] = {{cuts[0].bytes, true},
					 {ok_answer, false}};
	struct fixture f;

	(void)state;
	begin(&f, answers, COUNT(answers));
	assert_int_equal(post(&f, "{}"), DG_EUNREACHABLE);
	assert_int_equal(post(&f, "{}"), 0);
	assert_string_equal(dg_buf_str(&f.response.body), "{}");
	assert_int_equal(f.response.failure, DG_HTTP_OK);
	end(&f);
}

static void test_body_beyond_its_maximum_is_refused(void **state)
{
	const struct answer answers[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", false}};
	struct fixture f;

	(void)state;
	begin(&f, answers, COUNT(answers));
	dg_buf_init(&f.response.body, 4);
	assert_int_equal(post(&f, "{}"), DG_ELIMIT);
	assert_true(f.err.message[0] != '\0');
	end(&f);
}

static void test_refused_connection_is_named(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NULL, 0);
	loopback_server_stop(&f.server);
	assert_int_equal(post(&f, "{}"), DG_EUNREACHABLE);
	assert_int_equal(f.response.failure, DG_HTTP_REFUSED);
	expect_message(&f,
		       "cannot connect to 127.0.0.1:%u: connection refused");
	dg_http_close(f.http);
	dg_buf_free(&f.response.body);
}

static void test_silence_ends_in_a_time_out(void **state)
{
	const struct answer answers[] = {{NULL, false}};
	struct fixture f;

	(void)state;
	begin(&f, answers, COUNT(answers));
	f.clock.step = 30000;
	assert_int_equal(post(&f, "{}"), DG_EUNREACHABLE);
	assert_int_equal(f.response.failure, DG_HTTP_TIMEOUT);
	assert_non_null(strstr(f.err.message, "no answer within"));
	end(&f);
}

static void test_cancelling_interrupts_a_request(void **state)
{
	const struct answer answers[] = {{NULL, false}};
	struct fixture f;

	(void)state;
	begin_cancelling(&f, answers, COUNT(answers), &f.cancel);
	assert_int_equal(post(&f, "{}"), DG_ECANCELLED);
	assert_int_equal(post(&f, "{}"), DG_ECANCELLED);
	end(&f);
	assert_int_equal(f.server.requests, 1);
}

static void test_plain_http_under_https_is_a_tls_failure(void **state)
{
	const struct answer answers[] = {
		{"HTTP/1.1 400 Bad Request\r\n\r\n", true}};
	struct fixture f;

	(void)state;
	begin(&f, answers, COUNT(answers));
	snprintf(f.url, sizeof(f.url), "https://127.0.0.1:%u/", f.server.port);
	assert_int_equal(post(&f, "{}"), DG_EUNREACHABLE);
	assert_int_equal(f.response.failure, DG_HTTP_TLS);
	assert_non_null(strstr(f.err.message, ": TLS: "));
	assert_string_equal(f.err.hint, "Does the endpoint speak plain http?");
	end(&f);
}

static void test_missing_ca_bundle_is_named(void **state)
{
	const struct answer answers[] = {{"", true}};
	struct fixture f;

	(void)state;
	setenv("AWS_CA_BUNDLE", "/nowhere/ca.pem", 1);
	begin(&f, answers, COUNT(answers));
	unsetenv("AWS_CA_BUNDLE");
	snprintf(f.url, sizeof(f.url), "https://127.0.0.1:%u/", f.server.port);
	assert_int_equal(post(&f, "{}"), DG_EUNREACHABLE);
	assert_int_equal(f.response.failure, DG_HTTP_TLS);
	expect_message(&f, "cannot connect to 127.0.0.1:%u: TLS: the CA bundle "
			   "'/nowhere/ca.pem' cannot be read");
	assert_string_equal(f.err.hint, "AWS_CA_BUNDLE names it");
	end(&f);
}

static void test_unreachable_proxy_is_blamed(void **state)
{
	char proxy[64];
	struct fixture f;

	(void)state;
	begin(&f, NULL, 0);
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u",
		 loopback_unused_port());
	setenv("http_proxy", proxy, 1);
	snprintf(f.url, sizeof(f.url), "http://table.example:4566/");
	assert_int_equal(post(&f, "{}"), DG_EUNREACHABLE);
	unsetenv("http_proxy");
	assert_int_equal(f.response.failure, DG_HTTP_REFUSED);
	assert_non_null(strstr(f.err.message,
			       "cannot connect to table.example:4566 through "
			       "the proxy: Failed to connect to 127.0.0.1"));
	end(&f);
}

struct cause_case {
	struct dg_http_cause cause;
	const char *message;
};

#define CAUSE(what, where, words, ...)                                         \
	{                                                                      \
		.failure = (what), .target = where, .reason = (words),         \
		__VA_ARGS__                                                    \
	}

static const struct cause_case causes[] = {
	{CAUSE(DG_HTTP_REFUSED, "localhost:4566", "", .os_error = 111),
	 "cannot connect to localhost:4566: connection refused"},
	{CAUSE(DG_HTTP_UNRESOLVED, "nowhere.test:443",
	       "Could not resolve host: nowhere.test", .os_error = 0),
	 "cannot resolve 'nowhere.test'"},
	{CAUSE(DG_HTTP_UNRESOLVED, "a.test:443",
	       "Could not resolve proxy: p.test", .os_error = 0),
	 "cannot connect to a.test:443 through the proxy: Could not resolve "
	 "proxy: p.test"},
	{CAUSE(DG_HTTP_TIMEOUT, "a.test:443", "", .connect_timeout_ms = 10000),
	 "cannot connect to a.test:443: no answer within 10 s"},
	{CAUSE(DG_HTTP_TIMEOUT, "a.test:443", "", .connected = true,
	       .stall_timeout_ms = 1500),
	 "a.test:443: no answer within 1500 ms"},
	{CAUSE(DG_HTTP_REFUSED, "[::1]:80",
	       "Failed to connect to ::1 port 80 after 0 ms: Couldn't connect",
	       .os_error = 111),
	 "cannot connect to [::1]:80: connection refused"},
	{CAUSE(DG_HTTP_OTHER, "a.test:1", "odd", .connected = true),
	 "a.test:1: odd"},
};

static void test_messages_name_host_port_and_cause(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(causes); i++) {
		struct dg_error err;

		assert_int_equal(dg_http_explain(&causes[i].cause, &err),
				 DG_EUNREACHABLE);
		assert_string_equal(err.message, causes[i].message);
	}
}

static int set_up(void **state)
{
	static const char *const variables[] = {
		"http_proxy", "https_proxy",   "HTTPS_PROXY",
		"all_proxy",  "ALL_PROXY",     "no_proxy",
		"NO_PROXY",   "AWS_CA_BUNDLE", "SSL_CERT_FILE"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
	return dg_http_init(NULL);
}

static int tear_down(void **state)
{
	(void)state;
	dg_http_shutdown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer_is_given_with_its_headers),
		cmocka_unit_test(test_request_is_sent_as_given),
		cmocka_unit_test(test_large_body_is_sent_without_asking_first),
		cmocka_unit_test(test_connection_is_reused),
		cmocka_unit_test(test_error_answer_is_an_answer),
		cmocka_unit_test(test_interim_answers_headers_do_not_count),
		cmocka_unit_test(test_cut_answer_is_no_answer),
		cmocka_unit_test(test_next_request_after_a_cut_answer_succeeds),
		cmocka_unit_test(test_body_beyond_its_maximum_is_refused),
		cmocka_unit_test(test_refused_connection_is_named),
		cmocka_unit_test(test_silence_ends_in_a_time_out),
		cmocka_unit_test(test_cancelling_interrupts_a_request),
		cmocka_unit_test(test_plain_http_under_https_is_a_tls_failure),
		cmocka_unit_test(test_missing_ca_bundle_is_named),
		cmocka_unit_test(test_unreachable_proxy_is_blamed),
		cmocka_unit_test(test_messages_name_host_port_and_cause),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
