/*
 * What a walk through a history needs of a commit, read out of the bytes of
 * the object: libgit2's git_commit takes copies of all that a commit has. Takes
 * hostile input: whatever is wrong above the author is an error, as in Git; a
 * committer's line that tells no time is the time 0.
 */
#ifndef DG_REPO_RAW_COMMIT_H
#define DG_REPO_RAW_COMMIT_H

#include "repo/git.h"

/* Borrows the object's bytes. */
struct dg_raw_commit {
	git_oid tree;
	size_t parent_count;
	const char *parents;     /* their lines */
	int64_t time;            /* committer's, Unix seconds */
	struct dg_slice message; /* without the newlines that it begins with */
};

/* False: that is no commit. */
bool dg_raw_commit_parse(struct dg_raw_commit *out, struct dg_slice bytes);

/* at: 0 … parent_count - 1 */
git_oid dg_raw_commit_parent(const struct dg_raw_commit *commit, size_t at);

#endif
