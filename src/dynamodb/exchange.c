#include "dynamodb/call.h"

#include "base/crc.h"
#include "base/text.h"

#include <ddbgit/text.h>

#define CONTENT_TYPE "application/x-amz-json-1.0"
#define TARGET_PREFIX "DynamoDB_20120810."
#define SIGNED_HEADERS_MAX 5
#define EXCERPT_SIZE ((size_t)80)

static int set_line(struct dg_buf *line, const char *name, const char *value,
		    struct dg_error *err)
{
	dg_buf_clear(line);
	return dg_buf_addf(line, err, "%s: %s", name, value);
}

/* The value of a "Name: value" line. */
static struct dg_slice value_of(const char *line)
{
	return dg_slice_str(strchr(line, ':') + 2);
}

/* Signs what stands in the other lines; the result is the Authorization. */
static int sign(struct dg_connection *connection, const char *amz_date,
		struct dg_slice body, struct dg_error *err)
{
	const struct dg_dynamodb *db = connection->db;
	const struct dg_credentials *used = &connection->used;
	const struct dg_buf *lines = connection->lines;
	const struct dg_sigv4_header headers[SIGNED_HEADERS_MAX] = {
		{"content-type", DG_SLICE(CONTENT_TYPE)},
		{"host", value_of(db->host_header)},
		{"x-amz-date", dg_slice_str(amz_date)},
		{"x-amz-target", value_of(lines[DG_LINE_TARGET].ptr)},
		{"x-amz-security-token", dg_slice_str(used->session_token)},
	};
	const struct dg_sigv4_request request = {
		.method = "POST",
		.path = dg_slice_str(db->url.path),
		.headers = headers,
		.header_count = used->session_token ? 5 : 4,
		.body = body,
		.normalize_path = true,
	};
	const struct dg_sigv4_credentials credentials = {
		.access_key_id = used->access_key_id,
		.secret_access_key = used->secret_access_key,
		.session_token = used->session_token,
	};
	struct dg_sigv4_result result = {
		.authorization = &connection->authorization,
	};
	const struct dg_sigv4_scope scope = {amz_date, db->region, "dynamodb"};
	int rc = dg_sigv4_sign(&request, &credentials, &scope, &result, err);

	return rc < 0 ? rc
		      : set_line(&connection->lines[DG_LINE_AUTHORIZATION],
				 "Authorization",
				 dg_buf_str(&connection->authorization), err);
}

/* The lines of a request, the signature last. */
static int fill_lines(struct dg_connection *connection, const char *operation,
		      struct dg_slice body, struct dg_error *err)
{
	struct dg_dynamodb *db = connection->db;
	struct dg_buf *lines = connection->lines;
	int64_t now = dg_clock_wall_ms(db->clock) / 1000 +
		      __atomic_load_n(&db->skew_s, __ATOMIC_RELAXED);
	char amz_date[DG_AMZ_DATE_SIZE];
	const char *token;
	int rc;

	dg_credentials_free(&connection->used);
	connection->used = (struct dg_credentials){0};
	rc = dg_credentials_get(db->credentials, NULL, &connection->used, err);
	if (rc < 0)
		return rc;
	token = connection->used.session_token;
	dg_sigv4_date(now, amz_date);
	dg_buf_clear(&lines[DG_LINE_TARGET]);
	rc = dg_buf_addf(&lines[DG_LINE_TARGET], err,
			 "X-Amz-Target: " TARGET_PREFIX "%s", operation);
	if (rc == 0)
		rc = set_line(&lines[DG_LINE_DATE], "X-Amz-Date", amz_date,
			      err);
	if (rc == 0 && token)
		rc = set_line(&lines[DG_LINE_TOKEN], "X-Amz-Security-Token",
			      token, err);
	return rc < 0 ? rc : sign(connection, amz_date, body, err);
}

static int send_request(struct dg_connection *connection, const char *operation,
			struct dg_slice body, struct dg_http_response *response,
			struct dg_error *err)
{
	struct dg_dynamodb *db = connection->db;
	const struct dg_buf *lines = connection->lines;
	const char *const headers[] = {
		db->host_header,
		"Content-Type: " CONTENT_TYPE,
		"User-Agent: ddbgit/" DG_VERSION,
		lines[DG_LINE_TARGET].ptr,
		lines[DG_LINE_DATE].ptr,
		lines[DG_LINE_AUTHORIZATION].ptr,
		/* The list ends here without a token. */
		connection->used.session_token ? lines[DG_LINE_TOKEN].ptr
					       : NULL,
		NULL,
	};
	const struct dg_http_request request = {
		.method = "POST",
		.url = db->endpoint,
		.headers = headers,
		.body = body,
		/* Sent twice it finds its own table and takes it for another's;
		 * whatever else is sent may be repeated. */
		.new_connection = strcmp(operation, "CreateTable") == 0,
	};

	__atomic_fetch_add(&db->stats.requests, 1, __ATOMIC_RELAXED);
	return connection->transport.send(connection->transport.context,
					  &request, response, err);
}

/* The beginning of a page, fit for one line. */
static void excerpt_of(struct dg_slice body, char out[EXCERPT_SIZE * 2])
{
	char start[EXCERPT_SIZE + 1];
	size_t len = 0;

	for (size_t i = 0; i < body.len && len < EXCERPT_SIZE; i++) {
		char c = body.ptr[i];

		if (strchr("\t\r\n", c)) /* or a zero byte */
			c = ' ';
		if (c != ' ' || len == 0 || start[len - 1] != ' ')
			start[len++] = c;
	}
	start[len] = '\0';
	dg_text_printable(start, out, EXCERPT_SIZE * 2);
}

/* The endpoint is something else than DynamoDB: what it answered. */
static int describe_foreign(const struct dg_connection *connection,
			    const struct dg_http_response *response,
			    struct dg_error *err)
{
	struct dg_slice body = dg_slice_trim(dg_buf_slice(&response->body));
	char excerpt[EXCERPT_SIZE * 2];

	excerpt_of(body, excerpt);
	dg_error_set(err, DG_ESERVICE,
		     "%s does not answer as DynamoDB does: status %ld, %s%s%s",
		     connection->db->endpoint, response->status,
		     response->content_type[0] ? response->content_type
					       : "no content type",
		     body.len > 0 ? ", beginning with " : ", empty", excerpt);
	return dg_error_hint(err, "Check the endpoint: --endpoint-url or "
				  "AWS_ENDPOINT_URL in the environment file");
}

static void hint_denied(const struct dg_connection *connection,
			const char *operation, struct dg_error *err)
{
	const char *type = connection->error.type;
	const char *source = dg_credentials_source(connection->db->credentials);

	if (strncmp(type, "AccessDenied", 12) == 0)
		dg_error_hint(err,
			      "Allow dynamodb:%s for these credentials "
			      "(from the %s)",
			      operation, source);
	else if (connection->attempt.failure == DG_HTTP_OK &&
		 dg_retry_classify(&connection->attempt) == DG_RETRY_CLOCK)
		dg_error_hint(err, "Set this machine's clock");
	else if (strncmp(type, "ExpiredToken", 12) == 0)
		dg_error_hint(err,
			      "Get new credentials; these come from the "
			      "%s",
			      source);
	else
		dg_error_hint(err,
			      "Check the credentials; they come from the "
			      "%s",
			      source);
}

/* The service's words as an error. */
static int describe_error(const struct dg_connection *connection,
			  const char *operation, struct dg_error *err)
{
	const struct dg_answer_error *error = &connection->error;
	long status = connection->attempt.status;
	enum dg_code code = dg_answer_code(status, error->type);

	if (error->type[0])
		dg_error_set(err, code, "%s: %s%s%s", operation, error->type,
			     error->words[0] ? ": " : "", error->words);
	else if (status == 413)
		dg_error_set(err, code, "%s: the request is too large (413)",
			     operation);
	else
		dg_error_set(err, code, "%s: HTTP status %ld%s%s", operation,
			     status, error->words[0] ? ": " : "", error->words);
	if (code == DG_EDENIED)
		hint_denied(connection, operation, err);
	return code;
}

/* What a complete HTTP answer means: 0 for a valid 200. */
static int judge(struct dg_connection *connection, const char *operation,
		 const struct dg_http_response *response, struct dg_error *err)
{
	struct dg_attempt *attempt = &connection->attempt;
	struct dg_slice body = dg_buf_slice(&response->body);
	bool failed;

	attempt->status = response->status;
	connection->date = response->date;
	if (response->has_crc32 &&
	    dg_crc32(0, body.ptr, body.len) != response->crc32) {
		attempt->corrupt = true;
		return dg_error_set(err, DG_ESERVICE,
				    "%s: the answer was damaged on its way: "
				    "its x-amz-crc32 does not fit",
				    operation);
	}
	/* Gateways pass errors on with a status of their own. */
	failed = response->status != 200 ||
		 dg_slice_starts_with(body, DG_SLICE("{\"__type\":"));
	if (failed)
		dg_answer_error_read(body, &connection->error);
	attempt->foreign = dg_answer_is_foreign(response->status, body,
						&connection->error);
	if (attempt->foreign)
		return describe_foreign(connection, response, err);
	if (failed)
		return describe_error(connection, operation, err);
	return 0;
}

int dg_exchange(struct dg_connection *connection, const char *operation,
		struct dg_slice body, struct dg_buf *response,
		enum dg_retry_kind *kind, struct dg_error *err)
{
	struct dg_http_response http = {.date = -1};
	int rc;

	dg_buf_clear(response);
	http.body = *response;
	connection->error.type[0] = '\0';
	connection->error.words[0] = '\0';
	connection->attempt = (struct dg_attempt){
		.type = connection->error.type,
		.words = connection->error.words,
	};
	connection->date = -1;
	*kind = DG_RETRY_NEVER;
	rc = fill_lines(connection, operation, body, err);
	if (rc < 0)
		return rc;
	rc = send_request(connection, operation, body, &http, err);
	*response = http.body;
	if (rc == 0)
		rc = judge(connection, operation, &http, err);
	else if (rc == DG_EUNREACHABLE)
		connection->attempt.failure = http.failure == DG_HTTP_OK
						      ? DG_HTTP_OTHER
						      : http.failure;
	else
		return rc;
	if (rc < 0)
		*kind = dg_retry_classify(&connection->attempt);
	return rc;
}
