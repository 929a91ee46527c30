/*
 * The commands, each a row of one table: what it is called, the options and
 * operands it takes, what its help says, and the work. The help, the check of
 * operands and later the completions come from the row.
 */
#ifndef DG_CLI_COMMAND_H
#define DG_CLI_COMMAND_H

#include "cli/option.h"
#include <ddbgit/error.h>
#include <stdbool.h>
#include <stddef.h>

struct dg_session;

/* A table of options, whose values begin at `base` in the command's. */
struct dg_option_group {
	const char *title;
	const struct dg_option *options;
	size_t base;
};

struct dg_example {
	const char *line; /* a command line */
	const char *text; /* what it does */
};

#define DG_EXAMPLES 2
#define DG_STATUS(n) (1u << (n))

struct dg_command {
	const char *name;
	const char *summary;  /* a line for the list of commands */
	const char *about;    /* a paragraph, filled to the width */
	const char *operands; /* "NAME [REV]"; NULL: none */
	int operands_min;
	int operands_max;
	const struct dg_option_group *groups; /* ends with no options */
	size_t values_size; /* of the struct that takes the options' values */
	struct dg_example examples[DG_EXAMPLES];
	unsigned int statuses; /* DG_STATUS of each but 0 to 2 */
	bool no_library;       /* works without dg_init */
	bool lists;            /* prints much: its reader may stop early */
	/*
	 * values: parsed, all zero where nothing was given. 0 or a negative
	 * dg_code with *err; the caller reports it unless the command did.
	 */
	int (*run)(struct dg_session *session, const void *values,
		   struct dg_error *err);
};

extern const struct dg_command dg_command_dump;
extern const struct dg_command dg_command_restore;
extern const struct dg_command dg_command_log;
extern const struct dg_command dg_command_show;
extern const struct dg_command dg_command_diff;
extern const struct dg_command dg_command_cat;
extern const struct dg_command dg_command_status;
extern const struct dg_command dg_command_tag;
extern const struct dg_command dg_command_verify;
extern const struct dg_command dg_command_init;
extern const struct dg_command dg_command_doctor;
extern const struct dg_command dg_command_hooks;
extern const struct dg_command dg_command_help;

/* All of them, as the help lists them; ends with NULL. */
extern const struct dg_command *const dg_commands[];

/* NULL and DG_EUSAGE with the nearest name when there is none. */
const struct dg_command *dg_command_find(const char *name,
					 struct dg_error *err);

/* The options that name a table, for a group over dg_target_options. */
extern const struct dg_option dg_target_option_table[];

#endif
