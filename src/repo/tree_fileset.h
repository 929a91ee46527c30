/*
 * A Git tree as a file set: regular files and folders only, identities of
 * kind "git-sha1".
 */
#ifndef DG_REPO_TREE_FILESET_H
#define DG_REPO_TREE_FILESET_H

#include "repo/git.h"

/* name is copied; the tree is held, the repository borrowed. memory: see
 * dg_revision_files. */
int dg_tree_fileset(struct dg_fileset **out, struct dg_repo *repo,
		    const git_tree *tree, const char *name, uint64_t memory,
		    struct dg_error *err);

/*
 * A blob for reading: in memory when it is small, as a stream where Git keeps
 * it as a file of its own, from `git cat-file` when it is in a pack and above
 * `limit` bytes. What was read to its end is checked against its id. name is
 * for messages. blob_file.c
 */
int dg_blob_open(struct dg_file **out, struct dg_repo *repo, const git_oid *id,
		 const char *name, uint64_t limit, struct dg_error *err);

#endif
