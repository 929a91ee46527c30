#include "dynamodb/batch_get_request.h"

#include "item/token.h"
#include <ddbgit/json_writer.h>

#define KEY_MAX ((size_t)16 * 1024)
#define LINE_ROOM 64 /* as dg_canon_item wants it */

int dg_batch_get_print(const char *table, struct dg_batch_item *const *items,
		       size_t count, struct dg_buf *body, struct dg_error *err)
{
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, body, 0);

	dg_buf_clear(body);
	dg_json_begin_object(&w);
	dg_json_name(&w, "RequestItems");
	dg_json_begin_object(&w);
	dg_json_name(&w, table);
	dg_json_begin_object(&w);
	dg_json_name(&w, "Keys");
	dg_json_begin_array(&w);
	for (size_t i = 0; i < count; i++)
		dg_json_raw(&w, dg_batch_item_line(items[i]));
	dg_json_end_array(&w);
	dg_json_member_bool(&w, "ConsistentRead", 1);
	dg_json_end_object(&w);
	dg_json_end_object(&w);
	dg_json_member_string(&w, "ReturnConsumedCapacity", "TOTAL");
	dg_json_end_object(&w);
	return dg_json_writer_finish(&w) < 0 ? dg_error_nomem(err) : 0;
}

int dg_batch_get_reader_init(struct dg_batch_get_reader *reader,
			     struct dg_error *err)
{
	dg_buf_init(&reader->line, DG_ITEM_TEXT_MAX + LINE_ROOM);
	dg_buf_init(&reader->key, KEY_MAX);
	return dg_canon_new(&reader->canon, err);
}

void dg_batch_get_reader_free(struct dg_batch_get_reader *reader)
{
	dg_canon_free(reader->canon);
	reader->canon = NULL;
	dg_buf_free(&reader->line);
	dg_buf_free(&reader->key);
}

/* A walk through one answer. */
struct walk {
	struct dg_batch_get_reader *reader;
	struct dg_token t;
	struct dg_batch_item *const *items;
	size_t count;
	struct dg_batch_get_answer *answer;
	bool has_responses;
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

/* The key that stands in the reader is said to be in this state. */
static int mark(struct walk *walk, enum dg_get_state state,
		struct dg_error *err)
{
	struct dg_slice key = dg_buf_slice(&walk->reader->key);

	for (size_t i = 0; i < walk->count; i++) {
		if (!dg_slice_equal(key, dg_batch_item_key(walk->items[i])))
			continue;
		if (walk->answer->state[i] != DG_GET_ABSENT)
			return dg_error_set(err, DG_ESERVICE,
					    "it names a key twice");
		walk->answer->state[i] = state;
		return 0;
	}
	return dg_error_set(err, DG_ESERVICE,
			    "it names a key that was not asked for");
}

/* The item or key at the cursor, into the reader. */
static int read_object(struct walk *walk, struct dg_error *err)
{
	struct dg_batch_get_reader *reader = walk->reader;
	struct dg_token *t = &walk->t;
	size_t used;
	int rc;

	dg_buf_clear(&reader->line);
	dg_buf_clear(&reader->key);
	rc = dg_canon_item(reader->canon, reader->keys,
			   dg_slice_of(t->p, (size_t)(t->end - t->p)), &used,
			   &reader->line, &reader->key, err);
	if (rc == 0)
		t->p += used;
	return rc;
}

static int visit_item(struct walk *walk, struct dg_error *err)
{
	struct dg_batch_get_reader *reader = walk->reader;
	struct dg_item item;
	int rc = read_object(walk, err);

	if (rc == 0)
		rc = mark(walk, DG_GET_FOUND, err);
	if (rc < 0)
		return rc;
	walk->answer->found++;
	walk->answer->bytes += reader->line.len + 1;
	item.line = dg_buf_slice(&reader->line);
	item.key = dg_buf_slice(&reader->key);
	return reader->item(reader->context, &item, err);
}

static int visit_responses(struct walk *walk, struct dg_slice name,
			   struct dg_error *err)
{
	(void)name; /* there was one table in the request */
	return each_element(walk, visit_item, err);
}

static int visit_key(struct walk *walk, struct dg_error *err)
{
	int rc = read_object(walk, err);

	if (rc == 0)
		rc = mark(walk, DG_GET_PENDING, err);
	walk->answer->unprocessed += rc == 0;
	return rc;
}

static int visit_unprocessed(struct walk *walk, struct dg_slice name,
			     struct dg_error *err)
{
	if (dg_slice_equal(name, DG_SLICE("Keys")))
		return each_element(walk, visit_key, err);
	return step_over(walk, err);
}

static int visit_unprocessed_table(struct walk *walk, struct dg_slice name,
				   struct dg_error *err)
{
	(void)name;
	return each_member(walk, visit_unprocessed, err);
}

static int visit_consumed(struct walk *walk, struct dg_slice name,
			  struct dg_error *err)
{
	if (dg_slice_equal(name, DG_SLICE("CapacityUnits")))
		return dg_token_double(&walk->t, &walk->answer->units, err);
	return step_over(walk, err);
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

	if (dg_slice_equal(name, DG_SLICE("Responses")) && next == '{') {
		walk->has_responses = true;
		return each_member(walk, visit_responses, err);
	}
	if (dg_slice_equal(name, DG_SLICE("UnprocessedKeys")) && next == '{') {
		walk->has_unprocessed = true;
		return each_member(walk, visit_unprocessed_table, err);
	}
	if (dg_slice_equal(name, DG_SLICE("ConsumedCapacity")) && next == '[')
		return each_element(walk, visit_capacity, err);
	return step_over(walk, err);
}

/* Without these two nothing says that what is not named is not there. */
static int check_complete(const struct walk *walk, struct dg_error *err)
{
	if (walk->has_unprocessed && walk->has_responses)
		return 0;
	return dg_error_set(err, DG_ESERVICE, "it has no %s",
			    walk->has_unprocessed ? "Responses"
						  : "UnprocessedKeys");
}

int dg_batch_get_read(struct dg_batch_get_reader *reader, struct dg_slice body,
		      struct dg_batch_item *const *items, size_t count,
		      struct dg_batch_get_answer *answer, struct dg_error *err)
{
	struct walk walk = {
		.reader = reader,
		.items = items,
		.count = count,
		.answer = answer,
	};
	int rc;

	*answer = (struct dg_batch_get_answer){.units = -1};
	dg_token_init(&walk.t, body);
	rc = each_member(&walk, visit_answer, err);
	if (rc == 0)
		rc = dg_token_end(&walk.t, err);
	if (rc == 0)
		rc = check_complete(&walk, err);
	/* What is wrong with it is the service's fault, nobody's input. */
	if (rc == DG_EINVALID)
		rc = dg_error_set(err, DG_ESERVICE, "%s",
				  err ? err->message : "");
	if (rc == DG_ESERVICE)
		return dg_error_prefix(
			err, "cannot read the answer to BatchGetItem");
	return rc;
}
