#include "cli/session.h"
#include <ddbgit/doctor.h>
#include <stdlib.h>
#include <string.h>

#define NAME_COLUMN 28

struct look {
	const char *mark;
	const char *plain; /* where the locale has no ticks */
	enum dg_output_style style;
	const char *word; /* in JSON */
};

static const struct look looks[] = {
	[DG_CHECK_OK] = {"✓", "ok  ", DG_STYLE_NEW, "ok"},
	[DG_CHECK_WARNING] = {"!", "warn", DG_STYLE_CHANGED, "warning"},
	[DG_CHECK_FAILED] = {"✗", "FAIL", DG_STYLE_OLD, "failed"},
	[DG_CHECK_SKIPPED] = {"-", "-   ", DG_STYLE_PLAIN, "skipped"},
};

/* As setlocale() would choose it. */
static bool locale_is_utf8(void)
{
	const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") ||
			       strcasestr(value, "UTF8");
	}
	return false;
}

static void print_mark(struct dg_output *output, const struct look *look,
		       bool utf8)
{
	dg_output_style(output, look->style);
	fputs(utf8 ? look->mark : look->plain, output->out);
	dg_output_style(output, DG_STYLE_PLAIN);
	putc(' ', output->out);
}

static void report(void *context, const struct dg_check *check)
{
	struct dg_session *session = context;
	struct dg_output *output = &session->output;
	const struct look *look = &looks[check->state];
	const bool utf8 = locale_is_utf8();
	/* A tick and a blank, or a word of four letters and a blank. */
	const size_t indent = NAME_COLUMN + (utf8 ? 2 : 5);
	struct dg_json_writer w;

	dg_progress_line_clear(&session->progress_line);
	if (output->json) {
		dg_record_begin(&w, output, "check");
		dg_json_member_string(&w, "name", check->name);
		dg_json_member_string(&w, "state", look->word);
		dg_json_member_string(&w, "detail", check->detail);
		dg_json_member_string(&w, "advice", check->advice);
		dg_record_end(&w, output);
		return;
	}
	print_mark(output, look, utf8);
	fprintf(output->out, "%-*s", NAME_COLUMN, check->name);
	dg_output_lines(output, check->detail, indent);
	if (check->advice && *check->advice) {
		fprintf(output->out, "%*s", (int)indent, "");
		dg_output_lines(output, check->advice, indent);
	}
	/* The next one may have to wait for a service. */
	dg_output_flush(output);
}

static void summarise(struct dg_session *session, int rc,
		      const struct dg_doctor_result *result)
{
	struct dg_json_writer w;

	if (!session->output.json)
		return;
	dg_session_summary_begin(session, &w, rc);
	dg_json_member_uint(&w, "ok", result->count[DG_CHECK_OK]);
	dg_json_member_uint(&w, "warnings", result->count[DG_CHECK_WARNING]);
	dg_json_member_uint(&w, "failed", result->count[DG_CHECK_FAILED]);
	dg_json_member_uint(&w, "skipped", result->count[DG_CHECK_SKIPPED]);
	dg_session_summary_end(session, &w);
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct dg_doctor_options options = {
		.target = *(const struct dg_target_options *)values,
		.report = report,
		.context = session,
	};
	struct dg_doctor_result result;
	unsigned int failed;
	int rc;

	dg_session_color(session, "color.status");
	rc = dg_doctor(&session->run, &options, &result, err);
	failed = result.count[DG_CHECK_FAILED];
	if (rc < 0)
		return rc;
	if (failed > 0) {
		rc = dg_error_set(err, DG_EFAILED,
				  "a dump would fail: %u check%s failed",
				  failed, failed == 1 ? "" : "s");
		dg_session_error(session, rc, err);
	} else {
		dg_session_say(session, DG_LOG_SUCCESS,
			       "A dump can go through%s",
			       result.count[DG_CHECK_WARNING]
				       ? "; look at what is marked with !"
				       : "");
	}
	summarise(session, rc, &result);
	return rc;
}

static const struct dg_option_group groups[] = {
	{"Which table", dg_target_option_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_doctor = {
	.name = "doctor",
	.summary = "check what a dump needs, and say what to do",
	.about = "Checks all that `ddbgit dump --commit` needs: the "
		 "environment file, credentials and who they are, the endpoint "
		 "and its clock, the table and each permission, then the "
		 "repository, ignore rules, attributes, author, disk, memory "
		 "and temporary space. It names tables that a killed drill "
		 "has left. It reads one item at most and writes nothing.",
	.groups = groups,
	.values_size = sizeof(struct dg_target_options),
	.examples =
		{
			{"ddbgit doctor --env=prod", "before the first backup"},
			{"ddbgit doctor --env=prod --json | jq -r "
			 "'select(.state==\"failed\").name'",
			 "what would stop a dump, for a script"},
		},
	.lists = true,
	.run = run,
};
