#include "cli/exit_status.h"
#include "cli/quantity.h"
#include "cli/record.h"
#include "cli/session.h"
#include <ddbgit/backups.h>
#include <ddbgit/text.h>
#include <stdio.h>

struct show_values {
	const char *environment;
	const char *path;
};

static void print_indexes(struct dg_output *output,
			  const struct dg_backup_details *d)
{
	size_t i;

	for (i = 0; i < d->index_count; i++) {
		const struct dg_backup_index *index = &d->indexes[i];

		fprintf(output->out, "%-12s ", "index");
		dg_output_text(output, index->name);
		fprintf(output->out,
			" (%s): ", index->global ? "global" : "local");
		dg_output_text(output, index->keys ? index->keys : "-");
		if (index->projection) {
			fputs("; ", output->out);
			dg_output_text(output, index->projection);
		}
		putc('\n', output->out);
	}
}

static void print_tags(struct dg_output *output, char *const *tag)
{
	for (; tag && *tag; tag++)
		dg_output_field(output, "tag", *tag);
}

static void print_details(struct dg_output *output,
			  const struct dg_backup_details *d)
{
	char text[DG_QUANTITY_SIZE];

	dg_output_field(output, "commit", d->commit_id);
	print_tags(output, d->tags);
	dg_output_field(output, "subject", d->subject);
	dg_output_field(output, "date", d->date);
	dg_output_field(output, "environment", d->environment);
	dg_output_field(output, "table", d->table);
	dg_output_field(output, "region", d->region);
	dg_output_field(output, "endpoint", d->endpoint);
	dg_output_field(output, "path", d->path);
	dg_output_field(output, "layout", d->layout);
	if (d->has_items)
		dg_output_field(output, "items",
				dg_format_count(d->items, text));
	if (d->bytes)
		dg_output_field(output, "size",
				dg_format_bytes(d->bytes, text));
	if (d->has_changes && d->changes.kind == DG_CHANGES_FIRST)
		dg_output_field(output, "changes", "first backup");
	else if (d->has_changes)
		dg_output_field(output, "changes",
				dg_quantity_changes(&d->changes, text));
	dg_output_field(output, "keys", d->keys);
	print_indexes(output, d);
	dg_output_field(output, "billing", d->billing);
	dg_output_field(output, "time to live", d->time_to_live);
	dg_output_field(output, "sha256", d->sha256[0] ? d->sha256 : NULL);
	if (d->tool_version) {
		snprintf(text, sizeof(text), "ddbgit %s", d->tool_version);
		dg_output_field(output, "written by", text);
	}
}

static void write_indexes(struct dg_json_writer *w,
			  const struct dg_backup_details *d)
{
	size_t i;

	dg_json_name(w, "indexes");
	dg_json_begin_array(w);
	for (i = 0; i < d->index_count; i++) {
		const struct dg_backup_index *index = &d->indexes[i];

		dg_json_begin_object(w);
		dg_json_member_string(w, "name", index->name);
		dg_json_member_bool(w, "global", index->global);
		dg_json_member_string(w, "keys", index->keys);
		dg_json_member_string(w, "projection", index->projection);
		dg_json_end_object(w);
	}
	dg_json_end_array(w);
}

static void write_record(struct dg_output *output,
			 const struct dg_backup_details *d)
{
	struct dg_json_writer w;

	dg_record_begin(&w, output, "backup");
	dg_json_member_string(&w, "commit", d->commit_id);
	dg_json_member_string(&w, "date", d->date);
	dg_json_member_string(&w, "environment", d->environment);
	dg_json_member_string(&w, "table", d->table);
	dg_json_member_string(&w, "region", d->region);
	dg_json_member_string(&w, "path", d->path);
	dg_json_member_string(&w, "subject", d->subject);
	if (d->has_items)
		dg_json_member_uint(&w, "items", d->items);
	if (d->has_changes)
		dg_record_changes(&w, &d->changes);
	dg_json_member_string(&w, "sha256", d->sha256[0] ? d->sha256 : NULL);
	dg_record_strings(&w, "tags", (const char *const *)d->tags);
	dg_json_member_string(&w, "endpoint", d->endpoint);
	dg_json_member_string(&w, "layout", d->layout);
	if (d->bytes)
		dg_json_member_uint(&w, "bytes", d->bytes);
	dg_json_member_string(&w, "keys", d->keys);
	write_indexes(&w, d);
	dg_json_member_string(&w, "billing", d->billing);
	dg_json_member_string(&w, "timeToLive", d->time_to_live);
	dg_json_member_string(&w, "toolVersion", d->tool_version);
	dg_record_end(&w, output);
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct show_values *given = values;
	const struct dg_show_options options = {
		.revision = session->operands[0],
		.environment = given->environment,
		.path = given->path,
	};
	struct dg_backup_details details = {.revision = NULL};
	int rc;

	if (given->environment && given->path)
		return dg_error_set(err, DG_EUSAGE,
				    "--from and --path exclude each other");
	rc = dg_show(&session->run, &options, &details, err);
	if (rc == 0 && session->output.json)
		write_record(&session->output, &details);
	else if (rc == 0)
		print_details(&session->output, &details);
	dg_backup_details_free(&details);
	return rc;
}

static const struct dg_option option_table[] = {
	DG_VALUE("from", 0, STRING, "ENV",
		 offsetof(struct show_values, environment),
		 "the snapshot of this environment in REV"),
	DG_VALUE("path", 0, STRING, "DIR", offsetof(struct show_values, path),
		 "the snapshot in this folder of REV"),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"Which snapshot", option_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_show = {
	.name = "show",
	.summary = "describe one backup",
	.about =
		"Describes the backup that REV means (default: HEAD): where it "
		"came from, the table's keys, indexes and settings, and how "
		"many items differ from the backup before.",
	.operands = "[REV]",
	.operands_max = 1,
	.groups = groups,
	.values_size = sizeof(struct show_values),
	.examples =
		{
			{"ddbgit show prod-20250127", "a tagged backup"},
			{"ddbgit show main~2 --from=staging",
			 "staging's snapshot as it was two commits ago"},
		},
	.lists = true,
	.statuses = DG_STATUS(DG_EXIT_REFUSED),
	.run = run,
};
