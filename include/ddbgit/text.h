/*
 * What programs that print for people need: text that came from tables,
 * services or repositories made harmless, and the nearest of some words.
 */
#ifndef DDBGIT_TEXT_H
#define DDBGIT_TEXT_H

#include <stddef.h>

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
 * The word nearest to `word` (Damerau-Levenshtein), or NULL when none is
 * within a third of its length. words ends with NULL.
 */
const char *dg_text_nearest(const char *word, const char *const *words);

#ifdef __cplusplus
}
#endif

#endif
