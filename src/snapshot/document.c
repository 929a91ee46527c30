#include "snapshot/document.h"
#include "base/text.h"
#include "item/canon.h"
#include "item/token.h"
#include "snapshot/conflict.h"
#include "snapshot/window.h"
#include <inttypes.h>
#include <stdlib.h>

#define LINE_MAX_BYTES ((size_t)DG_ITEM_TEXT_MAX + 4096)
#define KEY_MAX_BYTES ((size_t)1024 * 1024)
#define NAME_MAX_BYTES 256

enum state {
	AT_START,   /* nothing read */
	AT_MEMBERS, /* inside the object, before a member */
	AT_ITEMS,   /* inside Items, before an item */
	AT_END,     /* behind the object */
};

struct dg_document {
	struct dg_window window;
	struct dg_canon *canon;
	struct dg_buf line;
	struct dg_buf key;
	enum state state;
	bool first;     /* no element of the object or list was read yet */
	bool had_items; /* Items was read */
	bool items_elsewhere; /* "Items":true: an index, not a document */
	bool has_count;
	uint64_t count;
	uint64_t item_line, item_offset;
	struct dg_error failure; /* code 0 until there is one */
};

int dg_document_open(struct dg_document **out, struct dg_file *file,
		     const char *name, struct dg_error *err)
{
	struct dg_document *document = calloc(1, sizeof(*document));
	int rc;

	if (!document) {
		dg_file_close(file);
		return dg_error_nomem(err);
	}
	dg_buf_init(&document->line, LINE_MAX_BYTES);
	dg_buf_init(&document->key, KEY_MAX_BYTES);
	document->first = true;
	rc = dg_window_open(&document->window, file, name, err);
	if (rc == 0)
		rc = dg_canon_new(&document->canon, err);
	if (rc < 0) {
		dg_document_close(document);
		return rc;
	}
	*out = document;
	return 0;
}

void dg_document_close(struct dg_document *document)
{
	if (!document)
		return;
	dg_window_close(&document->window);
	dg_canon_free(document->canon);
	dg_buf_free(&document->line);
	dg_buf_free(&document->key);
	free(document);
}

int dg_document_rewind(struct dg_document *document, struct dg_error *err)
{
	document->state = AT_START;
	document->first = true;
	document->had_items = false;
	document->items_elsewhere = false;
	document->has_count = false;
	dg_error_clear(&document->failure);
	return dg_window_rewind(&document->window, err);
}

bool dg_document_count(const struct dg_document *document, uint64_t *count)
{
	if (document->has_count)
		*count = document->count;
	return document->has_count;
}

int dg_document_place(const struct dg_document *document, struct dg_error *err)
{
	return dg_error_prefix(err, "%s: line %" PRIu64 ", offset %" PRIu64,
			       document->window.name, document->item_line,
			       document->item_offset);
}

static int canonical(struct dg_document *document,
		     const struct dg_key_schema *keys, size_t *used,
		     struct dg_error *err)
{
	dg_buf_clear(&document->line);
	dg_buf_clear(&document->key);
	return dg_canon_item(
		document->canon, keys, dg_window_rest(&document->window), used,
		&document->line, keys ? &document->key : NULL, err);
}

/*
 * The canonicaliser refused the text in reach, either because the window cuts
 * the item or because the item is wrong: only the whole item can tell.
 */
static int canonical_again(struct dg_document *document,
			   const struct dg_key_schema *keys, size_t *used,
			   struct dg_error *err)
{
	struct dg_window *window = &document->window;
	struct dg_error cause = {0};
	size_t length = 0;
	int rc, whole;

	whole = dg_window_whole_value(&document->window, &length, &cause);
	if (whole == DG_EIO || whole == DG_ENOMEM || whole == DG_ECANCELLED)
		return dg_error_pass(err, &cause);
	rc = canonical(document, keys, used, err);
	if (rc == 0)
		return 0;
	if (rc != DG_EINVALID && rc != DG_ELIMIT)
		return rc;
	dg_window_place(window, dg_canon_error_offset(document->canon), err);
	if (whole == DG_ELIMIT)
		dg_error_hint(err,
			      "No item ends within 32 MiB from offset "
			      "%" PRIu64 " on",
			      document->item_offset);
	else if (whole == 0 && length == 0)
		dg_error_hint(err,
			      "The file ends inside the item that begins "
			      "on line %" PRIu64
			      ": it is cut off, or a bracket is missing",
			      document->item_line);
	dg_conflict_explain(dg_window_rest(window), err);
	return rc;
}

static int read_item(struct dg_document *document,
		     const struct dg_key_schema *keys, struct dg_item *item,
		     struct dg_error *err)
{
	struct dg_window *window = &document->window;
	size_t used = 0;
	int rc;

	dg_window_locate(window, 0, &document->item_line,
			 &document->item_offset);
	rc = canonical(document, keys, &used, NULL);
	if (rc < 0)
		rc = canonical_again(document, keys, &used, err);
	if (rc < 0)
		return rc;
	dg_window_take(window, used);
	item->line = dg_buf_slice(&document->line);
	item->key = dg_buf_slice(&document->key);
	return 1;
}

/* 1 with the raw text of a member's name, the cursor at its value; 0 after
 * the closing brace. */
static int next_member(struct dg_document *document, struct dg_buf *name,
		       struct dg_error *err)
{
	struct dg_slice text;
	int byte;
	int rc = dg_window_peek(&document->window, &byte, err);

	if (rc < 0)
		return rc;
	if (byte == '}') {
		dg_window_take(&document->window, 1);
		return 0;
	}
	if (!document->first) {
		rc = dg_window_expect(&document->window, ',', "',' or '}'",
				      err);
		if (rc == 0)
			rc = dg_window_peek(&document->window, &byte, err);
		if (rc < 0)
			return rc;
	}
	document->first = false;
	if (byte != '"')
		return dg_window_unexpected(&document->window,
					    "a member's name", err);
	rc = dg_window_value(&document->window, &text, err);
	if (rc < 0)
		return rc;
	dg_buf_clear(name);
	if (text.len - 2 < NAME_MAX_BYTES)
		rc = dg_buf_add(name, text.ptr + 1, text.len - 2, err);
	if (rc == 0)
		rc = dg_window_expect(&document->window, ':', "':'", err);
	return rc < 0 ? rc : 1;
}

static int begin_items(struct dg_document *document, struct dg_error *err)
{
	struct dg_slice value;
	int byte, rc;

	if (document->had_items) {
		dg_error_set(err, DG_EINVALID, "a second \"Items\"");
		return dg_window_place(&document->window, 0, err);
	}
	document->had_items = true;
	rc = dg_window_peek(&document->window, &byte, err);
	if (rc < 0)
		return rc;
	if (byte == '[') {
		dg_window_take(&document->window, 1);
		document->first = true;
		document->state = AT_ITEMS;
		return 0;
	}
	rc = dg_window_value(&document->window, &value, err);
	if (rc < 0)
		return rc;
	if (dg_slice_equal(value, DG_SLICE("true"))) {
		document->items_elsewhere = true;
		return 0;
	}
	dg_error_set(err, DG_EINVALID, "\"Items\" is no list");
	return dg_window_place(&document->window, 0, err);
}

static int take_count(struct dg_document *document, struct dg_error *err)
{
	struct dg_error cause;
	struct dg_slice value;
	int rc = dg_window_value(&document->window, &value, err);

	if (rc < 0)
		return rc;
	if (document->has_count) {
		dg_error_set(err, DG_EINVALID, "a second \"Count\"");
		return dg_window_place(&document->window, 0, err);
	}
	if (dg_parse_u64(value, &document->count, &cause) < 0) {
		dg_error_set(err, DG_EINVALID, "\"Count\" is no whole number");
		return dg_window_place(&document->window, 0, err);
	}
	document->has_count = true;
	return 0;
}

/* `aws dynamodb scan` says by a member that it stopped before the end. */
static int take_continuation(struct dg_document *document, const char *name,
			     struct dg_error *err)
{
	struct dg_slice value;
	int rc = dg_window_value(&document->window, &value, err);

	if (rc < 0 || dg_slice_equal(value, DG_SLICE("null")))
		return rc;
	dg_error_set(err, DG_EINVALID,
		     "holds only a part of a table: it has a \"%s\"", name);
	dg_window_place(&document->window, 0, err);
	return dg_error_hint(err, "Dump the whole table, or remove that "
				  "member to go on with the part");
}

static int take_format(struct dg_document *document, struct dg_error *err)
{
	struct dg_slice value;
	int rc = dg_window_value(&document->window, &value, err);

	if (rc < 0 || !dg_slice_starts_with(value, DG_SLICE("\"ddbgit-")))
		return rc;
	dg_error_set(err, DG_EUNSUPPORTED,
		     "%s: layout %.*s is not supported by this version of "
		     "ddbgit",
		     document->window.name, (int)value.len, value.ptr);
	return dg_error_hint(err, "Use a newer ddbgit");
}

static int read_member(struct dg_document *document, struct dg_error *err)
{
	struct dg_buf name = DG_BUF_INIT(NAME_MAX_BYTES);
	struct dg_slice value;
	int rc = next_member(document, &name, err);
	const char *text = dg_buf_str(&name);

	if (rc == 0)
		document->state = AT_END;
	else if (rc < 0)
		;
	else if (strcmp(text, "Items") == 0)
		rc = begin_items(document, err);
	else if (strcmp(text, "Count") == 0)
		rc = take_count(document, err);
	else if (strcmp(text, "Format") == 0)
		rc = take_format(document, err);
	else if (strcmp(text, "LastEvaluatedKey") == 0 ||
		 strcmp(text, "NextToken") == 0)
		rc = take_continuation(document, text, err);
	else
		rc = dg_window_value(&document->window, &value, err);
	dg_buf_free(&name);
	return rc;
}

/* Steps over a byte order mark; says what else the file is, if it is. */
static int begin(struct dg_document *document, struct dg_error *err)
{
	struct dg_window *window = &document->window;
	struct dg_slice head;
	int rc = 0;

	while (rc == 0 && !window->at_end && dg_window_rest(window).len < 64)
		rc = dg_window_fill(window, err);
	if (rc < 0)
		return rc;
	head = dg_window_rest(window);
	if (dg_slice_starts_with(head, DG_SLICE("\xff\xfe")) ||
	    dg_slice_starts_with(head, DG_SLICE("\xfe\xff"))) {
		dg_error_set(err, DG_EINVALID, "%s: UTF-16, not UTF-8",
			     window->name);
		return dg_error_hint(err, "Convert it: iconv -f UTF-16 -t "
					  "UTF-8");
	}
	if (dg_slice_starts_with(head, DG_SLICE("version https://git-lfs"))) {
		dg_error_set(err, DG_EINVALID,
			     "%s: a Git LFS pointer, not the data",
			     window->name);
		return dg_error_hint(err, "Fetch the data: git lfs pull");
	}
	if (dg_slice_starts_with(head, DG_SLICE("\xef\xbb\xbf")))
		dg_window_take(window, 3);
	document->state = AT_MEMBERS;
	return dg_window_expect(&document->window, '{', "'{'", err);
}

/* The object was closed: is it all there, and nothing behind it? */
static int check_end(struct dg_document *document, struct dg_error *err)
{
	int byte;
	int rc;

	if (!document->had_items || document->items_elsewhere) {
		dg_error_set(err, DG_EINVALID, "%s: no list \"Items\"",
			     document->window.name);
		return dg_error_hint(err, "Expected what `aws dynamodb scan` "
					  "prints: {\"Items\":[...],...}");
	}
	rc = dg_window_peek(&document->window, &byte, err);
	if (rc < 0 || byte < 0)
		return rc;
	return dg_window_unexpected(&document->window, "the end of the file",
				    err);
}

/* 1 with the cursor at an item, 0 behind the closing bracket. */
static int next_element(struct dg_document *document, struct dg_error *err)
{
	int byte;
	int rc = dg_window_peek(&document->window, &byte, err);

	if (rc < 0)
		return rc;
	if (byte == ']') {
		dg_window_take(&document->window, 1);
		document->first = false;
		document->state = AT_MEMBERS;
		return 0;
	}
	if (!document->first) {
		rc = dg_window_expect(&document->window, ',', "',' or ']'",
				      err);
		if (rc == 0)
			rc = dg_window_peek(&document->window, &byte, err);
		if (rc < 0)
			return rc;
	}
	document->first = false;
	return byte == '{' ? 1
			   : dg_window_unexpected(&document->window, "an item",
						  err);
}

static int step(struct dg_document *document, const struct dg_key_schema *keys,
		struct dg_item *item, struct dg_error *err)
{
	int rc = 0;

	while (rc == 0) {
		switch (document->state) {
		case AT_START:
			rc = begin(document, err);
			break;
		case AT_MEMBERS:
			rc = read_member(document, err);
			break;
		case AT_ITEMS:
			rc = next_element(document, err);
			if (rc > 0)
				return read_item(document, keys, item, err);
			break;
		default:
			return check_end(document, err);
		}
	}
	return rc;
}

int dg_document_next(struct dg_document *document,
		     const struct dg_key_schema *keys, struct dg_item *item,
		     struct dg_error *err)
{
	int rc = document->failure.code;

	if (rc == 0)
		rc = step(document, keys && keys->count ? keys : NULL, item,
			  &document->failure);
	if (rc < 0 && err)
		*err = document->failure;
	return rc;
}
