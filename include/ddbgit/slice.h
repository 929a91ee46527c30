/*
 * A slice borrows bytes: it owns nothing and is not terminated by a zero.
 * It is passed by value and lives as long as the memory that it points at.
 */
#ifndef DDBGIT_SLICE_H
#define DDBGIT_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dg_slice {
	const char *ptr;
	size_t len;
};

/* For string literals only: the length is known when compiling. */
#define DG_SLICE(literal) ((struct dg_slice){(literal), sizeof(literal) - 1})

static inline struct dg_slice dg_slice_of(const char *ptr, size_t len)
{
	struct dg_slice s = {ptr, len};

	return s;
}

/* A NULL string is the empty slice. */
static inline struct dg_slice dg_slice_str(const char *string)
{
	return dg_slice_of(string, string ? strlen(string) : 0);
}

bool dg_slice_equal(struct dg_slice a, struct dg_slice b);

/* <0, 0 or >0, by unsigned bytes; a prefix comes before what it begins. */
int dg_slice_compare(struct dg_slice a, struct dg_slice b);

bool dg_slice_starts_with(struct dg_slice s, struct dg_slice prefix);

/* Without blanks, tabs, CR and LF at both ends. */
struct dg_slice dg_slice_trim(struct dg_slice s);

/* Takes the first line off a text that is not empty; without its newline, which
 * the last one may lack. */
static inline struct dg_slice dg_slice_take_line(struct dg_slice *text)
{
	const char *end = (const char *)memchr(text->ptr, '\n', text->len);
	const size_t len = end ? (size_t)(end - text->ptr) : text->len;
	const size_t taken = end ? len + 1 : len;
	const struct dg_slice line = dg_slice_of(text->ptr, len);

	*text = dg_slice_of(text->ptr + taken, text->len - taken);
	return line;
}

#ifdef __cplusplus
}
#endif

#endif
