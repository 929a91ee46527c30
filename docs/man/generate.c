/*
 * Fills a manual page's lists from the tables of the command line, so that
 * the page, --help and the parser cannot disagree:
 *
 *	generate COMMAND < ddbgit-COMMAND.1.scd > page.scd
 *
 * "@options" becomes the list of the command's options, in its groups; each
 * with the words of --help, or with those of a block "@--name" behind it.
 * "@statuses" becomes its exit statuses likewise, with blocks "@5". A block
 * for what is not in the tables is an error: the page is out of date.
 * COMMAND "ddbgit" is the program itself.
 */
#include "cli/command.h"
#include "cli/exit_status.h"
#include "cli/session.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 64
#define STATUSES 6

struct block {
	char *name; /* "--env", "5" */
	char *text; /* lines that begin with a tab */
	bool used;
};

struct page {
	char *lines[4096];
	size_t count;
	size_t at;
	struct block blocks[BLOCKS_MAX];
	size_t block_count;
};

static void die(const char *what, const char *which)
{
	fprintf(stderr, "generate: %s '%s'\n", what, which);
	exit(1);
}

static void read_page(struct page *page)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) >= 0) {
		if (page->count == sizeof(page->lines) / sizeof(char *))
			die("too long a page at", line);
		page->lines[page->count++] = line;
		line = NULL;
		room = 0;
	}
	free(line);
}

static void append(char **text, const char *line)
{
	const size_t len = *text ? strlen(*text) : 0;

	*text = realloc(*text, len + strlen(line) + 1);
	if (!*text)
		die("no memory for", line);
	strcpy(*text + len, line);
}

/* The blocks up to the next heading. */
static void take_blocks(struct page *page)
{
	struct block *block = NULL;
	bool gap = false;

	page->block_count = 0;
	for (; page->at < page->count; page->at++) {
		const char *line = page->lines[page->at];

		if (*line == '@') {
			if (page->block_count == BLOCKS_MAX)
				die("too many blocks at", line);
			block = &page->blocks[page->block_count++];
			*block = (struct block){
				.name = strndup(line + 1,
						strcspn(line + 1, "\n")),
			};
		} else if (*line == '\t' && block) {
			if (gap && block->text)
				append(&block->text, "\n");
			append(&block->text, line);
		} else if (*line != '\n') {
			return;
		}
		gap = *line == '\n';
	}
}

static const char *block_text(struct page *page, const char *name)
{
	size_t i;

	for (i = 0; i < page->block_count; i++) {
		if (strcmp(page->blocks[i].name, name) == 0) {
			page->blocks[i].used = true;
			return page->blocks[i].text;
		}
	}
	return NULL;
}

static void end_blocks(struct page *page)
{
	size_t i;

	for (i = 0; i < page->block_count; i++) {
		if (!page->blocks[i].used)
			die("the tables have no", page->blocks[i].name);
		free(page->blocks[i].name);
		free(page->blocks[i].text);
	}
}

/* Text of the tables as scdoc takes it literally, as a sentence. */
static void print_sentence(const char *text)
{
	const char *p;

	putchar('\t');
	for (p = text; *p; p++) {
		if (strchr("_*\\<>#", *p))
			putchar('\\');
		putchar(p == text ? toupper((unsigned char)*p) : *p);
	}
	puts(".");
}

static void print_option(struct page *page, const struct dg_option *option)
{
	const char *argument = option->argument;
	const char *text;
	char name[80];

	if (option->name)
		snprintf(name, sizeof(name), "--%s", option->name);
	else
		snprintf(name, sizeof(name), "-%c", option->letter);
	if (option->letter)
		printf("*-%c*%s", option->letter, option->name ? ", " : " ");
	if (option->name)
		printf("*%s*", name);
	if (argument && !option->name)
		printf("_%s_", argument);
	else if (argument && option->kind == DG_OPTION_OPTIONAL)
		printf("[=_%s_]", argument);
	else if (argument)
		printf("=_%s_", argument);
	putchar('\n');
	text = block_text(page, name);
	if (text)
		fputs(text, stdout);
	else
		print_sentence(option->help);
	putchar('\n');
}

static void print_table(struct page *page, const struct dg_option *option)
{
	for (; !dg_option_is_end(option); option++)
		print_option(page, option);
}

static void print_options(struct page *page, const struct dg_command *command)
{
	const struct dg_option_group *group = command ? command->groups : NULL;
	const bool titles = group && group->options && group[1].options;

	if (!command) {
		print_table(page, dg_common_option_table);
		puts("Instead of a command:\n");
		print_table(page, dg_version_option_table);
		return;
	}
	if (!group)
		puts("Those of every command, see *ddbgit*(1).\n");
	else
		puts("Besides those of every command, see *ddbgit*(1):\n");
	for (; group && group->options; group++) {
		if (titles)
			printf("## %s\n\n", group->title);
		print_table(page, group->options);
	}
}

static void print_statuses(struct page *page, const struct dg_command *command)
{
	const unsigned int statuses =
		(command ? command->statuses : ~0u) | DG_STATUS(DG_EXIT_DONE) |
		DG_STATUS(DG_EXIT_FAILED) | DG_STATUS(DG_EXIT_USAGE);
	char name[] = "0";
	int i;

	for (i = 0; i < STATUSES; i++) {
		const char *text;

		if (!(statuses & DG_STATUS(i)))
			continue;
		name[0] = (char)('0' + i);
		printf("*%s*\n", name);
		text = block_text(page, name);
		if (text)
			fputs(text, stdout);
		else
			print_sentence(dg_exit_meaning(i));
		putchar('\n');
	}
	puts("*130*, *143*\n\tInterrupted, terminated.\n");
}

static const struct dg_command *find(const char *name)
{
	const struct dg_command *command;

	if (strcmp(name, "ddbgit") == 0)
		return NULL;
	command = dg_command_find(name, NULL);
	if (!command)
		die("no command", name);
	return command;
}

int main(int argc, char **argv)
{
	static struct page page;
	const struct dg_command *command = find(argc == 2 ? argv[1] : "");

	read_page(&page);
	while (page.at < page.count) {
		const char *line = page.lines[page.at++];
		const bool options = strcmp(line, "@options\n") == 0;

		if (!options && strcmp(line, "@statuses\n") != 0) {
			fputs(line, stdout);
			continue;
		}
		take_blocks(&page);
		if (options)
			print_options(&page, command);
		else
			print_statuses(&page, command);
		end_blocks(&page);
	}
	return ferror(stdout) || fflush(stdout) != 0;
}
