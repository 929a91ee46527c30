/*
 * Text for people and for strict formats: UTF-8 checks, escaping of what a
 * terminal could act on, numbers with thousands' separators, sizes, strict
 * decimal parsing, edit distance for suggestions.
 */
#ifndef DG_BASE_TEXT_H
#define DG_BASE_TEXT_H

#include "base/buf.h"
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

/* Decimal digits only, the whole of text. DG_EINVALID. */
int dg_parse_u64(struct dg_slice text, uint64_t *out, struct dg_error *err);

/* "64M", "256MiB", "2G", "1048576": powers of 1024. DG_EINVALID. */
int dg_parse_size(struct dg_slice text, uint64_t *out, struct dg_error *err);

#define DG_COUNT_SIZE 32

/* "1,234,567" */
const char *dg_format_count(uint64_t n, char out[DG_COUNT_SIZE]);

/* "145.2 MB" (powers of 1000), "999 bytes" */
const char *dg_format_bytes(uint64_t n, char out[DG_COUNT_SIZE]);

/* strdup with an error. */
int dg_strdup(char **out, const char *string, struct dg_error *err);
int dg_slice_dup(char **out, struct dg_slice s, struct dg_error *err);

/* printf into a new string. */
int dg_asprintf(char **out, struct dg_error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Overwrites a secret before it is freed; NULL is fine. */
void dg_free_secret(char *string);

#endif
