#include "cli/exit_status.h"
#include "cli/session.h"
#include <ddbgit/init.h>

static const char *const words[] = {
	[DG_INIT_CREATED] = "created",
	[DG_INIT_ADDED] = "added",
	[DG_INIT_KEPT] = "kept",
	[DG_INIT_TODO] = "todo",
};

static void write_record(struct dg_output *output,
			 const struct dg_init_step *step)
{
	struct dg_json_writer w;

	dg_record_begin(&w, output, "step");
	dg_json_member_string(&w, "action", words[step->action]);
	dg_json_member_string(&w, "path", step->path);
	dg_json_member_string(&w, "detail", step->detail);
	dg_json_member_string(&w, "advice", step->advice);
	dg_record_end(&w, output);
}

static void report(void *context, const struct dg_init_step *step)
{
	struct dg_session *session = context;
	struct dg_output *output = &session->output;

	if (output->json) {
		write_record(output, step);
		return;
	}
	fprintf(output->out, "%-8s %s: ", words[step->action], step->path);
	dg_output_text(output, step->detail);
	putc('\n', output->out);
	if (step->advice && *step->advice) {
		fprintf(output->out, "%-8s ", "");
		dg_output_text(output, step->advice);
		putc('\n', output->out);
	}
}

static void say_next(struct dg_session *session)
{
	dg_session_say(session, DG_LOG_INFO,
		       "Next: name your tables in scripts/.env.*, then for "
		       "each environment");
	dg_session_say(session, DG_LOG_INFO,
		       "  ddbgit doctor --env=prod         what is missing?");
	dg_session_say(session, DG_LOG_INFO,
		       "  ddbgit dump --env=prod --commit  the first backup");
	dg_session_say(session, DG_LOG_INFO,
		       "  ddbgit hooks install             watches commits and "
		       "pulls");
	dg_session_say(session, DG_LOG_INFO,
		       "and commit .gitignore, .gitattributes and "
		       "scripts/*.sh");
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct dg_init_options options = {
		.report = report,
		.context = session,
	};
	struct dg_init_result result;
	struct dg_json_writer w;
	int rc = dg_init_project(&session->run, &options, &result, err);

	(void)values;
	if (rc == 0 && session->output.json) {
		dg_session_summary_begin(session, &w, rc);
		dg_json_member_string(&w, "root", result.root);
		dg_json_member_uint(&w, "created",
				    result.count[DG_INIT_CREATED]);
		dg_json_member_uint(&w, "added", result.count[DG_INIT_ADDED]);
		dg_json_member_uint(&w, "kept", result.count[DG_INIT_KEPT]);
		dg_json_member_uint(&w, "todo", result.count[DG_INIT_TODO]);
		dg_session_summary_end(session, &w);
	} else if (rc == 0) {
		say_next(session);
	}
	dg_init_result_free(&result);
	return rc;
}

const struct dg_command dg_command_init = {
	.name = "init",
	.summary = "set a project up for backups",
	.about = "Sets up the project around the current directory: a Git "
		 "repository if there is none, scripts/.env.local, .env.dev, "
		 ".env.staging and .env.prod with placeholders, rules that "
		 "keep these out of Git and the bytes of backups as they are, "
		 "and the two scripts of dump and restore. What is there "
		 "already is kept, and said.",
	.examples =
		{
			{"ddbgit init", "in a new or an existing project"},
			{"ddbgit init --json | jq -r "
			 "'select(.action==\"todo\").advice'",
			 "what is left to do by hand"},
		},
	.statuses = DG_STATUS(DG_EXIT_REFUSED),
	.run = run,
};
