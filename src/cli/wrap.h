/*
 * Text in lines of a terminal, broken at blanks. A command in it, up to a comma
 * or semicolon, is never broken: whoever copies it copies all of it, and the
 * terminal wraps it where it has to.
 */
#ifndef DG_CLI_WRAP_H
#define DG_CLI_WRAP_H

#include <stddef.h>
#include <stdio.h>

/*
 * Prints printable text that begins at column `indent`, where the cursor
 * stands, and goes on there below; without a newline at its end. No line has
 * more than `width` columns but for a word that is longer. 0: one line.
 */
void dg_wrap_print(FILE *out, const char *text, size_t indent, size_t width);

#endif
