#include "dynamodb/get_item.h"

#include "item/canon.h"
#include "item/token.h"
#include <ddbgit/json_writer.h>

#define REQUEST_MAX ((size_t)1 << 20)

static int print_request(const struct dg_get_item *request, struct dg_buf *body,
			 struct dg_error *err)
{
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, body, 0);

	dg_json_begin_object(&w);
	dg_json_member_string(&w, "TableName", request->table);
	dg_json_name(&w, "Key");
	dg_json_raw(&w, request->key);
	if (request->consistent)
		dg_json_member_bool(&w, "ConsistentRead", 1);
	dg_json_end_object(&w);
	return dg_json_writer_finish(&w) < 0 ? dg_error_nomem(err) : 0;
}

static int read_item(struct dg_slice text, struct dg_buf *line,
		     struct dg_error *err)
{
	struct dg_canon *canon = NULL;
	size_t used;
	int rc = dg_canon_new(&canon, err);

	if (rc == 0)
		rc = dg_canon_item(canon, NULL, text, &used, line, NULL, err);
	dg_canon_free(canon);
	return rc;
}

/* {"Item":{…},…}, or no such member. */
static int read_answer(struct dg_slice answer, struct dg_buf *line, bool *found,
		       struct dg_error *err)
{
	struct dg_slice name, value;
	struct dg_token t;
	bool first = true;
	int rc;

	dg_token_init(&t, answer);
	rc = dg_token_begin_object(&t, err);
	while (rc == 0 && (rc = dg_token_member(&t, &first, &name, err)) > 0) {
		rc = dg_token_value(&t, &value, err);
		if (rc == 0 && dg_slice_equal(name, DG_SLICE("Item")) &&
		    !dg_slice_equal(value, DG_SLICE("null"))) {
			*found = true;
			rc = read_item(value, line, err);
		}
	}
	return rc;
}

int dg_get_item(struct dg_connection *connection,
		const struct dg_get_item *request, struct dg_buf *line,
		bool *found, struct dg_error *err)
{
	struct dg_buf body = DG_BUF_INIT(REQUEST_MAX);
	struct dg_buf answer = DG_BUF_INIT(DG_ITEM_TEXT_MAX);
	int rc = print_request(request, &body, err);

	*found = false;
	if (rc == 0)
		rc = dg_connection_call(connection, "GetItem",
					dg_buf_slice(&body), &answer, err);
	if (rc == 0) {
		rc = read_answer(dg_buf_slice(&answer), line, found, err);
		if (rc < 0)
			dg_error_prefix(err, "GetItem");
	}
	dg_buf_free(&body);
	dg_buf_free(&answer);
	return rc;
}
