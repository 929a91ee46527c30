#include "item/value_text.h"

#include "item/canon.h"
#include "item/canon_base64.h"
#include "item/canon_text.h"
#include "item/item_diff.h"
#include "item/token.h"
#include <ddbgit/text.h>

#define ELLIPSIS "…"

struct writer {
	struct dg_buf *out;
	bool binary_in_full;
	int depth;
	struct dg_error *err;
};

static int put_value(struct writer *w, struct dg_slice value);

static int put(struct writer *w, const char *text)
{
	return dg_buf_add_str(w->out, text, w->err);
}

static int put_binary(struct writer *w, struct dg_slice quoted)
{
	const struct dg_slice text =
		quoted.len < 2 ? quoted
			       : dg_slice_of(quoted.ptr + 1, quoted.len - 2);
	size_t bytes;

	if (w->binary_in_full)
		return dg_buf_addf(w->out, w->err, "<%.*s>", (int)text.len,
				   text.ptr);
	bytes = dg_base64_decoded_len(text);
	return dg_buf_addf(w->out, w->err, "<%zu byte%s>", bytes,
			   bytes == 1 ? "" : "s");
}

/* "1" becomes 1. */
static int put_number(struct writer *w, struct dg_slice quoted)
{
	if (quoted.len < 2)
		return dg_error_set(w->err, DG_EINVALID, "no number");
	return dg_buf_add_slice(
		w->out, dg_slice_of(quoted.ptr + 1, quoted.len - 2), w->err);
}

static int put_scalar(struct writer *w, char type, struct dg_slice content)
{
	if (type == 'B')
		return put_binary(w, content);
	if (type == 'N')
		return put_number(w, content);
	return dg_buf_add_slice(w->out, content, w->err);
}

/* A list of values, or a set of scalars of a type. */
static int put_array(struct writer *w, struct dg_slice array, char type)
{
	const char *const brackets = type ? "{}" : "[]";
	struct dg_slice value;
	struct dg_token t;
	bool first = true, begun = false;
	int rc;

	dg_token_init(&t, array);
	rc = dg_token_begin_array(&t, w->err);
	if (rc == 0)
		rc = dg_buf_add_char(w->out, brackets[0], w->err);
	while (rc == 0 && (rc = dg_token_element(&t, &first, w->err)) > 0) {
		rc = dg_token_value(&t, &value, w->err);
		if (rc == 0 && begun)
			rc = put(w, ", ");
		begun = true;
		if (rc == 0)
			rc = type ? put_scalar(w, type, value)
				  : put_value(w, value);
	}
	return rc < 0 ? rc : dg_buf_add_char(w->out, brackets[1], w->err);
}

/* Is the attribute one of the key's, which is an item itself? */
static bool has_member(struct dg_slice key, struct dg_slice name)
{
	struct dg_slice other, value;
	struct dg_token t;
	bool first = true;

	dg_token_init(&t, key);
	if (key.len == 0 || dg_token_begin_object(&t, NULL) < 0)
		return false;
	while (dg_token_member(&t, &first, &other, NULL) > 0) {
		if (dg_slice_equal(name, other))
			return true;
		if (dg_token_value(&t, &value, NULL) < 0)
			return false;
	}
	return false;
}

static int put_name(struct writer *w, struct dg_slice name)
{
	struct dg_item_path path = {.depth = 1};
	int rc;

	path.step[0].name = name;
	rc = dg_item_path_text(&path, w->out, w->err);
	return rc == 0 ? put(w, ": ") : rc;
}

static int put_object(struct writer *w, struct dg_slice object,
		      struct dg_slice but)
{
	struct dg_slice name, value;
	struct dg_token t;
	bool first = true, begun = false;
	int rc;

	dg_token_init(&t, object);
	rc = dg_token_begin_object(&t, w->err);
	if (rc == 0)
		rc = put(w, "{");
	while (rc == 0 &&
	       (rc = dg_token_member(&t, &first, &name, w->err)) > 0) {
		rc = dg_token_value(&t, &value, w->err);
		if (rc < 0 || has_member(but, name))
			continue;
		if (begun)
			rc = put(w, ", ");
		begun = true;
		if (rc == 0)
			rc = put_name(w, name);
		if (rc == 0)
			rc = put_value(w, value);
	}
	return rc < 0 ? rc : put(w, "}");
}

static int put_content(struct writer *w, struct dg_slice tag,
		       struct dg_slice content)
{
	const struct dg_slice none = {"", 0};

	if (dg_slice_equal(tag, DG_SLICE("M")))
		return put_object(w, content, none);
	if (dg_slice_equal(tag, DG_SLICE("L")))
		return put_array(w, content, '\0');
	if (tag.len == 2 && tag.ptr[1] == 'S')
		return put_array(w, content, tag.ptr[0]);
	if (dg_slice_equal(tag, DG_SLICE("NULL")))
		return put(w, "null");
	return put_scalar(w, tag.len == 1 ? tag.ptr[0] : '\0', content);
}

static int put_value(struct writer *w, struct dg_slice value)
{
	struct dg_slice tag, content;
	int rc = dg_value_open(value, &tag, &content, w->err);

	if (rc == 0 && ++w->depth > DG_ITEM_DEPTH_MAX)
		rc = dg_error_set(w->err, DG_EINVALID, "nesting over %d levels",
				  DG_ITEM_DEPTH_MAX);
	if (rc == 0)
		rc = put_content(w, tag, content);
	w->depth--;
	return rc;
}

int dg_value_text(struct dg_slice value, bool binary_in_full,
		  struct dg_buf *out, struct dg_error *err)
{
	struct writer w = {
		.out = out, .binary_in_full = binary_in_full, .err = err};

	return put_value(&w, value);
}

int dg_item_text(struct dg_slice line, struct dg_slice but, bool binary_in_full,
		 struct dg_buf *out, struct dg_error *err)
{
	struct writer w = {
		.out = out, .binary_in_full = binary_in_full, .err = err};

	return put_object(&w, line, but);
}

/* ---- shortening ---------------------------------------------------- */

static bool continues(const struct dg_buf *text, size_t at)
{
	return at < text->len && ((unsigned char)text->ptr[at] & 0xc0) == 0x80;
}

static size_t forward(const struct dg_buf *text, size_t at, size_t columns)
{
	return at + dg_text_fit(dg_slice_of(text->ptr + at, text->len - at),
				columns, NULL);
}

static size_t back(const struct dg_buf *text, size_t at, size_t columns)
{
	size_t used = 0;

	while (used < columns && at > 0) {
		const size_t end = at;

		do
			at--;
		while (at > 0 && continues(text, at));
		used += dg_text_columns(dg_slice_of(text->ptr + at, end - at));
	}
	return at;
}

static size_t common_prefix(const struct dg_buf *a, const struct dg_buf *b)
{
	size_t same = 0;

	while (same < a->len && same < b->len && a->ptr[same] == b->ptr[same])
		same++;
	while (same > 0 && (continues(a, same) || continues(b, same)))
		same--;
	return same;
}

static bool is_long(const struct dg_buf *text, size_t limit)
{
	return text->len > 0 && forward(text, 0, limit) < text->len;
}

/* Leaves `limit` columns from `start` on. */
static int cut(struct dg_buf *text, size_t start, size_t limit,
	       struct dg_error *err)
{
	const size_t end = forward(text, start, limit);
	struct dg_buf part = DG_BUF_INIT(text->max);
	int rc = 0;

	if (start == 0 && end == text->len)
		return 0;
	if (start > 0)
		rc = dg_buf_add_str(&part, ELLIPSIS, err);
	if (rc == 0)
		rc = dg_buf_add(&part, text->ptr + start, end - start, err);
	if (rc == 0 && end < text->len)
		rc = dg_buf_add_str(&part, ELLIPSIS, err);
	if (rc < 0) {
		dg_buf_free(&part);
		return rc;
	}
	dg_buf_free(text);
	*text = part;
	return 0;
}

int dg_text_shorten(struct dg_buf *a, struct dg_buf *b, size_t limit,
		    struct dg_error *err)
{
	size_t same, start = 0;
	int rc = 0;

	if (!is_long(a, limit) && !is_long(b, limit))
		return 0;
	same = common_prefix(a, b);
	/* What differs stands a third into what is shown. */
	if (same > 0 && forward(a, 0, limit / 2) < same)
		start = back(a, same, limit / 3);
	if (a->len > 0)
		rc = cut(a, start, limit, err);
	if (rc == 0 && b->len > 0)
		rc = cut(b, start, limit, err);
	return rc;
}
