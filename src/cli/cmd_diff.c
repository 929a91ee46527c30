#include "cli/difference.h"
#include "cli/exit_status.h"
#include "cli/quantity.h"
#include "cli/record.h"
#include "cli/session.h"
#include <ddbgit/text.h>
#include <stdlib.h>
#include <string.h>

struct diff_values {
	struct dg_target_options target;
	const char *from;
	const char *path;
	const char *key;
	const char *max_rcu;
	bool stat;
	bool keys;
	bool full;
	bool exit_code;
};

/* The comparison as it is printed. */
struct diff {
	struct dg_session *session;
	struct dg_output *output;
	const struct diff_values *given;
	char *title; /* printed with the first difference; NULL: was */
	bool in_settings;
	bool in_items;
	bool attributes_open; /* of the record */
	struct dg_json_writer record;
};

/* Nobody reads any more: the comparison ends, and that is no failure. */
static int go_on(const struct diff *diff, struct dg_error *err)
{
	if (dg_output_failed(diff->output))
		return dg_error_set(err, DG_EIO, "nobody reads any more");
	return 0;
}

/* ---- for people ---------------------------------------------------- */

/* The two lines that say what is compared: shown once there is something to
 * show, and before a pager only then. */
static int keep_title(struct diff *diff, const struct dg_dataset_info *before,
		      const struct dg_dataset_info *after, struct dg_error *err)
{
	size_t size;
	FILE *out = open_memstream(&diff->title, &size);

	if (!out)
		return dg_error_nomem(err);
	dg_difference_side(out, "---", before);
	dg_difference_side(out, "+++", after);
	return fclose(out) == 0 ? 0 : dg_error_nomem(err);
}

static void print_title(struct diff *diff)
{
	const char *line = diff->title;

	if (!line)
		return;
	dg_session_page(diff->session);
	for (; *line && !diff->given->keys; line += strcspn(line, "\n") + 1) {
		dg_output_style(diff->output, DG_STYLE_TITLE);
		dg_output_slice(diff->output,
				dg_slice_of(line, strcspn(line, "\n")));
		dg_output_style(diff->output, DG_STYLE_PLAIN);
		putc('\n', diff->output->out);
	}
	free(diff->title);
	diff->title = NULL;
}

static void print_heading(struct diff *diff, bool *printed, const char *text)
{
	print_title(diff);
	if (!*printed && !diff->given->keys && !diff->given->stat)
		fprintf(diff->output->out, "\n%s\n", text);
	*printed = true;
}

static void print_whole(struct diff *diff,
			const struct dg_item_difference *item)
{
	fputs("    ", diff->output->out);
	dg_output_text(diff->output, item->text);
	putc('\n', diff->output->out);
}

static void print_item(struct diff *diff, const struct dg_item_difference *item)
{
	print_heading(diff, &diff->in_items, "Items");
	if (diff->given->stat)
		return;
	dg_difference_sign(diff->output, item->kind);
	dg_output_slice(diff->output, item->key);
	putc('\n', diff->output->out);
	if (item->kind != DG_CHANGED && !diff->given->keys)
		print_whole(diff, item);
}

static void print_counts(struct diff *diff, const struct dg_diff_result *result)
{
	FILE *out = diff->output->out;
	char text[DG_COUNT_SIZE];

	if (diff->given->keys)
		return;
	putc('\n', out);
	if (result->settings > 0)
		fprintf(out, "%s setting%s changed; ",
			dg_format_count(result->settings, text),
			result->settings == 1 ? "" : "s");
	fprintf(out, "items: %s added, ", dg_format_count(result->added, text));
	fprintf(out, "%s changed, ", dg_format_count(result->changed, text));
	fprintf(out, "%s removed\n", dg_format_count(result->removed, text));
}

/* ---- for machines -------------------------------------------------- */

static void write_sides(struct diff *diff, const struct dg_dataset_info *before,
			const struct dg_dataset_info *after)
{
	struct dg_json_writer w;

	dg_record_begin(&w, diff->output, "diff");
	dg_difference_side_record(&w, "before", before);
	dg_difference_side_record(&w, "after", after);
	dg_record_end(&w, diff->output);
}

static void write_setting(struct diff *diff,
			  const struct dg_setting_change *change)
{
	struct dg_json_writer w;

	dg_record_begin(&w, diff->output, "setting");
	dg_difference_json(&w, "path", change->path_json);
	dg_difference_json(&w, "before", change->before);
	dg_difference_json(&w, "after", change->after);
	dg_record_end(&w, diff->output);
}

/* What stays open until item_end for the attributes. */
static void begin_item(struct diff *diff, const struct dg_item_difference *item)
{
	struct dg_json_writer *w = &diff->record;
	const bool whole = !diff->given->keys &&
			   (item->kind != DG_CHANGED || diff->given->full);

	dg_record_begin(w, diff->output, "item");
	dg_json_member_string(w, "change", dg_difference_name(item->kind));
	dg_difference_json(w, "key", item->key);
	if (whole) {
		dg_difference_json(w, "before", item->before);
		dg_difference_json(w, "after", item->after);
	}
	diff->attributes_open = item->kind == DG_CHANGED && !diff->given->keys;
	if (diff->attributes_open) {
		dg_json_name(w, "attributes");
		dg_json_begin_array(w);
	}
}

/* ---- the visitor --------------------------------------------------- */

static int on_begin(void *context, const struct dg_dataset_info *before,
		    const struct dg_dataset_info *after, struct dg_error *err)
{
	struct diff *diff = context;

	if (!diff->output->json)
		return keep_title(diff, before, after, err);
	write_sides(diff, before, after);
	return 0;
}

static int on_setting(void *context, const struct dg_setting_change *change,
		      struct dg_error *err)
{
	struct diff *diff = context;

	if (diff->output->json && !diff->given->stat) {
		write_setting(diff, change);
	} else if (!diff->output->json && !diff->given->keys) {
		print_heading(diff, &diff->in_settings, "Settings");
		if (!diff->given->stat)
			dg_difference_setting(diff->output, change);
	}
	return go_on(diff, err);
}

static int on_item(void *context, const struct dg_item_difference *item,
		   struct dg_error *err)
{
	struct diff *diff = context;

	if (!diff->output->json)
		print_item(diff, item);
	else if (!diff->given->stat)
		begin_item(diff, item);
	return go_on(diff, err);
}

static int on_attribute(void *context, const struct dg_attribute_change *change,
			struct dg_error *err)
{
	struct diff *diff = context;

	(void)err;
	if (diff->output->json)
		dg_difference_record(&diff->record, change);
	else
		dg_difference_attribute(diff->output, change);
	return 0;
}

static int on_item_end(void *context, struct dg_error *err)
{
	struct diff *diff = context;

	(void)err;
	if (!diff->output->json || diff->given->stat)
		return 0;
	if (diff->attributes_open)
		dg_json_end_array(&diff->record);
	dg_record_end(&diff->record, diff->output);
	return 0;
}

/* ---- the command --------------------------------------------------- */

static bool differs(const struct dg_diff_result *result)
{
	return result->added + result->changed + result->removed +
		       result->settings >
	       0;
}

static int conclude(struct diff *diff, const struct dg_diff_result *result,
		    struct dg_error *err)
{
	const bool different = differs(result);
	struct dg_json_writer w;
	int rc = 0;

	if (different && diff->given->exit_code) {
		rc = dg_error_set(err, DG_EDIFFERENT, "differences found");
		diff->session->error_shown = true;
	}
	if (!diff->output->json && different) {
		print_counts(diff, result);
	} else if (!diff->output->json) {
		dg_session_say(diff->session, DG_LOG_INFO, "No differences");
	} else {
		dg_session_summary_begin(diff->session, &w, rc);
		dg_json_member_uint(&w, "added", result->added);
		dg_json_member_uint(&w, "changed", result->changed);
		dg_json_member_uint(&w, "removed", result->removed);
		dg_json_member_uint(&w, "settings", result->settings);
		dg_session_summary_end(diff->session, &w);
	}
	return rc;
}

static int check_values(const struct diff_values *given, struct dg_error *err)
{
	if (given->stat + given->keys + given->full > 1)
		return dg_error_set(
			err, DG_EUSAGE,
			"--stat, --keys and --full exclude each other");
	return 0;
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct diff_values *given = values;
	const struct dg_diff_options options = {
		.target = given->target,
		.before = session->operands[0],
		.after = session->operands[0] ? session->operands[1] : NULL,
		.from = given->from,
		.path = given->path,
		.key = given->key,
		.text_max = given->full ? 0 : DG_DIFFERENCE_TEXT_MAX,
		.max_rcu = given->max_rcu,
	};
	struct diff diff = {session, &session->output, given, NULL,
			    .in_items = false};
	const bool attributes = !given->stat && !given->keys;
	const struct dg_diff_visitor visitor = {
		.begin = on_begin,
		.setting = on_setting,
		.item = on_item,
		.attribute = attributes ? on_attribute : NULL,
		.item_end = on_item_end,
		.context = &diff,
	};
	struct dg_diff_result result;
	int rc = check_values(given, err);

	if (rc < 0)
		return rc;
	dg_session_color(session, "color.diff");
	rc = dg_diff(&session->run, &options, &visitor, &result, err);
	if (dg_output_failed(&session->output))
		rc = 0;
	else if (rc == 0)
		rc = conclude(&diff, &result, err);
	free(diff.title);
	return rc;
}

#define DIFF(member) offsetof(struct diff_values, member)

static const struct dg_option what_table[] = {
	DG_VALUE("from", 0, STRING, "ENV", DIFF(from),
		 "the snapshot of this environment in a revision"),
	DG_VALUE("path", 0, STRING, "DIR", DIFF(path),
		 "the snapshot in this folder of a revision"),
	DG_VALUE("key", 0, STRING, "JSON", DIFF(key),
		 "this item alone: {\"id\":{\"S\":\"42\"}}"),
	DG_VALUE("max-rcu", 0, CAPACITY, "N|P%", DIFF(max_rcu),
		 "read a live table no faster: in units, or percent of the "
		 "provisioned"),
	DG_OPTIONS_END,
};

static const struct dg_option how_table[] = {
	DG_FLAG("stat", 0, DIFF(stat),
		"only how many were added, changed and removed"),
	DG_FLAG("keys", 0, DIFF(keys), "only the keys of the items"),
	DG_FLAG("full", 0, DIFF(full),
		"values in full, however long, and binary as base64"),
	DG_FLAG("exit-code", 0, DIFF(exit_code),
		"exit with 4 where there is a difference"),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"Which table", dg_target_option_table, DIFF(target)},
	{"What to compare", what_table, 0},
	{"What to show", how_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_diff = {
	.name = "diff",
	.summary = "say what changed between backups, or since one",
	.about = "Compares A with B, each a revision, a directory, or 'live' "
		 "for the table as it is now. A is the last backup of the "
		 "environment unless given, B the live table. Prints settings "
		 "that differ, then items only in B (+), only in A (-), and "
		 "in both with other attributes (~).",
	.operands = "[A [B]]",
	.operands_max = 2,
	.groups = groups,
	.values_size = sizeof(struct diff_values),
	.examples =
		{
			{"ddbgit diff --env=prod",
			 "what changed in production since its last backup"},
			{"ddbgit diff prod-20250126 prod-20250127 --stat",
			 "how many items changed between two backups"},
		},
	.statuses = DG_STATUS(DG_EXIT_DIFFERENT) | DG_STATUS(DG_EXIT_REFUSED),
	.lists = true,
	.run = run,
};
