/* A command line as a configuration file holds it, split into words. */
#ifndef DG_AWS_COMMAND_WORDS_H
#define DG_AWS_COMMAND_WORDS_H

#include <ddbgit/error.h>

/*
 * By the rules of a POSIX shell for blanks, quotes and backslashes, and no
 * others: nothing is expanded (the aws command does the same). *out ends with
 * NULL and has one word at least. DG_EINVALID.
 */
int dg_command_words(char ***out, const char *line, struct dg_error *err);
void dg_command_words_free(char **words);

#endif
