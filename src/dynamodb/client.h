/*
 * DynamoDB's JSON protocol: an operation's name and body in, its answer out.
 * A dg_dynamodb is shared by threads; each thread has its own dg_connection.
 * Retries are decided here and nowhere else (retry.c). Every 200 body has
 * passed x-amz-crc32 and Content-Length before anybody sees a byte of it.
 */
#ifndef DG_DYNAMODB_CLIENT_H
#define DG_DYNAMODB_CLIENT_H

#include "aws/credentials.h"
#include "aws/http.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "dynamodb/gate.h"
#include <ddbgit/cancel.h>
#include <ddbgit/log.h>

struct dg_dynamodb;
struct dg_connection;

/* How requests travel: dg_http_send's contract. Unit tests script answers;
 * it is then called by every thread that has a connection. */
struct dg_transport {
	int (*send)(void *context, const struct dg_http_request *request,
		    struct dg_http_response *response, struct dg_error *err);
	void *context;
};

struct dg_dynamodb_options {
	const char *endpoint;                     /* URL; copied */
	const char *region;                       /* copied */
	struct dg_credentials_chain *credentials; /* borrowed */
	struct dg_clock *clock;
	const struct dg_log *log;
	const struct dg_cancel *cancel;
	const struct dg_transport *transport; /* NULL: HTTP; copied */
	/* The service has answered another client of this run: where it is
	 * not reached now, that is an outage and no mistake. */
	bool answered;
};

int dg_dynamodb_open(struct dg_dynamodb **out,
		     const struct dg_dynamodb_options *options,
		     struct dg_error *err);
void dg_dynamodb_close(struct dg_dynamodb *db);

struct dg_dynamodb_stats {
	uint64_t requests; /* sent, repeated ones included */
	uint64_t retries;
	uint64_t throttled;
};
void dg_dynamodb_stats(struct dg_dynamodb *db, struct dg_dynamodb_stats *out);

/* stop: of the worker that uses it, which follows the client's cancel; NULL:
 * the client's cancel alone. */
int dg_connection_open(struct dg_connection **out, struct dg_dynamodb *db,
		       const struct dg_cancel *stop, struct dg_error *err);
void dg_connection_close(struct dg_connection *connection);

/* What the service called its last error, without a prefix before '#':
 * "ResourceNotFoundException"; "" if it said none. */
const char *dg_connection_error_type(const struct dg_connection *connection);
/* Its words for it; "" if it said none. */
const char *dg_connection_error_words(const struct dg_connection *connection);

/* The service's clock at its last answer, in Unix seconds; -1: not said. */
int64_t dg_connection_date(const struct dg_connection *connection);

/* Whether a try of the last call failed so that it may have been carried out
 * all the same: its answer was lost, or was a 5xx. */
bool dg_connection_in_doubt(const struct dg_connection *connection);

/* Around calls that share room with those of other connections: waits for it,
 * and gives it back with what came of it. A call that is throttled halves the
 * room before it waits, and keeps its place while it does. */
void dg_connection_enter(struct dg_connection *connection,
			 struct dg_gate *gate);
void dg_connection_leave(struct dg_connection *connection,
			 enum dg_gate_result result);

/*
 * One operation with all its retries. response (cleared first; its maximum
 * bounds the answer) gets the body of the 200. DG_ENOTFOUND
 * (ResourceNotFoundException), DG_EDENIED, DG_EEXISTS
 * (ResourceInUseException), DG_EINVALID (ValidationException), DG_ELIMIT (413:
 * the request is too large), DG_EUNSUPPORTED (UnknownOperationException),
 * DG_ESERVICE, DG_EUNREACHABLE, DG_ECANCELLED. Service errors carry the
 * service's words.
 */
int dg_connection_call(struct dg_connection *connection, const char *operation,
		       struct dg_slice body, struct dg_buf *response,
		       struct dg_error *err);

/* The same for control messages: JSON trees in and out. */
int dg_connection_control(struct dg_connection *connection,
			  const char *operation, const struct dg_json *body,
			  struct dg_json **response, struct dg_error *err);

#endif
