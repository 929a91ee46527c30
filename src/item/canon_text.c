#include "item/canon_text.h"

void dg_canon_text_init(struct dg_canon_text *text, struct dg_slice canonical)
{
	text->p = canonical.ptr;
	text->end = canonical.ptr + canonical.len;
	text->pending_count = 0;
}

/* Canonical escapes spell hexadecimal digits in lower case. */
static unsigned int hex_digit(char c)
{
	return (unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* text->p stands behind the backslash. */
static int next_escaped(struct dg_canon_text *text)
{
	unsigned int unit;
	char c = *text->p++;

	switch (c) {
	case 'b':
		return '\b';
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'f':
		return '\f';
	case 'r':
		return '\r';
	case 'u':
		break;
	default:
		return (unsigned char)c;
	}
	unit = hex_digit(text->p[0]) << 12 | hex_digit(text->p[1]) << 8 |
	       hex_digit(text->p[2]) << 4 | hex_digit(text->p[3]);
	text->p += 4;
	if (unit < 0x20)
		return (int)unit;
	text->pending[0] = (unsigned char)(0x80 | (unit & 0x3f));
	text->pending[1] = (unsigned char)(0x80 | (unit >> 6 & 0x3f));
	text->pending_count = 2;
	return (int)(0xe0 | unit >> 12);
}

int dg_canon_text_next(struct dg_canon_text *text)
{
	if (text->pending_count > 0)
		return text->pending[--text->pending_count];
	if (text->p == text->end)
		return -1;
	if (*text->p != '\\')
		return (unsigned char)*text->p++;
	text->p++;
	return next_escaped(text);
}

int dg_canon_text_compare(struct dg_slice a, struct dg_slice b)
{
	struct dg_canon_text left, right;
	int x, y;

	dg_canon_text_init(&left, a);
	dg_canon_text_init(&right, b);
	do {
		x = dg_canon_text_next(&left);
		y = dg_canon_text_next(&right);
	} while (x == y && x >= 0);
	return x - y;
}

bool dg_canon_text_is(struct dg_slice canonical, struct dg_slice bytes)
{
	struct dg_canon_text text;
	size_t i;

	dg_canon_text_init(&text, canonical);
	for (i = 0; i < bytes.len; i++)
		if (dg_canon_text_next(&text) != (unsigned char)bytes.ptr[i])
			return false;
	return dg_canon_text_next(&text) < 0;
}

uint64_t dg_canon_text_prefix(struct dg_slice canonical)
{
	struct dg_canon_text text;
	uint64_t prefix = 0;
	int i, byte;

	dg_canon_text_init(&text, canonical);
	for (i = 0; i < 8; i++) {
		byte = dg_canon_text_next(&text);
		/* The end counts as zeros. */
		prefix = prefix << 8 | (uint64_t)(byte < 0 ? 0 : byte);
	}
	return prefix;
}
