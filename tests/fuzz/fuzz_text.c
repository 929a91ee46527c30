/*
 * Text from tables and repositories, shown to people: whatever its bytes, what
 * is printed is UTF-8 without a character that controls a terminal or turns
 * the line round, and its columns add up.
 */
#include "base/text.h"
#include "fuzz_target.h"
#include <stdlib.h>

static bool is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static void check_printable(struct dg_slice text)
{
	const char *end = text.ptr + text.len;
	const char *p = text.ptr;
	uint32_t c;

	while (p < end) {
		const size_t len = dg_utf8_decode(p, end, &c);

		check(len > 0 && !is_harmful(c));
		p += len;
	}
}

/* The text in parts of at most so many columns has as many in all. */
static void check_columns(struct dg_slice text, size_t columns)
{
	const size_t all = dg_text_columns(text);
	size_t sum = 0, used;

	while (text.len > 0) {
		const size_t len = dg_text_fit(text, columns, &used);

		check(len > 0 && len <= text.len && used <= columns);
		sum += used;
		text = dg_slice_of(text.ptr + len, text.len - len);
	}
	check(sum == all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = {"dump", "restore", "diff", NULL};
	const size_t room = size > 0 ? data[0] + (size_t)2 : 2;
	char *text = input_string(data, size);
	char *out = malloc(6 * size + 1);
	char *little = malloc(room);

	check(out && little);
	dg_text_printable(text, out, 6 * size + 1);
	check_printable(dg_slice_str(out));
	check_columns(dg_slice_str(out), room);
	check_columns(dg_slice_of(text, size), room);
	/* What does not fit is cut between characters. */
	dg_text_printable(text, little, room);
	check(strlen(little) < room);
	check(strncmp(out, little, strlen(little)) == 0);
	check_printable(dg_slice_str(little));
	if (size < 64)
		(void)dg_text_nearest(text, words);
	free(text);
	free(out);
	free(little);
	return 0;
}
