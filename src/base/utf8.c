#include "base/text.h"

static bool is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* How many bytes a character has that begins with c; 0: none begins so. */
static size_t length_by_lead(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	return c >= 0xf0 && c <= 0xf4 ? 4 : 0;
}

size_t dg_utf8_decode(const char *p, const char *end, uint32_t *code_point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)p;
	size_t len = length_by_lead(s[0]);
	uint32_t c;
	size_t i;

	if (len == 0 || len > (size_t)(end - p))
		return 0;
	c = len == 1 ? s[0] : s[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if (!is_tail(s[i]))
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code_point = c;
	return len;
}

bool dg_utf8_valid(struct dg_slice text)
{
	const char *p = text.ptr;
	const char *end = p + text.len;
	uint32_t code_point;
	uint64_t eight;
	size_t n;

	while (p < end) {
		while (end - p >= 8) {
			memcpy(&eight, p, 8);
			if (eight & 0x8080808080808080u)
				break;
			p += 8;
		}
		if (p == end)
			break;
		n = dg_utf8_decode(p, end, &code_point);
		if (n == 0)
			return false;
		p += n;
	}
	return true;
}

size_t dg_utf8_whole(const char *text, size_t len)
{
	size_t back;

	for (back = 1; back <= 4 && back <= len; back++) {
		unsigned char c = (unsigned char)text[len - back];

		if (is_tail(c))
			continue;
		return length_by_lead(c) > back ? len - back : len;
	}
	return len;
}
