/* Which snapshots differ between a commit's tree and its parents'. */
#ifndef DG_REPO_HISTORY_CHANGES_H
#define DG_REPO_HISTORY_CHANGES_H

#include "repo/git.h"

struct dg_changed_paths {
	char **path; /* in byte order */
	size_t count;
	size_t room;
};

struct dg_change_rule {
	const char *path;         /* only this one, or NULL */
	const char *marker;       /* what a snapshot's folder holds */
	const char *const *owned; /* NULL: all of the folder */
};

/*
 * The snapshots that the tree does not have from any of its parents: only
 * subtrees whose ids differ are read. Without parents, all that it has.
 */
int dg_changed_paths_find(struct dg_changed_paths *out, const git_tree *tree,
			  git_tree *const *parents, size_t parent_count,
			  const struct dg_change_rule *rule,
			  struct dg_error *err);
void dg_changed_paths_clear(struct dg_changed_paths *paths);

/* Do both trees (may be NULL) have the same snapshot, or none, there? */
int dg_same_snapshot(bool *out, const git_tree *a, const git_tree *b,
		     const char *path, const struct dg_change_rule *rule,
		     struct dg_error *err);

#endif
