/*
 * HTTP requests over libcurl (its only user). A dg_http is one connection
 * with reuse, for one thread at a time. Proxies and CA bundle come from the
 * environment as curl and the aws command read them (https_proxy, no_proxy,
 * AWS_CA_BUNDLE, SSL_CERT_FILE); TLS is always verified. No redirect is
 * followed, no content encoding is asked for. Cancelling interrupts it.
 */
#ifndef DG_AWS_HTTP_H
#define DG_AWS_HTTP_H

#include "base/buf.h"
#include "base/clock.h"

struct dg_http;

struct dg_http_options {
	struct dg_clock *clock; /* scales the time-outs */
	const struct dg_cancel *cancel;
	int64_t connect_timeout_ms; /* 0: 10 s */
	int64_t stall_timeout_ms;   /* without a byte; 0: 60 s */
};

struct dg_http_request {
	const char *method;
	const char *url;
	/* "Name: value", ends with NULL; the caller adds Host when signed. */
	const char *const *headers;
	struct dg_slice body;
	/* Not to be sent twice unnoticed: libcurl repeats a request by itself
	 * where a connection that it used before turns out to be closed. */
	bool new_connection;
};

/* Why there is no answer, for messages and for the retry classification. */
enum dg_http_failure {
	DG_HTTP_OK,
	DG_HTTP_REFUSED,
	DG_HTTP_UNRESOLVED,
	DG_HTTP_TLS,
	DG_HTTP_TIMEOUT,
	DG_HTTP_DROPPED, /* closed or cut before Content-Length was reached */
	DG_HTTP_OTHER,
};

struct dg_http_response {
	long status;
	struct dg_buf body; /* the caller sets its maximum; cleared first */
	bool has_crc32;
	uint32_t crc32; /* the x-amz-crc32 header */
	int64_t date;   /* the Date header in Unix seconds, -1: none */
	char content_type[128];
	enum dg_http_failure failure;
};

/* Once a process; see dg_init. */
int dg_http_init(struct dg_error *err);
void dg_http_shutdown(void);

int dg_http_open(struct dg_http **out, const struct dg_http_options *options,
		 struct dg_error *err);
void dg_http_close(struct dg_http *http);

/*
 * Any complete answer is a success here, whatever its status. Otherwise
 * DG_EUNREACHABLE with response->failure set and a message that names host,
 * port and cause; DG_ELIMIT if the body passes its maximum; DG_ECANCELLED.
 */
int dg_http_send(struct dg_http *http, const struct dg_http_request *request,
		 struct dg_http_response *response, struct dg_error *err);

#endif
