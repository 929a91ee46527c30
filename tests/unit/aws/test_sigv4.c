/* AWS's own signing vectors, and what they leave out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/config_file.h"
#include "aws/sigv4.h"
#include "base/digest.h"
#include "base/json.h"
#include <dirent.h>

#define VECTORS DG_TEST_DATA "/sigv4"
#define VECTOR_COUNT 38
#define HEADERS_MAX 16

struct vector {
	const char *name;
	struct dg_buf request_text;
	struct dg_buf context_text;
	struct dg_json *context;
	char method[8];
	char date[DG_AMZ_DATE_SIZE];
	char body_hash[DG_SHA256_HEX_SIZE];
	char names[HEADERS_MAX][64];
	struct dg_sigv4_header headers[HEADERS_MAX];
	struct dg_sigv4_request request;
	struct dg_sigv4_credentials credentials;
};

static void read_vector(struct dg_buf *out, const char *name, const char *file)
{
	char path[1024];

	snprintf(path, sizeof(path), VECTORS "/%s/%s", name, file);
	dg_buf_init(out, DG_CONFIG_FILE_MAX);
	assert_int_equal(dg_config_file_read(out, path, NULL, NULL), 0);
}

static void add_header(struct vector *v, struct dg_slice name,
		       struct dg_slice value)
{
	size_t n = v->request.header_count++;

	assert_true(n < HEADERS_MAX && name.len < sizeof(v->names[n]));
	memcpy(v->names[n], name.ptr, name.len);
	v->headers[n].name = v->names[n];
	v->headers[n].value = value;
}

/* "GET /path?query HTTP/1.1"; the path may hold blanks. */
static void parse_request_line(struct vector *v, struct dg_slice line)
{
	const char *target = memchr(line.ptr, ' ', line.len);
	const char *end = line.ptr + line.len - strlen(" HTTP/1.1");
	const char *query;

	assert_non_null(target);
	snprintf(v->method, sizeof(v->method), "%.*s", (int)(target - line.ptr),
		 line.ptr);
	target++;
	query = memchr(target, '?', (size_t)(end - target));
	v->request.path =
		dg_slice_of(target, (size_t)((query ? query : end) - target));
	if (query)
		v->request.query =
			dg_slice_of(query + 1, (size_t)(end - query - 1));
}

static void parse_request(struct vector *v)
{
	struct dg_slice rest = dg_buf_slice(&v->request_text);
	struct dg_slice line;

	assert_true(dg_config_next_line(&rest, &line));
	parse_request_line(v, line);
	while (dg_config_next_line(&rest, &line) && line.len > 0) {
		const char *colon = memchr(line.ptr, ':', line.len);
		struct dg_slice *last;

		if (line.ptr[0] == ' ') { /* goes on with the value before */
			last = &v->headers[v->request.header_count - 1].value;
			last->len = (size_t)(line.ptr + line.len - last->ptr);
			continue;
		}
		assert_non_null(colon);
		add_header(v, dg_slice_of(line.ptr, (size_t)(colon - line.ptr)),
			   dg_slice_of(colon + 1, (size_t)(line.ptr + line.len -
							   colon - 1)));
	}
	v->request.body = rest;
}

static void add_signing_headers(struct vector *v)
{
	unsigned char hash[DG_SHA256_SIZE];

	add_header(v, DG_SLICE("X-Amz-Date"), dg_slice_str(v->date));
	if (v->credentials.session_token &&
	    !dg_json_get_bool(v->context, "omit_session_token", false))
		add_header(v, DG_SLICE("X-Amz-Security-Token"),
			   dg_slice_str(v->credentials.session_token));
	if (!dg_json_get_bool(v->context, "sign_body", false))
		return;
	assert_int_equal(dg_sha256(v->request.body, hash, NULL), 0);
	dg_hex(hash, sizeof(hash), v->body_hash);
	add_header(v, DG_SLICE("x-amz-content-sha256"),
		   dg_slice_str(v->body_hash));
}

static void load_vector(struct vector *v, const char *name)
{
	const struct dg_json *keys;

	memset(v, 0, sizeof(*v));
	v->name = name;
	read_vector(&v->request_text, name, "request.txt");
	read_vector(&v->context_text, name, "context.json");
	assert_int_equal(dg_json_parse(&v->context,
				       dg_buf_slice(&v->context_text), NULL),
			 0);
	keys = dg_json_get(v->context, "credentials");
	v->credentials.access_key_id =
		dg_json_get_string(keys, "access_key_id");
	v->credentials.secret_access_key =
		dg_json_get_string(keys, "secret_access_key");
	v->credentials.session_token = dg_json_get_string(keys, "token");
	dg_sigv4_date(1440938160, v->date); /* 2015-08-30T12:36:00Z in all */
	v->request.method = v->method;
	v->request.headers = v->headers;
	v->request.normalize_path =
		dg_json_get_bool(v->context, "normalize", true);
	parse_request(v);
	add_signing_headers(v);
}

static void free_vector(struct vector *v)
{
	dg_buf_free(&v->request_text);
	dg_buf_free(&v->context_text);
	dg_json_free(v->context);
}

static void expect_file(const struct vector *v, const char *file,
			const struct dg_buf *found)
{
	struct dg_buf expected;

	read_vector(&expected, v->name, file);
	if (strcmp(dg_buf_str(&expected), dg_buf_str(found)) != 0)
		fail_msg("%s: %s\nexpected:\n%s\nfound:\n%s", v->name, file,
			 dg_buf_str(&expected), dg_buf_str(found));
	dg_buf_free(&expected);
}

static void expect_authorization(const struct vector *v,
				 const struct dg_buf *found)
{
	struct dg_buf text;
	char *begin;

	read_vector(&text, v->name, "header-signed-request.txt");
	begin = strstr(text.ptr, "Authorization:");
	assert_non_null(begin);
	begin += strlen("Authorization:");
	begin[strcspn(begin, "\n")] = '\0';
	if (strcmp(begin, dg_buf_str(found)) != 0)
		fail_msg("%s: expected %s, found %s", v->name, begin,
			 dg_buf_str(found));
	dg_buf_free(&text);
}

static void check_vector(const char *name)
{
	struct dg_buf canonical = DG_BUF_INIT(65536);
	struct dg_buf to_sign = DG_BUF_INIT(65536);
	struct dg_buf authorization = DG_BUF_INIT(65536);
	struct dg_sigv4_result result = {&canonical, &to_sign, &authorization};
	struct dg_sigv4_scope scope;
	struct vector v;

	load_vector(&v, name);
	scope = (struct dg_sigv4_scope){
		.amz_date = v.date,
		.region = dg_json_get_string(v.context, "region"),
		.service = dg_json_get_string(v.context, "service"),
	};
	assert_int_equal(dg_sigv4_sign(&v.request, &v.credentials, &scope,
				       &result, NULL),
			 0);
	expect_file(&v, "header-canonical-request.txt", &canonical);
	expect_file(&v, "header-string-to-sign.txt", &to_sign);
	expect_authorization(&v, &authorization);
	free_vector(&v);
	dg_buf_free(&canonical);
	dg_buf_free(&to_sign);
	dg_buf_free(&authorization);
}

static void test_published_vectors_are_signed_as_published(void **state)
{
	DIR *dir = opendir(VECTORS);
	struct dirent *entry;
	int count = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (!strchr(entry->d_name, '-'))
			continue; /* README.md, LICENSE, NOTICE */
		check_vector(entry->d_name);
		count++;
	}
	closedir(dir);
	assert_int_equal(count, VECTOR_COUNT);
}

struct path_case {
	const char *sent;
	bool normalize;
	const char *canonical;
};

static const struct path_case path_cases[] = {
	{"", true, "/"},
	{"", false, "/"},
	{"/a%20b", true, "/a%2520b"},
	{"/a%2fb", false, "/a%2Fb"},
	{"/a%zz", false, "/a%25zz"},
	{"/a/../../b", true, "/b"},
	{"/a/b/..", true, "/a/"},
	{"/a/.", true, "/a/"},
	{"/a/...", true, "/a/..."},
};

static void canonical_of(const struct dg_sigv4_request *request,
			 struct dg_buf *out)
{
	static const struct dg_sigv4_credentials keys = {"id", "secret", NULL};
	struct dg_buf authorization = DG_BUF_INIT(65536);
	struct dg_sigv4_result result = {out, NULL, &authorization};
	const struct dg_sigv4_scope scope = {"20150830T123600Z", "us-east-1",
					     "s3"};

	assert_int_equal(dg_sigv4_sign(request, &keys, &scope, &result, NULL),
			 0);
	dg_buf_free(&authorization);
}

static void test_path_is_encoded_once_more_unless_for_s3(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(path_cases) / sizeof(path_cases[0]); i++) {
		const struct path_case *c = &path_cases[i];
		struct dg_sigv4_request request = {
			.method = "GET",
			.path = dg_slice_str(c->sent),
			.normalize_path = c->normalize};
		struct dg_buf canonical = DG_BUF_INIT(65536);
		char *path, *end;

		canonical_of(&request, &canonical);
		path = strchr(canonical.ptr, '\n') + 1;
		end = strchr(path, '\n');
		*end = '\0';
		assert_string_equal(path, c->canonical);
		dg_buf_free(&canonical);
	}
}

static void test_query_is_ordered_by_name_then_value(void **state)
{
	struct dg_sigv4_request request = {
		.method = "GET",
		.query = DG_SLICE("b=2&a&b=1&&list-type=%2f+")};
	struct dg_buf canonical = DG_BUF_INIT(65536);

	(void)state;
	canonical_of(&request, &canonical);
	assert_non_null(
		strstr(canonical.ptr, "\na=&b=1&b=2&list-type=%2F%2B\n"));
	dg_buf_free(&canonical);
}

static void test_malformed_date_is_refused(void **state)
{
	static const struct dg_sigv4_credentials keys = {"id", "secret", NULL};
	struct dg_sigv4_request request = {.method = "GET"};
	struct dg_buf authorization = DG_BUF_INIT(65536);
	struct dg_sigv4_result result = {NULL, NULL, &authorization};
	const struct dg_sigv4_scope scope = {"2015", "us-east-1", "dynamodb"};

	(void)state;
	assert_int_equal(dg_sigv4_sign(&request, &keys, &scope, &result, NULL),
			 DG_EINVALID);
	dg_buf_free(&authorization);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_published_vectors_are_signed_as_published),
		cmocka_unit_test(test_path_is_encoded_once_more_unless_for_s3),
		cmocka_unit_test(test_query_is_ordered_by_name_then_value),
		cmocka_unit_test(test_malformed_date_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
