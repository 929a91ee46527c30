#include <ddbgit/text.h>

#include "base/text.h"
#include <stdio.h>

/* What a terminal could act on, or a reader be misled by: also what takes no
 * room, so that two different texts would look the same. */
static bool is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xfeff;
}

const char *dg_text_printable(const char *text, char *out, size_t out_size)
{
	const char *end = text + strlen(text);
	size_t used = 0;

	while (text < end) {
		uint32_t c = 0;
		size_t len = dg_utf8_decode(text, end, &c);
		char escape[16];
		const char *piece = text;
		size_t piece_len = len;

		if (len == 0 || is_harmful(c)) {
			piece_len = (size_t)snprintf(
				escape, sizeof(escape),
				len == 0 ? "\\x%02x" : "\\u%04x",
				len == 0 ? (unsigned char)*text : c);
			piece = escape;
		}
		if (used + piece_len >= out_size)
			break;
		memcpy(out + used, piece, piece_len);
		used += piece_len;
		text += len == 0 ? 1 : len;
	}
	if (out_size > 0)
		out[used] = '\0';
	return out;
}
