/* Contents on their way into a commit. */
#ifndef DG_REPO_COMMIT_BLOB_H
#define DG_REPO_COMMIT_BLOB_H

#include "repo/commit_state.h"

/* Hashes a file, writes it unless the tip has it at that very path, and notes
 * it under the path (relative to the snapshot). */
int dg_commit_add_file(struct dg_commit *commit, const char *path,
		       struct dg_file *file, struct dg_error *err);

/* The sink of commits without a work tree; commit->sink. blob_sink.c */
void dg_blob_sink_init(struct dg_commit *commit);

#endif
