#include "dynamodb/client.h"

#include "base/text.h"
#include "dynamodb/call.h"

#include <stdlib.h>

#define CONTROL_BODY_MAX ((size_t)4 * 1024 * 1024)
#define CONTROL_REPLY_MAX ((size_t)16 * 1024 * 1024)
#define LINE_MAX_BYTES ((size_t)64 * 1024)

static int make_host_header(struct dg_dynamodb *db, struct dg_error *err)
{
	struct dg_buf line = DG_BUF_INIT(LINE_MAX_BYTES);
	int rc = dg_buf_add_str(&line, "Host: ", err);

	if (rc == 0)
		rc = dg_url_host_header(&db->url, &line, err);
	if (rc == 0) {
		db->host_header = dg_buf_detach(&line, err);
		rc = db->host_header ? 0 : DG_ENOMEM;
	}
	dg_buf_free(&line);
	return rc;
}

int dg_dynamodb_open(struct dg_dynamodb **out,
		     const struct dg_dynamodb_options *options,
		     struct dg_error *err)
{
	struct dg_dynamodb *db = calloc(1, sizeof(*db));
	int rc;

	if (!db)
		return dg_error_nomem(err);
	db->credentials = options->credentials;
	db->clock = options->clock;
	db->log = options->log;
	db->cancel = options->cancel;
	if (options->transport)
		db->transport = *options->transport;
	db->answered_ms = options->answered ? dg_clock_now_ms(db->clock) : -1;
	db->created_ms = -1;
	db->told_ms = -1;
	rc = dg_strdup(&db->endpoint, options->endpoint, err);
	if (rc == 0)
		rc = dg_strdup(&db->region, options->region, err);
	if (rc == 0)
		rc = dg_url_parse(&db->url, options->endpoint, err);
	if (rc == 0)
		rc = make_host_header(db, err);
	if (rc < 0) {
		dg_dynamodb_close(db);
		return rc;
	}
	*out = db;
	return 0;
}

void dg_dynamodb_close(struct dg_dynamodb *db)
{
	if (!db)
		return;
	free(db->endpoint);
	free(db->region);
	free(db->host_header);
	dg_url_free(&db->url);
	free(db);
}

void dg_dynamodb_stats(struct dg_dynamodb *db, struct dg_dynamodb_stats *out)
{
	out->requests = __atomic_load_n(&db->stats.requests, __ATOMIC_RELAXED);
	out->retries = __atomic_load_n(&db->stats.retries, __ATOMIC_RELAXED);
	out->throttled =
		__atomic_load_n(&db->stats.throttled, __ATOMIC_RELAXED);
}

static int send_http(void *context, const struct dg_http_request *request,
		     struct dg_http_response *response, struct dg_error *err)
{
	return dg_http_send(context, request, response, err);
}

static int open_transport(struct dg_connection *connection,
			  struct dg_error *err)
{
	const struct dg_http_options options = {
		.clock = connection->db->clock,
		.cancel = connection->cancel,
	};
	int rc;

	if (connection->db->transport.send) {
		connection->transport = connection->db->transport;
		return 0;
	}
	rc = dg_http_open(&connection->http, &options, err);
	connection->transport =
		(struct dg_transport){send_http, connection->http};
	return rc;
}

int dg_connection_open(struct dg_connection **out, struct dg_dynamodb *db,
		       const struct dg_cancel *stop, struct dg_error *err)
{
	struct dg_connection *connection = calloc(1, sizeof(*connection));
	int rc;

	if (!connection)
		return dg_error_nomem(err);
	connection->db = db;
	connection->cancel = stop ? stop : db->cancel;
	for (size_t i = 0; i < DG_LINE_COUNT; i++)
		dg_buf_init(&connection->lines[i], LINE_MAX_BYTES);
	dg_buf_init(&connection->authorization, LINE_MAX_BYTES);
	dg_buf_init(&connection->request, CONTROL_BODY_MAX);
	dg_buf_init(&connection->reply, CONTROL_REPLY_MAX);
	rc = open_transport(connection, err);
	if (rc < 0) {
		dg_connection_close(connection);
		return rc;
	}
	*out = connection;
	return 0;
}

void dg_connection_close(struct dg_connection *connection)
{
	if (!connection)
		return;
	dg_http_close(connection->http);
	dg_credentials_free(&connection->used);
	for (size_t i = 0; i < DG_LINE_COUNT; i++)
		dg_buf_free(&connection->lines[i]);
	dg_buf_free(&connection->authorization);
	dg_buf_free(&connection->request);
	dg_buf_free(&connection->reply);
	free(connection);
}

const char *dg_connection_error_type(const struct dg_connection *connection)
{
	return connection->error.type;
}

const char *dg_connection_error_words(const struct dg_connection *connection)
{
	return connection->error.words;
}

int64_t dg_connection_date(const struct dg_connection *connection)
{
	return connection->date;
}

bool dg_connection_in_doubt(const struct dg_connection *connection)
{
	return connection->in_doubt;
}

int dg_connection_control(struct dg_connection *connection,
			  const char *operation, const struct dg_json *body,
			  struct dg_json **response, struct dg_error *err)
{
	int rc;

	dg_buf_clear(&connection->request);
	rc = dg_json_print(body, false, &connection->request, err);
	if (rc == 0)
		rc = dg_connection_call(connection, operation,
					dg_buf_slice(&connection->request),
					&connection->reply, err);
	if (rc < 0)
		return rc;
	rc = dg_json_parse(response, dg_buf_slice(&connection->reply), err);
	return rc < 0 ? dg_error_prefix(err, "the answer to %s", operation) : 0;
}
