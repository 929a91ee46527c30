#include <ddbgit/json_writer.h>

#include "base/text.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What needs_comma holds for a level: bits. */
enum { HAS_ENTRY = 1, IS_OBJECT = 2 };

static void put(struct dg_json_writer *w, const char *bytes, size_t len)
{
	if (w->status == 0 && len > 0)
		w->status = w->sink(w->context, bytes, len);
}

static void fail(struct dg_json_writer *w, int status)
{
	if (w->status == 0)
		w->status = status;
}

static void put_str(struct dg_json_writer *w, const char *text)
{
	put(w, text, strlen(text));
}

static void new_line(struct dg_json_writer *w)
{
	static const char blanks[] = "                ";
	int left = w->depth * w->indent;

	if (w->indent == 0)
		return;
	put(w, "\n", 1);
	while (left > 0) {
		int n = left < 16 ? left : 16;

		put(w, blanks, (size_t)n);
		left -= n;
	}
}

/* What stands between the entry before and this one. */
static void begin_entry(struct dg_json_writer *w)
{
	char *level;

	if (w->depth == 0)
		return;
	level = &w->needs_comma[w->depth - 1];
	if (*level & HAS_ENTRY)
		put(w, ",", 1);
	*level = (char)(*level | HAS_ENTRY);
	new_line(w);
}

static void begin_value(struct dg_json_writer *w)
{
	if (w->after_name) {
		w->after_name = 0;
		return;
	}
	assert(w->status || w->depth == 0 ||
	       !(w->needs_comma[w->depth - 1] & IS_OBJECT));
	begin_entry(w);
}

static void begin(struct dg_json_writer *w, const char *bracket, char kind)
{
	begin_value(w);
	if (w->depth < 0 || w->depth >= DG_JSON_DEPTH_MAX)
		fail(w, DG_ELIMIT);
	else if (w->status == 0)
		w->needs_comma[w->depth++] = kind;
	put_str(w, bracket);
}

static void end(struct dg_json_writer *w, const char *bracket)
{
	char level;

	/* Once it failed, nothing is written and no level counted. */
	assert(w->status || (w->depth > 0 && !w->after_name));
	if (w->status < 0 || w->depth <= 0)
		return;
	level = w->needs_comma[--w->depth];
	if (level & HAS_ENTRY)
		new_line(w);
	put_str(w, bracket);
}

void dg_json_begin_object(struct dg_json_writer *w)
{
	begin(w, "{", IS_OBJECT);
}

void dg_json_end_object(struct dg_json_writer *w)
{
	end(w, "}");
}

void dg_json_begin_array(struct dg_json_writer *w)
{
	begin(w, "[", 0);
}

void dg_json_end_array(struct dg_json_writer *w)
{
	end(w, "]");
}

/* Writes one character that cannot stand as it is. */
static void put_escape(struct dg_json_writer *w, unsigned char c)
{
	static const char short_forms[] = "\"\"\\\\\bb\tt\nn\ff\rr";
	char text[8];
	size_t i;

	for (i = 0; i + 1 < sizeof(short_forms); i += 2) {
		if ((unsigned char)short_forms[i] == c) {
			text[0] = '\\';
			text[1] = short_forms[i + 1];
			put(w, text, 2);
			return;
		}
	}
	snprintf(text, sizeof(text), "\\u%04x", c);
	put_str(w, text);
}

static void put_quoted(struct dg_json_writer *w, struct dg_slice string)
{
	const char *p = string.ptr;
	const char *last = p + string.len;
	const char *plain = p; /* what was not put yet */

	put(w, "\"", 1);
	while (p < last) {
		unsigned char c = (unsigned char)*p;
		uint32_t code_point;
		size_t len =
			c < 0x80 ? 1 : dg_utf8_decode(p, last, &code_point);

		if (len > 0 && c >= 0x20 && c != '"' && c != '\\') {
			p += len;
			continue;
		}
		put(w, plain, (size_t)(p - plain));
		if (len > 0)
			put_escape(w, c);
		else /* the replacement character: JSON is always UTF-8 */
			put_str(w, "\xef\xbf\xbd");
		plain = ++p;
	}
	put(w, plain, (size_t)(p - plain));
	put(w, "\"", 1);
}

void dg_json_name(struct dg_json_writer *w, const char *name)
{
	assert(w->status || !w->after_name);
	assert(w->status ||
	       (w->depth > 0 && (w->needs_comma[w->depth - 1] & IS_OBJECT)));
	begin_entry(w);
	put_quoted(w, dg_slice_str(name));
	put_str(w, w->indent > 0 ? ": " : ":");
	w->after_name = 1;
}

void dg_json_slice(struct dg_json_writer *w, struct dg_slice string)
{
	begin_value(w);
	put_quoted(w, string);
}

void dg_json_string(struct dg_json_writer *w, const char *string)
{
	dg_json_slice(w, dg_slice_str(string));
}

void dg_json_raw(struct dg_json_writer *w, struct dg_slice json)
{
	begin_value(w);
	put(w, json.ptr, json.len);
}

void dg_json_int(struct dg_json_writer *w, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	dg_json_raw(w, dg_slice_str(text));
}

void dg_json_uint(struct dg_json_writer *w, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	dg_json_raw(w, dg_slice_str(text));
}

void dg_json_double(struct dg_json_writer *w, double value)
{
	char text[40];
	char *p;
	int digits;

	if (!isfinite(value)) {
		dg_json_null(w);
		return;
	}
	if (value == floor(value) && fabs(value) <= 0x1p53) {
		dg_json_int(w, (int64_t)value);
		return;
	}
	/* The fewest digits that give the same number again. */
	for (digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	/* A locale may print another decimal point. */
	for (p = text; *p; p++)
		if (!strchr("0123456789+-e", *p))
			*p = '.';
	dg_json_raw(w, dg_slice_str(text));
}

void dg_json_bool(struct dg_json_writer *w, int value)
{
	dg_json_raw(w, dg_slice_str(value ? "true" : "false"));
}

void dg_json_null(struct dg_json_writer *w)
{
	dg_json_raw(w, dg_slice_str("null"));
}

void dg_json_member_string(struct dg_json_writer *w, const char *name,
			   const char *value)
{
	dg_json_name(w, name);
	if (value)
		dg_json_string(w, value);
	else
		dg_json_null(w);
}

void dg_json_member_uint(struct dg_json_writer *w, const char *name,
			 uint64_t value)
{
	dg_json_name(w, name);
	dg_json_uint(w, value);
}

void dg_json_member_bool(struct dg_json_writer *w, const char *name, int value)
{
	dg_json_name(w, name);
	dg_json_bool(w, value);
}

int dg_json_writer_finish(const struct dg_json_writer *w)
{
	assert(w->status || w->depth == 0);
	return w->status;
}
