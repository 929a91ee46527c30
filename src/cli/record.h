/*
 * The objects of --json, one on each line of stdout. Every one has a "type".
 * The last of a run is the "summary", or the "error" of one that came to no
 * result. docs/json.md lists their members.
 */
#ifndef DG_CLI_RECORD_H
#define DG_CLI_RECORD_H

#include "cli/output.h"
#include <ddbgit/dump.h>
#include <ddbgit/json_writer.h>

/*
 * Members are added to *record between these two. A failure to write stays
 * in the stream's error flag, for dg_output_close.
 */
void dg_record_begin(struct dg_json_writer *record, struct dg_output *output,
		     const char *type);
void dg_record_end(struct dg_json_writer *record, struct dg_output *output);

/* "name": ["...", ...]; strings ends with NULL, or is NULL for []. */
void dg_record_strings(struct dg_json_writer *record, const char *name,
		       const char *const *strings);

/* "changes": {"kind": ..., ...}; no counts where nothing could be compared. */
void dg_record_changes(struct dg_json_writer *record,
		       const struct dg_changes *changes);

#endif
