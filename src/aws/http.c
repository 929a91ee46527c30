#include "aws/http.h"
#include "aws/endpoint.h"
#include "aws/http_failure.h"
#include "base/text.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define CONNECT_TIMEOUT_MS 10000
#define STALL_TIMEOUT_MS 60000
/* Peers need the machine's time, however fast a test's clock runs. */
#define MACHINE_CONNECT_MIN_MS 1000
#define MACHINE_STALL_MIN_MS 2000
#define RECEIVE_BUFFER ((long)256 * 1024)

struct dg_http {
	CURL *easy;
	struct dg_clock *clock;
	const struct dg_cancel *cancel;
	int64_t connect_timeout_ms;
	int64_t stall_timeout_ms;
	char *ca_file; /* or NULL: libcurl's own */
	const char *ca_source;
	char reason[CURL_ERROR_SIZE]; /* libcurl's words for a failure */

	/* Of the request under way. */
	struct dg_http_response *response;
	struct dg_error *err;
	int rc;            /* of a callback that ended the transfer */
	bool stalled;      /* one of them did, for want of bytes */
	curl_off_t moved;  /* bytes of bodies, both ways */
	int64_t active_ms; /* when a byte was last seen */
};

int dg_http_init(struct dg_error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return dg_error_set(err, DG_EFAILED,
				    "libcurl cannot be initialised");
	return 0;
}

void dg_http_shutdown(void)
{
	curl_global_cleanup();
}

static struct dg_slice header_value(struct dg_slice line, const char *name)
{
	size_t len = strlen(name);

	if (line.len <= len || line.ptr[len] != ':' ||
	    strncasecmp(line.ptr, name, len) != 0)
		return dg_slice_of(NULL, 0);
	return dg_slice_trim(
		dg_slice_of(line.ptr + len + 1, line.len - len - 1));
}

static void copy_value(char *out, size_t size, struct dg_slice value)
{
	size_t len = value.len < size ? value.len : size - 1;

	memcpy(out, value.ptr, len);
	out[len] = '\0';
}

static void forget_headers(struct dg_http_response *response)
{
	response->has_crc32 = false;
	response->crc32 = 0;
	response->date = -1;
	response->content_type[0] = '\0';
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct dg_http *http = context;
	struct dg_http_response *response = http->response;
	struct dg_slice line = dg_slice_of(bytes, size * count);
	struct dg_slice value;
	char date[64];
	uint64_t crc;

	http->active_ms = dg_clock_now_ms(http->clock);
	/* A status line: what came before belonged to an interim answer. */
	if (dg_slice_starts_with(line, DG_SLICE("HTTP/")))
		forget_headers(response);
	value = header_value(line, "x-amz-crc32");
	if (value.ptr && dg_parse_u64(value, &crc, NULL) == 0 &&
	    crc <= UINT32_MAX) {
		response->has_crc32 = true;
		response->crc32 = (uint32_t)crc;
	}
	value = header_value(line, "date");
	if (value.ptr) {
		copy_value(date, sizeof(date), value);
		response->date = (int64_t)curl_getdate(date, NULL);
	}
	value = header_value(line, "content-type");
	if (value.ptr)
		copy_value(response->content_type,
			   sizeof(response->content_type), value);
	return line.len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct dg_http *http = context;

	http->active_ms = dg_clock_now_ms(http->clock);
	http->rc = dg_buf_add(&http->response->body, bytes, size * count,
			      http->err);
	return http->rc == 0 ? size * count : 0;
}

/* libcurl calls this at each step and at least once a second. */
static int on_progress(void *context, curl_off_t down_total, curl_off_t down,
		       curl_off_t up_total, curl_off_t up)
{
	struct dg_http *http = context;
	int64_t now = dg_clock_now_ms(http->clock);

	(void)down_total;
	(void)up_total;
	if (http->rc == 0)
		http->rc = dg_cancel_check(http->cancel, http->err);
	if (http->rc < 0)
		return 1;
	if (down + up != http->moved) {
		http->moved = down + up;
		http->active_ms = now;
	}
	http->stalled = now - http->active_ms > http->stall_timeout_ms;
	return http->stalled;
}

static void set_callbacks(struct dg_http *http)
{
	CURL *easy = http->easy;

	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, http);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->reason);
}

static void set_connection(struct dg_http *http)
{
	CURL *easy = http->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	/* The path that is sent must be the path that was signed. */
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
	curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS,
		dg_clock_machine_ms(http->clock, http->connect_timeout_ms));
	if (http->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
}

/* The variables that the aws command and OpenSSL read. */
static int find_ca_file(struct dg_http *http, struct dg_error *err)
{
	static const char *const variables[] = {"AWS_CA_BUNDLE",
						"SSL_CERT_FILE"};
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *path = getenv(variables[i]);

		if (!path || !*path)
			continue;
		http->ca_source = variables[i];
		return dg_strdup(&http->ca_file, path, err);
	}
	return 0;
}

static int64_t timeout_ms(const struct dg_clock *clock, int64_t wanted,
			  int64_t usual, long machine_min)
{
	int64_t ms = wanted > 0 ? wanted : usual;

	if (dg_clock_machine_ms(clock, ms) < machine_min && clock->speed > 1)
		ms = (int64_t)((double)machine_min * clock->speed);
	return ms;
}

int dg_http_open(struct dg_http **out, const struct dg_http_options *options,
		 struct dg_error *err)
{
	struct dg_http *http = calloc(1, sizeof(*http));
	int rc;

	*out = NULL;
	if (!http)
		return dg_error_nomem(err);
	http->clock = options->clock;
	http->cancel = options->cancel;
	http->connect_timeout_ms =
		timeout_ms(options->clock, options->connect_timeout_ms,
			   CONNECT_TIMEOUT_MS, MACHINE_CONNECT_MIN_MS);
	http->stall_timeout_ms =
		timeout_ms(options->clock, options->stall_timeout_ms,
			   STALL_TIMEOUT_MS, MACHINE_STALL_MIN_MS);
	rc = find_ca_file(http, err);
	if (rc == 0) {
		http->easy = curl_easy_init();
		rc = http->easy ? 0 : dg_error_nomem(err);
	}
	if (rc < 0) {
		dg_http_close(http);
		return rc;
	}
	set_connection(http);
	set_callbacks(http);
	*out = http;
	return 0;
}

void dg_http_close(struct dg_http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->easy);
	free(http->ca_file);
	free(http);
}

/* "host:port", as messages name the other side. */
static void describe_target(const char *url, char out[DG_HTTP_TARGET_SIZE])
{
	CURLU *parsed = curl_url();
	char *host = NULL, *port = NULL;

	if (parsed && !curl_url_set(parsed, CURLUPART_URL, url, 0) &&
	    !curl_url_get(parsed, CURLUPART_HOST, &host, 0) &&
	    !curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
		snprintf(out, DG_HTTP_TARGET_SIZE, "%s:%s", host, port);
	else
		snprintf(out, DG_HTTP_TARGET_SIZE, "%s", url);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parsed);
}

static enum dg_http_failure classify(CURLcode code, long os_error)
{
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		if (os_error == ETIMEDOUT)
			return DG_HTTP_TIMEOUT;
		return os_error == ECONNREFUSED ? DG_HTTP_REFUSED
						: DG_HTTP_OTHER;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return DG_HTTP_UNRESOLVED;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		return DG_HTTP_TLS;
	case CURLE_OPERATION_TIMEDOUT:
		return DG_HTTP_TIMEOUT;
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return DG_HTTP_DROPPED;
	default:
		return DG_HTTP_OTHER;
	}
}

static int explain(const struct dg_http *http, CURLcode code, const char *url,
		   struct dg_http_response *response, struct dg_error *err)
{
	struct dg_http_cause cause = {
		.reason = http->reason[0] ? http->reason
					  : curl_easy_strerror(code),
		.answered = code != CURLE_GOT_NOTHING,
		.untrusted = code == CURLE_PEER_FAILED_VERIFICATION,
		.connect_timeout_ms = http->connect_timeout_ms,
		.stall_timeout_ms = http->stall_timeout_ms,
		.ca_source = http->ca_source,
	};
	double connected = 0;

	curl_easy_getinfo(http->easy, CURLINFO_OS_ERRNO, &cause.os_error);
	curl_easy_getinfo(http->easy, CURLINFO_PRETRANSFER_TIME, &connected);
	cause.connected = connected > 0;
	cause.failure = http->stalled ? DG_HTTP_TIMEOUT
				      : classify(code, cause.os_error);
	if (code == CURLE_SSL_CACERT_BADFILE)
		cause.bad_ca_file = http->ca_file;
	describe_target(url, cause.target);
	response->failure = cause.failure;
	return dg_http_explain(&cause, err);
}

static int header_list(struct curl_slist **out, const char *const *headers,
		       struct dg_error *err)
{
	/* Without this libcurl asks for leave before it sends a large body. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *longer;

	*out = list;
	for (; list && headers && *headers; headers++) {
		longer = curl_slist_append(list, *headers);
		if (!longer)
			return dg_error_nomem(err);
	}
	return list ? 0 : dg_error_nomem(err);
}

/* A proxy elsewhere cannot reach this machine's loopback; NULL leaves it to
 * http_proxy, https_proxy and no_proxy. */
static const char *proxy_for(const char *url)
{
	struct dg_url parsed;
	bool direct;

	if (dg_url_parse(&parsed, url, NULL) < 0)
		return NULL;
	direct = dg_url_is_loopback(&parsed);
	dg_url_free(&parsed);
	return direct ? "" : NULL;
}

static void set_request(CURL *easy, const struct dg_http_request *request)
{
	bool get = strcmp(request->method, "GET") == 0;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PROXY, proxy_for(request->url));
	if (get) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body.len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
				 request->body.ptr ? request->body.ptr : "");
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
			 get ? NULL : request->method);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT,
			 (long)request->new_connection);
}

static void begin(struct dg_http *http, struct dg_http_response *response,
		  struct dg_error *err)
{
	http->response = response;
	http->err = err;
	http->rc = 0;
	http->stalled = false;
	http->moved = 0;
	http->active_ms = dg_clock_now_ms(http->clock);
	http->reason[0] = '\0';
	response->status = 0;
	response->failure = DG_HTTP_OK;
	dg_buf_clear(&response->body);
	forget_headers(response);
}

int dg_http_send(struct dg_http *http, const struct dg_http_request *request,
		 struct dg_http_response *response, struct dg_error *err)
{
	struct curl_slist *headers = NULL;
	CURLcode code;
	int rc;

	begin(http, response, err);
	rc = dg_cancel_check(http->cancel, err);
	if (rc == 0)
		rc = header_list(&headers, request->headers, err);
	if (rc < 0)
		goto done;
	set_request(http->easy, request);
	curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(http->easy);
	curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE,
			  &response->status);
	if (http->rc < 0) /* a callback ended it and said why */
		rc = http->rc;
	else if (code != CURLE_OK)
		rc = explain(http, code, request->url, response, err);
done:
	if (rc < 0 && response->failure == DG_HTTP_OK)
		response->failure = DG_HTTP_OTHER;
	curl_slist_free_all(headers);
	http->response = NULL;
	http->err = NULL;
	return rc;
}
