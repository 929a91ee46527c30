#include <ddbgit/text.h>

#include <string.h>

#define WORD_MAX 64

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Damerau-Levenshtein distance (optimal string alignment): inserted, deleted,
 * changed and swapped neighbouring bytes. Three rows of the table are enough.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		above[j] = j;
	for (i = 1; i <= a_len; i++) {
		size_t *reuse = before;

		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1, change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = reuse;
	}
	return above[b_len];
}

const char *dg_text_nearest(const char *word, const char *const *words)
{
	size_t len = strlen(word);
	size_t best = len / 3 + 1;
	const char *nearest = NULL;

	if (len > WORD_MAX)
		return NULL;
	for (; *words; words++) {
		size_t words_len = strlen(*words);
		size_t d;

		if (words_len > WORD_MAX)
			continue;
		d = distance(word, len, *words, words_len);
		if (d < best) {
			best = d;
			nearest = *words;
		}
	}
	return nearest;
}
