/*
 * AWS Signature Version 4 for requests with a body in memory. Pure: time,
 * credentials and request in, headers out. Words and rules are those of
 * "Create a signed AWS API request" in AWS's IAM documentation.
 */
#ifndef DG_AWS_SIGV4_H
#define DG_AWS_SIGV4_H

#include "base/buf.h"
#include <stdint.h>

struct dg_sigv4_header {
	const char *name; /* any case */
	struct dg_slice value;
};

struct dg_sigv4_request {
	const char *method;
	struct dg_slice path;                  /* as sent; "" means "/" */
	struct dg_slice query;                 /* as sent, without '?' */
	const struct dg_sigv4_header *headers; /* all of them are signed */
	size_t header_count;
	struct dg_slice body;
	/* False for S3 only: the path stands as sent, its escapes too; else
	 * dot segments go and what is sent is encoded once more. */
	bool normalize_path;
};

struct dg_sigv4_credentials {
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token; /* or NULL */
};

/* What a signature is good for, beside its request. */
struct dg_sigv4_scope {
	const char *amz_date; /* as dg_sigv4_date writes it */
	const char *region;
	const char *service; /* "dynamodb" */
};

/* Buffers: canonical request and string to sign (for tests and -v; may be
 * NULL) and the value of the Authorization header. X-Amz-Date and, with a
 * token, X-Amz-Security-Token must be among the headers already. */
struct dg_sigv4_result {
	struct dg_buf *canonical_request;
	struct dg_buf *string_to_sign;
	struct dg_buf *authorization;
};

#define DG_AMZ_DATE_SIZE sizeof("20150830T123600Z")

/* The X-Amz-Date of a point in time. */
void dg_sigv4_date(int64_t unix_seconds, char out[DG_AMZ_DATE_SIZE]);

/* Replaces what the result's buffers hold. DG_EINVALID for a malformed date,
 * DG_ELIMIT past a buffer's maximum. */
int dg_sigv4_sign(const struct dg_sigv4_request *request,
		  const struct dg_sigv4_credentials *credentials,
		  const struct dg_sigv4_scope *scope,
		  struct dg_sigv4_result *result, struct dg_error *err);

#endif
