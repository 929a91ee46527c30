/*
 * Strings: UTF-8 checks, copies that say when memory is exhausted, printf
 * into a new string, secrets. What the command line needs too (numbers as
 * people write them, harmless text) stands in <ddbgit/text.h>.
 */
#ifndef DG_BASE_TEXT_H
#define DG_BASE_TEXT_H

#include "base/buf.h"
#include <ddbgit/text.h>
#include <stdint.h>

/* Strict UTF-8 (no overlong forms, no surrogates). */
bool dg_utf8_valid(struct dg_slice text);

/*
 * The character that p begins with (p < end): its length in bytes, 1 to 4,
 * and *code_point; 0 where it is no valid UTF-8.
 */
size_t dg_utf8_decode(const char *p, const char *end, uint32_t *code_point);

/* The length of text without an unfinished character at its end. */
size_t dg_utf8_whole(const char *text, size_t len);

/* strdup with an error. */
int dg_strdup(char **out, const char *string, struct dg_error *err);
int dg_slice_dup(char **out, struct dg_slice s, struct dg_error *err);

/* printf into a new string. */
int dg_asprintf(char **out, struct dg_error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Appends a word as a POSIX shell takes it literally, in single quotes. */
int dg_shell_quote(struct dg_buf *out, const char *word, struct dg_error *err);

/* Overwrites a secret before it is freed; NULL is fine. */
void dg_free_secret(char *string);

#endif
