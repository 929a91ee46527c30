#include "cli/command.h"

#include <ddbgit/run.h>
#include <ddbgit/text.h>
#include <string.h>

/* clang-format off: one a line, so that additions do not touch others */
const struct dg_command *const dg_commands[] = {
	&dg_command_dump,   &dg_command_restore,
	&dg_command_status, &dg_command_log,
	&dg_command_show,   &dg_command_diff,
	&dg_command_cat,    &dg_command_verify,
	&dg_command_tag,    &dg_command_init,
	&dg_command_doctor, &dg_command_hooks,
	&dg_command_help,   NULL,
};
/* clang-format on */

#define TARGET(member) offsetof(struct dg_target_options, member)

const struct dg_option dg_target_option_table[] = {
	DG_VALUE("env", 'e', STRING, "ENV", TARGET(environment),
		 "the environment, described by scripts/.env.ENV (default: "
		 "local)"),
	DG_VALUE("table", 0, STRING, "NAME", TARGET(table),
		 "this table, not the one that the environment names"),
	DG_VALUE("endpoint-url", 0, STRING, "URL", TARGET(endpoint_url),
		 "talk to this service"),
	DG_VALUE("region", 0, STRING, "REGION", TARGET(region),
		 "the AWS region"),
	DG_VALUE("profile", 0, STRING, "NAME", TARGET(profile),
		 "the profile in ~/.aws to take credentials from"),
	DG_OPTIONS_END,
};

const struct dg_command *dg_command_find(const char *name, struct dg_error *err)
{
	/* The end is among the commands. */
	const char *names[sizeof(dg_commands) / sizeof(*dg_commands)];
	const char *near;
	size_t i;

	for (i = 0; dg_commands[i]; i++) {
		if (strcmp(dg_commands[i]->name, name) == 0)
			return dg_commands[i];
		names[i] = dg_commands[i]->name;
	}
	names[i] = NULL;
	near = dg_text_nearest(name, names);
	if (near)
		dg_error_set(err, DG_EUSAGE,
			     "unknown command '%s'; did you mean '%s'?", name,
			     near);
	else
		dg_error_set(err, DG_EUSAGE, "unknown command '%s'", name);
	return NULL;
}
