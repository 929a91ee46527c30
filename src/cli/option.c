#include "cli/option.h"

#include <assert.h>
#include <ddbgit/text.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_MAX 64
#define LONG_ID 256 /* ids of getopt_long above those of letters */

struct entry {
	const struct dg_option *option;
	void *value;
};

struct parser {
	struct entry entries[OPTIONS_MAX];
	int count;
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 + 2 * OPTIONS_MAX + 1];
};

bool dg_option_is_end(const struct dg_option *option)
{
	return !option->name && !option->letter;
}

static int argument_of(const struct dg_option *option)
{
	switch (option->kind) {
	case DG_OPTION_FLAG:
		return no_argument;
	case DG_OPTION_OPTIONAL:
		return optional_argument;
	default:
		return required_argument;
	}
}

static void add(struct parser *p, const struct dg_option *option, void *values)
{
	const int id = p->count++;
	const size_t end = strlen(p->letters);
	int longs = 0;

	assert(id < OPTIONS_MAX);
	p->entries[id].option = option;
	p->entries[id].value = (char *)values + option->offset;
	if (option->letter) {
		p->letters[end] = option->letter;
		if (argument_of(option) == required_argument)
			p->letters[end + 1] = ':';
	}
	if (!option->name)
		return;
	while (p->longs[longs].name)
		longs++;
	p->longs[longs].name = option->name;
	p->longs[longs].has_arg = argument_of(option);
	p->longs[longs].val = LONG_ID + id;
}

static void prepare(struct parser *p, const struct dg_option_scope *scopes,
		    bool permute)
{
	const struct dg_option *option;

	memset(p, 0, sizeof(*p));
	/* A leading ':' tells a missing value from an unknown option. */
	snprintf(p->letters, sizeof(p->letters), "%s", permute ? ":" : "+:");
	for (; scopes->options; scopes++)
		for (option = scopes->options; !dg_option_is_end(option);
		     option++)
			add(p, option, scopes->values);
}

static const struct entry *find(const struct parser *p, int id)
{
	int i;

	if (id >= LONG_ID)
		return &p->entries[id - LONG_ID];
	for (i = 0; i < p->count; i++)
		if (p->entries[i].option->letter == id)
			return &p->entries[i];
	return NULL;
}

/* "--env" or "-C". */
static const char *shown_name(const struct dg_option *option, char out[64])
{
	size_t len;

	if (!option->name) {
		out[0] = '-';
		out[1] = option->letter;
		out[2] = '\0';
		return out;
	}
	len = strlen(option->name);
	assert(len < 61);
	memcpy(out, "--", 2);
	memcpy(out + 2, option->name, len + 1);
	return out;
}

/* A name that begins with what was typed comes before a similar one. */
static const char *suggestion(const struct parser *p, const char *word,
			      size_t len)
{
	const char *names[OPTIONS_MAX + 1];
	char typed[64];
	int i;

	for (i = 0; p->longs[i].name; i++) {
		names[i] = p->longs[i].name;
		if (len >= 2 && strncmp(names[i], word, len) == 0)
			return names[i];
	}
	names[i] = NULL;
	if (len >= sizeof(typed))
		return NULL;
	memcpy(typed, word, len);
	typed[len] = '\0';
	return dg_text_nearest(typed, names);
}

static int unknown_long(const struct parser *p, const char *word,
			struct dg_error *err)
{
	const size_t len = strcspn(word, "=");
	const char *near = suggestion(p, word + 2, len - 2);

	if (near)
		return dg_error_set(err, DG_EUSAGE,
				    "unknown option '%.*s'; did you mean "
				    "'--%s'?",
				    (int)len, word, near);
	return dg_error_set(err, DG_EUSAGE, "unknown option '%.*s'", (int)len,
			    word);
}

static int unknown(const struct parser *p, const char *word,
		   struct dg_error *err)
{
	if (strncmp(word, "--", 2) == 0)
		return unknown_long(p, word, err);
	return dg_error_set(err, DG_EUSAGE, "unknown option '-%c'", optopt);
}

/*
 * getopt_long has passed the option that it reports, and its value where
 * that is a word of its own.
 */
static const char *current_word(char **argv)
{
	return optarg && optarg == argv[optind - 1] ? argv[optind - 2]
						    : argv[optind - 1];
}

static bool is_abbreviated(const struct dg_option *option, const char *word)
{
	return strlen(option->name) != strcspn(word + 2, "=");
}

static int store_choice(const struct dg_option *option, int *value,
			struct dg_error *err)
{
	int i;

	for (i = 0; option->choices[i]; i++) {
		if (strcmp(optarg, option->choices[i]) == 0) {
			*value = i;
			return 0;
		}
	}
	return dg_error_set(err, DG_EUSAGE, "option '--%s': '%s' is none of %s",
			    option->name, optarg, option->argument);
}

static int store_number(const struct dg_option *option, const char *name,
			unsigned int *value, struct dg_error *err)
{
	const uint64_t most = option->max ? option->max : UINT_MAX;
	char text[DG_COUNT_SIZE];
	uint64_t n;

	if (dg_parse_u64(dg_slice_str(optarg), &n, NULL) < 0 || n < 1 ||
	    n > most || n < option->min)
		return dg_error_set(err, DG_EUSAGE,
				    "option '%s': '%s' is not a number from 1 "
				    "to %s",
				    name, optarg, dg_format_count(most, text));
	*value = (unsigned int)n;
	return 0;
}

static int store_size(const struct dg_option *option, const char *name,
		      uint64_t *value, struct dg_error *err)
{
	char least[DG_COUNT_SIZE];

	if (dg_parse_size(dg_slice_str(optarg), value, NULL) < 0)
		return dg_error_set(err, DG_EUSAGE,
				    "option '%s': '%s' is not a size; write "
				    "64M or 2G",
				    name, optarg);
	if (*value < option->min)
		return dg_error_set(err, DG_EUSAGE,
				    "option '%s': %s is too little; at least "
				    "%sM",
				    name, optarg,
				    dg_format_count(option->min >> 20, least));
	return 0;
}

static int store_capacity(const char *name, const char **value,
			  struct dg_error *err)
{
	struct dg_error why = {.code = DG_OK};
	bool percent;
	double n;

	*value = optarg;
	if (dg_parse_capacity(dg_slice_str(optarg), &n, &percent, &why) == 0)
		return 0;
	return dg_error_set(err, DG_EUSAGE, "option '%s': %s", name,
			    why.message);
}

static int store_listed(const char *name, struct dg_option_list *list,
			struct dg_error *err)
{
	if (list->count == DG_OPTION_LIST_MAX)
		return dg_error_set(err, DG_EUSAGE,
				    "option '%s' is given more than %d times",
				    name, DG_OPTION_LIST_MAX);
	list->value[list->count++] = optarg;
	return 0;
}

static int store(const struct entry *entry, struct dg_error *err)
{
	const struct dg_option *option = entry->option;
	struct dg_optional *optional;
	char name[64];

	shown_name(option, name);
	/* Mostly a variable of a script that is not set. */
	if (optarg && *optarg == '\0')
		return dg_error_set(err, DG_EUSAGE,
				    "option '%s' has an empty value", name);
	switch (option->kind) {
	case DG_OPTION_FLAG:
		*(bool *)entry->value = true;
		return 0;
	case DG_OPTION_STRING:
		*(const char **)entry->value = optarg;
		return 0;
	case DG_OPTION_OPTIONAL:
		optional = entry->value;
		optional->given = true;
		optional->value = optarg;
		return 0;
	case DG_OPTION_NUMBER:
		return store_number(option, name, entry->value, err);
	case DG_OPTION_SIZE:
		return store_size(option, name, entry->value, err);
	case DG_OPTION_CAPACITY:
		return store_capacity(name, entry->value, err);
	case DG_OPTION_CHOICE:
		return store_choice(option, entry->value, err);
	case DG_OPTION_LIST:
		return store_listed(name, entry->value, err);
	}
	return 0;
}

/* What getopt_long found wrong with an option that it knows. */
static int refuse(const struct dg_option *option, bool lacks_value,
		  struct dg_error *err)
{
	char name[64];

	return dg_error_set(err, DG_EUSAGE,
			    lacks_value ? "option '%s' needs a value"
					: "option '%s' takes no value",
			    shown_name(option, name));
}

static int take(const struct parser *p, int id, char **argv,
		struct dg_error *err)
{
	const bool wrong = id == '?' || id == ':';
	/* optopt is 0 or a letter for what is not in the tables. */
	const struct entry *entry = find(p, wrong ? optopt : id);
	const char *word = wrong ? argv[optind - 1] : current_word(argv);

	if (!entry || (wrong && optopt == 0))
		return unknown(p, word, err);
	if ((wrong ? optopt : id) >= LONG_ID &&
	    is_abbreviated(entry->option, word))
		return unknown_long(p, word, err);
	if (wrong)
		return refuse(entry->option, id == ':', err);
	return store(entry, err);
}

/* getopt keeps its place in a word of its own besides optind. */
static void restart_getopt(void)
{
#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) ||       \
	defined(__OpenBSD__)
	optreset = 1;
	optind = 1;
#else
	optind = 0;
#endif
	opterr = 0;
}

int dg_options_parse(const struct dg_option_scope *scopes, bool permute,
		     int argc, char **argv, int *operand, struct dg_error *err)
{
	struct parser parser;
	int rc = 0;
	int id;

	prepare(&parser, scopes, permute);
	restart_getopt();
	while (rc == 0 && (id = getopt_long(argc, argv, parser.letters,
					    parser.longs, NULL)) != -1)
		rc = take(&parser, id, argv, err);
	*operand = optind;
	return rc;
}
