#include "cli/restore_report.h"

#include "cli/quantity.h"
#include "cli/record.h"
#include "cli/verification.h"
#include <ddbgit/text.h>

static void say_planned(struct dg_session *session,
			const struct dg_restore_result *result,
			bool only_schema)
{
	char count[DG_QUANTITY_SIZE];
	char deletes[DG_COUNT_SIZE];

	if (result->created)
		dg_session_say(session, DG_LOG_INFO,
			       "Table '%s' would be created: %s", result->table,
			       result->creation ? result->creation : "-");
	dg_quantity_items(result->to_write, count);
	if (only_schema)
		dg_session_say(session, DG_LOG_INFO,
			       result->created ? "Nothing was written to '%s'"
					       : "Table '%s' exists: its "
						 "settings would stay as they "
						 "are",
			       result->table);
	else if (result->to_delete > 0)
		dg_session_say(session, DG_LOG_INFO,
			       "%s would be put into '%s' and %s deleted from "
			       "it; nothing was written",
			       count, result->table,
			       dg_format_count(result->to_delete, deletes));
	else
		dg_session_say(session, DG_LOG_INFO,
			       "%s would be put into '%s'; nothing was written",
			       count, result->table);
}

static void say_verified(struct dg_session *session,
			 const struct dg_verification *v)
{
	const char *how = v->full ? "item by item" : "by counting";
	char count[DG_QUANTITY_SIZE];
	char expired[DG_COUNT_SIZE] = "", extra[DG_COUNT_SIZE] = "";

	dg_quantity_items(v->expected - v->expired, count);
	if (v->expired)
		dg_format_count(v->expired, expired);
	if (v->extra)
		dg_format_count(v->extra, extra);
	dg_session_say(session, DG_LOG_SUCCESS,
		       "Verified %s: %s as expected%s%s%s%s%s%s", how, count,
		       v->expired ? ", " : "", expired,
		       v->expired ? " expired meanwhile" : "",
		       v->extra ? "; " : "", extra,
		       v->extra ? " more in the table" : "");
}

/* "Restored 8 items of prod-20250127:… to 'media', 2 deleted" */
static void say_restored(struct dg_session *session,
			 const struct dg_restore_result *result)
{
	char count[DG_QUANTITY_SIZE];
	char deleted[DG_COUNT_SIZE];

	dg_quantity_items(result->written, count);
	if (result->plan.done && result->to_write == 0 &&
	    result->to_delete == 0 && !result->created)
		dg_session_say(session, DG_LOG_SUCCESS,
			       "'%s' is as %s already: nothing was written",
			       result->table, result->source);
	else if (result->deleted > 0)
		dg_session_say(session, DG_LOG_SUCCESS,
			       "Restored %s of %s to '%s', and deleted %s",
			       count, result->source, result->table,
			       dg_format_count(result->deleted, deleted));
	else
		dg_session_say(session, DG_LOG_SUCCESS,
			       "Restored %s of %s to '%s'", count,
			       result->source, result->table);
}

static void say_schema(struct dg_session *session,
		       const struct dg_restore_result *result)
{
	if (result->created)
		dg_session_say(session, DG_LOG_SUCCESS,
			       "Created table '%s' as %s describes it",
			       result->table, result->source);
	else
		dg_session_say(session, DG_LOG_INFO,
			       "Table '%s' exists: its settings stay as they "
			       "are",
			       result->table);
}

static void say_done(struct dg_session *session,
		     const struct dg_restore_result *result, bool only_schema)
{
	const struct dg_verification *v = &result->verification;
	char count[DG_QUANTITY_SIZE];

	if (result->spilled_bytes)
		dg_session_say(session, DG_LOG_INFO,
			       "Used %s of temporary space",
			       dg_format_bytes(result->spilled_bytes, count));
	if (only_schema)
		say_schema(session, result);
	else
		say_restored(session, result);
	if (result->indexes_added)
		dg_session_say(
			session, DG_LOG_SUCCESS, "Added %s index%s to '%s'",
			dg_format_count(result->indexes_added, count),
			result->indexes_added == 1 ? "" : "es", result->table);
	if (v->done)
		say_verified(session, v);
	if (result->undo)
		dg_session_say(session, DG_LOG_INFO,
			       "This undoes the restore: %s", result->undo);
}

static void say_left_out(struct dg_session *session,
			 const struct dg_restore_result *result, bool dry_run)
{
	char *const *name = result->left_out;

	for (; name && *name; name++)
		dg_session_say(session, DG_LOG_WARNING, "%s: %s",
			       dry_run ? "Would not be restored"
				       : "Not restored",
			       *name);
	if (result->failures_file)
		dg_session_say(session, DG_LOG_WARNING,
			       "The items that were refused are listed in %s",
			       result->failures_file);
}

static void print_plan(struct dg_output *output,
		       const struct dg_restore_plan *plan)
{
	if (!plan->done)
		return;
	dg_output_field_count(output, "added", plan->added);
	dg_output_field_count(output, "changed", plan->changed);
	dg_output_field_count(output, "unchanged", plan->equal);
}

static void print_result(struct dg_output *output,
			 const struct dg_restore_result *result, bool dry_run)
{
	dg_output_field(output, "table", result->table);
	dg_output_field_count(output, "items", result->items);
	print_plan(output, &result->plan);
	if (dry_run && result->plan.done)
		dg_output_field_count(output, "to write", result->to_write);
	if (dry_run && result->to_delete)
		dg_output_field_count(output, "to delete", result->to_delete);
	dg_output_field_count(output, "written", result->written);
	if (result->deleted)
		dg_output_field_count(output, "deleted", result->deleted);
	dg_output_field_count(output, "refused", result->refused);
	dg_verification_print(output, &result->verification);
}

static void write_keys(struct dg_json_writer *w, const char *name,
		       const struct dg_restore_keys *keys)
{
	dg_json_name(w, name);
	dg_json_begin_array(w);
	for (size_t i = 0; i < keys->count; i++)
		dg_json_raw(w, dg_slice_str(keys->key[i]));
	dg_json_end_array(w);
}

static void write_plan(struct dg_json_writer *w,
		       const struct dg_restore_plan *plan)
{
	dg_json_name(w, "plan");
	if (!plan->done) {
		dg_json_null(w);
		return;
	}
	dg_json_begin_object(w);
	dg_json_member_uint(w, "added", plan->added);
	dg_json_member_uint(w, "changed", plan->changed);
	dg_json_member_uint(w, "equal", plan->equal);
	dg_json_member_uint(w, "extra", plan->extra);
	dg_json_member_uint(w, "expired", plan->expired);
	write_keys(w, "firstAdded", &plan->first_added);
	write_keys(w, "firstChanged", &plan->first_changed);
	write_keys(w, "firstExtra", &plan->first_extra);
	dg_json_end_object(w);
}

static void write_summary(struct dg_session *session,
			  const struct dg_restore_result *result, bool dry_run,
			  int rc)
{
	struct dg_json_writer w;

	dg_session_summary_begin(session, &w, rc);
	dg_json_member_string(&w, "source", result->source);
	dg_json_member_string(&w, "sourceEnvironment",
			      result->source_environment);
	dg_json_member_string(&w, "environment", result->environment);
	dg_json_member_string(&w, "table", result->table);
	dg_json_member_bool(&w, "dryRun", dry_run);
	dg_json_member_bool(&w, "created", result->created);
	dg_json_member_string(&w, "creation", result->creation);
	dg_record_strings(&w, "leftOut", (const char *const *)result->left_out);
	dg_json_member_uint(&w, "items", result->items);
	dg_json_member_uint(&w, "absent", result->absent);
	dg_json_member_uint(&w, "indexesToAdd", result->indexes_to_add);
	dg_json_member_uint(&w, "indexesAdded", result->indexes_added);
	write_plan(&w, &result->plan);
	dg_json_member_uint(&w, "toWrite", result->to_write);
	dg_json_member_uint(&w, "toDelete", result->to_delete);
	dg_json_member_uint(&w, "written", result->written);
	dg_json_member_uint(&w, "deleted", result->deleted);
	dg_json_member_uint(&w, "refused", result->refused);
	dg_json_member_string(&w, "failuresFile", result->failures_file);
	dg_json_member_uint(&w, "requests", result->requests);
	dg_json_member_uint(&w, "retries", result->retries);
	dg_json_member_uint(&w, "spilledBytes", result->spilled_bytes);
	dg_json_member_string(&w, "backup",
			      result->backup_id[0] ? result->backup_id : NULL);
	dg_json_member_string(&w, "undo", result->undo);
	dg_verification_record(&w, &result->verification);
	dg_session_summary_end(session, &w);
}

void dg_restore_report(struct dg_session *session,
		       const struct dg_restore_result *result,
		       const struct dg_restore_options *options, int rc,
		       const struct dg_error *err)
{
	const bool dry_run = options->dry_run;

	dg_progress_line_clear(&session->progress_line);
	say_left_out(session, result, dry_run);
	if (dry_run)
		say_planned(session, result,
			    options->only == DG_RESTORE_SCHEMA);
	else if (rc == 0)
		say_done(session, result, options->only == DG_RESTORE_SCHEMA);
	else
		dg_session_error(session, rc, err);
	if (session->output.json)
		write_summary(session, result, dry_run, rc);
	else if (!dg_output_fields_repeat(&session->output))
		print_result(&session->output, result, dry_run);
}
