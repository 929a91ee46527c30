/*
 * What programs that talk to people need: text that came from tables,
 * services or repositories made harmless, the nearest of some words, and
 * numbers as people write and read them.
 */
#ifndef DDBGIT_TEXT_H
#define DDBGIT_TEXT_H

#include <ddbgit/error.h>
#include <ddbgit/slice.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Copies text into out (of out_size bytes, always terminated), with control,
 * C1 and bidirectional characters and invalid UTF-8 written as \u00xx, \u20xx
 * or \xNN. Returns out.
 */
const char *dg_text_printable(const char *text, char *out, size_t out_size);

/*
 * How many columns of a terminal a text takes: East Asian wide characters and
 * emoji two, combining marks none. Printable UTF-8; any other byte counts one.
 */
size_t dg_text_columns(struct dg_slice text);

/* The bytes of as much of a text as fits, and (unless NULL) its columns. */
size_t dg_text_fit(struct dg_slice text, size_t columns, size_t *used);

/*
 * The word nearest to `word` (Damerau-Levenshtein), or NULL when none is
 * within a third of its length. words ends with NULL.
 */
const char *dg_text_nearest(const char *word, const char *const *words);

/* Decimal digits only, the whole of text. DG_EINVALID. */
int dg_parse_u64(struct dg_slice text, uint64_t *out, struct dg_error *err);

/* "64M", "256MiB", "2G", "1048576": powers of 1024. DG_EINVALID. */
int dg_parse_size(struct dg_slice text, uint64_t *out, struct dg_error *err);

/*
 * Capacity: "100" or "2.5" units a second, or "50%" of what is provisioned, at
 * most all of it; more than nothing. DG_EINVALID.
 */
int dg_parse_capacity(struct dg_slice text, double *value, bool *percent,
		      struct dg_error *err);

#define DG_COUNT_SIZE 32

/* "1,234,567". Returns out, as the next ones do. */
const char *dg_format_count(uint64_t n, char out[DG_COUNT_SIZE]);

#define DG_QUANTITY_SIZE 96

/* "1 item", "1,234,567 items"; the noun's plural ends in s. */
const char *dg_format_quantity(uint64_t n, const char *noun,
			       char out[DG_QUANTITY_SIZE]);

/* "145.2 MB" (powers of 1000), "999 bytes", "1 byte". */
const char *dg_format_bytes(uint64_t n, char out[DG_COUNT_SIZE]);

/* "5 minutes ago", "36 hours ago", "3 weeks ago". */
const char *dg_format_age(uint64_t seconds, char out[DG_COUNT_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
