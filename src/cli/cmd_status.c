#include "cli/exit_status.h"
#include "cli/quantity.h"
#include "cli/record.h"
#include "cli/session.h"
#include <ddbgit/status.h>
#include <ddbgit/text.h>
#include <inttypes.h>
#include <string.h>

struct status_values {
	const char *environment;
	bool live;
	bool offline;
	bool exit_code;
};

/* ---- for people ---------------------------------------------------- */

static void begin_field(struct dg_output *output, const char *name)
{
	fprintf(output->out, "  %-12s ", name);
}

/* What needs looking at stands out. */
static void print_marked(struct dg_output *output, const char *text)
{
	dg_output_style(output, DG_STYLE_OLD);
	dg_output_text(output, text);
	dg_output_style(output, DG_STYLE_PLAIN);
	putc('\n', output->out);
}

static void print_title(struct dg_output *output,
			const struct dg_status_entry *entry)
{
	dg_output_style(output, DG_STYLE_TITLE);
	dg_output_text(output, entry->path);
	dg_output_style(output, DG_STYLE_PLAIN);
	putc('\n', output->out);
	begin_field(output, "table");
	dg_output_text(output, entry->table ? entry->table : "unknown");
	fputs(" (", output->out);
	dg_output_text(output, entry->environment);
	if (entry->region) {
		fputs(", ", output->out);
		dg_output_text(output, entry->region);
	}
	fputs(")\n", output->out);
}

/* ", 1,234 items" */
static void print_items(struct dg_output *output,
			const struct dg_status_entry *entry)
{
	char age[DG_COUNT_SIZE];
	char text[DG_QUANTITY_SIZE];

	if (entry->age >= 0)
		fprintf(output->out, ", %s",
			dg_format_age((uint64_t)entry->age, age));
	if (entry->has_items)
		fprintf(output->out, ", %s",
			dg_quantity_items(entry->items, text));
	putc('\n', output->out);
}

static void print_backup(struct dg_output *output,
			 const struct dg_status_entry *entry)
{
	begin_field(output, "last backup");
	if (!entry->has_backup) {
		print_marked(output, "none");
		return;
	}
	dg_output_style(output, DG_STYLE_COMMIT);
	dg_output_text(output, entry->name);
	dg_output_style(output, DG_STYLE_PLAIN);
	print_items(output, entry);
}

/* A check that made the backup tells nothing more. */
static void print_check(struct dg_output *output,
			const struct dg_status_entry *entry)
{
	char age[DG_COUNT_SIZE];

	if (!entry->checked ||
	    (entry->date && strcmp(entry->checked, entry->date) <= 0))
		return;
	begin_field(output, "last check");
	fprintf(output->out, "%s, nothing new\n",
		dg_format_age((uint64_t)entry->checked_age, age));
}

static void print_count(struct dg_output *output,
			const struct dg_status_entry *entry)
{
	const uint64_t was = entry->items, is = entry->live_items;
	const char *than = is < was ? "fewer" : "more";
	char text[DG_QUANTITY_SIZE];
	char line[2 * DG_QUANTITY_SIZE];

	fprintf(output->out, "about %s", dg_quantity_items(is, text));
	if (!entry->has_items || is == was) {
		putc('\n', output->out);
		return;
	}
	fputs(", ", output->out);
	snprintf(line, sizeof(line), "%s %s",
		 dg_format_count(is < was ? was - is : is - was, text), than);
	print_marked(output, line);
}

static void print_comparison(struct dg_output *output,
			     const struct dg_status_entry *entry)
{
	const struct dg_live_difference *d = &entry->difference;
	const struct dg_changes changes = {
		.kind = DG_CHANGES_COUNTED,
		.added = d->added,
		.changed = d->changed,
		.removed = d->removed,
		.schema_changed = d->settings > 0,
	};
	char text[DG_QUANTITY_SIZE];

	if (d->added + d->changed + d->removed + d->settings == 0)
		fputs("equal\n", output->out);
	else
		print_marked(output, dg_quantity_changes(&changes, text));
}

static void print_live(struct dg_output *output,
		       const struct dg_status_entry *entry)
{
	if (entry->live == DG_LIVE_NOT_ASKED)
		return;
	begin_field(output, "live");
	switch (entry->live) {
	case DG_LIVE_COUNTED:
		print_count(output, entry);
		break;
	case DG_LIVE_COMPARED:
		print_comparison(output, entry);
		break;
	case DG_LIVE_MISSING:
		print_marked(output, "no such table");
		break;
	case DG_LIVE_UNKNOWN:
	case DG_LIVE_NOT_ASKED:
		fputs("unknown: ", output->out);
		dg_output_text(output, entry->live_error);
		putc('\n', output->out);
		break;
	}
}

static void print_files(struct dg_output *output,
			const struct dg_status_entry *entry)
{
	static const char *const texts[] = {
		[DG_FILES_COMMITTED] = NULL,
		[DG_FILES_CHANGED] = "changed since, not committed",
		[DG_FILES_UNMERGED] = "in conflict: a merge is not finished",
		[DG_FILES_NEVER_COMMITTED] = "never committed",
		[DG_FILES_MISSING] = "missing in the work tree",
		[DG_FILES_NO_WORKTREE] = NULL,
	};

	if (!texts[entry->files])
		return;
	begin_field(output, "files");
	dg_output_style(output, DG_STYLE_OLD);
	fputs(texts[entry->files], output->out);
	dg_output_style(output, DG_STYLE_PLAIN);
	if (entry->files == DG_FILES_NEVER_COMMITTED)
		print_items(output, entry);
	else
		putc('\n', output->out);
}

/* ---- for machines -------------------------------------------------- */

static void write_live(struct dg_json_writer *w,
		       const struct dg_status_entry *entry)
{
	static const char *const states[] = {
		[DG_LIVE_NOT_ASKED] = "not-asked",
		[DG_LIVE_COUNTED] = "counted",
		[DG_LIVE_COMPARED] = "compared",
		[DG_LIVE_MISSING] = "missing",
		[DG_LIVE_UNKNOWN] = "unknown",
	};
	const struct dg_live_difference *d = &entry->difference;

	dg_json_name(w, "live");
	dg_json_begin_object(w);
	dg_json_member_string(w, "state", states[entry->live]);
	dg_json_member_string(w, "table", entry->live_table);
	if (entry->live == DG_LIVE_COUNTED)
		dg_json_member_uint(w, "items", entry->live_items);
	if (entry->live == DG_LIVE_COMPARED) {
		dg_json_member_uint(w, "added", d->added);
		dg_json_member_uint(w, "changed", d->changed);
		dg_json_member_uint(w, "removed", d->removed);
		dg_json_member_uint(w, "settings", d->settings);
	}
	if (entry->live == DG_LIVE_UNKNOWN)
		dg_json_member_string(w, "error", entry->live_error);
	dg_json_end_object(w);
}

static void write_backup(struct dg_json_writer *w,
			 const struct dg_status_entry *entry)
{
	dg_json_name(w, "backup");
	if (!entry->has_backup) {
		dg_json_null(w);
		return;
	}
	dg_json_begin_object(w);
	dg_json_member_string(w, "commit", entry->commit_id);
	dg_json_member_string(w, "name", entry->name);
	dg_json_end_object(w);
}

static void write_record(struct dg_output *output,
			 const struct dg_status_entry *entry)
{
	static const char *const files[] = {
		[DG_FILES_COMMITTED] = "committed",
		[DG_FILES_CHANGED] = "changed",
		[DG_FILES_UNMERGED] = "unmerged",
		[DG_FILES_NEVER_COMMITTED] = "never-committed",
		[DG_FILES_MISSING] = "missing",
		[DG_FILES_NO_WORKTREE] = "no-worktree",
	};
	struct dg_json_writer w;

	dg_record_begin(&w, output, "status");
	dg_json_member_string(&w, "path", entry->path);
	dg_json_member_string(&w, "environment", entry->environment);
	dg_json_member_string(&w, "table", entry->table);
	dg_json_member_string(&w, "region", entry->region);
	write_backup(&w, entry);
	dg_json_member_string(&w, "date", entry->date);
	if (entry->age >= 0)
		dg_json_member_uint(&w, "ageSeconds", (uint64_t)entry->age);
	if (entry->has_items)
		dg_json_member_uint(&w, "items", entry->items);
	dg_json_member_string(&w, "checked", entry->checked);
	if (entry->checked_age >= 0)
		dg_json_member_uint(&w, "checkedAgeSeconds",
				    (uint64_t)entry->checked_age);
	dg_json_member_string(&w, "files", files[entry->files]);
	write_live(&w, entry);
	dg_json_member_bool(&w, "differs", entry->differs);
	dg_record_end(&w, output);
}

/* ---- the command --------------------------------------------------- */

struct view {
	struct dg_session *session;
	uint64_t shown;
};

static int show(void *context, const struct dg_status_entry *entry,
		struct dg_error *err)
{
	struct view *view = context;
	struct dg_output *output = &view->session->output;

	(void)err;
	if (output->json) {
		write_record(output, entry);
		return 0;
	}
	if (view->shown++ > 0)
		putc('\n', output->out);
	print_title(output, entry);
	print_backup(output, entry);
	print_check(output, entry);
	print_live(output, entry);
	print_files(output, entry);
	return 0;
}

static int conclude(struct dg_session *session,
		    const struct status_values *given,
		    const struct dg_status_result *result, struct dg_error *err)
{
	struct dg_json_writer w;
	int rc = 0;

	if (given->exit_code && result->differing > 0) {
		rc = dg_error_set(err, DG_EDIFFERENT, "something differs");
		session->error_shown = true;
	}
	if (session->output.json) {
		dg_session_summary_begin(session, &w, rc);
		dg_json_member_uint(&w, "snapshots", result->snapshots);
		dg_json_member_uint(&w, "differing", result->differing);
		dg_session_summary_end(session, &w);
	} else if (result->snapshots == 0) {
		dg_session_say(session, DG_LOG_INFO, "No backups found");
	}
	return rc;
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct status_values *given = values;
	struct view view = {.session = session};
	const struct dg_status_options options = {
		.environment = given->environment,
		.live = given->offline ? DG_STATUS_OFFLINE
			: given->live  ? DG_STATUS_COMPARE
				       : DG_STATUS_COUNT,
		.visit = show,
		.context = &view,
	};
	struct dg_status_result result;
	int rc;

	if (given->live && given->offline)
		return dg_error_set(err, DG_EUSAGE,
				    "--live and --offline exclude each other");
	dg_session_color(session, "color.status");
	rc = dg_status(&session->run, &options, &result, err);
	return rc == 0 ? conclude(session, given, &result, err) : rc;
}

#define STATUS(member) offsetof(struct status_values, member)

static const struct dg_option option_table[] = {
	DG_VALUE("env", 'e', STRING, "ENV", STATUS(environment),
		 "only the snapshots of this environment (default: all)"),
	DG_FLAG("live", 0, STATUS(live),
		"read the live tables and compare them item by item"),
	DG_FLAG("offline", 0, STATUS(offline), "make no request"),
	DG_FLAG("exit-code", 0, STATUS(exit_code),
		"exit with 4 where something differs"),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"What to look at", option_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_status = {
	.name = "status",
	.summary = "say how the tables stand to their last backups",
	.about = "Says of each snapshot in the current branch and in "
		 "backups/dynamodb when the last backup was made and the table "
		 "last checked, how many items the live table has, and what is "
		 "not committed. A table that does not answer within three "
		 "seconds is left unknown.",
	.groups = groups,
	.values_size = sizeof(struct status_values),
	.examples =
		{
			{"ddbgit status --env=prod --live --exit-code",
			 "whether production differs from its last backup"},
			{"ddbgit status --offline --exit-code >/dev/null || "
			 "echo '!'",
			 "a mark for a shell prompt, without a request"},
		},
	.statuses = DG_STATUS(DG_EXIT_DIFFERENT) | DG_STATUS(DG_EXIT_REFUSED),
	.lists = true,
	.run = run,
};
