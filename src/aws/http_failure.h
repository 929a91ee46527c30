/*
 * What to tell the user when there is no answer: the words of libcurl and of
 * the operating system turned into one message that names host, port and
 * cause, and a way out where there is one.
 */
#ifndef DG_AWS_HTTP_FAILURE_H
#define DG_AWS_HTTP_FAILURE_H

#include "aws/http.h"

#define DG_HTTP_TARGET_SIZE 320

struct dg_http_cause {
	enum dg_http_failure failure;
	char target[DG_HTTP_TARGET_SIZE]; /* host:port */
	const char *reason;               /* the transport's own words */
	long os_error;                    /* errno, or 0 */
	bool connected;                   /* else it failed before */
	bool answered;                    /* at least in part */
	bool untrusted;                   /* the certificate was refused */
	const char *bad_ca_file;          /* that cannot be read, or NULL */
	const char *ca_source; /* the variable that named it, or NULL */
	int64_t connect_timeout_ms;
	int64_t stall_timeout_ms;
};

/* Fills err; always DG_EUNREACHABLE. */
int dg_http_explain(const struct dg_http_cause *cause, struct dg_error *err);

#endif
