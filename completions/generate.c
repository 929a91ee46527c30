/*
 * Fills a shell's completion from the tables of the command line:
 *
 *	generate bash|zsh|fish < ddbgit.SHELL.in > completion
 *
 * A line that holds @NAME@ is replaced by what the shell's table writes for
 * that name. What a value may be follows from how the help calls it: ENV is an
 * environment, REV a revision, DIR a folder, and so on.
 */
#include "cli/command.h"
#include "cli/session.h"
#include <stdlib.h>
#include <string.h>

enum kind {
	KIND_NOTHING,
	KIND_ENVIRONMENT,
	KIND_REVISION,
	KIND_FOLDER,
	KIND_FILE
};

static bool takes_value(const struct dg_option *option)
{
	return option->kind != DG_OPTION_FLAG;
}

static enum kind kind_of(const char *argument)
{
	static const struct {
		const char *word;
		enum kind kind;
	} kinds[] = {
		{"ENV", KIND_ENVIRONMENT}, {"REV", KIND_REVISION},
		{"DIR", KIND_FOLDER},      {"FILE", KIND_FILE},
		{"F", KIND_FILE},          {"PATH", KIND_FILE},
	};
	size_t i;

	for (i = 0; argument && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].word, argument) == 0)
			return kinds[i].kind;
	return KIND_NOTHING;
}

/* "install|remove" as words; true if operands are such. */
static bool has_words(const struct dg_command *command)
{
	return command->operands && strchr(command->operands, '|') != NULL;
}

static bool takes_revisions(const struct dg_command *command)
{
	const char *operands = command->operands;

	return operands &&
	       (strstr(operands, "REV") || strcmp(operands, "[A [B]]") == 0);
}

static bool takes_command(const struct dg_command *command)
{
	return command->operands && strstr(command->operands, "COMMAND");
}

static void each_option(const struct dg_command *command,
			void (*visit)(const struct dg_command *command,
				      const struct dg_option *option))
{
	const struct dg_option_group *group = command ? command->groups : NULL;
	const struct dg_option *option;

	for (; group && group->options; group++)
		for (option = group->options; !dg_option_is_end(option);
		     option++)
			visit(command, option);
	for (option = dg_common_option_table; !dg_option_is_end(option);
	     option++)
		visit(command, option);
}

/* bash */

static void print_words(const char *words)
{
	for (; *words; words++)
		putchar(*words == '|' ? ' ' : *words);
}

static void bash_commands(void)
{
	const struct dg_command *const *command;

	for (command = dg_commands; *command; command++)
		printf("%s%s", command == dg_commands ? "" : " ",
		       (*command)->name);
}

/* In the choice of shell words that _ddbgit_expand knows. */
static void bash_kind(const struct dg_option *option)
{
	static const char *const words[] = {
		[KIND_NOTHING] = ":none",
		[KIND_ENVIRONMENT] = ":environments",
		[KIND_REVISION] = ":revisions",
		[KIND_FOLDER] = ":folders",
		[KIND_FILE] = ":files",
	};
	const char *const *choice = option->choices;

	if (!choice)
		fputs(words[kind_of(option->argument)], stdout);
	for (; choice && *choice; choice++)
		printf("%s%s", choice == option->choices ? "" : " ", *choice);
}

static void bash_value(const struct dg_command *command,
		       const struct dg_option *option)
{
	const char *name = command ? command->name : "";

	/* The value of an optional one never is a word of its own. */
	if (!takes_value(option) || option->kind == DG_OPTION_OPTIONAL)
		return;
	putchar('\t');
	if (option->name)
		printf("%s:--%s", name, option->name);
	if (option->name && option->letter)
		fputs(" | ", stdout);
	if (option->letter)
		printf("%s:-%c", name, option->letter);
	fputs(") echo '", stdout);
	bash_kind(option);
	puts("' ;;");
}

static void bash_option(const struct dg_command *command,
			const struct dg_option *option)
{
	(void)command;
	if (option->name)
		printf(" --%s%s", option->name,
		       takes_value(option) && option->kind != DG_OPTION_OPTIONAL
			       ? "="
			       : "");
	if (option->letter)
		printf(" -%c", option->letter);
}

static void bash_values(void)
{
	const struct dg_command *const *command;

	each_option(NULL, bash_value);
	for (command = dg_commands; *command; command++)
		each_option(*command, bash_value);
}

static void bash_options(void)
{
	const struct dg_command *const *command;

	fputs("\t'') echo '", stdout);
	each_option(NULL, bash_option);
	puts(" --version' ;;");
	for (command = dg_commands; *command; command++) {
		printf("\t%s) echo '", (*command)->name);
		each_option(*command, bash_option);
		puts("' ;;");
	}
}

static void bash_operands(void)
{
	const struct dg_command *const *command;

	for (command = dg_commands; *command; command++) {
		if (has_words(*command)) {
			printf("\t%s) echo '", (*command)->name);
			print_words((*command)->operands);
			puts("' ;;");
		} else if (takes_revisions(*command)) {
			printf("\t%s) echo ':revisions' ;;\n",
			       (*command)->name);
		} else if (takes_command(*command)) {
			printf("\t%s) echo \"$_ddbgit_commands\" ;;\n",
			       (*command)->name);
		}
	}
}

/* zsh */

/* Help text inside single quotes and brackets of a specification. */
static void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", stdout);
		else if (strchr("[]:\\", *text))
			putchar('\\');
		putchar(*text);
	}
}

static void zsh_action(const struct dg_option *option)
{
	static const char *const actions[] = {
		[KIND_NOTHING] = " ",
		[KIND_ENVIRONMENT] = "_ddbgit_environments",
		[KIND_REVISION] = "_ddbgit_revisions",
		[KIND_FOLDER] = "_files -/",
		[KIND_FILE] = "_files",
	};
	const char *const *choice = option->choices;

	putchar(':');
	zsh_text(option->argument);
	putchar(':');
	if (!choice) {
		fputs(actions[kind_of(option->argument)], stdout);
		return;
	}
	for (; *choice; choice++)
		printf("%c%s", choice == option->choices ? '(' : ' ', *choice);
	putchar(')');
}

static void zsh_spec(const struct dg_option *option, bool letter)
{
	fputs("\t\t'", stdout);
	if (option->name && option->letter)
		printf("(-%c --%s)", option->letter, option->name);
	if (letter)
		printf("-%c%s", option->letter, takes_value(option) ? "+" : "");
	else
		printf("--%s%s", option->name,
		       option->kind == DG_OPTION_OPTIONAL ? "=-"
		       : takes_value(option)              ? "="
							  : "");
	putchar('[');
	zsh_text(option->help);
	putchar(']');
	if (takes_value(option)) {
		if (option->kind == DG_OPTION_OPTIONAL)
			putchar(':');
		zsh_action(option);
	}
	puts("' \\");
}

static void zsh_option(const struct dg_command *command,
		       const struct dg_option *option)
{
	(void)command;
	if (option->letter)
		zsh_spec(option, true);
	if (option->name)
		zsh_spec(option, false);
}

static void zsh_commands(void)
{
	const struct dg_command *const *command;

	for (command = dg_commands; *command; command++) {
		printf("\t\t'%s:", (*command)->name);
		zsh_text((*command)->summary);
		puts("'");
	}
}

static void zsh_common(void)
{
	each_option(NULL, zsh_option);
	puts("\t\t'--version[print the version]' \\");
}

static void zsh_options(void)
{
	const struct dg_command *const *command;

	for (command = dg_commands; *command; command++) {
		printf("\t%s)\n\t\t_arguments \\\n", (*command)->name);
		each_option(*command, zsh_option);
		if (has_words(*command)) {
			fputs("\t\t'1: :(", stdout);
			print_words((*command)->operands);
			puts(")' ;;");
		} else if (takes_revisions(*command)) {
			puts("\t\t'*:revision:_ddbgit_revisions' ;;");
		} else if (takes_command(*command)) {
			puts("\t\t'1: :_ddbgit_commands' ;;");
		} else {
			puts("\t\t&& return ;;");
		}
	}
}

/* fish */

static void fish_text(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('\'');
}

static void fish_values(const struct dg_option *option)
{
	static const char *const actions[] = {
		[KIND_NOTHING] = "",
		[KIND_ENVIRONMENT] = " -a '(__ddbgit_environments)'",
		[KIND_REVISION] = " -a '(__ddbgit_revisions)'",
		[KIND_FOLDER] = " -a '(__fish_complete_directories)'",
		[KIND_FILE] = " -F",
	};
	const char *const *choice = option->choices;

	if (!takes_value(option))
		return;
	/* A value of its own, and no file where it is none. */
	if (option->kind != DG_OPTION_OPTIONAL)
		fputs(kind_of(option->argument) == KIND_FILE ? " -r" : " -x",
		      stdout);
	if (!choice) {
		fputs(actions[kind_of(option->argument)], stdout);
		return;
	}
	for (; *choice; choice++)
		printf("%s%s", choice == option->choices ? " -a '" : " ",
		       *choice);
	putchar('\'');
}

static void fish_option(const struct dg_command *command,
			const struct dg_option *option)
{
	fputs("complete -c ddbgit", stdout);
	if (command)
		printf(" -n '__ddbgit_using %s'", command->name);
	if (option->name)
		printf(" -l %s", option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	fish_values(option);
	fputs(" -d ", stdout);
	fish_text(option->help);
	putchar('\n');
}

static void fish_operand(const struct dg_command *command)
{
	const char *from = NULL;

	if (takes_revisions(command))
		from = "(__ddbgit_revisions)";
	else if (takes_command(command))
		from = "$commands";
	if (!from && !has_words(command))
		return;
	printf("complete -c ddbgit -n '__ddbgit_using %s' -a %s", command->name,
	       takes_command(command) ? "\"" : "'");
	if (from)
		fputs(from, stdout);
	else
		print_words(command->operands);
	puts(takes_command(command) ? "\"" : "'");
}

static void fish_lines(void)
{
	const struct dg_command *const *command;

	each_option(NULL, fish_option);
	for (command = dg_commands; *command; command++) {
		printf("complete -c ddbgit -n \"not __ddbgit_using $commands\" "
		       "-a %s -d ",
		       (*command)->name);
		fish_text((*command)->summary);
		putchar('\n');
	}
	for (command = dg_commands; *command; command++) {
		const struct dg_option_group *group = (*command)->groups;
		const struct dg_option *option;

		for (; group && group->options; group++)
			for (option = group->options; !dg_option_is_end(option);
			     option++)
				fish_option(*command, option);
		fish_operand(*command);
	}
}

struct part {
	const char *shell;
	const char *name;
	void (*print)(void);
};

static const struct part parts[] = {
	{"bash", "@COMMANDS@", bash_commands},
	{"bash", "@VALUES@", bash_values},
	{"bash", "@OPTIONS@", bash_options},
	{"bash", "@OPERANDS@", bash_operands},
	{"zsh", "@COMMANDS@", zsh_commands},
	{"zsh", "@COMMON@", zsh_common},
	{"zsh", "@OPTIONS@", zsh_options},
	{"fish", "@COMMANDS@", bash_commands},
	{"fish", "@LINES@", fish_lines},
};

static void fill(const char *shell, const char *line)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const struct part *part = &parts[i];
		const char *at = strstr(line, part->name);
		const char *rest = at ? at + strlen(part->name) : NULL;

		if (!at || strcmp(part->shell, shell) != 0)
			continue;
		fwrite(line, 1, (size_t)(at - line), stdout);
		part->print();
		/* A part of whole lines has ended its last. */
		if (at != line || *rest != '\n')
			fputs(rest, stdout);
		return;
	}
	fputs(line, stdout);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;

	if (argc != 2) {
		fputs("usage: generate bash|zsh|fish\n", stderr);
		return 2;
	}
	while (getline(&line, &room, stdin) >= 0)
		fill(argv[1], line);
	free(line);
	return ferror(stdout) || fflush(stdout) != 0;
}
