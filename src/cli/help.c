#include "cli/help.h"

#include "cli/exit_status.h"
#include "cli/session.h"
#include "cli/wrap.h"
#include <errno.h>
#include <stdlib.h>

#define WIDTH 79
#define OPTION_COLUMN 26
#define COMMAND_COLUMN 12

/* Text in lines that begin at `indent`; the cursor stands at `at`, before. */
static void fill(FILE *out, const char *text, size_t at, size_t indent)
{
	fprintf(out, "%*s", (int)(indent - at), "");
	dg_wrap_print(out, text, indent, WIDTH);
	putc('\n', out);
}

/* "  -e, --env=ENV" */
static size_t print_option_name(FILE *out, const struct dg_option *option)
{
	const char *argument = option->argument;
	int len =
		fprintf(out, option->letter ? "  -%c" : "    ", option->letter);

	if (!option->name) {
		len += fprintf(out, " %s", argument);
		return (size_t)len;
	}
	len += fprintf(out, "%s--%s", option->letter ? ", " : "  ",
		       option->name);
	if (argument && option->kind == DG_OPTION_OPTIONAL)
		len += fprintf(out, "[=%s]", argument);
	else if (argument)
		len += fprintf(out, "=%s", argument);
	return (size_t)len;
}

static void print_options(FILE *out, const char *title,
			  const struct dg_option *option)
{
	fprintf(out, "\n%s:\n", title);
	for (; !dg_option_is_end(option); option++) {
		size_t at = print_option_name(out, option);

		if (at > OPTION_COLUMN - 2) {
			putc('\n', out);
			at = 0;
		}
		fill(out, option->help, at, OPTION_COLUMN);
	}
}

static void print_examples(FILE *out, const struct dg_example *examples)
{
	size_t i;

	fputs("\nExamples:\n", out);
	for (i = 0; i < DG_EXAMPLES; i++) {
		fprintf(out, "  %s\n", examples[i].line);
		fill(out, examples[i].text, 0, 6);
	}
}

static void print_statuses(FILE *out, unsigned int statuses)
{
	int i;

	fputs("\nExit status:\n", out);
	statuses |= DG_STATUS(DG_EXIT_DONE) | DG_STATUS(DG_EXIT_FAILED) |
		    DG_STATUS(DG_EXIT_USAGE);
	for (i = 0; i <= DG_EXIT_REFUSED; i++)
		if (statuses & DG_STATUS(i))
			fprintf(out, "  %-4d%s\n", i, dg_exit_meaning(i));
	fputs("  130 interrupted (143: terminated)\n", out);
}

static void print_command(FILE *out, const struct dg_command *command)
{
	const struct dg_option_group *group;

	fprintf(out, "usage: ddbgit %s [OPTIONS]%s%s\n\n", command->name,
		command->operands ? " " : "",
		command->operands ? command->operands : "");
	fill(out, command->about, 0, 0);
	for (group = command->groups; group && group->options; group++)
		print_options(out, group->title, group->options);
	print_options(out, "Everywhere", dg_common_option_table);
	print_examples(out, command->examples);
	print_statuses(out, command->statuses);
}

static void print_program(FILE *out)
{
	static const struct dg_example examples[DG_EXAMPLES] = {
		{"ddbgit dump --env=prod --commit --tag",
		 "back the production table up as a commit with a tag"},
		{"ddbgit restore --env=local --rev=prod-20250127",
		 "put that backup into the local table"},
	};
	const struct dg_command *const *command;

	fputs("usage: ddbgit [-C DIR] COMMAND [OPTIONS]\n\n", out);
	fill(out,
	     "Versions DynamoDB tables in Git: dumps a table into readable "
	     "files, commits them, lists the backups, and restores any of them "
	     "into any environment.",
	     0, 0);
	fputs("\nCommands:\n", out);
	for (command = dg_commands; *command; command++) {
		const int at = fprintf(out, "  %s", (*command)->name);

		fill(out, (*command)->summary, (size_t)at, COMMAND_COLUMN);
	}
	print_options(out, "Everywhere", dg_common_option_table);
	print_options(out, "Instead of a command", dg_version_option_table);
	print_examples(out, examples);
	print_statuses(out, DG_STATUS(DG_EXIT_INCOMPLETE) |
				    DG_STATUS(DG_EXIT_DIFFERENT) |
				    DG_STATUS(DG_EXIT_REFUSED));
}

void dg_help_print(FILE *out, const struct dg_command *command)
{
	if (command)
		print_command(out, command);
	else
		print_program(out);
}

int dg_help_show(struct dg_session *session, const struct dg_command *command,
		 struct dg_error *err)
{
	struct dg_json_writer record;
	char *text = NULL;
	size_t size;
	FILE *memory;

	if (!session->output.json) {
		dg_help_print(session->output.out, command);
		return 0;
	}
	memory = open_memstream(&text, &size);
	if (!memory)
		return dg_error_errno(err, errno, "help");
	dg_help_print(memory, command);
	if (fclose(memory) != 0) {
		free(text);
		return dg_error_nomem(err);
	}
	dg_record_begin(&record, &session->output, "help");
	dg_json_member_string(&record, "text", text);
	dg_record_end(&record, &session->output);
	free(text);
	return 0;
}
