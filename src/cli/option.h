/*
 * Option tables. A table says what each option is called, what it takes and
 * where its value goes; parsing and the help are made from it, so they agree.
 *
 * Values are stored at an offset in a struct of the caller's. Strings borrow
 * argv. Nothing is allocated. An option given twice keeps its last value,
 * but for a list's, which are all kept.
 */
#ifndef DG_CLI_OPTION_H
#define DG_CLI_OPTION_H

#include <ddbgit/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dg_option_kind {
	DG_OPTION_FLAG,     /* bool */
	DG_OPTION_STRING,   /* const char *, never empty */
	DG_OPTION_OPTIONAL, /* --tag[=NAME]: struct dg_optional */
	DG_OPTION_NUMBER,   /* unsigned int, from 1 */
	DG_OPTION_SIZE,     /* uint64_t bytes: "64M" */
	DG_OPTION_CAPACITY, /* const char *: what dg_parse_capacity takes */
	DG_OPTION_CHOICE,   /* int: the word's place in `choices` */
	DG_OPTION_LIST,     /* struct dg_option_list: one value each time */
};

struct dg_optional {
	bool given;
	const char *value; /* NULL: given without one */
};

#define DG_OPTION_LIST_MAX 100

struct dg_option_list {
	size_t count;
	const char *value[DG_OPTION_LIST_MAX + 1]; /* ends with NULL */
};

struct dg_option {
	const char *name; /* long, without its dashes; NULL: letter only */
	char letter;      /* 0: none */
	enum dg_option_kind kind;
	size_t offset;
	const char *argument; /* as the help names it */
	const char *help;
	const char *const *choices; /* ends with NULL */
	uint64_t min;               /* of a size or number; 0: any */
	uint64_t max;               /* of a number; 0: any */
};

/* Rows of a table. What DG_VALUE takes last are designated members. */
#define DG_FLAG(long_name, short_name, at, text)                               \
	{                                                                      \
		.name = (long_name), .letter = (short_name),                   \
		.kind = DG_OPTION_FLAG, .offset = (at), .help = (text)         \
	}
#define DG_VALUE(long_name, short_name, value_kind, word, at, text, ...)       \
	{                                                                      \
		.name = (long_name), .letter = (short_name),                   \
		.kind = DG_OPTION_##value_kind, .argument = (word),            \
		.offset = (at), .help = (text), ##__VA_ARGS__                  \
	}
#define DG_OPTIONS_END                                                         \
	{                                                                      \
		.name = NULL                                                   \
	}

/* A table under a heading, and the struct that takes its values. */
struct dg_option_scope {
	const char *title;
	const struct dg_option *options; /* NULL: the end of scopes */
	void *values;
};

#define DG_OPTION_SCOPES_MAX 8

bool dg_option_is_end(const struct dg_option *option);

/*
 * Parses argv[1] and what follows with getopt_long(3). With `permute`,
 * options and operands may stand in any order; without, parsing stops at the
 * first operand. *operand becomes the place of the first operand in argv.
 *
 * Abbreviations of long options are refused, since an option that is added
 * later would give them another meaning. DG_EUSAGE.
 */
int dg_options_parse(const struct dg_option_scope *scopes, bool permute,
		     int argc, char **argv, int *operand, struct dg_error *err);

#endif
