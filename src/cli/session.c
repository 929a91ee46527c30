#include "cli/session.h"

#include "cli/exit_status.h"
#include "cli/help.h"
#include <ddbgit/ddbgit.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMON(member) offsetof(struct dg_common, member)

const struct dg_option dg_common_option_table[] = {
	DG_VALUE(NULL, 'C', STRING, "DIR", COMMON(directory),
		 "work as if started in DIR"),
	DG_FLAG("json", 0, COMMON(json),
		"print results as JSON, an object a line"),
	DG_FLAG("quiet", 'q', COMMON(quiet),
		"no messages but warnings and errors"),
	DG_FLAG("verbose", 'v', COMMON(verbose),
		"also say what is requested and tried again"),
	DG_VALUE("memory", 0, SIZE, "SIZE", COMMON(memory),
		 "the memory to work in (default: 256M, least: 8M)",
		 .min = DG_MEMORY_MIN),
	DG_VALUE("temp-dir", 0, STRING, "DIR", COMMON(temp_dir),
		 "for what does not fit into it (default: $TMPDIR, else "
		 "/var/tmp)"),
	DG_FLAG("help", 'h', COMMON(help), "show this help"),
	DG_OPTIONS_END,
};

const struct dg_option dg_version_option_table[] = {
	DG_FLAG("version", 0, COMMON(version), "print the version"),
	DG_OPTIONS_END,
};

void dg_session_say(struct dg_session *session, enum dg_log_level level,
		    const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	dg_output_log(&session->output, level, text);
}

void dg_session_say_push(struct dg_session *session, const char *tag)
{
	dg_session_say(session, DG_LOG_INFO,
		       "To share the tag: "
		       "git push origin %s",
		       tag);
}

void dg_session_error(struct dg_session *session, int rc,
		      const struct dg_error *err)
{
	dg_progress_line_clear(&session->progress_line);
	dg_output_error(&session->output, err, rc);
	session->error_shown = true;
}

void dg_session_summary_begin(struct dg_session *session,
			      struct dg_json_writer *record, int rc)
{
	dg_record_begin(record, &session->output, "summary");
	dg_json_member_string(record, "command",
			      session->command ? session->command->name : NULL);
	dg_json_member_uint(record, "exit", (uint64_t)dg_exit_status(rc));
}

void dg_session_summary_end(struct dg_session *session,
			    struct dg_json_writer *record)
{
	dg_record_end(record, &session->output);
	session->summary_shown = true;
}

/* See that a mistake in the options is told in JSON too. */
static bool asks_for_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

/* DDBGIT_TEST_CLOCK=SPEED[,UNIX_MS], for the end-to-end tests. */
static int read_test_clock(struct dg_run *run, struct dg_error *err)
{
	const char *value = getenv("DDBGIT_TEST_CLOCK");
	char *end;

	if (!value || !*value)
		return 0;
	run->clock_speed = strtod(value, &end);
	if (*end == ',')
		run->clock_start_ms = strtoll(end + 1, &end, 10);
	if (*end || !(run->clock_speed > 0))
		return dg_error_set(err, DG_EUSAGE,
				    "DDBGIT_TEST_CLOCK is not SPEED[,UNIX_MS]");
	return 0;
}

/* Buffers are allocated whole, so more than there is would fail at work. */
static int check_memory(uint64_t wanted, struct dg_error *err)
{
	const long pages = sysconf(_SC_PHYS_PAGES);
	const long page_size = sysconf(_SC_PAGESIZE);
	uint64_t all;

	if (pages <= 0 || page_size <= 0)
		return 0;
	all = (uint64_t)pages * (uint64_t)page_size;
	if (wanted > all)
		return dg_error_set(err, DG_EUSAGE,
				    "option '--memory': this machine has "
				    "%" PRIu64 "M",
				    all >> 20);
	return 0;
}

/* Only a large table would tell, late. */
static int check_temp_dir(const char *path, struct dg_error *err)
{
	struct stat st;

	if (path && (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
		return dg_error_set(err, DG_EUSAGE,
				    "option '--temp-dir': '%s' is no directory",
				    path);
	return 0;
}

/* Puts the common options' values to use. */
static int apply_common(struct dg_session *session, struct dg_error *err)
{
	const struct dg_common *common = &session->common;

	session->output.json = common->json;
	session->output.quiet = common->quiet;
	session->output.verbose = common->verbose && !common->quiet;
	session->run.memory = common->memory;
	session->run.temp_dir = common->temp_dir;
	if (common->directory && chdir(common->directory) < 0)
		return dg_error_errno(err, errno, "cannot work in '%s'",
				      common->directory);
	if (check_memory(common->memory, err) < 0 ||
	    check_temp_dir(common->temp_dir, err) < 0)
		return DG_EUSAGE;
	return read_test_clock(&session->run, err);
}

static int usage_hint(const struct dg_command *command, struct dg_error *err)
{
	return dg_error_hint(err, "See 'ddbgit help%s%s'", command ? " " : "",
			     command ? command->name : "");
}

static int check_operands(const struct dg_session *session,
			  struct dg_error *err)
{
	const struct dg_command *command = session->command;

	if (session->operand_count > command->operands_max)
		return dg_error_set(err, DG_EUSAGE, "unexpected argument '%s'",
				    session->operands[command->operands_max]);
	if (session->operand_count < command->operands_min)
		return dg_error_set(err, DG_EUSAGE, "usage: ddbgit %s %s",
				    command->name, command->operands);
	return 0;
}

static int parse_command(struct dg_session *session, void *values, int argc,
			 char **argv, struct dg_error *err)
{
	const struct dg_option_group *group = session->command->groups;
	struct dg_option_scope scopes[DG_OPTION_SCOPES_MAX] = {
		{.options = NULL}};
	int operand;
	int rc;
	int i = 0;

	for (; group && group->options; group++, i++) {
		scopes[i].options = group->options;
		scopes[i].values = (char *)values + group->base;
	}
	scopes[i].options = dg_common_option_table;
	scopes[i].values = &session->common;
	rc = dg_options_parse(scopes, true, argc, argv, &operand, err);
	session->operand_count = argc - operand;
	session->operands = argv + operand;
	if (rc == 0 && !session->common.help)
		rc = check_operands(session, err);
	return rc < 0 ? usage_hint(session->command, err) : 0;
}

static int work(struct dg_session *session, const void *values,
		struct dg_error *err)
{
	int rc = apply_common(session, err);

	if (rc < 0)
		return rc;
	if (session->common.help) {
		rc = dg_help_show(session, session->command, err);
		/* The summary is of what was done. */
		session->command = &dg_command_help;
		return rc;
	}
	if (session->command->no_library)
		return session->command->run(session, values, err);
	rc = dg_init(err);
	if (rc < 0)
		return rc;
	rc = session->command->run(session, values, err);
	dg_shutdown();
	return rc;
}

static int run_command(struct dg_session *session, int argc, char **argv,
		       struct dg_error *err)
{
	void *values;
	int rc;

	session->command = dg_command_find(argv[0], err);
	if (!session->command)
		return usage_hint(NULL, err);
	/* One byte more: a command without options has no values. */
	values = calloc(1, session->command->values_size + 1);
	if (!values)
		return dg_error_nomem(err);
	rc = parse_command(session, values, argc, argv, err);
	if (rc == 0)
		rc = work(session, values, err);
	free(values);
	return rc;
}

static int show_version(struct dg_session *session)
{
	struct dg_json_writer record;

	if (!session->output.json) {
		fprintf(session->output.out, "ddbgit %s\n", dg_version());
		return 0;
	}
	dg_record_begin(&record, &session->output, "version");
	dg_json_member_string(&record, "version", dg_version());
	dg_record_end(&record, &session->output);
	return 0;
}

/* No command at all: the help, and the status of a mistake. */
static int run_nothing(struct dg_session *session, struct dg_error *err)
{
	int rc = apply_common(session, err);

	if (rc < 0)
		return rc;
	if (session->common.version)
		return show_version(session);
	if (session->common.help)
		return dg_help_show(session, NULL, err);
	if (!session->output.json)
		dg_help_print(session->output.err, NULL);
	dg_error_set(err, DG_EUSAGE, "no command given");
	session->error_shown = !session->output.json;
	return DG_EUSAGE;
}

static int dispatch(struct dg_session *session, int argc, char **argv,
		    struct dg_error *err)
{
	const struct dg_option_scope scopes[] = {
		{NULL, dg_common_option_table, &session->common},
		{NULL, dg_version_option_table, &session->common},
		{NULL, NULL, NULL},
	};
	int operand;
	int rc = dg_options_parse(scopes, false, argc, argv, &operand, err);

	if (rc < 0)
		return usage_hint(NULL, err);
	if (operand >= argc || session->common.help ||
	    session->common.version) {
		if (operand < argc && session->common.help) {
			session->command = dg_command_find(argv[operand], err);
			if (!session->command)
				return usage_hint(NULL, err);
			return work(session, NULL, err);
		}
		return run_nothing(session, err);
	}
	return run_command(session, argc - operand, argv + operand, err);
}

/* Reports what was not reported yet, ends the output, gives the status. */
static int conclude(struct dg_session *session, int rc, struct dg_error *err)
{
	const bool lists = session->command && session->command->lists;
	struct dg_json_writer record;
	bool broken_pipe;

	dg_progress_line_clear(&session->progress_line);
	if (rc < 0 && !session->error_shown)
		dg_session_error(session, rc, err);
	if (rc == 0 && session->output.json && !session->summary_shown) {
		dg_session_summary_begin(session, &record, rc);
		dg_session_summary_end(session, &record);
	}
	if (dg_output_close(&session->output, &broken_pipe, err) < 0) {
		session->output.json = false; /* stdout is gone */
		/* The reader of a list has seen enough. */
		if (!(broken_pipe && lists)) {
			dg_output_error(&session->output, err, DG_EIO);
			rc = rc < 0 ? rc : DG_EIO;
		}
	}
	dg_pager_wait(&session->pager);
	dg_output_release(&session->output);
	return dg_exit_status(rc);
}

void dg_session_page(struct dg_session *session)
{
	char *setting = NULL;

	if (session->common.json || !session->output.out_terminal)
		return;
	dg_git_setting(&setting, "core.pager", NULL);
	if (dg_pager_start(&session->pager, session->output.out, setting))
		dg_output_hold(&session->output);
	free(setting);
}

void dg_session_color(struct dg_session *session, const char *name)
{
	char *setting = NULL;

	if (session->common.json)
		return;
	dg_git_setting(&setting, name, NULL);
	if (!setting)
		dg_git_setting(&setting, "color.ui", NULL);
	dg_output_color_results(&session->output, setting);
	free(setting);
}

int dg_session_run(int argc, char **argv, FILE *out, FILE *err,
		   const struct dg_cancel *cancel)
{
	struct dg_session session = {.command = NULL};
	struct dg_error error = {.code = DG_OK};
	int rc;

	dg_output_init(&session.output, out, err);
	session.output.json = asks_for_json(argc, argv);
	dg_progress_line_init(&session.progress_line, &session.output);
	session.log.write = dg_output_log;
	session.log.context = &session.output;
	session.progress.update = dg_progress_line_update;
	session.progress.context = &session.progress_line;
	session.run.log = &session.log;
	session.run.progress = &session.progress;
	session.run.cancel = cancel;
	rc = dispatch(&session, argc, argv, &error);
	rc = conclude(&session, rc, &error);
	dg_output_free(&session.output);
	return rc;
}
