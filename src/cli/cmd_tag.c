#include "cli/exit_status.h"
#include "cli/session.h"
#include <ddbgit/backups.h>

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const char *name = session->operands[0];
	struct dg_json_writer record;
	char commit_id[41];
	int rc = dg_tag_backup(&session->run, name, session->operands[1],
			       commit_id, err);

	(void)values;
	if (rc < 0)
		return rc;
	dg_session_say(session, DG_LOG_SUCCESS, "Tag %s names %.7s", name,
		       commit_id);
	dg_session_say_push(session, name);
	if (session->output.json) {
		dg_session_summary_begin(session, &record, rc);
		dg_json_member_string(&record, "tag", name);
		dg_json_member_string(&record, "commit", commit_id);
		dg_session_summary_end(session, &record);
		return 0;
	}
	if (dg_output_fields_repeat(&session->output))
		return 0;
	dg_output_field(&session->output, "tag", name);
	dg_output_field(&session->output, "commit", commit_id);
	return 0;
}

const struct dg_command dg_command_tag = {
	.name = "tag",
	.summary = "give a backup a name",
	.about =
		"Makes an annotated tag on the backup that REV means (default: "
		"HEAD): the commit that last wrote the snapshot.",
	.operands = "NAME [REV]",
	.operands_min = 1,
	.operands_max = 2,
	.examples =
		{
			{"ddbgit tag before-migration",
			 "name the newest backup"},
			{"ddbgit tag release-7 main~3", "name an older one"},
		},
	.statuses = DG_STATUS(DG_EXIT_REFUSED),
	.run = run,
};
