#include "dynamodb/table_probe.h"

#include "dynamodb/scan.h"

#define REQUEST_MAX ((size_t)4096)
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

static int call(struct dg_connection *connection, const char *operation,
		const struct dg_buf *request, struct dg_error *err)
{
	struct dg_buf answer = DG_BUF_INIT(ANSWER_MAX);
	int rc = dg_connection_call(connection, operation,
				    dg_buf_slice(request), &answer, err);

	dg_buf_free(&answer);
	return rc;
}

int dg_table_probe_scan(struct dg_connection *connection, const char *name,
			struct dg_error *err)
{
	const struct dg_scan_request scan = {
		.table = name,
		.segments = 1,
		.limit = 1,
	};
	struct dg_buf request = DG_BUF_INIT(REQUEST_MAX);
	int rc = dg_scan_request_print(&scan, &request, err);

	if (rc == 0)
		rc = call(connection, "Scan", &request, err);
	dg_buf_free(&request);
	return rc;
}

int dg_table_probe_time_to_live(struct dg_connection *connection,
				const char *name, struct dg_error *err)
{
	struct dg_buf request = DG_BUF_INIT(REQUEST_MAX);
	/* A table's name has no character that JSON escapes. */
	int rc = dg_buf_addf(&request, err, "{\"TableName\":\"%s\"}", name);

	if (rc == 0)
		rc = call(connection, "DescribeTimeToLive", &request, err);
	dg_buf_free(&request);
	return rc;
}
