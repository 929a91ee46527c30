#include "base/json_node.h"
#include "base/text.h"
#include <ddbgit/json_writer.h>
#include <math.h>
#include <stdlib.h>

#define NUMBER_MAX 63

struct checker {
	const char *start;
	const char *p;
	const char *end;
	int depth;
	struct dg_error *err;
};

static int check_value(struct checker *c);

static int refuse(struct checker *c, const char *what)
{
	return dg_error_set(c->err, DG_EINVALID,
			    "malformed JSON: %s at byte "
			    "%zu",
			    what, (size_t)(c->p - c->start));
}

/* The next byte that is not blank; 0 at the end. */
static char peek(struct checker *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' ||
				 *c->p == '\n' || *c->p == '\r'))
		c->p++;
	return c->p < c->end ? *c->p : '\0';
}

static bool take(struct checker *c, char byte)
{
	if (c->p == c->end || *c->p != byte)
		return false;
	c->p++;
	return true;
}

/* The four digits of a \u escape; -1 if they are none. */
static int hex4(const struct checker *c, const char *p)
{
	int value = 0;
	int i;

	if (c->end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		char d = p[i];

		if (d >= '0' && d <= '9')
			value = value * 16 + (d - '0');
		else if ((d | 0x20) >= 'a' && (d | 0x20) <= 'f')
			value = value * 16 + ((d | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* p is behind the backslash. */
static int check_escape(struct checker *c)
{
	int high, low;

	if (c->p == c->end || !strchr("\"\\/bfnrtu", *c->p) || *c->p == '\0')
		return refuse(c, "unknown escape");
	if (*c->p++ != 'u')
		return 0;
	high = hex4(c, c->p);
	if (high < 0)
		return refuse(c, "unknown escape");
	if (high == 0)
		return refuse(c, "U+0000 is not supported here");
	if (high >= 0xdc00 && high <= 0xdfff)
		return refuse(c, "unpaired surrogate");
	c->p += 4;
	if (high < 0xd800 || high > 0xdbff)
		return 0;
	low = c->end - c->p >= 6 && c->p[0] == '\\' && c->p[1] == 'u'
		      ? hex4(c, c->p + 2)
		      : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return refuse(c, "unpaired surrogate");
	c->p += 6;
	return 0;
}

static int check_string(struct checker *c)
{
	uint32_t code_point;
	size_t len;
	int rc = 0;

	if (!take(c, '"'))
		return refuse(c, "expected a string");
	while (rc == 0) {
		if (c->p == c->end)
			return refuse(c, "string without end");
		if (take(c, '"'))
			return 0;
		if ((unsigned char)*c->p < 0x20)
			return refuse(c, "control character in a string");
		if (take(c, '\\')) {
			rc = check_escape(c);
			continue;
		}
		len = dg_utf8_decode(c->p, c->end, &code_point);
		if (len == 0)
			return refuse(c, "invalid UTF-8");
		c->p += len;
	}
	return rc;
}

static size_t skip_digits(struct checker *c)
{
	const char *from = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return (size_t)(c->p - from);
}

/* cJSON reads no more of a number than NUMBER_MAX bytes, and would make an
 * infinity of what is beyond a double, which it prints as null. */
static int check_size(struct checker *c, const char *from)
{
	const size_t len = (size_t)(c->p - from);
	char number[NUMBER_MAX + 1];

	if (len > NUMBER_MAX)
		return refuse(c, "number with too many digits");
	memcpy(number, from, len);
	number[len] = '\0';
	return isfinite(strtod(number, NULL)) ? 0
					      : refuse(c, "number too large");
}

static int check_number(struct checker *c)
{
	const char *from = c->p;

	take(c, '-');
	if (!take(c, '0') && skip_digits(c) == 0)
		return refuse(c, "expected a value");
	if (take(c, '.') && skip_digits(c) == 0)
		return refuse(c, "number without digits");
	if (take(c, 'e') || take(c, 'E')) {
		if (!take(c, '+'))
			take(c, '-');
		if (skip_digits(c) == 0)
			return refuse(c, "number without digits");
	}
	return check_size(c, from);
}

static int check_word(struct checker *c, struct dg_slice word)
{
	if (!dg_slice_starts_with(dg_slice_of(c->p, (size_t)(c->end - c->p)),
				  word))
		return refuse(c, "expected a value");
	c->p += word.len;
	return 0;
}

static int check_member(struct checker *c)
{
	int rc;

	peek(c);
	rc = check_string(c);
	if (rc < 0)
		return rc;
	peek(c);
	if (!take(c, ':'))
		return refuse(c, "expected ':'");
	return check_value(c);
}

/* An object or an array, its opening bracket not taken yet. */
static int check_container(struct checker *c)
{
	bool is_object = *c->p++ == '{';
	char close = is_object ? '}' : ']';

	if (++c->depth > DG_JSON_DEPTH_MAX)
		return refuse(c, "more than 64 levels");
	if (peek(c) != close) {
		do {
			int rc = is_object ? check_member(c) : check_value(c);

			if (rc < 0)
				return rc;
			peek(c);
		} while (take(c, ','));
	}
	if (!take(c, close))
		return refuse(c, is_object ? "expected ',' or '}'"
					   : "expected ',' or ']'");
	c->depth--;
	return 0;
}

static int check_value(struct checker *c)
{
	switch (peek(c)) {
	case '{':
	case '[':
		return check_container(c);
	case '"':
		return check_string(c);
	case 't':
		return check_word(c, DG_SLICE("true"));
	case 'f':
		return check_word(c, DG_SLICE("false"));
	case 'n':
		return check_word(c, DG_SLICE("null"));
	default:
		return check_number(c);
	}
}

int dg_json_check(struct dg_slice text, struct dg_error *err)
{
	struct checker c = {
		.start = text.ptr,
		.p = text.ptr,
		.end = text.ptr + text.len,
		.err = err,
	};
	int rc = check_value(&c);

	if (rc < 0)
		return rc;
	peek(&c);
	return c.p < c.end ? refuse(&c, "text after the value") : 0;
}
