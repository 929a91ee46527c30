#include "snapshot/chunk_index.h"
#include "base/digest.h"
#include "base/text.h"
#include "item/token.h"
#include "snapshot/conflict.h"
#include <inttypes.h>
#include <stdlib.h>

/* 4,096 first keys of 3 KB whose every byte is escaped are 76 MB. */
#define TEXT_MAX ((size_t)128 << 20)
#define FORMAT "ddbgit-chunked-1"

void dg_chunk_index_free(struct dg_chunk_index *index)
{
	free(index->name);
	free(index->entries);
	dg_buf_free(&index->text);
	memset(index, 0, sizeof(*index));
}

int dg_chunk_index_reset(struct dg_chunk_index *index, const char *name,
			 struct dg_error *err)
{
	char *copy = NULL;
	int rc = dg_strdup(&copy, name, err);

	if (rc < 0)
		return rc;
	free(index->name);
	index->name = copy;
	index->text.max = TEXT_MAX;
	dg_buf_clear(&index->text);
	index->count = 0;
	index->items = index->bytes = 0;
	index->of_indexes = false;
	return 0;
}

static int invalid(struct dg_error *err, const char *what)
{
	return dg_error_set(err, DG_EINVALID, "%s", what);
}

/* Without a branch for each digit, which nobody could predict. */
static bool is_digest(struct dg_slice text)
{
	bool digits = true;

	if (text.len != 2 * (size_t)DG_SHA256_SIZE)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.ptr[i];

		digits &= (unsigned char)(c - '0') < 10 ||
			  (unsigned char)(c - 'a') < 6;
	}
	return digits;
}

static int check_entry(const struct dg_chunk_entry *entry, struct dg_error *err)
{
	if (entry->first.len == 0 || entry->first.ptr[0] != '{')
		return invalid(err, "an entry without its first key");
	if (entry->count == 0 || entry->bytes == 0)
		return invalid(err, "an entry without items");
	if (!is_digest(entry->sha256))
		return invalid(err, "an entry without SHA-256");
	return 0;
}

static int read_entry(struct dg_chunk_entry *entry, struct dg_token *t,
		      struct dg_error *err)
{
	struct dg_slice name, other;
	const char *begin = t->p;
	bool first = true;
	int rc = dg_token_begin_object(t, err);

	*entry = (struct dg_chunk_entry){0};
	while (rc >= 0 && (rc = dg_token_member(t, &first, &name, err)) > 0) {
		if (dg_slice_equal(name, DG_SLICE("first")))
			rc = dg_token_value(t, &entry->first, err);
		else if (dg_slice_equal(name, DG_SLICE("count")))
			rc = dg_token_u64(t, &entry->count, err);
		else if (dg_slice_equal(name, DG_SLICE("bytes")))
			rc = dg_token_u64(t, &entry->bytes, err);
		else if (dg_slice_equal(name, DG_SLICE("sha256")))
			rc = dg_token_string(t, &entry->sha256, err);
		else
			rc = dg_token_value(t, &other, err);
	}
	entry->text = dg_slice_of(begin, (size_t)(t->p - begin));
	return rc < 0 ? rc : check_entry(entry, err);
}

static int grow(struct dg_chunk_index *index, struct dg_error *err)
{
	size_t cap = index->cap > 0 ? index->cap * 2 : 64;
	struct dg_chunk_entry *entries;

	if (index->count < index->cap)
		return 0;
	entries = realloc(index->entries, cap * sizeof(*entries));
	if (!entries)
		return dg_error_nomem(err);
	index->entries = entries;
	index->cap = cap;
	return 0;
}

static int read_entries(struct dg_chunk_index *index, struct dg_token *t,
			struct dg_error *err)
{
	bool first = true;
	int rc = dg_token_begin_array(t, err);

	while (rc >= 0 && (rc = dg_token_element(t, &first, err)) > 0) {
		struct dg_chunk_entry *entry;

		rc = grow(index, err);
		if (rc < 0)
			break;
		entry = &index->entries[index->count];
		rc = read_entry(entry, t, err);
		if (rc < 0)
			break;
		if (index->items + entry->count < index->items ||
		    index->bytes + entry->bytes < index->bytes)
			return invalid(err, "more items than can be counted");
		index->items += entry->count;
		index->bytes += entry->bytes;
		index->count++;
	}
	return rc;
}

static int read_format(struct dg_token *t, struct dg_error *err)
{
	struct dg_slice format;
	int rc = dg_token_string(t, &format, err);

	if (rc < 0 || dg_slice_equal(format, DG_SLICE(FORMAT)))
		return rc;
	dg_error_set(err, DG_EUNSUPPORTED,
		     "layout \"%.*s\" is not supported by this version of "
		     "ddbgit",
		     (int)(format.len < 64 ? format.len : 64), format.ptr);
	return dg_error_hint(err, "Use a newer ddbgit");
}

static int expect_true(struct dg_token *t, struct dg_error *err)
{
	struct dg_slice value;
	int rc = dg_token_value(t, &value, err);

	if (rc < 0 || dg_slice_equal(value, DG_SLICE("true")))
		return rc;
	return invalid(err, "\"Items\" is not true");
}

/* What the document's members said. */
struct members {
	bool has_items;
	bool has_format;
	bool has_count;
	bool has_entries;
	uint64_t count;
};

/* Each of ours once, in any order; others are read over. */
static int claim(bool *seen, struct dg_error *err)
{
	if (*seen)
		return invalid(err, "a member that is there twice");
	*seen = true;
	return 0;
}

static int read_member(struct dg_chunk_index *index, struct members *members,
		       struct dg_token *t, struct dg_slice name,
		       struct dg_error *err)
{
	struct dg_slice other;
	bool of_indexes = dg_slice_equal(name, DG_SLICE("Indexes"));
	int rc;

	if (dg_slice_equal(name, DG_SLICE("Items"))) {
		rc = claim(&members->has_items, err);
		return rc < 0 ? rc : expect_true(t, err);
	}
	if (dg_slice_equal(name, DG_SLICE("Format"))) {
		rc = claim(&members->has_format, err);
		return rc < 0 ? rc : read_format(t, err);
	}
	if (dg_slice_equal(name, DG_SLICE("Count"))) {
		rc = claim(&members->has_count, err);
		return rc < 0 ? rc : dg_token_u64(t, &members->count, err);
	}
	if (of_indexes || dg_slice_equal(name, DG_SLICE("Chunks"))) {
		index->of_indexes = of_indexes;
		rc = claim(&members->has_entries, err);
		return rc < 0 ? rc : read_entries(index, t, err);
	}
	return dg_token_value(t, &other, err);
}

static int check_members(const struct dg_chunk_index *index,
			 const struct members *members, struct dg_error *err)
{
	if (!members->has_items || !members->has_format ||
	    !members->has_count || !members->has_entries)
		return invalid(err, "an index of chunks needs \"Items\", "
				    "\"Format\", \"Count\" and \"Chunks\"");
	if (members->count != index->items)
		return dg_error_set(err, DG_EINVALID,
				    "\"Count\" is %" PRIu64
				    ", the entries have %" PRIu64 " items",
				    members->count, index->items);
	return 0;
}

static int read_document(struct dg_chunk_index *index, struct dg_token *t,
			 struct dg_error *err)
{
	struct members members = {0};
	struct dg_slice name;
	bool first = true;
	int rc = dg_token_begin_object(t, err);

	while (rc >= 0 && (rc = dg_token_member(t, &first, &name, err)) > 0)
		rc = read_member(index, &members, t, name, err);
	if (rc == 0)
		rc = dg_token_end(t, err);
	return rc < 0 ? rc : check_members(index, &members, err);
}

static uint64_t line_of(const struct dg_token *t)
{
	uint64_t line = 1;

	for (const char *p = t->start; p < t->p; p++)
		line += *p == '\n';
	return line;
}

/* Names file, line and offset, and what the place looks like. */
static int place(const struct dg_chunk_index *index, const struct dg_token *t,
		 struct dg_error *err)
{
	struct dg_slice rest = dg_slice_of(t->p, (size_t)(t->end - t->p));

	if (rest.len == 0 && err && !err->hint[0])
		dg_error_hint(err, "The file is cut off");
	dg_conflict_explain(dg_buf_slice(&index->text), err);
	return dg_error_prefix(err, "%s: line %" PRIu64 ", offset %zu",
			       index->name, line_of(t), dg_token_offset(t));
}

int dg_chunk_index_parse(struct dg_chunk_index *index, struct dg_error *err)
{
	struct dg_slice text = dg_buf_slice(&index->text);
	struct dg_token token;
	int rc;

	if (dg_slice_starts_with(text, DG_SLICE("\xef\xbb\xbf")))
		text = dg_slice_of(text.ptr + 3, text.len - 3);
	dg_token_init(&token, text);
	rc = read_document(index, &token, err);
	return rc < 0 ? place(index, &token, err) : 0;
}

int dg_chunk_entry_print(const struct dg_chunk_entry *entry, struct dg_buf *out,
			 struct dg_error *err)
{
	int rc = dg_buf_add_str(out, "{\"first\":", err);

	if (rc == 0)
		rc = dg_buf_add_slice(out, entry->first, err);
	if (rc == 0)
		rc = dg_buf_addf(out, err,
				 ",\"count\":%" PRIu64 ",\"bytes\":%" PRIu64
				 ",\"sha256\":\"%.*s\"}",
				 entry->count, entry->bytes,
				 (int)entry->sha256.len, entry->sha256.ptr);
	return rc;
}

int dg_chunk_index_print(struct dg_slice lines, uint64_t items, bool of_indexes,
			 struct dg_buf *out, struct dg_error *err)
{
	int rc = dg_buf_addf(out, err,
			     "{\"Items\":true,\"Format\":\"" FORMAT
			     "\",\"Count\":%" PRIu64 ",\"%s\":[\n",
			     items, of_indexes ? "Indexes" : "Chunks");

	if (rc == 0)
		rc = dg_buf_add_slice(out, lines, err);
	if (rc == 0)
		rc = dg_buf_add_str(out, lines.len > 0 ? "\n]}\n" : "]}\n",
				    err);
	return rc;
}
