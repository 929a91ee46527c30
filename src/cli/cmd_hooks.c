#include "cli/exit_status.h"
#include "cli/session.h"
#include <ddbgit/hooks.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

/* Far more than the references of a push take. */
#define INPUT_MAX ((size_t)16 * 1024 * 1024)

struct hooks_values {
	const char *program;
};

static const char *const states[] = {
	[DG_HOOK_ABSENT] = "absent",
	[DG_HOOK_INSTALLED] = "installed",
	[DG_HOOK_OUTDATED] = "outdated",
	[DG_HOOK_FOREIGN] = "other",
};

static void write_record(struct dg_output *output, const struct dg_hook *hook)
{
	struct dg_json_writer w;

	dg_record_begin(&w, output, "hook");
	dg_json_member_string(&w, "name", hook->name);
	dg_json_member_string(&w, "path", hook->path);
	dg_json_member_string(&w, "state", states[hook->state]);
	dg_json_member_bool(&w, "chained", hook->chained);
	dg_json_member_bool(&w, "changed", hook->changed);
	dg_json_member_string(&w, "program", hook->program);
	dg_record_end(&w, output);
}

static void report(void *context, const struct dg_hook *hook)
{
	struct dg_session *session = context;
	struct dg_output *output = &session->output;

	if (output->json) {
		write_record(output, hook);
		return;
	}
	fprintf(output->out, "%-14s %-9s ", hook->name, states[hook->state]);
	dg_output_text(output, hook->path);
	fputs(hook->chained ? " (after the earlier hook)\n" : "\n",
	      output->out);
	if (hook->state != DG_HOOK_OUTDATED || !hook->program)
		return;
	fprintf(output->out, "%-24s calls ", "");
	dg_output_text(output, hook->program);
	putc('\n', output->out);
}

/* The path of this very program. */
static int find_self(char **out, struct dg_error *err)
{
#if defined(__APPLE__)
	char path[PATH_MAX];
	uint32_t size = sizeof(path);

	*out = _NSGetExecutablePath(path, &size) == 0 ? realpath(path, NULL)
						      : NULL;
#else
	*out = realpath("/proc/self/exe", NULL);
#endif
	if (*out)
		return 0;
	dg_error_errno(err, errno, "cannot find this program's own path");
	return dg_error_hint(err, "Name it with --program=PATH");
}

/* As it was typed: a symlink stays the same when ddbgit is upgraded. */
static int check_program(char **out, const char *given, struct dg_error *err)
{
	struct stat st;

	if (*given != '/' || stat(given, &st) < 0 || !S_ISREG(st.st_mode) ||
	    access(given, X_OK) < 0)
		return dg_error_set(err, DG_EUSAGE,
				    "option '--program': '%s' is not the "
				    "absolute path of a program",
				    given);
	*out = strdup(given);
	return *out ? 0 : dg_error_nomem(err);
}

/* Grows by doubling; a zero byte follows. */
static int read_input(char **out, struct dg_error *err)
{
	size_t len = 0, room = 4096, n;
	char *text = malloc(room);

	while (text) {
		n = fread(text + len, 1, room - len - 1, stdin);
		len += n;
		if (n == 0)
			break;
		if (len + 1 == room) {
			char *more = room < INPUT_MAX ? realloc(text, 2 * room)
						      : NULL;

			if (!more)
				free(text);
			text = more;
			room *= 2;
		}
	}
	*out = text;
	if (!text)
		return dg_error_nomem(err);
	text[len] = '\0';
	return 0;
}

static int run_hook(struct dg_session *session, struct dg_error *err)
{
	const char *name = session->operands[1];
	struct dg_hook_event event = {.name = name};
	char *input = NULL;
	int rc = 0;

	if (!name)
		return dg_error_set(err, DG_EUSAGE,
				    "usage: ddbgit hooks run HOOK [ARG...]");
	event.arguments = (const char *const *)session->operands + 2;
	if (strcmp(name, "pre-push") == 0)
		rc = read_input(&input, err);
	event.input = input;
	if (rc == 0)
		rc = dg_hooks_run(&session->run, &event, err);
	free(input);
	return rc;
}

static int refuse_action(const char *action, struct dg_error *err)
{
	dg_error_set(err, DG_EUSAGE,
		     "there is no 'hooks %s', but install, remove and status",
		     action);
	return dg_error_hint(err, "See 'ddbgit help hooks'");
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct hooks_values *given = values;
	const char *action = session->operands[0];
	struct dg_hooks_options options = {
		.report = report,
		.context = session,
	};
	char *program = NULL;
	int rc;

	if (strcmp(action, "run") == 0)
		return run_hook(session, err);
	if (session->operand_count > 1)
		return dg_error_set(err, DG_EUSAGE, "unexpected argument '%s'",
				    session->operands[1]);
	rc = given->program ? check_program(&program, given->program, err)
			    : find_self(&program, err);
	options.program = program;
	if (rc < 0)
		;
	else if (strcmp(action, "install") == 0)
		rc = dg_hooks_install(&session->run, &options, err);
	else if (strcmp(action, "remove") == 0)
		rc = dg_hooks_remove(&session->run, &options, err);
	else if (strcmp(action, "status") == 0)
		rc = dg_hooks_status(&session->run, &options, err);
	else
		rc = refuse_action(action, err);
	free(program);
	return rc;
}

static const struct dg_option option_table[] = {
	DG_VALUE("program", 0, STRING, "PATH",
		 offsetof(struct hooks_values, program),
		 "what the hooks call (default: this very program)"),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"The hooks", option_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_hooks = {
	.name = "hooks",
	.summary = "let Git watch over backups",
	.about = "Installs, removes or lists Git hooks. pre-commit refuses "
		 "environment files with secrets and snapshots that do not "
		 "agree with their digests; post-merge and post-checkout tell "
		 "which backups came and how to restore them; pre-push warns "
		 "of files that hosts refuse. None writes to a table. A hook "
		 "that is there already is kept and runs first. Git itself "
		 "calls `ddbgit hooks run HOOK`.",
	.operands = "install|remove|status",
	.operands_min = 1,
	.operands_max = 16,
	.groups = groups,
	.values_size = sizeof(struct hooks_values),
	.examples =
		{
			{"ddbgit hooks install", "in this repository"},
			{"ddbgit hooks install --program=/usr/bin/ddbgit",
			 "by a path that upgrades keep"},
		},
	.statuses = DG_STATUS(DG_EXIT_REFUSED),
	.lists = true,
	.run = run,
};
