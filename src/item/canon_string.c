#include "item/canon_block.h"
#include "item/canon_state.h"

static const char hex_digits[] = "0123456789abcdef";

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The unit of the escape \uXXXX at p, or -1 if there is none. */
static int unit_at(const char *p, const char *end)
{
	int unit = 0, i, value;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (i = 2; i < 6; i++) {
		value = hex_value(p[i]);
		if (value < 0)
			return -1;
		unit = unit << 4 | value;
	}
	return unit;
}

static char *put_unit(char *o, int unit)
{
	*o++ = '\\';
	*o++ = 'u';
	*o++ = hex_digits[unit >> 12 & 0xf];
	*o++ = hex_digits[unit >> 8 & 0xf];
	*o++ = hex_digits[unit >> 4 & 0xf];
	*o++ = hex_digits[unit & 0xf];
	return o;
}

/* The letter of the short escape of a byte; 0 if it has none. */
static char short_escape(int byte)
{
	switch (byte) {
	case '"':
	case '\\':
		return (char)byte;
	case '\b':
		return 'b';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\f':
		return 'f';
	case '\r':
		return 'r';
	default:
		return 0;
	}
}

static char *put_utf8(char *o, int point)
{
	if (point < 0x80) {
		*o++ = (char)point;
	} else if (point < 0x800) {
		*o++ = (char)(0xc0 | point >> 6);
		*o++ = (char)(0x80 | (point & 0x3f));
	} else if (point < 0x10000) {
		*o++ = (char)(0xe0 | point >> 12);
		*o++ = (char)(0x80 | (point >> 6 & 0x3f));
		*o++ = (char)(0x80 | (point & 0x3f));
	} else {
		*o++ = (char)(0xf0 | point >> 18);
		*o++ = (char)(0x80 | (point >> 12 & 0x3f));
		*o++ = (char)(0x80 | (point >> 6 & 0x3f));
		*o++ = (char)(0x80 | (point & 0x3f));
	}
	return o;
}

/* One character that was escaped, in its canonical spelling. */
static char *put_point(char *o, int point, bool *escaped)
{
	char letter = short_escape(point);

	if (letter) {
		*o++ = '\\';
		*o++ = letter;
	} else if (point < 0x20 || (point >= 0xd800 && point < 0xe000)) {
		o = put_unit(o, point);
	} else {
		return put_utf8(o, point);
	}
	*escaped = true;
	return o;
}

/* What the escape at p stands for, a surrogate pair joined; *len is its
 * length. Returns -1 if it is none. */
static int read_escape(const char *p, const char *end, size_t *len)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	int high, low;

	if (end - p < 2)
		return -1;
	*len = 2;
	letter = memchr(letters, p[1], sizeof(letters) - 1);
	if (letter)
		return meanings[letter - letters];
	high = unit_at(p, end);
	*len = 6;
	if (high < 0xd800 || high > 0xdbff)
		return high;
	low = unit_at(p + 6, end);
	if (low < 0xdc00 || low > 0xdfff)
		return high;
	*len = 12;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static bool is_tail(char c)
{
	return (c & 0xc0) == 0x80;
}

/* The length of the character of two to four bytes at p; 0 if it is bad
 * UTF-8: overlong, a surrogate, above U+10FFFF, or cut. */
static size_t utf8_len(const char *p, const char *end)
{
	unsigned char first = (unsigned char)p[0];
	unsigned char second;

	if (end - p < 2 || !is_tail(p[1]))
		return 0;
	second = (unsigned char)p[1];
	if (first < 0xe0)
		return first >= 0xc2 ? 2 : 0;
	if (end - p < 3 || !is_tail(p[2]))
		return 0;
	if (first < 0xf0) {
		if ((first == 0xe0 && second < 0xa0) ||
		    (first == 0xed && second > 0x9f))
			return 0;
		return 3;
	}
	if (end - p < 4 || !is_tail(p[3]) || first > 0xf4 ||
	    (first == 0xf0 && second < 0x90) ||
	    (first == 0xf4 && second > 0x8f))
		return 0;
	return 4;
}

/* As dg_block_copy sees it. */
static bool is_plain(char c)
{
	return c != '"' && c != '\\' && (unsigned char)c >= 0x20 &&
	       (unsigned char)c < 0x80;
}

/* Steps over plain bytes and copies them. 0, or an error for want of room. */
static int copy_plain(struct dg_canon *c)
{
	const char *p = c->p;
	char *o = c->o;
	size_t n;

	while (c->end - p >= DG_BLOCK) {
		n = dg_block_copy(o, p);
		p += n;
		o += n;
		if (n < DG_BLOCK)
			break;
		if (c->limit - o < DG_CANON_SLACK) {
			int rc;

			c->o = o;
			rc = dg_canon_grow(c, 0);
			if (rc < 0)
				return rc;
			o = c->o;
		}
	}
	if (c->end - p < DG_BLOCK)
		while (p < c->end && is_plain(*p))
			*o++ = *p++;
	c->p = p;
	c->o = o;
	return 0;
}

/* A run of characters beyond ASCII. */
static int copy_wide(struct dg_canon *c)
{
	size_t len;
	int rc;

	while (c->p < c->end && (*c->p & 0x80)) {
		len = utf8_len(c->p, c->end);
		if (len == 0)
			return dg_canon_fail(c, c->p, "invalid UTF-8");
		memcpy(c->o, c->p, len);
		c->o += len;
		c->p += len;
		rc = dg_canon_room(c);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* What ended the plain run and is not the closing quote. */
static int copy_special(struct dg_canon *c, bool *escaped)
{
	size_t len;
	int point;

	if (c->p == c->end)
		return dg_canon_unexpected(c, "the rest of a string");
	if (*c->p & 0x80)
		return copy_wide(c);
	if (*c->p != '\\')
		return dg_canon_fail(c, c->p,
				     "control character 0x%02x in a string",
				     (unsigned int)*c->p);
	point = read_escape(c->p, c->end, &len);
	if (point < 0)
		return dg_canon_fail(c, c->p, "invalid escape in a string");
	c->p += len;
	c->o = put_point(c->o, point, escaped);
	return dg_canon_room(c);
}

int dg_canon_string(struct dg_canon *c, struct dg_slice *text, bool *escaped)
{
	size_t at;
	int rc;

	if (dg_canon_peek(c) != '"')
		return dg_canon_unexpected(c, "a string");
	rc = dg_canon_room(c);
	if (rc < 0)
		return rc;
	c->p++;
	dg_canon_put(c, '"');
	at = (size_t)(c->o - c->line->ptr);
	*escaped = false;
	for (;;) {
		rc = copy_plain(c);
		if (rc < 0)
			return rc;
		if (c->p < c->end && *c->p == '"')
			break;
		rc = copy_special(c, escaped);
		if (rc < 0)
			return rc;
	}
	c->p++;
	dg_canon_put(c, '"');
	rc = dg_canon_room(c);
	text->ptr = c->line->ptr + at;
	text->len = (size_t)(c->o - text->ptr) - 1;
	return rc;
}
