/* The functions of a fuzz target, by libFuzzer's names, and what targets
 * share. */
#ifndef DG_FUZZ_TARGET_H
#define DG_FUZZ_TARGET_H

#include <ddbgit/slice.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A target may have it: what is done once, before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What a target claims. */
static inline void check(bool holds)
{
	if (!holds)
		abort();
}

/* The input as a string, to be freed. */
static inline char *input_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	check(text);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* Of two texts the first, which is taken off: what stands before the first
 * line "---". Without one the second is empty. */
static inline struct dg_slice input_cut(struct dg_slice *text)
{
	const char *mark = memmem(text->ptr, text->len, "\n---\n", 5);
	struct dg_slice first = *text;

	if (!mark) {
		*text = dg_slice_of(text->ptr + text->len, 0);
		return first;
	}
	first.len = (size_t)(mark - text->ptr) + 1;
	*text = dg_slice_of(mark + 5, text->len - first.len - 4);
	return first;
}

#endif
