/*
 * Does a file hold the bytes that it should? They are written to a comparison
 * as to a file of a sink. A carriage return before a newline does not count:
 * nothing that ddbgit writes has one, and a checkout may add them.
 */
#ifndef DG_SNAPSHOT_FILE_COMPARISON_H
#define DG_SNAPSHOT_FILE_COMPARISON_H

#include "base/fileset.h"

/* *equal is borrowed, and final once the file was committed. DG_ENOTFOUND:
 * there is no such file. */
int dg_file_comparison_open(struct dg_sink_file **out, struct dg_fileset *files,
			    const char *path, bool *equal,
			    struct dg_error *err);

/* The same for bytes in memory. */
int dg_file_compare(struct dg_fileset *files, const char *path,
		    struct dg_slice expected, bool *equal,
		    struct dg_error *err);

#endif
