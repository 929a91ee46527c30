/*
 * How an item differs, as lines for people and as members of a record: what
 * diff and log --key print of it.
 */
#ifndef DG_CLI_DIFFERENCE_H
#define DG_CLI_DIFFERENCE_H

#include "cli/output.h"
#include <ddbgit/diff.h>
#include <ddbgit/json_writer.h>

/* Characters of a value that is shown in part. */
#define DG_DIFFERENCE_TEXT_MAX 60

/* A sign in its color, and a blank: "+ ", "- ", "~ ". */
void dg_difference_sign(struct dg_output *output, enum dg_difference kind);

/* "added", "removed", "changed". */
const char *dg_difference_name(enum dg_difference kind);

/* "  ~ m.zip: "1010" → "1011"", on two lines where one is too narrow. */
void dg_difference_attribute(struct dg_output *output,
			     const struct dg_attribute_change *change);
void dg_difference_setting(struct dg_output *output,
			   const struct dg_setting_change *change);

/* An object with path, before and after, or removed and added of sets. */
void dg_difference_record(struct dg_json_writer *w,
			  const struct dg_attribute_change *change);

/* "name": JSON, or null where there is none. */
void dg_difference_json(struct dg_json_writer *w, const char *name,
			struct dg_slice json);

/* "--- first:backups/dynamodb/prod  2025-01-26 10:00, 1,234 items" and a
 * newline, as it is: what it names is made harmless by whoever shows it. */
void dg_difference_side(FILE *out, const char *sign,
			const struct dg_dataset_info *side);

/* "name": {"kind": ..., ...} */
void dg_difference_side_record(struct dg_json_writer *w, const char *name,
			       const struct dg_dataset_info *side);

#endif
