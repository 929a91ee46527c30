#include "cli/quantity.h"
#include "cli/record.h"
#include "cli/session.h"
#include <ddbgit/backups.h>
#include <ddbgit/text.h>
#include <inttypes.h>
#include <string.h>

struct log_values {
	const char *environment;
	unsigned int limit;
};

/*
 * Columns as wide as what was printed so far needs: they settle after a few
 * rows, and no row waits for those behind it.
 */
struct columns {
	int environment;
	int table;
	int items;
	int changes;
};

static void print_column(struct dg_output *output, int *width, const char *text)
{
	const int len = dg_output_text(output, text);

	if (len > *width)
		*width = len;
	fprintf(output->out, "%*s  ", *width - len, "");
}

/* "2025-01-27 10:00" of an ISO 8601 time, anything else as it is. */
static void print_date(struct dg_output *output, const char *date)
{
	if (date && strlen(date) >= 16 && date[10] == 'T')
		fprintf(output->out, "%.10s %.5s  ", date, date + 11);
	else
		fprintf(output->out, "%-16.16s  ", date ? date : "-");
}

static void print_tags(struct dg_output *output, const char *const *tag)
{
	const char *before = "(";

	for (; tag && *tag; tag++) {
		fputs(before, output->out);
		dg_output_text(output, *tag);
		before = ", ";
	}
	if (before[0] == ',')
		putc(')', output->out);
}

static void print_row(struct dg_output *output, struct columns *columns,
		      const struct dg_backup *backup)
{
	char text[DG_QUANTITY_SIZE];
	int len;

	fprintf(output->out, "%.7s  ", backup->commit_id);
	print_date(output, backup->date);
	print_column(output, &columns->environment,
		     backup->environment ? backup->environment : "-");
	print_column(output, &columns->table,
		     backup->table ? backup->table : "-");
	if (backup->has_items)
		dg_format_count(backup->items, text);
	else
		snprintf(text, sizeof(text), "%s",
			 backup->removed ? "removed" : "-");
	len = (int)strlen(text);
	if (len > columns->items)
		columns->items = len;
	fprintf(output->out, "%*s  ", columns->items, text);
	if (backup->has_changes)
		dg_quantity_changes(&backup->changes, text);
	else
		strcpy(text, "-");
	if (backup->tags && backup->tags[0])
		print_column(output, &columns->changes, text);
	else
		fputs(text, output->out);
	print_tags(output, backup->tags);
	putc('\n', output->out);
}

static void write_record(struct dg_output *output,
			 const struct dg_backup *backup)
{
	struct dg_json_writer w;

	dg_record_begin(&w, output, "backup");
	dg_json_member_string(&w, "commit", backup->commit_id);
	dg_json_member_string(&w, "date", backup->date);
	dg_json_member_string(&w, "environment", backup->environment);
	dg_json_member_string(&w, "table", backup->table);
	dg_json_member_string(&w, "region", backup->region);
	dg_json_member_string(&w, "path", backup->path);
	dg_json_member_string(&w, "subject", backup->subject);
	dg_json_member_bool(&w, "removed", backup->removed);
	if (backup->has_items)
		dg_json_member_uint(&w, "items", backup->items);
	if (backup->has_changes)
		dg_record_changes(&w, &backup->changes);
	dg_json_member_string(&w, "sha256", backup->sha256);
	dg_record_strings(&w, "tags", backup->tags);
	dg_record_end(&w, output);
}

/* 0 at the end or when nobody reads any more, else a dg_code. */
static int print_all(struct dg_session *session, struct dg_backup_list *list,
		     uint64_t *count, struct dg_error *err)
{
	struct dg_output *output = &session->output;
	struct columns columns = {5, 12, 7, 11};
	struct dg_backup backup;
	int rc;

	while ((rc = dg_backup_list_next(list, &backup, err)) == 1) {
		if (output->json)
			write_record(output, &backup);
		else
			print_row(output, &columns, &backup);
		/* A reader sees the first row while the rest is looked up. */
		if (++*count == 1)
			fflush(output->out);
		if (ferror(output->out))
			return 0;
	}
	return rc;
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct log_values *given = values;
	const struct dg_backup_list_options options = {
		.environment = given->environment,
		.revision = session->operands[0],
		.limit = given->limit,
	};
	struct dg_backup_list *list = NULL;
	struct dg_json_writer record;
	uint64_t count = 0;
	int rc = dg_backup_list_open(&list, &session->run, &options, err);

	if (rc == 0)
		rc = print_all(session, list, &count, err);
	dg_backup_list_close(list);
	if (rc < 0)
		return rc;
	if (session->output.json) {
		dg_session_summary_begin(session, &record, rc);
		dg_json_member_uint(&record, "backups", count);
		dg_session_summary_end(session, &record);
	} else if (count == 0) {
		dg_session_say(session, DG_LOG_INFO, "No backups found");
	}
	return 0;
}

static const struct dg_option option_table[] = {
	DG_VALUE("env", 'e', STRING, "ENV",
		 offsetof(struct log_values, environment),
		 "only the backups of this environment (default: all)"),
	DG_VALUE("max-count", 'n', NUMBER, "N",
		 offsetof(struct log_values, limit), "only the newest N"),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"Which backups", option_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_log = {
	.name = "log",
	.summary = "list the backups",
	.about = "Lists the backups that REV (default: HEAD) reaches, newest "
		 "first: commit, time of the dump in UTC, environment, table, "
		 "items, items added (+), changed (~) and removed (-) since "
		 "the backup before, and tags.",
	.operands = "[REV]",
	.operands_max = 1,
	.groups = groups,
	.values_size = sizeof(struct log_values),
	.examples =
		{
			{"ddbgit log --env=prod -n 10",
			 "the last ten backups of the production table"},
			{"ddbgit log --json | jq -r 'select(.tags[0]).commit'",
			 "the commits that carry a tag"},
		},
	.lists = true,
	.run = run,
};
