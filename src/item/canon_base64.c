#include "item/canon_base64.h"
#include <stdint.h>

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of a character plus one; 0 for all others, and so for '='. */
static const uint8_t rank[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,
	['G'] = 7,  ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12,
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
	['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
	['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
	['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
	['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
	['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

static unsigned int rank_of(char c)
{
	return rank[(unsigned char)c];
}

static unsigned int value_of(char c)
{
	return rank_of(c) - 1u;
}

/* How many characters at the start are of the alphabet. */
static size_t alphabet_run(const char *text, size_t len)
{
	size_t i = 0;

	while (i + 4 <= len && rank_of(text[i]) && rank_of(text[i + 1]) &&
	       rank_of(text[i + 2]) && rank_of(text[i + 3]))
		i += 4;
	while (i < len && rank_of(text[i]))
		i++;
	return i;
}

bool dg_base64_canonical(char *text, size_t *len)
{
	size_t run = alphabet_run(text, *len);
	size_t padding = *len - run;
	size_t last = run % 4;
	unsigned int unused;

	if (last == 0)
		return padding == 0;
	if (last == 1 || (padding != 0 && padding != 4 - last) ||
	    (padding > 0 && text[run] != '=') ||
	    (padding > 1 && text[run + 1] != '='))
		return false;
	unused = last == 2 ? 0xf : 0x3;
	text[run - 1] = alphabet[value_of(text[run - 1]) & ~unused];
	text[run] = '=';
	if (last == 2)
		text[run + 1] = '=';
	*len = run + 4 - last;
	return true;
}

size_t dg_base64_decoded_len(struct dg_slice text)
{
	if (text.len == 0)
		return 0;
	return text.len / 4 * 3 - (text.ptr[text.len - 1] == '=') -
	       (text.ptr[text.len - 2] == '=');
}

void dg_base64_decode(unsigned char *out, struct dg_slice text)
{
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t i;

	for (i = 0; i < text.len && text.ptr[i] != '='; i++) {
		bits = bits << 6 | value_of(text.ptr[i]);
		have += 6;
		if (have >= 8) {
			have -= 8;
			*out++ = (unsigned char)(bits >> have);
		}
	}
}

/*
 * The characters' values order as the bytes do, and '=', which ranks below
 * all of them, ends the shorter of two that are equal so far.
 */
int dg_base64_compare(struct dg_slice a, struct dg_slice b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	size_t i;

	for (i = 0; i < shorter; i++)
		if (a.ptr[i] != b.ptr[i])
			return (int)rank_of(a.ptr[i]) - (int)rank_of(b.ptr[i]);
	return (a.len > b.len) - (a.len < b.len);
}
