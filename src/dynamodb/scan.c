#include "dynamodb/scan.h"

#include "item/token.h"
#include <ddbgit/json_writer.h>

#define KEY_MAX ((size_t)16 * 1024)
#define LINE_ROOM 64 /* as dg_canon_item wants it */

int dg_scan_request_print(const struct dg_scan_request *request,
			  struct dg_buf *body, struct dg_error *err)
{
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, body, 0);

	dg_buf_clear(body);
	dg_json_begin_object(&w);
	dg_json_member_string(&w, "TableName", request->table);
	if (request->consistent)
		dg_json_member_bool(&w, "ConsistentRead", 1);
	if (request->segments > 1) {
		dg_json_member_uint(&w, "Segment", request->segment);
		dg_json_member_uint(&w, "TotalSegments", request->segments);
	}
	if (request->limit > 0)
		dg_json_member_uint(&w, "Limit", request->limit);
	if (request->start_key.len > 0) {
		dg_json_name(&w, "ExclusiveStartKey");
		dg_json_raw(&w, request->start_key);
	}
	dg_json_member_string(&w, "ReturnConsumedCapacity", "TOTAL");
	dg_json_end_object(&w);
	return dg_json_writer_finish(&w) < 0 ? dg_error_nomem(err) : 0;
}

int dg_scan_reader_init(struct dg_scan_reader *reader, struct dg_error *err)
{
	dg_buf_init(&reader->line, DG_ITEM_TEXT_MAX + LINE_ROOM);
	dg_buf_init(&reader->key, KEY_MAX);
	return dg_canon_new(&reader->canon, err);
}

void dg_scan_reader_free(struct dg_scan_reader *reader)
{
	dg_canon_free(reader->canon);
	reader->canon = NULL;
	dg_buf_free(&reader->line);
	dg_buf_free(&reader->key);
}

/* The item at the cursor, in canonical form, to whoever wants it. */
static int read_item(struct dg_scan_reader *reader, struct dg_token *t,
		     struct dg_scan_page *page, struct dg_error *err)
{
	struct dg_slice rest = dg_slice_of(t->p, (size_t)(t->end - t->p));
	struct dg_item item;
	size_t used;
	int rc;

	dg_buf_clear(&reader->line);
	dg_buf_clear(&reader->key);
	rc = dg_canon_item(reader->canon, reader->keys, rest, &used,
			   &reader->line, &reader->key, err);
	if (rc < 0)
		return dg_error_prefix(
			err, "byte %zu",
			dg_token_offset(t) +
				dg_canon_error_offset(reader->canon));
	t->p += used;
	page->items++;
	page->bytes += reader->line.len + 1;
	item.line = dg_buf_slice(&reader->line);
	item.key = dg_buf_slice(&reader->key);
	return reader->item(reader->context, &item, err);
}

static int read_items(struct dg_scan_reader *reader, struct dg_token *t,
		      struct dg_scan_page *page, struct dg_error *err)
{
	bool first = true;
	int rc = dg_token_begin_array(t, err);

	if (rc < 0)
		return rc;
	while ((rc = dg_token_element(t, &first, err)) > 0) {
		rc = read_item(reader, t, page, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

/* {"TableName":…,"CapacityUnits":n,…} */
static int read_capacity(struct dg_token *t, double *units,
			 struct dg_error *err)
{
	struct dg_slice name, value;
	bool first = true;
	int rc;

	if (dg_token_peek(t) != '{')
		return dg_token_value(t, &value, err);
	rc = dg_token_begin_object(t, err);
	while (rc >= 0 && (rc = dg_token_member(t, &first, &name, err)) > 0) {
		if (dg_slice_equal(name, DG_SLICE("CapacityUnits")))
			rc = dg_token_double(t, units, err);
		else
			rc = dg_token_value(t, &value, err);
	}
	return rc;
}

/* What the members of an answer say, Items apart. */
struct answer {
	bool has_items;
	bool has_count;
	uint64_t count;
};

static int read_member(struct dg_scan_reader *reader, struct dg_token *t,
		       struct dg_slice name, struct answer *answer,
		       struct dg_scan_page *page, struct dg_error *err)
{
	struct dg_slice value;
	int rc;

	if (dg_slice_equal(name, DG_SLICE("Items"))) {
		answer->has_items = true;
		return read_items(reader, t, page, err);
	}
	if (dg_slice_equal(name, DG_SLICE("Count"))) {
		answer->has_count = true;
		return dg_token_u64(t, &answer->count, err);
	}
	if (dg_slice_equal(name, DG_SLICE("ConsumedCapacity")))
		return read_capacity(t, &page->units, err);
	rc = dg_token_value(t, &value, err);
	if (rc == 0 && dg_slice_equal(name, DG_SLICE("LastEvaluatedKey")) &&
	    !dg_slice_equal(value, DG_SLICE("null")))
		page->last_key = value;
	return rc;
}

static int read_answer(struct dg_scan_reader *reader, struct dg_token *t,
		       struct answer *answer, struct dg_scan_page *page,
		       struct dg_error *err)
{
	struct dg_slice name;
	bool first = true;
	int rc = dg_token_begin_object(t, err);

	while (rc >= 0 && (rc = dg_token_member(t, &first, &name, err)) > 0)
		rc = read_member(reader, t, name, answer, page, err);
	return rc < 0 ? rc : dg_token_end(t, err);
}

static int check_answer(const struct answer *answer,
			const struct dg_scan_page *page, struct dg_error *err)
{
	if (!answer->has_items || !answer->has_count)
		return dg_error_set(err, DG_ESERVICE, "it has no %s",
				    answer->has_items ? "Count" : "Items");
	if (answer->count != page->items)
		return dg_error_set(err, DG_ESERVICE,
				    "its Count is %llu, but it has %llu items",
				    (unsigned long long)answer->count,
				    (unsigned long long)page->items);
	return 0;
}

int dg_scan_page_read(struct dg_scan_reader *reader, struct dg_slice body,
		      struct dg_scan_page *page, struct dg_error *err)
{
	struct answer answer = {0};
	struct dg_token t;
	int rc;

	*page = (struct dg_scan_page){.units = -1};
	dg_token_init(&t, body);
	rc = read_answer(reader, &t, &answer, page, err);
	if (rc == 0)
		rc = check_answer(&answer, page, err);
	/* What is wrong with it is the service's fault, nobody's input. */
	if (rc == DG_EINVALID)
		rc = dg_error_set(err, DG_ESERVICE, "%s",
				  err ? err->message : "");
	if (rc == DG_ESERVICE)
		return dg_error_prefix(err, "cannot read the answer to Scan");
	return rc;
}
