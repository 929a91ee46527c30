#include "cli/backup_row.h"

#include "cli/quantity.h"
#include <ddbgit/text.h>
#include <string.h>

#define COMMIT_COLUMNS 7
#define DATE_COLUMNS 16
#define GAP 2
/* Less of a table's name tells nothing. */
#define TABLE_MIN 12

static void print_column(struct dg_output *output, int *width, const char *text)
{
	const int len = dg_output_text(output, text);

	if (len > *width)
		*width = len;
	fprintf(output->out, "%*s", *width - len + GAP, "");
}

/* "2025-01-27 10:00" of an ISO 8601 time, anything else as it is. */
static void print_date(struct dg_output *output, const char *date)
{
	if (date && strlen(date) >= 16 && date[10] == 'T')
		fprintf(output->out, "%.10s %.5s  ", date, date + 11);
	else
		fprintf(output->out, "%-16.16s  ", date ? date : "-");
}

/* What of a row stands before its changes. */
static size_t width_before_changes(const struct dg_backup_columns *columns)
{
	return (size_t)(COMMIT_COLUMNS + DATE_COLUMNS + columns->environment +
			columns->table + columns->items + 5 * GAP);
}

/* On a terminal a long name is cut, so that the row does not wrap. */
static void print_table(struct dg_output *output,
			struct dg_backup_columns *columns, const char *name)
{
	const struct dg_slice text = dg_slice_str(name);
	const size_t others = width_before_changes(columns) +
			      (size_t)columns->changes - (size_t)columns->table;
	size_t room = TABLE_MIN;

	if (output->out_columns > others + room)
		room = output->out_columns - others;
	if (output->out_columns == 0 || dg_text_columns(text) <= room) {
		print_column(output, &columns->table, name);
		return;
	}
	columns->table = (int)room;
	dg_output_slice(output,
			dg_slice_of(name, dg_text_fit(text, room - 1, NULL)));
	fputs("…  ", output->out);
}

static void print_items(struct dg_output *output,
			struct dg_backup_columns *columns,
			const struct dg_backup *backup)
{
	char text[DG_COUNT_SIZE];
	int len;

	if (backup->has_items)
		dg_format_count(backup->items, text);
	else
		snprintf(text, sizeof(text), "%s",
			 backup->removed ? "removed" : "-");
	len = (int)strlen(text);
	if (len > columns->items)
		columns->items = len;
	fprintf(output->out, "%*s  ", columns->items, text);
}

static size_t width_of_tags(const char *const *tag)
{
	size_t width = 0;

	for (; *tag; tag++)
		width += dg_text_columns(dg_slice_str(*tag)) + GAP;
	return width;
}

static void print_tags(struct dg_output *output, const char *const *tag)
{
	const char *before = "(";

	for (; *tag; tag++) {
		fputs(before, output->out);
		dg_output_text(output, *tag);
		before = ", ";
	}
	putc(')', output->out);
}

/* The tags stand behind the changes, on a terminal that is too narrow for
 * them below. */
static void print_changes(struct dg_output *output,
			  struct dg_backup_columns *columns,
			  const char *changes, const char *const *tags)
{
	const size_t before = width_before_changes(columns);

	if (!tags || !*tags) {
		fputs(changes, output->out);
	} else if (output->out_columns == 0 ||
		   before + (size_t)columns->changes + GAP +
				   width_of_tags(tags) <=
			   output->out_columns) {
		print_column(output, &columns->changes, changes);
		print_tags(output, tags);
	} else {
		fprintf(output->out, "%s\n%*s", changes, COMMIT_COLUMNS + GAP,
			"");
		print_tags(output, tags);
	}
}

void dg_backup_row_print(struct dg_output *output,
			 struct dg_backup_columns *columns,
			 const struct dg_backup *backup)
{
	char changes[DG_QUANTITY_SIZE] = "-";

	dg_output_style(output, DG_STYLE_COMMIT);
	fprintf(output->out, "%.*s", COMMIT_COLUMNS, backup->commit_id);
	dg_output_style(output, DG_STYLE_PLAIN);
	fputs("  ", output->out);
	print_date(output, backup->date);
	print_column(output, &columns->environment,
		     backup->environment ? backup->environment : "-");
	print_table(output, columns, backup->table ? backup->table : "-");
	print_items(output, columns, backup);
	if (backup->has_changes)
		dg_quantity_changes(&backup->changes, changes);
	print_changes(output, columns, changes, backup->tags);
	putc('\n', output->out);
}
