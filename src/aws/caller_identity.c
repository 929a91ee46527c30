#include "aws/caller_identity.h"

#include "aws/endpoint.h"
#include "aws/http.h"
#include "aws/sigv4.h"
#include "base/text.h"
#include <stdlib.h>

#define ANSWER_MAX ((size_t)64 * 1024)
#define LINE_MAX_BYTES ((size_t)64 * 1024)
#define CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"
#define BODY "Action=GetCallerIdentity&Version=2011-06-15"
#define CONNECT_MS 5000
#define STALL_MS 10000

/*
 * The text of the first <name> element that has no elements in it; empty if
 * there is none. ARNs, codes and messages are all that is wanted.
 */
static struct dg_slice element(struct dg_slice xml, const char *name)
{
	const size_t len = strlen(name);
	const char *at = xml.ptr, *end = xml.ptr + xml.len, *close;

	while (at && (at = memchr(at, '<', (size_t)(end - at)))) {
		at++;
		if ((size_t)(end - at) <= len || memcmp(at, name, len) != 0 ||
		    at[len] != '>')
			continue;
		at += len + 1;
		close = memchr(at, '<', (size_t)(end - at));
		if (close && close + 1 < end && close[1] == '/')
			return dg_slice_of(at, (size_t)(close - at));
	}
	return dg_slice_of(NULL, 0);
}

int dg_caller_identity_read(char **arn, long status, struct dg_slice body,
			    struct dg_error *err)
{
	struct dg_slice found = element(body, "Arn");
	struct dg_slice code = element(body, "Code");
	struct dg_slice words = element(body, "Message");

	*arn = NULL;
	if (status == 200 && found.len > 0 &&
	    dg_slice_starts_with(found, DG_SLICE("arn:")))
		return dg_slice_dup(arn, found, err);
	if (status == 200 || code.len == 0)
		return dg_error_set(err, DG_ESERVICE,
				    "the endpoint does not answer as STS does "
				    "(status %ld)",
				    status);
	return dg_error_set(err, status / 100 == 4 ? DG_EDENIED : DG_ESERVICE,
			    "GetCallerIdentity: %.*s%s%.*s", (int)code.len,
			    code.ptr, words.len ? ": " : "", (int)words.len,
			    words.ptr);
}

/* Lines of one request, in scratch memory of one call. */
struct request {
	struct dg_url url;
	struct dg_credentials credentials;
	char amz_date[DG_AMZ_DATE_SIZE];
	struct dg_buf host;
	struct dg_buf date;
	struct dg_buf token;
	struct dg_buf signature;
	struct dg_buf authorization;
};

static int sign(struct request *r, const struct dg_caller_options *options,
		struct dg_error *err)
{
	const struct dg_credentials *c = &r->credentials;
	const size_t name = strlen("Host: ");
	const struct dg_sigv4_header headers[] = {
		{"content-type", DG_SLICE(CONTENT_TYPE)},
		{"host", dg_slice_of(r->host.ptr + name, r->host.len - name)},
		{"x-amz-date", dg_slice_str(r->amz_date)},
		{"x-amz-security-token", dg_slice_str(c->session_token)},
	};
	const struct dg_sigv4_request request = {
		.method = "POST",
		.path = dg_slice_str(r->url.path),
		.headers = headers,
		.header_count = c->session_token ? 4 : 3,
		.body = DG_SLICE(BODY),
		.normalize_path = true,
	};
	const struct dg_sigv4_credentials credentials = {
		c->access_key_id, c->secret_access_key, c->session_token};
	const struct dg_sigv4_scope scope = {r->amz_date, options->region,
					     "sts"};
	struct dg_sigv4_result result = {.authorization = &r->signature};

	return dg_sigv4_sign(&request, &credentials, &scope, &result, err);
}

static int prepare(struct request *r, const struct dg_caller_options *options,
		   struct dg_error *err)
{
	int rc = dg_url_parse(&r->url, options->endpoint, err);

	if (rc == 0)
		rc = dg_credentials_get(options->credentials, NULL,
					&r->credentials, err);
	if (rc < 0)
		return rc;
	dg_sigv4_date(dg_clock_wall_ms(options->clock) / 1000, r->amz_date);
	rc = dg_buf_add_str(&r->host, "Host: ", err);
	if (rc == 0)
		rc = dg_url_host_header(&r->url, &r->host, err);
	if (rc == 0)
		rc = dg_buf_addf(&r->date, err, "X-Amz-Date: %s", r->amz_date);
	if (rc == 0 && r->credentials.session_token)
		rc = dg_buf_addf(&r->token, err, "X-Amz-Security-Token: %s",
				 r->credentials.session_token);
	if (rc == 0)
		rc = sign(r, options, err);
	if (rc == 0)
		rc = dg_buf_addf(&r->authorization, err, "Authorization: %s",
				 dg_buf_str(&r->signature));
	return rc;
}

static int send_request(struct request *r,
			const struct dg_caller_options *options, char **arn,
			struct dg_error *err)
{
	const struct dg_http_options connection = {
		.clock = options->clock,
		.cancel = options->cancel,
		.connect_timeout_ms = CONNECT_MS,
		.stall_timeout_ms = STALL_MS,
	};
	const char *const headers[] = {
		dg_buf_str(&r->host),
		"Content-Type: " CONTENT_TYPE,
		"User-Agent: ddbgit/" DG_VERSION,
		dg_buf_str(&r->date),
		dg_buf_str(&r->authorization),
		/* The list ends here without a token. */
		r->token.len ? r->token.ptr : NULL,
		NULL,
	};
	const struct dg_http_request request = {
		.method = "POST",
		.url = options->endpoint,
		.headers = headers,
		.body = DG_SLICE(BODY),
	};
	struct dg_http_response response = {.date = -1};
	struct dg_http *http = NULL;
	int rc = dg_http_open(&http, &connection, err);

	dg_buf_init(&response.body, ANSWER_MAX);
	if (rc == 0)
		rc = dg_http_send(http, &request, &response, err);
	if (rc == 0)
		rc = dg_caller_identity_read(arn, response.status,
					     dg_buf_slice(&response.body), err);
	dg_buf_free(&response.body);
	dg_http_close(http);
	return rc;
}

int dg_caller_identity(char **arn, const struct dg_caller_options *options,
		       struct dg_error *err)
{
	struct request r = {
		.host = DG_BUF_INIT(LINE_MAX_BYTES),
		.date = DG_BUF_INIT(LINE_MAX_BYTES),
		.token = DG_BUF_INIT(LINE_MAX_BYTES),
		.signature = DG_BUF_INIT(LINE_MAX_BYTES),
		.authorization = DG_BUF_INIT(LINE_MAX_BYTES),
	};
	int rc = prepare(&r, options, err);

	*arn = NULL;
	if (rc == 0)
		rc = send_request(&r, options, arn, err);
	dg_url_free(&r.url);
	dg_credentials_free(&r.credentials);
	dg_buf_free(&r.host);
	dg_buf_free(&r.date);
	dg_buf_free(&r.token);
	dg_buf_free(&r.signature);
	dg_buf_free(&r.authorization);
	return rc;
}
