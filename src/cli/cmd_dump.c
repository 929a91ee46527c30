#include "cli/quantity.h"
#include "cli/record.h"
#include "cli/session.h"
#include <ddbgit/dump.h>
#include <ddbgit/text.h>
#include <stdio.h>

struct dump_values {
	struct dg_dump_options options;
	struct dg_optional tag;
	int layout; /* of layouts */
};

static const char *const layouts[] = {"auto", "single", "chunked", NULL};

/* "12 added, 3 changed, 1 removed since prod-20250126" */
static void describe_changes(const struct dg_dump_result *result, char *out,
			     size_t out_size)
{
	const struct dg_changes *changes = &result->changes;
	const char *since = result->since ? result->since : "the last commit";
	char added[DG_COUNT_SIZE];
	char changed[DG_COUNT_SIZE];
	char removed[DG_COUNT_SIZE];

	switch (changes->kind) {
	case DG_CHANGES_FIRST:
		snprintf(out, out_size, "first backup");
		break;
	case DG_CHANGES_NOT_COMPARABLE:
		snprintf(out, out_size, "not comparable with %s", since);
		break;
	case DG_CHANGES_COUNTED:
		snprintf(out, out_size,
			 "%s added, %s changed, %s removed%s since %s",
			 dg_format_count(changes->added, added),
			 dg_format_count(changes->changed, changed),
			 dg_format_count(changes->removed, removed),
			 changes->schema_changed ? ", settings changed" : "",
			 since);
		break;
	}
}

static void say_commit(struct dg_session *session,
		       const struct dg_dump_result *result)
{
	char changes[512];

	describe_changes(result, changes, sizeof(changes));
	dg_session_say(session, DG_LOG_SUCCESS, "Committed %.7s to %s: %s",
		       result->commit_id,
		       result->branch ? result->branch : "HEAD", changes);
}

static void say(struct dg_session *session, const struct dg_dump_result *result)
{
	char count[DG_QUANTITY_SIZE];

	if (result->duplicates)
		dg_session_say(session, DG_LOG_WARNING,
			       "Read twice while the table changed: %s; the "
			       "later reading counts",
			       dg_quantity_items(result->duplicates, count));
	if (result->spilled_bytes)
		dg_session_say(session, DG_LOG_INFO,
			       "Used %s of temporary space",
			       dg_format_bytes(result->spilled_bytes, count));
	if (!result->unchanged)
		dg_session_say(session, DG_LOG_SUCCESS,
			       "Dumped %s of '%s' to %s",
			       dg_quantity_items(result->items, count),
			       result->table, result->path);
	if (result->committed)
		say_commit(session, result);
	if (result->tag) {
		dg_session_say(session, DG_LOG_SUCCESS, "Tag %s names %.7s",
			       result->tag, result->commit_id);
		dg_session_say_push(session, result->tag);
	}
	if (result->gc_due)
		dg_session_say(session, DG_LOG_INFO,
			       "The repository has much to pack: run git gc");
}

static void print_result(struct dg_output *output,
			 const struct dg_dump_result *result)
{
	dg_output_field(output, "path", result->path);
	dg_output_field_count(output, "items", result->items);
	dg_output_field(output, "sha256", result->sha256);
	if (result->commit_id[0])
		dg_output_field(output, "commit", result->commit_id);
	dg_output_field(output, "tag", result->tag);
}

static void write_summary(struct dg_session *session,
			  const struct dg_dump_result *result)
{
	struct dg_json_writer w;

	dg_session_summary_begin(session, &w, 0);
	dg_json_member_string(&w, "environment", result->environment);
	dg_json_member_string(&w, "table", result->table);
	dg_json_member_string(&w, "path", result->path);
	dg_json_member_bool(&w, "tableMissing", result->table_missing);
	dg_json_member_uint(&w, "items", result->items);
	dg_json_member_uint(&w, "bytes", result->bytes);
	dg_json_member_string(&w, "sha256",
			      result->sha256[0] ? result->sha256 : NULL);
	dg_json_member_uint(&w, "duplicates", result->duplicates);
	dg_json_member_uint(&w, "spilledBytes", result->spilled_bytes);
	dg_json_member_uint(&w, "requests", result->requests);
	dg_json_member_uint(&w, "retries", result->retries);
	dg_json_member_bool(&w, "committed", result->committed);
	dg_json_member_bool(&w, "unchanged", result->unchanged);
	dg_json_member_string(&w, "commit",
			      result->commit_id[0] ? result->commit_id : NULL);
	dg_json_member_string(&w, "branch", result->branch);
	dg_json_member_string(&w, "tag", result->tag);
	dg_json_member_bool(&w, "gcDue", result->gc_due);
	if (result->committed) {
		dg_json_member_string(&w, "since", result->since);
		dg_record_changes(&w, &result->changes);
	}
	dg_session_summary_end(session, &w);
}

static void report(struct dg_session *session,
		   const struct dg_dump_result *result)
{
	dg_progress_line_clear(&session->progress_line);
	if (!result->table_missing)
		say(session, result);
	if (session->output.json)
		write_summary(session, result);
	else if (!result->table_missing &&
		 !dg_output_fields_repeat(&session->output))
		print_result(&session->output, result);
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct dump_values *given = values;
	struct dg_dump_options options = given->options;
	struct dg_dump_result result = {.table_missing = false};
	int rc;

	options.layout = layouts[given->layout];
	options.tag = given->tag.given;
	options.tag_name = given->tag.value;
	rc = dg_dump(&session->run, &options, &result, err);
	if (rc == 0)
		report(session, &result);
	dg_dump_result_free(&result);
	return rc;
}

#define DUMP(member) offsetof(struct dump_values, member)

static const struct dg_option reading_table[] = {
	DG_FLAG("consistent", 0, DUMP(options.consistent),
		"read consistently, at twice the capacity"),
	DG_VALUE("segments", 0, NUMBER, "N", DUMP(options.segments),
		 "scan in N segments (default: by the table's size)", .min = 1,
		 .max = 1000000),
	DG_VALUE("max-rcu", 0, CAPACITY, "N|P%", DUMP(options.max_rcu),
		 "read units a second, or a share of what is provisioned "
		 "(default: 50% of a provisioned table, no limit on demand)"),
	DG_OPTIONS_END,
};

static const struct dg_option writing_table[] = {
	DG_VALUE("output", 'o', STRING, "DIR", DUMP(options.output),
		 "the snapshot's folder (default: backups/dynamodb/ENV)"),
	DG_VALUE("layout", 0, CHOICE, "auto|single|chunked", DUMP(layout),
		 "how the items are laid out in files (default: auto: chunked "
		 "for a commit above 50 MiB)",
		 .choices = layouts),
	DG_FLAG("replace", 0, DUMP(options.replace),
		"replace another table's snapshot, or one with items by an "
		"empty one"),
	DG_OPTIONS_END,
};

static const struct dg_option git_table[] = {
	DG_FLAG("commit", 0, DUMP(options.commit),
		"commit the snapshot, and nothing else"),
	DG_VALUE("tag", 0, OPTIONAL, "NAME", DUMP(tag),
		 "commit and tag the backup (default: ENV-YYYYMMDD)"),
	DG_VALUE("message", 'm', STRING, "TEXT", DUMP(options.message),
		 "commit with this subject"),
	DG_VALUE("branch", 0, STRING, "NAME", DUMP(options.branch),
		 "commit on this branch; HEAD and the work tree stay as they "
		 "are"),
	DG_FLAG("force", 0, DUMP(options.force),
		"commit although .gitignore names the path"),
	DG_FLAG("allow-empty", 0, DUMP(options.allow_empty),
		"commit although nothing changed"),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"Which table", dg_target_option_table, DUMP(options.target)},
	{"Reading", reading_table, 0},
	{"The snapshot", writing_table, 0},
	{"Git", git_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_dump = {
	.name = "dump",
	.summary = "read a table into files, and commit them",
	.about = "Reads a whole table into a snapshot, four readable files in "
		 "backups/dynamodb/ENV. With --commit it makes one commit of "
		 "them, unless nothing changed since the last one.",
	.groups = groups,
	.values_size = sizeof(struct dump_values),
	.examples =
		{
			{"ddbgit dump --env=prod --commit --tag",
			 "back the production table up as a commit with a tag"},
			{"ddbgit dump --env=prod --output ./prod-backup",
			 "only write the files, to another folder"},
		},
	.statuses = DG_STATUS(5),
	.run = run,
};
