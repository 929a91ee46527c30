#include "aws/sigv4_canonical.h"
#include "base/digest.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define QUERY_MAX ((size_t)64 * 1024)

static bool is_unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static bool is_escape(struct dg_slice s, size_t at)
{
	return s.ptr[at] == '%' && s.len - at >= 3 &&
	       isxdigit((unsigned char)s.ptr[at + 1]) &&
	       isxdigit((unsigned char)s.ptr[at + 2]);
}

enum encode_rule {
	ENCODE_ALL,         /* also '%': the text is encoded once more */
	ENCODE_KEEP_ESCAPES /* what is an escape already stays one */
};

/* toupper is a macro.
 * NOLINTNEXTLINE(readability-function-cognitive-complexity) */
static int add_escape(struct dg_buf *out, struct dg_slice digits,
		      struct dg_error *err)
{
	return dg_buf_addf(out, err, "%%%c%c",
			   toupper((unsigned char)digits.ptr[0]),
			   toupper((unsigned char)digits.ptr[1]));
}

/* Percent-encodes all but unreserved characters and '/', where kept. */
static int add_encoded(struct dg_buf *out, struct dg_slice s,
		       enum encode_rule rule, bool keep_slash,
		       struct dg_error *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (is_unreserved(c) || (keep_slash && c == '/')) {
			rc = dg_buf_add_char(out, (char)c, err);
		} else if (rule == ENCODE_KEEP_ESCAPES && is_escape(s, i)) {
			rc = add_escape(out, dg_slice_of(s.ptr + i + 1, 2),
					err);
			i += 2;
		} else {
			rc = dg_buf_addf(out, err, "%%%02X", c);
		}
	}
	return rc;
}

/* Drops the last segment of the path that out holds from start on. */
static void drop_segment(struct dg_buf *out, size_t start)
{
	while (out->len > start && out->ptr[out->len - 1] != '/')
		out->len--;
	if (out->len > start)
		out->len--;
	if (out->ptr)
		out->ptr[out->len] = '\0';
}

/* RFC 3986's removal of dot segments, and of empty ones. */
static int add_normalized_path(struct dg_buf *out, struct dg_slice path,
			       struct dg_error *err)
{
	size_t start = out->len, at = 0;
	bool ends_open = true; /* the path so far ends with '/' */
	int rc = 0;

	while (rc == 0 && at < path.len) {
		size_t end = at;
		struct dg_slice segment;

		while (end < path.len && path.ptr[end] != '/')
			end++;
		segment = dg_slice_of(path.ptr + at, end - at);
		if (dg_slice_equal(segment, DG_SLICE(".."))) {
			drop_segment(out, start);
			ends_open = true;
		} else if (segment.len == 0 ||
			   dg_slice_equal(segment, DG_SLICE("."))) {
			ends_open = true;
		} else {
			rc = dg_buf_add_char(out, '/', err);
			if (rc == 0)
				rc = add_encoded(out, segment, ENCODE_ALL,
						 false, err);
			ends_open = end < path.len;
		}
		at = end + 1;
	}
	if (rc == 0 && (ends_open || out->len == start))
		rc = dg_buf_add_char(out, '/', err);
	return rc;
}

static int add_path(struct dg_buf *out, const struct dg_sigv4_request *request,
		    struct dg_error *err)
{
	if (request->path.len == 0)
		return dg_buf_add_char(out, '/', err);
	if (request->normalize_path)
		return add_normalized_path(out, request->path, err);
	return add_encoded(out, request->path, ENCODE_KEEP_ESCAPES, true, err);
}

/* A query parameter, encoded: two pieces of one scratch buffer. */
struct parameter {
	size_t name, name_len;
	size_t value, value_len;
};

struct query {
	struct dg_buf text;
	struct parameter *list;
	size_t count;
};

static int encode_parameter(struct query *query, struct dg_slice pair,
			    struct dg_error *err)
{
	struct parameter *p = &query->list[query->count];
	const char *equals = memchr(pair.ptr, '=', pair.len);
	size_t name_len = equals ? (size_t)(equals - pair.ptr) : pair.len;
	struct dg_slice name = dg_slice_of(pair.ptr, name_len);
	struct dg_slice value = DG_SLICE("");
	int rc;

	if (equals)
		value = dg_slice_of(equals + 1, pair.len - name_len - 1);
	p->name = query->text.len;
	rc = add_encoded(&query->text, name, ENCODE_KEEP_ESCAPES, false, err);
	p->value = query->text.len;
	p->name_len = p->value - p->name;
	if (rc == 0)
		rc = add_encoded(&query->text, value, ENCODE_KEEP_ESCAPES,
				 false, err);
	p->value_len = query->text.len - p->value;
	query->count++;
	return rc;
}

static int compare_parameters(const struct query *query, size_t a, size_t b)
{
	const char *text = query->text.ptr;
	const struct parameter *pa = &query->list[a], *pb = &query->list[b];
	int order =
		dg_slice_compare(dg_slice_of(text + pa->name, pa->name_len),
				 dg_slice_of(text + pb->name, pb->name_len));

	if (order != 0)
		return order;
	return dg_slice_compare(dg_slice_of(text + pa->value, pa->value_len),
				dg_slice_of(text + pb->value, pb->value_len));
}

/* Insertion: a query has a handful of parameters. */
static void sort_parameters(struct query *query)
{
	size_t i, j;

	for (i = 1; i < query->count; i++) {
		for (j = i; j > 0 && compare_parameters(query, j - 1, j) > 0;
		     j--) {
			struct parameter held = query->list[j];

			query->list[j] = query->list[j - 1];
			query->list[j - 1] = held;
		}
	}
}

static int print_parameters(struct dg_buf *out, const struct query *query,
			    struct dg_error *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < query->count; i++) {
		const struct parameter *p = &query->list[i];
		const char *text = query->text.ptr;

		if (i > 0)
			rc = dg_buf_add_char(out, '&', err);
		if (rc == 0)
			rc = dg_buf_add(out, text + p->name, p->name_len, err);
		if (rc == 0)
			rc = dg_buf_add_char(out, '=', err);
		if (rc == 0)
			rc = dg_buf_add(out, text + p->value, p->value_len,
					err);
	}
	return rc;
}

static int add_query(struct dg_buf *out, struct dg_slice text,
		     struct dg_error *err)
{
	struct query query = {DG_BUF_INIT(QUERY_MAX), NULL, 0};
	size_t at = 0, most = 1, i;
	int rc = 0;

	for (i = 0; i < text.len; i++)
		most += text.ptr[i] == '&';
	query.list = calloc(most, sizeof(*query.list));
	if (!query.list)
		return dg_error_nomem(err);
	while (rc == 0 && at < text.len) {
		size_t end = at;

		while (end < text.len && text.ptr[end] != '&')
			end++;
		if (end > at)
			rc = encode_parameter(
				&query, dg_slice_of(text.ptr + at, end - at),
				err);
		at = end + 1;
	}
	if (rc == 0) {
		sort_parameters(&query);
		rc = print_parameters(out, &query, err);
	}
	free(query.list);
	dg_buf_free(&query.text);
	return rc;
}

/* Trimmed, with every run of blanks inside as one. */
static int add_header_value(struct dg_buf *out, struct dg_slice value,
			    struct dg_error *err)
{
	struct dg_slice s = dg_slice_trim(value);
	bool blank = false;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < s.len; i++) {
		bool is_blank = strchr(" \t\r\n", s.ptr[i]) && s.ptr[i];

		if (!is_blank || !blank)
			rc = dg_buf_add_char(out, is_blank ? ' ' : s.ptr[i],
					     err);
		blank = is_blank;
	}
	return rc;
}

static int add_lower(struct dg_buf *out, const char *name, struct dg_error *err)
{
	int rc = 0;

	for (; rc == 0 && *name; name++)
		rc = dg_buf_add_char(out, (char)tolower((unsigned char)*name),
				     err);
	return rc;
}

/* One line for all headers of a name, their values joined by commas. */
static int add_header(struct dg_buf *out,
		      const struct dg_sigv4_header *const *sorted, size_t count,
		      struct dg_error *err)
{
	size_t i;
	int rc = add_lower(out, sorted[0]->name, err);

	for (i = 0; rc == 0 && i < count; i++) {
		rc = dg_buf_add_char(out, i ? ',' : ':', err);
		if (rc == 0)
			rc = add_header_value(out, sorted[i]->value, err);
	}
	if (rc == 0)
		rc = dg_buf_add_char(out, '\n', err);
	return rc;
}

/* By name; equal names keep the order in which they are sent. */
static const struct dg_sigv4_header **sort_headers(
	const struct dg_sigv4_request *request)
{
	const struct dg_sigv4_header **sorted;
	size_t i, j;

	sorted = calloc(request->header_count + 1, sizeof(*sorted));
	for (i = 0; sorted && i < request->header_count; i++) {
		const struct dg_sigv4_header *h = &request->headers[i];

		for (j = i;
		     j > 0 && strcasecmp(sorted[j - 1]->name, h->name) > 0; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = h;
	}
	return sorted;
}

static int add_headers(struct dg_buf *out, struct dg_buf *signed_headers,
		       const struct dg_sigv4_request *request,
		       struct dg_error *err)
{
	const struct dg_sigv4_header **sorted = sort_headers(request);
	size_t i, same;
	int rc = 0;

	if (!sorted)
		return dg_error_nomem(err);
	for (i = 0; rc == 0 && i < request->header_count; i += same) {
		same = 1;
		while (i + same < request->header_count &&
		       strcasecmp(sorted[i]->name, sorted[i + same]->name) == 0)
			same++;
		rc = add_header(out, sorted + i, same, err);
		if (rc == 0 && i > 0)
			rc = dg_buf_add_char(signed_headers, ';', err);
		if (rc == 0)
			rc = add_lower(signed_headers, sorted[i]->name, err);
	}
	free(sorted);
	return rc;
}

int dg_sigv4_canonical_request(const struct dg_sigv4_request *request,
			       struct dg_buf *out,
			       struct dg_buf *signed_headers,
			       struct dg_error *err)
{
	unsigned char hash[DG_SHA256_SIZE];
	char hex[DG_SHA256_HEX_SIZE];
	int rc = dg_buf_addf(out, err, "%s\n", request->method);

	if (rc == 0)
		rc = add_path(out, request, err);
	if (rc == 0)
		rc = dg_buf_add_char(out, '\n', err);
	if (rc == 0)
		rc = add_query(out, request->query, err);
	if (rc == 0)
		rc = dg_buf_add_char(out, '\n', err);
	if (rc == 0)
		rc = add_headers(out, signed_headers, request, err);
	if (rc == 0)
		rc = dg_sha256(request->body, hash, err);
	if (rc < 0)
		return rc;
	dg_hex(hash, sizeof(hash), hex);
	return dg_buf_addf(out, err, "\n%s\n%s", dg_buf_str(signed_headers),
			   hex);
}
