/* Is the snapshot in a folder the same in two trees? */
#ifndef DG_REPO_SNAPSHOT_DIFFERENCE_H
#define DG_REPO_SNAPSHOT_DIFFERENCE_H

#include "repo/tree_cache.h"

struct dg_change_rule {
	const char *path;         /* only this one, or NULL */
	const char *marker;       /* what a snapshot's folder holds */
	const char *const *owned; /* NULL: all of the folder */
};

/* A tree by that rule; it borrows the tree. */
struct dg_folder {
	const git_oid *id; /* NULL: there is none, and it has no entries */
	struct dg_slice entries;
	bool is_snapshot; /* has the marker, as a regular file */
};

/* tree may be NULL. */
struct dg_folder dg_folder_of(const struct dg_cached_tree *tree,
			      const struct dg_change_rule *rule);

/* False also where neither of the folders is a snapshot. */
bool dg_snapshots_differ(const struct dg_folder *a, const struct dg_folder *b,
			 const struct dg_change_rule *rule);

/* Of the folders at the rule's path below two trees; b may be NULL. *present
 * (may be NULL): a has a snapshot there. */
int dg_snapshots_differ_at(bool *out, bool *present,
			   struct dg_tree_cache *trees, const git_oid *a,
			   const git_oid *b, const struct dg_change_rule *rule,
			   struct dg_error *err);

#endif
