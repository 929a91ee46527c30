#include <ddbgit/text.h>

#include "base/text.h"

struct range {
	uint32_t first;
	uint32_t last;
};

/* What stands on the character before it: combining marks, joiners, variation
 * selectors, skin tones. */
static const struct range marks[] = {
	{0x0300, 0x036f},   {0x0483, 0x0489},   {0x0591, 0x05bd},
	{0x0610, 0x061a},   {0x064b, 0x065f},   {0x06d6, 0x06dc},
	{0x0900, 0x0902},   {0x093c, 0x093c},   {0x0941, 0x0948},
	{0x0e31, 0x0e31},   {0x0e34, 0x0e3a},   {0x0e47, 0x0e4e},
	{0x1ab0, 0x1aff},   {0x1dc0, 0x1dff},   {0x200b, 0x200d},
	{0x20d0, 0x20f0},   {0x302a, 0x302d},   {0x3099, 0x309a},
	{0xfe00, 0xfe0f},   {0xfe20, 0xfe2f},   {0xfeff, 0xfeff},
	{0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef},
};

/* East Asian Wide and Fullwidth of Unicode's Annex 11, and emoji. */
static const struct range wide[] = {
	{0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},
	{0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},
	{0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x2705, 0x2705},
	{0x270a, 0x270b},   {0x2728, 0x2728},   {0x274c, 0x274c},
	{0x2753, 0x2755},   {0x2795, 0x2797},   {0x2b1b, 0x2b1c},
	{0x2b50, 0x2b50},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
	{0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},
	{0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
	{0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18aff},
	{0x1b000, 0x1b2ff}, {0x1f200, 0x1f202}, {0x1f210, 0x1f64f},
	{0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7eb}, {0x1f90c, 0x1f9ff},
	{0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_in(uint32_t c, const struct range *range, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c > range[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && range[low].first <= c;
}

static size_t width_of(uint32_t c)
{
	if (c < marks[0].first)
		return 1;
	if (is_in(c, marks, COUNT(marks)))
		return 0;
	return is_in(c, wide, COUNT(wide)) ? 2 : 1;
}

size_t dg_text_fit(struct dg_slice text, size_t columns, size_t *used)
{
	const char *end = text.ptr + text.len;
	const char *p = text.ptr;
	size_t width = 0;

	while (p < end) {
		uint32_t c = 0;
		size_t len = dg_utf8_decode(p, end, &c);
		size_t more = len == 0 ? 1 : width_of(c);

		if (width + more > columns)
			break;
		width += more;
		p += len == 0 ? 1 : len;
	}
	if (used)
		*used = width;
	return (size_t)(p - text.ptr);
}

size_t dg_text_columns(struct dg_slice text)
{
	size_t used;

	dg_text_fit(text, SIZE_MAX, &used);
	return used;
}
