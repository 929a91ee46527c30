#include "cli/help.h"
#include "cli/session.h"

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct dg_command *command = NULL;

	(void)values;
	if (session->operand_count > 0) {
		command = dg_command_find(session->operands[0], err);
		if (!command)
			return DG_EUSAGE;
	}
	return dg_help_show(session, command, err);
}

const struct dg_command dg_command_help = {
	.name = "help",
	.summary = "explain ddbgit, or one command",
	.about = "Explains ddbgit, or one of its commands: what it does, its "
		 "options and its exit statuses.",
	.operands = "[COMMAND]",
	.operands_max = 1,
	.examples =
		{
			{"ddbgit help restore", "the options of restore"},
			{"ddbgit restore -h", "the same"},
		},
	.no_library = true,
	.lists = true,
	.run = run,
};
