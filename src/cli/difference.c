#include "cli/difference.h"

#include "cli/quantity.h"
#include <ddbgit/text.h>
#include <string.h>

#define WIDTH 79
#define MEMBERS_INDENT 4
#define ARROW "→"

void dg_difference_sign(struct dg_output *output, enum dg_difference kind)
{
	static const struct {
		enum dg_output_style style;
		char sign;
	} signs[] = {
		[DG_ADDED] = {DG_STYLE_NEW, '+'},
		[DG_REMOVED] = {DG_STYLE_OLD, '-'},
		[DG_CHANGED] = {DG_STYLE_CHANGED, '~'},
		[DG_PRESENT] = {DG_STYLE_CHANGED, '?'},
	};

	dg_output_style(output, signs[kind].style);
	putc(signs[kind].sign, output->out);
	dg_output_style(output, DG_STYLE_PLAIN);
	putc(' ', output->out);
}

const char *dg_difference_name(enum dg_difference kind)
{
	static const char *const names[] = {
		[DG_ADDED] = "added",
		[DG_REMOVED] = "removed",
		[DG_CHANGED] = "changed",
		[DG_PRESENT] = "present",
	};

	return names[kind];
}

static int columns_of(const char *text)
{
	return (int)dg_text_columns(dg_slice_str(text));
}

static void print_styled(struct dg_output *output, enum dg_output_style style,
			 const char *text)
{
	dg_output_style(output, style);
	dg_output_text(output, text);
	dg_output_style(output, DG_STYLE_PLAIN);
}

/* What changed, at a column; before and after are not both empty. What is too
 * long for the rest of the line begins one of its own. */
static void print_values(struct dg_output *output, int column, int indent,
			 const char *before, const char *after)
{
	const bool both = *before && *after;

	if (column + columns_of(*before ? before : after) > WIDTH)
		column = fprintf(output->out, "\n%*s  ", indent, "") - 1;
	if (*before)
		print_styled(output, DG_STYLE_OLD, before);
	if (both && column + columns_of(before) + columns_of(after) + 3 > WIDTH)
		fprintf(output->out, "\n%*s" ARROW " ", indent, "");
	else if (both)
		fputs(" " ARROW " ", output->out);
	if (*after)
		print_styled(output, DG_STYLE_NEW, after);
	putc('\n', output->out);
}

/* One side of a set, at a column; on a line of its own if the rest of this one
 * is too short. Returns the column behind it. */
static int print_side(struct dg_output *output, enum dg_difference kind,
		      int column, const char *text)
{
	const int len = columns_of(text) + 2;

	if (column + len > WIDTH) {
		column = MEMBERS_INDENT;
		fprintf(output->out, "\n%*s", column, "");
	}
	dg_difference_sign(output, kind);
	print_styled(output, kind == DG_ADDED ? DG_STYLE_NEW : DG_STYLE_OLD,
		     text);
	return column + len;
}

/* The members that a set lost and those that it gained. */
static void print_members(struct dg_output *output, int column,
			  const struct dg_attribute_change *change)
{
	if (*change->before_text)
		column = print_side(output, DG_REMOVED, column,
				    change->before_text);
	if (*change->before_text && *change->after_text) {
		putc(' ', output->out);
		column++;
	}
	if (*change->after_text)
		print_side(output, DG_ADDED, column, change->after_text);
	putc('\n', output->out);
}

void dg_difference_attribute(struct dg_output *output,
			     const struct dg_attribute_change *change)
{
	int column = 4;

	fputs("  ", output->out);
	dg_difference_sign(output, change->kind);
	column += dg_output_text(output, change->path);
	fputs(": ", output->out);
	if (change->members)
		print_members(output, column + 2, change);
	else
		print_values(output, column + 2, 4, change->before_text,
			     change->after_text);
}

void dg_difference_setting(struct dg_output *output,
			   const struct dg_setting_change *change)
{
	enum dg_difference kind = DG_CHANGED;
	int column = 2;

	if (change->before.len == 0)
		kind = DG_ADDED;
	else if (change->after.len == 0)
		kind = DG_REMOVED;
	dg_difference_sign(output, kind);
	column += dg_output_text(output, change->path);
	fputs(": ", output->out);
	print_values(output, column + 2, 2, change->before_text,
		     change->after_text);
}

void dg_difference_json(struct dg_json_writer *w, const char *name,
			struct dg_slice json)
{
	dg_json_name(w, name);
	if (json.len > 0)
		dg_json_raw(w, json);
	else
		dg_json_null(w);
}

void dg_difference_record(struct dg_json_writer *w,
			  const struct dg_attribute_change *change)
{
	dg_json_begin_object(w);
	dg_json_member_string(w, "change", dg_difference_name(change->kind));
	dg_difference_json(w, "path", change->path_json);
	dg_difference_json(w, change->members ? "removed" : "before",
			   change->before);
	dg_difference_json(w, change->members ? "added" : "after",
			   change->after);
	dg_json_end_object(w);
}

void dg_difference_side(FILE *out, const char *sign,
			const struct dg_dataset_info *side)
{
	char count[DG_QUANTITY_SIZE];
	const char *before = "  ";

	fprintf(out, "%s %s", sign, side->name);
	if (side->kind == DG_DATASET_LIVE) {
		fprintf(out, "  %s (%s, %s)", side->table, side->environment,
			side->region);
		before = ", ";
	} else if (side->date && strlen(side->date) >= 16) {
		fprintf(out, "  %.10s %.5s", side->date, side->date + 11);
		before = ", ";
	}
	if (side->has_items && side->kind != DG_DATASET_LIVE)
		fprintf(out, "%s%s", before,
			dg_quantity_items(side->items, count));
	putc('\n', out);
}

void dg_difference_side_record(struct dg_json_writer *w, const char *name,
			       const struct dg_dataset_info *side)
{
	static const char *const kinds[] = {
		[DG_DATASET_REVISION] = "revision",
		[DG_DATASET_DIRECTORY] = "directory",
		[DG_DATASET_LIVE] = "live",
	};

	dg_json_name(w, name);
	dg_json_begin_object(w);
	dg_json_member_string(w, "kind", kinds[side->kind]);
	dg_json_member_string(w, "name", side->name);
	dg_json_member_string(w, "commit", side->commit_id);
	dg_json_member_string(w, "path", side->path);
	dg_json_member_string(w, "environment", side->environment);
	dg_json_member_string(w, "table", side->table);
	dg_json_member_string(w, "region", side->region);
	dg_json_member_string(w, "date", side->date);
	if (side->has_items)
		dg_json_member_uint(w, "items", side->items);
	dg_json_end_object(w);
}
