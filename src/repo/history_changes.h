/* Which snapshots differ between a commit's tree and its parents'. */
#ifndef DG_REPO_HISTORY_CHANGES_H
#define DG_REPO_HISTORY_CHANGES_H

#include "repo/snapshot_difference.h"

struct dg_changed_path {
	char *path;
	bool present; /* the tree has a snapshot there */
};

struct dg_changed_paths {
	struct dg_changed_path *paths; /* in byte order */
	size_t count;
	size_t room;
};

/*
 * The snapshots that the tree does not have from any of its parents' trees:
 * only subtrees whose ids differ are read. Without parents, all that it has.
 * out is emptied first.
 */
int dg_changed_paths_find(struct dg_changed_paths *out,
			  struct dg_tree_cache *trees, const git_oid *tree,
			  const git_oid *parents, size_t parent_count,
			  const struct dg_change_rule *rule,
			  struct dg_error *err);
/* Zeros are none. It can be used again. */
void dg_changed_paths_clear(struct dg_changed_paths *paths);
void dg_changed_paths_free(struct dg_changed_paths *paths);

#endif
