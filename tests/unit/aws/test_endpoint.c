#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/endpoint.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct url_case {
	const char *text;
	const char *host;
	unsigned int port;
	const char *path;
	const char *header;
	bool aws;
	bool loopback;
};

static const struct url_case urls[] = {
	{"http://localhost:4566", "localhost", 4566, "/", "localhost:4566",
	 false, true},
	{"HTTP://LocalHost", "LocalHost", 80, "/", "LocalHost", false, true},
	{"http://127.8.9.1:80/", "127.8.9.1", 80, "/", "127.8.9.1", false,
	 true},
	{"http://[::1]:8000/x", "::1", 8000, "/x", "[::1]:8000", false, true},
	{"http://dynamodb_local:8000", "dynamodb_local", 8000, "/",
	 "dynamodb_local:8000", false, false},
	{"https://dynamodb.us-east-1.amazonaws.com",
	 "dynamodb.us-east-1.amazonaws.com", 443, "/",
	 "dynamodb.us-east-1.amazonaws.com", true, false},
	{"https://dynamodb.cn-north-1.AmazonAWS.com.cn:443/",
	 "dynamodb.cn-north-1.AmazonAWS.com.cn", 443, "/",
	 "dynamodb.cn-north-1.AmazonAWS.com.cn", true, false},
	{"https://dynamodb.eu-west-1.api.aws.", "dynamodb.eu-west-1.api.aws.",
	 443, "/", "dynamodb.eu-west-1.api.aws.", true, false},
	{"https://notamazonaws.com:8443", "notamazonaws.com", 8443, "/",
	 "notamazonaws.com:8443", false, false},
	{"http://amazonaws.com.example.org", "amazonaws.com.example.org", 80,
	 "/", "amazonaws.com.example.org", false, false},
};

static void test_url_is_taken_apart(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(urls); i++) {
		struct dg_buf header = DG_BUF_INIT(1024);
		struct dg_url url;

		assert_int_equal(dg_url_parse(&url, urls[i].text, NULL), 0);
		assert_string_equal(url.host, urls[i].host);
		assert_int_equal(url.port, urls[i].port);
		assert_string_equal(url.path, urls[i].path);
		assert_int_equal(dg_url_host_header(&url, &header, NULL), 0);
		assert_string_equal(dg_buf_str(&header), urls[i].header);
		assert_int_equal(dg_url_is_aws(&url), urls[i].aws);
		assert_int_equal(dg_url_is_loopback(&url), urls[i].loopback);
		dg_url_free(&url);
		dg_buf_free(&header);
	}
}

static const char *const bad_urls[] = {
	"",
	"localhost:4566",
	"ftp://localhost",
	"http://",
	"http:///x",
	"http://:80",
	"http://host:0",
	"http://host:65536",
	"http://host:",
	"http://host:8x",
	"http://user:secret@host",
	"http://host/?q=1",
	"http://host/#f",
	"http://[::1",
	"http://[host]",
	"http://[::1]x",
	"http://ho st",
	"http://h\xc3\xb6st",
	"http://host\\@other",
	"http://.host",
};

static void test_what_is_no_endpoint_url_is_refused(void **state)
{
	struct dg_error err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad_urls); i++) {
		struct dg_url url;

		if (dg_url_parse(&url, bad_urls[i], &err) != DG_EUSAGE)
			fail_msg("'%s' was accepted", bad_urls[i]);
		assert_null(url.host);
	}
}

static void test_message_for_a_url_does_not_show_its_password(void **state)
{
	struct dg_error err;
	struct dg_url url;

	(void)state;
	dg_url_parse(&url, "http://user:secret@host", &err);
	assert_null(strstr(err.message, "secret"));
}

struct region_case {
	const char *region;
	const char *url; /* NULL: no region */
};

static const struct region_case regions[] = {
	{"us-east-1", "https://dynamodb.us-east-1.amazonaws.com"},
	{"us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com"},
	{"cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn"},
	{"us-iso-east-1", "https://dynamodb.us-iso-east-1.c2s.ic.gov"},
	{"us-isob-east-1", "https://dynamodb.us-isob-east-1.sc2s.sgov.gov"},
	{"eusc-de-east-1", "https://dynamodb.eusc-de-east-1.amazonaws.eu"},
	{"", NULL},
	{"us east 1", NULL},
	{"US-EAST-1", NULL},
	{"evil.example.org/", NULL},
	{"-us", NULL},
	{"us-", NULL},
};

static void test_region_has_its_partitions_endpoint(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(regions); i++) {
		struct dg_error err;
		char *url = NULL;
		int rc = dg_endpoint_default(&url, "dynamodb",
					     regions[i].region, &err);

		if (regions[i].url) {
			assert_int_equal(rc, 0);
			assert_string_equal(url, regions[i].url);
		} else {
			assert_int_equal(rc, DG_EUSAGE);
			assert_null(url);
		}
		free(url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url_is_taken_apart),
		cmocka_unit_test(test_what_is_no_endpoint_url_is_refused),
		cmocka_unit_test(
			test_message_for_a_url_does_not_show_its_password),
		cmocka_unit_test(test_region_has_its_partitions_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
