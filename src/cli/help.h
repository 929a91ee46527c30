/*
 * The help, made from the tables of commands and options. No line is longer
 * than 80 columns.
 */
#ifndef DG_CLI_HELP_H
#define DG_CLI_HELP_H

#include "cli/command.h"
#include <stdio.h>

/* The help of a command, or of the program where command is NULL. */
void dg_help_print(FILE *out, const struct dg_command *command);

/* The same as the session's result; with --json in an object. */
int dg_help_show(struct dg_session *session, const struct dg_command *command,
		 struct dg_error *err);

#endif
