/*
 * Trees by their ids, and the last few of them kept: a walk through a history
 * compares each commit's with its parent's, and the parent's are its own in the
 * next step. Memory is bounded: a slot for each hash of an id, and a large tree
 * is forgotten when it is put back.
 *
 * A cache serves one thread.
 */
#ifndef DG_REPO_TREE_CACHE_H
#define DG_REPO_TREE_CACHE_H

#include "repo/object_reader.h"

struct dg_tree_cache;

/* check: the trees' bytes are compared with their ids. */
int dg_tree_cache_open(struct dg_tree_cache **out, struct dg_repo *repo,
		       bool check, struct dg_error *err);
void dg_tree_cache_close(struct dg_tree_cache *cache);

struct dg_cached_tree {
	struct dg_raw_object object; /* valid as dg_raw_tree */
	unsigned int users;
};

/*
 * Borrowed until it is put back. DG_EINVALID, with the path that it is the
 * tree of ("" is the root), where it is missing, damaged or something else.
 */
int dg_tree_cache_get(struct dg_cached_tree **out, struct dg_tree_cache *cache,
		      const git_oid *id, const char *path,
		      struct dg_error *err);
/* NULL is allowed. */
void dg_tree_cache_put(struct dg_tree_cache *cache,
		       struct dg_cached_tree *tree);

/* The same at a path below a tree's id: *out is NULL where no folder is. */
int dg_tree_cache_at(struct dg_cached_tree **out, struct dg_tree_cache *cache,
		     const git_oid *root, const char *path,
		     struct dg_error *err);

#endif
