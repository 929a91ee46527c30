#include "dynamodb/batch_request.h"

#include "item/token.h"
#include <ddbgit/json_writer.h>

#define KEY_MAX ((size_t)16 * 1024)
#define LINE_ROOM 64 /* as dg_canon_item wants it */

int dg_batch_request_print(const struct dg_batch_request *request,
			   struct dg_batch_item *const *items, size_t count,
			   struct dg_buf *body, struct dg_error *err)
{
	const char *kind = request->deletes ? "DeleteRequest" : "PutRequest";
	const char *member = request->deletes ? "Key" : "Item";
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, body, 0);

	dg_buf_clear(body);
	dg_json_begin_object(&w);
	dg_json_name(&w, "RequestItems");
	dg_json_begin_object(&w);
	dg_json_name(&w, request->table);
	dg_json_begin_array(&w);
	for (size_t i = 0; i < count; i++) {
		dg_json_begin_object(&w);
		dg_json_name(&w, kind);
		dg_json_begin_object(&w);
		dg_json_name(&w, member);
		dg_json_raw(&w, dg_batch_item_line(items[i]));
		dg_json_end_object(&w);
		dg_json_end_object(&w);
	}
	dg_json_end_array(&w);
	dg_json_end_object(&w);
	dg_json_member_string(&w, "ReturnConsumedCapacity",
			      request->indexes ? "INDEXES" : "TOTAL");
	dg_json_end_object(&w);
	return dg_json_writer_finish(&w) < 0 ? dg_error_nomem(err) : 0;
}

int dg_batch_reader_init(struct dg_batch_reader *reader, struct dg_error *err)
{
	dg_buf_init(&reader->line, DG_ITEM_TEXT_MAX + LINE_ROOM);
	dg_buf_init(&reader->key, KEY_MAX);
	return dg_canon_new(&reader->canon, err);
}

void dg_batch_reader_free(struct dg_batch_reader *reader)
{
	dg_canon_free(reader->canon);
	reader->canon = NULL;
	dg_buf_free(&reader->line);
	dg_buf_free(&reader->key);
}

/* A walk through one answer. */
struct walk {
	struct dg_batch_reader *reader;
	struct dg_token t;
	struct dg_batch_item *const *items;
	size_t count;
	struct dg_batch_answer *answer;
	bool has_unprocessed;
};

/* Calls visit for each member of the object at the cursor; visit steps over
 * the value. */
static int each_member(struct walk *walk,
		       int (*visit)(struct walk *walk, struct dg_slice name,
				    struct dg_error *err),
		       struct dg_error *err)
{
	struct dg_slice name;
	bool first = true;
	int rc = dg_token_begin_object(&walk->t, err);

	while (rc >= 0 &&
	       (rc = dg_token_member(&walk->t, &first, &name, err)) > 0)
		rc = visit(walk, name, err);
	return rc;
}

static int each_element(struct walk *walk,
			int (*visit)(struct walk *walk, struct dg_error *err),
			struct dg_error *err)
{
	bool first = true;
	int rc = dg_token_begin_array(&walk->t, err);

	while (rc >= 0 && (rc = dg_token_element(&walk->t, &first, err)) > 0)
		rc = visit(walk, err);
	return rc;
}

static int step_over(struct walk *walk, struct dg_error *err)
{
	struct dg_slice value;

	return dg_token_value(&walk->t, &value, err);
}

/* The item whose key stands in the reader comes back. */
static int mark(struct walk *walk, struct dg_error *err)
{
	struct dg_slice key = dg_buf_slice(&walk->reader->key);

	for (size_t i = 0; i < walk->count; i++) {
		if (!dg_slice_equal(key, dg_batch_item_key(walk->items[i])))
			continue;
		if (!walk->answer->pending[i])
			walk->answer->unprocessed++;
		walk->answer->pending[i] = true;
		return 0;
	}
	return dg_error_set(err, DG_ESERVICE,
			    "an unprocessed item was not sent");
}

/* What was put, or the key of what was deleted. */
static int visit_content(struct walk *walk, struct dg_slice name,
			 struct dg_error *err)
{
	struct dg_batch_reader *reader = walk->reader;
	struct dg_token *t = &walk->t;
	size_t used;
	int rc;

	if (!dg_slice_equal(name, DG_SLICE("Item")) &&
	    !dg_slice_equal(name, DG_SLICE("Key")))
		return step_over(walk, err);
	dg_buf_clear(&reader->line);
	dg_buf_clear(&reader->key);
	rc = dg_canon_item(reader->canon, reader->keys,
			   dg_slice_of(t->p, (size_t)(t->end - t->p)), &used,
			   &reader->line, &reader->key, err);
	if (rc < 0)
		return rc;
	t->p += used;
	return mark(walk, err);
}

static int visit_request(struct walk *walk, struct dg_slice name,
			 struct dg_error *err)
{
	if (dg_slice_equal(name, DG_SLICE("PutRequest")) ||
	    dg_slice_equal(name, DG_SLICE("DeleteRequest")))
		return each_member(walk, visit_content, err);
	return step_over(walk, err);
}

static int visit_entry(struct walk *walk, struct dg_error *err)
{
	return each_member(walk, visit_request, err);
}

static int visit_table(struct walk *walk, struct dg_slice name,
		       struct dg_error *err)
{
	(void)name; /* there was one in the request */
	return each_element(walk, visit_entry, err);
}

/* The member CapacityUnits of the object at the cursor; negative: none. */
static int read_units(struct walk *walk, double *units, struct dg_error *err)
{
	struct dg_slice name;
	bool first = true;
	int rc;

	*units = -1;
	if (dg_token_peek(&walk->t) != '{')
		return step_over(walk, err);
	rc = dg_token_begin_object(&walk->t, err);
	while (rc >= 0 &&
	       (rc = dg_token_member(&walk->t, &first, &name, err)) > 0)
		rc = dg_slice_equal(name, DG_SLICE("CapacityUnits"))
			     ? dg_token_double(&walk->t, units, err)
			     : step_over(walk, err);
	return rc;
}

static int visit_index(struct walk *walk, struct dg_slice name,
		       struct dg_error *err)
{
	struct dg_batch_units *units = &walk->answer->units;
	double consumed;
	int rc = read_units(walk, &consumed, err);

	if (rc < 0 || units->index_count == DG_BATCH_INDEXES_MAX)
		return rc;
	units->index[units->index_count].name = name;
	units->index[units->index_count++].units = consumed;
	return 0;
}

static int visit_local_index(struct walk *walk, struct dg_slice name,
			     struct dg_error *err)
{
	struct dg_batch_units *units = &walk->answer->units;
	double consumed;
	int rc = read_units(walk, &consumed, err);

	(void)name;
	if (rc == 0 && consumed > 0)
		units->table = consumed + (units->table > 0 ? units->table : 0);
	return rc;
}

static int visit_consumed(struct walk *walk, struct dg_slice name,
			  struct dg_error *err)
{
	struct dg_batch_units *units = &walk->answer->units;
	int next = dg_token_peek(&walk->t);
	double table;
	int rc;

	if (dg_slice_equal(name, DG_SLICE("CapacityUnits")))
		return dg_token_double(&walk->t, &units->all, err);
	if (dg_slice_equal(name, DG_SLICE("GlobalSecondaryIndexes")) &&
	    next == '{')
		return each_member(walk, visit_index, err);
	if (dg_slice_equal(name, DG_SLICE("LocalSecondaryIndexes")) &&
	    next == '{')
		return each_member(walk, visit_local_index, err);
	if (!dg_slice_equal(name, DG_SLICE("Table")))
		return step_over(walk, err);
	rc = read_units(walk, &table, err);
	if (rc == 0 && table >= 0)
		units->table = table + (units->table > 0 ? units->table : 0);
	return rc;
}

/* One element: there was one table in the request. */
static int visit_capacity(struct walk *walk, struct dg_error *err)
{
	return each_member(walk, visit_consumed, err);
}

static int visit_answer(struct walk *walk, struct dg_slice name,
			struct dg_error *err)
{
	int next = dg_token_peek(&walk->t);

	if (dg_slice_equal(name, DG_SLICE("UnprocessedItems")) && next == '{') {
		walk->has_unprocessed = true;
		return each_member(walk, visit_table, err);
	}
	if (dg_slice_equal(name, DG_SLICE("ConsumedCapacity")) && next == '[')
		return each_element(walk, visit_capacity, err);
	return step_over(walk, err);
}

int dg_batch_answer_read(struct dg_batch_reader *reader, struct dg_slice body,
			 struct dg_batch_item *const *items, size_t count,
			 struct dg_batch_answer *answer, struct dg_error *err)
{
	struct walk walk = {
		.reader = reader,
		.items = items,
		.count = count,
		.answer = answer,
	};
	int rc;

	answer->units.all = -1;
	answer->units.table = -1;
	answer->units.index_count = 0;
	answer->unprocessed = 0;
	memset(answer->pending, 0, sizeof(answer->pending));
	dg_token_init(&walk.t, body);
	rc = each_member(&walk, visit_answer, err);
	if (rc == 0)
		rc = dg_token_end(&walk.t, err);
	/* Without it nothing says that the items were taken. */
	if (rc == 0 && !walk.has_unprocessed)
		rc = dg_error_set(err, DG_ESERVICE,
				  "it has no UnprocessedItems");
	/* What is wrong with it is the service's fault, nobody's input. */
	if (rc == DG_EINVALID)
		rc = dg_error_set(err, DG_ESERVICE, "%s",
				  err ? err->message : "");
	if (rc == DG_ESERVICE)
		return dg_error_prefix(
			err, "cannot read the answer to BatchWriteItem");
	return rc;
}
