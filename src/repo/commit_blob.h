/* Contents on their way into a commit. */
#ifndef DG_REPO_COMMIT_BLOB_H
#define DG_REPO_COMMIT_BLOB_H

#include "repo/commit_state.h"

/*
 * For commits without a work tree: a content is noted under its path (relative
 * to the snapshot), and unless the tip has it at that very path it will be
 * written. One in memory goes through the spool, whose memory this takes over,
 * also when it fails; a long one is written at once.
 */
int dg_commit_add_bytes(struct dg_commit *commit, const char *path,
			struct dg_buf *bytes, struct dg_error *err);
int dg_commit_add_long(struct dg_commit *commit, const char *path,
		       struct dg_file *file, struct dg_error *err);

/* Of the memory for the commit, what the sink may use: whoever writes into it
 * is still using his own. */
static inline uint64_t dg_commit_sink_memory(const struct dg_commit *commit)
{
	return commit->memory / 8;
}

/* Is that the tip's blob of this path? */
bool dg_commit_tip_has(const struct dg_commit *commit, const char *name,
		       const git_oid *id);

/* The sink of commits without a work tree; commit->sink. blob_sink.c */
void dg_blob_sink_init(struct dg_commit *commit);

#endif
