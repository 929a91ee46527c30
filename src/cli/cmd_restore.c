#include "cli/prompt.h"
#include "cli/restore_report.h"
#include "cli/session.h"
#include <ddbgit/restore.h>
#include <unistd.h>

enum settings { SETTINGS_AUTO, SETTINGS_SOURCE };

enum indexes { INDEXES_NOW, INDEXES_AFTER };

struct restore_values {
	struct dg_restore_options options;
	int verify;   /* enum dg_verify */
	int settings; /* enum settings */
	int only;     /* enum dg_restore_part */
	int indexes;  /* enum indexes */
	bool no_backup_first;
	struct dg_option_list keys;
};

static const char *const verifications[] = {
	[DG_VERIFY_FULL] = "full",
	[DG_VERIFY_COUNT] = "count",
	[DG_VERIFY_NONE] = "none",
	NULL,
};

static const char *const settings_choices[] = {
	[SETTINGS_AUTO] = "auto",
	[SETTINGS_SOURCE] = "source",
	NULL,
};

static const char *const index_choices[] = {
	[INDEXES_NOW] = "now",
	[INDEXES_AFTER] = "after",
	NULL,
};

static const char *const parts[] = {
	[DG_RESTORE_ALL] = "all",
	[DG_RESTORE_SCHEMA] = "schema",
	[DG_RESTORE_DATA] = "data",
	NULL,
};

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct restore_values *given = values;
	struct dg_restore_options options = given->options;
	struct dg_prompt prompt = {
		.output = &session->output,
		.cancel = session->run.cancel,
		.fd = STDIN_FILENO,
	};
	struct dg_restore_result result = {.source = NULL};
	int rc;

	if (options.backup_first && given->no_backup_first)
		return dg_error_set(err, DG_EUSAGE,
				    "--backup-first and --no-backup-first "
				    "exclude each other");
	options.backup_first |= options.mirror && !given->no_backup_first;
	options.keys = given->keys.count ? given->keys.value : NULL;
	options.indexes_after = given->indexes == INDEXES_AFTER;
	options.only = (enum dg_restore_part)given->only;
	options.verify = (enum dg_verify)given->verify;
	options.source_settings = given->settings == SETTINGS_SOURCE;
	options.confirm = dg_prompt_confirm;
	options.context = &prompt;
	rc = dg_restore(&session->run, &options, &result, err);
	if (rc == 0 || rc == DG_EINCOMPLETE)
		dg_restore_report(session, &result, &options, rc, err);
	dg_restore_result_free(&result);
	return rc;
}

#define RESTORE(member) offsetof(struct restore_values, member)

static const struct dg_option source_table[] = {
	DG_VALUE("source", 's', STRING, "DIR", RESTORE(options.source),
		 "the snapshot in this folder (default: backups/dynamodb/ENV)"),
	DG_VALUE("rev", 0, STRING, "REV", RESTORE(options.revision),
		 "the snapshot in this revision; nothing is checked out"),
	DG_VALUE("from", 0, STRING, "ENV", RESTORE(options.from),
		 "of several in the revision, that of this environment"),
	DG_VALUE("path", 0, STRING, "DIR", RESTORE(options.path),
		 "of several in the revision, the one in this folder"),
	DG_FLAG("accept-edited", 0, RESTORE(options.accept_edited),
		"go on if the items differ from what the metadata states"),
	DG_OPTIONS_END,
};

static const struct dg_option part_table[] = {
	DG_FLAG("changed-only", 0, RESTORE(options.changed_only),
		"write only the items that differ from the table's"),
	DG_FLAG("mirror", 0, RESTORE(options.mirror),
		"write what differs, and delete what only the table has"),
	DG_VALUE("key", 0, LIST, "JSON", RESTORE(keys),
		 "only the item with this key; may be given again"),
	DG_VALUE("keys-file", 0, STRING, "FILE", RESTORE(options.keys_file),
		 "only the items with the keys in this file, one a line, or a "
		 "file of items that a restore could not write"),
	DG_VALUE("only", 0, CHOICE, "all|schema|data", RESTORE(only),
		 "schema creates the table and writes no items; data writes "
		 "into an existing table",
		 .choices = parts),
	DG_OPTIONS_END,
};

static const struct dg_option writing_table[] = {
	DG_FLAG("dry-run", 0, RESTORE(options.dry_run),
		"compare with the table, say what would be done, write "
		"nothing"),
	DG_FLAG("backup-first", 0, RESTORE(options.backup_first),
		"dump and commit the table before it is written, to the branch "
		"before-restore (with --mirror unless told otherwise)"),
	DG_FLAG("no-backup-first", 0, RESTORE(no_backup_first),
		"leave that out, with --mirror"),
	DG_FLAG("yes", 0, RESTORE(options.yes),
		"write into a protected environment, and mirror, without "
		"asking"),
	DG_VALUE("settings", 0, CHOICE, "auto|source", RESTORE(settings),
		 "of a table that is created: source takes all settings of the "
		 "snapshot, auto only keys and indexes in another environment",
		 .choices = settings_choices),
	DG_VALUE("indexes", 0, CHOICE, "now|after", RESTORE(indexes),
		 "after: global indexes that the table lacks are added when "
		 "the items are there, which then may not fit an index's key",
		 .choices = index_choices),
	DG_VALUE("max-wcu", 0, CAPACITY, "N|P%", RESTORE(options.max_wcu),
		 "write units a second, or a share of what is provisioned "
		 "(default: 50% of a provisioned table, no limit on demand)"),
	DG_VALUE("max-rcu", 0, CAPACITY, "N|P%", RESTORE(options.max_rcu),
		 "the same for what is read of the table"),
	DG_VALUE("verify", 0, CHOICE, "full|count|none", RESTORE(verify),
		 "what is read back: every item (the default), counts, or "
		 "nothing",
		 .choices = verifications),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"Into which table", dg_target_option_table, RESTORE(options.target)},
	{"Which snapshot", source_table, 0},
	{"Which part of it", part_table, 0},
	{"Writing", writing_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_restore = {
	.name = "restore",
	.summary = "write a snapshot or a backup into a table",
	.about = "Writes the items of a snapshot into a table, creating the "
		 "table if it does not exist, and reads them back. Items that "
		 "only the table has stay in it, unless --mirror is given. A "
		 "protected environment (prod, production, prd, live) is "
		 "written only after a confirmation; --mirror asks everywhere "
		 "but in local.",
	.groups = groups,
	.values_size = sizeof(struct restore_values),
	.examples =
		{
			{"ddbgit restore --env=local --rev=prod-20250127",
			 "put a tagged backup of production into the local "
			 "table"},
			{"ddbgit restore --env=prod --rev=HEAD --changed-only",
			 "put back what differs from the last backup"},
		},
	.statuses = DG_STATUS(3) | DG_STATUS(5),
	.run = run,
};
