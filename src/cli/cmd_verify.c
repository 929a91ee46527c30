#include "cli/difference.h"
#include "cli/exit_status.h"
#include "cli/quantity.h"
#include "cli/record.h"
#include "cli/session.h"
#include "cli/verification.h"
#include <ddbgit/text.h>
#include <ddbgit/verify.h>
#include <inttypes.h>
#include <string.h>

#define KEYS_SHOWN 10 /* of each kind; --json has all */

enum against { AGAINST_NOTHING, AGAINST_LIVE };

struct verify_values {
	struct dg_verify_backups_options options;
	int against; /* enum against */
	bool drill;
};

struct view {
	struct dg_session *session;
	bool all;
	bool titled; /* the backup's name stands there */
	uint64_t shown[DG_VERIFY_EXTRA + 1];
};

/* ---- for people ---------------------------------------------------- */

static void print_title(struct view *view,
			const struct dg_verify_backup *backup)
{
	struct dg_output *output = &view->session->output;

	if (view->titled)
		return;
	view->titled = true;
	dg_output_style(output, DG_STYLE_TITLE);
	dg_output_text(output, backup->name);
	dg_output_style(output, DG_STYLE_PLAIN);
	/* A revision's name may be that of a later commit. */
	if (backup->commit_id)
		fprintf(output->out, " (commit %.7s)", backup->commit_id);
	putc('\n', output->out);
}

static void print_finding(struct view *view,
			  const struct dg_verify_finding *finding)
{
	struct dg_output *output = &view->session->output;

	print_title(view, finding->backup);
	if (finding->problem)
		dg_output_style(output, DG_STYLE_OLD);
	fputs(finding->problem ? "  problem  " : "  note     ", output->out);
	dg_output_style(output, DG_STYLE_PLAIN);
	dg_output_text(output,
		       finding->file ? finding->file : "the commit's message");
	fputs(": ", output->out);
	dg_output_text(output, finding->what);
	putc('\n', output->out);
}

static void print_backup(struct view *view,
			 const struct dg_verify_backup *backup)
{
	struct dg_output *output = &view->session->output;
	char text[DG_QUANTITY_SIZE];

	if (backup->problems > 0) {
		print_title(view, backup);
		fprintf(output->out, "  damaged  %s\n",
			dg_format_quantity(backup->problems, "problem", text));
	} else if (!view->all || output->verbose) {
		print_title(view, backup);
		fprintf(output->out, "  ok       %s\n",
			backup->has_items
				? dg_quantity_items(backup->items, text)
				: "");
	}
}

static void print_key(struct dg_output *output,
		      enum dg_verify_difference difference, struct dg_slice key)
{
	static const enum dg_difference signs[] = {
		[DG_VERIFY_MISSING] = DG_REMOVED,
		[DG_VERIFY_EXPIRED] = DG_REMOVED,
		[DG_VERIFY_DIFFERENT] = DG_CHANGED,
		[DG_VERIFY_EXTRA] = DG_ADDED,
	};

	dg_difference_sign(output, signs[difference]);
	dg_output_slice(output, key);
	if (difference == DG_VERIFY_EXPIRED)
		fputs(" (expired)", output->out);
	putc('\n', output->out);
}

/* ---- for machines -------------------------------------------------- */

static void write_place(struct dg_json_writer *w,
			const struct dg_verify_backup *backup)
{
	dg_json_member_string(w, "name", backup->name);
	dg_json_member_string(w, "commit", backup->commit_id);
	dg_json_member_string(w, "path", backup->path);
}

static void write_finding(struct dg_output *output,
			  const struct dg_verify_finding *finding)
{
	struct dg_json_writer w;

	dg_record_begin(&w, output, "finding");
	write_place(&w, finding->backup);
	dg_json_member_bool(&w, "problem", finding->problem);
	dg_json_member_string(&w, "file", finding->file);
	dg_json_member_string(&w, "message", finding->what);
	dg_record_end(&w, output);
}

static void write_backup(struct dg_output *output,
			 const struct dg_verify_backup *backup)
{
	struct dg_json_writer w;

	dg_record_begin(&w, output, "verified");
	write_place(&w, backup);
	dg_json_member_string(&w, "environment", backup->environment);
	dg_json_member_string(&w, "table", backup->table);
	dg_json_member_string(&w, "date", backup->date);
	if (backup->has_items)
		dg_json_member_uint(&w, "items", backup->items);
	dg_json_member_uint(&w, "problems", backup->problems);
	dg_json_member_bool(&w, "repeated", backup->repeated);
	dg_record_end(&w, output);
}

static void write_key(struct dg_output *output,
		      enum dg_verify_difference difference, struct dg_slice key)
{
	static const char *const names[] = {
		[DG_VERIFY_MISSING] = "missing",
		[DG_VERIFY_EXPIRED] = "expired",
		[DG_VERIFY_DIFFERENT] = "different",
		[DG_VERIFY_EXTRA] = "extra",
	};
	struct dg_json_writer w;

	dg_record_begin(&w, output, "mismatch");
	dg_json_member_string(&w, "difference", names[difference]);
	dg_difference_json(&w, "key", key);
	dg_record_end(&w, output);
}

/* ---- the command --------------------------------------------------- */

static int show_finding(void *context, const struct dg_verify_finding *finding,
			struct dg_error *err)
{
	struct view *view = context;

	(void)err;
	dg_progress_line_clear(&view->session->progress_line);
	if (view->session->output.json)
		write_finding(&view->session->output, finding);
	/* Backups without digests are many in an old history. */
	else if (finding->problem || !view->all ||
		 view->session->output.verbose)
		print_finding(view, finding);
	return 0;
}

static int show_backup(void *context, const struct dg_verify_backup *backup,
		       struct dg_error *err)
{
	struct view *view = context;

	(void)err;
	dg_progress_line_clear(&view->session->progress_line);
	if (view->session->output.json)
		write_backup(&view->session->output, backup);
	else
		print_backup(view, backup);
	view->titled = false;
	return 0;
}

static int show_key(void *context, enum dg_verify_difference difference,
		    struct dg_slice key, struct dg_error *err)
{
	struct view *view = context;
	const uint64_t shown = view->shown[difference]++;

	(void)err;
	if (view->session->output.json)
		write_key(&view->session->output, difference, key);
	else if (shown < KEYS_SHOWN)
		print_key(&view->session->output, difference, key);
	return 0;
}

static void say_done(struct dg_session *session,
		     const struct dg_verify_backups_result *result)
{
	const struct dg_verification *v = &result->comparison;
	char a[DG_QUANTITY_SIZE], b[DG_COUNT_SIZE];

	if (v->done)
		dg_session_say(session, DG_LOG_SUCCESS,
			       "Verified item by item in table '%s': %s as "
			       "expected",
			       result->table, dg_quantity_items(v->equal, a));
	else if (result->backups == 0)
		dg_session_say(session, DG_LOG_INFO, "No backups found");
	else if (result->distinct == result->backups)
		dg_session_say(
			session, DG_LOG_SUCCESS,
			"Verified %s: nothing is wrong",
			dg_format_quantity(result->backups, "backup", a));
	else
		dg_session_say(session, DG_LOG_SUCCESS,
			       "Verified %s, %s of them with data of their "
			       "own: nothing is wrong",
			       dg_format_quantity(result->backups, "backup", a),
			       dg_format_count(result->distinct, b));
}

static void say_rest(struct dg_session *session, const struct view *view,
		     const struct dg_verify_backups_result *result)
{
	char text[DG_QUANTITY_SIZE];

	if (result->by_chunks > 0)
		dg_session_say(
			session, DG_LOG_INFO,
			"%s with chunks that others share: these were "
			"read once, and the digest of all items was "
			"not computed for each (verify REV does)",
			dg_format_quantity(result->by_chunks, "backup", text));
	if (view->all && result->notes > 0)
		dg_session_say(session, DG_LOG_INFO,
			       "%s of what could not be checked: -v tells",
			       dg_format_quantity(result->notes, "note", text));
}

static void write_summary(struct dg_session *session,
			  const struct dg_verify_backups_result *result, int rc)
{
	struct dg_json_writer w;

	dg_session_summary_begin(session, &w, rc);
	dg_json_member_uint(&w, "backups", result->backups);
	dg_json_member_uint(&w, "distinct", result->distinct);
	dg_json_member_uint(&w, "damaged", result->damaged);
	dg_json_member_uint(&w, "problems", result->problems);
	dg_json_member_uint(&w, "notes", result->notes);
	dg_json_member_uint(&w, "byChunks", result->by_chunks);
	dg_json_member_string(&w, "table", result->table);
	dg_verification_record(&w, &result->comparison);
	dg_session_summary_end(session, &w);
}

static void report(struct dg_session *session, const struct view *view,
		   const struct dg_verify_backups_result *result, int rc,
		   const struct dg_error *err)
{
	dg_progress_line_clear(&session->progress_line);
	say_rest(session, view, result);
	if (rc == 0)
		say_done(session, result);
	else
		dg_session_error(session, rc, err);
	if (session->output.json)
		write_summary(session, result, rc);
	else if (result->comparison.done &&
		 !dg_output_fields_repeat(&session->output))
		dg_verification_print(&session->output, &result->comparison);
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct verify_values *given = values;
	struct dg_verify_backups_options options = given->options;
	struct dg_verify_backups_result result;
	struct view view = {.session = session, .all = options.all};
	int rc;

	if (given->drill && given->against == AGAINST_LIVE)
		return dg_error_set(err, DG_EUSAGE,
				    "--against and --drill exclude each other");
	options.source = session->operands[0];
	options.level = given->drill                     ? DG_VERIFY_DRILL
			: given->against == AGAINST_LIVE ? DG_VERIFY_LIVE
							 : DG_VERIFY_FILES;
	options.finding = show_finding;
	options.backup = show_backup;
	options.item = show_key;
	options.context = &view;
	dg_session_color(session, "color.status");
	rc = dg_verify_backups(&session->run, &options, &result, err);
	if (rc == 0 || rc == DG_EINCOMPLETE)
		report(session, &view, &result, rc, err);
	dg_verify_backups_result_free(&result);
	return rc;
}

#define VERIFY(member) offsetof(struct verify_values, member)

static const char *const againsts[] = {
	[AGAINST_NOTHING] = "nothing",
	[AGAINST_LIVE] = "live",
	NULL,
};

static const struct dg_option which_table[] = {
	DG_FLAG("all", 0, VERIFY(options.all),
		"every backup that a branch or a tag reaches"),
	DG_VALUE("source", 's', STRING, "DIR", VERIFY(options.directory),
		 "the snapshot in this folder"),
	DG_VALUE("from", 0, STRING, "ENV", VERIFY(options.from),
		 "the snapshot of this environment in REV"),
	DG_VALUE("path", 0, STRING, "DIR", VERIFY(options.path),
		 "the snapshot in this folder of REV"),
	DG_OPTIONS_END,
};

static const struct dg_option how_table[] = {
	DG_VALUE("against", 0, CHOICE, "nothing|live", VERIFY(against),
		 "live: compare it with the table, item by item",
		 .choices = againsts),
	DG_FLAG("drill", 0, VERIFY(drill),
		"restore it into a scratch table, compare, delete the table"),
	DG_FLAG("yes", 0, VERIFY(options.yes),
		"a drill in a protected environment"),
	DG_VALUE("max-rcu", 0, CAPACITY, "N|P%", VERIFY(options.max_rcu),
		 "read units a second, or a share of what is provisioned"),
	DG_VALUE("max-wcu", 0, CAPACITY, "N|P%", VERIFY(options.max_wcu),
		 "the same for the writes of a drill"),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"Which backups", which_table, 0},
	{"How", how_table, 0},
	{"Whose backups, and with which service", dg_target_option_table,
	 VERIFY(options.target)},
	{.options = NULL},
};

const struct dg_command dg_command_verify = {
	.name = "verify",
	.summary = "check that backups are whole, and can be restored",
	.about = "Reads the backups in REV (default: HEAD) and lists all that "
		 "is wrong: files missing, malformed, cut or edited, counts "
		 "and digests that differ, a commit's message that says "
		 "something else. --against=live compares the backup with the "
		 "table, --drill restores it into a scratch table; both then "
		 "take the environment's last backup by default.",
	.operands = "[REV]",
	.operands_max = 1,
	.groups = groups,
	.values_size = sizeof(struct verify_values),
	.examples =
		{
			{"ddbgit verify --all",
			 "everything that branches and tags hold"},
			{"ddbgit verify prod-20250127 --drill",
			 "whether a backup of production can be restored"},
		},
	.statuses = DG_STATUS(DG_EXIT_INCOMPLETE) | DG_STATUS(DG_EXIT_REFUSED),
	.lists = true,
	.run = run,
};
