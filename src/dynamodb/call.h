/*
 * The inside of the client: what connections share, and one exchange of a
 * signed request for a checked answer (exchange.c) under the retries of an
 * operation (call.c).
 */
#ifndef DG_DYNAMODB_CALL_H
#define DG_DYNAMODB_CALL_H

#include "aws/endpoint.h"
#include "aws/sigv4.h"
#include "dynamodb/answer.h"
#include "dynamodb/client.h"
#include "dynamodb/retry.h"

struct dg_dynamodb {
	char *endpoint;
	char *region;
	char *host_header; /* "Host: localhost:8000" */
	struct dg_url url;
	struct dg_credentials_chain *credentials; /* borrowed */
	struct dg_clock *clock;
	const struct dg_log *log;
	const struct dg_cancel *cancel;
	struct dg_transport transport; /* send is NULL: HTTP */

	/* Everything below is read and written atomically. */
	int64_t skew_s;      /* the service's clock less ours */
	int64_t answered_ms; /* the last valid answer, -1: none yet */
	int64_t created_ms;  /* our own CreateTable, -1: none */
	int64_t told_ms;     /* when an outage was last told, -1: never */
	struct dg_dynamodb_stats stats;
};

enum dg_connection_line {
	DG_LINE_TARGET,
	DG_LINE_DATE,
	DG_LINE_AUTHORIZATION,
	DG_LINE_TOKEN,
	DG_LINE_COUNT,
};

struct dg_connection {
	struct dg_dynamodb *db;
	const struct dg_cancel *cancel;
	struct dg_http *http; /* NULL with a transport of the caller's */
	struct dg_transport transport;
	struct dg_credentials used; /* those of the last request */

	/* Scratch memory, reused from request to request. */
	struct dg_buf lines[DG_LINE_COUNT]; /* "Name: value" */
	struct dg_buf authorization;
	struct dg_buf request; /* of control messages */
	struct dg_buf reply;

	/* What came of the last attempt. */
	struct dg_attempt attempt;
	struct dg_answer_error error;
	int64_t date; /* of the answer, Unix seconds, -1: none */

	/* Of the last call. */
	bool in_doubt;

	struct dg_gate *gate; /* where it has room, or NULL */
	uint64_t ticket;
};

/*
 * One attempt. 0: response holds the body of a valid 200. Else err has the
 * finished message; DG_RETRY_NEVER stands in *kind where sending it again
 * cannot help (also out of memory, cancelled, no credentials).
 */
int dg_exchange(struct dg_connection *connection, const char *operation,
		struct dg_slice body, struct dg_buf *response,
		enum dg_retry_kind *kind, struct dg_error *err);

#endif
